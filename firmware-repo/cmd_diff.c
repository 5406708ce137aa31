/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff: what one repository has that another has not, signed or not. */
#include "fwrepo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "repo/catalog_text.h"
#include "repo_gc.h"
#include "say.h"

/* The same id in both, or in one of them only. */
struct pair {
	const struct component *a, *b;
};

struct diff {
	struct repo a, b;
	uint64_t a_bytes, b_bytes;
	struct pair *pairs; /* by id; those that are the same in both are left out */
	size_t count;
	size_t added, removed, changed;
	yyjson_mut_doc *doc; /* components as JSON live here */
};

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct component *const *)a)->id,
		      (*(const struct component *const *)b)->id);
}

static const struct component **sorted(const struct catalog *cat)
{
	const struct component **ret = calloc(cat->count + 1, sizeof(*ret));

	for (size_t i = 0; ret && i < cat->count; i++)
		ret[i] = &cat->components[i];
	if (ret)
		qsort(ret, cat->count, sizeof(*ret), compare_ids);
	return ret;
}

/* Members as the index has them: what is not there is nothing. */
static bool same_member(yyjson_mut_val *a, yyjson_mut_val *b)
{
	return a && b ? yyjson_mut_equals(a, b) : a == b;
}

/* Which members differ, in the order of a, then those that only b has. */
static yyjson_mut_val *changed_members(struct diff *diff, const struct pair *pair)
{
	yyjson_mut_val *list = yyjson_mut_arr(diff->doc), *key, *value;
	yyjson_mut_val *a = component_to_json(diff->doc, pair->a);
	yyjson_mut_val *b = component_to_json(diff->doc, pair->b);
	size_t i, n;

	yyjson_mut_obj_foreach(a, i, n, key, value)
	{
		const char *name = yyjson_mut_get_str(key);

		if (!same_member(value, yyjson_mut_obj_get(b, name)))
			yyjson_mut_arr_add_str(diff->doc, list, name);
	}
	yyjson_mut_obj_foreach(b, i, n, key, value)
	{
		const char *name = yyjson_mut_get_str(key);

		if (!yyjson_mut_obj_get(a, name))
			yyjson_mut_arr_add_str(diff->doc, list, name);
	}
	return list;
}

static void note(struct diff *diff, const struct component *a, const struct component *b)
{
	struct pair pair = { a, b };

	if (a && b && yyjson_mut_arr_size(changed_members(diff, &pair)) == 0)
		return;
	diff->removed += !b;
	diff->added += !a;
	diff->changed += a && b;
	diff->pairs[diff->count++] = pair;
}

