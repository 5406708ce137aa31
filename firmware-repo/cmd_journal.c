/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include "journal/journal.h"

int fwrepo_journal_init(int argc, char **argv)
{
	/* All zero: the medium gives itself an id when it is first booted. */
	static const uint8_t no_medium[16] = { 0 };
	const struct opt opts[] = { { 0 } };
	struct err err = { 0 };
	int first;
	int status = fwrepo_begin(opts, argc, argv, 1, 1, NULL, &first);

	if (status >= 0)
		return status;
	if (journal_format(argv[first], no_medium, &err))
		return opts_fail(&fwrepo_program, argv[0], &err);
	return 0;
}
