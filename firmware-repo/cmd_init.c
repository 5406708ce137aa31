/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/hex.h"
#include "repo.h"
#include "say.h"

/* Serials are counted for each id, so two repositories should not share one. */
static int random_id(char id[32], struct err *err)
{
	uint8_t bytes[6];
	char hex[2 * sizeof(bytes) + 1];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_set(err, ERR_INTERNAL, "no random numbers");
	hex_encode(bytes, sizeof(bytes), hex);
	snprintf(id, 32, "repo-%s", hex);
	return 0;
}

int fwrepo_init(int argc, char **argv)
{
	const char *id = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "id", OPT_TEXT, &id, "ID", "name of the repository; default: a random one" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
		{ 0 },
	};
	struct err err = { 0 };
	char made[32];
	int first, rc = 0;
	int status = fwrepo_begin(opts, argc, argv, 1, 1, NULL, &first);

	if (status >= 0)
		return status;
	if (!id) {
		rc = random_id(made, &err);
		id = made;
	}
	if (!rc)
		rc = repo_create(argv[first], id, &err);
	if (!rc && json)
		rc = say_pairs((const char *const[]){ "path", argv[first], "repository", id, NULL },
			       &err);
	if (rc)
		return opts_fail(&fwrepo_program, argv[0], &err);
	if (!json)
		printf("%s: empty repository %s, not signed yet\n", argv[first], id);
	return 0;
}
