/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The medium of a journal: a block device or a regular file, read and written past the page cache
 * where the kernel allows it, so that what was acknowledged is on the medium and what is read comes
 * from it. Where O_DIRECT is refused (tmpfs, some FUSE) each write is followed by fdatasync().
 */
#include "journal/journal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

struct file {
	int fd;
	bool direct;
};

uint8_t *journal_io_alloc(size_t len)
{
	return aligned_alloc(JOURNAL_SLOT_BYTES, len);
}

/* Some file systems take O_DIRECT at open and refuse it at the first transfer. */
static bool leave_direct(struct file *file)
{
	int flags = fcntl(file->fd, F_GETFL);

	if (!file->direct || flags < 0 || fcntl(file->fd, F_SETFL, flags & ~O_DIRECT) != 0)
		return false;
	file->direct = false;
	return true;
}

static int file_read(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct file *file = ctx;

	for (size_t done = 0; done < len;) {
		ssize_t n = pread(file->fd, buf + done, len - done, (off_t)(offset + done));

		if (n < 0 && (errno == EINTR || (errno == EINVAL && leave_direct(file))))
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static int file_write(void *ctx, uint64_t offset, const uint8_t *buf, size_t len)
{
	struct file *file = ctx;

	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(file->fd, buf + done, len - done, (off_t)(offset + done));

		if (n < 0 && (errno == EINTR || (errno == EINVAL && leave_direct(file))))
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		done += (size_t)n;
	}
	if (!file->direct && fdatasync(file->fd) != 0)
		return -errno;
	return 0;
}

static void file_close(void *ctx)
{
	struct file *file = ctx;

	close(file->fd); /* gives up the lock, too */
	free(file);
}

/* O_NONBLOCK: a FIFO of that name must not hang us. */
static int open_file(const char *path, int flags, bool *ret_direct, struct err *err)
{
	int fd;

	flags |= O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	fd = open(path, flags | O_DIRECT, 0644);
	*ret_direct = fd >= 0;
	if (fd < 0 && errno == EINVAL)
		fd = open(path, flags, 0644);
	if (fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno,
				     "journal %s: open", path);
	return fd;
}

/* For a regular file the size is what matters only when it need not be made first. */
static int check_kind(int fd, const char *path, bool make, struct err *err)
{
	struct stat st;
	off_t size;

	if (fstat(fd, &st) != 0)
		return err_set_errno(err, ERR_IO, errno, "journal %s: stat", path);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(err, ERR_FORMAT, "journal %s: neither a file nor a block device",
			       path);
	if (S_ISREG(st.st_mode) && make)
		return 0;
	size = lseek(fd, 0, SEEK_END); /* of block devices too */
	if (size < 0)
		return err_set_errno(err, ERR_IO, errno, "journal %s: size", path);
	if (size < (off_t)JOURNAL_BYTES)
		return err_set(err, ERR_FORMAT,
			       "journal %s: %llu bytes, a journal needs %u: not a journal", path,
			       (unsigned long long)size, JOURNAL_BYTES);
	return 0;
}

static int open_io(const char *path, int flags, struct journal_io *ret, struct err *err)
{
	bool writing = (flags & O_ACCMODE) != O_RDONLY;
	struct file *file;
	bool direct;
	int fd = open_file(path, flags, &direct, err);
	int rc;

	if (fd < 0)
		return fd;
	rc = check_kind(fd, path, (flags & O_CREAT) != 0, err);
	if (rc == 0 && writing && flock(fd, LOCK_EX | LOCK_NB) != 0)
		rc = err_set_errno(err, errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO, errno,
				   "journal %s: lock (does another drydock run?)", path);
	file = rc ? NULL : malloc(sizeof(*file));
	if (!file) {
		close(fd);
		return rc ? rc : err_set(err, ERR_NOMEM, "out of memory");
	}
	*file = (struct file){ .fd = fd, .direct = direct };
	*ret = (struct journal_io){
		.read = file_read, .write = file_write, .close = file_close, .ctx = file
	};
	return 0;
}

int journal_io_open(const char *path, bool read_only, struct journal_io *ret, struct err *err)
{
	return open_io(path, read_only ? O_RDONLY : O_RDWR | O_DSYNC, ret, err);
}

bool journal_io_is_at(const struct journal_io *io, const char *path)
{
	const struct file *file = io->ctx;
	struct stat ours, theirs;

	return io->close == file_close && fstat(file->fd, &ours) == 0 && stat(path, &theirs) == 0 &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* A new name survives a power cut only when its directory is synced as well. */
static int sync_directory(const char *path, struct err *err)
{
	CLEANUP_FREE char *dir = strdup(path);
	CLEANUP_CLOSE int fd = -1;
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!dir)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (slash)
		slash[slash == dir ? 1 : 0] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return err_set_errno(err, ERR_IO, errno, "journal %s: sync its directory", path);
	return 0;
}

static int format_at(const char *path, const uint8_t medium_id[16], struct err *err)
{
	struct journal_io io;
	int rc = open_io(path, O_RDWR | O_DSYNC | O_CREAT, &io, err);

	if (rc)
		return rc;
	rc = journal_format_on(&io, medium_id, err);
	io.close(io.ctx);
	return rc ? err_prefix(err, "journal %s", path) : 0;
}

/* Under its name when it is whole: half of one would be in the way of every later run. */
static int make_new(const char *path, const uint8_t medium_id[16], struct err *err)
{
	char unfinished[PATH_MAX];
	int rc;

	if (snprintf(unfinished, sizeof(unfinished), "%s.new", path) >= (int)sizeof(unfinished))
		return err_set(err, ERR_TOO_LARGE, "journal %s: its name is too long", path);
	rc = format_at(unfinished, medium_id, err);
	if (rc == 0 && rename(unfinished, path) != 0)
		rc = err_set_errno(err, ERR_IO, errno, "journal %s: rename", path);
	if (rc)
		unlink(unfinished);
	return rc;
}

int journal_format(const char *path, const uint8_t medium_id[16], struct err *err)
{
	int rc = access(path, F_OK) != 0 ? make_new(path, medium_id, err)
					 : format_at(path, medium_id, err);

	return rc ? rc : sync_directory(path, err);
}
