/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ioctls that we use carry: the size of their argument, and the buffers it points to. A
 * request that is not in the table is recorded by its number alone.
 */
#ifndef DRYDOCK_HW_IOCTL_TABLE_H
#define DRYDOCK_HW_IOCTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/trace_keep.h"

#define IOCTL_ARG_MAX	  128
#define IOCTL_BUFFERS_MAX 3

/* A buffer beside the argument. */
struct ioctl_buffer {
	const char *key; /* its member in a trace: "out", "in", "cdb", "sense" */
	uint8_t *data;	 /* the caller's own */
	size_t len;
	bool from_device; /* filled when the request succeeds; else it goes to the device */
	struct trace_keep keep;
};

struct ioctl_data {
	const char *name;	    /* "NVME_IOCTL_ADMIN_CMD"; NULL = not in the table */
	uint8_t arg[IOCTL_ARG_MAX]; /* a copy with zeros for pointers and padding */
	size_t arg_len;
	struct ioctl_buffer buffers[IOCTL_BUFFERS_MAX];
	size_t count;
};

/*
 * Describes arg as it is now: before the request, or when it is done. The lengths of what comes
 * from the device are the room for it before, and what is there after it.
 */
void ioctl_describe(unsigned long request, const void *arg, bool done, struct ioctl_data *ret);

const struct ioctl_buffer *ioctl_buffer(const struct ioctl_data *data, const char *key);

/*
 * Makes arg what it was when ioctl_describe() made after[] (arg_len bytes) of it; its pointers
 * stay what they are.
 */
void ioctl_restore(unsigned long request, void *arg, const uint8_t *after);

#endif
