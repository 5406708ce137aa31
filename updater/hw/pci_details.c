/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_details.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/option_rom.h"
#include "hw/pci_vpd.h"
#include "hw/slow.h"

struct reading {
	struct hwio *hw;
	int vpd_fd, rom_fd; /* -1 = none */
	struct pci_vpd vpd;
	struct option_rom rom;
	struct err rom_err;
};

struct pci_details {
	struct slow *slow; /* NULL = there was no thread to be had: read already */
	struct reading *reading;
	bool has_vpd;
};

static int read_rom(void *ctx, uint32_t offset, uint8_t *buf, size_t len, struct err *err)
{
	struct reading *reading = ctx;
	int rc = hwio_pread(reading->hw, reading->rom_fd, buf, len, offset);

	if (rc == -ENODATA)
		return err_set(err, ERR_FORMAT, "cut off at byte %u", offset);
	return rc ? err_set_errno(err, ERR_IO, -rc, "read at byte %u", offset) : 0;
}

/* "1" makes the kernel enable the ROM while it is read, "0" ends that (PCI sysfs ABI, "rom"). */
static void walk_rom(struct reading *reading)
{
	struct hwio *hw = reading->hw;
	ssize_t len = hw->ops->write(hw, reading->rom_fd, "1", 1);

	if (len < 0) {
		err_set_errno(&reading->rom_err, ERR_IO, (int)-len, "cannot be enabled");
		return;
	}
	option_rom_walk(read_rom, reading, &reading->rom, &reading->rom_err);
	hw->ops->write(hw, reading->rom_fd, "0", 1);
}

static void read_details(void *arg)
{
	struct reading *reading = arg;
	struct hwio *hw = reading->hw;

	if (reading->vpd_fd >= 0) {
		pci_vpd_read(hw, reading->vpd_fd, &reading->vpd);
		hw->ops->close(hw, reading->vpd_fd);
	}
	if (reading->rom_fd >= 0) {
		walk_rom(reading);
		hw->ops->close(hw, reading->rom_fd);
	}
}

static int open_file(struct hwio *hw, const struct device *dev, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", dev->id + strlen("pci:"), name);
	return hw->ops->open(hw, path, flags);
}

static bool may_have_rom(const struct device *dev)
{
	const char *class = device_prop(dev, "pci.class");

	return class && (strncmp(class, "01", 2) == 0 || strncmp(class, "02", 2) == 0 ||
			 strcmp(class, "0c04") == 0);
}

static struct pci_details *start(const struct reading *files)
{
	struct pci_details *ret = calloc(1, sizeof(*ret));
	struct reading *reading = malloc(sizeof(*reading));

	if (!ret || !reading) {
		free(ret);
		free(reading);
		return NULL;
	}
	*reading = *files;
	ret->reading = reading;
	ret->has_vpd = files->vpd_fd >= 0;
	ret->slow = slow_start(read_details, free, reading);
	if (!ret->slow)
		read_details(reading);
	return ret;
}

struct pci_details *pci_details_start(struct hwio *hw, const struct device *dev,
				      enum pci_detail detail)
{
	struct reading files = { .hw = hw, .vpd_fd = -1, .rom_fd = -1 };
	struct pci_details *ret;

	if (detail == PCI_DETAIL_VPD)
		files.vpd_fd = open_file(hw, dev, "vpd", O_RDONLY);
	else if (may_have_rom(dev))
		files.rom_fd = open_file(hw, dev, "rom", O_RDWR);
	if (files.vpd_fd < 0 && files.rom_fd < 0)
		return NULL;
	ret = start(&files);
	if (!ret && files.vpd_fd >= 0)
		hw->ops->close(hw, files.vpd_fd);
	if (!ret && files.rom_fd >= 0)
		hw->ops->close(hw, files.rom_fd);
	return ret;
}

static void set_rom(struct device *dev, const struct reading *reading)
{
	const struct option_rom_image *image = option_rom_main(&reading->rom);
	char types[64], version[8];

	option_rom_types(&reading->rom, types, sizeof(types));
	device_set_prop(dev, "pci.rom-type", types);
	if (image) {
		snprintf(version, sizeof(version), "%04x", image->revision);
		device_set_prop(dev, "pci.rom-version", version);
	}
	device_set_prop(dev, "pci.rom.error", reading->rom_err.text);
}

void pci_details_take(struct pci_details *details, struct device *dev, uint64_t end_ms)
{
	struct reading *reading = details->reading;

	if (details->slow && !slow_wait(details->slow, end_ms)) {
		device_set_prop(dev, details->has_vpd ? "pci.vpd.error" : "pci.rom.error",
				"the device does not answer; left alone");
		free(details);
		return;
	}
	if (details->has_vpd)
		pci_vpd_set(dev, &reading->vpd);
	if (reading->rom_fd >= 0)
		set_rom(dev, reading);
	free(reading);
	free(details);
}

int pci_roms_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct pci_details **details = calloc(inv->count ? inv->count : 1, sizeof(*details));
	uint64_t end_ms;

	if (!details)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].kind == DEVICE_PCI)
			details[i] = pci_details_start(hw, &inv->devices[i], PCI_DETAIL_ROM);
	end_ms = slow_now_ms() + PCI_DETAILS_LIMIT_MS;
	for (size_t i = 0; i < inv->count; i++)
		if (details[i])
			pci_details_take(details[i], &inv->devices[i], end_ms);
	free(details);
	return 0;
}
