/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intel RAID metadata, anchor first; as they are and with the checksum made right. */
#include <stdlib.h>

#include "format/imsm.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *buf, size_t len)
{
	struct imsm_super super;
	struct err err = { 0 };
	int rc = imsm_parse(buf, len, &super, &err);

	if (rc && ((rc != ERR_FORMAT && rc != ERR_NOT_FOUND) || err.code != rc || !*err.text))
		abort();
	if (rc)
		return;
	if (super.failed > super.disks || super.disks > 255 || super.disks * DISK_BYTES > len)
		abort();
	for (const char *p = super.volume; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	uint8_t *copy;
	uint32_t sum = 0;
	size_t bytes;

	check(data, size);
	if (imsm_anchor_parse(data, size, &bytes, &err) || size < bytes)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	for (size_t i = 0; i + 4 <= bytes; i += 4)
		sum += i == CHECKSUM ? 0 : le32_at(copy + i);
	for (size_t i = 0; i < 4; i++)
		copy[CHECKSUM + i] = (uint8_t)(sum >> 8 * i);
	check(copy, size);
	free(copy);
	return 0;
}
