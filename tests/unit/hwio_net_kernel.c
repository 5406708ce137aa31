/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_net_kernel.h"

#include <errno.h>
#include <linux/devlink.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message while it is written. */
struct out {
	uint8_t bytes[HWIO_NET_DATAGRAM];
	size_t len;
};

/* A request while it is worked off. */
struct in {
	struct hwio_net *net;
	int fd;
	uint32_t seq;
	uint16_t flags;
	const uint8_t *bytes;
	size_t len;
	const uint8_t *attrs;
	size_t attrs_len;
};

static size_t put(struct out *out, uint16_t type, const void *body, size_t len)
{
	size_t at = out->len;
	uint16_t header[2] = { (uint16_t)(4 + len), type };

	if (at + len + 8 > sizeof(out->bytes))
		abort();
	memset(out->bytes + at, 0, 4 + (len + 3) / 4 * 4);
	memcpy(out->bytes + at, header, 4);
	if (body)
		memcpy(out->bytes + at + 4, body, len);
	out->len += 4 + (len + 3) / 4 * 4;
	return at;
}

static void put_text(struct out *out, uint16_t type, const char *text)
{
	if (text)
		put(out, type, text, strlen(text) + 1);
}

static size_t nest(struct out *out, uint16_t type)
{
	return put(out, (uint16_t)(type | 0x8000), NULL, 0);
}

static void end_nest(struct out *out, size_t at)
{
	uint16_t len = (uint16_t)(out->len - at);

	memcpy(out->bytes + at, &len, 2);
}

static void begin(struct out *out, uint16_t type, uint16_t flags, uint32_t seq)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->bytes + 4, &type, 2);
	memcpy(out->bytes + 6, &flags, 2);
	memcpy(out->bytes + 8, &seq, 4);
	out->len = 16;
}

static void begin_generic(struct out *out, uint16_t family, uint32_t seq, uint8_t cmd)
{
	begin(out, family, 0, seq);
	out->bytes[16] = cmd;
	out->bytes[17] = 1;
	out->len = 20;
}

static void queue(struct hwio_net *net, int fd, const struct out *out, size_t len, int errnum)
{
	struct hwio_net_fd *f = &net->fd[fd];
	size_t slot = (f->head + f->count) % HWIO_NET_QUEUE;
	uint32_t own = (uint32_t)out->len;

	if (f->count == HWIO_NET_QUEUE)
		abort();
	f->count++;
	f->queue[slot].errnum = errnum;
	f->queue[slot].len = len;
	memcpy(f->queue[slot].bytes, out->bytes, sizeof(out->bytes));
	memcpy(f->queue[slot].bytes, &own, 4);
}

/* As netlink_ack() does: a refusal repeats the request, a success its header only. */
static void make_ack(const struct in *in, int errnum, const char *text, struct out *out)
{
	uint16_t flags = (uint16_t)((errnum ? 0 : NLM_F_CAPPED) | (text ? NLM_F_ACK_TLVS : 0));
	size_t repeated = errnum ? in->len : 16;
	int32_t error = -errnum;

	begin(out, NLMSG_ERROR, flags, in->seq);
	memcpy(out->bytes + 16, &error, 4);
	memcpy(out->bytes + 20, in->bytes, repeated);
	out->len = 20 + (repeated + 3) / 4 * 4;
	put_text(out, NLMSGERR_ATTR_MSG, text);
}

/* Sends an answer, or what a fault makes of it. */
static void answer(const struct in *in, struct out *out, enum hwio_net_answer fault)
{
	struct hwio_net *net = in->net;
	uint32_t other = in->seq + 1000;
	struct out wrong = *out;
	uint16_t lie = 0xfff0;

	memcpy(wrong.bytes + 8, &other, 4);
	switch (fault) {
	case ANSWER_CUT:
		queue(net, in->fd, out, out->len - 6, 0);
		return;
	case ANSWER_LIE_MESSAGE:
		wrong = *out;
		wrong.len += 4000;
		queue(net, in->fd, &wrong, out->len, 0);
		return;
	case ANSWER_LIE_ATTR:
		memcpy(out->bytes + (out->bytes[4] == NLMSG_ERROR ? 36 : 20), &lie, 2);
		queue(net, in->fd, out, out->len, 0);
		return;
	case ANSWER_SHORT:
		begin(out, NLMSG_ERROR, 0, in->seq);
		out->len = 18;
		queue(net, in->fd, out, 18, 0);
		return;
	case ANSWER_ENOBUFS:
		queue(net, in->fd, out, 0, ENOBUFS);
		return;
	case ANSWER_SILENCE:
		return;
	case ANSWER_WRONG_SEQ:
		queue(net, in->fd, &wrong, wrong.len, 0);
		return;
	case ANSWER_LATE_SEQ:
		queue(net, in->fd, &wrong, wrong.len, 0);
		break;
	case ANSWER_RIGHT:
	case ANSWER_OTHER_DEVICE:
		break;
	}
	queue(net, in->fd, out, out->len, 0);
}

