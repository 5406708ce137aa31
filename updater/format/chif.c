/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/chif.h"

#include <string.h>

#include "base/text.h"
#include "format/le.h"

/* Offsets in whole packets. */
enum {
	AT_ERROR = 8,
	AT_STATUS_FW_VERSION = 16,
	AT_STATUS_SERIAL = 34,
	STATUS_SERIAL_BYTES = 20,
	STATUS_LEAST = AT_STATUS_SERIAL + STATUS_SERIAL_BYTES,
	AT_STATUS_CLASS = 68,
	AT_STATUS_APPLICATION = 71,
	AT_STATUS_SECURITY = 72,
	AT_SECURITY = 12,
	AT_IF_COUNT = 12,
	AT_IF_VENDOR = 148,
	AT_IF_PRODUCT = 150,
	AT_IF_HOST_FORMAT = 169,
	AT_IF_SERVICE_FORMAT = 171,
	AT_IF_HOST_IP = 172,
	AT_IF_HOST_MASK = 188,
	AT_IF_SERVICE_IP = 204,
	AT_IF_PORT = 236,
	AT_IF_HOSTNAME = 336,
	IF_BYTES = AT_IF_HOSTNAME + 256,
};

#define UNKNOWN_COMMAND 0xffff0000u /* as openbmc-chif-svc answers it */

int chif_parse_header(const uint8_t *buf, size_t len, struct chif_header *ret, struct err *err)
{
	*ret = (struct chif_header){ 0 };
	if (len < CHIF_HEADER)
		return err_set(err, ERR_FORMAT, "a packet of %zu bytes", len);
	ret->size = le16_at(buf);
	ret->sequence = le16_at(buf + 2);
	ret->command = le16_at(buf + 4);
	ret->service = buf[6];
	ret->version = buf[7];
	if (ret->size < CHIF_HEADER || ret->size > CHIF_PACKET_MAX || ret->size > len)
		return err_set(err, ERR_FORMAT, "a packet of %zu bytes says that it has %u", len,
			       ret->size);
	return 0;
}

void chif_put_header(uint8_t buf[CHIF_HEADER], const struct chif_header *header)
{
	le16_put(buf, header->size);
	le16_put(buf + 2, header->sequence);
	le16_put(buf + 4, header->command);
	buf[6] = header->service;
	buf[7] = header->version;
}

static int check(const char *what, const uint8_t *packet, size_t len, size_t least, struct err *err)
{
	uint32_t code;

	if (len < AT_ERROR + 4)
		return err_set(err, ERR_FORMAT, "%s: an answer of %zu bytes", what, len);
	code = le32_at(packet + AT_ERROR);
	if (code == UNKNOWN_COMMAND)
		return err_set(err, ERR_UNSUPPORTED, "%s: this iLO does not know the command",
			       what);
	if (code)
		return err_set(err, ERR_DEVICE, "%s: the iLO says error %08x", what, code);
	if (len < least)
		return err_set(err, ERR_FORMAT, "%s: %zu bytes instead of %zu", what, len, least);
	return 0;
}

/* What an older iLO leaves out at the end reads as zero. */
static uint8_t byte_at(const uint8_t *packet, size_t len, size_t at)
{
	return at < len ? packet[at] : 0;
}

int chif_parse_status(const uint8_t *packet, size_t len, struct chif_status *ret, struct err *err)
{
	int rc;

	*ret = (struct chif_status){ 0 };
	if (len >= AT_ERROR + 4)
		ret->error = le32_at(packet + AT_ERROR);
	rc = check("status", packet, len, STATUS_LEAST, err);
	if (rc)
		return rc;
	ret->fw_version = le16_at(packet + AT_STATUS_FW_VERSION);
	text_from_field(ret->serial, sizeof(ret->serial), packet + AT_STATUS_SERIAL,
			STATUS_SERIAL_BYTES);
	ret->chip_class = byte_at(packet, len, AT_STATUS_CLASS);
	ret->application = byte_at(packet, len, AT_STATUS_APPLICATION);
	ret->security = byte_at(packet, len, AT_STATUS_SECURITY);
	return 0;
}

int chif_parse_security(const uint8_t *packet, size_t len, enum chif_security *ret, struct err *err)
{
	int rc = check("security state", packet, len, AT_SECURITY + 1, err);

	*ret = rc ? CHIF_SECURITY_ERROR : packet[AT_SECURITY];
	return rc;
}

int chif_parse_host_interface(const uint8_t *packet, size_t len, struct chif_host_interface *ret,
			      struct err *err)
{
	int rc = check("host interface", packet, len, IF_BYTES, err);

	*ret = (struct chif_host_interface){ 0 };
	if (rc)
		return rc;
	if (!packet[AT_IF_COUNT])
		return err_set(err, ERR_UNSUPPORTED, "host interface: this iLO has none");
	ret->usb_vendor = le16_at(packet + AT_IF_VENDOR);
	ret->usb_product = le16_at(packet + AT_IF_PRODUCT);
	ret->host_format = packet[AT_IF_HOST_FORMAT];
	ret->service_format = packet[AT_IF_SERVICE_FORMAT];
	memcpy(ret->host_ip, packet + AT_IF_HOST_IP, sizeof(ret->host_ip));
	memcpy(ret->host_mask, packet + AT_IF_HOST_MASK, sizeof(ret->host_mask));
	memcpy(ret->service_ip, packet + AT_IF_SERVICE_IP, sizeof(ret->service_ip));
	ret->port = le16_at(packet + AT_IF_PORT);
	text_from_field(ret->hostname, sizeof(ret->hostname), packet + AT_IF_HOSTNAME, 256);
	return 0;
}

const char *chif_security_words(unsigned int state)
{
	static const char *const words[] = { "not told",      "factory", "wipe", "production",
					     "high security", "FIPS",	 "CNSA" };

	return state < sizeof(words) / sizeof(*words) ? words[state] : NULL;
}
