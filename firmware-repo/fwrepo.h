/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workstation tool: makes, fills and signs repositories (FORMAT.md). */
#ifndef FWREPO_FWREPO_H
#define FWREPO_FWREPO_H

#include <stdint.h>

#include "base/err.h"
#include "base/opts.h"

extern const struct program fwrepo_program;
extern const struct command_text fwrepo_texts[];

int fwrepo_key(int argc, char **argv);
int fwrepo_init(int argc, char **argv);
int fwrepo_add(int argc, char **argv);
int fwrepo_import(int argc, char **argv);
int fwrepo_runtime(int argc, char **argv);
int fwrepo_remove(int argc, char **argv);
int fwrepo_gc(int argc, char **argv);
int fwrepo_list(int argc, char **argv);
int fwrepo_show(int argc, char **argv);
int fwrepo_diff(int argc, char **argv);
int fwrepo_sign(int argc, char **argv);
int fwrepo_verify(int argc, char **argv);
int fwrepo_trust(int argc, char **argv);
int fwrepo_media(int argc, char **argv);
int fwrepo_journal_init(int argc, char **argv);

/*
 * What every command begins with: parses, wants min to max operands and returns -1 to go on, else
 * the exit status. needed: option values that must not be NULL, in pairs of name and value.
 */
struct needed {
	const char *name; /* "--repo DIR"; NULL ends a list */
	const char *const *value;
};
int fwrepo_begin(const struct opt *opts, int argc, char **argv, int min, int max,
		 const struct needed *needed, int *ret_first);

/* A whole number in decimal digits, at most max. ERR_USAGE. */
int fwrepo_number(const char *what, const char *text, uint64_t max, uint64_t *ret, struct err *err);

#endif
