/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "drydock.h"
#include "hw/box.h"

static const struct command commands[] = {
	{ "inventory", "", "what is there: devices and the firmware they run", cmd_inventory },
	{ "verify", "", "check a repository: signatures, index, every byte of every payload",
	  cmd_verify },
	{ "plan", "", "what would be done, and why the rest is left alone", cmd_plan },
	{ "apply", "", "do what the plan says and prove it", cmd_apply },
	{ "resume", "", "go on with a run that was cut off, and with nothing else", cmd_resume },
	{ "report", "", "what happened, from the journal and the events of a run", cmd_report },
	{ "backends", "", "the ways of writing firmware and what each was tested on",
	  cmd_backends },
	{ "replay", "FOLDER", "a recorded run against the code of this program", cmd_replay },
	{ 0 },
};

const struct program drydock_program = {
	.name = "drydock",
	.summary = "offline firmware updates for servers, planned first and proven after",
	.commands = commands,
	.texts = drydock_texts,
};

int main(int argc, char **argv)
{
	/* No command: how this program starts itself to run a vendor's (hw/box.h). */
	if (argc > 2 && strcmp(argv[1], BOX_WORD) == 0)
		box_main(argc - 2, argv + 2);
	return opts_main(&drydock_program, argc, argv);
}
