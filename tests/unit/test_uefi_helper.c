/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capsule for fwupd's application. */
#include "esp_bench.h"

#include <signal.h>
#include <sys/resource.h>

#include "format/guid.h"
#include "format/le.h"

#define FWUPD "-0abba7dc-e516-4167-bbf5-4d9d1c739416"

/* The partition table, by which a device path names the ESP. */
static void put_table(void)
{
	static uint8_t disk[32768];

	memcpy(disk + 512, "EFI PART", 8);
	disk[512 + 72] = 2;   /* the table begins there */
	disk[512 + 80] = 248; /* entries */
	disk[512 + 84] = 128; /* bytes of each */
	memcpy(disk + 1024 + 128 + 16, "PARTITION-GUID-2", 16);
	memcpy(disk + 1024 + 128 + 32, "\x00\x18\x05\0\0\0\0\0\xff\x47\x05\0\0\0\0\0", 16);
	temp_tree_put(&sys, "/dev/sda", disk, sizeof(disk));
	temp_tree_text(&sys, "/sys/devices/usb1/1-1/block/sda/queue/logical_block_size", "512\n");
}

static void fresh(void)
{
	fresh_stick();
	put_table();
	temp_tree_text(&ram, "/esp/EFI/BOOT/fwupdx64.efi", "signed");
}

static bool has_var(const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s" FWUPD, vars.dir, name);
	return access(path, F_OK) == 0;
}

static void put_info(const char *name, uint8_t status, const char *path, size_t len)
{
	uint8_t file[160] = { 7, 0, 0, 0, 7 };
	char at[160];

	file[4 + 48] = status;
	memcpy(file + 4 + 52, path, len);
	snprintf(at, sizeof(at), "/%s" FWUPD, name);
	temp_tree_put(&vars, at, file, 4 + 52 + len);
}

/* HD(2,GPT,...,51800h,3000h), byte for byte: UEFI 2.10, table 10.47. */
#define HD                                                                     \
	"\x04\x01\x2a\x00\x02\0\0\0\x00\x18\x05\0\0\0\0\0\x00\x30\0\0\0\0\0\0" \
	"PARTITION-GUID-2\x02\x02"
#define FILE_NAME "\\EFI\\drydock\\fw\\fwupd-" CLASS ".cap"
#define MARK	  "/esp/EFI/drydock/fw/start.env"
#define CAPSULE	  "/esp/EFI/drydock/fw/fwupd-" CLASS ".cap"

static bool has_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", ram.dir, name);
	return access(path, F_OK) == 0;
}

static size_t expected(uint8_t *want)
{
	size_t len = 0, chars = sizeof(FILE_NAME);

	memcpy(want + len, "\x07\0\0\0\x07\0\0\0", 8); /* efivarfs: NV, BS, RT; version 7 */
	memcpy(want + 8, "\xed\xd5\xcb\x6d\x2d\xe8\x44\x4c\xbd\xa1\x71\x94\x19\x9a\xd9\x2b", 16);
	memcpy(want + 24, "\0\0\x01\0", 4); /* flags; then instance 0 and no time */
	want[52] = 1;			    /* attempt */
	memcpy(want + 56, HD, 42);
	len = 98;
	memcpy(want + len, "\x04\x04", 2);
	want[len + 2] = (uint8_t)(4 + 2 * chars);
	len += 4;
	for (size_t i = 0; i < chars; i++, len += 2)
		want[len] = (uint8_t)FILE_NAME[i];
	memcpy(want + len, "\x7f\xff\x04\0", 4);
	return len + 4;
}

