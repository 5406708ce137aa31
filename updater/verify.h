/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verify command, which both programs have: one reader, one judgement. */
#ifndef DRYDOCK_VERIFY_H
#define DRYDOCK_VERIFY_H

#include <stdint.h>

#include "base/opts.h"

/* Who shows how far it is; every member is called, add() from several threads. */
struct verify_show {
	void (*begin)(const char *what, uint64_t total_bytes);
	void (*item)(const char *name);
	void (*add)(uint64_t bytes);
	void (*clear)(void); /* before a line is printed */
	void (*end)(void);
};

/*
 * Checks a repository under a trust directory: signatures, index, every chunk of every payload.
 * Changes nothing. show NULL: a line on standard error from time to time. Returns the exit status:
 * 0, 2 or 6 (64 without memory).
 */
int verify_command(const struct program *prog, const struct verify_show *show, int argc,
		   char **argv);

#endif