static void ack(const struct in *in, int errnum, const char *text, enum hwio_net_answer fault)
{
	struct out out;

	make_ack(in, errnum, text, &out);
	answer(in, &out, fault);
}

/* An attribute of the request; NULL = not there. Texts must end with a NUL. */
static const uint8_t *find(const struct in *in, uint16_t type, size_t *ret_len)
{
	for (size_t at = 0; at + 4 <= in->attrs_len;) {
		uint16_t header[2];

		memcpy(header, in->attrs + at, 4);
		if (header[0] < 4 || at + header[0] > in->attrs_len)
			return NULL;
		if (header[1] == type) {
			*ret_len = header[0] - 4u;
			return in->attrs + at + 4;
		}
		at += (header[0] + 3u) / 4 * 4;
	}
	return NULL;
}

static const char *text_of(const struct in *in, uint16_t type)
{
	size_t len = 0;
	const uint8_t *text = find(in, type, &len);

	if (!text)
		return "";
	if (len == 0 || text[len - 1] != 0)
		abort(); /* NLA_NUL_STRING */
	return (const char *)text;
}

static void send_family(const struct in *in)
{
	struct hwio_net *net = in->net;
	const char *name = text_of(in, CTRL_ATTR_FAMILY_NAME);
	uint16_t id = HWIO_NET_FAMILY;
	uint32_t group = HWIO_NET_GROUP, other = 3;
	size_t groups, entry;
	struct out out;

	if (strcmp(name, "devlink") != 0 || net->no_family) {
		ack(in, ENOENT, NULL, ANSWER_RIGHT);
		return;
	}
	begin_generic(&out, GENL_ID_CTRL, in->seq, CTRL_CMD_NEWFAMILY);
	put_text(&out, CTRL_ATTR_FAMILY_NAME, name);
	put(&out, CTRL_ATTR_FAMILY_ID, &id, 2);
	groups = nest(&out, CTRL_ATTR_MCAST_GROUPS);
	entry = nest(&out, 1);
	put_text(&out, CTRL_ATTR_MCAST_GRP_NAME, "other");
	put(&out, CTRL_ATTR_MCAST_GRP_ID, &other, 4);
	end_nest(&out, entry);
	if (!net->no_group) {
		entry = nest(&out, 2);
		put(&out, CTRL_ATTR_MCAST_GRP_ID, &group, 4);
		put_text(&out, CTRL_ATTR_MCAST_GRP_NAME, "config");
		end_nest(&out, entry);
	}
	end_nest(&out, groups);
	queue(net, in->fd, &out, out.len, 0);
	ack(in, 0, NULL, ANSWER_RIGHT);
}

static struct hwio_net_device *device_of(const struct in *in)
{
	for (size_t i = 0; i < in->net->n_devices; i++) {
		struct hwio_net_device *d = &in->net->device[i];

		if (d->bus && strcmp(d->bus, text_of(in, DEVLINK_ATTR_BUS_NAME)) == 0 &&
		    strcmp(d->name, text_of(in, DEVLINK_ATTR_DEV_NAME)) == 0)
			return d;
	}
	return NULL;
}

static void put_handle(struct out *out, const struct hwio_net_device *d, enum hwio_net_answer fault)
{
	put_text(out, DEVLINK_ATTR_BUS_NAME, d->bus);
	put_text(out, DEVLINK_ATTR_DEV_NAME, fault == ANSWER_OTHER_DEVICE ? "another" : d->name);
}

