/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server with twelve emulated drives, a signed repository, and a medium with journal and logs.
 * Each boot is a process of its own that runs a whole session, the code of `drydock apply`; drives
 * and medium outlive it, as firmware and sticks do.
 *
 *     A0-A4  model LOOP A  1.0 -> 2.0, runs after a reset of the drive
 *     A5     model LOOP A  runs 2.0 already: never written
 *     B0-B2  model LOOP B  1.0 -> 2.0, runs at once; that of B2 after a reboot
 *     C0-C1  model LOOP C  1.0 -> 1.5 -> 2.0, a stepping stone
 *     D0     model LOOP D  nothing for it: never written
 */
#ifndef DRYDOCK_TESTS_WORLD_H
#define DRYDOCK_TESTS_WORLD_H

#include "durable.h"
#include "hwio_nvme.h"
#include "journal/journal.h"

#define WORLD_DRIVES 12
#define WORLD_STEPS  12
#define WORLD_SERIAL "LOOP1" /* of the server: its region in the journal */

/* What a drive holds when its power is gone, and what it has been through. */
struct world_drive {
	struct nvme_model_firmware firmware;
	unsigned int begun;  /* downloads of a first block that it took */
	unsigned int stored; /* commits that stored an image */
};

/* In memory that outlives a boot. */
struct world_shared {
	struct world_drive drive[WORLD_DRIVES];
	struct durable durable;
	bool ended; /* the boot came to its end with this status */
	int status;
	uint64_t calls, disturbed; /* of the seam, in seeded boots */
};

struct world {
	char dir[64];
	char medium[96];
	char journal[128];
	/* Since it was as new: */
	unsigned int boots;
	bool medium_lost; /* a run may have gone on without it: records may be missing */
	struct world_shared *shared;
};

/* One boot: how the drives came to power, and what disturbs it. */
struct world_boot {
	enum nvme_model_reset power;
	enum durable_kind kind; /* 0 = DURABLE_COUNT */
	uint64_t at;
	bool in_ram;   /* payloads are copied, the medium may go (RUN_IN_RAM) */
	uint64_t seed; /* 0 = no seeded disturbance */
	unsigned int one_in;
	bool gone;
	bool no_journal; /* nothing that can be written: no journal, logs in RAM */
};

/* They abort when they cannot: a test without its world says nothing. */
void world_make(struct world *world);
void world_remove(struct world *world);

/* Drives, journal and logs as they were at first. */
void world_renew(struct world *world);

enum world_end {
	WORLD_ENDED = 1, /* shared->status */
	WORLD_DIED,	 /* as was wanted */
	WORLD_BROKE,	 /* it crashed, or took too long */
};

enum world_end world_boot(struct world *world, const struct world_boot *boot);

/* The path of the log folder of the last boot. */
void world_log_dir(const struct world *world, char *path, size_t size);

/* What the last boot said on its console, malloc'ed. */
char *world_said(const struct world *world);

const char *world_drive_name(unsigned int drive);   /* "A0": its serial number */
const char *world_drive_wanted(unsigned int drive); /* the version that it must end with */
bool world_drive_is_in_plan(unsigned int drive);

/* The records of this server, oldest first, as they are on the medium. Malloc'ed. */
struct journal_record *world_records(const struct world *world, size_t *ret_count);

#endif
