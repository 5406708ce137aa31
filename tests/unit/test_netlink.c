/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Netlink messages, cut at every byte and with lengths that lie; and how requests are written. */
#include <linux/devlink.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "format/netlink_devlink.h"
#include "tap.h"

/* An info answer as net/devlink writes it, by hand: two versions and a name. */
/* clang-format off */
static const uint8_t info_message[] = {
	/* nlmsghdr: length, type, flags, sequence number, port */
	108, 0, 0, 0, 0x1c, 0, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0,
	/* genlmsghdr */
	DEVLINK_CMD_INFO_GET, 1, 0, 0,
	/* 20: bus; 28: device; 48: driver */
	8, 0, DEVLINK_ATTR_BUS_NAME, 0, 'p', 'c', 'i', 0,
	17, 0, DEVLINK_ATTR_DEV_NAME, 0,
	'0', '0', '0', '0', ':', '0', '3', ':', '0', '0', '.', '0', 0, 0, 0, 0,
	8, 0, DEVLINK_ATTR_INFO_DRIVER_NAME, 0, 'i', 'c', 'e', 0,
	/* 56: running, NLA_F_NESTED; 60, 72: its name and value */
	24, 0, DEVLINK_ATTR_INFO_VERSION_RUNNING, 0x80,
	12, 0, DEVLINK_ATTR_INFO_VERSION_NAME, 0, 'f', 'w', '.', 'm', 'g', 'm', 't', 0,
	8, 0, DEVLINK_ATTR_INFO_VERSION_VALUE, 0, '6', '.', '2', 0,
	/* 80: fixed; 84, 100: its name, and its value without a NUL */
	28, 0, DEVLINK_ATTR_INFO_VERSION_FIXED, 0x80,
	13, 0, DEVLINK_ATTR_INFO_VERSION_NAME, 0,
	'b', 'o', 'a', 'r', 'd', '.', 'i', 'd', 0, 0, 0, 0,
	6, 0, DEVLINK_ATTR_INFO_VERSION_VALUE, 0, 'K', '5', 0, 0,
};
/* clang-format on */

static bool parse(const uint8_t *bytes, size_t len, struct devlink_info *ret)
{
	struct netlink_reader reader = { .buf = bytes, .len = len };
	struct netlink_message message;
	struct netlink_generic generic;

	return netlink_next_message(&reader, &message) &&
	       netlink_read_generic(&message, &generic) && devlink_parse_info(&generic.attrs, ret);
}

static void a_whole_message(void)
{
	struct netlink_reader reader = { .buf = info_message, .len = sizeof(info_message) };
	struct netlink_message message;
	struct devlink_info info;

	CHECK_INT(sizeof(info_message), 108);
	CHECK(netlink_next_message(&reader, &message));
	CHECK_INT(message.type, 0x1c);
	CHECK_INT(message.flags, NLM_F_MULTI);
	CHECK_INT(message.seq, 5);
	CHECK_INT(message.len, 92);
	CHECK(!netlink_next_message(&reader, &message) && !reader.broken);
	CHECK(parse(info_message, sizeof(info_message), &info));
	CHECK_STR(info.handle.bus, "pci");
	CHECK_STR(info.handle.name, "0000:03:00.0");
	CHECK_STR(info.driver, "ice");
	CHECK_STR(info.serial, "");
	CHECK_INT(info.count, 2);
	CHECK_STR(devlink_version(&info, DEVLINK_RUNNING, "fw.mgmt"), "6.2");
	CHECK_STR(devlink_version(&info, DEVLINK_FIXED, "board.id"), "K5");
	CHECK(!devlink_version(&info, DEVLINK_STORED, "fw.mgmt"));
}

/* A malloc'ed copy of exactly that length: the sanitizer sees every byte that is read beyond. */
static bool parse_copy(const uint8_t *bytes, size_t len, struct devlink_info *ret)
{
	uint8_t *copy = malloc(len ? len : 1);
	bool rc;

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	rc = parse(copy, len, ret);
	free(copy);
	return rc;
}

static void cut_anywhere(void)
{
	struct devlink_info info;

	for (size_t len = 0; len < sizeof(info_message); len++) {
		uint8_t bytes[sizeof(info_message)];

		/* What arrived is shorter than it says. */
		CHECK(!parse_copy(info_message, len, &info));
		/* It says so itself: whole up to there. */
		memcpy(bytes, info_message, sizeof(bytes));
		bytes[0] = (uint8_t)len;
		if (parse_copy(bytes, len, &info))
			CHECK(len >= 45 && info.count <= 2);
		else
			CHECK(len < 45);
	}
}

