/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ESP of a base image: the input is its beginning, the rest of 20 MiB is zero. What is told of
 * it stays in what the volume and its FATs have.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/esp.h"
#include "media/fat_shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ESP_BYTES   (20u << 20)
#define INPUT_BYTES (256u << 10)

static void must(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static uint8_t *begin;
	struct source src;
	struct esp_space space;
	struct err err = { 0 };
	int rc;

	if (fd < 0) {
		fd = memfd_create("esp", MFD_CLOEXEC);
		must(fd >= 0 && ftruncate(fd, ESP_BYTES) == 0);
		begin = mmap(NULL, INPUT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		must(begin != MAP_FAILED);
	}
	memset(begin, 0, INPUT_BYTES);
	memcpy(begin, data, size < INPUT_BYTES ? size : INPUT_BYTES);
	src = (struct source){ .fd = fd, .size = ESP_BYTES, .name = "esp" };
	rc = esp_measure(&src, &space, &err);
	must(!rc || (rc == ERR_FORMAT && err.code == rc && *err.text));
	if (rc)
		return 0;
	must(space.sectors == ESP_BYTES / FAT_SECTOR && space.most >= space.sectors);
	must(space.most <= FAT_SIZE_FAT32 * 16 / FAT_SECTOR && space.free <= ESP_BYTES);
	must(esp_sectors_for(&space, 0) == space.sectors);
	must(esp_sectors_for(&space, space.free) == space.sectors);
	must(esp_sectors_for(&space, UINT64_MAX) == space.most);
	return 0;
}
