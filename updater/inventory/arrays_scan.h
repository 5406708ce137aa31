/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What arrays.c collects before it can judge an array. */
#ifndef DRYDOCK_ARRAYS_SCAN_H
#define DRYDOCK_ARRAYS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/lvm.h"
#include "hw/block.h"
#include "hw/hwio.h"

#define ARRAYS_MAX_MEMBERS 4096

/* What one superblock says, whatever its format. */
struct array_member {
	char array[64];	 /* unique: "md:<uuid>" */
	char label[160]; /* as it is shown */
	char member[40]; /* which one it is: two with the same are the same, or stand in for it */
	char link[BLOCK_LINK_MAX]; /* of the disk that it is on */
	uint64_t generation;	   /* grows with each change of the array */
	uint32_t wanted;	   /* members that hold data when it is whole; 0 = not known */
	bool counts;		   /* this is one of them */
	bool unclean;
	const char *degraded; /* the superblock itself says so, in words; NULL = it does not */
	const char *work;     /* "a recovery"; NULL = nothing is under way */
};

struct array_volume { /* an LVM physical volume */
	char uuid[LVM_UUID_BYTES];
	char link[BLOCK_LINK_MAX];
};

struct array_scan {
	struct hwio *hw;
	struct array_member *members;
	size_t member_count;
	struct array_volume *volumes;
	size_t volume_count;
	struct lvm_group *groups; /* each once, the newest text of it */
	size_t group_count;
	char failed[160]; /* the first disk that could not be read, and why; "" = none */
};

/* One block device that is open. */
struct array_source {
	struct array_scan *scan;
	const char *name;
	const char *link; /* of its disk */
	int fd;
	uint64_t size;
	uint32_t sector; /* of the whole disk; 0 = this is a partition */
};

/* Reads all that superblocks may be found by. ERR_NOMEM, ERR_TOO_LARGE. */
int arrays_scan_block(struct array_source *src, struct err *err);
/* The part of it for LVM. */
int arrays_scan_lvm(struct array_source *src, struct err *err);
/* When everything was read: the members of the groups. */
int arrays_close_lvm(struct array_scan *scan, struct err *err);

/* size bytes from offset on; false = cannot be read (kept in scan->failed) or beyond the end. */
bool arrays_read(struct array_source *src, uint64_t offset, void *buf, size_t size);
int arrays_add_member(struct array_scan *scan, const struct array_member *member, struct err *err);

#endif
