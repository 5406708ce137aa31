/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a network device in use? Its interfaces are looked at, not what goes through them. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "run/interlock.h"

#define NET	 "/sys/class/net"
#define LINK_MAX 512

void interlock_place(enum device_kind kind, const char *id, char *ret, size_t size)
{
	const char *after = strchr(id, ':');
	const char *slash = strrchr(id, '/');
	const char *name = slash ? slash + 1 : after ? after + 1 : id;
	const char *dot = strrchr(name, '.');

	if (kind == DEVICE_PCI && dot)
		snprintf(ret, size, "/%.*s.", (int)(dot - name), name);
	else
		snprintf(ret, size, "/%s/", name);
}

/* netdevice(7): the flags as one hexadecimal number. */
static bool is_up(struct hwio *hw, const char *interface)
{
	char path[160], text[32];

	snprintf(path, sizeof(path), NET "/%s/flags", interface);
	if (hwio_read_attr(hw, path, text, sizeof(text)))
		return true; /* nobody can tell */
	return strtoul(text, NULL, 16) & IFF_UP;
}

bool interlock_net_in_use(struct hwio *hw, const struct device *dev, char *why, size_t size)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	char place[DEVICE_ID_MAX + 4];
	size_t count = 0;

	interlock_place(dev->kind, dev->id, place, sizeof(place));
	if (hw->ops->list(hw, NET, &names, &count)) {
		snprintf(why, size, "the list of network interfaces cannot be read");
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		char path[160], link[LINK_MAX + 1];
		ssize_t len;

		snprintf(path, sizeof(path), NET "/%s", names[i]);
		len = hw->ops->readlink(hw, path, link, LINK_MAX);
		link[len > 0 ? len : 0] = '\0';
		if (strstr(link, place) && is_up(hw, names[i])) {
			snprintf(why, size, "its interface %s is up", names[i]);
			return true;
		}
	}
	return false;
}
