/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Components that grow, catalogs that gain and lose some, and the memory that holds their texts. */
#include "tap.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "edit.h"

static void pools(void)
{
	struct pool pool = { 0 };
	const char *texts[2000];
	char text[64];

	CHECK_STR(pool_text(&pool, "xyz", 0), "");
	CHECK(pool.last == NULL);
	for (size_t i = 0; i < 2000; i++) {
		int len = snprintf(text, sizeof(text), "text %zu %.*s", i, (int)(i % 40),
				   "........................................");
		unsigned char *bytes = pool_alloc(&pool, i);

		CHECK((uintptr_t)bytes % alignof(max_align_t) == 0);
		for (size_t k = 0; k < i; k++)
			CHECK(bytes[k] == 0);
		memset(bytes, 0xff, i);
		texts[i] = pool_text(&pool, text, (size_t)len);
	}
	for (size_t i = 0; i < 2000; i++) {
		snprintf(text, sizeof(text), "text %zu %.*s", i, (int)(i % 40),
			 "........................................");
		CHECK_STR(texts[i], text);
	}
	CHECK(pool_alloc(&pool, SIZE_MAX) == NULL);
	CHECK(pool_alloc(&pool, SIZE_MAX - 8) == NULL);
	CHECK(pool_array(&pool, SIZE_MAX / 2, 4) == NULL);
	CHECK(pool_grow(&pool, texts, (SIZE_MAX >> 1) + 1, 8) == NULL);
	pool_free(&pool);
	CHECK(pool.last == NULL);
}

static struct component made(const char *name)
{
	struct component comp = { 0 };

	CHECK_INT(component_make_id(&comp, name, "1", NULL), 0);
	CHECK_STR(comp.vendor, ""); /* the first member makes all the others */
	CHECK_STR(comp.proof.field, "");
	CHECK_INT(component_set(&comp, "name.en", name, NULL), 0);
	CHECK_INT(component_set(&comp, "class", "drive", NULL), 0);
	CHECK_INT(component_set(&comp, "version", "1", NULL), 0);
	CHECK_INT(component_set(&comp, "backend", "nvme", NULL), 0);
	CHECK_INT(component_set(&comp, "provenance.file", "f", NULL), 0);
	CHECK_INT(component_set(&comp, "provenance.importer", "i", NULL), 0);
	comp.scheme = VERSION_PLAIN;
	comp.activation = ACTIVATION_NONE;
	comp.criticality = CRITICALITY_RECOMMENDED;
	comp.payload.size = 1;
	return comp;
}

/* n of each kind; every one is there afterwards and in order. */
static void grow(struct component *comp, size_t from, size_t n)
{
	const struct payload_ref ref = { .size = 7 };
	char text[64];

	for (size_t i = from; i < n; i++) {
		snprintf(text, sizeof(text), "nvme-model:X%zu", i);
		CHECK_INT(component_add_target(comp, text, NULL), 0);
		CHECK_INT(component_add_target(comp, text, NULL), 0);
		CHECK_INT(component_add_require(comp, text, text + 11, NULL), 0);
		CHECK_INT(component_add_flag(comp, text + 11, NULL), 0);
		CHECK_INT(component_add_attachment(comp, "compsig", text + 11, &ref, NULL), 0);
	}
	CHECK_INT(comp->target_count, n);
	CHECK_INT(comp->require_count, n);
	CHECK_INT(comp->flag_count, n);
	CHECK_INT(comp->attachment_count, n);
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "nvme-model:X%zu", i);
		CHECK_STR(comp->targets[i], text);
		CHECK_STR(comp->requires[i].target, text);
		CHECK_STR(comp->requires[i].min_version, text + 11);
		CHECK_STR(comp->flags[i], text + 11);
		CHECK_STR(comp->attachments[i].name, text + 11);
		CHECK_INT(comp->attachments[i].ref.size, 7);
	}
}

