/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/scsi_node.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define DEVICES	 "/sys/bus/scsi/devices"
#define LINK_MAX 512

/* "1:0:2:0"; beside the devices there are "host1" and "target1:0:2". */
static bool is_address(const char *name)
{
	unsigned int parts[4];
	int end = 0;

	return strlen(name) < sizeof(((struct scsi_node *)0)->address) &&
	       sscanf(name, "%u:%u:%u:%u%n", &parts[0], &parts[1], &parts[2], &parts[3], &end) ==
		       4 &&
	       !name[end];
}

static void read_attr(struct hwio *hw, const char *address, const char *attr, char *ret,
		      size_t size)
{
	char path[128], text[128];

	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, attr);
	(void)hwio_read_attr(hw, path, text, sizeof(text)); /* what is not there is "" */
	snprintf(ret, size, "%s", text + strspn(text, " "));
}

/* The only entry of a folder of the device: "scsi_generic/sg1", "block/sda". */
static void read_name(struct hwio *hw, const char *address, const char *folder, char *ret,
		      size_t size)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;
	char path[128];

	ret[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "/%s/%s", address, folder);
	if (hw->ops->list(hw, path, &names, &count) == 0 && count > 0 && strlen(names[0]) < size)
		memcpy(ret, names[0], strlen(names[0]) + 1);
}

/* Is it "0000:03:00.0"? */
static bool is_pci(const char *part)
{
	return strspn(part, "0123456789abcdef:.") == 12 && part[12] == '/' && part[4] == ':' &&
	       part[7] == ':' && part[10] == '.';
}

/* The last PCI function on the way to it. */
static void read_pci(struct hwio *hw, const char *address, char ret[16])
{
	char path[96], link[LINK_MAX + 1];
	ssize_t len;

	ret[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "/%s", address);
	len = hw->ops->readlink(hw, path, link, LINK_MAX);
	if (len <= 0)
		return;
	link[len] = '\0';
	for (const char *part = strchr(link, '/'); part; part = strchr(part + 1, '/'))
		if (is_pci(part + 1))
			snprintf(ret, 16, "%.12s", part + 1);
}

static void read_node(struct hwio *hw, const char *address, struct scsi_node *ret)
{
	char type[16], path[64];

	memset(ret, 0, sizeof(*ret));
	snprintf(ret->address, sizeof(ret->address), "%s", address);
	read_name(hw, address, "scsi_generic", ret->sg, sizeof(ret->sg));
	read_name(hw, address, "block", ret->block, sizeof(ret->block));
	read_attr(hw, address, "vendor", ret->vendor, sizeof(ret->vendor));
	read_attr(hw, address, "model", ret->model, sizeof(ret->model));
	read_attr(hw, address, "rev", ret->revision, sizeof(ret->revision));
	read_attr(hw, address, "state", ret->state, sizeof(ret->state));
	read_attr(hw, address, "type", type, sizeof(type));
	ret->type = (unsigned int)strtoul(type, NULL, 10);
	ret->host = (unsigned int)strtoul(address, NULL, 10);
	read_pci(hw, address, ret->pci);
	snprintf(path, sizeof(path), "/sys/class/scsi_host/host%u/proc_name", ret->host);
	(void)hwio_read_attr(hw, path, ret->driver, sizeof(ret->driver));
}

int scsi_node_list(struct hwio *hw, struct scsi_node **ret, size_t *ret_count, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;
	int rc = hw->ops->list(hw, DEVICES, &names, &count);

	*ret = NULL;
	*ret_count = 0;
	if (rc == -ENOENT)
		return 0; /* no SCSI at all */
	if (rc < 0)
		return err_set_errno(err, rc == -ENOMEM ? ERR_NOMEM : ERR_IO, -rc, DEVICES);
	*ret = calloc(count + 1, sizeof(**ret));
	if (!*ret)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < count; i++)
		if (is_address(names[i]))
			read_node(hw, names[i], &(*ret)[(*ret_count)++]);
	return 0;
}
