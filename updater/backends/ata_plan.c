/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ata_plan.h"

#include <string.h>

#define USUAL_BLOCKS	       64u /* 32 KiB: what every translation layer maps in one piece */
#define TIMEOUT_MAX_MS	       0x7fffffffu /* more does not fit the kernel's clock */
#define MS_PER_EXPECTED_SECOND 10000u	   /* ten times what is expected, law 8 */

static uint32_t at_least(const struct ata_identity *id)
{
	return id->min_blocks ? id->min_blocks : 1;
}

static uint32_t at_most(const struct ata_identity *id)
{
	return id->max_blocks ? id->max_blocks : ATA_IMAGE_MAX_BLOCKS;
}

uint32_t ata_plan_piece(const struct ata_identity *id, uint32_t blocks)
{
	uint32_t least = at_least(id), most = at_most(id);
	uint32_t first = USUAL_BLOCKS < least ? least : USUAL_BLOCKS;

	if (first > most)
		first = most;
	for (uint32_t piece = first; piece >= least; piece--)
		if (blocks % piece == 0 || blocks % piece >= least)
			return piece;
	for (uint32_t piece = first + 1; piece <= most && piece <= blocks; piece++)
		if (blocks % piece == 0 || blocks % piece >= least)
			return piece;
	return 0;
}

static int check_flags(const struct component *comp, struct err *err)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strncmp(comp->flags[i], ATA_FLAG_MODE, strlen(ATA_FLAG_MODE)) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	return 0;
}

static int check_size(uint64_t size_bytes, struct err *err)
{
	if (size_bytes == 0 || size_bytes % ATA_BLOCK_BYTES != 0)
		return err_set(err, ERR_FORMAT,
			       "%llu bytes: not a firmware image, those are whole blocks of %d",
			       (unsigned long long)size_bytes, ATA_BLOCK_BYTES);
	if (size_bytes / ATA_BLOCK_BYTES > ATA_IMAGE_MAX_BLOCKS)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes are more than a download can name",
			       (unsigned long long)size_bytes);
	return 0;
}

/*
 * A locked drive aborts nearly everything; DOWNLOAD MICROCODE is left to its maker (ACS-4
 * §4.20.11). Frozen is no obstacle: it is about passwords, and the firmware of servers freezes
 * every drive.
 */
static int check_drive(const struct ata_identity *id, struct err *err)
{
	if (!id->download && !id->download_dma)
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive has no DOWNLOAD MICROCODE command, or it is disabled");
	if (id->locked)
		return err_set(err, ERR_DEVICE, "the drive is locked by a password");
	return 0;
}

static int choose_mode(const struct ata_identity *id, const struct component *comp,
		       enum ata_subcommand *ret, struct err *err)
{
	const char *flag = component_flag_value(comp, ATA_FLAG_MODE);
	bool wanted = comp->activation >= ACTIVATION_DEVICE_RESET;

	*ret = ATA_DM_WHOLE;
	if (flag && !strcmp(flag, "7"))
		return 0;
	if (flag && strcmp(flag, "3") != 0 && strcmp(flag, "e") != 0)
		return err_set(err, ERR_UNSUPPORTED, "flag \"%s%s\" is not known", ATA_FLAG_MODE,
			       flag);
	if (flag && !(*flag == 'e' ? id->deferred : id->offsets))
		return err_set(err, ERR_UNSUPPORTED, "the drive does not take firmware %s",
			       *flag == 'e' ? "in pieces with a later activation" : "in pieces");
	if (flag ? *flag == 'e' : wanted && id->deferred)
		*ret = ATA_DM_DEFERRED;
	else if (id->offsets)
		*ret = ATA_DM_OFFSETS;
	return 0;
}

static int choose_transfer(const struct ata_identity *id, uint32_t blocks, struct ata_plan *plan,
			   struct err *err)
{
	plan->transfer_bytes = blocks * ATA_BLOCK_BYTES;
	if (plan->mode == ATA_DM_WHOLE)
		return 0;
	if (at_least(id) > at_most(id))
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive wants pieces of %u blocks at least and %u at most",
			       at_least(id), at_most(id));
	plan->transfer_bytes = ata_plan_piece(id, blocks) * ATA_BLOCK_BYTES;
	if (!plan->transfer_bytes)
		return err_set(
			err, ERR_FORMAT,
			"%u blocks cannot be cut into pieces of %u to %u, as the drive wants",
			blocks, at_least(id), at_most(id));
	return 0;
}

static uint32_t timeout_of(uint32_t expected_seconds)
{
	uint64_t timeout_ms = (uint64_t)expected_seconds * MS_PER_EXPECTED_SECOND;

	if (timeout_ms < SCSI_WRITE_TIMEOUT_MS)
		return SCSI_WRITE_TIMEOUT_MS;
	return timeout_ms < TIMEOUT_MAX_MS ? (uint32_t)timeout_ms : TIMEOUT_MAX_MS;
}

int ata_plan_make(const struct ata_identity *id, const struct component *comp, uint64_t size_bytes,
		  struct ata_plan *ret, struct err *err)
{
	int rc = check_flags(comp, err);

	*ret = (struct ata_plan){
		.dma = id->download_dma && !id->download,
		.power_cycle = comp->activation == ACTIVATION_POWER_CYCLE,
		.timeout_ms = timeout_of(comp->expected_seconds),
	};
	if (!rc)
		rc = check_size(size_bytes, err);
	if (!rc)
		rc = check_drive(id, err);
	if (!rc)
		rc = choose_mode(id, comp, &ret->mode, err);
	if (!rc)
		rc = choose_transfer(id, (uint32_t)(size_bytes / ATA_BLOCK_BYTES), ret, err);
	return rc;
}
