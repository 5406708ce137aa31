/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_vpd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "format/vpd.h"

#define LIMIT_MS    1000
#define CHUNK_BYTES 64 /* between two looks at the clock */

/* The kernel ends the file at the end tag. Returns the length or a negative errno. */
static ssize_t read_all(struct hwio *hw, int fd, uint8_t *buf, size_t size)
{
	uint64_t end = hw->ops->now_ms(hw) + LIMIT_MS;
	size_t done = 0;

	while (done < size) {
		size_t want = size - done < CHUNK_BYTES ? size - done : CHUNK_BYTES;
		ssize_t len = hw->ops->read(hw, fd, buf + done, want);

		if (len < 0)
			return len;
		if (len == 0)
			break;
		done += (size_t)len;
		if (hw->ops->now_ms(hw) > end)
			return -ETIMEDOUT;
	}
	return (ssize_t)done;
}

static void set_fields(struct device *dev, const struct vpd *vpd)
{
	const char *serial = vpd_value(vpd, "SN");
	char key[32];

	device_set_prop(dev, "pci.vpd.name", vpd->name);
	for (size_t i = 0; i < vpd->field_count; i++) {
		snprintf(key, sizeof(key), "pci.vpd.%s", vpd->fields[i].keyword);
		for (char *c = key; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		device_set_prop(dev, key, vpd->fields[i].value);
	}
	device_set_prop(dev, "pci.vpd.checksum", vpd->checksum == VPD_CHECKSUM_OK ? "ok" : "none");
	if (serial)
		snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
}

static void probe_fd(struct hwio *hw, int fd, struct device *dev)
{
	CLEANUP_FREE uint8_t *buf = malloc(VPD_MAX_BYTES);
	struct err err = { 0 };
	struct vpd vpd;
	ssize_t len = buf ? read_all(hw, fd, buf, VPD_MAX_BYTES) : -ENOMEM;

	if (len < 0)
		device_set_prop(dev, "pci.vpd.error", strerror((int)-len));
	else if (vpd_parse(buf, (size_t)len, &vpd, &err))
		device_set_prop(dev, "pci.vpd.error", err.text);
	else if (vpd.checksum == VPD_CHECKSUM_WRONG)
		device_set_prop(dev, "pci.vpd.error", "wrong checksum");
	else
		set_fields(dev, &vpd);
}

void pci_vpd_probe(struct hwio *hw, struct device *dev)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vpd", dev->id + strlen("pci:"));
	fd = hw->ops->open(hw, path, O_RDONLY);
	if (fd < 0)
		return;
	probe_fd(hw, fd, dev);
	hw->ops->close(hw, fd);
}
