/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bar for long work, on standard error and only when that is a terminal. One at a time; it draws
 * at most ten times a second and is taken off the screen when it ends.
 */
#ifndef FWREPO_PROGRESS_H
#define FWREPO_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* what: "import", "verify" ...; total 0 = not known, then only amount and rate are shown. */
void progress_begin(const char *what, uint64_t total);
void progress_item(const char *name); /* what is being worked on; cut to the width */
void progress_add(uint64_t bytes);    /* from any thread */
void progress_clear(void);	      /* before a line is printed; the next bytes draw it again */
void progress_end(void);

/* What is drawn, 79 columns: for tests. item is cut, total 0 = not known. */
void progress_line(char *to, size_t size, const char *what, const char *item, uint64_t done,
		   uint64_t total, uint64_t elapsed_ms);

#endif
