/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of opts.h as text for people and as man pages. All print to standard output. */
#ifndef DRYDOCK_BASE_OPTS_HELP_H
#define DRYDOCK_BASE_OPTS_HELP_H

#include "base/opts.h"

void opts_print_help(const struct program *prog, const struct command *cmd, const struct opt *opts);
void opts_print_man(const struct program *prog, const struct command *cmd, const struct opt *opts);
int opts_print_program_man(const struct program *prog); /* 0 */

#endif
