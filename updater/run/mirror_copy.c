/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/mirror_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TEMP_SUFFIX ".new"
#define FNV_BASIS   0xcbf29ce484222325u /* FNV-1a, 64 bits */
#define FNV_PRIME   0x100000001b3u

/* One file on its way: the source, what it is like now, the target. */
struct copy {
	struct mirror *mirror;
	struct entry *entry;
	int source;
	int target;
	struct stat st;
};

int mirror_fail(struct err *err, int errnum, const char *name, const char *what)
{
	return err_set_errno(err, errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_IO, errnum,
			     "%s: cannot %s", name, what);
}

int mirror_before(const struct mirror *mirror, const char *operation, const char *name)
{
	return mirror->hooks.before ? mirror->hooks.before(mirror->hooks.ctx, operation, name) : 0;
}

static uint64_t fnv(uint64_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * FNV_PRIME;
	return sum;
}

/* At most a piece, at offset of the source; a source that became shorter gives less. */
static ssize_t read_piece(const struct copy *copy, uint64_t offset, uint64_t left)
{
	size_t want = left < MIRROR_PIECE_BYTES ? (size_t)left : MIRROR_PIECE_BYTES;
	ssize_t got;

	do
		got = pread(copy->source, copy->mirror->piece, want, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

static int write_piece(const struct copy *copy, size_t len, uint64_t offset, struct err *err)
{
	const struct entry *entry = copy->entry;
	int errnum = mirror_before(copy->mirror, "write", entry->name);

	for (size_t done = 0; !errnum && done < len;) {
		ssize_t put = pwrite(copy->target, copy->mirror->piece + done, len - done,
				     (off_t)(offset + done));

		if (put > 0)
			done += (size_t)put;
		else if (put == 0 || errno != EINTR)
			errnum = put == 0 ? EIO : errno;
	}
	return errnum ? mirror_fail(err, errnum, entry->name, "write it") : 0;
}

static int sync_target(const struct copy *copy, struct err *err)
{
	int errnum = mirror_before(copy->mirror, "sync", copy->entry->name);

	if (!errnum && fsync(copy->target))
		errnum = errno;
	return errnum ? mirror_fail(err, errnum, copy->entry->name, "sync it") : 0;
}

static int sync_folder(const struct mirror *mirror, const char *name, struct err *err)
{
	int errnum = mirror_before(mirror, "sync folder", name);

	if (!errnum && fsync(mirror->to) && errno != EINVAL)
		errnum = errno;
	return errnum ? mirror_fail(err, errnum, name, "sync its folder") : 0;
}

/*
 * Brings the bytes from entry->size on, each piece synced: whoever waits sees that it goes on, and
 * what a power cut takes is little.
 */
static int bring_bytes(struct copy *copy, struct err *err)
{
	struct mirror *mirror = copy->mirror;
	struct entry *entry = copy->entry;
	uint64_t end = (uint64_t)copy->st.st_size;
	int rc = 0;

	while (!rc && entry->size < end) {
		ssize_t got = read_piece(copy, entry->size, end - entry->size);

		if (got <= 0)
			break; /* became shorter meanwhile: its next state comes with the next pass
				*/
		rc = write_piece(copy, (size_t)got, entry->size, err);
		if (!rc)
			rc = sync_target(copy, err);
		if (rc)
			return rc;
		entry->sum = fnv(entry->sum, mirror->piece, (size_t)got);
		entry->size += (uint64_t)got;
		if (mirror->hooks.moved)
			mirror->hooks.moved(mirror->hooks.ctx);
	}
	return rc;
}

static int open_target(struct copy *copy, const char *name, int flags, struct err *err)
{
	int errnum = mirror_before(copy->mirror, "open", name);

	if (!errnum) {
		copy->target = openat(copy->mirror->to, name,
				      O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | flags, 0644);
		errnum = copy->target < 0 ? errno : 0;
	}
	return errnum ? mirror_fail(err, errnum, name, "open it") : 0;
}

/* Said before a large file is begun in vain. */
static int check_room(const struct copy *copy, struct err *err)
{
	struct statvfs fs;

	if (fstatvfs(copy->mirror->to, &fs) || fs.f_blocks == 0 ||
	    (uint64_t)fs.f_bavail * fs.f_frsize >= (uint64_t)copy->st.st_size)
		return 0;
	return mirror_fail(err, ENOSPC, copy->entry->name, "write it");
}

static int put_in_place(const struct copy *copy, const char *temp, struct err *err)
{
	const struct mirror *mirror = copy->mirror;
	const char *name = copy->entry->name;
	int errnum = mirror_before(mirror, "rename", name);
	int rc;

	if (!errnum && renameat(mirror->to, temp, mirror->to, name))
		errnum = errno;
	if (errnum)
		return mirror_fail(err, errnum, name, "put it in place");
	/* FAT: the new directory entry gets its size only by this (see base/fsio.c). */
	rc = sync_target(copy, err);
	return rc ? rc : sync_folder(mirror, name, err);
}

static int replace(struct copy *copy, struct err *err)
{
	struct entry *entry = copy->entry;
	char temp[MIRROR_NAME_MAX + sizeof(TEMP_SUFFIX)];
	int rc = check_room(copy, err);

	if (rc)
		return rc;
	snprintf(temp, sizeof(temp), "%s%s", entry->name, TEMP_SUFFIX);
	entry->whole = false;
	entry->size = 0;
	entry->sum = FNV_BASIS;
	rc = open_target(copy, temp, O_CREAT | O_TRUNC, err);
	if (rc)
		return rc;
	rc = bring_bytes(copy, err);
	if (!rc)
		rc = put_in_place(copy, temp, err);
	if (rc)
		unlinkat(copy->mirror->to, temp, 0);
	return rc;
}

/* Are the bytes that were copied still the beginning of the file? */
static bool was_appended(const struct copy *copy)
{
	const struct entry *entry = copy->entry;
	uint64_t sum = FNV_BASIS;

	if (!entry->whole || entry->inode != copy->st.st_ino ||
	    (uint64_t)copy->st.st_size < entry->size)
		return false;
	if (entry->grows)
		return true;
	for (uint64_t at = 0; at < entry->size;) {
		ssize_t got = read_piece(copy, at, entry->size - at);

		if (got <= 0)
			return false;
		sum = fnv(sum, copy->mirror->piece, (size_t)got);
		at += (uint64_t)got;
	}
	return sum == entry->sum;
}

/* The file on the medium may have been touched by others: then it is replaced. */
static int append(struct copy *copy, struct err *err)
{
	struct entry *entry = copy->entry;
	struct stat st;
	int rc = 0;

	copy->target = entry->fd;
	if (entry->fd < 0)
		rc = open_target(copy, entry->name, 0, err);
	if (rc)
		return rc;
	if (fstat(copy->target, &st))
		return mirror_fail(err, errno, entry->name, "stat it");
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != entry->size) {
		close(copy->target);
		copy->target = entry->fd = -1;
		return replace(copy, err);
	}
	rc = bring_bytes(copy, err);
	/* What went before is as good as it was: the rest may find room later. */
	if (rc == ERR_FULL)
		(void)!ftruncate(copy->target, (off_t)entry->size);
	return rc;
}

/* A descriptor of a file that grows stays open: its reserved clusters live as long as that. */
static void settle_target(struct copy *copy)
{
	struct entry *entry = copy->entry;

	if (copy->target < 0 || copy->target == entry->fd)
		return;
	if (entry->fd >= 0)
		close(entry->fd);
	entry->fd = -1;
	if (!entry->grows || !entry->whole) {
		close(copy->target);
		return;
	}
	/* Not every file system can: only a precaution. */
	(void)fallocate(copy->target, FALLOC_FL_KEEP_SIZE, (off_t)entry->size, MIRROR_GROW_BYTES);
	entry->fd = copy->target;
}

static bool is_new(const struct entry *entry, const struct stat *st)
{
	return !entry->whole || entry->inode != st->st_ino ||
	       entry->size != (uint64_t)st->st_size ||
	       entry->changed.tv_sec != st->st_mtim.tv_sec ||
	       entry->changed.tv_nsec != st->st_mtim.tv_nsec;
}

static int bring_changes(struct copy *copy, struct err *err)
{
	struct entry *entry = copy->entry;
	bool appended = was_appended(copy);
	int rc;

	entry->busy = true;
	rc = appended ? append(copy, err) : replace(copy, err);
	entry->busy = false;
	entry->whole = rc == 0 || (appended && rc == ERR_FULL && entry->whole);
	entry->inode = copy->st.st_ino;
	entry->changed = copy->st.st_mtim;
	settle_target(copy);
	return rc;
}

int mirror_bring(struct mirror *mirror, struct entry *entry, struct err *err)
{
	CLEANUP_CLOSE int source =
		openat(mirror->from, entry->name,
		       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct copy copy = { .mirror = mirror, .entry = entry, .source = source, .target = -1 };

	if (source < 0 || fstat(source, &copy.st) || !S_ISREG(copy.st.st_mode))
		return 0;
	return is_new(entry, &copy.st) ? bring_changes(&copy, err) : 0;
}
