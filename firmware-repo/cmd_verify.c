/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"
#include "progress.h"
#include "verify.h"

static const struct verify_show bar = {
	progress_begin, progress_item, progress_add, progress_clear, progress_end,
};

int fwrepo_verify(int argc, char **argv)
{
	return verify_command(&fwrepo_program, &bar, argc, argv);
}
