/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tar: POSIX ustar; cpio: newc; zip: APPNOTE 4.3, stored, sizes in 64 bits; gzip by zlib. */
#include "archive_image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

static void must(bool good)
{
	if (!good)
		abort();
}

int archive_file = -1;
uint64_t archive_size;

void archive_begin(void)
{
	if (archive_file < 0)
		archive_file = memfd_create("archive", MFD_CLOEXEC);
	must(archive_file >= 0 && !ftruncate(archive_file, 0));
	archive_size = 0;
}

void archive_put(const void *bytes, size_t len)
{
	must(pwrite(archive_file, bytes, len, (off_t)archive_size) == (ssize_t)len);
	archive_size += len;
}

void archive_put_zeros(uint64_t len)
{
	archive_size += len;
	must(!ftruncate(archive_file, (off_t)archive_size));
}

static void put_le(uint64_t value, unsigned int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		archive_put(&(uint8_t){ (uint8_t)value }, 1);
}

struct kind_in {
	char tar;
	unsigned int mode; /* st_mode of cpio and zip; 0 = has none */
};

static const struct kind_in kinds[] = {
	[PLAIN] = { '0', 0100644 },	 [FOLDER] = { '5', 0040755 },
	[SYMLINK] = { '2', 0120777 },	 [HARDLINK] = { '1', 0 },
	[CHAR_DEVICE] = { '3', 020644 }, [BLOCK_DEVICE] = { '4', 060644 },
	[FIFO] = { '6', 010644 },
};

unsigned int archive_mode(enum kind kind)
{
	return kinds[kind].mode;
}

void archive_put_tar_member(const struct archive_image_member *m)
{
	char head[512] = { 0 };
	size_t len = m->kind == PLAIN ? strlen(m->text) : 0;
	unsigned int sum = 0;

	snprintf(head, 100, "%s", m->name);
	snprintf(head + 100, 8, "%07o", 0644);
	snprintf(head + 108, 16, "%07o", 0);
	snprintf(head + 116, 8, "%07o", 0);
	snprintf(head + 124, 12, "%011zo", len);
	snprintf(head + 136, 12, "%011o", 0);
	head[156] = kinds[m->kind].tar;
	if (m->kind == SYMLINK || m->kind == HARDLINK)
		snprintf(head + 157, 100, "%s", m->text);
	memcpy(head + 257, "ustar\00000", 8);
	memset(head + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (uint8_t)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	archive_put(head, sizeof(head));
	archive_put(m->text, len);
	archive_put_zeros(-len % 512);
}

void archive_put_tar(const struct archive_image_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		archive_put_tar_member(&members[i]);
	archive_put_zeros(1024);
}

static void put_cpio_member(const struct archive_image_member *m, unsigned int inode)
{
	size_t name_len = strlen(m->name) + 1, len = m->kind == FOLDER ? 0 : strlen(m->text);
	char head[111];

	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 inode, archive_mode(m->kind), 0u, 0u, 1u, 0u, (unsigned int)len, 0u, 0u, 8u, 1u,
		 (unsigned int)name_len, 0u);
	archive_put(head, 110);
	archive_put(m->name, name_len);
	archive_put_zeros(-(110 + name_len) % 4);
	archive_put(m->text, len);
	archive_put_zeros(-len % 4);
}

void archive_put_cpio(const struct archive_image_member *members, size_t count)
{
	const struct archive_image_member end = { "TRAILER!!!", "", PLAIN };

	for (size_t i = 0; i < count; i++)
		put_cpio_member(&members[i], (unsigned int)i + 1);
	put_cpio_member(&end, 0);
}

/* The fields that the local and the central header share, with a zip64 extra field. */
static void put_zip_fields(const struct archive_zip *z)
{
	put_le(45, 2);
	put_le(z->flags, 2);
	put_le(0, 2); /* stored */
	put_le(0, 4);
	put_le(z->crc, 4);
	put_le(UINT32_MAX, 4);
	put_le(UINT32_MAX, 4);
	put_le(strlen(z->name), 2);
}

static void put_zip64(const struct archive_zip *z)
{
	put_le(1, 2);
	put_le(16, 2);
	put_le(z->size, 8);
	put_le(z->size, 8);
}

void archive_put_zip_local(struct archive_zip *z)
{
	z->at = archive_size;
	archive_put("PK\3\4", 4);
	put_zip_fields(z);
	put_le(20, 2);
	archive_put(z->name, strlen(z->name));
	put_zip64(z);
}

static void put_zip_central(const struct archive_zip *z)
{
	archive_put("PK\1\2", 4);
	put_le(3 << 8 | 45, 2); /* made by: Unix */
	put_zip_fields(z);
	put_le(20, 2);
	put_le(0, 6);
	put_le((uint64_t)z->mode << 16, 4);
	put_le(z->at, 4);
	archive_put(z->name, strlen(z->name));
	put_zip64(z);
}

/* With the place of the directory in 64 bits, since it may lie behind 4 GiB. */
void archive_put_zip_end(const struct archive_zip *z, size_t count)
{
	uint64_t central = archive_size, end;

	for (size_t i = 0; i < count; i++)
		put_zip_central(&z[i]);
	end = archive_size;
	archive_put("PK\6\6", 4);
	put_le(44, 8);
	put_le(45, 2);
	put_le(45, 2);
	put_le(0, 8);
	put_le(count, 8);
	put_le(count, 8);
	put_le(end - central, 8);
	put_le(central, 8);
	archive_put("PK\6\7", 4);
	put_le(0, 4);
	put_le(end, 8);
	put_le(1, 4);
	archive_put("PK\5\6", 4);
	put_le(0, 4);
	put_le(count, 2);
	put_le(count, 2);
	put_le(end - central, 4);
	put_le(UINT32_MAX, 4);
	put_le(0, 2);
}

void archive_put_zip(const struct archive_image_member *members, size_t count)
{
	struct archive_zip z[4];

	for (size_t i = 0; i < count; i++) {
		const struct archive_image_member *m = &members[i];
		size_t len = m->kind == FOLDER ? 0 : strlen(m->text);

		z[i] = (struct archive_zip){
			.name = m->name,
			.size = len,
			.crc = (uint32_t)crc32(0, (const Bytef *)m->text, (uInt)len),
			.mode = archive_mode(m->kind),
		};
		archive_put_zip_local(&z[i]);
		archive_put(m->text, len);
	}
	archive_put_zip_end(z, count);
}

/* What is in the file, packed by zlib into another that takes its place. */
void archive_gzip(void)
{
	z_stream stream = { 0 };
	uint8_t *from = malloc(archive_size), *to = malloc(archive_size + 1024);
	size_t len = archive_size;

	must(from && to && pread(archive_file, from, len, 0) == (ssize_t)len);
	must(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK);
	stream.next_in = from;
	stream.avail_in = (uInt)len;
	stream.next_out = to;
	stream.avail_out = (uInt)len + 1024;
	must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	archive_begin();
	archive_put(to, stream.total_out);
	deflateEnd(&stream);
	free(from);
	free(to);
}
