/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hw/pci_dump.h"
#include "hw/pci_lib.h"
#include "hw/pci_details.h"
#include "hw/slow.h"
#include "tap.h"
#include "temp_tree.h"

#define ZEROS "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00\n"
#define ROWS  "10: " ZEROS "20: " ZEROS "30: " ZEROS
#define NIC   "00: e4 14 57 16 00 00 00 00 01 00 00 02 00 00 00 00\n" ROWS
/* A bridge, class 0604, header type 1, secondary bus at 19h. */
#define BRIDGE(bus)                                             \
	"00: 86 80 30 20 00 00 00 00 04 00 04 06 00 00 01 00\n" \
	"10: 00 00 00 00 00 00 00 00 00 " bus " " bus           \
	" 00 00 00 00 00\n"                                     \
	"20: " ZEROS "30: " ZEROS

static int check(const char *text)
{
	return pci_dump_check((const uint8_t *)text, strlen(text), NULL);
}

static void whole_dumps_are_accepted(void)
{
	CHECK_INT(check("00:01.0 a\n" NIC), 0);
	CHECK_INT(check("\n\n0000:00:01.0 a\n" NIC "\n10000:00:01.7 b\n" NIC), 0);
	CHECK_INT(check("00:01.0 a\r\n\tFlags: fast\r\n" NIC "40: 01 02\n"), 0);
	CHECK_INT(check("00:01.0 a\n" NIC "40: 01 02"), 0);
}

static void other_texts_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"hello\n",
		"00:01.0 a\n",
		"00:01.0 a\n\n" NIC,
		"00:01.8 a\n" NIC,
		"00:01.f a\n" NIC,
		"00:01.0 a\n00: 00 00\n",
		"00:01.0 a\n" ROWS,
		"00:01.0 a\n" NIC "50: 00\n",
		"00:01.0 a\n" NIC "00: 00\n",
		"00:01.0 a\n" NIC "40: 0\n",
		"00:01.0 a\n" NIC "40: 000\n",
		"00:01.0 a\n" NIC "40: 00  00\n",
		"00:01.0 a\n" NIC "40: 0g\n",
		"00:01.0 a\nffffffff: 41\n",
		"00:01.0 a\n80000000: 41\n",
		"00:01.0 a\n" NIC "00:02.0 b\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int rc = check(bad[i]);

		CHECK_INT(rc, ERR_FORMAT);
		if (rc != ERR_FORMAT)
			printf("# %s\n", bad[i]);
	}
	CHECK_INT(pci_dump_check((const uint8_t *)"00:01.0 \0\n" NIC,
				 sizeof("00:01.0 \0\n" NIC) - 1, NULL),
		  ERR_FORMAT);
}

static void dumps_have_maxima(void)
{
	const size_t unit = strlen("00:01.0 a\n" NIC);
	CLEANUP_FREE char *text = malloc((INVENTORY_MAX_DEVICES + 1) * unit + 1);
	char line[300];

	for (size_t i = 0; i <= INVENTORY_MAX_DEVICES; i++)
		memcpy(text + i * unit, "00:01.0 a\n" NIC, unit);
	text[INVENTORY_MAX_DEVICES * unit] = '\0';
	CHECK_INT(check(text), 0);
	text[INVENTORY_MAX_DEVICES * unit] = '0';
	text[(INVENTORY_MAX_DEVICES + 1) * unit] = '\0';
	CHECK_INT(check(text), ERR_TOO_LARGE);
	memset(line, 'x', sizeof(line));
	memcpy(line, "00:01.0 ", 8);
	line[250] = '\0';
	snprintf(text, unit + 512, "%s\n%s", line, NIC);
	CHECK_INT(check(text), 0);
	line[250] = 'x';
	line[251] = '\0';
	snprintf(text, unit + 512, "%s\n%s", line, NIC);
	CHECK_INT(check(text), ERR_FORMAT);
}

/* 4096 bytes of configuration space and one more. */
static void configuration_space_ends_at_4096(void)
{
	char text[32768] = "00:01.0 a\n";
	size_t len = strlen(text);

	for (int i = 0; i < 4096; i += 16)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%02x: " ZEROS,
					(unsigned int)i);
	CHECK_INT(check(text), 0);
	snprintf(text + len, sizeof(text) - len, "1000: 00\n");
	CHECK_INT(check(text), ERR_FORMAT);
}

static int probe_dump(const char *text, struct inventory *inv, struct err *err)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct probe_source source = { .hw = hwio_real_new(NULL), .pci_ids = "/dev/null" };
	char path[128];
	int rc;

	temp_tree_text(&tree, "/dump", text);
	snprintf(path, sizeof(path), "%s/dump", tree.dir);
	source.lspci_dump = path;
	rc = probe_pci(&source, inv, err);
	hwio_real_free(source.hw);
	return rc;
}

