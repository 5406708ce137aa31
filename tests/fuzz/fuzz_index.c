/* SPDX-License-Identifier: GPL-3.0-or-later */
/* index.json: what is understood is written, read again and written as the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "repo/catalog.h"
#include "repo/catalog_head.h"
#include "repo/catalog_tool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_component(const struct component *comp)
{
	if (!catalog_id_ok(comp->id) || !comp->version[0] ||
	    (comp->target_count == 0 && !component_is_runtime(comp)) || comp->payload.size == 0 ||
	    comp->payload.size > CATALOG_PAYLOAD_MAX)
		abort();
	for (size_t i = 0; i < component_ref_count(comp); i++)
		if (component_ref(comp, i)->size == 0)
			abort();
	if (!comp->not_understood[0] && (!comp->scheme || !comp->activation))
		abort();
}

/* What is taken piece by piece is good as a whole, too, and as many pieces. */
static void check_whole(const uint8_t *data, size_t size, size_t count)
{
	yyjson_doc *doc = NULL;

	if (json_parse(data, size, size, &doc, NULL) ||
	    yyjson_arr_size(yyjson_obj_get(yyjson_doc_get_root(doc), "components")) != count)
		abort();
	yyjson_doc_free(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct catalog cat = { 0 }, again = { 0 };
	struct err err;
	char *text = NULL, *second = NULL;
	size_t len, second_len;

	if (catalog_parse_index(data, size, &cat, &err)) {
		if (cat.components || cat.count)
			abort();
		return 0;
	}
	for (size_t i = 0; i < cat.count; i++)
		check_component(&cat.components[i]);
	check_whole(data, size, cat.count);
	if (!catalog_write_index(&cat, &text, &len, &err)) {
		if (catalog_parse_index((uint8_t *)text, len, &again, &err) ||
		    catalog_write_index(&again, &second, &second_len, &err) || len != second_len ||
		    memcmp(text, second, len) != 0)
			abort();
	}
	free(text);
	free(second);
	catalog_free(&cat);
	catalog_free(&again);
	return 0;
}
