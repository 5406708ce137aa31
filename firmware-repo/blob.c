/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "import/source.h"
#include "repo/payload.h"

/* What is being added; its name is known only when the last byte was read. */
struct incoming {
	const char *repo_dir;
	char dir[FSIO_PATH_MAX]; /* the folder for unfinished files */
	uint64_t part_bytes;
	struct hash *hash;
	uint8_t *buf;	 /* one chunk */
	uint8_t *hashes; /* of all chunks so far */
	size_t chunks, chunk_room;
	uint64_t size;
	int part_fd; /* -1 = none open */
	unsigned int parts;
};

static int fail(struct err *err, const char *path, const char *what)
{
	int errnum = errno;

	return err_set_errno(err, errnum == ENOSPC || errnum == EDQUOT ? ERR_FULL : ERR_IO, errnum,
			     "%s: cannot %s", path, what);
}

static int part_path(const struct incoming *in, unsigned int part, char path[FSIO_PATH_MAX],
		     struct err *err)
{
	char name[16];

	snprintf(name, sizeof(name), "%03u", part);
	return fsio_join(path, in->dir, name, err);
}

static int close_part(struct incoming *in, struct err *err)
{
	int fd = in->part_fd;
	int bad;

	if (fd < 0)
		return 0;
	in->part_fd = -1;
	bad = fsync(fd);
	bad |= close(fd);
	return bad ? fail(err, in->dir, "sync a part") : 0;
}

static int next_part(struct incoming *in, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = close_part(in, err);

	if (!rc)
		rc = part_path(in, in->parts, path, err);
	if (rc)
		return rc;
	in->part_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (in->part_fd < 0)
		return fail(err, path, "create");
	in->parts++;
	return 0;
}

static int note_hash(struct incoming *in, size_t len, struct err *err)
{
	if (in->chunks == in->chunk_room) {
		size_t room = in->chunk_room ? in->chunk_room * 2 : 256;
		uint8_t *grown = realloc(in->hashes, room * HASH_BYTES);

		if (!grown)
			return err_set(err, ERR_NOMEM, "out of memory");
		in->hashes = grown;
		in->chunk_room = room;
	}
	if (hash_update(in->hash, in->buf, len) ||
	    hash_sha256(in->buf, len, in->hashes + in->chunks * HASH_BYTES))
		return err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	in->chunks++;
	return 0;
}

/*
 * Lets a part share the blocks that the chunk was read from: what is shared stays as it is when the
 * file changes later. Refused between file systems, by most of them, and for odd places.
 */
static bool share_chunk(const struct incoming *in, const struct source *file, size_t len)
{
	uint64_t at = in->size % in->part_bytes;
	struct file_clone_range range = {
		.src_fd = file ? file->fd : -1,
		.src_offset = file ? file->offset + in->size : 0,
		.src_length = len,
		.dest_offset = at,
	};

	return file && ioctl(in->part_fd, FICLONERANGE, &range) == 0 &&
	       lseek(in->part_fd, (off_t)(at + len), SEEK_SET) >= 0;
}

static int take_chunk(struct incoming *in, const struct source *file, size_t len, struct err *err)
{
	int rc = 0;

	if (in->size + len > CATALOG_PAYLOAD_MAX)
		return err_set(err, ERR_TOO_LARGE, "larger than %llu bytes", CATALOG_PAYLOAD_MAX);
	if (in->size % in->part_bytes == 0)
		rc = next_part(in, err);
	if (!rc)
		rc = note_hash(in, len, err);
	if (rc)
		return rc;
	if (!share_chunk(in, file, len))
		rc = fsio_write_all(in->part_fd, in->buf, len);
	if (rc) {
		errno = -rc;
		return fail(err, in->dir, "write");
	}
	in->size += len;
	return 0;
}

/* Fills a chunk; only the last of a stream is short. */
static int read_chunk(const struct blob_stream *stream, uint8_t *buf, size_t *ret_len,
		      struct err *err)
{
	size_t got = 1;
	int rc = 0;

