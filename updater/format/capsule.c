/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/capsule.h"

#include <string.h>

#include "format/le.h"

#define FMP_HEADER_BYTES 8u /* version, driver count, payload count */

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_ID_GUID 6dcbd5ed-e82d-4c44-bda1-7194199ad92a, UEFI 2.10 23.3.1 */
static const uint8_t fmp_guid[GUID_BYTES] = {
	0xed, 0xd5, 0xcb, 0x6d, 0x2d, 0xe8, 0x44, 0x4c,
	0xbd, 0xa1, 0x71, 0x94, 0x19, 0x9a, 0xd9, 0x2a,
};
/* 3b8c8162-188c-46a4-aec9-be43f1d65697, "Windows UEFI firmware update platform": a BMP */
static const uint8_t ux_guid[GUID_BYTES] = {
	0x62, 0x81, 0x8c, 0x3b, 0x8c, 0x18, 0xa4, 0x46,
	0xae, 0xc9, 0xbe, 0x43, 0xf1, 0xd6, 0x56, 0x97,
};

static bool is_guid(const uint8_t *at, const uint8_t guid[GUID_BYTES])
{
	return memcmp(at, guid, GUID_BYTES) == 0;
}

bool capsule_recognise(const uint8_t *head, size_t len, uint64_t size)
{
	static const uint8_t none[GUID_BYTES];
	uint32_t header_size, image_size;

	if (len >= GUID_BYTES && (is_guid(head, fmp_guid) || is_guid(head, ux_guid)))
		return true;
	if (len < CAPSULE_HEADER_BYTES || is_guid(head, none))
		return false;
	header_size = le32_at(head + 16);
	image_size = le32_at(head + 24);
	return image_size == size && header_size >= CAPSULE_HEADER_BYTES &&
	       header_size < image_size && header_size <= CAPSULE_HEAD_BYTES;
}

/*
 * Where an item ends is told by itself; until it is read, where the next one begins. Drivers count
 * as neighbours, too.
 */
static int place_items(const uint64_t *offsets, struct capsule *cap, struct err *err)
{
	size_t count = cap->driver_count + cap->item_count;

	for (size_t i = 0; i < cap->item_count; i++) {
		uint64_t begin = offsets[cap->driver_count + i], end = cap->size;

		for (size_t other = 0; other < count; other++) {
			if (other != cap->driver_count + i && offsets[other] == begin)
				return err_set(err, ERR_FORMAT,
					       "capsule: two items at the same place");
			if (offsets[other] > begin && offsets[other] < end)
				end = offsets[other];
		}
		cap->items[i].offset = begin;
		cap->items[i].size = end - begin;
	}
	return 0;
}

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_HEADER, UEFI 2.10 23.3.2. */
static int parse_fmp(const uint8_t *buf, size_t len, struct capsule *cap, struct err *err)
{
	uint64_t offsets[CAPSULE_MAX_ITEMS], base = cap->header_size, list;
	const uint8_t *head = buf + base;
	size_t count;

	if (len < base + FMP_HEADER_BYTES || cap->size < base + FMP_HEADER_BYTES)
		return err_set(err, ERR_FORMAT, "capsule: it is cut off");
	if (le32_at(head) != 1)
		return err_set(err, ERR_FORMAT, "capsule: FMP header version %u", le32_at(head));
	cap->driver_count = le16_at(head + 4);
	cap->item_count = le16_at(head + 6);
	count = cap->driver_count + cap->item_count;
	if (count > CAPSULE_MAX_ITEMS)
		return err_set(err, ERR_TOO_LARGE, "capsule: %zu items, more than %u", count,
			       CAPSULE_MAX_ITEMS);
	list = base + FMP_HEADER_BYTES + 8 * count;
	if (len < list || cap->size < list)
		return err_set(err, ERR_FORMAT, "capsule: its list of items is cut off");
	for (size_t i = 0; i < count; i++) {
		uint64_t offset = le64_at(head + FMP_HEADER_BYTES + 8 * i);

		if (offset >= cap->size - base || base + offset < list)
			return err_set(err, ERR_FORMAT, "capsule: item %zu is outside of it",
				       i + 1);
		offsets[i] = base + offset;
	}
	return place_items(offsets, cap, err);
}

int capsule_parse(const uint8_t *buf, size_t len, uint64_t size, struct capsule *ret,
		  struct err *err)
{
	*ret = (struct capsule){ 0 };
	if (len < CAPSULE_HEADER_BYTES || size < CAPSULE_HEADER_BYTES)
		return err_set(err, ERR_FORMAT, "capsule: its header is cut off");
	memcpy(ret->guid, buf, GUID_BYTES);
	ret->header_size = le32_at(buf + 16);
	ret->flags = le32_at(buf + 20);
	ret->size = le32_at(buf + 24);
	ret->is_fmp = is_guid(buf, fmp_guid);
	ret->is_ux = is_guid(buf, ux_guid);
	if (ret->size != size)
		return err_set(err, ERR_FORMAT, "capsule: %llu bytes, its header says %llu",
			       (unsigned long long)size, (unsigned long long)ret->size);
	if (ret->size > CAPSULE_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "capsule: more than %u bytes",
			       CAPSULE_MAX_BYTES);
	if (ret->header_size < CAPSULE_HEADER_BYTES || ret->header_size >= ret->size ||
	    ret->header_size > CAPSULE_HEAD_BYTES)
		return err_set(err, ERR_FORMAT, "capsule: a header of %u bytes", ret->header_size);
	/* The EFI_CAPSULE_HEADER may be longer than its fields, so that pages are aligned. */
	return ret->is_fmp ? parse_fmp(buf, len, ret, err) : 0;
}