/* Every byte of every length, with every value: nothing is read that is not there. */
static void lengths_that_lie(void)
{
	static const uint8_t lengths[] = {
		0, 1, 20, 21, 28, 29, 48, 49, 56, 57, 60, 72, 80, 84, 100
	};
	struct devlink_info info;

	for (size_t i = 0; i < sizeof(lengths); i++)
		for (unsigned int value = 0; value < 256; value++) {
			uint8_t bytes[sizeof(info_message)];

			memcpy(bytes, info_message, sizeof(bytes));
			bytes[lengths[i]] = (uint8_t)value;
			if (parse_copy(bytes, sizeof(bytes), &info))
				CHECK(info.count <= DEVLINK_VERSIONS_MAX);
		}
}

static void make_message(struct netlink_writer *writer, uint16_t type, uint16_t flags,
			 int32_t error, const void *rest, size_t rest_len)
{
	uint32_t len = (uint32_t)(20 + rest_len);

	memset(writer, 0, sizeof(*writer));
	memcpy(writer->buf, &len, 4);
	memcpy(writer->buf + 4, &type, 2);
	memcpy(writer->buf + 6, &flags, 2);
	memcpy(writer->buf + 16, &error, 4);
	if (rest_len)
		memcpy(writer->buf + 20, rest, rest_len);
	writer->len = len;
}

static bool read_ack(const struct netlink_writer *writer, struct netlink_ack *ret)
{
	struct netlink_reader reader = { .buf = writer->buf, .len = writer->len };
	struct netlink_message message;

	return netlink_next_message(&reader, &message) && netlink_read_ack(&message, ret);
}

/* The request of 24 bytes that a refusal repeats, then NLMSGERR_ATTR_MSG. */
static const uint8_t refusal[] = {
	24,  0,	  0,   0,   0x1c, 0,   5,  0,	9,
	0,   0,	  0,   0,   0,	  0,   0,  'r', 'e',
	'q', 'u', 'e', 's', 't',  '!', 10, 0,	NLMSGERR_ATTR_MSG,
	0,   'n', 'o', ' ', '\n', '.', 0,  0,	0,
};

static void acks(void)
{
	static const struct {
		const char *name;
		uint16_t type, flags;
		int32_t error;
		const uint8_t *rest;
		size_t rest_len;
		int errnum;
		const char *text;
	} rows[] = {
		{ "success", NLMSG_ERROR, NLM_F_CAPPED, 0, refusal, 16, 0, "" },
		{ "refused without a word", NLMSG_ERROR, 0, -22, refusal, 24, 22, "" },
		{ "refused with a text", NLMSG_ERROR, NLM_F_ACK_TLVS, -22, refusal, 36, 22,
		  "no ?." },
		{ "the request's header only", NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, -22,
		  refusal, 16, 22, "" },
		{ "a text that was not announced", NLMSG_ERROR, 0, -22, refusal, 36, 22, "" },
		{ "the text is cut", NLMSG_ERROR, NLM_F_ACK_TLVS, -22, refusal, 31, 22, "" },
		{ "the repeated request is cut", NLMSG_ERROR, NLM_F_ACK_TLVS, -22, refusal, 20, 22,
		  "" },
		{ "not even its header", NLMSG_ERROR, NLM_F_ACK_TLVS, -22, refusal, 8, 22, "" },
		{ "only a number", NLMSG_ERROR, 0, -5, NULL, 0, 5, "" },
		{ "the end of a dump", NLMSG_DONE, NLM_F_MULTI, 0, NULL, 0, 0, "" },
		{ "a dump that failed", NLMSG_DONE, NLM_F_MULTI | NLM_F_ACK_TLVS, -5, refusal + 24,
		  12, 5, "no ?." },
		{ "a positive number", NLMSG_ERROR, 0, 7, NULL, 0, 7, "" },
		{ "the smallest number", NLMSG_ERROR, 0, INT32_MIN, NULL, 0, INT32_MAX, "" },
	};
	struct netlink_writer message;
	struct netlink_ack ack;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		make_message(&message, rows[i].type, rows[i].flags, rows[i].error, rows[i].rest,
			     rows[i].rest_len);
		if (!read_ack(&message, &ack) || ack.errnum != rows[i].errnum ||
		    strcmp(ack.text, rows[i].text) != 0) {
			printf("# %s: %d \"%s\"\n", rows[i].name, ack.errnum, ack.text);
			CHECK(false);
		}
	}
	make_message(&message, NLMSG_ERROR, 0, -5, NULL, 0);
	message.buf[0] = 18;
	message.len = 18;
	CHECK(!read_ack(&message, &ack));
}

