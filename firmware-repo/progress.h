/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A bar for long work, on standard error and only when that is a terminal. One at a time; it draws
 * at most ten times a second and is taken off the screen when it ends.
 */
#ifndef FWREPO_PROGRESS_H
#define FWREPO_PROGRESS_H

#include <stdint.h>

/* what: "import", "verify" ...; total 0 = not known, then only amount and rate are shown. */
void progress_begin(const char *what, uint64_t total);
void progress_item(const char *name); /* what is being worked on; cut to the width */
void progress_add(uint64_t bytes);
void progress_end(void);

#endif
