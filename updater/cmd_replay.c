/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "base/cleanup.h"
#include "drydock.h"
#include "run/replay.h"

static int print(const struct replay *replay, bool json, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc = json ? replay_to_json(replay, &text, &len, err)
		      : replay_to_text(replay, &text, err);

	if (!rc && (printf("%s%s", text, json ? "\n" : "") < 0 || fflush(stdout)))
		rc = err_set(err, ERR_IO, "standard output cannot be written");
	return rc;
}

int cmd_replay(int argc, char **argv)
{
	const char *repo_dir = NULL;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &repo_dir, "DIR",
		  "the repository of the run: the bytes of payloads are compared, too" },
		{ "json", OPT_FLAG, &json, NULL, "JSON instead of a table" },
		{ 0 },
	};
	struct replay replay = { 0 };
	struct err err = { 0 };
	int status, first;
	int rc = opts_parse(&drydock_program, opts, argc, argv, &first, &err);

	if (rc == 1)
		return 0;
	if (!rc && argc - first != 1)
		rc = err_set(&err, ERR_USAGE, "it wants one log folder");
	if (rc)
		return opts_fail(&drydock_program, argv[0], &err);
	rc = replay_folder(argv[first], repo_dir, &replay, &err);
	rc = rc ? rc : print(&replay, json, &err);
	status = replay.deviating ? EXIT_STEPS_FAILED : 0;
	replay_free(&replay);
	if (!rc)
		return status;
	opts_fail(&drydock_program, argv[0], &err);
	return EXIT_REPOSITORY;
}
