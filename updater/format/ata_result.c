/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "format/ata.h"
#include "format/scsi_sense.h"

#define STATUS_RETURN	   0x09
#define STATUS_RETURN_SIZE 14

/* SAT-4 table 176: the "upper" bytes come before the lower ones and count when EXTEND is set. */
static void from_descriptor(const uint8_t *at, struct ata_result *ret)
{
	ret->known = true;
	ret->wide = at[2] & 1;
	ret->error = at[3];
	ret->status = at[13];
	ret->count = at[5];
	ret->lba = at[7] | (uint32_t)at[9] << 8 | (uint32_t)at[11] << 16;
	if (!ret->wide)
		return;
	ret->count = (uint16_t)(ret->count | at[4] << 8);
	ret->lba |= ((uint64_t)at[6] | (uint64_t)at[8] << 8 | (uint64_t)at[10] << 16) << 24;
}

/* SAT-4 table 177: only the lower bytes have room. */
static void from_fixed(const uint8_t *sense, struct ata_result *ret)
{
	ret->known = true;
	ret->error = sense[3];
	ret->status = sense[4];
	ret->count = sense[6];
	ret->lba = sense[9] | (uint32_t)sense[10] << 8 | (uint32_t)sense[11] << 16;
}

void ata_parse_result(const uint8_t *sense, size_t len, struct ata_result *ret)
{
	struct scsi_sense parsed;
	const uint8_t *found;
	size_t size = 0;

	memset(ret, 0, sizeof(*ret));
	if (scsi_sense_parse(sense, len, &parsed))
		return;
	found = scsi_sense_descriptor(&parsed, STATUS_RETURN, &size);
	if (found && size >= STATUS_RETURN_SIZE)
		from_descriptor(found, ret);
	else if ((sense[0] & 0x7f) == 0x70 && len > 13 && parsed.asc == 0 && parsed.ascq == 0x1d)
		from_fixed(sense, ret);
}