static int compare(struct diff *diff, struct err *err)
{
	CLEANUP_FREE const struct component **a = sorted(&diff->a.cat);
	CLEANUP_FREE const struct component **b = sorted(&diff->b.cat);
	size_t a_count = diff->a.cat.count, b_count = diff->b.cat.count;

	diff->doc = yyjson_mut_doc_new(NULL);
	diff->pairs = calloc(a_count + b_count + 1, sizeof(*diff->pairs));
	if (!a || !b || !diff->doc || !diff->pairs)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0, k = 0; i < a_count || k < b_count;) {
		int order = i == a_count ? 1 : k == b_count ? -1 : strcmp(a[i]->id, b[k]->id);

		note(diff, order <= 0 ? a[i] : NULL, order >= 0 ? b[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	return 0;
}

static void print_one(char mark, const struct component *comp)
{
	printf("%c %-40s %-20s %12" PRIu64 " bytes\n", mark, comp->id, comp->version,
	       comp->payload.size);
}

static void print_changed(struct diff *diff, const struct pair *pair)
{
	yyjson_mut_val *members = changed_members(diff, pair), *name;
	size_t i, n;

	printf("! %-40s", pair->a->id);
	if (strcmp(pair->a->version, pair->b->version) != 0)
		printf(" %s -> %s", pair->a->version, pair->b->version);
	if (pair->a->payload.size != pair->b->payload.size)
		printf(" %" PRIu64 " -> %" PRIu64 " bytes", pair->a->payload.size,
		       pair->b->payload.size);
	printf(" (");
	yyjson_mut_arr_foreach(members, i, n, name)
		printf("%s%s", i ? ", " : "", yyjson_mut_get_str(name));
	printf(")\n");
}

static void print_text(struct diff *diff)
{
	for (size_t i = 0; i < diff->count; i++) {
		const struct pair *pair = &diff->pairs[i];

		if (!pair->b)
			print_one('-', pair->a);
		else if (!pair->a)
			print_one('+', pair->b);
		else
			print_changed(diff, pair);
	}
	if (diff->count == 0)
		printf("the same %zu component%s\n", diff->a.cat.count,
		       diff->a.cat.count == 1 ? "" : "s");
	else
		printf("%zu added, %zu removed, %zu changed; %" PRIu64 " bytes before, %" PRIu64
		       " after\n",
		       diff->added, diff->removed, diff->changed, diff->a_bytes, diff->b_bytes);
}

static void add_repo(struct diff *diff, yyjson_mut_val *root, const char *key,
		     const struct repo *repo, uint64_t bytes)
{
	yyjson_mut_val *obj = yyjson_mut_obj_add_obj(diff->doc, root, key);

	yyjson_mut_obj_add_str(diff->doc, obj, "repository", repo->head.repo_id);
	yyjson_mut_obj_add_uint(diff->doc, obj, "serial", repo->head.serial);
	yyjson_mut_obj_add_uint(diff->doc, obj, "components", repo->cat.count);
	yyjson_mut_obj_add_uint(diff->doc, obj, "bytes", bytes);
}

static int print_json(struct diff *diff, struct err *err)
{
	yyjson_mut_val *root = yyjson_mut_obj(diff->doc), *list, *obj;

	yyjson_mut_doc_set_root(diff->doc, root);
	yyjson_mut_obj_add_uint(diff->doc, root, "format", 1);
	yyjson_mut_obj_add_bool(diff->doc, root, "same", diff->count == 0);
	add_repo(diff, root, "a", &diff->a, diff->a_bytes);
	add_repo(diff, root, "b", &diff->b, diff->b_bytes);
	list = yyjson_mut_obj_add_arr(diff->doc, root, "differences");
	for (size_t i = 0; i < diff->count; i++) {
		const struct pair *pair = &diff->pairs[i];

		obj = yyjson_mut_arr_add_obj(diff->doc, list);
		yyjson_mut_obj_add_str(diff->doc, obj, "id", pair->a ? pair->a->id : pair->b->id);
		yyjson_mut_obj_add_str(diff->doc, obj, "change",
				       !pair->a	  ? "added"
				       : !pair->b ? "removed"
						  : "changed");
		if (pair->a && pair->b)
			yyjson_mut_obj_add_val(diff->doc, obj, "members",
					       changed_members(diff, pair));
		if (pair->a)
			yyjson_mut_obj_add_val(diff->doc, obj, "a",
					       component_to_json(diff->doc, pair->a));
		if (pair->b)
			yyjson_mut_obj_add_val(diff->doc, obj, "b",
					       component_to_json(diff->doc, pair->b));
	}
	return say_json(diff->doc, err);
}

static void drop(struct diff *diff)
{
	repo_close(&diff->a);
	repo_close(&diff->b);
	free(diff->pairs);
	yyjson_mut_doc_free(diff->doc);
}

int fwrepo_diff(int argc, char **argv)
{
	bool json = false;
	const struct opt opts[] = {
		{ "json", OPT_FLAG, &json, NULL, "as JSON" },
		{ 0 },
	};
	struct diff diff = { .count = 0 };
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 2, 2, NULL, &first);

	if (status >= 0)
		return status;
	rc = repo_open(argv[first], &diff.a, &err);
	if (!rc)
		rc = repo_open(argv[first + 1], &diff.b, &err);
	if (!rc)
		rc = repo_bytes(&diff.a.cat, &diff.a_bytes, &err);
	if (!rc)
		rc = repo_bytes(&diff.b.cat, &diff.b_bytes, &err);
	if (!rc)
		rc = compare(&diff, &err);
	if (!rc && json)
		rc = print_json(&diff, &err);
	else if (!rc)
		print_text(&diff);
	drop(&diff);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
