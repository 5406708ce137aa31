/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/devlink.h"

#include <errno.h>
#include <linux/devlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#define LIST_TRIES 3

int devlink_open(struct hwio *hw, struct devlink *ret, struct err *err)
{
	int rc = genl_open(hw, 0, &ret->genl, err);

	if (rc)
		return rc;
	rc = genl_find(&ret->genl, DEVLINK_GENL_NAME, DEVLINK_GENL_MCGRP_CONFIG_NAME, &ret->family,
		       err);
	if (rc)
		devlink_close(ret);
	return rc;
}

void devlink_close(struct devlink *devlink)
{
	genl_close(&devlink->genl);
}

static void begin(const struct devlink *devlink, struct netlink_writer *request, uint16_t flags,
		  uint8_t cmd, const struct devlink_handle *handle)
{
	netlink_begin(request, devlink->family.id, NLM_F_REQUEST | flags, cmd,
		      DEVLINK_GENL_VERSION);
	if (!handle)
		return;
	netlink_put_text(request, DEVLINK_ATTR_BUS_NAME, handle->bus);
	netlink_put_text(request, DEVLINK_ATTR_DEV_NAME, handle->name);
}

/* What a refusal means, where it means more than that. */
static const struct {
	int errnum, code;
} meanings[] = {
	{ ENODEV, ERR_DEVICE_GONE }, { EOPNOTSUPP, ERR_UNSUPPORTED },
	{ EBUSY, ERR_BUSY },	     { EAGAIN, ERR_BUSY },
	{ EINPROGRESS, ERR_BUSY },   { ENOENT, ERR_IO }, /* the loader found no file */
	{ ENOMEM, ERR_NOMEM },
};

static int call(struct devlink *devlink, struct netlink_writer *request, uint32_t timeout_ms,
		genl_each each, void *ctx, struct err *err)
{
	int rc = genl_call(&devlink->genl, request, timeout_ms, each, ctx, err);

	if (rc != ERR_DEVICE || !devlink->genl.ack.errnum)
		return rc;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (meanings[i].errnum == devlink->genl.ack.errnum)
			rc = meanings[i].code;
	if (err)
		err->code = rc;
	return rc;
}

struct list {
	struct devlink_entry *entries;
	size_t count, room;
};

static int add_entry(void *ctx, const struct netlink_generic *message)
{
	struct list *list = ctx;
	struct devlink_entry entry = { .actions = devlink_parse_actions(&message->attrs) };

	if (!devlink_parse_handle(&message->attrs, &entry.handle))
		return 0;
	if (list->count == DEVLINK_DEVICES_MAX)
		return ERR_TOO_LARGE;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *entries = reallocarray(list->entries, room, sizeof(entry));

		if (!entries)
			return ERR_NOMEM;
		list->entries = entries;
		list->room = room;
	}
	list->entries[list->count++] = entry;
	return 0;
}

int devlink_list(struct devlink *devlink, struct devlink_entry **ret, size_t *ret_count,
		 struct err *err)
{
	struct list list = { 0 };
	struct netlink_writer request;
	int rc = 0;

	/* A dump during which a device came or went is asked for again. */
	for (int i = 0; i < LIST_TRIES; i++) {
		list.count = 0;
		begin(devlink, &request, NLM_F_DUMP, DEVLINK_CMD_GET, NULL);
		rc = call(devlink, &request, GENL_TIMEOUT_MS, add_entry, &list, err);
		if (rc || !devlink->genl.interrupted)
			break;
	}
	if (rc == ERR_TOO_LARGE)
		err_set(err, rc, "more than %d devices", DEVLINK_DEVICES_MAX);
	else if (rc == ERR_NOMEM)
		err_set(err, rc, "out of memory");
	if (rc) {
		free(list.entries);
		return err_prefix(err, "listing the devices"), rc;
	}
	*ret = list.entries;
	*ret_count = list.count;
	return 0;
}

static bool same_handle(const struct devlink_handle *a, const struct devlink_handle *b)
{
	return !strcmp(a->bus, b->bus) && !strcmp(a->name, b->name);
}

struct answer {
	const struct devlink_handle *handle;
	struct devlink_entry *entry;
	struct devlink_info *info;
	bool found;
};

static int take_entry(void *ctx, const struct netlink_generic *message)
{
	struct answer *answer = ctx;

	if (devlink_parse_handle(&message->attrs, &answer->entry->handle) &&
	    same_handle(&answer->entry->handle, answer->handle)) {
		answer->entry->actions = devlink_parse_actions(&message->attrs);
		answer->found = true;
	}
	return 0;
}

static int take_info(void *ctx, const struct netlink_generic *message)
{
	struct answer *answer = ctx;

	if (devlink_parse_info(&message->attrs, answer->info) &&
	    same_handle(&answer->info->handle, answer->handle))
		answer->found = true;
	return 0;
}

static int ask(struct devlink *devlink, uint8_t cmd, const struct devlink_handle *handle,
	       genl_each take, struct answer *answer, struct err *err)
{
	struct netlink_writer request;
	int rc;

	answer->handle = handle;
	begin(devlink, &request, NLM_F_ACK, cmd, handle);
	rc = call(devlink, &request, GENL_TIMEOUT_MS, take, answer, err);
	if (!rc && !answer->found)
		rc = err_set(err, ERR_FORMAT, "the kernel's answer is about another device");
	return rc;
}

int devlink_find(struct devlink *devlink, const struct devlink_handle *handle,
		 struct devlink_entry *ret, struct err *err)
{
	return ask(devlink, DEVLINK_CMD_GET, handle, take_entry, &(struct answer){ .entry = ret },
		   err);
}

int devlink_get_info(struct devlink *devlink, const struct devlink_handle *handle,
		     struct devlink_info *ret, struct err *err)
{
	return ask(devlink, DEVLINK_CMD_INFO_GET, handle, take_info,
		   &(struct answer){ .info = ret }, err);
}

int devlink_flash(struct devlink *devlink, const struct devlink_handle *handle, const char *file,
		  const char *component, uint32_t overwrite_mask, uint32_t timeout_ms,
		  struct err *err)
{
	const struct nla_bitfield32 mask = { .value = overwrite_mask, .selector = overwrite_mask };
	struct netlink_writer request;

	begin(devlink, &request, NLM_F_ACK, DEVLINK_CMD_FLASH_UPDATE, handle);
	netlink_put_text(&request, DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME, file);
	if (component[0])
		netlink_put_text(&request, DEVLINK_ATTR_FLASH_UPDATE_COMPONENT, component);
	if (overwrite_mask)
		netlink_put(&request, DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK, &mask,
			    sizeof(mask));
	return call(devlink, &request, timeout_ms, NULL, NULL, err);
}

int devlink_activate(struct devlink *devlink, const struct devlink_handle *handle,
		     uint32_t timeout_ms, struct err *err)
{
	struct netlink_writer request;

	begin(devlink, &request, NLM_F_ACK, DEVLINK_CMD_RELOAD, handle);
	netlink_put_u8(&request, DEVLINK_ATTR_RELOAD_ACTION, DEVLINK_RELOAD_ACTION_FW_ACTIVATE);
	return call(devlink, &request, timeout_ms, NULL, NULL, err);
}
