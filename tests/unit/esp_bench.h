/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capsules that go to the ESP of our stick: a folder stands for efivarfs and one for sysfs and
 * /dev; instead of a mount the folder in RAM takes the files.
 */
#ifndef DRYDOCK_TESTS_ESP_BENCH_H
#define DRYDOCK_TESTS_ESP_BENCH_H

#include "efivars_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/backend.h"
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
static char mounted[64];
static uint64_t fail_read_at;
static size_t intents;
static void (*after_mount)(void); /* NULL = nothing */

static int fake_mount(const char *node, const char *dir)
{
	(void)dir;
	mounts++;
	if (after_mount)
		after_mount();
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

/* sda is the stick; its partition 2 has the file system of our image. */
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

/* A stick with its ESP, one entry in the ESRT, a boot entry: found by the backend. */
static void fresh_stick(void)
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
	put_var("BootCurrent", "\x03\x1a", 2);
	put_var("Boot1A03", "\x01\0\0\0\0\0U\0\0\0", 10);
	mounts = unmounts = mount_errno = 0;
	intents = 0;
	after_mount = NULL;
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

#endif
