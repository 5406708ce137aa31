/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A saved inventory: what is read can be written, and reading that again changes nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "inventory/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL = it cannot be read. */
static char *through(const uint8_t *data, size_t size, size_t *ret_len)
{
	CLEANUP_FREE char *table = NULL;
	struct inventory inv = { 0 };
	struct err err = { 0 };
	char *text = NULL;

	if (inventory_from_json(data, size, &inv, &err)) {
		if (inv.count || inv.devices || !err.code || !*err.text)
			abort();
		return NULL;
	}
	if (inventory_to_json(&inv, &text, ret_len, &err) ||
	    inventory_to_table(&inv, 80, false, &table, &err))
		abort();
	inventory_free(&inv);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first_len = 0, second_len = 0;
	CLEANUP_FREE char *first = through(data, size, &first_len);
	CLEANUP_FREE char *second = NULL;

	if (!first)
		return 0;
	second = through((const uint8_t *)first, first_len, &second_len);
	if (!second || second_len != first_len || memcmp(first, second, first_len) != 0)
		abort();
	return 0;
}
