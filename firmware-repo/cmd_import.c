/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: packages of vendors become components; all of them or, when one is damaged, none. */
#include "fwrepo.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "import/import_internal.h"
#include "import/wanted.h"
#include "progress.h"
#include "repo.h"

struct import_command {
	const char *repo, *report;
	struct opt_list servers;
	struct import_options options;
	bool json;
};

static int read_servers(struct import_command *command, struct inventory *ret, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < command->servers.count; i++)
		rc = wanted_read_server(command->servers.items[i], &ret[i], err);
	command->options.servers = ret;
	command->options.server_count = command->servers.count;
	return rc;
}

static int import_all(struct import *imp, char **paths, struct err *err)
{
	int rc = 0;

	imp->first_new = imp->repo->cat.count;
	progress_begin("import", 0);
	for (; !rc && *paths; paths++)
		rc = import_path(imp, *paths, err);
	progress_end();
	if (!rc && !imp->options->dry_run && imp->repo->cat.count > imp->first_new)
		rc = repo_write_index(imp->repo, err);
	if (rc)
		import_undo(imp);
	return rc;
}

/* The report of an import that failed is told as well: it says how far it came, and why. */
static int tell(const struct import_command *command, const struct import *imp,
		const struct err *failure, struct err *err)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	int rc = report_json(&imp->report, failure, &text, &len, err);

	if (!rc && command->report)
		rc = fsio_write_atomic(command->report, text, len, 0644, err);
	if (!rc && command->json)
		puts(text);
	else if (!rc && !failure)
		report_print(&imp->report, command->options.dry_run);
	return rc;
}

static int run(struct import_command *command, char **paths, int *ret_status, struct err *err)
{
	struct inventory servers[OPT_LIST_MAX] = { 0 };
	struct repo repo = { 0 };
	struct import imp = { .repo = &repo, .options = &command->options };
	struct err telling = { 0 };
	int rc = read_servers(command, servers, err);

	if (!rc)
		rc = command->options.dry_run ? repo_open(command->repo, &repo, err)
					      : repo_open_to_change(command->repo, &repo, err);
	if (!rc) {
		rc = import_all(&imp, paths, err);
		if (tell(command, &imp, rc ? err : NULL, &telling) && !rc) {
			*err = telling;
			rc = telling.code;
		}
	}
	*ret_status = report_count(&imp.report, NOTE_IMPORTED) +
				      report_count(&imp.report, NOTE_ALREADY_THERE)
			      ? 0
			      : 3;
	import_free(&imp);
	repo_close(&repo);
	for (size_t i = 0; i < command->servers.count; i++)
		inventory_free(&servers[i]);
	return rc;
}

int fwrepo_import(int argc, char **argv)
{
	struct import_command command = { 0 };
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &command.repo, "DIR", "the repository" },
		{ "for", OPT_LIST, &command.servers, "FILE",
		  "only what fits this server: \"drydock inventory --json\" or \"lspci -x\"; "
		  "repeat" },
		{ "keep-undecided", OPT_FLAG, &command.options.keep_undecided, NULL,
		  "also what those files cannot tell about" },
		{ "all-versions", OPT_FLAG, &command.options.all_versions, NULL,
		  "also versions that a newer one in the same Service Pack supersedes" },
		{ "vendor-tools", OPT_FLAG, &command.options.vendor_tools, NULL,
		  "also what only the vendor's own tool can apply, as it is" },
		{ "dry-run", OPT_FLAG, &command.options.dry_run, NULL,
		  "tell what would be imported and change nothing" },
		{ "report", OPT_TEXT, &command.report, "FILE", "write the report as JSON" },
		{ "json", OPT_FLAG, &command.json, NULL, "the report as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &command.repo }, { 0 } };
	struct err err = { 0 };
	int first, imported;
	int status = fwrepo_begin(opts, argc, argv, 1, argc, needed, &first);

	if (status >= 0)
		return status;
	if (run(&command, argv + first, &imported, &err)) {
		fprintf(stderr, "fwrepo import: the repository is as it was\n");
		return opts_fail(&fwrepo_program, argv[0], &err);
	}
	if (imported == 0 && !command.options.dry_run && !command.json)
		printf("the repository is to be signed again\n");
	return imported;
}
