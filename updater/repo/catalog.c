/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a repository in the order of trust. */
#include "repo/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "base/hash.h"
#include "repo/catalog_head.h"
#include "repo/catalog_text.h"

static int read_file(const char *dir, const char *name, size_t max, uint8_t **ret, size_t *ret_len,
		     struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_read_file(path, max, ret, ret_len, err);
}

/* Signatures first: head.json is not looked at before they hold over its bytes. */
static int open_head(const char *dir, const struct policy *policy, struct head *ret,
		     struct catalog *cat, struct err *err)
{
	CLEANUP_FREE uint8_t *sig_text = NULL, *head_text = NULL;
	CLEANUP_FREE struct signature *sigs = NULL;
	size_t sig_len, head_len, count;
	int rc = read_file(dir, "head.sig", CATALOG_SIG_MAX_BYTES, &sig_text, &sig_len, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_SIGNATURE, "not signed: there is no head.sig");
	if (!rc)
		rc = read_file(dir, "head.json", CATALOG_HEAD_MAX_BYTES, &head_text, &head_len,
			       err);
	if (rc)
		return rc;
	rc = signatures_parse(sig_text, sig_len, &sigs, &count, err);
	if (rc)
		return err_prefix(err, "head.sig");
	rc = signatures_check(policy, sigs, count, head_text, head_len, cat->signer_names,
			      sizeof(cat->signer_names), err);
	if (!rc)
		rc = head_parse(head_text, head_len, ret, err);
	if (!rc && ret->serial == 0)
		rc = err_set(err, ERR_FORMAT, "serial 0: a draft");
	return rc ? err_prefix(err, "head.json") : 0;
}

/* Hashed and parsed in the same buffer. */
static int open_index(const char *dir, const struct head *head, struct catalog *cat,
		      struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	size_t len;
	int rc = read_file(dir, "index.json", CATALOG_INDEX_MAX_BYTES, &buf, &len, err);

	if (rc)
		return rc;
	rc = hash_check(buf, len, head->index_sha256, err);
	if (rc == ERR_HASH)
		return err_prefix(err, "index.json: changed since it was signed");
	if (!rc && len != head->index_size)
		rc = err_set(err, ERR_FORMAT, "%zu bytes, head.json says %llu", len,
			     (unsigned long long)head->index_size);
	if (!rc)
		rc = catalog_parse_index(buf, len, cat, err);
	return rc ? err_prefix(err, "index.json") : 0;
}

int catalog_open(const char *dir, const struct policy *policy, struct catalog *ret, struct err *err)
{
	struct head head;
	int rc = open_head(dir, policy, &head, ret, err);

	if (!rc)
		rc = open_index(dir, &head, ret, err);
	if (rc) {
		catalog_free(ret);
		return err_prefix(err, "repository %s", dir);
	}
	snprintf(ret->repo_id, sizeof(ret->repo_id), "%s", head.repo_id);
	snprintf(ret->created, sizeof(ret->created), "%s", head.created);
	ret->serial = head.serial;
	return 0;
}

void component_complete(struct component *comp)
{
	const char **others[] = { &comp->not_understood, &comp->proof.field, &comp->proof.value };

	for (const struct text_member *member = catalog_texts; member->key; member++)
		if (!component_text(comp, member))
			component_put_text(comp, member, "");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (!*others[i])
			*others[i] = "";
}

void component_free(struct component *comp)
{
	pool_free(&comp->pool);
	*comp = (struct component){ 0 };
}

void catalog_free(struct catalog *cat)
{
	for (size_t i = 0; i < cat->count; i++)
		component_free(&cat->components[i]);
	free(cat->components);
	pool_free(&cat->pool);
	*cat = (struct catalog){ 0 };
}

static int compare_to_id(const void *id, const void *comp)
{
	return strcmp(id, ((const struct component *)comp)->id);
}

/* What was read is sorted; what was added later is looked through. */
const struct component *catalog_find(const struct catalog *cat, const char *id)
{
	const struct component *found = cat->sorted ? bsearch(id, cat->components, cat->sorted,
							      sizeof(*found), compare_to_id)
						    : NULL;

	for (size_t i = cat->sorted; i < cat->count && !found; i++)
		if (strcmp(cat->components[i].id, id) == 0)
			found = &cat->components[i];
	return found;
}

int catalog_append(struct catalog *cat, struct component *comp, struct err *err)
{
	struct component *list = array_grow(cat->components, cat->count, sizeof(*list));

	if (!list)
		return err_set(err, ERR_NOMEM, "out of memory");
	cat->components = list;
	list[cat->count++] = *comp;
	*comp = (struct component){ 0 };
	return 0;
}

void catalog_take(struct catalog *cat, size_t index, struct component *ret)
{
	struct component *at = &cat->components[index];

	*ret = *at;
	cat->count--;
	memmove(at, at + 1, (cat->count - index) * sizeof(*at));
	cat->sorted -= index < cat->sorted;
}

size_t component_ref_count(const struct component *comp)
{
	return 1 + comp->attachment_count + (comp->tool && comp->tool->runtime_ref.size);
}

const struct payload_ref *component_ref(const struct component *comp, size_t index)
{
	if (index > comp->attachment_count)
		return &comp->tool->runtime_ref;
	return index == 0 ? &comp->payload : &comp->attachments[index - 1].ref;
}

bool component_has_flag(const struct component *comp, const char *flag)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strcmp(comp->flags[i], flag) == 0)
			return true;
	return false;
}

const char *component_flag_value(const struct component *comp, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < comp->flag_count; i++)
		if (strncmp(comp->flags[i], name, len) == 0)
			return comp->flags[i] + len;
	return NULL;
}