static void a_dump_becomes_devices_in_order(void)
{
	struct inventory inv = { 0 };

	CHECK_INT(probe_dump("03:00.0 n\n" NIC "\n00:1f.0 n\n" NIC "\n10000:00:00.0 n\n" NIC, &inv,
			     NULL),
		  0);
	CHECK_INT(inv.count, 3);
	if (inv.count == 3) {
		CHECK_STR(inv.devices[0].id, "pci:0000:00:1f.0");
		CHECK_STR(inv.devices[1].id, "pci:0000:03:00.0");
		CHECK_STR(inv.devices[2].id, "pci:10000:00:00.0");
		CHECK_STR(inv.devices[1].targets[0], "pci:14e4:1657");
		CHECK_INT(inv.devices[1].target_count, 1);
		CHECK_STR(device_prop(&inv.devices[1], "pci.class"), "0200");
		CHECK_STR(inv.devices[1].name, "Device 14e4:1657");
		CHECK(!device_prop(&inv.devices[1], "pci.subsystem"));
		CHECK_INT(inv.devices[1].kind, DEVICE_PCI);
		CHECK(!inv.devices[1].updateable);
	}
	inventory_free(&inv);
}

static void bridges_are_parents_of_what_is_behind(void)
{
	struct inventory inv = { 0 };

	CHECK_INT(probe_dump("00:01.0 b\n" BRIDGE("03") "\n03:00.0 b\n" BRIDGE(
				     "04") "\n04:00.1 n\n" NIC "\n05:00.0 n\n" NIC
					   "\n0001:04:00.0 n\n" NIC
					   "\n06:00.0 unset\n" BRIDGE("00"),
			     &inv, NULL),
		  0);
	CHECK_INT(inv.count, 6);
	if (inv.count == 6) {
		CHECK_STR(inventory_find(&inv, "pci:0000:00:01.0")->parent, "");
		CHECK_STR(inventory_find(&inv, "pci:0000:03:00.0")->parent, "pci:0000:00:01.0");
		CHECK_STR(inventory_find(&inv, "pci:0000:04:00.1")->parent, "pci:0000:03:00.0");
		CHECK_STR(inventory_find(&inv, "pci:0000:05:00.0")->parent, "");
		CHECK_STR(inventory_find(&inv, "pci:0001:04:00.0")->parent, "");
	}
	inventory_free(&inv);
}

static void an_address_twice_is_refused(void)
{
	struct inventory inv = { 0 };
	struct err err = { 0 };

	CHECK_INT(probe_dump("03:00.0 n\n" NIC "\n0000:03:00.0 n\n" NIC, &inv, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "twice");
	CHECK_INT(inv.count, 0);
	inventory_free(&inv);
}

static void no_sysfs_is_an_error_not_an_exit(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct probe_source source = { .hw = hwio_real_new(tree.dir), .root = tree.dir };
	struct inventory inv = { 0 };
	struct err err = { 0 };

	for (int i = 0; i < 3; i++) {
		CHECK_INT(probe_pci(&source, &inv, &err), ERR_DEVICE);
		CHECK_CONTAINS(err.text, "libpci: Cannot open");
		CHECK_CONTAINS(err.text, "/sys/bus/pci/devices");
	}
	hwio_real_free(source.hw);
}

static void fail_deep_inside(struct pci_lib *lib, void *arg)
{
	*(int *)arg += 1;
	lib->acc->error((char *)(uintptr_t) "no %s", "luck");
}

static void work(struct pci_lib *lib, void *arg)
{
	(void)lib;
	*(int *)arg += 10;
}

static void libpci_may_give_up_and_be_called_again(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	struct pci_lib lib = { .hw = hw };
	struct err err = { 0 };
	int calls = 0;

	CHECK_INT(pci_lib_open(&lib, PCI_ACCESS_DUMP, "dump.name", "/dev/null", NULL), 0);
	CHECK_INT(pci_lib_call(&lib, fail_deep_inside, &calls, &err), ERR_DEVICE);
	CHECK_STR(err.text, "libpci: no luck");
	CHECK_INT(pci_lib_call(&lib, work, &calls, NULL), 0);
	CHECK_INT(pci_lib_call(&lib, fail_deep_inside, &calls, NULL), ERR_DEVICE);
	CHECK_INT(calls, 12);
	pci_lib_close(&lib);
	pci_lib_close(&lib);
	hwio_real_free(hw);
}

/* A device that gives bytes one after another, slowly, endlessly, or not at all. */
static struct {
	const char *bytes;
	size_t len, pos;
	uint64_t now_ms;
	uint32_t ms_per_read;
	int fail_with;
	unsigned int reads;
	char path[128];
} rom;

static int rom_open(struct hwio *hw, const char *path, int flags)
{
	(void)hw;
	(void)flags;
	snprintf(rom.path, sizeof(rom.path), "%s", path);
	return 3;
}

static int rom_close(struct hwio *hw, int fd)
{
	(void)hw;
	return fd == 3 ? 0 : -EBADF;
}

static ssize_t rom_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	size_t left = rom.len - rom.pos;

	(void)hw;
	(void)fd;
	rom.reads++;
	rom.now_ms += rom.ms_per_read;
	if (rom.fail_with)
		return rom.fail_with;
	if (!rom.bytes) {
		memset(buf, 0, size);
		return (ssize_t)size;
	}
	size = size < left ? size : left;
	memcpy(buf, rom.bytes + rom.pos, size);
	rom.pos += size;
	return (ssize_t)size;
}