static void put_action(struct out *out, uint8_t action)
{
	size_t info = nest(out, DEVLINK_ATTR_RELOAD_ACTION_INFO);

	put(out, DEVLINK_ATTR_RELOAD_ACTION, &action, 1);
	end_nest(out, nest(out, DEVLINK_ATTR_RELOAD_ACTION_STATS));
	end_nest(out, info);
}

static void send_device(const struct in *in, const struct hwio_net_device *d)
{
	struct out out;
	size_t stats, local;

	begin_generic(&out, HWIO_NET_FAMILY, in->seq, DEVLINK_CMD_NEW);
	if (in->net->dumps_interrupted && in->flags & NLM_F_DUMP)
		out.bytes[6] |= NLM_F_DUMP_INTR;
	put_handle(&out, d, ANSWER_RIGHT);
	stats = nest(&out, DEVLINK_ATTR_DEV_STATS);
	local = nest(&out, DEVLINK_ATTR_RELOAD_STATS);
	put_action(&out, DEVLINK_RELOAD_ACTION_DRIVER_REINIT);
	if (d->fw_activate)
		put_action(&out, DEVLINK_RELOAD_ACTION_FW_ACTIVATE);
	end_nest(&out, local);
	/* Counted for others, whatever the driver itself can do. */
	local = nest(&out, DEVLINK_ATTR_REMOTE_RELOAD_STATS);
	put_action(&out, DEVLINK_RELOAD_ACTION_FW_ACTIVATE);
	end_nest(&out, local);
	end_nest(&out, stats);
	answer(in, &out, in->net->list_answer);
}

static void send_list(const struct in *in)
{
	struct out out;
	int32_t none = 0;

	for (size_t i = 0; i < in->net->n_devices; i++)
		if (in->net->device[i].bus)
			send_device(in, &in->net->device[i]);
	if (in->net->dumps_interrupted)
		in->net->dumps_interrupted--;
	begin(&out, NLMSG_DONE, NLM_F_MULTI, in->seq);
	memcpy(out.bytes + 16, &none, 4);
	out.len = 20;
	queue(in->net, in->fd, &out, out.len, 0);
}

static void put_version(struct out *out, uint16_t group, const char *name, const char *value)
{
	size_t at;

	if (!name)
		return;
	at = nest(out, group);
	put_text(out, DEVLINK_ATTR_INFO_VERSION_NAME, name);
	put_text(out, DEVLINK_ATTR_INFO_VERSION_VALUE, value);
	end_nest(out, at);
}

static void send_info(const struct in *in, struct hwio_net_device *d)
{
	struct hwio_net *net = in->net;
	struct out out;

	d->infos++;
	if (d->tells_nothing || d->info_errnum) {
		ack(in, d->tells_nothing ? EOPNOTSUPP : d->info_errnum, NULL, ANSWER_RIGHT);
		return;
	}
	if (d->activate_silent && d->activations) {
		d->activate_silent--;
		ack(in, ENODEV, NULL, ANSWER_RIGHT);
		return;
	}
	begin_generic(&out, HWIO_NET_FAMILY, in->seq, DEVLINK_CMD_INFO_GET);
	put_handle(&out, d, net->info_answer);
	put_text(&out, DEVLINK_ATTR_INFO_DRIVER_NAME, d->driver);
	put_text(&out, DEVLINK_ATTR_INFO_SERIAL_NUMBER, d->serial);
	put_text(&out, DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER, d->board_serial);
	put_version(&out, DEVLINK_ATTR_INFO_VERSION_FIXED, d->fixed_key, d->fixed_value);
	put_version(&out, DEVLINK_ATTR_INFO_VERSION_RUNNING, d->key, d->running);
	if (d->tells_stored)
		put_version(&out, DEVLINK_ATTR_INFO_VERSION_STORED, d->key, d->stored);
	answer(in, &out, net->info_answer);
	if (net->info_answer == ANSWER_RIGHT || net->info_answer == ANSWER_OTHER_DEVICE ||
	    net->info_answer == ANSWER_LATE_SEQ)
		ack(in, 0, NULL, ANSWER_RIGHT);
}

