/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/netlink_devlink.h"

#include <linux/devlink.h>
#include <string.h>

static void text_of(const struct netlink_reader *attrs, uint16_t type, char *buf, size_t size)
{
	struct netlink_attr attr;

	buf[0] = '\0';
	if (netlink_find_attr(attrs, type, &attr))
		netlink_text(&attr, buf, size);
}

static uint64_t number_of(const struct netlink_reader *attrs, uint16_t type)
{
	struct netlink_attr attr;

	return netlink_find_attr(attrs, type, &attr) ? netlink_u64(&attr) : 0;
}

bool devlink_parse_handle(const struct netlink_reader *attrs, struct devlink_handle *ret)
{
	text_of(attrs, DEVLINK_ATTR_BUS_NAME, ret->bus, sizeof(ret->bus));
	text_of(attrs, DEVLINK_ATTR_DEV_NAME, ret->name, sizeof(ret->name));
	return ret->bus[0] && ret->name[0];
}

static enum devlink_group group_of(uint16_t type)
{
	switch (type) {
	case DEVLINK_ATTR_INFO_VERSION_FIXED:
		return DEVLINK_FIXED;
	case DEVLINK_ATTR_INFO_VERSION_RUNNING:
		return DEVLINK_RUNNING;
	case DEVLINK_ATTR_INFO_VERSION_STORED:
		return DEVLINK_STORED;
	default:
		return 0;
	}
}

static void add_version(struct devlink_info *info, enum devlink_group group,
			const struct netlink_attr *attr)
{
	struct netlink_reader members = netlink_nested(attr);
	struct devlink_version *version = &info->versions[info->count];

	if (info->count == DEVLINK_VERSIONS_MAX)
		return;
	version->group = group;
	text_of(&members, DEVLINK_ATTR_INFO_VERSION_NAME, version->name, sizeof(version->name));
	text_of(&members, DEVLINK_ATTR_INFO_VERSION_VALUE, version->value, sizeof(version->value));
	if (version->name[0] && version->value[0])
		info->count++;
}

bool devlink_parse_info(const struct netlink_reader *attrs, struct devlink_info *ret)
{
	struct netlink_reader rest = *attrs;
	struct netlink_attr attr;

	memset(ret, 0, sizeof(*ret));
	if (!devlink_parse_handle(attrs, &ret->handle))
		return false;
	text_of(attrs, DEVLINK_ATTR_INFO_DRIVER_NAME, ret->driver, sizeof(ret->driver));
	text_of(attrs, DEVLINK_ATTR_INFO_SERIAL_NUMBER, ret->serial, sizeof(ret->serial));
	text_of(attrs, DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER, ret->board_serial,
		sizeof(ret->board_serial));
	while (netlink_next_attr(&rest, &attr))
		if (group_of(attr.type))
			add_version(ret, group_of(attr.type), &attr);
	return true;
}

bool devlink_parse_status(const struct netlink_reader *attrs, struct devlink_status *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!devlink_parse_handle(attrs, &ret->handle))
		return false;
	text_of(attrs, DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG, ret->text, sizeof(ret->text));
	text_of(attrs, DEVLINK_ATTR_FLASH_UPDATE_COMPONENT, ret->component, sizeof(ret->component));
	ret->done = number_of(attrs, DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE);
	ret->total = number_of(attrs, DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL);
	ret->timeout_s = number_of(attrs, DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT);
	return true;
}

uint32_t devlink_parse_actions(const struct netlink_reader *attrs)
{
	struct netlink_attr stats, local, entry, action;
	struct netlink_reader in_stats, list, members;
	uint32_t actions = 0;

	if (!netlink_find_attr(attrs, DEVLINK_ATTR_DEV_STATS, &stats))
		return 0;
	in_stats = netlink_nested(&stats);
	if (!netlink_find_attr(&in_stats, DEVLINK_ATTR_RELOAD_STATS, &local))
		return 0;
	list = netlink_nested(&local);
	while (netlink_next_attr(&list, &entry)) {
		members = netlink_nested(&entry);
		if (entry.type == DEVLINK_ATTR_RELOAD_ACTION_INFO &&
		    netlink_find_attr(&members, DEVLINK_ATTR_RELOAD_ACTION, &action) &&
		    netlink_u8(&action) < 32)
			actions |= 1u << netlink_u8(&action);
	}
	return actions;
}

const char *devlink_version(const struct devlink_info *info, enum devlink_group group,
			    const char *name)
{
	for (size_t i = 0; i < info->count; i++)
		if (info->versions[i].group == group && !strcmp(info->versions[i].name, name))
			return info->versions[i].value;
	return NULL;
}