static uint64_t rom_now_ms(struct hwio *hw)
{
	(void)hw;
	return rom.now_ms;
}

static const struct hwio_ops rom_ops = {
	.open = rom_open,
	.close = rom_close,
	.read = rom_read,
	.now_ms = rom_now_ms,
};

#define VPD                                         \
	"\x82\x03\x00Nic\x90\x09\x00PN\x02P1SN\x01" \
	"7\x78"

static struct device *probe_rom(struct inventory *inv)
{
	struct hwio hw = { .ops = &rom_ops };
	struct pci_details *details;
	struct device *dev = NULL;

	inventory_free(inv);
	rom.pos = 0;
	rom.reads = 0;
	CHECK_INT(inventory_add(inv, DEVICE_PCI, "pci:0000:03:00.0", &dev, NULL), 0);
	details = pci_details_start(&hw, dev, PCI_DETAIL_VPD);
	CHECK(details != NULL);
	if (details)
		pci_details_take(details, dev, slow_now_ms() + 10000);
	return dev;
}

static void vital_product_data_becomes_properties(void)
{
	struct inventory inv = { 0 };
	struct device *dev;

	rom.bytes = VPD;
	rom.len = sizeof(VPD) - 1;
	dev = probe_rom(&inv);
	CHECK_STR(rom.path, "/sys/bus/pci/devices/0000:03:00.0/vpd");
	CHECK_STR(device_prop(dev, "pci.vpd.name"), "Nic");
	CHECK_STR(device_prop(dev, "pci.vpd.pn"), "P1");
	CHECK_STR(device_prop(dev, "pci.vpd.sn"), "7");
	CHECK_STR(device_prop(dev, "pci.vpd.checksum"), "none");
	CHECK_STR(dev->serial, "7");
	CHECK(!device_prop(dev, "pci.vpd.error"));
	inventory_free(&inv);
}

static void slow_or_broken_data_costs_a_second_at_most(void)
{
	struct inventory inv = { 0 };
	struct device *dev;

	rom.bytes = NULL;
	rom.ms_per_read = 400;
	rom.now_ms = 5000;
	dev = probe_rom(&inv);
	CHECK_STR(device_prop(dev, "pci.vpd.error"), strerror(ETIMEDOUT));
	CHECK_INT(rom.reads, 3);
	rom.ms_per_read = 0;
	dev = probe_rom(&inv);
	CHECK_INT(rom.reads, 32768 / 64);
	CHECK_CONTAINS(device_prop(dev, "pci.vpd.error"), "tag 00h");
	rom.fail_with = -EIO;
	dev = probe_rom(&inv);
	CHECK_STR(device_prop(dev, "pci.vpd.error"), strerror(EIO));
	CHECK_STR(dev->serial, "");
	rom.fail_with = 0;
	inventory_free(&inv);
}

int main(void)
{
	TAP_RUN(whole_dumps_are_accepted);
	TAP_RUN(other_texts_are_refused);
	TAP_RUN(dumps_have_maxima);
	TAP_RUN(configuration_space_ends_at_4096);
	TAP_RUN(a_dump_becomes_devices_in_order);
	TAP_RUN(bridges_are_parents_of_what_is_behind);
	TAP_RUN(an_address_twice_is_refused);
	TAP_RUN(no_sysfs_is_an_error_not_an_exit);
	TAP_RUN(libpci_may_give_up_and_be_called_again);
	TAP_RUN(vital_product_data_becomes_properties);
	TAP_RUN(slow_or_broken_data_costs_a_second_at_most);
	return TAP_END();
}
