/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One writer at a time. Readers need no lock: every file is replaced whole, and what a writer has
 * not finished is under no name that they look for.
 */
#ifndef FWREPO_REPO_LOCK_H
#define FWREPO_REPO_LOCK_H

#include "base/err.h"

#define REPO_LOCK_NAME "lock" /* in the repository for as long as somebody writes */

/*
 * Takes the lock and removes what a writer that was killed has left half done. It goes with the
 * descriptor, also when the process is killed. ERR_BUSY ("in use by process 123"), ERR_IO.
 */
int repo_lock(const char *dir, int *ret_fd, struct err *err);
void repo_unlock(const char *dir, int fd);

#endif