	*ret_len = 0;
	while (!rc && got > 0 && *ret_len < CATALOG_CHUNK_BYTES) {
		rc = stream->read(stream->ctx, buf + *ret_len, CATALOG_CHUNK_BYTES - *ret_len, &got,
				  err);
		*ret_len += rc ? 0 : got;
	}
	return rc;
}

static int copy_in(struct incoming *in, const struct blob_stream *stream, struct err *err)
{
	size_t len;
	int rc = 0;

	do {
		rc = read_chunk(stream, in->buf, &len, err);
		if (!rc && len > 0)
			rc = take_chunk(in, stream->file, len, err);
	} while (!rc && len == CATALOG_CHUNK_BYTES);
	if (!rc && in->size == 0)
		rc = err_set(err, ERR_FORMAT, "%s is empty", stream->name);
	return rc ? rc : close_part(in, err);
}

static int blob_path(const char *repo_dir, const uint8_t sha256[32], int part,
		     char path[FSIO_PATH_MAX], struct err *err)
{
	char name[PAYLOAD_NAME_MAX];

	payload_name(sha256, part, name);
	return fsio_join(path, repo_dir, name, err);
}

/* FAT makes a new entry for the new name, empty until the file is written back once more. */
static int sync_renamed(const char *path, struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? fail(err, path, "sync") : 0;
}

static int put_part(const struct incoming *in, unsigned int part, const struct payload_ref *ref,
		    struct err *err)
{
	char from[FSIO_PATH_MAX], to[FSIO_PATH_MAX];
	int rc = part_path(in, part, from, err);

	if (!rc)
		rc = blob_path(in->repo_dir, ref->sha256, in->parts > 1 ? (int)part : PAYLOAD_WHOLE,
			       to, err);
	if (!rc && rename(from, to))
		rc = fail(err, to, "rename a part to it");
	return rc ? rc : sync_renamed(to, err);
}

/* The chunk list is the last to come and syncs the folder that all of them are in. */
static int put_files(struct incoming *in, const struct payload_ref *ref, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = blob_path(in->repo_dir, ref->sha256, PAYLOAD_CHUNKS, path, err);

	if (rc)
		return rc;
	*strrchr(path, '/') = '\0';
	rc = fsio_mkdir_p(path, 0755, err);
	for (unsigned int i = 0; i < in->parts && !rc; i++)
		rc = put_part(in, i, ref, err);
	if (!rc)
		rc = blob_path(in->repo_dir, ref->sha256, PAYLOAD_CHUNKS, path, err);
	return rc ? rc : fsio_write_atomic(path, in->hashes, in->chunks * HASH_BYTES, 0644, err);
}

static bool is_there(const char *repo_dir, const struct payload_ref *ref)
{
	char path[FSIO_PATH_MAX];

	return !blob_path(repo_dir, ref->sha256, PAYLOAD_CHUNKS, path, NULL) &&
	       access(path, F_OK) == 0;
}

static int put_all(struct incoming *in, struct payload_ref *ret, bool *ret_new, struct err *err)
{
	bool new;
	int rc;

	ret->size = in->size;
	if (hash_final(in->hash, ret->sha256) ||
	    hash_sha256(in->hashes, in->chunks * HASH_BYTES, ret->chunks_sha256))
		return err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	new = !is_there(in->repo_dir, ret);
	if (ret_new)
		*ret_new = new;
	rc = put_files(in, ret, err);
	if (rc && new)
		(void)blob_remove(in->repo_dir, ret, in->part_bytes, NULL);
	return rc;
}

static void drop_rest(struct incoming *in)
{
	char path[FSIO_PATH_MAX];

	if (in->part_fd >= 0)
		close(in->part_fd);
	for (unsigned int i = 0; i < in->parts; i++)
		if (!part_path(in, i, path, NULL))
			unlink(path);
	rmdir(in->dir);
	hash_free(in->hash);
	free(in->buf);
	free(in->hashes);
}

