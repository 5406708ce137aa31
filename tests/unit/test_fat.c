/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * FAT volumes, judged by programs that are not ours: fsck.vfat finds nothing to mend, mtools reads
 * the same bytes back.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "format/le.h"
#include "media/fat.h"
#include "media/fat_name.h"
#include "tmpdir.h"

#define MIB (1ull << 20)

struct world {
	struct tmpdir dir;
	struct fat_file files[10];
	struct fat_volume volume;
};

static void world_make(struct world *world)
{
	memset(world, 0, sizeof(*world));
	tmpdir_make(&world->dir);
	world->volume = (struct fat_volume){
		.label = "DRYDOCK",
		.serial = 0x1234abcd,
		.time = 1769860802, /* 2026-01-31 12:00:02 UTC */
		.files = world->files,
	};
}

/* path on the volume, of that many bytes that tell it from others */
static struct fat_file *world_file(struct world *world, const char *path, size_t size)
{
	struct fat_file *file = &world->files[world->volume.count++];
	static char hosts[10][512];
	char *host = hosts[world->volume.count - 1];
	uint8_t *bytes = malloc(size + 1);
	char name[32];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 509 + strlen(path) + world->volume.count);
	snprintf(name, sizeof(name), "in/%zu", world->volume.count);
	tmpdir_write(&world->dir, name, bytes, size);
	snprintf(host, sizeof(hosts[0]), "%s", tmpdir_file(&world->dir, name));
	*file = (struct fat_file){ .path = path, .file = host, .source = { -1, 0, size, "" } };
	free(bytes);
	return file;
}

