/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading index.json, component by component. */
#include "repo/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "repo/catalog_scan.h"
#include "repo/catalog_text.h"
#include "repo/catalog_tool.h"

static const char *const members[] = { "components", "format", NULL };

/* All but the components, which are cut out of it. */
static int parse_rest(const struct scan *scan, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	yyjson_val *root, *list;
	uint64_t format;
	int rc = json_parse(scan->rest, scan->rest_len, CATALOG_HEAD_MAX_BYTES, &doc, err);

	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	rc = json_get_u64(root, "format", 1, 1, &format, err);
	if (!rc)
		rc = json_check_members(root, members, err);
	/* A list that is still full had its name written with escapes. */
	return rc ? rc : json_get_arr(root, "components", 0, &list, err);
}

static int parse_piece(const uint8_t *text, size_t len, struct pool *pool, struct component *comp,
		       struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc;

	if (text[0] != '{')
		return err_set(err, ERR_FORMAT, "not an object");
	rc = json_parse_shallow(text, len, &doc, err);
	return rc ? rc : component_from_json(yyjson_doc_get_root(doc), pool, comp, err);
}

static int parse_pieces(const uint8_t *buf, const struct scan *scan, struct catalog *ret,
			struct err *err)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_piece *piece = &scan->pieces[i];
		struct component comp = { 0 };
		int rc = parse_piece(buf + piece->at, piece->len, &ret->pool, &comp, err);

		if (rc)
			return err_prefix(err, "component %zu (%s)", i + 1,
					  comp.id && comp.id[0] ? comp.id : "without id");
		rc = catalog_append(ret, &comp, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Writers sort by id: then one look is enough to see that none is there twice. */
static size_t count_sorted(const struct catalog *cat)
{
	size_t count = cat->count > 0;

	while (count < cat->count &&
	       strcmp(cat->components[count - 1].id, cat->components[count].id) < 0)
		count++;
	return count;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct component *const *)a)->id,
		      (*(const struct component *const *)b)->id);
}

static int check_ids(const struct catalog *cat, struct err *err)
{
	CLEANUP_FREE const struct component **sorted = calloc(cat->count + 1, sizeof(*sorted));
	int rc = 0;

	if (!sorted)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < cat->count; i++)
		sorted[i] = &cat->components[i];
	qsort(sorted, cat->count, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < cat->count && !rc; i++)
		if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
			rc = err_set(err, ERR_DUPLICATE, "component id \"%s\" twice",
				     sorted[i]->id);
	return rc;
}

int catalog_parse_index(const uint8_t *buf, size_t len, struct catalog *ret, struct err *err)
{
	struct scan scan = { 0 };
	int rc = len > CATALOG_INDEX_MAX_BYTES
			 ? err_set(err, ERR_TOO_LARGE, "%zu bytes, at most %u are allowed", len,
				   CATALOG_INDEX_MAX_BYTES)
			 : scan_index(buf, len, &scan, err);

	if (!rc)
		rc = parse_rest(&scan, err);
	if (!rc)
		rc = parse_pieces(buf, &scan, ret, err);
	if (!rc)
		ret->sorted = count_sorted(ret);
	if (!rc && ret->sorted < ret->count)
		rc = check_ids(ret, err);
	if (!rc)
		catalog_find_runtimes(ret);
	scan_free(&scan);
	if (rc)
		catalog_free(ret);
	return rc;
}