int blob_add_stream(const char *repo_dir, const struct blob_stream *stream, uint64_t part_bytes,
		    struct payload_ref *ret, bool *ret_new, struct err *err)
{
	struct incoming in = { .repo_dir = repo_dir, .part_bytes = part_bytes, .part_fd = -1 };
	int rc = fsio_join(in.dir, repo_dir, "incoming.XXXXXX", err);

	if (rc)
		return rc;
	if (!mkdtemp(in.dir))
		return fail(err, repo_dir, "make a folder in it");
	in.hash = hash_new();
	in.buf = malloc(CATALOG_CHUNK_BYTES);
	rc = in.hash && in.buf ? copy_in(&in, stream, err)
			       : err_set(err, ERR_NOMEM, "out of memory");
	if (!rc)
		rc = put_all(&in, ret, ret_new, err);
	drop_rest(&in);
	return rc;
}

struct file_stream {
	struct source source;
	uint64_t at;
};

static int read_file_stream(void *ctx, void *buf, size_t len, size_t *ret_len, struct err *err)
{
	struct file_stream *file = ctx;
	int rc = source_read(&file->source, file->at, buf, len, ret_len, err);

	file->at += rc ? 0 : *ret_len;
	return rc;
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* What changes while it is read may be half of one thing and half of another. */
static int add_unchanged(const char *repo_dir, struct file_stream *from, uint64_t part_bytes,
			 struct payload_ref *ret, struct err *err)
{
	const struct blob_stream stream = { read_file_stream, from, from->source.name,
					    &from->source };
	struct stat before, after;
	bool new;
	int rc;

	if (fstat(from->source.fd, &before))
		return fail(err, from->source.name, "look at");
	rc = blob_add_stream(repo_dir, &stream, part_bytes, ret, &new, err);
	if (rc || (!fstat(from->source.fd, &after) && same_state(&before, &after)))
		return rc;
	if (new)
		(void)blob_remove(repo_dir, ret, part_bytes, NULL);
	return err_set(err, ERR_IO, "%s: it changed while it was read", from->source.name);
}

int blob_add(const char *repo_dir, const char *file, uint64_t part_bytes, struct payload_ref *ret,
	     struct err *err)
{
	struct file_stream from = { .at = 0 };
	int rc = source_open(file, &from.source, err);

	if (rc)
		return rc;
	rc = add_unchanged(repo_dir, &from, part_bytes, ret, err);
	source_close(&from.source);
	return rc;
}

static int remove_file(const char *repo_dir, const uint8_t sha256[32], int part, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = blob_path(repo_dir, sha256, part, path, err);

	if (rc)
		return rc;
	return unlink(path) && errno != ENOENT ? fail(err, path, "remove") : 0;
}

/* The folders that are empty without it. */
static void remove_folders(const char *repo_dir, const struct payload_ref *ref)
{
	char path[FSIO_PATH_MAX];

	if (blob_path(repo_dir, ref->sha256, PAYLOAD_CHUNKS, path, NULL))
		return;
	*strrchr(path, '/') = '\0';
	if (rmdir(path) == 0) {
		*strrchr(path, '/') = '\0';
		rmdir(path);
	}
}

int blob_remove(const char *repo_dir, const struct payload_ref *ref, uint64_t part_bytes,
		struct err *err)
{
	uint64_t parts = (ref->size + part_bytes - 1) / part_bytes;
	int rc = remove_file(repo_dir, ref->sha256, PAYLOAD_CHUNKS, err);

	if (!rc && parts == 1)
		rc = remove_file(repo_dir, ref->sha256, PAYLOAD_WHOLE, err);
	for (int i = 0; parts > 1 && (uint64_t)i < parts && !rc; i++)
		rc = remove_file(repo_dir, ref->sha256, i, err);
	if (!rc)
		remove_folders(repo_dir, ref);
	return rc;
}