static int world_write(struct world *world, uint64_t size, struct err *err)
{
	int fd = open(tmpdir_file(&world->dir, "fat.img"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	int rc;

	CHECK(fd >= 0);
	rc = fat_write(fd, size, &world->volume, err);
	close(fd);
	return rc;
}

/* Runs a command of the shell in the folder of the test. */
static int run(const struct world *world, const char *command)
{
	char text[2048];
	int status;

	snprintf(text, sizeof(text), "cd '%s' && export MTOOLS_SKIP_CHECK=1 LC_ALL=C.UTF-8 && %s",
		 world->dir.path, command);
	status = system(text);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* Nothing to mend, and each file comes back as it was. */
static void judge(struct world *world)
{
	CHECK_INT(run(world, "fsck.vfat -n fat.img >log 2>&1 || { sed 's/^/# /' log; false; }"), 0);
	for (size_t i = 0; i < world->volume.count; i++) {
		const char *path = world->files[i].path;
		char command[1024];

		if (path[strlen(path) - 1] == '/')
			continue;
		snprintf(command, sizeof(command), "mcopy -n -i fat.img '::/%s' - | cmp - in/%zu",
			 path, i + 1);
		CHECK_INT(run(world, command), 0);
	}
}

static void fill(struct world *world)
{
	world_file(world, "repo/index.json", 100000);
	world_file(world,
		   "repo/blobs/ab/"
		   "ab23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.chunks",
		   64);
	world_file(world, "logs/", 0);
	world_file(world, "drydock.conf", 0);
	world_file(world, "README.TXT", 1);
	world_file(
		world,
		"\xe6\x9b\xb4\xe6\x96\xb0/"
		"\xe3\x83\x95\xe3\x82\xa1\xe3\x83\xbc\xe3\x83\xa0\xe3\x82\xa6\xe3\x82\xa7\xe3\x82"
		"\xa2 1.txt",
		70000);
	world_file(world, "repo/long name with blanks.tar.gz", 513);
}

static int byte_at(const struct world *world, long offset)
{
	FILE *file = fopen(tmpdir_file(&world->dir, "fat.img"), "r");
	int byte;

	CHECK(file && fseek(file, offset, SEEK_SET) == 0);
	byte = fgetc(file);
	fclose(file);
	return byte;
}

/* Each size: FAT16 of all cluster sizes, FAT32 from 512 MiB on. */
static void sizes(void)
{
	static const uint64_t mib[] = { 4, 15, 16, 31, 32, 33, 64, 127, 256, 511, 512, 513, 9000 };

	for (size_t i = 0; i < sizeof(mib) / sizeof(*mib); i++) {
		struct err err = { 0 };
		struct world world;

		world_make(&world);
		fill(&world);
		CHECK_INT(world_write(&world, mib[i] * MIB, &err), 0);
		CHECK_STR(err.text, "");
		judge(&world);
		CHECK_INT(byte_at(&world, mib[i] < 512 ? 58 : 86), mib[i] < 512 ? '6' : '2');
		tmpdir_drop(&world.dir);
	}
}

/* What fsck says of a volume that is damaged, so that its silence means something. */
static void fsck_sees(void)
{
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	fill(&world);
	CHECK_INT(world_write(&world, 16 * MIB, &err), 0);
	CHECK_INT(run(&world, "fsck.vfat -n fat.img >/dev/null 2>&1"), 0);
	tmpdir_flip(&world.dir, "fat.img", 8 * 512 + 9);
	tmpdir_flip(&world.dir, "fat.img", 9 * 512 + 40);
	CHECK(run(&world, "fsck.vfat -n fat.img >/dev/null 2>&1") != 0);
	tmpdir_drop(&world.dir);
}

static void boot_sectors(void)
{
	static const struct {
		long offset, len;
		const char *bytes;
	} want[] = {
		{ 3, 8, "MSWIN4.1" },
		{ 28, 4, "\0\x08\0\0" }, /* hidden: 1 MiB before it */
		{ 67, 4, "\xcd\xab\x34\x12" },
		{ 71, 11, "DRYDOCK    " },
		{ 82, 8, "FAT32   " },
		{ 510, 2, "\x55\xaa" },
		{ 512, 4, "RRaA" },
		{ 512 + 484, 4, "rrAa" },
		{ 6 * 512 + 82, 8, "FAT32   " },
		{ 7 * 512, 4, "RRaA" },
	};
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	fill(&world);
	world.volume.start = MIB;
	CHECK_INT(world_write(&world, 600 * MIB, &err), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		for (long k = 0; k < want[i].len; k++)
			CHECK_INT(byte_at(&world, (long)MIB + want[i].offset + k),
				  (uint8_t)want[i].bytes[k]);
	/* Nothing before its beginning is touched. */
	CHECK_INT(byte_at(&world, MIB - 1), 0);
	tmpdir_drop(&world.dir);
}

/* mdir shows what mcopy does not: the time, the label, empty folders. */
static void listing(void)
{
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	fill(&world);
	CHECK_INT(world_write(&world, 8 * MIB, &err), 0);
	CHECK_INT(run(&world, "mdir -i fat.img ::/ >list"), 0);
	CHECK_INT(run(&world, "grep -q 'is DRYDOCK' list"), 0);
	CHECK_INT(run(&world, "grep -q '^LOGS .*<DIR> .* logs *$' list"), 0);
	CHECK_INT(run(&world, "grep -q '^README   TXT .* 1 2026-01-31  12:00' list"), 0);
	CHECK_INT(run(&world, "grep -q '1234-ABCD' list"), 0);
	CHECK_INT(run(&world, "mdir -b -i fat.img ::/logs | grep -q . && exit 3 || exit 0"), 0);
	tmpdir_drop(&world.dir);
}

/* The order in which the files are given and what was on the disk before make no difference. */
static void same_bytes(void)
{
	struct err err = { 0 };
	struct world world;
	struct fat_file first;

	world_make(&world);
	fill(&world);
	CHECK_INT(world_write(&world, 16 * MIB, &err), 0);
	CHECK_INT(run(&world, "mv fat.img one.img"), 0);
	first = world.files[0];
	world.files[0] = world.files[5];
	world.files[5] = first;
	CHECK_INT(world_write(&world, 16 * MIB, &err), 0);
	CHECK_INT(run(&world, "cmp fat.img one.img"), 0);
	CHECK_INT(run(&world, "tr '\\0' U <one.img >fat.img"), 0);
	CHECK_INT(world_write(&world, 16 * MIB, &err), 0);
	CHECK_INT(run(&world, "fsck.vfat -n fat.img >/dev/null 2>&1"), 0);
	/* What is behind the last file is as it was. */
	CHECK_INT(byte_at(&world, 16 * (long)MIB - 1), 'U');
	CHECK_INT(run(&world, "head -c 300000 fat.img >a; head -c 300000 one.img | cmp - a"), 0);
	tmpdir_drop(&world.dir);
}

/* Exactly the size that was asked for is enough, and a MiB less is not. */
static void size_for(void)
{
	static const uint64_t free_mib[] = { 0, 1, 20, 60, 480, 505, 508, 520, 3000 };

	for (size_t i = 0; i < sizeof(free_mib) / sizeof(*free_mib); i++) {
		struct err err = { 0 };
		struct world world;
		uint64_t size = 0, after = 0;

		world_make(&world);
		fill(&world);
		world_file(&world, "big", 5 << 20);
		CHECK_INT(fat_size_for(&world.volume, free_mib[i] * MIB, &size, &err), 0);
		CHECK_INT(size % MIB, 0);
		CHECK(size >= (5 + free_mib[i]) * MIB);
		CHECK(size <= (5 + free_mib[i]) * MIB * 102 / 100 + 2 * MIB);
		CHECK_INT(world_write(&world, size, &err), 0);
		/* The one who had said free_mib gets it: the same with a file of that size. */
		world.files[world.volume.count++] =
			(struct fat_file){ .path = "more",
					   .source = { open("/dev/null", O_RDONLY), 0,
						       free_mib[i] * MIB, "" } };
		CHECK_INT(fat_size_for(&world.volume, 0, &after, &err), 0);
		CHECK_INT(after, size);
		if (size > 4 * MIB)
			CHECK_INT(world_write(&world, size - MIB, &err), ERR_FULL);
		close(world.files[world.volume.count - 1].source.fd);
		tmpdir_drop(&world.dir);
	}
}

/* Thousands of files in one folder, whose short names would be the same and others that look so. */
static void many_files(void)
{
	enum { COUNT = 6000 };
	static char names[COUNT][96];
	static struct fat_file files[COUNT];
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	for (size_t i = 0; i < COUNT; i++) {
		if (i % 3 == 0)
			snprintf(names[i], sizeof(names[i]), "d/firmware image %zu.bin", i);
		else if (i % 3 == 1)
			snprintf(names[i], sizeof(names[i]), "d/FIRMW~%zu.BIN", i);
		else
			snprintf(names[i], sizeof(names[i]), "d/f%zu.bin", i);
		files[i] = (struct fat_file){ .path = names[i], .source = { -1, 0, 0, "" } };
	}
	world.volume.files = files;
	world.volume.count = COUNT;
	CHECK_INT(world_write(&world, 64 * MIB, &err), 0);
	CHECK_STR(err.text, "");
	CHECK_INT(run(&world, "fsck.vfat -n fat.img >log 2>&1 || { sed 's/^/# /' log; false; }"),
		  0);
	CHECK_INT(run(&world, "test $(mdir -b -i fat.img ::/d | sort -f -u | wc -l) = 6000"), 0);
	/* Short names, told apart without their long ones. */
	CHECK_INT(run(&world,
		      "mdir -f -i fat.img ::/d | sed -n 's/^\\(........ ...\\) .*/\\1/p' | "
		      "sort | uniq -d | grep . && exit 3 || exit 0"),
		  0);
	tmpdir_drop(&world.dir);
}

static void refused(void)
{
	static const struct {
		const char *a, *b;
		int code;
		const char *text;
	} cases[] = {
		{ "a/b", "A/B", ERR_FORMAT, "the same name twice" },
		{ "a", "a/b", ERR_FORMAT, "a file and a folder of the same name" },
		{ "a:b", "x", ERR_FORMAT, "a:b: FAT does not take one of its characters" },
		{ "a\x01", "x", ERR_FORMAT, "does not take one of its characters" },
		{ "a\xc0\xaf", "x", ERR_FORMAT, "does not take one of its characters" },
		{ "\xed\xa0\x80", "x", ERR_FORMAT, "does not take one of its characters" },
		{ "a.", "x", ERR_FORMAT, "ends so" },
		{ "../a", "x", ERR_FORMAT, "ends so" },
		{ "a//b", "x", ERR_FORMAT, "empty" },
		{ "/a", "x", ERR_FORMAT, "empty" },
	};
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		world.volume.count = 2;
		world.files[0] = (struct fat_file){ .path = cases[i].b, .source = { .fd = -1 } };
		world.files[1] = (struct fat_file){ .path = cases[i].a, .source = { .fd = -1 } };
		CHECK_INT(world_write(&world, 8 * MIB, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].text);
	}
	world.volume.count = 1;
	world.files[0] = (struct fat_file){ .path = "big", .source = { -1, 0, 1ull << 32, "" } };
	CHECK_INT(world_write(&world, 16384 * MIB, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "big: 4 GiB");
	world.files[0].source.size--;
	CHECK_INT(world_write(&world, 4095 * MIB, &err), ERR_FULL);
	world.volume.count = 0;
	CHECK_INT(world_write(&world, 3 * MIB, &err), ERR_FULL);
	CHECK_INT(world_write(&world, 2ull << 40, &err), ERR_TOO_LARGE);
	CHECK_INT(world_write(&world, 8 * MIB, &err), 0);
	memcpy(world.volume.label, "drydock", 8);
	CHECK_INT(world_write(&world, 8 * MIB, &err), ERR_FORMAT);
	tmpdir_drop(&world.dir);
}

/* What was promised and what is there when its turn comes. */
static void changed_meanwhile(void)
{
	struct err err = { 0 };
	struct world world;

	world_make(&world);
	world_file(&world, "a", 5000);
	CHECK_INT(truncate(world.files[0].file, 4999), 0);
	CHECK_INT(world_write(&world, 8 * MIB, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "the FAT partition: a: ");
	world.files[0].source.fd = open(world.files[0].file, O_RDONLY);
	memcpy(world.files[0].source.name, "a.bin", 6);
	world.files[0].file = NULL;
	CHECK_INT(world_write(&world, 8 * MIB, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "a: a.bin: it became shorter");
	close(world.files[0].source.fd);
	world.files[0].file = "/nowhere/to/be/found";
	CHECK_INT(world_write(&world, 8 * MIB, &err), ERR_NOT_FOUND);
	tmpdir_drop(&world.dir);
}

static void names(void)
{
	uint8_t name[FAT_SHORT_LEN];
	uint16_t units[FAT_LONG_MAX];
	char most[300];
	size_t count;

	CHECK(fat_name_natural("readme.txt", 10, name) && !memcmp(name, "README  TXT", 11));
	CHECK(fat_name_natural("A", 1, name) && !memcmp(name, "A          ", 11));
	CHECK(!fat_name_natural("a.b.c", 5, name) && !fat_name_natural("abcdefghi", 9, name));
	CHECK(!fat_name_natural(".abc", 4, name) && !fat_name_natural("a+b", 3, name));
	CHECK(fat_name_is_short("README.TXT", 10) && !fat_name_is_short("README.txt", 10));
	fat_name_numbered("long file.name.text", 19, 12345, name);
	CHECK(!memcmp(name, "LO~12345TEX", 11));
	fat_name_numbered(".x+y", 4, 1, name);
	CHECK(!memcmp(name, "X_Y~1      ", 11));
	/* Section 7.2: turned right eleven times, a character added each time. */
	CHECK_INT(fat_name_checksum((const uint8_t *)"A          "), 0x80);
	memset(most, 'x', sizeof(most));
	CHECK_INT(fat_name_units(most, 255, NULL, &count, NULL), 0);
	CHECK_INT(count, 255);
	CHECK_INT(fat_name_units("\xf0\x9f\x9a\xa2\xe6\x9b\xb4", 7, units, &count, NULL), 0);
	CHECK(count == 3 && units[0] == 0xd83d && units[1] == 0xdea2 && units[2] == 0x66f4);
	CHECK_INT(fat_name_units(most, 256, NULL, &count, NULL), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(names);
	TAP_RUN(sizes);
	TAP_RUN(fsck_sees);
	TAP_RUN(boot_sectors);
	TAP_RUN(listing);
	TAP_RUN(same_bytes);
	TAP_RUN(size_for);
	TAP_RUN(many_files);
	TAP_RUN(refused);
	TAP_RUN(changed_meanwhile);
	return TAP_END();
}
