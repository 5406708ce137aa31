/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server in one process: its drives behind the seam, and the run of a session on it. */
#ifndef DRYDOCK_TESTS_WORLD_MACHINE_H
#define DRYDOCK_TESTS_WORLD_MACHINE_H

#include "world.h"

/* /sys and /proc of a machine without devices, below DIR/root. */
void world_machine_make_root(const char *dir);

/* The drive as it was delivered. */
void world_machine_new_drive(unsigned int drive, struct world_drive *ret);

/* Power on, a whole session, the end of the process: 0 when the session came to its end. */
_Noreturn void world_machine_run(struct world *world, const struct world_boot *boot,
				 const char *log_dir);

#endif
