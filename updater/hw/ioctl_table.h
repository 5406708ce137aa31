/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the ioctls that we use carry: the size of their argument, and the buffers it points to. A
 * request that is not in the table is recorded by its number alone.
 */
#ifndef DRYDOCK_HW_IOCTL_TABLE_H
#define DRYDOCK_HW_IOCTL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#define IOCTL_ARG_MAX 128

/* How data is kept in a trace. */
enum trace_rule {
	TRACE_BYTES = 1, /* as it is */
	TRACE_HASH,	 /* length and SHA-256: firmware is not ours to hand out */
	TRACE_NOTHING,	 /* length only: secrets */
};

struct ioctl_data {
	const char *name;	    /* "NVME_IOCTL_ADMIN_CMD"; NULL = not in the table */
	uint8_t arg[IOCTL_ARG_MAX]; /* a copy without pointers */
	size_t arg_len;
	const uint8_t *out; /* what goes to the device; NULL = nothing */
	size_t out_len;
	const uint8_t *in; /* what comes back when it succeeds; NULL = nothing */
	size_t in_len;
	enum trace_rule rule; /* of out and in */
	const char *rule_why; /* "" for TRACE_BYTES */
};

/* Describes arg as it is now. The buffers in *ret are the caller's own. */
void ioctl_describe(unsigned long request, const void *arg, struct ioctl_data *ret);

/* Files whose content is a secret, by the last part of their path. */
enum trace_rule trace_rule_of_path(const char *path);

#endif
