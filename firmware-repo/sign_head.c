/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sign_head.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "fwrepo.h"
#include "repo/payload.h"

static int read_of(const char *dir, const char *name, size_t max, uint8_t **ret, size_t *ret_len,
		   struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_read_file(path, max, ret, ret_len, err);
}

/* A repository that names what is not there must not get a signature. */
static int check_payload(const char *dir, const struct payload_ref *ref, struct err *err)
{
	struct payload *payload = NULL;
	int rc = payload_open(dir, ref, &payload, err);

	payload_close(payload);
	return rc;
}

static int check_payloads(const struct repo *repo, struct err *err)
{
	for (size_t i = 0; i < repo->cat.count; i++) {
		const struct component *comp = &repo->cat.components[i];
		int rc = check_payload(repo->dir, &comp->payload, err);

		for (size_t j = 0; !rc && j < comp->attachment_count; j++)
			rc = check_payload(repo->dir, &comp->attachments[j].ref, err);
		if (rc)
			return err_prefix(err, "component %s", comp->id);
	}
	return 0;
}

/* Now, or SOURCE_DATE_EPOCH, so that the same input gives the same head. */
static int set_created(struct head *head, struct err *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = (uint64_t)time(NULL);
	time_t when;
	struct tm tm;

	if (epoch && fwrepo_number("SOURCE_DATE_EPOCH", epoch, 253402300799, &seconds, err))
		return err->code;
	when = (time_t)seconds;
	if (!gmtime_r(&when, &tm) ||
	    !strftime(head->created, sizeof(head->created), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return err_set(err, ERR_INTERNAL, "no time");
	return 0;
}

int signing_new(const struct repo *repo, uint64_t threshold,
		const bool algorithms[SIGN_ALGORITHM_LAST + 1], struct signing *ret,
		struct err *err)
{
	struct head *head = &ret->head;
	int rc = check_payloads(repo, err);

	if (rc)
		return rc;
	*head = repo->head;
	if (head->serial == INT64_MAX)
		return err_set(err, ERR_TOO_LARGE, "the serial cannot grow any more");
	head->serial++;
	head->index_size = repo->index_size;
	memcpy(head->index_sha256, repo->index_sha256, sizeof(head->index_sha256));
	head->threshold = threshold;
	memcpy(head->algorithms, algorithms, sizeof(head->algorithms));
	ret->changes = true;
	rc = set_created(head, err);
	return rc ? rc : head_write(head, &ret->text, &ret->len, err);
}

/* Is it what fwrepo writes, byte for byte? Another text would be signed for what it also says. */
static int parse(const uint8_t *text, size_t len, struct signing *ret, struct err *err)
{
	int rc = head_parse(text, len, &ret->head, err);

	if (!rc)
		rc = head_write(&ret->head, &ret->text, &ret->len, err);
	if (!rc && (ret->len != len || memcmp(ret->text, text, len) != 0))
		rc = err_set(err, ERR_FORMAT, "not the bytes that \"sign --prepare\" wrote");
	return rc;
}

static int check_index(const struct repo *repo, const struct head *head, struct err *err)
{
	if (strcmp(head->repo_id, repo->head.repo_id) != 0)
		return err_set(err, ERR_POLICY, "it is the head of repository \"%s\"",
			       head->repo_id);
	if (head->index_size != repo->index_size ||
	    memcmp(head->index_sha256, repo->index_sha256, 32) != 0)
		return err_set(err, ERR_POLICY, "the repository was changed since");
	return 0;
}

int signing_load(const struct repo *repo, const char *path, struct signing *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len;
	int rc = fsio_read_file(path, CATALOG_HEAD_MAX_BYTES, &text, &len, err);

	if (!rc)
		rc = parse(text, len, ret, err);
	if (!rc)
		rc = check_index(repo, &ret->head, err);
	if (!rc && ret->head.serial <= repo->head.serial)
		rc = err_set(err, ERR_POLICY, "its serial %" PRIu64 " is not above %" PRIu64,
			     ret->head.serial, repo->head.serial);
	if (!rc)
		rc = check_payloads(repo, err);
	ret->changes = true;
	return rc ? err_prefix(err, "%s", path) : 0;
}

/* The signatures that are there; none when there is no file, or what is there is not one. */
static int present_signatures(const char *dir, struct signature **ret, size_t *ret_count,
			      struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len;
	int rc = read_of(dir, "head.sig", CATALOG_SIG_MAX_BYTES, &text, &len, err);

	*ret_count = 0;
	return rc ? rc : signatures_parse(text, len, ret, ret_count, err);
}

int signing_present(const struct repo *repo, struct signing *ret, struct err *err)
{
	CLEANUP_FREE struct signature *sigs = NULL;
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len;
	int rc = read_of(repo->dir, "head.json", CATALOG_HEAD_MAX_BYTES, &text, &len, err);

	if (!rc)
		rc = parse(text, len, ret, err);
	if (!rc && ret->head.serial == 0)
		rc = err_set(err, ERR_POLICY, "it was never signed");
	if (!rc)
		rc = check_index(repo, &ret->head, err);
	if (!rc)
		rc = present_signatures(repo->dir, &sigs, &ret->count, err);
	if (rc)
		return err_prefix(err, "there is no signed head to add to");
	if (ret->count)
		memcpy(ret->sigs, sigs, ret->count * sizeof(*sigs));
	return 0;
}

static bool same_key(const struct signature *a, const struct signature *b)
{
	return a->algorithm == b->algorithm && memcmp(a->key_id, b->key_id, sizeof(a->key_id)) == 0;
}

int signing_add(struct signing *signing, const struct sign_key *key, const uint8_t *sig, size_t len,
		struct err *err)
{
	struct signature new = { .algorithm = key->algorithm, .len = len };
	size_t at = 0;

	if (sign_verify(key, (const uint8_t *)signing->text, signing->len, sig, len))
		return err_set(err, ERR_SIGNATURE, "not a signature of this key over this head");
	memcpy(new.key_id, key->id, sizeof(new.key_id));
	memcpy(new.bytes, sig, len);
	while (at < signing->count && !same_key(&signing->sigs[at], &new))
		at++;
	if (at == CATALOG_MAX_SIGNATURES)
		return err_set(err, ERR_TOO_LARGE, "more than %d signatures",
			       CATALOG_MAX_SIGNATURES);
	signing->sigs[at] = new;
	signing->count += at == signing->count;
	return 0;
}

static int write_signatures(const char *dir, const struct signature *sigs, size_t count,
			    struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc = signatures_write(sigs, count, &text, &len, err);

	return rc ? rc : repo_write_file(dir, "head.sig", text, len, err);
}

/* Entries over other bytes count nothing, so those of the old head may stand beside the new ones.
 */
static int write_both(const struct signing *signing, const char *dir, struct err *err)
{
	CLEANUP_FREE struct signature *both = calloc(2 * CATALOG_MAX_SIGNATURES, sizeof(*both));
	CLEANUP_FREE struct signature *old = NULL;
	size_t count, room = CATALOG_MAX_SIGNATURES - signing->count;

	if (!both)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (present_signatures(dir, &old, &count, NULL) || count > room)
		count = 0;
	memcpy(both, signing->sigs, signing->count * sizeof(*both));
	if (count)
		memcpy(both + signing->count, old, count * sizeof(*both));
	return write_signatures(dir, both, signing->count + count, err);
}

int signing_write(const struct signing *signing, const char *dir, struct err *err)
{
	int rc = 0;

	if (signing->changes) {
		rc = write_both(signing, dir, err);
		if (!rc)
			rc = repo_write_file(dir, "head.json", signing->text, signing->len, err);
	}
	return rc ? rc : write_signatures(dir, signing->sigs, signing->count, err);
}

void signing_free(struct signing *signing)
{
	free(signing->text);
	*signing = (struct signing){ 0 };
}
