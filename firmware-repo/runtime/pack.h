/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A runtime for vendors' tools out of distribution packages (FORMAT.md, "Tools and runtimes"): what
 * lies in them becomes a tar stream for mksquashfs, and is never unpacked to a path.
 */
#ifndef FWREPO_RUNTIME_PACK_H
#define FWREPO_RUNTIME_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opts.h"

#define RUNTIME_MAX_PACKAGES 256
#define RUNTIME_MAX_BYTES    (1ull << 30) /* of all that is in it */

struct runtime_package {
	char name[96], version[96], architecture[24];
	uint8_t sha256[32];
	const char *file;
};

/* What the .deb file says of itself (deb(5), deb-control(5)). ERR_FORMAT, ERR_IO, ERR_NOT_FOUND. */
int runtime_package_read(const char *file, struct runtime_package *ret, struct err *err);

/*
 * Writes all packages in their order, then the files ("/opt/tool=FILE"), as one tar archive to fd:
 * owners and times are left out, /bin, /lib ... are links into /usr, documentation is not taken.
 * The first of two files with one name counts. ERR_FORMAT, ERR_TOO_LARGE, ERR_IO, ERR_NOMEM.
 */
int runtime_pack(const struct runtime_package *packages, size_t count, const struct opt_list *files,
		 const char *manifest, size_t manifest_len, int fd, struct err *err);

/* Canonical JSON: {"packages":[{"architecture":…,"name":…,"sha256":…,"version":…}]}, malloc'ed. */
int runtime_manifest(const struct runtime_package *packages, size_t count, char **ret,
		     size_t *ret_len, struct err *err);

/*
 * Downloads the named packages ("libc6:i386") and what they depend on into dir, by the host's
 * apt-get and its sources; the host's own lists and packages are not touched. ERR_IO.
 */
int runtime_fetch(const char *dir, const char *const *names, size_t count, struct err *err);

/* Starts a program of the host's; its standard input is *ret_fd unless that is NULL. */
int runtime_start(char *const *argv, long *ret_pid, int *ret_fd, struct err *err);
int runtime_wait(long pid, const char *name, struct err *err); /* ERR_IO unless it ended with 0 */

#endif
