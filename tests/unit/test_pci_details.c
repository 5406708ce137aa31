/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VPD and option ROMs of functions that answer, refuse, and hang. */
#include "hw/pci_details.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hw/slow.h"
#include "tap.h"
#include "temp_tree.h"

#define PCI "/sys/bus/pci/devices/"
#define VPD                                 \
	"\x82\x03\x00Nic\x90\x0a\x00V0\x03" \
	"8.1SN\x01"                         \
	"7\x78"

static const struct device *probe(struct hwio *hw, struct inventory *inv, const char *address,
				  const char *class, enum pci_detail detail,
				  struct pci_details **ret)
{
	struct device *dev;
	char id[64];

	snprintf(id, sizeof(id), "pci:%s", address);
	CHECK_INT(inventory_add(inv, DEVICE_PCI, id, &dev, NULL), 0);
	device_set_prop(dev, "pci.class", class);
	*ret = pci_details_start(hw, dev, detail);
	return dev;
}

static const char *prop(const struct inventory *inv, size_t index, const char *key)
{
	const char *value = device_prop(&inv->devices[index], key);

	return value ? value : "(none)";
}

static void put_rom(struct temp_tree *tree, const char *path)
{
	char rom[512] = "\x55\xaa";

	rom[0x18] = 0x1c;
	memcpy(rom + 0x1c, "PCIR", 4);
	rom[0x1c + 0x12] = 0x21;
	rom[0x1c + 0x14] = 3;
	rom[0x1c + 0x15] = (char)0x80;
	temp_tree_put(tree, path, rom, sizeof(rom));
}

/* What is written to "rom" lands in the file here: 1, then 0, at its beginning and behind it. */
static void both_are_read(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	struct inventory inv = { 0 };
	struct pci_details *details;

	temp_tree_put(&tree, PCI "0000:03:00.0/vpd", VPD, sizeof(VPD) - 1);
	put_rom(&tree, PCI "0000:03:00.0/rom");
	probe(hw, &inv, "0000:03:00.0", "0200", PCI_DETAIL_VPD, &details);
	CHECK(details != NULL);
	pci_details_take(details, inv.devices, slow_now_ms() + 10000);
	CHECK_INT(pci_roms_probe(hw, &inv, NULL), 0);
	CHECK_STR(prop(&inv, 0, "pci.vpd.v0"), "8.1");
	CHECK_STR(inv.devices->serial, "7");
	CHECK_STR(prop(&inv, 0, "pci.vpd.error"), "(none)");
	/* A plain file keeps what was written over its signature: told, and no more than that. */
	CHECK_CONTAINS(prop(&inv, 0, "pci.rom.error"), "no signature (55AAh) but 31AAh");
	CHECK_INT(slow_left_alone(), 0);
	inventory_free(&inv);
	hwio_real_free(hw);
}

static void only_where_it_makes_sense(void)
{
	static const struct {
		const char *class;
		bool rom;
	} cases[] = { { "0200", true },	 { "0280", true },  { "0104", true },  { "0108", true },
		      { "0c04", true },	 { "0300", false }, { "0c03", false }, { "0604", false },
		      { "0380", false }, { "1200", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP_TREE struct temp_tree tree = temp_tree_make();
		struct hwio *hw = hwio_real_new(tree.dir);
		struct inventory inv = { 0 };
		struct pci_details *details;

		put_rom(&tree, PCI "0000:03:00.0/rom");
		probe(hw, &inv, "0000:03:00.0", cases[i].class, PCI_DETAIL_ROM, &details);
		CHECK_INT(details != NULL, cases[i].rom);
		if (details)
			pci_details_take(details, inv.devices, slow_now_ms() + 10000);
		CHECK_INT(strcmp(prop(&inv, 0, "pci.rom.error"), "(none)") != 0, cases[i].rom);
		inventory_free(&inv);
		hwio_real_free(hw);
	}
}

/* A ROM that answers as the kernel does: writes switch it, reads give it while it is on. */
static struct {
	bool on;
	unsigned int writes, closed;
	uint8_t bytes[512];
	int write_errno;
} rom;

static int rom_open(struct hwio *hw, const char *path, int flags)
{
	(void)hw;
	if (!strstr(path, "/rom"))
		return -ENOENT;
	CHECK_INT(flags, O_RDWR);
	return 3;
}

static int rom_close(struct hwio *hw, int fd)
{
	(void)hw;
	CHECK_INT(fd, 3);
	rom.closed++;
	return 0;
}

static ssize_t rom_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	(void)hw;
	(void)fd;
	rom.writes++;
	rom.on = *(const char *)buf == '1' && !rom.write_errno;
	return rom.write_errno ? -rom.write_errno : (ssize_t)size;
}

