/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_TESTS_WORLD_REPO_H
#define DRYDOCK_TESTS_WORLD_REPO_H

/* Makes DIR/repo, signed, with 2.0 for models LOOP A, B and C and 1.5 for C, and DIR/trust. */
void world_repo_make(const char *dir);

#endif