static void stored(void)
{
	uint8_t got[SIZE + 1], want[400] = { 0 };
	struct err err = { 0 };
	char path[256], *mark;
	int fd;

	fresh();
	temp_tree_text(&ram, "/esp/EFI/drydock/fw/start.env", "# GRUB\ndrydock_helper=done\n");
	temp_tree_text(&ram, "/esp/EFI/drydock/fw/fwupd-old.cap", "of a run that ended");
	put_info("fwupd-old-0", 2, HD, 42);
	put_info("fwupd-theirs-0", 2, "another disk", 12);
	CHECK_INT(try("/dev/sda", &err), 0);
	CHECK_INT(intents, 1);
	CHECK_INT(mounts, 1);
	CHECK_INT(unmounts, 1);
	CHECK_STR(mounted, "/dev/sda2");
	snprintf(path, sizeof(path), "%s" CAPSULE, ram.dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(read(fd, got, sizeof(got)), SIZE);
	close(fd);
	CHECK_INT(le32_at(got + 20), 0x10000);
	le32_put(got + 20, 0x50000);
	CHECK_INT(memcmp(got, image, SIZE), 0);
	snprintf(path, sizeof(path), "%s/fwupd-" CLASS "-0" FWUPD, vars.dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(read(fd, got, sizeof(got)), expected(want));
	close(fd);
	CHECK_INT(memcmp(got, want, expected(want)), 0);
	mark = temp_tree_read(&ram, MARK);
	CHECK_INT(mark ? strlen(mark) : 0, 1024);
	CHECK(mark && strncmp(mark, "# GRUB Environment Block\ndrydock_helper=once\n###", 48) == 0);
	free(mark);
	CHECK(!has_var("fwupd-old-0"));
	CHECK(has_var("fwupd-theirs-0"));
	CHECK(!has_file("/esp/EFI/drydock/fw/fwupd-old.cap"));
}

/* One that waits for the same reboot. */
static void beside_another(void)
{
	struct err err = { 0 };

	fresh();
	temp_tree_text(&ram, MARK, "# GRUB\ndrydock_helper=once\n");
	temp_tree_text(&ram, "/esp/EFI/drydock/fw/fwupd-other.cap", "waits");
	put_info("fwupd-other-0", 1, HD, 42);
	CHECK_INT(try("/dev/sda", &err), 0);
	CHECK(has_var("fwupd-other-0"));
	CHECK(has_var("fwupd-" CLASS "-0"));
	CHECK(has_file("/esp/EFI/drydock/fw/fwupd-other.cap"));
}

static void check_nothing_left(void)
{
	CHECK(!has_file(CAPSULE));
	CHECK(!has_file(MARK));
	CHECK(!has_var("fwupd-" CLASS "-0"));
}

static void an_installed_system_has_one(void)
{
	struct err err = { 0 };

	fresh();
	put_info("fwupd-theirs-0", 1, "another disk", 12);
	CHECK(try("/dev/sda", &err) != 0);
	CHECK_CONTAINS(err.text, "an installed system has an update waiting (fwupd-theirs-0)");
	CHECK_INT(intents, 0);
	CHECK_INT(mounts, 0);
	check_nothing_left();
}

static void not_possible(void)
{
	static const struct {
		const char *disk, *path, *content, *text;
	} cases[] = {
		{ NULL, NULL, NULL, "is not known" },
		{ "/dev/sdb", NULL, NULL, "a disk of the server's own" },
		{ "/dev/sda", "/dev/sda", "short", "/dev/sda" },
		{ "/dev/sda", BLOCK "sda/queue/logical_block_size", "4096\n", "512 bytes" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		fresh();
		if (cases[i].path)
			temp_tree_text(&sys, cases[i].path, cases[i].content);
		CHECK(try(cases[i].disk, &err) != 0);
		CHECK_CONTAINS(err.text, "by fwupd's application: ");
		CHECK_CONTAINS(strstr(err.text, "by fwupd"), cases[i].text);
		CHECK_INT(intents, 0);
		CHECK_INT(mounts, 0);
		check_nothing_left();
	}
}

static void it_fails_on_the_way(void)
{
	struct err err = { 0 };
	char path[256];

	fresh();
	mount_errno = EIO;
	CHECK_INT(try("/dev/sda", &err), ERR_IO);
	CHECK_INT(unmounts, 0);
	check_nothing_left();
	fresh();
	snprintf(path, sizeof(path), "%s/esp/EFI/BOOT/fwupdx64.efi", ram.dir);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(try("/dev/sda", &err), ERR_NOT_FOUND);
	CHECK_CONTAINS(err.text, "has no EFI/BOOT/fwupdx64.efi");
	CHECK_INT(unmounts, 1);
	check_nothing_left();
	fresh();
	fail_read_at = 4999;
	CHECK_INT(try("/dev/sda", &err), ERR_HASH);
	check_nothing_left();
	fresh();
	temp_tree_link(&vars, "/fwupd-" CLASS "-0" FWUPD, "/dev/null");
	CHECK(try("/dev/sda", &err) != 0);
	CHECK(!has_file(CAPSULE));
	CHECK(!has_file(MARK));
}

/* What was written before the end of the room does not stay: a limit of the process stands for it.
 */
static void the_esp_is_full(void)
{
	struct rlimit limit, small;
	struct err err = { 0 };

	fresh();
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){ SIZE - 1, limit.rlim_max };
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &small), 0);
	CHECK_INT(try("/dev/sda", &err), ERR_FULL);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
	CHECK_CONTAINS(err.text, "the EFI system partition has no room for 5000 bytes");
	CHECK_INT(unmounts, 1);
	check_nothing_left();
}

