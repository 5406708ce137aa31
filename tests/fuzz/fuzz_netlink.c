/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kernel says, as hostile as it can be: datagrams of messages, attributes and refusals. */
#include <stdlib.h>
#include <string.h>

#include "format/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void must_be_inside(const uint8_t *body, size_t len, const uint8_t *data, size_t size)
{
	MUST(body >= data && body <= data + size && len <= (size_t)(data + size - body));
}

static void look_at(struct netlink_reader attrs, unsigned int depth, const uint8_t *data,
		    size_t size)
{
	struct netlink_attr attr;
	char text[32];

	while (netlink_next_attr(&attrs, &attr)) {
		must_be_inside(attr.body, attr.len, data, size);
		MUST(attr.type < 0x4000);
		netlink_text(&attr, text, sizeof(text));
		MUST(strlen(text) < sizeof(text));
		MUST(netlink_u64(&attr) == 0 || attr.len == 8);
		if (depth)
			look_at(netlink_nested(&attr), depth - 1, data, size);
	}
	must_be_inside(attrs.buf, attrs.len, data, size);
	MUST(attrs.broken || attrs.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netlink_reader reader = { .buf = data, .len = size };
	struct netlink_message message;
	struct netlink_generic generic;
	struct netlink_ack ack;

	while (netlink_next_message(&reader, &message)) {
		must_be_inside(message.body, message.len, data, size);
		if (netlink_read_ack(&message, &ack)) {
			MUST(ack.errnum >= 0);
			for (const char *c = ack.text; *c; c++)
				MUST(*c >= 0x20 && *c < 0x7f);
		}
		if (netlink_read_generic(&message, &generic))
			look_at(generic.attrs, 3, data, size);
	}
	MUST(reader.broken || reader.len == 0);
	return 0;
}
