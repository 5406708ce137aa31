/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/scsi_plan.h"

#include <string.h>

#define KIB		       1024u
#define PIECE_BYTES	       (32 * KIB) /* what every host adapter carries */
#define BOUNDARY_UNKNOWN       (4 * KIB)
#define BOUNDARY_MAX	       (1024 * KIB)
#define OFFSET_LIMIT	       (1u << 24) /* offset and length have 24 bits */
#define CAPACITY_NOT_SAID      0xffffffu
#define TIMEOUT_MAX_MS	       0x7fffffffu
#define MS_PER_EXPECTED_SECOND 10000u /* ten times what is expected, law 8 */

static bool takes(const struct scsi_abilities *can, unsigned int mode)
{
	return can->extended.modes >> mode & 1;
}

static int check_flags(const struct component *comp, struct err *err)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strncmp(comp->flags[i], SCSI_FLAG_MODE, strlen(SCSI_FLAG_MODE)) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	return 0;
}

static int mode_of_flag(const char *value, enum scsi_write_mode *ret, struct err *err)
{
	static const struct {
		const char *value;
		enum scsi_write_mode mode;
	} modes[] = { { "5", SCSI_WRITE_WHOLE },
		      { "7", SCSI_WRITE_PIECES },
		      { "d", SCSI_WRITE_SELECT },
		      { "e", SCSI_WRITE_DEFERRED } };

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(modes[i].value, value)) {
			*ret = modes[i].mode;
			return 0;
		}
	return err_set(err, ERR_UNSUPPORTED, "flag \"" SCSI_FLAG_MODE "%s\" is not known", value);
}

/*
 * Pieces are kinder than one transfer of everything, and activation at a moment of ours is better
 * than at the last piece. Drives from before SPC-5 name nothing: then what all tools use.
 */
static int choose_mode(const struct scsi_abilities *can, enum scsi_write_mode *ret, struct err *err)
{
	bool whole_only = can->has_buffer && can->buffer.boundary == SCSI_BOUNDARY_NONE;

	if (!can->extended.modes)
		*ret = whole_only ? SCSI_WRITE_WHOLE : SCSI_WRITE_PIECES;
	else if (takes(can, 0xe) && takes(can, 0xf) && !whole_only)
		*ret = SCSI_WRITE_DEFERRED;
	else if (takes(can, 0x7) && !whole_only)
		*ret = SCSI_WRITE_PIECES;
	else if (takes(can, 0x5))
		*ret = SCSI_WRITE_WHOLE;
	else if (takes(can, 0xe) && !whole_only)
		*ret = SCSI_WRITE_DEFERRED;
	else if (takes(can, 0xd) && !whole_only)
		*ret = SCSI_WRITE_SELECT;
	else
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive names no mode of download that saves (VPD page 86h)");
	return 0;
}

static int piece_of(const struct scsi_abilities *can, uint32_t *ret, struct err *err)
{
	uint8_t exponent = can->buffer.boundary;
	uint32_t unit = BOUNDARY_UNKNOWN;

	if (can->has_buffer && exponent == SCSI_BOUNDARY_NONE)
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive takes offset 0 only, mode 5 alone would fit");
	if (can->has_buffer)
		unit = exponent < 24 ? 1u << exponent : UINT32_MAX;
	if (unit > BOUNDARY_MAX || (can->transfer_max && unit > can->transfer_max))
		return err_set(
			err, ERR_UNSUPPORTED,
			"the drive wants pieces of 2^%u bytes, more than can be sent at once",
			(unsigned int)exponent);
	*ret = PIECE_BYTES;
	if (can->transfer_max && can->transfer_max < *ret)
		*ret = can->transfer_max;
	*ret = unit < *ret ? *ret - *ret % unit : unit;
	return 0;
}

/*
 * What READ BUFFER says of the buffer's size, 0 = nothing: all zeros and all ones are no sizes, and
 * a buffer that cannot hold a single piece from one offset to the next is not the one for
 * microcode.
 */
static uint32_t capacity_of(const struct scsi_abilities *can)
{
	uint32_t capacity = can->buffer.capacity;

	if (!can->has_buffer || capacity == CAPACITY_NOT_SAID)
		return 0;
	return can->buffer.boundary < 24 && capacity < 1u << can->buffer.boundary ? 0 : capacity;
}

static int check_size(const struct scsi_abilities *can, bool whole, uint64_t size_bytes,
		      struct err *err)
{
	unsigned long long size = size_bytes;
	uint32_t capacity = capacity_of(can);

	if (!size)
		return err_set(err, ERR_FORMAT, "0 bytes: not a firmware image");
	if (size >= OFFSET_LIMIT)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes are more than WRITE BUFFER can name",
			       size);
	if (capacity && size > capacity)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes, but the drive's buffer has %u",
			       size, capacity);
	if (whole && can->transfer_max && size > can->transfer_max)
		return err_set(
			err, ERR_TOO_LARGE,
			"%llu bytes in one piece, but the host adapter carries %u bytes at once",
			size, can->transfer_max);
	return 0;
}

static uint32_t timeout_of(uint32_t expected_seconds)
{
	uint64_t timeout_ms = (uint64_t)expected_seconds * MS_PER_EXPECTED_SECOND;

	if (timeout_ms < SCSI_WRITE_TIMEOUT_MS)
		return SCSI_WRITE_TIMEOUT_MS;
	return timeout_ms < TIMEOUT_MAX_MS ? (uint32_t)timeout_ms : TIMEOUT_MAX_MS;
}

int scsi_plan_make(const struct scsi_abilities *can, const struct component *comp,
		   uint64_t size_bytes, struct scsi_plan *ret, struct err *err)
{
	const char *flag = component_flag_value(comp, SCSI_FLAG_MODE);
	int rc = check_flags(comp, err);

	memset(ret, 0, sizeof(*ret));
	if (!rc)
		rc = flag ? mode_of_flag(flag, &ret->mode, err) : choose_mode(can, &ret->mode, err);
	if (!rc)
		rc = check_size(can, ret->mode == SCSI_WRITE_WHOLE, size_bytes, err);
	if (rc)
		return rc;
	ret->piece_bytes = (uint32_t)size_bytes;
	ret->deferred = ret->mode == SCSI_WRITE_SELECT || ret->mode == SCSI_WRITE_DEFERRED;
	ret->timeout_ms = timeout_of(comp->expected_seconds);
	return ret->mode == SCSI_WRITE_WHOLE ? 0 : piece_of(can, &ret->piece_bytes, err);
}
