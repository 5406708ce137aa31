/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trust directory, as the image holds it: public keys and the policy. */
#include "fwrepo.h"

#include <stdio.h>
#include <unistd.h>

#include "algorithms.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/json.h"
#include "keys.h"
#include "repo/policy.h"
#include "repo.h"
#include "say.h"

struct trust_command {
	const char *out, *key_dir, *threshold, *min_evidence;
	struct opt_list names, algorithm_names, allow;
	bool algorithms[SIGN_ALGORITHM_LAST + 1];
};

static int make_policy(const struct trust_command *command, char **ret_text, size_t *ret_len,
		       struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root, *list;
	uint64_t threshold = 1;
	int rc = 0;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (command->threshold)
		rc = fwrepo_number("--threshold", command->threshold, POLICY_MAX_KEYS, &threshold,
				   err);
	if (rc)
		return rc;
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_uint(doc, root, "threshold", threshold);
	yyjson_mut_obj_add_str(doc, root, "min_evidence",
			       command->min_evidence ? command->min_evidence : "hardware");
	list = yyjson_mut_obj_add_arr(doc, root, "algorithms");
	for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++)
		if (command->algorithms[a])
			yyjson_mut_arr_add_str(doc, list, sign_algorithm_name(a));
	list = yyjson_mut_obj_add_arr(doc, root, "allow");
	for (size_t i = 0; i < command->allow.count; i++)
		yyjson_mut_arr_add_str(doc, list, command->allow.items[i]);
	return json_write_canonical(doc, ret_text, ret_len, err);
}

static int copy_key(const struct trust_command *command, const char *name,
		    enum sign_algorithm algorithm, bool write, struct err *err)
{
	CLEANUP_FREE char *pem = NULL;
	struct sign_key key = { 0 };
	char file[128];
	size_t len;
	int rc = keys_load_public(command->key_dir, name, algorithm, &key, &pem, &len, err);

	sign_key_free(&key);
	if (rc || !write)
		return rc;
	snprintf(file, sizeof(file), "keys/%s.%s.pub", name, sign_algorithm_name(algorithm));
	return repo_write_file(command->out, file, pem, len, err);
}

/* Without write they are only looked at: a key that is missing must not leave half a directory. */
static int copy_keys(const struct trust_command *command, bool write, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < command->names.count; i++) {
		rc = keys_check_name(command->names.items[i], err);
		for (enum sign_algorithm a = 1; !rc && a <= SIGN_ALGORITHM_LAST; a++)
			if (command->algorithms[a])
				rc = copy_key(command, command->names.items[i], a, write, err);
	}
	return rc;
}

/* The image's own reader has the last word. */
static int check_result(const char *dir, struct err *err)
{
	struct policy policy = { 0 };
	int rc = policy_load(dir, &policy, err);

	policy_free(&policy);
	return rc;
}

static int make_trust(struct trust_command *command, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	char keys[FSIO_PATH_MAX];
	struct policy policy = { 0 };
	size_t len;
	int rc = algorithms_from_args(&command->algorithm_names, command->algorithms, err);

	if (!rc && command->names.count == 0)
		rc = err_set(err, ERR_USAGE, "--key NAME is needed");
	if (!rc)
		rc = make_policy(command, &text, &len, err);
	if (!rc && policy_parse((const uint8_t *)text, len, &policy, err))
		rc = err_set(err, ERR_USAGE, "the policy would not be read: %.300s", err->text);
	if (!rc)
		rc = fsio_join(keys, command->out, "keys", err);
	/* Keys of an earlier time must not stay trusted by accident. */
	if (!rc && access(keys, F_OK) == 0)
		rc = err_set(err, ERR_DUPLICATE, "%s is there already", keys);
	if (!rc)
		rc = copy_keys(command, false, err);
	if (!rc)
		rc = fsio_mkdir_p(keys, 0755, err);
	if (!rc)
		rc = copy_keys(command, true, err);
	if (!rc)
		rc = repo_write_file(command->out, "policy.json", text, len, err);
	return rc ? rc : check_result(command->out, err);
}

int fwrepo_trust(int argc, char **argv)
{
	struct trust_command command = { .key_dir = "." };
	bool json = false;
	const struct opt opts[] = {
		{ "out", OPT_TEXT, &command.out, "DIR", "the directory to make" },
		{ "key", OPT_LIST, &command.names, "NAME", "a signer; repeat" },
		{ "key-dir", OPT_TEXT, &command.key_dir, "DIR",
		  "where the public keys are; default: here" },
		{ "threshold", OPT_TEXT, &command.threshold, "N",
		  "how many signers are needed; default: 1" },
		{ "algorithm", OPT_LIST, &command.algorithm_names, "NAME",
		  "what each must have signed with: ed25519, ml-dsa-65; default: both" },
		{ "min-evidence", OPT_TEXT, &command.min_evidence, "WORD",
		  "least evidence for unattended runs: none, emulator, trace, hardware (default)" },
		{ "allow", OPT_LIST, &command.allow, "WORD",
		  "downgrade, rewrite, volatile, tpm-consent, bmc-network, bmc-account; repeat" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--out DIR", &command.out }, { 0 } };
	struct err err = { 0 };
	int first;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	if (make_trust(&command, &err) ||
	    (json &&
	     say_pairs((const char *const[]){ "path", command.out, "policy", "policy.json", NULL },
		       &err)))
		return opts_fail(&fwrepo_program, argv[0], &err);
	if (!json)
		printf("%s: accepts %zu signer%s\n", command.out, command.names.count,
		       command.names.count == 1 ? "" : "s");
	return 0;
}
