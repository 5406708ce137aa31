/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flock(2) on a file that exists for as long as it is held: a lock on the folder itself would not
 * work on NFS, where it needs a descriptor that can write. The file holds the process's number for
 * whoever comes second.
 */
#include "repo_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define TEMP_TAIL 7 /* ".XXXXXX" of fsio_write_atomic() */

/* Is the file that was locked still the one of that name? Its holder removes it at its end. */
static bool is_current(int fd, const char *path)
{
	struct stat mine, named;

	return !fstat(fd, &mine) && !stat(path, &named) && mine.st_ino == named.st_ino &&
	       mine.st_dev == named.st_dev;
}

static int busy(int fd, const char *dir, struct err *err)
{
	char text[16] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len <= 0 || strspn(text, "0123456789") != (size_t)len - 1)
		return err_set(err, ERR_BUSY, "repository %s is in use by another process", dir);
	return err_set(err, ERR_BUSY, "repository %s is in use by process %.*s", dir, (int)len - 1,
		       text);
}

static int take(const char *dir, const char *path, int *ret_fd, struct err *err)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid()), rc;
	int fd;

	do {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0)
			return err_set_errno(err, errno == ENOSPC ? ERR_FULL : ERR_IO, errno,
					     "repository %s: cannot write in it", dir);
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			rc = errno == EWOULDBLOCK
				     ? busy(fd, dir, err)
				     : err_set_errno(err, ERR_IO, errno, "%s: cannot lock", path);
			close(fd);
			return rc;
		}
		*ret_fd = fd;
		if (is_current(fd, path))
			break;
		close(fd);
	} while (true);
	/* Only for people: without room for it the lock holds all the same. */
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)len, 0) != len)
		(void)ftruncate(fd, 0);
	return 0;
}

/* "index.json.aB3xYz" */
static bool is_temp(const char *name)
{
	static const char *const files[] = { "index.json", "head.json", "head.sig",
					     "import-cache.tsv", NULL };
	size_t len = strlen(name);

	for (size_t i = 0; files[i]; i++)
		if (len == strlen(files[i]) + TEMP_TAIL && name[len - TEMP_TAIL] == '.' &&
		    strncmp(name, files[i], len - TEMP_TAIL) == 0)
			return true;
	return false;
}

/* The folder of a payload that was being copied; its files are numbered parts. */
static void remove_incoming(const char *path)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strspn(entry->d_name, "0123456789") == strlen(entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
	rmdir(path);
}

static void remove_leftovers(const char *path)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char file[FSIO_PATH_MAX];

		if (fsio_join(file, path, entry->d_name, NULL))
			continue;
		if (strncmp(entry->d_name, "incoming.", 9) == 0)
			remove_incoming(file);
		else if (is_temp(entry->d_name))
			unlink(file);
	}
}

int repo_lock(const char *dir, int *ret_fd, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, REPO_LOCK_NAME, err);

	if (!rc)
		rc = take(dir, path, ret_fd, err);
	if (!rc)
		remove_leftovers(dir);
	return rc;
}

void repo_unlock(const char *dir, int fd)
{
	char path[FSIO_PATH_MAX];

	/* While it is still held: nobody else's lock is ever removed. */
	if (!fsio_join(path, dir, REPO_LOCK_NAME, NULL))
		unlink(path);
	close(fd);
}
