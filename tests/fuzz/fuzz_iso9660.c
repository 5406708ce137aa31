/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ISO 9660: an image as the bytes of it that are not zero, so that seeds are small and mutations
 * hit something: again and again a block (1 byte), a place in it (2, little-endian), a count (1)
 * and that many bytes. The image is 256 blocks long.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "format/le.h"
#include "import/tree.h"
#include "media/iso9660.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IMAGE_BYTES (256u * ISO_BLOCK)

static size_t visited;

static void must(bool good)
{
	if (!good)
		abort();
}

static int visit(void *ctx, const struct iso_file *file, struct err *err)
{
	(void)ctx;
	(void)err;
	must(*file->path && *file->path != '/' && strlen(file->path) < TREE_PATH_MAX);
	must(!strstr(file->path, "//") && !strstr(file->path, "/../"));
	must(strncmp(file->path, "../", 3) != 0);
	must(file->offset <= IMAGE_BYTES && file->size <= IMAGE_BYTES - file->offset);
	must(++visited <= TREE_MAX_FILES);
	return 0;
}

static void fill(uint8_t *image, const uint8_t *data, size_t size)
{
	while (size >= 4) {
		size_t at = (size_t)data[0] * ISO_BLOCK + le16_at(data + 1) % ISO_BLOCK;
		size_t len = data[3] < size - 4 ? data[3] : size - 4;

		if (len > IMAGE_BYTES - at)
			len = IMAGE_BYTES - at;
		memcpy(image + at, data + 4, len);
		data += 4 + len;
		size -= 4 + len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static uint8_t *image;
	struct source src;
	struct err err = { 0 };
	int rc;

	if (fd < 0) {
		fd = memfd_create("image", MFD_CLOEXEC);
		must(fd >= 0 && ftruncate(fd, IMAGE_BYTES) == 0);
		image = mmap(NULL, IMAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		must(image != MAP_FAILED);
	}
	memset(image, 0, IMAGE_BYTES);
	fill(image, data, size);
	src = (struct source){ .fd = fd, .size = IMAGE_BYTES, .name = "image.iso" };
	visited = 0;
	rc = iso_walk(&src, visit, NULL, &err);
	must(!rc || ((rc == ERR_FORMAT || rc == ERR_TOO_LARGE) && err.code == rc && *err.text));
	must(rc || iso_recognise(&src));
	return 0;
}
