/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verify command, which both programs have: one reader, one judgement. */
#ifndef DRYDOCK_VERIFY_H
#define DRYDOCK_VERIFY_H

#include "base/opts.h"

/*
 * Checks a repository under a trust directory: signatures, index, every chunk of every payload.
 * Changes nothing. Returns the exit status: 0, 2 or 6 (64 without memory).
 */
int verify_command(const struct program *prog, int argc, char **argv);

#endif
