/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/nvme_drive.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/nvme.h"

#define CLASS_DIR "/sys/class/nvme"

static bool is_controller(const char *name)
{
	return !strncmp(name, "nvme", 4) && name[4] && strlen(name) < 16 &&
	       strspn(name + 4, "0123456789") == strlen(name + 4);
}

int nvme_node_list(struct hwio *hw, char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count,
		   struct err *err)
{
	size_t kept = 0;
	int rc = hw->ops->list(hw, CLASS_DIR, ret_names, ret_count);

	if (rc == -ENOENT) { /* nvme.ko is not loaded */
		*ret_names = NULL;
		*ret_count = 0;
		return 0;
	}
	if (rc < 0)
		return err_set_errno(err, rc == -ENOMEM ? ERR_NOMEM : ERR_IO, -rc, CLASS_DIR);
	for (size_t i = 0; i < *ret_count; i++)
		if (is_controller((*ret_names)[i]))
			memmove((*ret_names)[kept++], (*ret_names)[i], HWIO_NAME_MAX);
	*ret_count = kept;
	return 0;
}

static void read_attr(struct hwio *hw, const char *name, const char *attr, char *buf, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), CLASS_DIR "/%s/%s", name, attr);
	(void)hwio_read_attr(hw, path, buf, size); /* what is not there is "" */
	memmove(buf, buf + strspn(buf, " "), strlen(buf + strspn(buf, " ")) + 1);
}

void nvme_node_read(struct hwio *hw, const char *name, struct nvme_node *ret)
{
	memset(ret, 0, sizeof(*ret));
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	read_attr(hw, name, "address", ret->pci, sizeof(ret->pci));
	read_attr(hw, name, "transport", ret->transport, sizeof(ret->transport));
	read_attr(hw, name, "state", ret->state, sizeof(ret->state));
	read_attr(hw, name, "serial", ret->serial, sizeof(ret->serial));
	read_attr(hw, name, "model", ret->model, sizeof(ret->model));
}

static int read_drive(struct nvme_drive *drive, struct err *err)
{
	uint8_t buf[NVME_IDENTIFY_BYTES];
	int rc = nvme_identify(drive->hw, drive->fd, buf, NVME_IDENTIFY_BYTES, err);

	if (!rc)
		rc = nvme_parse_identify(buf, NVME_IDENTIFY_BYTES, &drive->id, err);
	if (!rc)
		rc = nvme_get_log(drive->hw, drive->fd, NVME_LOG_FW_SLOTS, buf, NVME_FW_LOG_BYTES,
				  err);
	if (!rc)
		rc = nvme_parse_fw_log(buf, NVME_FW_LOG_BYTES, &drive->log, err);
	return rc;
}

int nvme_drive_open_node(struct hwio *hw, const char *name, struct nvme_drive *ret, struct err *err)
{
	char path[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->hw = hw;
	ret->fd = -1;
	nvme_node_read(hw, name, &ret->node);
	if (ret->node.state[0] && strcmp(ret->node.state, "live") != 0)
		return err_set(err, ERR_BUSY, "%s: the drive does not answer, the driver says: %s",
			       name, ret->node.state);
	snprintf(path, sizeof(path), "/dev/%s", ret->node.name);
	rc = nvme_open(hw, path, &ret->fd, err);
	if (!rc)
		rc = read_drive(ret, err);
	if (rc)
		nvme_drive_close(ret);
	return rc;
}

void nvme_drive_close(struct nvme_drive *drive)
{
	if (drive->fd >= 0)
		drive->hw->ops->close(drive->hw, drive->fd);
	drive->fd = -1;
}

/*
 * Is what the kernel has under this name perhaps the device? One attribute tells, and saves asking
 * every other drive, some of which may not answer.
 */
static bool may_be(struct hwio *hw, const char *name, const struct device *dev)
{
	const char *pci = device_prop(dev, "nvme.pci");
	char text[32];

	read_attr(hw, name, dev->serial[0] ? "serial" : "address", text, sizeof(text));
	return dev->serial[0] ? !strcmp(text, dev->serial) : pci && !strcmp(text, pci);
}

/* A serial number is unique for its vendor only, NVMe 2.0 §5.17.2.1. */
static bool is_device(const struct nvme_drive *drive, const struct device *dev)
{
	char vendor[8];

	snprintf(vendor, sizeof(vendor), "0x%04x", (unsigned int)drive->id.vid);
	if (!dev->serial[0])
		return may_be(drive->hw, drive->node.name, dev);
	return !strcmp(drive->id.serial, dev->serial) &&
	       (!dev->vendor[0] || !strcmp(dev->vendor, vendor));
}

static int try_node(struct hwio *hw, const char *name, const struct device *dev,
		    struct nvme_drive *ret, struct err *err)
{
	int rc = nvme_drive_open_node(hw, name, ret, err);

	if (rc || is_device(ret, dev))
		return rc;
	nvme_drive_close(ret);
	return err_set(err, ERR_DEVICE_GONE, "%s is another drive now", name);
}

/* Where it was last seen: of a drive with several controllers the same one. */
static const char *last_name(const struct device *dev)
{
	return strncmp(dev->node, "/dev/", 5) == 0 ? dev->node + 5 : "";
}

static int find_elsewhere(struct hwio *hw, const struct device *dev, int tried,
			  struct nvme_drive *ret, struct err *err)
{
	CLEANUP_FREE void *owned = NULL;
	char(*names)[HWIO_NAME_MAX];
	size_t count;
	int rc = nvme_node_list(hw, &names, &count, tried ? NULL : err);

	if (rc)
		return tried ? tried : rc;
	owned = names;
	rc = tried ? tried : err_set(err, ERR_DEVICE_GONE, "the drive is not there any more");
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(names[i], last_name(dev)) || !may_be(hw, names[i], dev))
			continue;
		rc = try_node(hw, names[i], dev, ret, err);
		if (!rc)
			return 0;
	}
	return rc;
}

int nvme_drive_open(struct hwio *hw, const struct device *dev, struct nvme_drive *ret,
		    struct err *err)
{
	const char *last = last_name(dev);
	int rc = 0;

	ret->fd = -1;
	if (is_controller(last) && may_be(hw, last, dev)) {
		rc = try_node(hw, last, dev, ret, err);
		if (!rc)
			return 0;
	}
	return find_elsewhere(hw, dev, rc, ret, err);
}
