/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives of all kinds: no name that is given out leads out of a folder, no name comes twice, and
 * no more bytes come out than the archive was told to have.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "import/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define READ_MOST (1u << 20) /* enough to see how it goes on */

static int visit(void *ctx, struct archive_member *member, struct err *err)
{
	const char *name = archive_member_name(member);
	uint8_t buf[4096];
	size_t len = 1, all = 0;
	int rc = 0;

	(void)ctx;
	if (!name[0] || name[0] == '/' || strncmp(name, "../", 3) == 0 || strstr(name, "/../") ||
	    strchr(name, '\\'))
		abort();
	while (!rc && len > 0 && all < READ_MOST) {
		rc = archive_member_read(member, buf, sizeof(buf), &len, err);
		all += rc ? 0 : len;
	}
	if (!rc && len == 0 && archive_member_size(member) >= 0 &&
	    all != (uint64_t)archive_member_size(member))
		abort();
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct source src = { .size = size, .name = "fuzz" };
	struct err err = { 0 };
	int rc;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	src.fd = fd;
	rc = archive_walk(&src, false, visit, NULL, &err);
	if (rc > 0 || (rc && (err.code != rc || !err.text[0])))
		abort();
	return 0;
}
