/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulated firmware thinks of a capsule. A service looks at the header only; what is
 * wrong behind it is the last attempt status of the entry, as with real firmware.
 */
#include "model.h"

#include <string.h>

#define HEADER_BYTES   28u
#define PERSIST	       0x00010000u
#define POPULATE_TABLE 0x00020000u
#define INITIATE_RESET 0x00040000u
#define MSS1	       0x3153534du
#define MSS1_BYTES     16u
#define PAYLOAD_BYTES  20u /* "LABFWIMG", version, length of the whole, CRC-32 of what follows */
#define SUPPORT_AUTH   1u  /* 23.3.3: CAPSULE_SUPPORT_AUTHENTICATION */

/* 6dcbd5ed-e82d-4c44-bda1-7194199ad92a, 23.3.1 */
static const uint8_t fmp_guid[16] = { 0xed, 0xd5, 0xcb, 0x6d, 0x2d, 0xe8, 0x44, 0x4c,
				      0xbd, 0xa1, 0x71, 0x94, 0x19, 0x9a, 0xd9, 0x2a };

struct image {
	const uint8_t *data;
	uint32_t len;
	bool is_signed;
};

uint32_t fwsim_get32(const uint8_t *at)
{
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

uint64_t fwsim_get64(const uint8_t *at)
{
	return (uint64_t)fwsim_get32(at + 4) << 32 | fwsim_get32(at);
}

/* Its number, or -1 */
static int entry_of(const struct fwsim *sim, const uint8_t *guid)
{
	for (uint32_t i = 0; i < sim->count; i++)
		if (memcmp(sim->entries[i].guid, guid, 16) == 0)
			return (int)i;
	return -1;
}

enum fwsim_verdict fwsim_judge(const struct fwsim *sim, const uint8_t *header, uint32_t size)
{
	uint32_t header_size = fwsim_get32(header + 16), flags = fwsim_get32(header + 20);

	/* Linux asks with a header alone. */
	if (header_size < HEADER_BYTES || header_size > size || size != fwsim_get32(header + 24))
		return FWSIM_INVALID;
	if ((flags & (POPULATE_TABLE | INITIATE_RESET)) && !(flags & PERSIST))
		return FWSIM_INVALID;
	if (memcmp(header, fmp_guid, 16) != 0 && entry_of(sim, header) < 0)
		return FWSIM_UNKNOWN;
	return size <= sim->max_size ? FWSIM_TAKEN : FWSIM_UNKNOWN;
}

/* EFI_FIRMWARE_IMAGE_AUTHENTICATION, 23.1.3: a count and a WIN_CERTIFICATE, whose length is its own
 */
static bool skip_signature(struct image *image)
{
	uint32_t skip;

	if (image->len < 16)
		return false;
	skip = fwsim_get32(image->data + 8);
	if (skip < 24 || skip > image->len - 8)
		return false;
	image->data += skip + 8;
	image->len -= skip + 8;
	return true;
}

/* EDK2's FmpPayloadHeader, which not every image has: what it says must be what the payload says.
 */
static bool skip_mss1(struct image *image, uint32_t *ret_version, bool *ret_there)
{
	uint32_t header;

	*ret_there = image->len >= MSS1_BYTES && fwsim_get32(image->data) == MSS1;
	if (!*ret_there)
		return true;
	header = fwsim_get32(image->data + 4);
	*ret_version = fwsim_get32(image->data + 8);
	if (header < MSS1_BYTES || header > image->len)
		return false;
	image->data += header;
	image->len -= header;
	return true;
}

/* Checks an image, tells its version. */
static enum fwsim_status check_image(struct image image, uint32_t lowest, uint32_t *ret_version)
{
	uint32_t told = 0;
	bool has_header;

	*ret_version = 0;
	if ((image.is_signed && !skip_signature(&image)) || !skip_mss1(&image, &told, &has_header))
		return FWSIM_FORMAT;
	*ret_version = told;
	if (image.len < PAYLOAD_BYTES || memcmp(image.data, "LABFWIMG", 8) != 0 ||
	    fwsim_get32(image.data + 12) != image.len)
		return FWSIM_FORMAT;
	*ret_version = fwsim_get32(image.data + 8);
	if (has_header && told != *ret_version)
		return FWSIM_FORMAT;
	if (fwsim_crc32(image.data + PAYLOAD_BYTES, image.len - PAYLOAD_BYTES) !=
	    fwsim_get32(image.data + 16))
		return FWSIM_AUTH;
	return *ret_version < lowest ? FWSIM_VERSION : FWSIM_OK;
}

static void pend(struct fwsim_entry *entry, const struct image *image, enum fwsim_way way)
{
	entry->pending_status = check_image(*image, entry->lowest, &entry->pending_version);
	entry->is_pending = true;
	entry->is_plain = false;
	entry->in_memory = way == FWSIM_IN_MEMORY;
	entry->reboots_left = way == FWSIM_IN_MEMORY ? entry->reboots : 0;
	fwsim_say("pending %G version %u status %u", entry->guid, entry->pending_version,
		  entry->pending_status);
}

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_IMAGE_HEADER, 23.3.3; false: it does not fit its place. */
static bool take_item(struct fwsim *sim, const uint8_t *item, uint32_t size, enum fwsim_way way)
{
	uint32_t version = size >= 32 ? fwsim_get32(item) : 0;
	uint32_t header = version == 1 ? 32 : version == 2 ? 40 : 48;
	int number = size >= 32 ? entry_of(sim, item + 4) : -1;
	struct image image;

	if (version < 1 || version > 3 || size < header)
		return false;
	if (number < 0) {
		fwsim_say("nothing here is %G", item + 4);
		return true;
	}
	image.data = item + header;
	image.len = fwsim_get32(item + 24);
	image.is_signed = version == 3 && (fwsim_get64(item + 40) & SUPPORT_AUTH);
	if ((uint64_t)image.len + fwsim_get32(item + 28) != size - header) {
		fwsim_say("sizes of %G: %u + %u in %u", item + 4, image.len, fwsim_get32(item + 28),
			  size - header);
		image.len = 0;
	}
	pend(&sim->entries[number], &image, way);
	return true;
}

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_HEADER, 23.3.2: items up to the next one or the end */
static bool take_items(struct fwsim *sim, const uint8_t *body, uint32_t size, enum fwsim_way way)
{
	uint32_t drivers, items, table;

	if (size < 8 || fwsim_get32(body) != 1)
		return false;
	drivers = fwsim_get32(body + 4) & 0xffff;
	items = fwsim_get32(body + 4) >> 16;
	table = 8 + 8 * (drivers + items);
	if (items == 0 || table > size)
		return false;
	for (uint32_t i = drivers; i < drivers + items; i++) {
		const uint8_t *at = body + 8 + 8 * (size_t)i;
		uint64_t begin = fwsim_get64(at);
		uint64_t end = i + 1 < drivers + items ? fwsim_get64(at + 8) : size;

		if (begin < table || begin > end || end > size ||
		    !take_item(sim, body + begin, (uint32_t)(end - begin), way))
			return false;
	}
	return true;
}

enum fwsim_verdict fwsim_take(struct fwsim *sim, const uint8_t *capsule, uint32_t size,
			      enum fwsim_way way)
{
	enum fwsim_verdict verdict = fwsim_judge(sim, capsule, size);
	uint32_t header_size = fwsim_get32(capsule + 16);
	struct image plain = { 0 };
	uint8_t hash[32];

	if (verdict != FWSIM_TAKEN)
		return verdict;
	plain.data = capsule + header_size;
	plain.len = size - header_size;
	fwsim_sha256(plain.data, plain.len, hash);
	fwsim_say("capsule %s flags 0x%x header %u body %u sha256 %H",
		  way == FWSIM_NOW ? "now" : "memory", fwsim_get32(capsule + 20), header_size,
		  plain.len, hash);
	if (memcmp(capsule, fmp_guid, 16) != 0) {
		struct fwsim_entry *entry = &sim->entries[entry_of(sim, capsule)];

		pend(entry, &plain, way);
		entry->is_plain = true;
	} else if (!take_items(sim, plain.data, plain.len, way)) {
		fwsim_say("its items are not understood");
	}
	return FWSIM_TAKEN;
}
