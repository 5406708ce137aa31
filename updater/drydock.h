/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every command of the updater shares. */
#ifndef DRYDOCK_DRYDOCK_H
#define DRYDOCK_DRYDOCK_H

#include "base/opts.h"

/* Exit statuses; when several hold the order is 64+, 9, 10, 8, 6, 7, 5, 1 (DESIGN 10). */
enum exit_status {
	EXIT_CHANGED = 0, /* changed and proven; for commands that change nothing: done */
	EXIT_NEEDS_REBOOT = 1,
	EXIT_USAGE = 2,
	EXIT_NOTHING_NEEDED = 3,
	EXIT_NO_DEVICE = 4,
	EXIT_DEPENDENCY = 5,
	EXIT_REPOSITORY = 6,
	EXIT_POLICY = 7,
	EXIT_STEPS_FAILED = 8,
	EXIT_NEEDS_HUMAN = 9,
	EXIT_INTERRUPTED = 10,
	EXIT_INTERNAL = 64,
};

extern const struct program drydock_program;
extern const struct command_text drydock_texts[];

int cmd_inventory(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_resume(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_backends(int argc, char **argv);
int cmd_replay(int argc, char **argv);

#endif
