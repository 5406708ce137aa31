/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LVM: a text, or the 2 KiB of a label and the 512 bytes of a metadata header behind it; headers as
 * they are and with their checksums made right.
 */
#include <stdlib.h>

#include "format/lvm.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void must_be_printable(const char *text)
{
	for (; *text; text++)
		must(*text >= 0x20 && *text < 0x7f);
}

static void check_text(const uint8_t *text, size_t len)
{
	static struct lvm_group group;
	struct err err = { 0 };
	int rc = lvm_text_parse(text, len, &group, &err);

	must(rc == 0 || (rc == ERR_FORMAT && err.code == rc && *err.text));
	if (rc)
		return;
	must_be_printable(group.name);
	must_be_printable(group.uuid);
	must(*group.uuid && group.volume_count <= LVM_MAX_VOLUMES);
	for (size_t i = 0; i < group.volume_count; i++) {
		must_be_printable(group.volumes[i].uuid);
		must_be_printable(group.volumes[i].device);
		must(group.volumes[i].uuid[0]);
	}
}

static void check_headers(const uint8_t *label_bytes, const uint8_t *header)
{
	struct lvm_text_place place;
	struct lvm_label label;
	struct err err = { 0 };
	int rc = lvm_label_parse(label_bytes, LVM_LABEL_BYTES, &label, &err);

	must(rc == 0 || ((rc == ERR_FORMAT || rc == ERR_NOT_FOUND) && err.code == rc));
	if (rc)
		return;
	must_be_printable(label.uuid);
	rc = lvm_header_parse(header, LVM_HEADER_BYTES, &label, &place, &err);
	must(rc == 0 || ((rc == ERR_FORMAT || rc == ERR_NOT_FOUND) && err.code == rc));
	if (rc)
		return;
	/* Both pieces are in the area, behind its header, and no byte is in both. */
	must(place.piece[0].bytes > 0 &&
	     place.piece[0].offset >= label.metadata + LVM_HEADER_BYTES);
	must(place.piece[0].offset + place.piece[0].bytes >= place.piece[0].offset);
	must(place.piece[1].offset + place.piece[1].bytes <= place.piece[0].offset ||
	     place.piece[1].bytes == 0);
}

static void put_sum(uint8_t *p, uint32_t sum)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(sum >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[LVM_LABEL_BYTES + LVM_HEADER_BYTES], *header = buf + LVM_LABEL_BYTES;

	check_text(data, size);
	if (size < sizeof(buf))
		return 0;
	memcpy(buf, data, sizeof(buf));
	check_headers(buf, header);
	for (size_t i = 0; i < LVM_LABEL_BYTES; i += SECTOR)
		if (memcmp(buf + i, "LABELONE", 8) == 0)
			put_sum(buf + i + LABEL_CRC,
				crc(buf + i + LABEL_OFFSET, SECTOR - LABEL_OFFSET));
	put_sum(header, crc(header + HEADER_MAGIC, LVM_HEADER_BYTES - HEADER_MAGIC));
	check_headers(buf, header);
	return 0;
}