/* What was read can be added to, whatever the number of what is there. */
static void read_and_grown(void)
{
	for (size_t n = 1; n <= 9; n++) {
		CLEANUP_FREE char *text = NULL;
		struct catalog cat = { 0 }, again = { 0 };
		struct component comp = made("x");
		size_t len;

		grow(&comp, 0, n);
		CHECK_INT(catalog_append(&cat, &comp, NULL), 0);
		CHECK(comp.pool.last == NULL && comp.target_count == 0);
		CHECK_INT(catalog_write_index(&cat, &text, &len, NULL), 0);
		CHECK_INT(catalog_parse_index((uint8_t *)text, len, &again, NULL), 0);
		if (again.count == 1) {
			grow(&again.components[0], n, CATALOG_MAX_FLAGS);
			CHECK_INT(component_set(&again.components[0], "id", "other", NULL), 0);
			CHECK_STR(again.components[0].id, "other");
		}
		catalog_free(&again);
		catalog_free(&cat);
	}
}

static void more_than_the_format_takes(void)
{
	struct component comp = made("x");
	struct err err;

	grow(&comp, 0, CATALOG_MAX_FLAGS);
	CHECK_INT(component_add_flag(&comp, "one-more", &err), ERR_TOO_LARGE);
	CHECK_INT(component_add_require(&comp, "", "1", &err), ERR_TOO_LARGE);
	CHECK_INT(comp.flag_count, CATALOG_MAX_FLAGS);
	component_free(&comp);
	CHECK(!comp.id && !comp.pool.last);
}

/* By bisection among what was read, one by one among what came later: found if it is there. */
static void found(void)
{
	static const char *const order[] = { "d-1", "b-1", "f-1", "a-1", "e-1", "c-1" };
	CLEANUP_FREE char *text = NULL;
	struct catalog cat = { 0 }, again = { 0 };
	struct component comp, taken;
	size_t len;

	for (size_t i = 0; i < 6; i++) {
		comp = made((char[]){ order[i][0], '\0' });
		CHECK_INT(component_add_target(&comp, "ilo:5", NULL), 0);
		CHECK_INT(catalog_append(&cat, &comp, NULL), 0);
	}
	CHECK_INT(cat.sorted, 0);
	CHECK_INT(catalog_write_index(&cat, &text, &len, NULL), 0);
	CHECK_INT(catalog_parse_index((uint8_t *)text, len, &again, NULL), 0);
	CHECK_INT(again.sorted, 6);
	if (again.sorted != 6)
		abort();
	comp = made("aa");
	CHECK_INT(catalog_append(&again, &comp, NULL), 0);
	for (size_t i = 0; i < 6; i++) {
		const struct component *at = catalog_find(&again, order[i]);

		CHECK_STR(at ? at->id : "none", order[i]);
		CHECK(catalog_find(&cat, order[i]) == &cat.components[i]);
	}
	CHECK(catalog_find(&again, "aa-1") == &again.components[6]);
	CHECK(!catalog_find(&again, "aa-2") && !catalog_find(&again, "") &&
	      !catalog_find(&again, "z"));
	catalog_take(&again, 2, &taken);
	CHECK_STR(taken.id, "c-1");
	CHECK(!catalog_find(&again, "c-1"));
	CHECK(catalog_find(&again, "d-1") == &again.components[2]);
	CHECK(catalog_find(&again, "aa-1") == &again.components[5]);
	component_free(&taken);
	catalog_take(&again, 5, &taken);
	CHECK_STR(taken.id, "aa-1");
	CHECK_INT(again.sorted, 5);
	component_free(&taken);
	catalog_free(&again);
	catalog_free(&cat);
}

int main(void)
{
	TAP_RUN(pools);
	TAP_RUN(read_and_grown);
	TAP_RUN(more_than_the_format_takes);
	TAP_RUN(found);
	return TAP_END();
}
