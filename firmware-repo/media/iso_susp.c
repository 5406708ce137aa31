/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_susp.h"

#include <string.h>
#include <sys/stat.h>

#include "format/le.h"
#include "media/iso9660.h"

enum {
	FIELD_BYTES = 4,     /* signature, length, version: SUSP 4 */
	MAX_CONTINUED = 32,  /* areas of one record */
	NM_CONTINUES = 0x01, /* RRIP 4.1.4 */
	NM_SPECIAL = 0x06,   /* "." and ".." */
};

struct susp {
	const struct iso_volume *volume;
	struct iso_record *record;
	uint32_t next_block, next_offset, next_len; /* CE; next_len 0 = none */
	size_t name_len;
	bool named, name_open;
};

/* RRIP 4.1.4: a name may be in several pieces. */
static int take_name(struct susp *susp, const uint8_t *field, size_t len, struct err *err)
{
	size_t piece = len < 5 ? 0 : len - 5;

	if (len < 5)
		return err_set(err, ERR_FORMAT, "a Rock Ridge name is cut off");
	if (field[4] & NM_SPECIAL)
		return 0;
	if (susp->named && !susp->name_open)
		return err_set(err, ERR_FORMAT, "two Rock Ridge names");
	if (susp->name_len + piece > ISO_NAME_MAX)
		return err_set(err, ERR_TOO_LARGE, "a name of more than %d bytes", ISO_NAME_MAX);
	memcpy(susp->record->name + susp->name_len, field + 5, piece);
	susp->name_len += piece;
	susp->record->name[susp->name_len] = '\0';
	susp->named = true;
	susp->name_open = (field[4] & NM_CONTINUES) != 0;
	return 0;
}

/* RRIP 4.1.1: what is neither a file nor a folder is of no use here. */
static int take_mode(struct susp *susp, const uint8_t *field, size_t len, struct err *err)
{
	uint32_t mode;

	if (len < 12)
		return err_set(err, ERR_FORMAT, "a PX field is cut off");
	mode = le32_at(field + 4);
	susp->record->has_posix = true;
	if (!S_ISREG(mode) && !S_ISDIR(mode))
		susp->record->is_left_out = true;
	return 0;
}

/* RRIP 4.1.5.1: looks like a file and is a folder that lies too deep for ECMA-119 6.8.2.1. */
static int take_child(struct susp *susp, const uint8_t *field, size_t len, struct err *err)
{
	if (len < 12)
		return err_set(err, ERR_FORMAT, "a CL field is cut off");
	susp->record->block = le32_at(field + 4);
	susp->record->is_relocated = true;
	susp->record->is_dir = true;
	return 0;
}

static int take_continuation(struct susp *susp, const uint8_t *field, size_t len, struct err *err)
{
	if (len < 28)
		return err_set(err, ERR_FORMAT, "a CE field is cut off");
	susp->next_block = le32_at(field + 4);
	susp->next_offset = le32_at(field + 12);
	susp->next_len = le32_at(field + 20);
	return 0;
}

/* SUSP 5.3, only in the "." of the root. */
static void take_indicator(struct susp *susp, const uint8_t *field, size_t len)
{
	if (len < 7 || field[4] != 0xbe || field[5] != 0xef)
		return;
	susp->record->has_susp = true;
	susp->record->susp_skip = field[6];
}

static int take_field(struct susp *susp, const uint8_t *field, size_t len, struct err *err)
{
	if (memcmp(field, "NM", 2) == 0)
		return take_name(susp, field, len, err);
	if (memcmp(field, "PX", 2) == 0)
		return take_mode(susp, field, len, err);
	if (memcmp(field, "CE", 2) == 0)
		return take_continuation(susp, field, len, err);
	if (memcmp(field, "CL", 2) == 0)
		return take_child(susp, field, len, err);
	if (memcmp(field, "RE", 2) == 0)
		susp->record->is_left_out = true;
	else if (memcmp(field, "SP", 2) == 0)
		take_indicator(susp, field, len);
	return 0;
}

/* Less than a field's head may be left at the end: padding, SUSP 4. */
static int read_area(struct susp *susp, const uint8_t *area, size_t len, struct err *err)
{
	int rc = 0;

	for (size_t pos = 0; !rc && len - pos >= FIELD_BYTES && area[pos]; pos += area[pos + 2]) {
		size_t field_len = area[pos + 2];

		if (field_len < FIELD_BYTES || field_len > len - pos)
			return err_set(err, ERR_FORMAT, "a system use field is cut off");
		if (memcmp(area + pos, "ST", 2) == 0)
			return 0;
		rc = take_field(susp, area + pos, field_len, err);
	}
	return rc;
}

/* SUSP 5.1: an area is inside one block. */
static int read_continuation(struct susp *susp, struct err *err)
{
	uint64_t at = (uint64_t)susp->next_block * ISO_BLOCK + susp->next_offset;
	size_t len = susp->next_len, got;
	uint8_t area[ISO_BLOCK];
	int rc;

	if (susp->next_offset > ISO_BLOCK || len > ISO_BLOCK - susp->next_offset)
		return err_set(err, ERR_FORMAT, "a continued system use area leaves its block");
	susp->next_len = 0;
	rc = source_read(susp->volume->image, at, area, len, &got, err);
	if (!rc && got < len)
		rc = err_set(err, ERR_FORMAT, "a continued system use area is beyond the end");
	return rc ? rc : read_area(susp, area, len, err);
}

int iso_susp_read(const struct iso_volume *volume, const uint8_t *area, size_t len,
		  struct iso_record *ret, bool *ret_named, struct err *err)
{
	struct susp susp = { .volume = volume, .record = ret };
	int rc = read_area(&susp, area, len, err);

	for (int n = 0; !rc && susp.next_len; n++)
		rc = n < MAX_CONTINUED ? read_continuation(&susp, err)
				       : err_set(err, ERR_FORMAT, "a system use area without end");
	*ret_named = susp.named;
	return rc;
}
