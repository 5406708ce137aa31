/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capsule for fwupd's application, on a folder that stands for efivarfs and one for sysfs and
 * /dev; instead of a mount the folder in RAM takes the files.
 */
#include "efivars_place.h"
#include "backends/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/guid.h"
#include "format/le.h"
#include "hw/esp.h"
#include "tap.h"

#define CLASS  "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"
#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define FWUPD  "-0abba7dc-e516-4167-bbf5-4d9d1c739416"
#define BLOCK  "/sys/class/block/"
#define SIZE   5000u

static struct temp_tree vars, sys, ram;
static struct hwio *hw;
static uint8_t image[SIZE];
static struct inventory inv;
static int mounts, unmounts, mount_errno;
static char mounted[64];
static uint64_t fail_read_at;
static size_t intents;

static int fake_mount(const char *node, const char *dir)
{
	(void)dir;
	mounts++;
	snprintf(mounted, sizeof(mounted), "%s", node);
	errno = mount_errno;
	return mount_errno ? -1 : 0;
}

static int fake_unmount(const char *dir)
{
	(void)dir;
	unmounts++;
	return 0;
}

static void put_var(const char *name, const void *value, size_t len)
{
	uint8_t file[64] = { 0x07 };
	char path[96];

	memcpy(file + 4, value, len);
	snprintf(path, sizeof(path), "/%s" GLOBAL, name);
	temp_tree_put(&vars, path, file, 4 + len);
}

static void put_esrt(void)
{
	static const char *const files[][2] = {
		{ "fw_class", CLASS },		{ "fw_type", "1" },
		{ "fw_version", "1" },		{ "lowest_supported_fw_version", "1" },
		{ "capsule_flags", "0x50000" }, { "last_attempt_version", "0" },
		{ "last_attempt_status", "0" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char path[128];

		snprintf(path, sizeof(path), "/sys/firmware/efi/esrt/entries/entry0/%s",
			 files[i][0]);
		temp_tree_text(&sys, path, files[i][1]);
	}
}

/* sda is the stick; its disk has the link and the partition 2 the file system of our image. */
static void put_stick(void)
{
	static uint8_t sector[512], disk[32768];

	memcpy(sector + 43, "DRYDOCKEFI ", 11);
	sector[510] = 0x55;
	sector[511] = 0xaa;
	temp_tree_text(&sys, "/sys/devices/usb1/1-1/block/sda/removable", "1\n");
	temp_tree_text(&sys, "/sys/devices/usb1/1-1/block/sda/ro", "0\n");
	temp_tree_text(&sys, "/sys/devices/usb1/1-1/block/sda/sda2/partition", "2\n");
	temp_tree_text(&sys, "/sys/devices/usb1/1-1/block/sda/sda2/ro", "0\n");
	temp_tree_link(&sys, BLOCK "sda", "../../devices/usb1/1-1/block/sda");
	temp_tree_link(&sys, BLOCK "sda2", "../../devices/usb1/1-1/block/sda/sda2");
	temp_tree_put(&sys, "/dev/sda2", sector, sizeof(sector));
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
	temp_tree_remove(&vars);
	temp_tree_remove(&ram);
	if (hw) {
		hwio_real_free(hw);
		temp_tree_remove(&sys);
		inventory_free(&inv);
	}
	CHECK_INT(mkdir(vars.dir, 0700), 0);
	sys = temp_tree_make();
	hw = hwio_real_new(sys.dir);
	put_esrt();
	put_stick();
	temp_tree_text(&ram, "/esp/EFI/BOOT/fwupdx64.efi", "signed");
	put_var("BootCurrent", "\x03\x1a", 2);
	put_var("Boot1A03", "\x01\0\0\0\0\0U\0\0\0", 10);
	mounts = unmounts = mount_errno = 0;
	intents = 0;
	fail_read_at = UINT64_MAX;
	inv = (struct inventory){ 0 };
	CHECK_INT(backend_uefi_capsule.probe(hw, &inv, NULL), 0);
	CHECK_INT(inv.count, 1);
}

static int read_image(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	CHECK(offset + len <= src->size);
	if (offset + len > fail_read_at)
		return err_set(err, ERR_HASH, "chunk 3 differs from its signed hash");
	memcpy(buf, image + offset, len);
	return 0;
}

static int intent(void *ctx, struct err *err)
{
	(void)ctx;
	(void)err;
	CHECK_INT(mounts, 0);
	intents++;
	return 0;
}

static void progress(void *ctx, uint64_t done_bytes)
{
	(void)ctx;
	(void)done_bytes;
}

static int try(const char *boot_disk, struct err *err)
{
	struct payload_source payload = { .size = SIZE, .read = read_image };
	struct component comp = {
		.version = "2",
		.proof = { .field = "esrt.version", .match = PROOF_EQUALS, .value = "2" },
	};
	struct backend_io io = { .hw = hw,
				 .dev = inv.devices,
				 .comp = &comp,
				 .payload = &payload,
				 .intent = intent,
				 .progress = progress,
				 .ram_dir = ram.dir,
				 .boot_disk = boot_disk };
	enum backend_result result = 0;
	int rc;

	component_complete(&comp);
	err->code = 0;
	rc = backend_uefi_capsule.check(&io, err);
	if (!rc)
		rc = backend_uefi_capsule.write(&io, &result, err);
	CHECK_INT(result, rc ? 0 : BACKEND_NEEDS_REBOOT);
	return rc;
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
