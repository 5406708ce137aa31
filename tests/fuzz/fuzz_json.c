/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON: what is read has a canonical text, and that text is its own canonical text. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BYTES 65536

/* NULL = it cannot be read. */
static char *canonical(const uint8_t *data, size_t size, size_t *ret_len)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	CLEANUP_JSON_MUT yyjson_mut_doc *mut = NULL;
	struct err err = { 0 };
	char *text = NULL;

	if (json_parse(data, size, MAX_BYTES, &doc, &err)) {
		if (doc || !err.code || !*err.text)
			abort();
		return NULL;
	}
	if (size > MAX_BYTES)
		abort();
	mut = yyjson_doc_mut_copy(doc, NULL);
	if (!mut || json_write_canonical(mut, &text, ret_len, NULL))
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t first_len = 0, second_len = 0;
	CLEANUP_FREE char *first = canonical(data, size, &first_len);
	CLEANUP_FREE char *second = NULL;

	/* Numbers may take more digits than they came with. */
	if (!first || first_len > MAX_BYTES)
		return 0;
	second = canonical((const uint8_t *)first, first_len, &second_len);
	if (!second || second_len != first_len || memcmp(first, second, first_len) != 0)
		abort();
	return 0;
}