static void tell(struct hwio_net *net, const struct hwio_net_device *d, const char *text,
		 uint64_t done, uint64_t total, uint64_t timeout_s)
{
	struct out out;

	begin_generic(&out, HWIO_NET_FAMILY, 0,
		      text ? DEVLINK_CMD_FLASH_UPDATE_STATUS : DEVLINK_CMD_FLASH_UPDATE_END);
	put_handle(&out, d, ANSWER_RIGHT);
	if (text) {
		put_text(&out, DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG, text);
		put(&out, DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE, &done, 8);
		put(&out, DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL, &total, 8);
		put(&out, DEVLINK_ATTR_FLASH_UPDATE_STATUS_TIMEOUT, &timeout_s, 8);
	}
	for (int fd = 0; fd < HWIO_NET_FDS; fd++) {
		if (!net->fd[fd].used || net->fd[fd].group != HWIO_NET_GROUP)
			continue;
		if (net->events_lost) {
			net->events_lost--;
			queue(net, fd, &out, 0, ENOBUFS);
		} else {
			queue(net, fd, &out, out.len, 0);
		}
	}
}

/* request_firmware(): the folder of the parameter, then those where nothing is. */
static int load(struct hwio_net *net, struct hwio_net_device *d, const char *file)
{
	char path[512];
	FILE *f;

	snprintf(d->file, sizeof(d->file), "%s", file);
	snprintf(path, sizeof(path), "%s/%s", net->firmware_path, file);
	f = net->firmware_path[0] ? fopen(path, "re") : NULL;
	if (!f)
		return ENOENT;
	free(d->image);
	d->image = malloc(1u << 20);
	d->image_len = fread(d->image, 1, 1u << 20, f);
	fclose(f);
	return 0;
}

/* Stores what was loaded. 0 or the errno of an image that is none. */
static int store(struct hwio_net_device *d)
{
	char version[32];

	if (sscanf((const char *)d->image, "NSIM-FW %31[^\n]", version) != 1)
		return EINVAL;
	if (d->silent)
		return 0;
	memcpy(d->stored, version, sizeof(version));
	if (d->now)
		memcpy(d->running, version, sizeof(version));
	return 0;
}

static void flash(const struct in *in, struct hwio_net_device *d)
{
	struct hwio_net *net = in->net;
	uint32_t mask[2] = { 0, 0 };
	size_t len = 0;
	const uint8_t *bits = find(in, DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK, &len);
	const char *component = text_of(in, DEVLINK_ATTR_FLASH_UPDATE_COMPONENT);

	if (bits && len != sizeof(mask))
		abort();
	if (bits)
		memcpy(mask, bits, sizeof(mask));
	d->flashes++;
	d->mask_asked = mask[0] & mask[1];
	snprintf(d->component_asked, sizeof(d->component_asked), "%s", component);
	if (component[0] && (!d->component || strcmp(component, d->component) != 0)) {
		ack(in, EINVAL, "selected component is not supported by this device", 0);
		return;
	}
	if (d->mask_asked & ~d->overwrite_known) {
		ack(in, EOPNOTSUPP, "overwrite settings are not supported by this device", 0);
		return;
	}
	if (load(net, d, text_of(in, DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME))) {
		ack(in, ENOENT, "failed to locate the requested firmware file", net->flash_answer);
		return;
	}
	tell(net, d, "Preparing to flash", 0, 0, 0);
	tell(net, d, "Flashing", 100, 400, 0);
	if (d->refuse_errnum) {
		tell(net, d, NULL, 0, 0, 0);
		ack(in, d->refuse_errnum, d->refuse_text, net->flash_answer);
		return;
	}
	net->now_ms += d->flash_ms;
	tell(net, d, "Flashing", 400, 400, 0);
	tell(net, d, "Flash select", 0, 0, 81);
	tell(net, d, NULL, 0, 0, 0);
	ack(in, store(d), NULL, net->flash_answer);
	if (d->gone_after)
		d->bus = NULL;
}

static void reload(const struct in *in, struct hwio_net_device *d)
{
	size_t len = 0;
	const uint8_t *action = find(in, DEVLINK_ATTR_RELOAD_ACTION, &len);

	if (!action || len != 1 || *action != DEVLINK_RELOAD_ACTION_FW_ACTIVATE)
		abort();
	d->activations++;
	if (!d->fw_activate || d->activate_errnum) {
		ack(in, d->fw_activate ? d->activate_errnum : EOPNOTSUPP,
		    "Requested reload action is not supported by the driver", ANSWER_RIGHT);
		return;
	}
	memcpy(d->running, d->stored, sizeof(d->running));
	ack(in, 0, NULL, ANSWER_RIGHT);
}

