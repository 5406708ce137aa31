/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/genl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DROPPED_MAX 100u /* times that events may be lost at one look */

int genl_open(struct hwio *hw, uint32_t group, struct genl *ret, struct err *err)
{
	char path[sizeof(HWIO_GENL) + 12];

	memset(ret, 0, sizeof(*ret));
	ret->hw = hw;
	ret->fd = -1;
	ret->buf = malloc(NETLINK_DATAGRAM_MAX);
	if (!ret->buf)
		return err_set(err, ERR_NOMEM, "out of memory");
	snprintf(path, sizeof(path), group ? HWIO_GENL "/%u" : HWIO_GENL, (unsigned int)group);
	ret->fd = hw->ops->open(hw, path, O_RDWR);
	if (ret->fd >= 0)
		return 0;
	free(ret->buf);
	ret->buf = NULL;
	if (ret->fd == -ENOENT || ret->fd == -EPROTONOSUPPORT || ret->fd == -EAFNOSUPPORT)
		return err_set(err, ERR_UNSUPPORTED, "there is no generic netlink");
	return err_set_errno(err, ERR_IO, -ret->fd, "generic netlink");
}

void genl_close(struct genl *genl)
{
	if (genl->fd >= 0)
		genl->hw->ops->close(genl->hw, genl->fd);
	genl->fd = -1;
	free(genl->buf);
	genl->buf = NULL;
}

/* Waits for a datagram until end_ms and reads it. 1 = there is one, 0 = none came, else -errno. */
static int receive(struct genl *genl, uint64_t end_ms, struct netlink_reader *ret)
{
	struct hwio *hw = genl->hw;
	uint64_t now_ms;

	do {
		ssize_t len;
		int rc;

		now_ms = hw->ops->now_ms(hw);
		rc = hw->ops->poll(hw, genl->fd, POLLIN,
				   now_ms < end_ms ? (int)(end_ms - now_ms) : 0);
		if (rc == 0 || (rc < 0 && rc != -EINTR))
			return rc;
		len = rc < 0 ? rc : hw->ops->read(hw, genl->fd, genl->buf, NETLINK_DATAGRAM_MAX);
		if (len >= 0) {
			*ret = (struct netlink_reader){ .buf = genl->buf, .len = (size_t)len };
			return 1;
		}
		if (len != -EINTR && len != -EAGAIN)
			return (int)len;
		hw->ops->sleep_ms(hw, 1);
	} while (now_ms < end_ms);
	return 0;
}

static int send_request(struct genl *genl, struct netlink_writer *request, struct err *err)
{
	struct hwio *hw = genl->hw;
	ssize_t len;

	if (!netlink_end(request, ++genl->seq))
		return err_set(err, ERR_TOO_LARGE, "the request is too large for a message");
	do
		len = hw->ops->write(hw, genl->fd, request->buf, request->len);
	while (len == -EINTR);
	if (len < 0)
		return err_set_errno(err, len == -ENODEV ? ERR_DEVICE_GONE : ERR_IO, (int)-len,
				     "generic netlink, request not sent");
	if ((size_t)len != request->len)
		return err_set(err, ERR_IO, "generic netlink took %zu of %zu bytes of a request",
			       (size_t)len, request->len);
	return 0;
}

static int refused(const struct genl *genl, struct err *err)
{
	if (genl->ack.text[0])
		return err_set(err, ERR_DEVICE, "%s (%s)", genl->ack.text,
			       strerror(genl->ack.errnum));
	return err_set_errno(err, ERR_DEVICE, genl->ack.errnum, "refused");
}

/* What is known of an answer while it comes in. */
struct answer {
	genl_each each;
	void *ctx;
	bool done;
};

static int take_message(struct genl *genl, const struct netlink_message *message,
			struct answer *answer, struct err *err)
{
	struct netlink_generic generic;

	if (message->seq != genl->seq)
		return 0; /* late, for a request that was given up */
	if (message->flags & NLM_F_DUMP_INTR)
		genl->interrupted = true;
	if (message->type == NLMSG_ERROR || message->type == NLMSG_DONE) {
		if (!netlink_read_ack(message, &genl->ack))
			return err_set(err, ERR_FORMAT, "an answer of the kernel is cut off");
		answer->done = true;
		return genl->ack.errnum ? refused(genl, err) : 0;
	}
	if (message->type < NLMSG_MIN_TYPE)
		return 0;
	if (!netlink_read_generic(message, &generic))
		return err_set(err, ERR_FORMAT, "an answer of the kernel is cut off");
	return answer->each ? answer->each(answer->ctx, &generic) : 0;
}

static int take_datagram(struct genl *genl, struct netlink_reader *reader, struct answer *answer,
			 struct err *err)
{
	struct netlink_message message;
	int rc = 0;

