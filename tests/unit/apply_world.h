/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole runs in this process: inventory, plan, journal and apply against emulated drives behind the
 * seam, with a repository's blob on disk. What is wrong is in the drive, the medium or the journal.
 */
#ifndef DRYDOCK_TESTS_APPLY_WORLD_H
#define DRYDOCK_TESTS_APPLY_WORLD_H

#include <pthread.h>

#include "hwio_nvme.h"
#include "run/apply.h"

enum { DOWNLOAD = 0x11, COMMIT = 0x10 };
#define IMAGE_BYTES (2 * CATALOG_CHUNK_BYTES + 4096)

/* A machine: the emulated drives, and in front of them a seam that can disturb. */
struct world {
	struct hwio hw;
	struct hwio_nvme *lab;
	char dir[64]; /* the repository */
	char blob[256];
	uint8_t *image;
	char mountinfo[256];
	/* Called before each admin command; may disturb. */
	void (*before)(struct world *world, unsigned int opcode);
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool hold; /* commits wait while this is set */

	struct inventory inv;
	struct component comps[2];
	char target[COMPONENT_TARGET_MAX];
	const char *targets[1];
	struct catalog cat;
	struct plan_options options;
	struct plan plan;
	struct journal *journal;
	struct events *events;
	struct console *console;
	struct schedule_options order;
	struct apply apply;
	struct apply_run *run;
	struct err err;
	char said[16384];
};

/* A machine with these drives (settings of the model), all fit for the component 2.0. */
struct world *apply_world_start(const char *const *drives, size_t count);
struct world *apply_world_start_one(const char *settings);

/* Plans and applies with standard output set aside; what people would see goes to world->said. */
enum exit_status apply_world_go(struct world *world);
void apply_world_read_transcript(struct world *world, const char *path);
void apply_world_stop(struct world *world);

#endif
