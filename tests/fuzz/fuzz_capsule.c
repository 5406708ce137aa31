/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UEFI capsules: as they are, with the right size in the header, and their items. */
#include <stdlib.h>
#include <string.h>

#include "format/capsule.h"
#include "format/le.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

/* In a buffer of their own, so that the sanitizer sees each step over their end. */
static void check_item(const uint8_t *data, size_t len, uint64_t size)
{
	struct capsule_item item;
	struct err err = { 0 };
	uint8_t *exact = malloc(len ? len : 1);
	int rc;

	must(exact != NULL);
	memcpy(exact, data, len);
	rc = capsule_item_parse(exact, len, size, &item, &err);
	free(exact);
	must(!rc || (rc == ERR_FORMAT && err.code == rc && *err.text));
	if (rc)
		return;
	must(item.header_version >= 1 && item.header_version <= 3 && item.image_size > 0);
	must((uint64_t)item.image_size + item.vendor_code_size < size);
	must(item.auth_size <= item.image_size && item.is_signed == (item.auth_size > 0));
}

static void check(const uint8_t *data, size_t size)
{
	struct capsule cap;
	struct err err = { 0 };
	int rc = capsule_parse(data, size, size, &cap, &err);

	must(!rc || rc == ERR_FORMAT || rc == ERR_TOO_LARGE);
	must(!rc || (err.code == rc && *err.text));
	if (rc)
		return;
	must(cap.size == size && cap.header_size >= CAPSULE_HEADER_BYTES && cap.header_size < size);
	must(cap.item_count + cap.driver_count <= CAPSULE_MAX_ITEMS);
	must(capsule_recognise(data, size, size) || memcmp(cap.guid, "\0\0\0\0", 4) == 0);
	for (size_t i = 0; i < cap.item_count; i++) {
		const struct capsule_item_place *place = &cap.items[i];

		must(place->size > 0 && place->offset > cap.header_size && place->offset < size &&
		     place->size <= size - place->offset);
		for (size_t j = 0; j < i; j++)
			must(place->offset >= cap.items[j].offset + cap.items[j].size ||
			     cap.items[j].offset >= place->offset + place->size);
		check_item(data + place->offset, (size_t)place->size, place->size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	check(data, size);
	check_item(data, size, size);
	check_item(data, size, UINT32_MAX);
	if (size < CAPSULE_HEADER_BYTES)
		return 0;
	copy = malloc(size);
	must(copy != NULL);
	memcpy(copy, data, size);
	le32_put(copy + 24, (uint32_t)size);
	check(copy, size);
	free(copy);
	return 0;
}