	while (!rc && !answer->done && netlink_next_message(reader, &message))
		rc = take_message(genl, &message, answer, err);
	if (!rc && reader->broken)
		rc = err_set(err, ERR_FORMAT, "an answer of the kernel has wrong lengths");
	return rc;
}

int genl_call(struct genl *genl, struct netlink_writer *request, uint32_t timeout_ms,
	      genl_each each, void *ctx, struct err *err)
{
	struct answer answer = { .each = each, .ctx = ctx };
	struct netlink_reader reader;
	uint64_t end_ms;
	int rc;

	genl->ack = (struct netlink_ack){ 0 };
	genl->interrupted = false;
	rc = send_request(genl, request, err);
	end_ms = genl->hw->ops->now_ms(genl->hw) + timeout_ms;
	while (!rc && !answer.done) {
		rc = receive(genl, end_ms, &reader);
		if (rc == 1)
			rc = take_datagram(genl, &reader, &answer, err);
		else if (rc == 0)
			rc = err_set(err, ERR_OVERDUE, "no answer of the kernel within %u s",
				     timeout_ms / 1000);
		else
			rc = err_set_errno(err, ERR_IO, -rc, "the kernel's answer was lost");
	}
	return rc;
}

/* CTRL_CMD_NEWFAMILY: what genl_find() looks for. */
struct search {
	const char *group;
	struct genl_family found;
};

static void find_group(const struct netlink_attr *groups, struct search *search)
{
	struct netlink_reader list = netlink_nested(groups);
	struct netlink_attr entry, name, id;
	char text[GENL_NAMSIZ];

	while (netlink_next_attr(&list, &entry)) {
		struct netlink_reader members = netlink_nested(&entry);

		if (!netlink_find_attr(&members, CTRL_ATTR_MCAST_GRP_NAME, &name) ||
		    !netlink_find_attr(&members, CTRL_ATTR_MCAST_GRP_ID, &id))
			continue;
		netlink_text(&name, text, sizeof(text));
		if (strcmp(text, search->group) == 0)
			search->found.group = netlink_u32(&id);
	}
}

static int take_family(void *ctx, const struct netlink_generic *message)
{
	struct search *search = ctx;
	struct netlink_attr attr;

	if (netlink_find_attr(&message->attrs, CTRL_ATTR_FAMILY_ID, &attr))
		search->found.id = netlink_u16(&attr);
	if (netlink_find_attr(&message->attrs, CTRL_ATTR_MCAST_GROUPS, &attr))
		find_group(&attr, search);
	return 0;
}

int genl_find(struct genl *genl, const char *family, const char *group, struct genl_family *ret,
	      struct err *err)
{
	struct search search = { .group = group };
	struct netlink_writer request;
	int rc;

	netlink_begin(&request, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, CTRL_CMD_GETFAMILY, 1);
	netlink_put_text(&request, CTRL_ATTR_FAMILY_NAME, family);
	rc = genl_call(genl, &request, GENL_TIMEOUT_MS, take_family, &search, err);
	if (rc == ERR_DEVICE && genl->ack.errnum == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "the kernel has no \"%s\"", family);
	if (rc)
		return err_prefix(err, "looking for \"%s\"", family);
	if (search.found.id < NLMSG_MIN_TYPE || !search.found.group)
		return err_set(err, ERR_FORMAT, "the kernel's \"%s\" has no number or no group %s",
			       family, group);
	*ret = search.found;
	return 0;
}

static int take_events(struct netlink_reader *reader, uint16_t family, genl_each each, void *ctx)
{
	struct netlink_message message;
	struct netlink_generic generic;
	int rc = 0;

	while (!rc && netlink_next_message(reader, &message))
		if (message.type == family && netlink_read_generic(&message, &generic))
			rc = each(ctx, &generic);
	return rc;
}

int genl_events(struct genl *genl, uint16_t family, uint32_t timeout_ms, genl_each each, void *ctx,
		struct err *err)
{
	uint64_t end_ms = genl->hw->ops->now_ms(genl->hw) + timeout_ms;
	struct netlink_reader reader;
	unsigned int dropped = 0;
	int rc;

	while ((rc = receive(genl, end_ms, &reader)) != 0) {
		end_ms = 0;
		/* ENOBUFS: some were dropped, the next ones go on from there. */
		if (rc == -ENOBUFS && ++dropped < DROPPED_MAX)
			continue;
		if (rc < 0)
			return err_set_errno(err, ERR_IO, -rc, "events of the kernel");
		rc = take_events(&reader, family, each, ctx);
		if (rc)
			return rc;
	}
	return 0;
}
