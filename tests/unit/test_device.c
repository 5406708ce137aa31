/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which devices are refused, with a sysfs of the test's own; writing and comparing. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "media/device.h"
#include "progress.h"
#include "tmpdir.h"

#define IMAGE_BYTES ((9u << 20) + 700)

struct world {
	struct tmpdir dir;
	char sys[128], proc[128];
	struct device_request request;
};

static void link_to(const struct world *world, const char *number, const char *to)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), "%s/dev", world->sys);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/dev/block", world->sys);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/dev/block/%s", world->sys, number);
	snprintf(target, sizeof(target), "../../%s", to);
	CHECK_INT(symlink(target, path), 0);
}

#define STICK "sys/devices/pci0/usb1/1-2/host7/block/sdb"
#define FIXED "sys/devices/pci0/ata1/host0/block/sda"

/* sdb, a stick with two partitions, and sda, a disk that is not for travelling. */
static void world_make(struct world *world)
{
	memset(world, 0, sizeof(*world));
	tmpdir_make(&world->dir);
	snprintf(world->sys, sizeof(world->sys), "%s/sys", world->dir.path);
	snprintf(world->proc, sizeof(world->proc), "%s/proc", world->dir.path);
	tmpdir_write_text(&world->dir, STICK "/dev", "8:16\n");
	tmpdir_write_text(&world->dir, STICK "/removable", "0\n");
	tmpdir_write_text(&world->dir, STICK "/ro", "0\n");
	tmpdir_write_text(&world->dir, STICK "/sdb1/dev", "8:17\n");
	tmpdir_write_text(&world->dir, STICK "/sdb1/partition", "1\n");
	tmpdir_write_text(&world->dir, STICK "/sdb2/dev", "8:18\n");
	tmpdir_write_text(&world->dir, STICK "/sdb2/partition", "2\n");
	tmpdir_write_text(&world->dir, FIXED "/dev", "8:0\n");
	tmpdir_write_text(&world->dir, FIXED "/removable", "0\n");
	tmpdir_write_text(&world->dir, "proc/self/mountinfo",
			  "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
			  "40 22 8:161 / /mnt rw - vfat /dev/sdk1 rw\n"
			  "41 22 0:30 / /mnt2 rw - btrfs /dev/sdb10 rw\n");
	tmpdir_write_text(&world->dir, "proc/swaps",
			  "Filename\tType\tSize\tUsed\tPriority\n/dev/sda3 partition 1 0 -2\n");
	link_to(world, "8:16", STICK + 4);
	link_to(world, "8:17", STICK "/sdb1" + 4);
	link_to(world, "8:0", FIXED + 4);
	world->request = (struct device_request){ .device = "/dev/sdb",
						  .sys = world->sys,
						  .proc = world->proc };
}

static void check(struct world *world, const char *number, int code, const char *text)
{
	struct err err = { 0 };

	CHECK_INT(device_check(&world->request, number, &err), code);
	CHECK_CONTAINS(err.text, text);
}

static void a_stick(void)
{
	struct world world;

	world_make(&world);
	check(&world, "8:16", 0, "");
	check(&world, "8:17", ERR_POLICY, "/dev/sdb: it is a partition: name the whole device");
	check(&world, "9:99", ERR_NOT_FOUND, "the kernel does not know it");
	tmpdir_write_text(&world.dir, STICK "/ro", "1\n");
	check(&world, "8:16", ERR_POLICY, "write-protected");
	tmpdir_drop(&world.dir);
}

