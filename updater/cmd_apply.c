/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drydock.h"
#include "run/session.h"

/* Law 9: without a terminal nothing is asked; the answer is then no. */
static int confirm(const struct session *s, struct err *err)
{
	char answer[16];

	if (s->options->yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return err_set(err, ERR_POLICY,
			       "nobody is there to say yes (--yes answers in "
			       "advance). Nothing was changed");
	printf("Do this? Type yes: ");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0)
		return err_set(err, ERR_POLICY, "not confirmed. Nothing was changed");
	return 0;
}

/* That is no failure: whoever asks for it may ask twice. */
static int nothing_to_resume(struct session *s, enum exit_status *status, struct err *err)
{
	console_say(s->console, "%s.", err->text);
	*err = (struct err){ 0 };
	*status = EXIT_NOTHING_NEEDED;
	return 0;
}

static int run(struct session *s, enum exit_status *status, struct err *err)
{
	int rc = session_plan(s, err);

	if (rc && s->nothing_to_resume)
		return nothing_to_resume(s, status, err);
	if (rc)
		return rc;
	if (s->options->dry_run) {
		*status = EXIT_CHANGED;
		return 0;
	}
	if (s->plan.step_count == 0) {
		*status = session_without_steps(s);
		return 0;
	}
	rc = confirm(s, err);
	if (!rc)
		rc = session_begin(s, err);
	return rc ? rc : session_apply(s, status, err);
}

static int parse_options(struct session_options *options, int argc, char **argv, struct err *err)
{
	const struct opt opts[] = {
		CHOICES_OPTS(options->choices),
		{ "dry-run", OPT_FLAG, &options->dry_run, NULL, "stop after the plan" },
		{ "stop-on-error", OPT_FLAG, &options->stop_on_error, NULL,
		  "begin no further step after one that failed" },
		{ "yes", OPT_FLAG, &options->yes, NULL, "do not ask" },
		{ "auto", OPT_FLAG, &options->unattended, NULL,
		  "nobody is there: only what the policy allows" },
		{ "log-dir", OPT_TEXT, &options->log_dir, "DIR",
		  "the log folder of this run on the medium" },
		{ "log-ram", OPT_TEXT, &options->log_ram, "DIR",
		  "where it is kept whole in RAM (default: a folder of its own)" },
		{ "journal", OPT_TEXT, &options->journal_path, "FILE",
		  "the journal: a partition or a file" },
		{ "other-journal", OPT_LIST, &options->other_journals, "FILE",
		  "a journal on another medium: only read" },
		{ "ram-dir", OPT_TEXT, &options->ram_dir, "DIR",
		  "copy what is needed there first, so that the medium may go" },
		{ "medium-file", OPT_TEXT, &options->medium_file, "FILE",
		  "what is known of media that go and come back" },
		{ "reboot-file", OPT_TEXT, &options->reboot_file, "FILE",
		  "a reboot may follow; made when the next boot goes on with this run" },
		{ "boot-medium", OPT_TEXT, &options->boot_disk, "DISK",
		  "the disk this run was booted from, never reset" },
		{ "console", OPT_LIST, &options->consoles, "DEVICE",
		  "a console to write to as well" },
		{ 0 },
	};
	int first;
	int rc = opts_parse(&drydock_program, opts, argc, argv, &first, err);

	if (!rc && options->resume && options->dry_run)
		rc = err_set(err, ERR_USAGE, "resume changes things: apply --dry-run shows a plan");
	return rc ? rc : choices_check(&options->choices, err);
}

static int run_session(bool resume, int argc, char **argv)
{
	struct session_options options = { .resume = resume };
	struct session session = { 0 };
	enum exit_status status = EXIT_INTERNAL;
	struct err err = { 0 };
	int rc = parse_options(&options, argc, argv, &err);

	if (rc == 1)
		return 0;
	if (rc)
		return opts_fail(&drydock_program, argv[0], &err);
	rc = session_open(&session, &options, &err);
	if (!rc)
		rc = run(&session, &status, &err);
	if (rc)
		status = (enum exit_status)opts_exit_status(rc);
	if (rc && !session.console)
		opts_fail(&drydock_program, argv[0], &err);
	session_close(&session, status, rc ? &err : NULL);
	return status;
}

int cmd_apply(int argc, char **argv)
{
	return run_session(false, argc, argv);
}

int cmd_resume(int argc, char **argv)
{
	return run_session(true, argc, argv);
}
