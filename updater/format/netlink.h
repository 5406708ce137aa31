/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Netlink messages and their attributes (linux/netlink.h, linux/genetlink.h of Linux 6.12), in the
 * byte order of this machine. Reading never leaves the buffer, whatever the lengths in it say.
 */
#ifndef DRYDOCK_FORMAT_NETLINK_H
#define DRYDOCK_FORMAT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest datagram that is taken; the kernel fills no more than 32 KiB at once in a dump. */
#define NETLINK_DATAGRAM_MAX (64u << 10)
#define NETLINK_REQUEST_MAX  1024u

/* A row of messages or of attributes; broken is set when what is left does not follow the format.
 */
struct netlink_reader {
	const uint8_t *buf;
	size_t len; /* bytes that are left */
	bool broken;
};

struct netlink_message {
	uint16_t type;	/* NLMSG_ERROR, NLMSG_DONE, or the number of a family */
	uint16_t flags; /* NLM_F_... */
	uint32_t seq;	/* of the request that it answers; 0 = of none */
	const uint8_t *body;
	size_t len;
};

struct netlink_attr {
	uint16_t type; /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
	const uint8_t *body;
	size_t len;
};

/* A message of a generic netlink family: its command, and its attributes. */
struct netlink_generic {
	uint8_t cmd;
	struct netlink_reader attrs;
};

/* The kernel's answer to a request: 0 = done, else a positive errno and what the driver says. */
struct netlink_ack {
	int errnum;
	char text[256]; /* NLMSGERR_ATTR_MSG (extack), printable; "" = nothing was said */
};

/* The next message of a datagram; false at its end, or where it is broken. */
bool netlink_next_message(struct netlink_reader *reader, struct netlink_message *ret);

/* The next attribute; false at the end, or where it is broken. */
bool netlink_next_attr(struct netlink_reader *reader, struct netlink_attr *ret);

/* The first attribute of that type; false = there is none. The reader stays where it is. */
bool netlink_find_attr(const struct netlink_reader *reader, uint16_t type,
		       struct netlink_attr *ret);

/* What is nested in an attribute. */
struct netlink_reader netlink_nested(const struct netlink_attr *attr);

/* Takes a message of a family apart. False: it is shorter than a header. */
bool netlink_read_generic(const struct netlink_message *message, struct netlink_generic *ret);

/* Takes an NLMSG_ERROR or NLMSG_DONE apart. False: cut off. */
bool netlink_read_ack(const struct netlink_message *message, struct netlink_ack *ret);

/* Numbers; 0 when the attribute has another size. */
uint8_t netlink_u8(const struct netlink_attr *attr);
uint16_t netlink_u16(const struct netlink_attr *attr);
uint32_t netlink_u32(const struct netlink_attr *attr);
uint64_t netlink_u64(const struct netlink_attr *attr);

/* A text as text_from_field() makes it, cut at size. */
void netlink_text(const struct netlink_attr *attr, char *buf, size_t size);

/*
 * A request being written. What does not fit any more leaves full set, and nothing else happens;
 * netlink_end() says so.
 */
struct netlink_writer {
	uint8_t buf[NETLINK_REQUEST_MAX];
	size_t len;
	bool full;
};

/* A message of that family (its number is the type), its headers written. */
void netlink_begin(struct netlink_writer *writer, uint16_t type, uint16_t flags, uint8_t cmd,
		   uint8_t version);
void netlink_put(struct netlink_writer *writer, uint16_t type, const void *body, size_t len);
void netlink_put_text(struct netlink_writer *writer, uint16_t type, const char *text);
void netlink_put_u8(struct netlink_writer *writer, uint16_t type, uint8_t value);
/* Writes length and sequence number. False: it did not fit. */
bool netlink_end(struct netlink_writer *writer, uint32_t seq);

#endif
