/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The payload as one file in RAM: whole or not at all. */
#include <sys/stat.h>

#include "backends/payload_file.h"
#include "tap.h"
#include "tmpdir.h"

#define SIZE (2 * 1048576u + 4097)

static uint8_t image[SIZE];
static uint64_t bad_at; /* offset from which reading fails */

static int read_image(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	CHECK(offset + len <= src->size);
	if (offset + len > bad_at)
		return err_set(err, ERR_HASH, "chunk 2 differs from its signed hash");
	memcpy(buf, image + offset, len);
	return 0;
}

static struct payload_source payload = { .size = SIZE, .read = read_image };

static void fill(void)
{
	for (size_t i = 0; i < SIZE; i++)
		image[i] = (uint8_t)(i * 2654435761u >> 24);
	bad_at = UINT64_MAX;
}

static void whole(void)
{
	struct tmpdir top;
	char ram[300];
	struct backend_io io = { .payload = &payload, .ram_dir = ram };
	struct payload_file file = { 0 };
	struct err err = { 0 };
	struct stat st;
	uint8_t *bytes;
	size_t len;

	tmpdir_make(&top);
	fill();
	snprintf(ram, sizeof(ram), "%s/new", top.path);
	for (int twice = 0; twice < 2; twice++) { /* what is there is replaced */
		CHECK_INT(payload_file_make(&io, "fw.bin", &file, &err), 0);
		CHECK_CONTAINS(file.path, "/new/fw.bin");
	}
	CHECK_INT(fsio_read_file(file.path, SIZE, &bytes, &len, &err), 0);
	CHECK_INT(len, SIZE);
	CHECK(!memcmp(bytes, image, SIZE));
	free(bytes);
	CHECK_INT(stat(file.path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0400);
	payload_file_remove(&file);
	CHECK(stat(file.path[0] ? file.path : "/nothing", &st) < 0);
	payload_file_remove(&file);
	tmpdir_drop(&top);
}

/* Law 3: not one byte of a payload whose signed hash does not hold stays there. */
static void damaged(void)
{
	struct tmpdir top;
	char path[300];
	struct backend_io io = { .payload = &payload, .ram_dir = top.path };
	struct payload_file file = { 0 };
	struct err err = { 0 };
	struct stat st;

	tmpdir_make(&top);
	fill();
	bad_at = 1048576;
	CHECK_INT(payload_file_make(&io, "fw.bin", &file, &err), ERR_HASH);
	CHECK_STR(file.path, "");
	snprintf(path, sizeof(path), "%s/fw.bin", top.path);
	CHECK(stat(path, &st) < 0);
	tmpdir_drop(&top);
}

static void no_folder(void)
{
	struct backend_io io = { .payload = &payload };
	struct payload_file file = { 0 };
	struct err err = { 0 };

	CHECK_INT(payload_file_make(&io, "fw.bin", &file, &err), ERR_UNSUPPORTED);
}

/* A link that somebody left there is not followed. */
static void link_in_the_way(void)
{
	struct tmpdir top;
	char path[300], elsewhere[300];
	struct backend_io io = { .payload = &payload, .ram_dir = top.path };
	struct payload_file file = { 0 };
	struct err err = { 0 };
	struct stat st;

	tmpdir_make(&top);
	fill();
	snprintf(path, sizeof(path), "%s/fw.bin", top.path);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", top.path);
	CHECK_INT(symlink(elsewhere, path), 0);
	CHECK_INT(payload_file_make(&io, "fw.bin", &file, &err), 0);
	CHECK(stat(elsewhere, &st) < 0);
	payload_file_remove(&file);
	tmpdir_drop(&top);
}

int main(void)
{
	TAP_RUN(whole);
	TAP_RUN(damaged);
	TAP_RUN(no_folder);
	TAP_RUN(link_in_the_way);
	return TAP_END();
}
