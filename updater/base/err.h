/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors are values: a negative code that tests and exit statuses depend on, and a text that
 * gains a prefix at each level it passes ("nvme0 (X100, S/N 12): write chunk 3 of 9: ...") and
 * is printed once, at the top.
 */
#ifndef DRYDOCK_BASE_ERR_H
#define DRYDOCK_BASE_ERR_H

#include <stddef.h>

/* Negative and beyond errno, so that neither is ever mistaken for the other. */
enum err_code {
	ERR_USAGE = -10001, /* the command line */
	ERR_NOMEM = -10002,
	ERR_IO = -10003,	/* a file or medium could not be read or written */
	ERR_NOT_FOUND = -10004, /* file, blob, key, device */
	ERR_FORMAT = -10005,	/* bytes that do not follow their format */
	ERR_TOO_LARGE = -10006, /* beyond a stated maximum */
	ERR_DUPLICATE = -10007, /* an id or key that must be unique is not */
	ERR_HASH = -10008,	/* bytes that differ from their signed hash */
	ERR_SIGNATURE = -10009, /* not signed as the policy demands */
	ERR_POLICY = -10010,	/* the policy does not allow it */
	ERR_FULL = -10011,	/* journal or medium without room */
	ERR_UNSUPPORTED = -10012,
	ERR_BUSY = -10013,
	ERR_DEVICE = -10014, /* the device refused or answered with an error */
	ERR_DEVICE_GONE = -10015,
	ERR_OVERDUE = -10016, /* a deadline passed, the operation may still be going on */
	ERR_PROOF = -10017,   /* read back and it is not what was written */
	ERR_INTERRUPTED = -10018,
	ERR_INTERNAL = -10019,
	ERR_NO_WRITABLE_ESP = -10020, /* a capsule has to go to an ESP, and none is ours */
	ERR_LAST = -10020
};

struct err {
	int code; /* an enum err_code, 0 = none */
	char text[512];
};

/* Sets code and text; returns code, so that "return err_set(...)" reads well. err may be NULL. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same with ": <strerror(errnum)>" appended. errnum is a positive errno. */
int err_set_errno(struct err *err, int code, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * Puts "<text>: " before what is there; returns err->code. Without err there is no text, and it
 * returns the code that this thread set last.
 */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The stable id of a code, "HASH" for ERR_HASH; "INTERNAL" for anything unknown. */
const char *err_id(int code);

#endif
