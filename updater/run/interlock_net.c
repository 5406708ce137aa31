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

/* "pci:0000:02:00.0" -> "0000:02:00.0", "nic:netdevsim/netdevsim10" -> "netdevsim10": its name in
 * the device tree. */
static const char *place_of(const struct device *dev)
{
	const char *after = strchr(dev->id, ':');
	const char *slash = strrchr(dev->id, '/');

	return slash ? slash + 1 : after ? after + 1 : dev->id;
}

/* Does ".../pci0000:00/0000:02:00.0/net/eth0" go through it? */
static bool is_of(const char *link, const char *place)
{
	const char *at = strstr(link, place);

	return at && at > link && at[-1] == '/' && at[strlen(place)] == '/';
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
	size_t count = 0;

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
		if (is_of(link, place_of(dev)) && is_up(hw, names[i])) {
			snprintf(why, size, "its interface %s is up", names[i]);
			return true;
		}
	}
	return false;
}
