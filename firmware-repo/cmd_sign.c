/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signing, with keys that are here, with keys that are elsewhere, or with both. Every key is loaded
 * and every signature made and checked before a file is touched.
 */
#include "fwrepo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algorithms.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/json.h"
#include "keys.h"
#include "repo.h"
#include "sign_head.h"

struct sign_command {
	const char *dir, *key_dir, *passphrase_file, *prepare, *prepared, *threshold;
	char passphrase[PASSPHRASE_MAX]; /* the last one given */
	struct opt_list names, algorithm_names, signatures;
	bool algorithms[SIGN_ALGORITHM_LAST + 1];
	bool add, json;
};

static int sign_one(struct sign_command *command, const char *name, enum sign_algorithm algorithm,
		    struct signing *signing, struct err *err)
{
	struct sign_key key = { 0 };
	uint8_t sig[SIGN_MAX_BYTES];
	size_t len;
	int rc = keys_load_private(command->key_dir, name, algorithm, command->passphrase_file,
				   command->passphrase, &key, err);

	if (rc)
		return rc;
	rc = sign_make(&key, (const uint8_t *)signing->text, signing->len, sig, &len, err);
	if (!rc)
		rc = signing_add(signing, &key, sig, len, err);
	sign_key_free(&key);
	return rc ? err_prefix(err, "%s", name) : 0;
}

static int sign_here(struct sign_command *command, struct signing *signing, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < command->names.count; i++)
		for (enum sign_algorithm a = 1; !rc && a <= SIGN_ALGORITHM_LAST; a++)
			if (command->algorithms[a])
				rc = sign_one(command, command->names.items[i], a, signing, err);
	return rc;
}

/* "PUB=SIG": a public key and a signature that was made elsewhere, both files. */
static int take_signature(const char *text, struct signing *signing, struct err *err)
{
	CLEANUP_FREE char *pub = strdup(text);
	CLEANUP_FREE uint8_t *pem = NULL, *sig = NULL;
	struct sign_key key = { 0 };
	size_t pem_len, sig_len;
	char *file = pub ? strchr(pub, '=') : NULL;
	int rc;

	if (!file || file == pub || !file[1])
		return err_set(err, ERR_USAGE, "--signature: want PUBLIC-KEY=SIGNATURE, two files");
	*file++ = '\0';
	rc = fsio_read_file(pub, SIGN_PEM_MAX_BYTES, &pem, &pem_len, err);
	if (!rc)
		rc = sign_read_public(pem, pem_len, &key, err);
	if (rc)
		return err_prefix(err, "%s", pub);
	rc = fsio_read_file(file, SIGN_MAX_BYTES, &sig, &sig_len, err);
	if (!rc)
		rc = signing_add(signing, &key, sig, sig_len, err);
	sign_key_free(&key);
	return rc ? err_prefix(err, "%s", file) : 0;
}

/* One signer twice would look like two. */
static int check_names(const struct opt_list *names, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < names->count; i++) {
		rc = keys_check_name(names->items[i], err);
		for (size_t j = 0; !rc && j < i; j++)
			if (strcmp(names->items[i], names->items[j]) == 0)
				rc = err_set(err, ERR_USAGE, "--key %s twice", names->items[i]);
	}
	return rc;
}

static int check_options(const struct sign_command *command, struct err *err)
{
	bool signs = command->names.count || command->signatures.count;

	if (command->prepare && (signs || command->prepared || command->add))
		return err_set(err, ERR_USAGE, "--prepare FILE only writes what is to be signed");
	if (command->prepared && command->add)
		return err_set(err, ERR_USAGE, "--prepared FILE or --add, not both");
	if (command->threshold && (command->prepared || command->add))
		return err_set(err, ERR_USAGE, "--threshold is for a new head");
	if (!command->prepare && !signs)
		return err_set(err, ERR_USAGE,
			       "--key NAME is needed, or --signature PUBLIC-KEY=SIGNATURE");
	if (command->signatures.count && !command->prepared && !command->add)
		return err_set(err, ERR_USAGE,
			       "--signature needs --prepared FILE, the head that "
			       "was signed, or --add");
	return check_names(&command->names, err);
}

static int begin(const struct sign_command *command, const struct repo *repo, struct signing *ret,
		 struct err *err)
{
	uint64_t threshold = command->names.count ? command->names.count : 1;

