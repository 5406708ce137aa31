/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "blob.h"
#include "repo_lock.h"

int repo_write_file(const char *dir, const char *name, const void *buf, size_t len, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_write_atomic(path, buf, len, 0644, err);
}

static int make_index(const struct catalog *cat, char **ret_text, struct head *head,
		      struct err *err)
{
	size_t len;
	int rc = catalog_write_index(cat, ret_text, &len, err);

	if (rc)
		return rc;
	head->index_size = len;
	rc = hash_sha256(*ret_text, len, head->index_sha256);
	return rc ? err_set(err, rc, "cannot compute SHA-256") : 0;
}

/* Under the lock. */
static int write_first(const char *dir, struct head *head, struct err *err)
{
	CLEANUP_FREE char *index = NULL, *head_text = NULL;
	struct catalog empty = { 0 };
	char path[FSIO_PATH_MAX];
	size_t len = 0;
	int rc = fsio_join(path, dir, "head.json", err);

	if (!rc && access(path, F_OK) == 0)
		rc = err_set(err, ERR_DUPLICATE, "%s is a repository already", dir);
	if (!rc)
		rc = make_index(&empty, &index, head, err);
	if (!rc)
		rc = head_write(head, &head_text, &len, err);
	if (!rc)
		rc = repo_write_file(dir, "index.json", index, (size_t)head->index_size, err);
	return rc ? rc : repo_write_file(dir, "head.json", head_text, len, err);
}

int repo_create(const char *dir, const char *id, struct err *err)
{
	struct head head = { .created = "1970-01-01T00:00:00Z", .threshold = 1 };
	int rc, lock_fd;

	if (!catalog_id_ok(id) || strlen(id) >= sizeof(head.repo_id))
		return err_set(err, ERR_USAGE,
			       "\"%.80s\" is not an id: letters, digits, \". _ + -\"", id);
	snprintf(head.repo_id, sizeof(head.repo_id), "%s", id);
	rc = fsio_mkdir_p(dir, 0755, err);
	if (!rc)
		rc = repo_lock(dir, &lock_fd, err);
	if (rc)
		return rc;
	rc = write_first(dir, &head, err);
	repo_unlock(dir, lock_fd);
	return rc;
}

static int read_file(const char *dir, const char *name, size_t max, uint8_t **ret, size_t *ret_len,
		     struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_read_file(path, max, ret, ret_len, err);
}

int repo_open(const char *dir, struct repo *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *head = NULL, *index = NULL;
	size_t head_len, index_len;
	int rc = read_file(dir, "head.json", CATALOG_HEAD_MAX_BYTES, &head, &head_len, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(err, rc, "%s is not a repository (fwrepo init makes one)", dir);
	if (!rc)
		rc = head_parse(head, head_len, &ret->head, err);
	if (!rc)
		rc = read_file(dir, "index.json", CATALOG_INDEX_MAX_BYTES, &index, &index_len, err);
	if (!rc)
		rc = hash_sha256(index, index_len, ret->index_sha256);
	if (!rc)
		rc = catalog_parse_index(index, index_len, &ret->cat, err);
	if (rc)
		return err_prefix(err, "repository %s", dir);
	ret->dir = dir;
	ret->index_size = index_len;
	return 0;
}

int repo_open_to_change(const char *dir, struct repo *ret, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, "head.json", err);

	/* What is no repository gets no lock either. */
	if (!rc && access(path, F_OK) == 0) {
		rc = repo_lock(dir, &ret->lock_fd, err);
		ret->locked = !rc;
	}
	ret->dir = dir;
	return rc ? rc : repo_open(dir, ret, err);
}

void repo_close(struct repo *repo)
{
	if (repo->locked)
		repo_unlock(repo->dir, repo->lock_fd);
	catalog_free(&repo->cat);
	*repo = (struct repo){ 0 };
}

bool repo_is_unsigned(const struct repo *repo)
{
	return repo->head.serial == 0 ||
	       memcmp(repo->head.index_sha256, repo->index_sha256, 32) != 0;
}

int repo_check_index(const struct catalog *cat, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	struct catalog again = { 0 };
	struct head head;
	int rc = make_index(cat, &text, &head, err);

	if (rc)
		return rc;
	rc = catalog_parse_index((const uint8_t *)text, (size_t)head.index_size, &again, err);
	catalog_free(&again);
	return rc;
}

int repo_write_index(const struct repo *repo, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc = catalog_write_index(&repo->cat, &text, &len, err);

	return rc ? rc : repo_write_file(repo->dir, "index.json", text, len, err);
}

static bool is_used(const struct catalog *cat, const struct payload_ref *ref)
{
	for (size_t i = 0; i < cat->count; i++)
		for (size_t k = 0; k < component_ref_count(&cat->components[i]); k++)
			if (memcmp(component_ref(&cat->components[i], k)->sha256, ref->sha256,
				   sizeof(ref->sha256)) == 0)
				return true;
	return false;
}

int repo_remove_unused(const struct repo *repo, const struct component *comp, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < component_ref_count(comp) && !rc; i++)
		if (!is_used(&repo->cat, component_ref(comp, i)))
			rc = blob_remove(repo->dir, component_ref(comp, i), CATALOG_PART_BYTES,
					 err);
	return rc;
}
