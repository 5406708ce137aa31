/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/netlink.h"

#include <limits.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/text.h"

#define MESSAGE_HEADER_BYTES sizeof(struct nlmsghdr)
#define GENERIC_HEADER_BYTES sizeof(struct genlmsghdr)
#define ATTR_HEADER_BYTES    sizeof(struct nlattr)

_Static_assert(sizeof(struct nlmsghdr) == 16 && sizeof(struct genlmsghdr) == 4 &&
		       sizeof(struct nlattr) == 4,
	       "headers without holes, of whole units of alignment");

/* NLMSG_ALIGNTO and NLA_ALIGNTO are 4. */
static size_t align(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/* One piece of len bytes with its header is left behind; false when it cannot have that length. */
static bool take(struct netlink_reader *reader, size_t header_len, size_t len,
		 const uint8_t **ret_body)
{
	size_t whole = align(len);

	if (len < header_len || len > reader->len) {
		reader->broken = true;
		return false;
	}
	*ret_body = reader->buf + header_len;
	/* The last one may lack the bytes that it would be filled up with. */
	if (whole > reader->len)
		whole = reader->len;
	reader->buf += whole;
	reader->len -= whole;
	return true;
}

bool netlink_next_message(struct netlink_reader *reader, struct netlink_message *ret)
{
	struct nlmsghdr header;

	if (reader->broken || reader->len == 0)
		return false;
	if (reader->len < MESSAGE_HEADER_BYTES) {
		reader->broken = true;
		return false;
	}
	memcpy(&header, reader->buf, sizeof(header));
	if (!take(reader, MESSAGE_HEADER_BYTES, header.nlmsg_len, &ret->body))
		return false;
	ret->type = header.nlmsg_type;
	ret->flags = header.nlmsg_flags;
	ret->seq = header.nlmsg_seq;
	ret->len = header.nlmsg_len - MESSAGE_HEADER_BYTES;
	return true;
}

bool netlink_next_attr(struct netlink_reader *reader, struct netlink_attr *ret)
{
	struct nlattr header;

	if (reader->broken || reader->len == 0)
		return false;
	if (reader->len < ATTR_HEADER_BYTES) {
		reader->broken = true;
		return false;
	}
	memcpy(&header, reader->buf, sizeof(header));
	if (!take(reader, ATTR_HEADER_BYTES, header.nla_len, &ret->body))
		return false;
	ret->type = header.nla_type & 0x3fff; /* NLA_TYPE_MASK */
	ret->len = header.nla_len - ATTR_HEADER_BYTES;
	return true;
}

bool netlink_find_attr(const struct netlink_reader *reader, uint16_t type, struct netlink_attr *ret)
{
	struct netlink_reader rest = *reader;

	while (netlink_next_attr(&rest, ret))
		if (ret->type == type)
			return true;
	return false;
}

struct netlink_reader netlink_nested(const struct netlink_attr *attr)
{
	return (struct netlink_reader){ .buf = attr->body, .len = attr->len };
}

bool netlink_read_generic(const struct netlink_message *message, struct netlink_generic *ret)
{
	if (message->len < GENERIC_HEADER_BYTES)
		return false;
	*ret = (struct netlink_generic){
		.cmd = message->body[0],
		.attrs = { .buf = message->body + GENERIC_HEADER_BYTES,
			   .len = message->len - GENERIC_HEADER_BYTES },
	};
	return true;
}

/*
 * Where the attributes begin: behind the number, and in an error behind the request that is
 * repeated, whole or (NLM_F_CAPPED) its header only; net/netlink/af_netlink.c, netlink_ack().
 */
static bool ack_attrs(const struct netlink_message *message, struct netlink_reader *ret)
{
	size_t skip = sizeof(int32_t);
	struct nlmsghdr request;

	if (message->type == NLMSG_ERROR) {
		if (message->len < skip + sizeof(request))
			return false;
		memcpy(&request, message->body + skip, sizeof(request));
		if (message->flags & NLM_F_CAPPED)
			skip += MESSAGE_HEADER_BYTES;
		else if (request.nlmsg_len <= message->len)
			skip += align(request.nlmsg_len);
		else
			return false;
	}
	if (skip > message->len)
		return false;
	*ret = (struct netlink_reader){ .buf = message->body + skip, .len = message->len - skip };
	return true;
}

bool netlink_read_ack(const struct netlink_message *message, struct netlink_ack *ret)
{
	struct netlink_reader attrs;
	struct netlink_attr text;
	int32_t error;

	memset(ret, 0, sizeof(*ret));
	if (message->len < sizeof(error))
		return false;
	memcpy(&error, message->body, sizeof(error));
	/* Errors are negative; a positive one would be no error of the kernel's. */
	ret->errnum = error == INT32_MIN ? INT_MAX : error < 0 ? -error : error;
	if (!(message->flags & NLM_F_ACK_TLVS))
		return true;
	if (ack_attrs(message, &attrs) && netlink_find_attr(&attrs, NLMSGERR_ATTR_MSG, &text))
		netlink_text(&text, ret->text, sizeof(ret->text));
	return true;
}

static bool number(const struct netlink_attr *attr, void *ret, size_t size)
{
	if (attr->len != size)
		return false;
	memcpy(ret, attr->body, size);
	return true;
}

uint8_t netlink_u8(const struct netlink_attr *attr)
{
	uint8_t value;

	return number(attr, &value, sizeof(value)) ? value : 0;
}

uint16_t netlink_u16(const struct netlink_attr *attr)
{
	uint16_t value;

	return number(attr, &value, sizeof(value)) ? value : 0;
}

uint32_t netlink_u32(const struct netlink_attr *attr)
{
	uint32_t value;

	return number(attr, &value, sizeof(value)) ? value : 0;
}

uint64_t netlink_u64(const struct netlink_attr *attr)
{
	uint64_t value;

	return number(attr, &value, sizeof(value)) ? value : 0;
}

void netlink_text(const struct netlink_attr *attr, char *buf, size_t size)
{
	text_from_field(buf, size, attr->body, attr->len);
}

void netlink_begin(struct netlink_writer *writer, uint16_t type, uint16_t flags, uint8_t cmd,
		   uint8_t version)
{
	const struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = flags };
	const struct genlmsghdr generic = { .cmd = cmd, .version = version };

	memset(writer, 0, sizeof(*writer));
	memcpy(writer->buf, &header, sizeof(header));
	memcpy(writer->buf + MESSAGE_HEADER_BYTES, &generic, sizeof(generic));
	writer->len = MESSAGE_HEADER_BYTES + GENERIC_HEADER_BYTES;
}