/* Whatever holds it, the disk or a partition: being named twice does not help. */
static void in_use(void)
{
	static const struct {
		const char *file, *text, *why;
	} cases[] = {
		{ "proc/self/mountinfo", "40 22 8:16 / /mnt rw - vfat /dev/sdb rw\n",
		  "sdb is mounted: unmount it first" },
		{ "proc/self/mountinfo",
		  "1 1 8:1 / / rw - ext4 x rw\n40 22 8:18 / /m rw - vfat x rw", "sdb2 is mounted" },
		{ "proc/self/mountinfo", "41 22 0:30 / /mnt2 rw - btrfs /dev/sdb1 rw\n",
		  "sdb1 is mounted" },
		{ "proc/swaps", "Filename\n/dev/sdb2   partition 1 0 -2\n",
		  "sdb2 is used as swap" },
		{ STICK "/holders/md127/x", "", "sdb is part of md127" },
		{ STICK "/sdb1/holders/dm-3/x", "", "sdb1 is part of dm-3" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;

		world_make(&world);
		tmpdir_write_text(&world.dir, cases[i].file, cases[i].text);
		check(&world, "8:16", ERR_POLICY, cases[i].why);
		world.request.again = "/dev/sdb";
		check(&world, "8:16", ERR_POLICY, cases[i].why);
		tmpdir_drop(&world.dir);
	}
}

static void fixed_disk(void)
{
	struct world world;

	world_make(&world);
	world.request.device = "/dev/sda";
	check(&world, "8:0", ERR_POLICY, "neither removable nor on USB");
	check(&world, "8:0", ERR_POLICY, "--overwrite /dev/sda");
	world.request.again = "/dev/sdb";
	check(&world, "8:0", ERR_USAGE, "--overwrite names /dev/sdb, --device /dev/sda");
	world.request.again = "/dev/sda";
	check(&world, "8:0", 0, "");
	world.request.again = NULL;
	tmpdir_write_text(&world.dir, FIXED "/removable", "1\n");
	check(&world, "8:0", 0, "");
	tmpdir_drop(&world.dir);
}

static void make_image(const struct tmpdir *dir, struct source *ret)
{
	uint8_t *bytes = malloc(IMAGE_BYTES);

	for (size_t i = 0; i < IMAGE_BYTES; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 4096 + 1);
	tmpdir_write(dir, "image", bytes, IMAGE_BYTES);
	free(bytes);
	CHECK_INT(source_open(tmpdir_file(dir, "image"), ret, NULL), 0);
}

static bool same_file(const struct tmpdir *dir, const char *name)
{
	char command[512];

	snprintf(command, sizeof(command), "cmp -s -n %u '%s/image' '%s'", IMAGE_BYTES, dir->path,
		 name);
	return system(command) == 0;
}

static void not_a_device(void)
{
	struct device_request request = { .sys = "/sys", .proc = "/proc" };
	struct err err = { 0 };
	struct source image;
	struct tmpdir dir;

	tmpdir_make(&dir);
	make_image(&dir, &image);
	request.image = &image;
	tmpdir_write_text(&dir, "file", "as it was");
	request.device = tmpdir_file(&dir, "file");
	CHECK_INT(device_write(&request, &err), ERR_UNSUPPORTED);
	request.device = "/dev/null";
	CHECK_INT(device_write(&request, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "/dev/null is not a block device");
	request.device = tmpdir_file(&dir, "none");
	CHECK_INT(device_write(&request, &err), ERR_NOT_FOUND);
	source_close(&image);
	tmpdir_drop(&dir);
}

static void written(void)
{
	struct err err = { 0 };
	struct source image;
	struct tmpdir dir;
	int fd;

	tmpdir_make(&dir);
	make_image(&dir, &image);
	fd = open(tmpdir_file(&dir, "stick"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK_INT(device_put(fd, "stick", &image, &err), 0);
	CHECK_STR(err.text, "");
	CHECK(same_file(&dir, tmpdir_file(&dir, "stick")));
	CHECK_INT(lseek(fd, 0, SEEK_END) % 512, 0);
	close(fd);
	source_close(&image);
	tmpdir_drop(&dir);
}

/* A stick that takes everything and keeps nothing; such are sold. */
static void not_kept(void)
{
	struct err err = { 0 };
	struct source image;
	struct tmpdir dir;
	int fd = open("/dev/zero", O_RDWR | O_CLOEXEC);

	tmpdir_make(&dir);
	make_image(&dir, &image);
	CHECK_INT(device_put(fd, "zero", &image, &err), ERR_PROOF);
	CHECK_CONTAINS(err.text, "zero: byte 0 reads otherwise than it was written");
	CHECK_CONTAINS(err.text, "not to be trusted");
	close(fd);
	source_close(&image);
	tmpdir_drop(&dir);
}

/* The image becomes shorter on the way: what is there does not begin like a medium. */
static void cut_short(void)
{
	static const uint8_t blank[512];
	struct err err = { 0 };
	struct source image;
	uint8_t first[512];
	struct tmpdir dir;
	int fd;

	tmpdir_make(&dir);
	make_image(&dir, &image);
	image.size += 5 << 20;
	fd = open(tmpdir_file(&dir, "stick"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	CHECK(pwrite(fd, "an old partition table", 22, 0) == 22);
	CHECK_INT(device_put(fd, "stick", &image, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "stick: ");
	CHECK_CONTAINS(err.text, "half written");
	CHECK(pread(fd, first, sizeof(first), 0) == sizeof(first));
	CHECK(memcmp(first, blank, sizeof(first)) == 0);
	close(fd);
	source_close(&image);
	tmpdir_drop(&dir);
}

/* A signal while it is written: the child says in its exit status what came of it. */
static void interrupted(void)
{
	struct source image;
	struct tmpdir dir;
	int status;
	pid_t pid;

	tmpdir_make(&dir);
	make_image(&dir, &image);
	image.size = 8ull << 30;
	CHECK_INT(ftruncate(image.fd, 0), -1); /* read only */
	CHECK_INT(truncate(tmpdir_file(&dir, "image"), (off_t)image.size), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int fd = open(tmpdir_file(&dir, "stick"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		struct err err = { 0 };
		int rc = device_put(fd, "stick", &image, &err);

		_exit(rc == ERR_INTERRUPTED && strstr(err.text, "half written") ? 7 : 1);
	}
	while (access(tmpdir_file(&dir, "stick"), F_OK))
		usleep(1000);
	usleep(50000);
	kill(pid, SIGINT);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	source_close(&image);
	tmpdir_drop(&dir);
}

/* A loop device is a block device like another, and a fixed one. */
static void loop_device(void)
{
	struct device_request request = { .sys = "/sys", .proc = "/proc" };
	char command[512], name[64] = "";
	struct err err = { 0 };
	struct source image;
	struct tmpdir dir;
	FILE *pipe;

	tmpdir_make(&dir);
	make_image(&dir, &image);
	request.image = &image;
	snprintf(command, sizeof(command),
		 "truncate -s 16M '%s/disk' && losetup --show -f '%s/disk' 2>/dev/null", dir.path,
		 dir.path);
	pipe = popen(command, "r");
	CHECK(pipe);
	if (!fgets(name, sizeof(name), pipe))
		printf("# no loop devices here: not tried\n");
	pclose(pipe);
	name[strcspn(name, "\n")] = '\0';
	request.device = name;
	if (name[0]) {
		CHECK_INT(device_write(&request, &err), ERR_POLICY);
		CHECK_CONTAINS(err.text, "neither removable nor on USB");
		request.again = name;
		CHECK_INT(device_write(&request, &err), 0);
		CHECK(same_file(&dir, name));
		image.size = 17 << 20;
		CHECK_INT(device_write(&request, &err), ERR_FULL);
		CHECK_CONTAINS(err.text, "has 16 MiB");
		snprintf(command, sizeof(command), "losetup -d %s", name);
		CHECK_INT(system(command), 0);
	}
	source_close(&image);
	tmpdir_drop(&dir);
}

/* Whatever the name, a line keeps to 79 columns; Japanese letters take two each. */
static void progress_lines(void)
{
	static const char *const items[] = {
		"",
		"short",
		"a name that is much too long for what is left of the line and more",
		"\xe6\x9b\xb4\xe6\x96\xb0\xe6\x9b\xb4\xe6\x96\xb0\xe6\x9b\xb4\xe6\x96\xb0"
		"\xe6\x9b\xb4\xe6\x96\xb0\xe6\x9b\xb4\xe6\x96\xb0\xe6\x9b\xb4\xe6\x96\xb0",
	};
	char line[512];

	for (size_t i = 0; i < sizeof(items) / sizeof(*items); i++) {
		size_t columns = 0;

		progress_line(line, sizeof(line), "verify", items[i], 512 << 20, 1024 << 20, 4000);
		for (const char *c = line; *c; c++)
			columns += ((uint8_t)*c & 0xc0) == 0x80 ? 0 : (uint8_t)*c < 0x80 ? 1 : 2;
		CHECK_INT(columns, 79);
	}
	progress_line(line, sizeof(line), "verify", "x", 512 << 20, 1024 << 20, 4000);
	CHECK_CONTAINS(line, "verify [##########..........]  50 % 512/1024 MiB 128 MiB/s 0:04 x");
	progress_line(line, sizeof(line), "import", "\x1b[2J", 512 << 20, 0, 4000);
	CHECK_CONTAINS(line, "import 512 MiB 128 MiB/s ?[2J");
	progress_line(line, sizeof(line), "x", "", 2000, 1000, 0);
	CHECK_CONTAINS(line, "100 %");
}

int main(void)
{
	TAP_RUN(a_stick);
	TAP_RUN(in_use);
	TAP_RUN(fixed_disk);
	TAP_RUN(not_a_device);
	TAP_RUN(written);
	TAP_RUN(not_kept);
	TAP_RUN(cut_short);
	TAP_RUN(interrupted);
	TAP_RUN(loop_device);
	TAP_RUN(progress_lines);
	return TAP_END();
}
