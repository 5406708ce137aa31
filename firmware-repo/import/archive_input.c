/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/archive_input.h"

#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "import/archive.h"

/* Small after a jump, as from header to header of a zip file; larger while it goes straight on. */
#define BLOCK_MIN_BYTES ((size_t)16 << 10)
#define BLOCK_MAX_BYTES ((size_t)256 << 10)
#define RATIO_FREE	(64u << 20) /* so much may come out of whatever went in */

static int fail_read(struct archive *archive, struct archive_input *in, int rc)
{
	in->rc = rc;
	archive_set_error(archive, EIO, "cannot be read");
	return ARCHIVE_FATAL;
}

static la_ssize_t read_source(struct archive *archive, void *ctx, const void **ret)
{
	struct archive_input *in = ctx;
	size_t len;
	int rc = source_read(in->src, in->at, in->block, in->block_bytes, &len, in->err);

	*ret = in->block;
	if (rc)
		return fail_read(archive, in, rc);
	in->at += len;
	if (in->block_bytes < BLOCK_MAX_BYTES)
		in->block_bytes *= 2;
	return (la_ssize_t)len;
}

static la_int64_t skip_source(struct archive *archive, void *ctx, la_int64_t count)
{
	struct archive_input *in = ctx;

	(void)archive;
	if (count < 0 || (uint64_t)count > in->src->size - in->at)
		return 0;
	in->at += (uint64_t)count;
	in->block_bytes = BLOCK_MIN_BYTES;
	return count;
}

static la_int64_t seek_source(struct archive *archive, void *ctx, la_int64_t offset, int whence)
{
	struct archive_input *in = ctx;
	int64_t base = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)in->at
					    : (int64_t)in->src->size;

	(void)archive;
	if (offset < -base || offset > (int64_t)in->src->size - base)
		return ARCHIVE_FATAL;
	in->at = (uint64_t)(base + offset);
	in->block_bytes = BLOCK_MIN_BYTES;
	return (la_int64_t)in->at;
}

/* The next bytes that come out of the layers of compression. */
static la_ssize_t read_layers(struct archive *archive, void *ctx, const void **ret)
{
	struct archive_input *in = ctx;
	la_int64_t offset;
	size_t len = 0;
	int status = archive_read_data_block(in->layers, ret, &len, &offset);

	if (status == ARCHIVE_EOF)
		return 0;
	if (status != ARCHIVE_OK)
		return fail_read(archive, in, archive_input_fail(in, in->layers, "", in->err));
	in->unpacked += len;
	if (archive_input_check(in->src, in->unpacked, in->err))
		return fail_read(archive, in, ERR_TOO_LARGE);
	return (la_ssize_t)len;
}

int archive_input_check(const struct source *src, uint64_t unpacked, struct err *err)
{
	if (unpacked <= RATIO_FREE)
		return 0;
	if (unpacked > ARCHIVE_MAX_BYTES || unpacked / ARCHIVE_MAX_RATIO > src->size)
		return err_set(err, ERR_TOO_LARGE, "%s: more bytes come out of it than are allowed",
			       src->name);
	return 0;
}

int archive_input_fail(struct archive_input *in, struct archive *archive, const char *member,
		       struct err *err)
{
	const char *text = archive_error_string(archive);

	if (in->rc)
		return in->rc;
	if (archive_errno(archive) == ENOMEM)
		return err_set(err, ERR_NOMEM, "out of memory");
	return err_set(err, ERR_FORMAT, "%s: %s%s%s", in->src->name, member, member[0] ? ": " : "",
		       text ? text : "damaged, or cut off");
}

static int attach_source(struct archive_input *in, struct archive *archive, struct err *err)
{
	in->at = 0;
	in->block_bytes = BLOCK_MIN_BYTES;
	in->err = err;
	archive_read_set_read_callback(archive, read_source);
	archive_read_set_skip_callback(archive, skip_source);
	archive_read_set_seek_callback(archive, seek_source);
	archive_read_set_callback_data(archive, in);
	return archive_read_open1(archive) == ARCHIVE_OK ? 0
							 : archive_input_fail(in, archive, "", err);
}

int archive_input_attach(struct archive_input *in, struct archive *archive, struct err *err)
{
	if (!in->layers)
		return attach_source(in, archive, err);
	in->err = err;
	archive_read_set_read_callback(archive, read_layers);
	archive_read_set_callback_data(archive, in);
	return archive_read_open1(archive) == ARCHIVE_OK ? 0
							 : archive_input_fail(in, archive, "", err);
}

/* libarchive counts what reads the file as one. */
static int count_layers(struct archive_input *in, struct err *err)
{
	int layers = archive_filter_count(in->layers) - 1;

	if (layers > ARCHIVE_MAX_LAYERS)
		return err_set(err, ERR_FORMAT, "%s: it is packed %d times over", in->src->name,
			       layers);
	if (layers > 0)
		return 0;
	archive_read_free(in->layers);
	in->layers = NULL;
	return 0;
}

int archive_input_open(struct archive_input *in, const struct source *src, struct err *err)
{
	struct archive_entry *entry;
	int rc;

	*in = (struct archive_input){ .src = src,
				      .block = malloc(BLOCK_MAX_BYTES),
				      .layers = archive_read_new() };
	if (!in->block || !in->layers)
		return err_set(err, ERR_NOMEM, "out of memory");
	archive_read_support_filter_gzip(in->layers);
	archive_read_support_filter_bzip2(in->layers);
	archive_read_support_filter_xz(in->layers);
	archive_read_support_filter_lzma(in->layers);
	archive_read_support_filter_zstd(in->layers);
	archive_read_support_filter_rpm(in->layers);
	archive_read_support_format_raw(in->layers);
	rc = attach_source(in, in->layers, err);
	if (!rc && archive_read_next_header(in->layers, &entry) != ARCHIVE_OK)
		rc = archive_input_fail(in, in->layers, "", err);
	return rc ? rc : count_layers(in, err);
}

void archive_input_close(struct archive_input *in)
{
	if (in->layers)
		archive_read_free(in->layers);
	free(in->block);
	*in = (struct archive_input){ 0 };
}

int archive_input_drain(struct archive_input *in, uint64_t *ret_size, struct err *err)
{
	la_ssize_t got = in->layers ? 1 : 0;
	const void *bytes;

	in->err = err;
	while (got > 0)
		got = read_layers(in->layers, in, &bytes);
	*ret_size = in->layers ? in->unpacked : in->src->size;
	return got < 0 ? in->rc : 0;
}