static ssize_t rom_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	(void)hw;
	(void)fd;
	if (!rom.on || offset >= sizeof(rom.bytes))
		return 0;
	if (size > sizeof(rom.bytes) - offset)
		size = sizeof(rom.bytes) - offset;
	memcpy(buf, rom.bytes + offset, size);
	return (ssize_t)size;
}

static const struct hwio_ops rom_ops = {
	.name = "rom",
	.open = rom_open,
	.close = rom_close,
	.write = rom_write,
	.pread = rom_pread,
};

static void a_rom_is_switched_off_again(void)
{
	struct hwio hw = { .ops = &rom_ops };

	for (int damaged = 0; damaged < 3; damaged++) {
		struct inventory inv = { 0 };
		struct pci_details *details;

		memset(&rom, 0, sizeof(rom));
		memcpy(rom.bytes, "\x55\xaa", 2);
		rom.bytes[0x18] = 0x1c;
		memcpy(rom.bytes + 0x1c, damaged ? "junk" : "PCIR", 4);
		rom.bytes[0x1c + 0x12] = 0x21;
		rom.bytes[0x1c + 0x14] = 3;
		rom.bytes[0x1c + 0x15] = 0x80;
		rom.write_errno = damaged == 2 ? EPERM : 0;
		probe(&hw, &inv, "0000:03:00.0", "0200", PCI_DETAIL_ROM, &details);
		pci_details_take(details, inv.devices, slow_now_ms() + 10000);
		CHECK_STR(prop(&inv, 0, "pci.rom-type"), damaged ? "(none)" : "efi");
		CHECK_STR(prop(&inv, 0, "pci.rom-version"), damaged ? "(none)" : "0021");
		CHECK_CONTAINS(prop(&inv, 0, "pci.rom.error"), damaged == 2 ? "cannot be enabled"
							       : damaged    ? "no data structure"
									    : "(none)");
		CHECK(!rom.on);
		CHECK_INT(rom.writes, damaged == 2 ? 1 : 2);
		CHECK_INT(rom.closed, 1);
		inventory_free(&inv);
	}
}

/* One hangs for ever, its sibling does not pay for it. */
static void one_that_hangs_is_left_alone(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	struct inventory inv = { 0 };
	struct pci_details *hangs, *answers;
	char path[160];
	uint64_t begin, took;
	int end;

	temp_tree_put(&tree, PCI "0000:04:00.0/vpd", VPD, sizeof(VPD) - 1);
	temp_tree_text(&tree, PCI "0000:03:00.0/id", "");
	snprintf(path, sizeof(path), "%s" PCI "0000:03:00.0/vpd", tree.dir);
	CHECK_INT(mkfifo(path, 0600), 0);
	end = open(path, O_RDWR); /* so that opening it does not wait, but reading does */
	probe(hw, &inv, "0000:03:00.0", "0200", PCI_DETAIL_VPD, &hangs);
	probe(hw, &inv, "0000:04:00.0", "0200", PCI_DETAIL_VPD, &answers);
	begin = slow_now_ms();
	pci_details_take(hangs, &inv.devices[0], begin + 200);
	pci_details_take(answers, &inv.devices[1], begin + 200);
	took = slow_now_ms() - begin;
	CHECK(took >= 200 && took < 5000);
	CHECK_CONTAINS(prop(&inv, 0, "pci.vpd.error"), "does not answer");
	CHECK_STR(prop(&inv, 1, "pci.vpd.v0"), "8.1");
	CHECK_INT(slow_left_alone(), 1);
	/* It answers after all: what it was is released, and nothing is said any more. */
	CHECK_INT(write(end, VPD, sizeof(VPD) - 1), sizeof(VPD) - 1);
	close(end);
	for (int i = 0; i < 500 && slow_left_alone(); i++)
		usleep(10000);
	CHECK_INT(slow_left_alone(), 0);
	inventory_free(&inv);
	hwio_real_free(hw);
}

int main(void)
{
	TAP_RUN(both_are_read);
	TAP_RUN(only_where_it_makes_sense);
	TAP_RUN(a_rom_is_switched_off_again);
	TAP_RUN(one_that_hangs_is_left_alone);
	return TAP_END();
}
