/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "durable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* What the linker makes of the names with --wrap. */
ssize_t __real_write(int fd, const void *buf, size_t size);
ssize_t __real_pwrite(int fd, const void *buf, size_t size, off_t offset);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *buf, size_t size);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_pci_load_name_list(void *access);

static struct durable *durable; /* NULL = this process does not count */
static const char *medium;

static const char *const kind_names[] = {
	[DURABLE_COUNT] = "nothing",	       [DURABLE_FAIL] = "the operation fails",
	[DURABLE_LOST] = "the medium is lost", [DURABLE_BEFORE] = "death before it",
	[DURABLE_TORN] = "death in it",	       [DURABLE_AFTER] = "death after it",
};

const char *durable_kind_name(enum durable_kind kind)
{
	return kind_names[kind];
}

void durable_arm(struct durable *to, const char *folder)
{
	medium = folder;
	durable = to;
}

static bool is_on_medium(const char *path)
{
	size_t len = strlen(medium);

	return strncmp(path, medium, len) == 0 && path[len] == '/';
}

static bool is_counted(int fd, char *path, size_t size)
{
	char link[32];
	ssize_t len;

	if (!durable)
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, size - 1);
	path[len > 0 ? len : 0] = '\0';
	return is_on_medium(path);
}

static uint64_t next_number(const char *call, const char *subject)
{
	uint64_t number = ++durable->count;

	if (number == durable->at) {
		snprintf(durable->what, sizeof(durable->what), "%s %s", call, subject);
		durable->reached = true;
	}
	return number;
}

static bool is_hit(uint64_t number, enum durable_kind kind)
{
	return durable->kind == kind && number == durable->at;
}

/* Counts; dies, or says whether the operation is to fail. */
static bool begin(const char *call, const char *path, uint64_t *ret_number)
{
	uint64_t number = next_number(call, path + strlen(medium) + 1);

	*ret_number = number;
	if (is_hit(number, DURABLE_BEFORE))
		_exit(DURABLE_DEAD);
	if (durable->kind == DURABLE_LOST && number >= durable->at)
		durable->reached = true;
	errno = EIO;
	return is_hit(number, DURABLE_FAIL) || (durable->kind == DURABLE_LOST && durable->reached);
}

bool durable_begin_command(const char *what, uint64_t *ret_number)
{
	*ret_number = 0;
	if (!durable)
		return false;
	*ret_number = next_number("command", what);
	if (is_hit(*ret_number, DURABLE_BEFORE))
		_exit(DURABLE_DEAD);
	return is_hit(*ret_number, DURABLE_FAIL);
}

void durable_end(uint64_t number)
{
	if (durable && (is_hit(number, DURABLE_AFTER) || is_hit(number, DURABLE_TORN)))
		_exit(DURABLE_DEAD);
}

ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	char path[512];
	uint64_t number;
	ssize_t len;

	if (!is_counted(fd, path, sizeof(path)))
		return __real_write(fd, buf, size);
	if (begin("write", path, &number))
		return -1;
	len = __real_write(fd, buf, is_hit(number, DURABLE_TORN) ? size / 2 : size);
	durable_end(number);
	return len;
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	char path[512];
	uint64_t number;
	ssize_t len;

	if (!is_counted(fd, path, sizeof(path)))
		return __real_pwrite(fd, buf, size, offset);
	if (begin("pwrite", path, &number))
		return -1;
	/* The first 512 bytes of a slot are its record: half of that, too. */
	len = __real_pwrite(fd, buf, is_hit(number, DURABLE_TORN) ? 256 : size, offset);
	durable_end(number);
	return len;
}

int __wrap_fsync(int fd)
{
	char path[512];
	uint64_t number;

	if (!durable)
		return __real_fsync(fd);
	/* The process dies, not this machine: nothing is to be synced in earnest. */
	if (!is_counted(fd, path, sizeof(path)))
		return 0;
	if (begin("fsync", path, &number))
		return -1;
	durable_end(number);
	return 0;
}

int __wrap_fdatasync(int fd)
{
	char path[512];
	uint64_t number;

	if (!durable)
		return __real_fdatasync(fd);
	/* The process dies, not this machine: nothing is to be synced in earnest. */
	if (!is_counted(fd, path, sizeof(path)))
		return 0;
	if (begin("fdatasync", path, &number))
		return -1;
	durable_end(number);
	return 0;
}

int __wrap_rename(const char *from, const char *to)
{
	uint64_t number;
	int rc;

	if (!durable || !is_on_medium(to))
		return __real_rename(from, to);
	if (begin("rename", to, &number))
		return -1;
	rc = __real_rename(from, to);
	durable_end(number);
	return rc;
}

/* The names of all PCI devices there are, a megabyte, for a machine without one: half the time. */
int __wrap_pci_load_name_list(void *access)
{
	(void)access;
	return 0;
}
