/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_vpd.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

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

void pci_vpd_read(struct hwio *hw, int fd, struct pci_vpd *ret)
{
	CLEANUP_FREE uint8_t *buf = malloc(VPD_MAX_BYTES);
	ssize_t len = buf ? read_all(hw, fd, buf, VPD_MAX_BYTES) : -ENOMEM;
	struct err err = { 0 };

	ret->error[0] = '\0';
	if (len < 0)
		snprintf(ret->error, sizeof(ret->error), "%s", strerror((int)-len));
	else if (len == 0) /* what the kernel makes of a device that does not answer it */
		snprintf(ret->error, sizeof(ret->error), "nothing could be read");
	else if (vpd_parse(buf, (size_t)len, &ret->vpd, &err))
		snprintf(ret->error, sizeof(ret->error), "%s", err.text);
	else if (ret->vpd.checksum == VPD_CHECKSUM_WRONG)
		snprintf(ret->error, sizeof(ret->error), "wrong checksum");
}

void pci_vpd_set(struct device *dev, const struct pci_vpd *vpd)
{
	if (vpd->error[0])
		device_set_prop(dev, "pci.vpd.error", vpd->error);
	else
		set_fields(dev, &vpd->vpd);
}
