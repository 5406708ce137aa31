/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder in the place of efivarfs. */
#ifndef DRYDOCK_TESTS_EFIVARS_PLACE_H
#define DRYDOCK_TESTS_EFIVARS_PLACE_H

#include "temp_tree.h"

/*
 * The first thing in main(): libefivar takes its place from the environment before that begins, so
 * the program is started once more with it set. The folder is the caller's to remove.
 */
struct temp_tree efivars_place(char **argv);

#endif