	if (command->add)
		return signing_present(repo, ret, err);
	if (command->prepared)
		return signing_load(repo, command->prepared, ret, err);
	if (command->threshold && fwrepo_number("--threshold", command->threshold,
						CATALOG_MAX_SIGNATURES, &threshold, err))
		return err->code;
	return signing_new(repo, threshold, command->algorithms, ret, err);
}

static int finish(struct sign_command *command, struct signing *signing, struct err *err)
{
	int rc;

	if (command->prepare)
		return fsio_write_atomic(command->prepare, signing->text, signing->len, 0644, err);
	rc = sign_here(command, signing, err);
	for (size_t i = 0; !rc && i < command->signatures.count; i++)
		rc = take_signature(command->signatures.items[i], signing, err);
	return rc ? rc : signing_write(signing, command->dir, err);
}

static int tell_json(const struct sign_command *command, const struct signing *signing,
		     struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	CLEANUP_FREE char *text = NULL;
	yyjson_mut_val *root;
	size_t len;
	int rc;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "repository", signing->head.repo_id);
	yyjson_mut_obj_add_uint(doc, root, "serial", signing->head.serial);
	yyjson_mut_obj_add_bool(doc, root, "signed", !command->prepare);
	yyjson_mut_obj_add_uint(doc, root, "signatures", signing->count);
	rc = json_write_pretty(doc, &text, &len, err);
	if (!rc)
		puts(text);
	return rc;
}

static int tell(const struct sign_command *command, const struct signing *signing,
		const struct repo *repo, struct err *err)
{
	if (command->json)
		return tell_json(command, signing, err);
	if (command->prepare)
		printf("%s: to be signed, %zu bytes, serial %" PRIu64
		       "; then: fwrepo sign --prepared %s --signature PUBLIC-KEY=SIGNATURE\n",
		       command->prepare, signing->len, signing->head.serial, command->prepare);
	else
		printf("signed %s, serial %" PRIu64 ", %zu component%s, %zu signature%s\n",
		       signing->head.repo_id, signing->head.serial, repo->cat.count,
		       repo->cat.count == 1 ? "" : "s", signing->count,
		       signing->count == 1 ? "" : "s");
	return 0;
}

static int sign_repo(struct sign_command *command, struct err *err)
{
	CLEANUP_FREE struct signing *signing = calloc(1, sizeof(*signing));
	struct repo repo = { 0 };
	int rc;

	if (!signing)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = repo_open_to_change(command->dir, &repo, err);
	if (!rc)
		rc = begin(command, &repo, signing, err);
	if (!rc)
		rc = finish(command, signing, err);
	if (!rc)
		rc = tell(command, signing, &repo, err);
	signing_free(signing);
	repo_close(&repo);
	return rc;
}

int fwrepo_sign(int argc, char **argv)
{
	struct sign_command command = { .key_dir = "." };
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &command.dir, "DIR", "the repository" },
		{ "key", OPT_LIST, &command.names, "NAME", "a signer whose keys are here; repeat" },
		{ "key-dir", OPT_TEXT, &command.key_dir, "DIR",
		  "where the keys are; default: here" },
		{ "passphrase-file", OPT_TEXT, &command.passphrase_file, "FILE",
		  "its first line is the passphrase; default: asked for" },
		{ "algorithm", OPT_LIST, &command.algorithm_names, "NAME",
		  "ed25519, ml-dsa-65; default: both" },
		{ "prepare", OPT_TEXT, &command.prepare, "FILE",
		  "sign nothing: write the head that is to be signed elsewhere" },
		{ "prepared", OPT_TEXT, &command.prepared, "FILE",
		  "the head that was written by --prepare" },
		{ "signature", OPT_LIST, &command.signatures, "PUBLIC-KEY=SIGNATURE",
		  "a signature over it that was made elsewhere, and its key (PEM); repeat" },
		{ "add", OPT_FLAG, &command.add, NULL,
		  "add signatures to those that are there; the head stays as it is" },
		{ "threshold", OPT_TEXT, &command.threshold, "N",
		  "how many signers the head says there will be; default: as many as --key" },
		{ "json", OPT_FLAG, &command.json, NULL, "the result as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &command.dir }, { 0 } };
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	rc = algorithms_from_args(&command.algorithm_names, command.algorithms, &err);
	if (!rc)
		rc = check_options(&command, &err);
	if (!rc)
		rc = sign_repo(&command, &err);
	explicit_bzero(command.passphrase, sizeof(command.passphrase));
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
