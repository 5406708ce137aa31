/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capsule on disk, on a folder that stands for efivarfs and one for sysfs and /dev; instead of a
 * mount the folder in RAM takes the files.
 */
#include "efivars_place.h"
#include "backends/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/guid.h"
#include "format/le.h"
#include "hw/esp.h"
#include "tap.h"

#define CLASS  "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"
#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define BLOCK  "/sys/class/block/"
#define SIZE   5000u

static struct temp_tree vars, sys, ram;
static struct hwio *hw;
static uint8_t image[SIZE];
static struct inventory inv;
static int mounts, unmounts, mount_errno;
static bool full_after_mount;
static char mounted[64];
static uint64_t fail_read_at;
static size_t intents;

static int fake_mount(const char *node, const char *dir)
{
	(void)dir;
	mounts++;
	snprintf(mounted, sizeof(mounted), "%s", node);
	if (full_after_mount)
		temp_tree_link(&vars, "/OsIndications" GLOBAL, "/dev/full");
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
	static uint8_t sector[512];

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
	put_var("OsIndicationsSupported", "\x45\0\0\0\0\0\0\0", 8);
	put_var("BootCurrent", "\x03\x1a", 2);
	put_var("Boot1A03", "\x01\0\0\0\0\0U\0\0\0", 10);
	mounts = unmounts = mount_errno = 0;
	full_after_mount = false;
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
	CHECK_INT(temp_tree_read(&vars, "/BootNext" GLOBAL) != NULL, 0);
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

static void check_var(const char *name, const void *want, size_t len)
{
	uint8_t got[64] = { 0 };
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s" GLOBAL, vars.dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(read(fd, got, sizeof(got)), len + 4);
	CHECK_INT(got[0], 7);
	CHECK_INT(memcmp(got + 4, want, len), 0);
	close(fd);
}

static const char *capsule_path(void)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/esp/EFI/UpdateCapsule/" CLASS ".cap", ram.dir);
	return path;
}

static void stored(void)
{
	uint8_t got[SIZE + 1];
	struct err err = { 0 };
	int fd;

	fresh();
	put_var("OsIndications", "\x41\0\0\0\0\0\0\x80", 8); /* somebody else's wishes stay */
	temp_tree_text(&ram, "/esp/EFI/UpdateCapsule/old.cap", "of a run that was cut off");
	CHECK_INT(try("/dev/sda", &err), 0);
	CHECK_INT(intents, 1);
	CHECK_INT(mounts, 1);
	CHECK_INT(unmounts, 1);
	CHECK_STR(mounted, "/dev/sda2");
	fd = open(capsule_path(), O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_INT(read(fd, got, sizeof(got)), SIZE);
	CHECK_INT(le32_at(got + 20), 0x10000);
	le32_put(got + 20, 0x50000);
	CHECK_INT(memcmp(got, image, SIZE), 0);
	close(fd);
	check_var("OsIndications", "\x45\0\0\0\0\0\0\x80", 8);
	check_var("BootNext", "\x03\x1a", 2);
	CHECK(temp_tree_read(&ram, "/esp/EFI/UpdateCapsule/old.cap") == NULL);
}

/* One that the firmware was told of waits for the same reboot. */
static void beside_another(void)
{
	struct err err = { 0 };
	char *other;

	fresh();
	put_var("OsIndications", "\x04\0\0\0\0\0\0\0", 8);
	temp_tree_text(&ram, "/esp/EFI/UpdateCapsule/other.cap", "waits");
	CHECK_INT(try("/dev/sda", &err), 0);
	other = temp_tree_read(&ram, "/esp/EFI/UpdateCapsule/other.cap");
	CHECK(other != NULL);
	free(other);
}

static void check_nothing_done(void)
{
	CHECK_INT(mounts, 0);
	CHECK_INT(intents, 0);
	CHECK(access(capsule_path(), F_OK) != 0);
	CHECK(temp_tree_read(&vars, "/OsIndications" GLOBAL) == NULL);
}

static void not_possible(void)
{
	static const struct {
		const char *disk, *path, *content, *text;
	} cases[] = {
		{ NULL, NULL, NULL, "is not known" },
		{ "/dev/sr0", NULL, NULL, "booted from a CD" },
		{ "/dev/sdb", NULL, NULL, "a disk of the server's own" },
		{ "/dev/sda", BLOCK "sda2/partition", "3\n", "no partition 2" },
		{ "/dev/sda", BLOCK "sda/ro", "1\n", "write-protected" },
		{ "/dev/sda", BLOCK "sda2/ro", "1\n", "write-protected" },
		{ "/dev/sda", "/dev/sda2", "short", "not the EFI system partition of our own" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		fresh();
		if (cases[i].path)
			temp_tree_text(&sys, cases[i].path, cases[i].content);
		CHECK_INT(try(cases[i].disk, &err), ERR_NO_WRITABLE_ESP);
		CHECK_CONTAINS(err.text, "through the kernel: ");
		CHECK_CONTAINS(err.text, "as a capsule on disk: ");
		CHECK_CONTAINS(err.text, cases[i].text);
		check_nothing_done();
	}
}

static void the_firmware_does_not_look(void)
{
	struct err err = { 0 };

	fresh();
	put_var("OsIndicationsSupported", "\x41\0\0\0\0\0\0\0", 8);
	CHECK_INT(try("/dev/sda", &err), ERR_NOT_FOUND); /* there is no loader either */
	CHECK_CONTAINS(err.text, "does not look for any");
	check_nothing_done();
}

/* Nothing is left for the firmware to find. */
static void it_fails_on_the_way(void)
{
	struct err err = { 0 };

	fresh();
	mount_errno = EIO;
	CHECK_INT(try("/dev/sda", &err), ERR_IO);
	CHECK_CONTAINS(err.text, "/dev/sda2 cannot be mounted");
	CHECK_INT(unmounts, 0);
	fresh();
	fail_read_at = 4999;
	CHECK_INT(try("/dev/sda", &err), ERR_HASH);
	CHECK(access(capsule_path(), F_OK) != 0);
	fresh();
	temp_tree_link(&vars, "/OsIndications" GLOBAL, "/dev/null");
	CHECK(try("/dev/sda", &err) != 0);
	CHECK_CONTAINS(err.text, "OsIndications");
	CHECK(access(capsule_path(), F_OK) != 0);
}

/* The file is there by then, and the firmware has no room for the word of it. */
static void the_firmware_cannot_be_told(void)
{
	struct err err = { 0 };

	fresh();
	full_after_mount = true;
	CHECK(try("/dev/sda", &err) != 0);
	CHECK_CONTAINS(err.text, "OsIndications");
	CHECK_INT(unmounts, 1);
	CHECK(access(capsule_path(), F_OK) != 0);
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
	TAP_RUN(the_firmware_does_not_look);
	TAP_RUN(it_fails_on_the_way);
	TAP_RUN(the_firmware_cannot_be_told);
	inventory_free(&inv);
	hwio_real_free(hw);
	temp_tree_remove(&sys);
	temp_tree_remove(&ram);
	temp_tree_remove(&vars);
	return TAP_END();
}
