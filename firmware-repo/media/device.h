/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An image onto a stick: refused unless it is surely one, written around the page cache, read back
 * from the stick itself and compared.
 */
#ifndef FWREPO_DEVICE_H
#define FWREPO_DEVICE_H

#include "base/err.h"
#include "import/source.h"

struct device_request {
	const char *device; /* "/dev/sdb" */
	const char *again;  /* the same once more: it may be a fixed disk; NULL = not said */
	const struct source *image;
	const char *sys, *proc; /* "/sys", "/proc"; tests have others */
};

/*
 * Is the device (number "8:16") one that may be overwritten? ERR_POLICY: a partition; mounted, swap
 * or part of something else (also a partition of it), whatever was said; neither removable nor USB
 * and not named again. ERR_USAGE: again names another device. ERR_NOT_FOUND, ERR_IO.
 */
int device_check(const struct device_request *request, const char *number, struct err *err);

/* The same by its name, before any work is done for it. ERR_UNSUPPORTED: not a block device. */
int device_look(const struct device_request *request, struct err *err);

/*
 * Checks, writes, compares. ERR_POLICY (above), ERR_UNSUPPORTED (not a block device), ERR_BUSY
 * (somebody has it), ERR_FULL (smaller than the image), ERR_IO, ERR_PROOF (it reads otherwise than
 * it was written), ERR_INTERRUPTED (SIGINT, SIGTERM, SIGHUP). The text says what state it is in.
 */
int device_write(const struct device_request *request, struct err *err);

/* The writing and comparing of it, to any descriptor: name is for messages. */
int device_put(int fd, const char *name, const struct source *image, struct err *err);

#endif
