/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing: every key is loaded and every signature made and checked before a file is touched.
 * Two files then change one after the other; a crash between leaves a repository that no reader
 * accepts, and signing again mends it.
 */
#include "fwrepo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "algorithms.h"
#include "base/cleanup.h"
#include "keys.h"
#include "repo/payload.h"
#include "repo.h"

struct sign_command {
	const char *dir, *key_dir, *passphrase_file;
	char passphrase[PASSPHRASE_MAX]; /* the last one given */
	struct opt_list names, algorithm_names;
	bool algorithms[SIGN_ALGORITHM_LAST + 1];
};

/* A repository that names what is not there must not get a signature. */
static int check_payloads(const struct repo *repo, struct err *err)
{
	for (size_t i = 0; i < repo->cat.count; i++) {
		const struct component *comp = &repo->cat.components[i];
		struct payload *payload = NULL;
		int rc = payload_open(repo->dir, &comp->payload, &payload, err);

		payload_close(payload);
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

static int make_head(const struct repo *repo, const struct sign_command *command, struct head *ret,
		     struct err *err)
{
	*ret = repo->head;
	if (ret->serial == INT64_MAX)
		return err_set(err, ERR_TOO_LARGE, "the serial cannot grow any more");
	ret->serial++;
	ret->index_size = repo->index_size;
	memcpy(ret->index_sha256, repo->index_sha256, sizeof(ret->index_sha256));
	ret->threshold = command->names.count;
	memcpy(ret->algorithms, command->algorithms, sizeof(ret->algorithms));
	return set_created(ret, err);
}

static int sign_one(struct sign_command *command, const char *name, enum sign_algorithm algorithm,
		    const char *text, size_t len, struct signature *ret, struct err *err)
{
	struct sign_key key = { 0 };
	int rc = keys_load_private(command->key_dir, name, algorithm, command->passphrase_file,
				   command->passphrase, &key, err);

	if (rc)
		return rc;
	ret->algorithm = algorithm;
	memcpy(ret->key_id, key.id, sizeof(ret->key_id));
	rc = sign_make(&key, (const uint8_t *)text, len, ret->bytes, &ret->len, err);
	if (!rc && sign_verify(&key, (const uint8_t *)text, len, ret->bytes, ret->len))
		rc = err_set(err, ERR_INTERNAL, "%s: the signature just made does not hold", name);
	sign_key_free(&key);
	return rc;
}

/* One signer twice would look like two. */
static int check_names(const struct opt_list *names, struct err *err)
{
	int rc = names->count ? 0 : err_set(err, ERR_USAGE, "--key NAME is needed");

	for (size_t i = 0; !rc && i < names->count; i++) {
		rc = keys_check_name(names->items[i], err);
		for (size_t j = 0; !rc && j < i; j++)
			if (strcmp(names->items[i], names->items[j]) == 0)
				rc = err_set(err, ERR_USAGE, "--key %s twice", names->items[i]);
	}
	return rc;
}

static int sign_all(struct sign_command *command, const char *text, size_t len,
		    struct signature *sigs, size_t *ret_count, struct err *err)
{
	*ret_count = 0;
	for (size_t i = 0; i < command->names.count; i++) {
		int rc = 0;

		for (enum sign_algorithm a = 1; !rc && a <= SIGN_ALGORITHM_LAST; a++) {
			if (!command->algorithms[a])
				continue;
			if (*ret_count == CATALOG_MAX_SIGNATURES)
				return err_set(err, ERR_TOO_LARGE, "more than %d signatures",
					       CATALOG_MAX_SIGNATURES);
			rc = sign_one(command, command->names.items[i], a, text, len,
				      &sigs[(*ret_count)++], err);
		}
		if (rc)
			return rc;
	}
	return 0;
}

static int sign_repo(struct sign_command *command, const struct repo *repo, struct head *head,
		     struct err *err)
{
	CLEANUP_FREE struct signature *sigs = calloc(CATALOG_MAX_SIGNATURES, sizeof(*sigs));
	CLEANUP_FREE char *head_text = NULL, *sig_text = NULL;
	size_t head_len, sig_len, count;
	int rc;

	if (!sigs)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = check_payloads(repo, err);
	if (!rc)
		rc = make_head(repo, command, head, err);
	if (!rc)
		rc = head_write(head, &head_text, &head_len, err);
	if (!rc)
		rc = sign_all(command, head_text, head_len, sigs, &count, err);
	if (!rc)
		rc = signatures_write(sigs, count, &sig_text, &sig_len, err);
	if (!rc)
		rc = repo_write_file(command->dir, "head.sig", sig_text, sig_len, err);
	return rc ? rc : repo_write_file(command->dir, "head.json", head_text, head_len, err);
}

int fwrepo_sign(int argc, char **argv)
{
	struct sign_command command = { .key_dir = "." };
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &command.dir, "DIR", "the repository" },
		{ "key", OPT_LIST, &command.names, "NAME", "a signer; repeat" },
		{ "key-dir", OPT_TEXT, &command.key_dir, "DIR",
		  "where the keys are; default: here" },
		{ "passphrase-file", OPT_TEXT, &command.passphrase_file, "FILE",
		  "its first line is the passphrase; default: asked for" },
		{ "algorithm", OPT_LIST, &command.algorithm_names, "NAME",
		  "ed25519, ml-dsa-65; default: both" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &command.dir }, { 0 } };
	struct repo repo = { 0 };
	struct head head = { 0 };
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	rc = algorithms_from_args(&command.algorithm_names, command.algorithms, &err);
	if (!rc)
		rc = check_names(&command.names, &err);
	if (!rc)
		rc = repo_open(command.dir, &repo, &err);
	if (!rc)
		rc = sign_repo(&command, &repo, &head, &err);
	if (!rc)
		printf("signed %s, serial %" PRIu64 ", %zu component%s\n", head.repo_id,
		       head.serial, repo.cat.count, repo.cat.count == 1 ? "" : "s");
	explicit_bzero(command.passphrase, sizeof(command.passphrase));
	repo_close(&repo);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
