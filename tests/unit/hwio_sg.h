/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hardware seam with emulated SCSI devices behind it: /dev/sgN with SG_IO, what sysfs has below
 * /sys/bus/scsi/devices, and a clock that only moves when somebody waits. What the sg driver adds
 * of its own is imitated: a command without an answer ends with DID_TIME_OUT after its time-out, a
 * device that vanished leaves /sys and /dev.
 */
#ifndef DRYDOCK_TESTS_HWIO_SG_H
#define DRYDOCK_TESTS_HWIO_SG_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/hwio.h"
#include "sg_request.h"

#define HWIO_SG_DEVICES	 8
#define HWIO_SG_FDS	 32
#define HWIO_SG_COMMANDS 8192

/* One command that reached the driver, in order. */
struct hwio_sg_command {
	unsigned int device; /* index in struct hwio_sg */
	uint8_t cdb[16];
	uint32_t data_len, timeout_ms;
	uint8_t status;
	uint8_t parameters[64]; /* what went to the device begins with */
};

struct hwio_sg_device {
	enum sg_outcome (*run)(void *model, struct sg_request *req);
	void *model;
	unsigned int number; /* /dev/sg<number>, target in its address */
	const char *vendor, *name, *revision, *driver, *sas_address; /* sysfs */
	unsigned int type;
	bool block; /* it is a disk: "sda" for number 0 ... */
	bool usb;   /* below no PCI function that we know */
	bool removed;
	int sg_errno;		  /* not 0: SG_IO fails with it */
	unsigned int host_status; /* not 0: what the host adapter says of each command */
};

struct hwio_sg {
	struct hwio hw;
	struct hwio_sg_device device[HWIO_SG_DEVICES];
	size_t n_devices;
	struct hwio_sg_command command[HWIO_SG_COMMANDS];
	size_t n_commands;
	uint64_t now_ms;
	int n_open; /* descriptors that are open: 0 at the end of a test */
	struct {
		bool used;
		int device; /* index, or -1 for an attribute */
		char text[80];
		size_t offset;
	} fd[HWIO_SG_FDS];
};

struct hwio_sg *hwio_sg_new(void);
void hwio_sg_free(struct hwio_sg *lab);

/* Adds a device as /dev/sg<n>, 0:0:<n>:0, below 0000:00:1f.2; vendor ... can be set afterwards. */
struct hwio_sg_device *hwio_sg_add(struct hwio_sg *lab, void *model,
				   enum sg_outcome (*run)(void *model, struct sg_request *req));

/* How many commands had value in byte at of their CDB, and the first byte opcode. */
size_t hwio_sg_count(const struct hwio_sg *lab, uint8_t opcode, unsigned int at, uint8_t value);

/* The index-th (from 0) of them; NULL = there is none. */
const struct hwio_sg_command *hwio_sg_nth(const struct hwio_sg *lab, uint8_t opcode,
					  unsigned int at, uint8_t value, size_t index);

#endif