static void devlink_request(const struct in *in, uint8_t cmd)
{
	struct hwio_net_device *d;

	if (in->flags & NLM_F_DUMP) {
		send_list(in);
		return;
	}
	d = device_of(in);
	if (!d) {
		ack(in, ENODEV, NULL, ANSWER_RIGHT);
		return;
	}
	switch (cmd) {
	case DEVLINK_CMD_GET:
		send_device(in, d);
		ack(in, 0, NULL, ANSWER_RIGHT);
		return;
	case DEVLINK_CMD_INFO_GET:
		send_info(in, d);
		return;
	case DEVLINK_CMD_FLASH_UPDATE:
		flash(in, d);
		return;
	case DEVLINK_CMD_RELOAD:
		reload(in, d);
		return;
	default:
		abort();
	}
}

void hwio_net_kernel_request(struct hwio_net *net, int fd, const uint8_t *buf, size_t len)
{
	struct in in = { .net = net, .fd = fd, .bytes = buf, .len = len };
	uint32_t own_len;
	uint16_t type;

	if (len < 20)
		return; /* the kernel does not answer what is no message */
	memcpy(&own_len, buf, 4);
	memcpy(&type, buf + 4, 2);
	memcpy(&in.flags, buf + 6, 2);
	memcpy(&in.seq, buf + 8, 4);
	if (own_len != len)
		return;
	if (!(in.flags & NLM_F_REQUEST) || in.seq == 0 || buf[17] != 1)
		abort();
	in.attrs = buf + 20;
	in.attrs_len = len - 20;
	if (type == GENL_ID_CTRL && buf[16] == CTRL_CMD_GETFAMILY)
		send_family(&in);
	else if (type == HWIO_NET_FAMILY)
		devlink_request(&in, buf[16]);
	else
		abort();
}

static void get_driver(const struct hwio_net_device *d, struct ethtool_drvinfo *info)
{
	snprintf(info->driver, sizeof(info->driver), "%s", d->driver);
	snprintf(info->fw_version, sizeof(info->fw_version), "%s",
		 d->ethtool_fw ? d->ethtool_fw : d->running);
	snprintf(info->erom_version, sizeof(info->erom_version), "EROM 7");
	snprintf(info->bus_info, sizeof(info->bus_info), "%s",
		 d->ethtool_bus ? d->ethtool_bus : "");
}

static int flash_device(struct hwio_net *net, struct hwio_net_device *d,
			const struct ethtool_flash *request)
{
	d->flashes++;
	d->region_asked = request->region;
	if (d->wants_up && !d->up)
		return -ENETDOWN;
	if (load(net, d, request->data))
		return -ENOENT;
	if (d->refuse_errnum)
		return -d->refuse_errnum;
	net->now_ms += d->flash_ms;
	return -store(d);
}

int hwio_net_kernel_ioctl(struct hwio_net *net, unsigned long request, void *arg)
{
	struct hwio_net_device *d = NULL;
	struct ifreq *ifr = arg;
	uint32_t cmd;

	for (size_t i = 0; i < net->n_devices; i++)
		if (net->device[i].interface &&
		    strcmp(net->device[i].interface, ifr->ifr_name) == 0)
			d = &net->device[i];
	if (!d)
		return strcmp(ifr->ifr_name, "lo") == 0 ? -EOPNOTSUPP : -ENODEV;
	if (request == SIOCGIFFLAGS) {
		ifr->ifr_flags = (short)(IFF_BROADCAST | (d->up ? IFF_UP : 0));
		return 0;
	}
	if (request == SIOCSIFFLAGS) {
		if (!(ifr->ifr_flags & IFF_BROADCAST))
			net->flags_lost++; /* the others must stay */
		d->up = ifr->ifr_flags & IFF_UP;
		return 0;
	}
	memcpy(&cmd, ifr->ifr_data, sizeof(cmd));
	if (request == SIOCETHTOOL && cmd == ETHTOOL_GDRVINFO)
		return get_driver(d, (struct ethtool_drvinfo *)(void *)ifr->ifr_data), 0;
	if (request == SIOCETHTOOL && cmd == ETHTOOL_FLASHDEV)
		return flash_device(net, d, (struct ethtool_flash *)(void *)ifr->ifr_data);
	return -EOPNOTSUPP;
}