void netlink_put(struct netlink_writer *writer, uint16_t type, const void *body, size_t len)
{
	struct nlattr header = { .nla_type = type };

	if (writer->full || len > sizeof(writer->buf) - writer->len ||
	    align(ATTR_HEADER_BYTES + len) > sizeof(writer->buf) - writer->len) {
		writer->full = true;
		return;
	}
	header.nla_len = (uint16_t)(ATTR_HEADER_BYTES + len);
	memcpy(writer->buf + writer->len, &header, sizeof(header));
	memcpy(writer->buf + writer->len + ATTR_HEADER_BYTES, body, len);
	writer->len += align(ATTR_HEADER_BYTES + len); /* what lies between is zeros */
}

void netlink_put_text(struct netlink_writer *writer, uint16_t type, const char *text)
{
	netlink_put(writer, type, text, strlen(text) + 1);
}

void netlink_put_u8(struct netlink_writer *writer, uint16_t type, uint8_t value)
{
	netlink_put(writer, type, &value, sizeof(value));
}

bool netlink_end(struct netlink_writer *writer, uint32_t seq)
{
	struct nlmsghdr header;

	memcpy(&header, writer->buf, sizeof(header));
	header.nlmsg_len = (uint32_t)writer->len;
	header.nlmsg_seq = seq;
	memcpy(writer->buf, &header, sizeof(header));
	return !writer->full;
}
