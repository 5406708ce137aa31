/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The management controller host interface, DSP0134 7.43, and Redfish over IP, DSP0270 8.6. */
#include "format/smbios_parts.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "format/le.h"

enum { INTERFACE_NETWORK = 0x40, PROTOCOL_REDFISH = 4, FORMAT_IPV4 = 1, FORMAT_IPV6 = 2 };

struct words {
	char *text;
	size_t size, used;
};

static void add(struct words *words, const char *text)
{
	int len = snprintf(words->text + words->used, words->size - words->used, "%s%s",
			   words->used ? ", " : "", text);

	if (len > 0)
		words->used += (size_t)len;
	if (words->used >= words->size)
		words->used = words->size - 1;
}

static const char *interface_name(uint8_t type)
{
	switch (type) {
	case 0x02:
		return "KCS";
	case 0x03:
		return "8250 UART";
	case 0x04:
		return "16450 UART";
	case 0x05:
		return "16550 UART";
	case INTERFACE_NETWORK:
		return "network";
	default:
		return "unknown interface";
	}
}

/* DSP0270 8.3, figure of device types. */
static const char *device_name(uint8_t type)
{
	switch (type) {
	case 0x02:
	case 0x04:
		return "USB";
	case 0x03:
	case 0x05:
		return "PCI";
	default:
		return "unknown device";
	}
}

/* The service's own address and port; the host's stand before it. */
static void add_redfish(struct words *words, const uint8_t *data, size_t len)
{
	enum { FORMAT = 51, ADDRESS = 52, PORT = 84, BYTES = 86 };
	char address[INET6_ADDRSTRLEN], text[96];
	int family;

	if (len < BYTES || (data[FORMAT] != FORMAT_IPV4 && data[FORMAT] != FORMAT_IPV6)) {
		add(words, "Redfish over IP");
		return;
	}
	family = data[FORMAT] == FORMAT_IPV4 ? AF_INET : AF_INET6;
	if (!inet_ntop(family, data + ADDRESS, address, sizeof(address)))
		return;
	snprintf(text, sizeof(text), "Redfish over IP at %s port %u", address,
		 (unsigned int)le16_at(data + PORT));
	add(words, text);
}

static void add_protocol(struct words *words, uint8_t type, const uint8_t *data, size_t len)
{
	if (type == PROTOCOL_REDFISH)
		add_redfish(words, data, len);
	else
		add(words, type == 2 ? "IPMI" : type == 3 ? "MCTP" : "unknown protocol");
}

int smbios_host_interface(const struct smbios_entry *entry, char *ret, size_t size, struct err *err)
{
	const uint8_t *data = entry->data;
	struct words words = { .text = ret, .size = size };
	size_t pos, count;

	ret[0] = '\0';
	if (entry->data_len < 6)
		return err_set(err, ERR_FORMAT, "type 42: %zu bytes", entry->data_len);
	add(&words, interface_name(data[4]));
	pos = 6u + data[5];
	if (data[4] == INTERFACE_NETWORK && data[5] && pos <= entry->data_len)
		add(&words, device_name(data[6]));
	if (pos == entry->data_len) /* before 3.2 there were no protocols */
		return 0;
	if (pos > entry->data_len)
		return err_set(err, ERR_FORMAT, "type 42: its interface data does not fit");
	count = data[pos++];
	for (size_t i = 0; i < count; i++) {
		if (entry->data_len - pos < 2 || entry->data_len - pos - 2 < data[pos + 1])
			return err_set(err, ERR_FORMAT, "type 42: protocol %zu does not fit",
				       i + 1);
		add_protocol(&words, data[pos], data + pos + 2, data[pos + 1]);
		pos += 2u + data[pos + 1];
	}
	return 0;
}
