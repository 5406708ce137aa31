/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drydock.h"
#include "verify.h"

int cmd_verify(int argc, char **argv)
{
	return verify_command(&drydock_program, NULL, argc, argv);
}