/* Entry 2 of tables that are cut, lie elsewhere or hold nothing. */
static void partition_tables(void)
{
	static const struct {
		size_t at, len;
		uint8_t value;
		int rc;
	} rows[] = {
		{ 0, 4096, 0, 0 },
		{ 0, 1023, 0, ERR_FORMAT },
		{ 512, 4096, 'X', ERR_FORMAT },
		{ 512 + 72, 4096, 8, ERR_FORMAT },
		{ 512 + 79, 4096, 1, ERR_FORMAT },
		{ 512 + 80, 4096, 1, ERR_FORMAT },
		{ 512 + 84, 4096, 127, ERR_FORMAT },
		{ 512 + 87, 4096, 0xff, ERR_FORMAT },
		{ 0, 1279, 0, ERR_FORMAT },
		{ 1152 + 40, 4096, 4, ERR_FORMAT },
		{ 1152 + 32, 4096, 0, ERR_FORMAT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t buf[4096] = { 0 };
		struct gpt_part part;

		memcpy(buf + 512, "EFI PART", 8);
		buf[512 + 72] = 2;
		buf[512 + 80] = 2;
		buf[512 + 84] = 128;
		buf[1152 + 32] = 5;
		buf[1152 + 40] = 9;
		buf[rows[i].at] = rows[i].value;
		CHECK_INT(gpt_part_parse(buf, rows[i].len, 2, &part, NULL), rows[i].rc);
		if (!rows[i].rc)
			CHECK_INT(part.sectors, 5);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	vars = efivars_place(argv);
	ram = temp_tree_make();
	esp_mount_by(fake_mount, fake_unmount);
	for (uint32_t i = 0; i < SIZE; i++)
		image[i] = (uint8_t)(i * 2654435761u >> 24);
	guid_parse_mixed(CLASS, image);
	le32_put(image + 16, 32);
	le32_put(image + 20, 0x50000);
	le32_put(image + 24, SIZE);
	TAP_RUN(stored);
	TAP_RUN(beside_another);
	TAP_RUN(not_possible);
	TAP_RUN(an_installed_system_has_one);
	TAP_RUN(it_fails_on_the_way);
	TAP_RUN(the_esp_is_full);
	TAP_RUN(partition_tables);
	inventory_free(&inv);
	hwio_real_free(hw);
	temp_tree_remove(&sys);
	temp_tree_remove(&ram);
	temp_tree_remove(&vars);
	return TAP_END();
}
