/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An ESP that grows in place, judged by programs that are not ours: fsck.vfat finds nothing to mend
 * before and after, mtools reads the same bytes.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "format/le.h"
#include "media/esp.h"
#include "media/fat.h"
#include "tmpdir.h"

#define MIB    (1ull << 20)
#define SECTOR 512

struct world {
	struct tmpdir dir;
	int fd;
	struct source esp;
	struct esp_space space;
	struct err err;
};

static void measure(struct world *world, uint64_t mib)
{
	world->esp = (struct source){ .fd = world->fd, .size = mib * MIB, .name = "esp" };
	CHECK_INT(esp_measure(&world->esp, &world->space, &world->err), 0);
}

/* A volume that was made for so many MiB, with a file at its beginning. */
static void make(struct world *world, uint64_t made_for)
{
	static uint8_t bytes[3 * MIB];
	struct fat_file file = { .path = "EFI/BOOT/BOOTX64.EFI", .source = { -1, 0, 0, "" } };
	struct fat_volume volume = { .label = "DRYDOCKEFI", .files = &file, .count = 1 };

	*world = (struct world){ 0 };
	tmpdir_make(&world->dir);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 4099);
	tmpdir_write(&world->dir, "boot", bytes, sizeof(bytes));
	file.file = tmpdir_file(&world->dir, "boot");
	file.source.size = sizeof(bytes);
	world->fd = open(tmpdir_file(&world->dir, "esp"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	CHECK(world->fd >= 0);
	CHECK_INT(fat_write(world->fd, made_for * MIB, &volume, &world->err), 0);
}

static void drop(struct world *world)
{
	close(world->fd);
	tmpdir_drop(&world->dir);
}

static void resize(struct world *world, uint64_t mib)
{
	CHECK_INT(ftruncate(world->fd, (off_t)(mib * MIB)), 0);
	CHECK_INT(esp_grow(world->fd, 0, mib * MIB / SECTOR, &world->err), 0);
}

static bool holds(const struct world *world)
{
	char command[512];
	int status;

	snprintf(command, sizeof(command),
		 "cd '%s' && export MTOOLS_SKIP_CHECK=1 LC_ALL=C && fsck.vfat -n esp >log && "
		 "mcopy -n -i esp ::/EFI/BOOT/BOOTX64.EFI - | cmp - boot",
		 world->dir.path);
	status = system(command);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_grows_without_moving_anything(void)
{
	struct world world;
	uint64_t before;

	make(&world, 255);
	resize(&world, 20);
	CHECK(holds(&world));
	measure(&world, 20);
	before = world.space.free;
	CHECK_INT(world.space.sectors, 20 * MIB / SECTOR);
	CHECK(world.space.most >= 255 * MIB / SECTOR && world.space.most <= 256 * MIB / SECTOR);
	CHECK(before > 16 * MIB && before < 17 * MIB);
	for (uint64_t mib = 31; mib <= 255; mib += 16) { /* 32: the other field of the size */
		resize(&world, mib);
		CHECK(holds(&world));
		measure(&world, mib);
		CHECK_INT(world.space.free, before + (mib - 20) * MIB);
	}
	drop(&world);
}

static void test_as_large_as_it_has_to_be(void)
{
	const struct esp_space space = { .sectors = 40960, .most = 524288, .free = 15 * MIB };

	CHECK_INT(esp_sectors_for(&space, 0), 40960);
	CHECK_INT(esp_sectors_for(&space, 15 * MIB), 40960);
	CHECK_INT(esp_sectors_for(&space, 15 * MIB + 1), 43008);
	CHECK_INT(esp_sectors_for(&space, 16 * MIB), 43008);
	CHECK_INT(esp_sectors_for(&space, 16 * MIB + 1), 45056);
	CHECK_INT(esp_sectors_for(&space, 251 * MIB), 524288);
	CHECK_INT(esp_sectors_for(&space, 252 * MIB), 524288);
	CHECK_INT(esp_sectors_for(&space, UINT64_MAX), 524288);
}

/* Of an image that was made before ESPs could grow. */
static void test_a_usual_one_stays(void)
{
	struct world world;

	make(&world, 20);
	measure(&world, 20);
	CHECK(world.space.most < 21 * MIB / SECTOR);
	CHECK_INT(esp_sectors_for(&world.space, 300 * MIB), world.space.most);
	drop(&world);
}

static void test_fat32_stays(void)
{
	struct world world;

	make(&world, 600);
	measure(&world, 600);
	CHECK_INT(world.space.most, world.space.sectors);
	CHECK_INT(world.space.free, 0);
	drop(&world);
}

/* Bytes of the boot sector that are not as they should be; the FAT specification, section 3.1. */
static void test_damaged(void)
{
	static const struct {
		unsigned int at, value;
	} rows[] = {
		{ 510, 0 }, /* no signature */
		{ 11, 1 },  /* bytes of a sector: 513 */
		{ 13, 0 },  /* sectors of a cluster */
		{ 13, 3 },  /* no power of two */
		{ 16, 0 },  /* no FAT */
		{ 20, 1 },  /* 256 sectors: all of them before the first cluster */
		{ 22, 1 },  /* a FAT shorter than its clusters */
		{ 20, 255 } /* longer than its partition */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t value = (uint8_t)rows[i].value;
		struct world world;

		make(&world, 20);
		CHECK_INT(pwrite(world.fd, &value, 1, rows[i].at), 1);
		world.esp = (struct source){ .fd = world.fd, .size = 20 * MIB, .name = "esp" };
		CHECK_INT(esp_measure(&world.esp, &world.space, &world.err), ERR_FORMAT);
		CHECK_CONTAINS(world.err.text, "esp: ");
		drop(&world);
	}
}

int main(void)
{
	TAP_RUN(test_grows_without_moving_anything);
	TAP_RUN(test_as_large_as_it_has_to_be);
	TAP_RUN(test_a_usual_one_stays);
	TAP_RUN(test_fat32_stays);
	TAP_RUN(test_damaged);
	return TAP_END();
}
