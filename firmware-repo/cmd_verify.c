/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"
#include "verify.h"

int fwrepo_verify(int argc, char **argv)
{
	return verify_command(&fwrepo_program, argc, argv);
}
