/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/deb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_BYTES 65536

/* The tar inside the ar. */
struct inner {
	struct archive *outer;
	char block[BLOCK_BYTES];
};

static la_ssize_t read_inner(struct archive *tar, void *ctx, const void **ret)
{
	struct inner *inner = ctx;
	la_ssize_t len = archive_read_data(inner->outer, inner->block, sizeof(inner->block));

	if (len < 0)
		archive_set_error(tar, EIO, "%s", archive_error_string(inner->outer));
	*ret = inner->block;
	return len;
}

static int format_err(struct err *err, struct archive *archive, const char *file)
{
	const char *text = archive_error_string(archive);

	return err_set(err, ERR_FORMAT, "%s: %s", file, text ? text : "no Debian package");
}

static int walk_tar(struct archive *outer, const char *file, deb_visit *visit, void *ctx,
		    struct err *err)
{
	static struct inner inner;
	struct archive *tar = archive_read_new();
	struct archive_entry *entry;
	int got = ARCHIVE_OK, rc = 0;

	if (!tar)
		return err_set(err, ERR_NOMEM, "out of memory");
	inner.outer = outer;
	archive_read_support_format_tar(tar);
	archive_read_support_filter_gzip(tar);
	archive_read_support_filter_xz(tar);
	archive_read_support_filter_zstd(tar);
	if (archive_read_open(tar, &inner, NULL, read_inner, NULL) != ARCHIVE_OK)
		rc = format_err(err, tar, file);
	while (!rc && (got = archive_read_next_header(tar, &entry)) == ARCHIVE_OK)
		rc = visit(ctx, tar, entry, err);
	if (!rc && got != ARCHIVE_EOF)
		rc = format_err(err, tar, file);
	archive_read_free(tar);
	return rc > 0 ? 0 : rc;
}

static int walk_ar(struct archive *ar, const char *file, const char *name, deb_visit *visit,
		   void *ctx, struct err *err)
{
	struct archive_entry *entry;
	int got;

	while ((got = archive_read_next_header(ar, &entry)) == ARCHIVE_OK) {
		const char *path = archive_entry_pathname(entry);

		if (path && strncmp(path, name, strlen(name)) == 0)
			return walk_tar(ar, file, visit, ctx, err);
	}
	if (got != ARCHIVE_EOF)
		return format_err(err, ar, file);
	return err_set(err, ERR_FORMAT, "%s: no %s in it", file, name);
}

int deb_walk(const char *file, const char *name, deb_visit *visit, void *ctx, struct err *err)
{
	struct archive *ar = archive_read_new();
	int rc;

	if (!ar)
		return err_set(err, ERR_NOMEM, "out of memory");
	archive_read_support_format_ar(ar);
	if (archive_read_open_filename(ar, file, BLOCK_BYTES) != ARCHIVE_OK)
		rc = format_err(err, ar, file);
	else
		rc = walk_ar(ar, file, name, visit, ctx, err);
	archive_read_free(ar);
	return rc;
}

const char *deb_name(struct archive_entry *entry, char *buf, size_t size)
{
	const char *path = archive_entry_pathname(entry);
	size_t len;

	if (!path)
		return NULL;
	path += strncmp(path, "./", 2) == 0 ? 2 : 0;
	path += strspn(path, "/");
	len = strlen(path);
	while (len && path[len - 1] == '/')
		len--;
	if (len >= size)
		return NULL;
	snprintf(buf, size, "%.*s", (int)len, path);
	return strstr(buf, "..") ? NULL : buf;
}
