/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware seam with emulated NVMe drives (tests/lab/nvme_model.h) behind it: /dev/nvmeN,
 * /sys/class/nvme, and a clock that only moves when somebody waits, so that deadlines take no
 * time. What nvme.ko adds of its own is imitated: a command that outlives its time-out or the drive
 * ends with EINTR, a drive that vanished leaves /sys and /dev, one in reset cannot be opened.
 * Several threads may use it at once: every call holds one lock, and none waits in it.
 */
#ifndef DRYDOCK_TESTS_HWIO_NVME_H
#define DRYDOCK_TESTS_HWIO_NVME_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"
#include "nvme_model.h"

#define HWIO_NVME_DRIVES   16
#define HWIO_NVME_FDS	   64
#define HWIO_NVME_COMMANDS 8192
#define HWIO_NVME_RESET	   0x100 /* in struct hwio_nvme_command: NVME_IOCTL_RESET */

/* One request that reached the driver, in order. */
struct hwio_nvme_command {
	unsigned int drive; /* index in struct hwio_nvme */
	unsigned int opcode;
	uint32_t cdw10, cdw11, data_len, timeout_ms;
	int answer; /* what ioctl returned */
};

struct hwio_nvme_drive {
	struct nvme_model model;
	unsigned int number;   /* /dev/nvme<number> */
	const char *address;   /* sysfs attributes */
	const char *transport; /* NULL = the kernel has no such attribute */
	const char *state;     /* NULL = what follows from resets */
	int admin_errno;       /* not 0: every admin command fails with it */
	int reset_errno;       /* not 0: the reset ioctl fails with it and does nothing */
	uint32_t reset_ms;     /* how long the drive is away after a reset */
	unsigned int number_after_reset;
	bool lost_in_reset; /* a reset makes the drive vanish */
	bool no_hotplug;    /* nobody tells the driver that the drive vanished: it waits */
	bool removed;
	uint64_t live_at_ms;
	char own_address[16];
};

struct hwio_nvme {
	struct hwio hw;
	pthread_mutex_t lock; /* drives, descriptors, and who appends to the commands */
	struct hwio_nvme_drive drive[HWIO_NVME_DRIVES];
	size_t n_drives;
	struct hwio_nvme_command command[HWIO_NVME_COMMANDS];
	_Atomic size_t n_commands;
	_Atomic uint64_t now_ms;
	unsigned int n_opened; /* how often anything was opened, with success or without */
	int n_open;	       /* descriptors that are open: 0 at the end of a test */
	struct {
		bool used;
		int drive;     /* index, or -1 for an attribute */
		char text[80]; /* of the attribute */
		size_t offset;
	} fd[HWIO_NVME_FDS];
};

/* A machine without drives, and its end. */
struct hwio_nvme *hwio_nvme_new(void);
void hwio_nvme_free(struct hwio_nvme *lab);

/*
 * Adds a drive as /dev/nvme<n> (n = how many there are) at PCI address 0000:<n+1>:00.0, with the
 * model's settings ("key=value,..."). A setting that is not understood ends the program.
 */
struct hwio_nvme_drive *hwio_nvme_add(struct hwio_nvme *lab, const char *settings);

/* How many commands with this opcode reached any drive. */
size_t hwio_nvme_count(const struct hwio_nvme *lab, unsigned int opcode);

/* The index-th (from 0) command with this opcode; NULL = there is none. */
const struct hwio_nvme_command *hwio_nvme_nth(const struct hwio_nvme *lab, unsigned int opcode,
					      size_t index);

#endif
