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

/* DSP0270 8.3: the second versions of both begin with their length, and tell the MAC. */
static bool read_card(const uint8_t *data, size_t len, struct smbios_host_network *ret)
{
	enum { USB = 2, PCI = 3, USB_V2 = 4, PCI_V2 = 5 };
	uint8_t type = len ? data[0] : 0;
	bool second = type == USB_V2 || type == PCI_V2;
	size_t ids = second ? 2 : 1, mac = type == USB_V2 ? 7 : 10;

	if (type < USB || type > PCI_V2 || len < ids + 4)
		return false;
	ret->usb = type == USB || type == USB_V2;
	ret->vendor = le16_at(data + ids);
	ret->product = le16_at(data + ids + 2);
	if (second && len >= mac + sizeof(ret->mac))
		memcpy(ret->mac, data + mac, sizeof(ret->mac));
	return true;
}

/* DSP0270 8.6.1. */
static bool read_addresses(const uint8_t *data, size_t len, struct smbios_host_network *ret)
{
	enum { HOST_FORMAT = 17, HOST_IP = 18, HOST_MASK = 34, FORMAT = 51, IP = 52, PORT = 84 };

	if (len < PORT + 2)
		return false;
	ret->host_format = data[HOST_FORMAT];
	memcpy(ret->host_ip, data + HOST_IP, 16);
	memcpy(ret->host_mask, data + HOST_MASK, 16);
	ret->service_format = data[FORMAT];
	memcpy(ret->service_ip, data + IP, 16);
	ret->port = le16_at(data + PORT);
	return ret->service_format == FORMAT_IPV4 || ret->service_format == FORMAT_IPV6;
}

bool smbios_host_network(const struct smbios_entry *entry, struct smbios_host_network *ret)
{
	const uint8_t *data = entry->data;
	size_t pos, count;

	*ret = (struct smbios_host_network){ 0 };
	if (entry->type != SMBIOS_TYPE_HOST_INTERFACE || entry->data_len < 6 ||
	    data[4] != INTERFACE_NETWORK)
		return false;
	pos = 6u + data[5];
	if (pos >= entry->data_len || !read_card(data + 6, data[5], ret))
		return false;
	count = data[pos++];
	for (size_t i = 0; i < count; i++) {
		if (entry->data_len - pos < 2 || entry->data_len - pos - 2 < data[pos + 1])
			return false;
		if (data[pos] == PROTOCOL_REDFISH)
			return read_addresses(data + pos + 2, data[pos + 1], ret);
		pos += 2u + data[pos + 1];
	}
	return false;
}
