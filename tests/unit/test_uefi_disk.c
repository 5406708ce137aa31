/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capsule on disk. */
#include "esp_bench.h"

#include "format/le.h"

static void fresh(void)
{
	fresh_stick();
	put_var("OsIndicationsSupported", "\x45\0\0\0\0\0\0\0", 8);
}

/* The file is there, and the firmware cannot be told of it. */
static void fill_variables(void)
{
	temp_tree_link(&vars, "/OsIndications" GLOBAL, "/dev/full");
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
	after_mount = fill_variables;
	CHECK(try("/dev/sda", &err) != 0);
	CHECK_CONTAINS(err.text, "OsIndications");
	CHECK_INT(unmounts, 1);
	CHECK(access(capsule_path(), F_OK) != 0);
}

/* The old version still runs, and the ESRT says nothing: what the firmware reports beside it is
 * told. */
static void refused_with_a_report(void)
{
	static const uint8_t report[48] = { 48, [24] = 0xea, 7,	 11,	    23,
					    10, 0,	     11, [40] = 26, [47] = 0x80 };
	uint8_t file[4 + sizeof(report)] = { 0x07 };
	struct component comp = {
		.version = "2",
		.proof = { .field = "esrt.version", .match = PROOF_EQUALS, .value = "2" },
	};
	enum backend_recovery found = 0;
	struct backend_io io = { .comp = &comp };
	struct err err = { 0 };

	fresh();
	io.hw = hw;
	io.dev = inv.devices;
	component_complete(&comp);
	CHECK_INT(backend_uefi_capsule.recover(&io, &found, &err), 0);
	CHECK(!strstr(err.text, "report"));
	memcpy(file + 4, report, sizeof(report));
	guid_parse_mixed(CLASS, file + 4 + 8);
	temp_tree_put(&vars, "/Capsule0003-39b68c46-f7fb-441b-b6ec-16b0f69821f3", file,
		      sizeof(file));
	CHECK_INT(backend_uefi_capsule.recover(&io, &found, &err), 0);
	CHECK_INT(found, RECOVER_OLD_RUNS);
	CHECK_CONTAINS(err.text, "has not tried it");
	CHECK_CONTAINS(err.text, "of 2026-11-23 10:00:11 by its clock, says: security violation");
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
	TAP_RUN(refused_with_a_report);
	inventory_free(&inv);
	hwio_real_free(hw);
	temp_tree_remove(&sys);
	temp_tree_remove(&ram);
	temp_tree_remove(&vars);
	return TAP_END();
}
