/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/ipmi.h"

#include <stdio.h>

#include "format/le.h"

/* Offsets behind the completion code, table 20-2. */
enum {
	AT_DEVICE_ID = 0,
	AT_DEVICE_REVISION = 1,
	AT_FIRMWARE_MAJOR = 2, /* bit 7: not available, being updated */
	AT_FIRMWARE_MINOR = 3, /* BCD */
	AT_IPMI_VERSION = 4,   /* the major digit in bits 3:0 */
	AT_MANUFACTURER = 6,
	AT_PRODUCT = 9,
	AT_AUX = 11,
	AUX_BYTES = 4,
};

/* IANA private enterprise numbers. */
static const struct {
	uint32_t number;
	const char *name;
} manufacturers[] = {
	{ 2, "IBM" },	      { 11, "HPE" },	       { 343, "Intel" },    { 674, "Dell" },
	{ 10368, "Fujitsu" }, { 10876, "Supermicro" }, { 19046, "Lenovo" }, { 47196, "HPE" },
};

const char *ipmi_manufacturer_name(uint32_t manufacturer)
{
	for (size_t i = 0; i < sizeof(manufacturers) / sizeof(*manufacturers); i++)
		if (manufacturers[i].number == manufacturer)
			return manufacturers[i].name;
	return NULL;
}

static bool says_nothing(const uint8_t *buf)
{
	uint8_t all = 0xff, any = 0;

	for (size_t i = 0; i < IPMI_DEVICE_ID_BYTES; i++) {
		all &= buf[i];
		any |= buf[i];
	}
	return all == 0xff || any == 0;
}

int ipmi_parse_device_id(const uint8_t *buf, size_t len, struct ipmi_device_id *ret,
			 struct err *err)
{
	*ret = (struct ipmi_device_id){ 0 };
	if (len < IPMI_DEVICE_ID_BYTES)
		return err_set(err, ERR_FORMAT, "Get Device ID: %zu bytes instead of %u", len,
			       IPMI_DEVICE_ID_BYTES);
	if (says_nothing(buf))
		return err_set(err, ERR_FORMAT, "Get Device ID: the BMC says nothing");
	ret->device_id = buf[AT_DEVICE_ID];
	ret->device_revision = buf[AT_DEVICE_REVISION] & 0x0f;
	ret->updating = buf[AT_FIRMWARE_MAJOR] & 0x80;
	snprintf(ret->version, sizeof(ret->version), "%u.%02x", buf[AT_FIRMWARE_MAJOR] & 0x7fu,
		 buf[AT_FIRMWARE_MINOR]);
	snprintf(ret->ipmi_version, sizeof(ret->ipmi_version), "%x.%x",
		 buf[AT_IPMI_VERSION] & 0x0fu, buf[AT_IPMI_VERSION] >> 4);
	ret->manufacturer =
		(uint32_t)le16_at(buf + AT_MANUFACTURER) | (buf[AT_MANUFACTURER + 2] & 0x0fu) << 16;
	ret->product = le16_at(buf + AT_PRODUCT);
	if (len >= AT_AUX + AUX_BYTES)
		snprintf(ret->aux, sizeof(ret->aux), "%02x%02x%02x%02x", buf[AT_AUX],
			 buf[AT_AUX + 1], buf[AT_AUX + 2], buf[AT_AUX + 3]);
	return 0;
}