static void several_messages_of_one_datagram(void)
{
	uint8_t bytes[2 * sizeof(info_message)];
	struct netlink_reader reader = { .buf = bytes, .len = sizeof(bytes) };
	struct netlink_message message;

	memcpy(bytes, info_message, sizeof(info_message));
	memcpy(bytes + sizeof(info_message), info_message, sizeof(info_message));
	bytes[sizeof(info_message) + 8] = 6;
	CHECK(netlink_next_message(&reader, &message) && message.seq == 5);
	CHECK(netlink_next_message(&reader, &message) && message.seq == 6);
	CHECK(!netlink_next_message(&reader, &message) && !reader.broken);
	reader = (struct netlink_reader){ .buf = bytes, .len = sizeof(bytes) - 1 };
	CHECK(netlink_next_message(&reader, &message));
	CHECK(!netlink_next_message(&reader, &message) && reader.broken);
	reader = (struct netlink_reader){ .buf = bytes, .len = sizeof(info_message) + 3 };
	CHECK(netlink_next_message(&reader, &message));
	CHECK(!netlink_next_message(&reader, &message) && reader.broken);
}

static void numbers_have_their_size(void)
{
	const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct netlink_attr attr = { .body = bytes };

	for (attr.len = 0; attr.len <= 8; attr.len++) {
		CHECK_INT(netlink_u8(&attr), attr.len == 1 ? 1 : 0);
		CHECK_INT(netlink_u16(&attr), attr.len == 2 ? 0x0201 : 0);
		CHECK_INT(netlink_u32(&attr), attr.len == 4 ? 0x04030201 : 0);
		CHECK(netlink_u64(&attr) == (attr.len == 8 ? 0x0807060504030201u : 0));
	}
}

static void a_request(void)
{
	static const uint8_t want[] = {
		36,
		0,
		0,
		0,
		0x1c,
		0,
		NLM_F_REQUEST | NLM_F_ACK,
		0,
		7,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		DEVLINK_CMD_RELOAD,
		1,
		0,
		0, /* an attribute of two bytes, one of a byte */
		6,
		0,
		1,
		0,
		'x',
		0,
		0,
		0,
		5,
		0,
		DEVLINK_ATTR_RELOAD_ACTION,
		0,
		2,
		0,
		0,
		0,
	};
	struct netlink_writer writer;

	netlink_begin(&writer, 0x1c, NLM_F_REQUEST | NLM_F_ACK, DEVLINK_CMD_RELOAD, 1);
	netlink_put_text(&writer, 1, "x");
	netlink_put_u8(&writer, DEVLINK_ATTR_RELOAD_ACTION, 2);
	CHECK(netlink_end(&writer, 7));
	CHECK_INT(writer.len, sizeof(want));
	CHECK(memcmp(writer.buf, want, sizeof(want)) == 0);
}

static void a_request_that_is_full(void)
{
	static char text[NETLINK_REQUEST_MAX + 8];
	struct netlink_writer writer;

	memset(text, 'x', sizeof(text) - 1);
	for (size_t len = NETLINK_REQUEST_MAX - 32; len < NETLINK_REQUEST_MAX + 4; len++) {
		netlink_begin(&writer, 0x1c, 0, 1, 1);
		netlink_put(&writer, 1, text, len);
		CHECK_INT(netlink_end(&writer, 1), len <= NETLINK_REQUEST_MAX - 24);
		CHECK(writer.len <= sizeof(writer.buf));
		netlink_put(&writer, 1, text, NETLINK_REQUEST_MAX);
		CHECK(writer.full);
	}
}

int main(void)
{
	TAP_RUN(a_whole_message);
	TAP_RUN(cut_anywhere);
	TAP_RUN(lengths_that_lie);
	TAP_RUN(acks);
	TAP_RUN(several_messages_of_one_datagram);
	TAP_RUN(numbers_have_their_size);
	TAP_RUN(a_request);
	TAP_RUN(a_request_that_is_full);
	return TAP_END();
}
