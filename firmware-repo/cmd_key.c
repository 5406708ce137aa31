/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "base/hex.h"
#include "keys.h"
#include "say.h"

struct key_command {
	const char *dir;
	const char *passphrase_file;
	bool no_passphrase, json;
};

/* Hexadecimal, by algorithm. */
typedef char key_ids[SIGN_ALGORITHM_LAST + 1][2 * SIGN_KEY_ID_BYTES + 1];

static int make_keys(const struct key_command *command, const char *name, const char *passphrase,
		     key_ids ids, struct err *err)
{
	int rc = fsio_mkdir_p(command->dir, 0700, err);

	for (enum sign_algorithm a = 1; !rc && a <= SIGN_ALGORITHM_LAST; a++) {
		struct sign_key key = { 0 };

		rc = keys_make(command->dir, name, a, passphrase, &key, err);
		hex_encode(key.id, sizeof(key.id), ids[a]);
		sign_key_free(&key);
	}
	return rc;
}

static int tell(const struct key_command *command, const char *name, key_ids ids, struct err *err)
{
	if (command->json)
		return say_pairs((const char *const[]){ "name", name, "dir", command->dir,
							sign_algorithm_name(SIGN_ED25519),
							ids[SIGN_ED25519],
							sign_algorithm_name(SIGN_ML_DSA_65),
							ids[SIGN_ML_DSA_65], NULL },
				 err);
	for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++)
		printf("%-9s  key id %s\n", sign_algorithm_name(a), ids[a]);
	printf("private: %s/%s.*.key, to be kept secret; public: %s/%s.*.pub\n", command->dir, name,
	       command->dir, name);
	return 0;
}

static int key_new(const struct key_command *command, const char *name, struct err *err)
{
	char passphrase[PASSPHRASE_MAX] = "";
	key_ids ids = { 0 };
	int rc = keys_check_name(name, err);

	if (!rc && !command->no_passphrase)
		rc = keys_passphrase(command->passphrase_file, "New passphrase: ", true, passphrase,
				     err);
	if (!rc)
		rc = make_keys(command, name, command->no_passphrase ? NULL : passphrase, ids, err);
	explicit_bzero(passphrase, sizeof(passphrase));
	if (!rc)
		rc = tell(command, name, ids, err);
	if (rc)
		return rc;
	if (command->no_passphrase)
		fprintf(stderr,
			"WARNING: the private keys are not encrypted. Whoever can read "
			"%s/%s.*.key, "
			"now or in a backup, can sign firmware that your servers will accept.\n",
			command->dir, name);
	return 0;
}

int fwrepo_key(int argc, char **argv)
{
	struct key_command command = { .dir = "." };
	const struct opt opts[] = {
		{ "dir", OPT_TEXT, &command.dir, "DIR", "where the files go; default: here" },
		{ "passphrase-file", OPT_TEXT, &command.passphrase_file, "FILE",
		  "its first line is the passphrase; default: asked for" },
		{ "no-passphrase", OPT_FLAG, &command.no_passphrase, NULL,
		  "leave the private keys unencrypted" },
		{ "json", OPT_FLAG, &command.json, NULL, "the result as JSON" },
		{ 0 },
	};
	struct err err = { 0 };
	int first, rc;
	int status = fwrepo_begin(opts, argc, argv, 2, 2, NULL, &first);

	if (status >= 0)
		return status;
	if (strcmp(argv[first], "new") != 0)
		rc = err_set(&err, ERR_USAGE, "\"%s\" is not known; there is \"key new NAME\"",
			     argv[first]);
	else if (command.no_passphrase && command.passphrase_file)
		rc = err_set(&err, ERR_USAGE, "--passphrase-file or --no-passphrase, not both");
	else
		rc = key_new(&command, argv[first + 1], &err);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
