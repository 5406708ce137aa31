/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/bmc_net_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "format/smbios_parts.h"
#include "hw/chif.h"

#define DMI_TABLE "/sys/firmware/dmi/tables/DMI"
#define CHIF_MS	  5000u
#define IPV4	  1
#define IPV6	  2
#define MASK_30	  0xfffffffcu
#define MASK_16	  0xffff0000u

/*
 * The virtual network card of every iLO that has one: 16.1.15.1/30, USB 03f0:2927 (HPE, iLO 5
 * Redfish documentation, virtual NIC).
 */
static const struct bmc_place ilo_place = {
	.usb = true,
	.vendor = 0x03f0,
	.product = 0x2927,
	.host = 0x10010f02,
	.mask = MASK_30,
	.service = 0x10010f01,
};

static uint32_t ip_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/*
 * What a host is not told it may choose: the address beside the service's (DSP0270 8.6.1, "host
 * selected" and "AutoConf"); where it is to come by DHCP it is left to what is on the card already.
 */
static void fill_gaps(struct bmc_place *place)
{
	bool is_link_local = (place->service & MASK_16) == 0xa9fe0000u;

	if (!place->mask)
		place->mask = is_link_local ? MASK_16 : MASK_30;
	if (!place->host || (place->host & place->mask) != (place->service & place->mask)) {
		place->host = place->service + 1;
		if ((place->host & ~place->mask) == 0 || (~place->host & ~place->mask) == 0)
			place->host = place->service - 1;
	}
}

static bool take_addresses(const uint8_t *host, const uint8_t *mask, const uint8_t *service,
			   uint8_t host_format, uint8_t service_format, struct bmc_place *ret)
{
	if (service_format == IPV6 && service[0] == 0xfe && (service[1] & 0xc0) == 0x80) {
		ret->is_ipv6 = true;
		memcpy(ret->service_ipv6, service, 16);
		return true;
	}
	if (service_format != IPV4 || !ip_at(service))
		return false;
	ret->service = ip_at(service);
	ret->host = host_format == IPV4 ? ip_at(host) : 0;
	ret->mask = host_format == IPV4 ? ip_at(mask) : 0;
	fill_gaps(ret);
	return true;
}

/* The first network with Redfish. 1 = found, 0 = none is told of, ERR_UNSUPPORTED. */
static int search_table(const uint8_t *table, size_t len, struct bmc_place *ret, struct err *err)
{
	struct smbios_host_network network;
	struct smbios_entry entry;
	bool others = false;
	size_t pos = 0;

	while (smbios_next(table, len, &pos, &entry, NULL) == 1) {
		others = others || entry.type == SMBIOS_TYPE_HOST_INTERFACE;
		if (!smbios_host_network(&entry, &network))
			continue;
		*ret = (struct bmc_place){ .usb = network.usb,
					   .vendor = network.vendor,
					   .product = network.product,
					   .port = network.port };
		memcpy(ret->mac, network.mac, sizeof(ret->mac));
		if (take_addresses(network.host_ip, network.host_mask, network.service_ip,
				   network.host_format, network.service_format, ret))
			return 1;
	}
	return others ? err_set(err, ERR_UNSUPPORTED,
				"the host interface to the BMC that SMBIOS tells of is no network "
				"that can be used")
		      : 0;
}

static int ask_smbios(struct hwio *hw, struct bmc_place *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *table = malloc(SMBIOS_MAX_BYTES);
	ssize_t len;

	if (!table)
		return err_set(err, ERR_NOMEM, "out of memory");
	len = hwio_read_file(hw, DMI_TABLE, table, SMBIOS_MAX_BYTES);
	return len > 0 ? search_table(table, (size_t)len, ret, err) : 0;
}

static bool has_ilo(struct hwio *hw)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0;

	return hw->ops->list(hw, "/dev/hpilo", &names, &count) == 0 && count > 0;
}

static bool ask_ilo(struct hwio *hw, uint64_t deadline_ms, struct bmc_place *ret)
{
	uint64_t end = hw->ops->now_ms(hw) + CHIF_MS;
	struct chif_host_interface told;
	struct chif_status status;
	struct chif chif;
	int rc;

	if (end > deadline_ms)
		end = deadline_ms;
	if (!has_ilo(hw) || chif_open(hw, end, &chif, &status, NULL))
		return false;
	rc = chif_host_interface(&chif, end, &told, NULL);
	chif_close(&chif);
	if (rc)
		return false;
	*ret = (struct bmc_place){ .usb = true,
				   .vendor = told.usb_vendor,
				   .product = told.usb_product,
				   .port = told.port };
	return take_addresses(told.host_ip, told.host_mask, told.service_ip, told.host_format,
			      told.service_format, ret);
}

static bool has_number(struct hwio *hw, const char *interface, const char *attribute,
		       unsigned int want)
{
	char path[96], text[16], *end;
	unsigned long number;

	snprintf(path, sizeof(path), "/sys/class/net/%.15s/device/%s", interface, attribute);
	if (hwio_read_attr(hw, path, text, sizeof(text)) || !text[0])
		return false;
	number = strtoul(text, &end, 16);
	return !*end && number == want;
}

/* A network interface belongs to a USB interface, which belongs to a device that has the ids. */
static bool has_ids(struct hwio *hw, const char *interface, const struct bmc_place *place)
{
	if (!place->vendor)
		return false;
	if (place->usb)
		return has_number(hw, interface, "../idVendor", place->vendor) &&
		       has_number(hw, interface, "../idProduct", place->product);
	return has_number(hw, interface, "vendor", place->vendor) &&
	       has_number(hw, interface, "device", place->product);
}

static bool has_mac(struct hwio *hw, const char *interface, const uint8_t mac[6])
{
	static const uint8_t none[6];
	char path[64], text[32], want[20];

	if (memcmp(mac, none, sizeof(none)) == 0)
		return false;
	snprintf(want, sizeof(want), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	snprintf(path, sizeof(path), "/sys/class/net/%.15s/address", interface);
	return hwio_read_attr(hw, path, text, sizeof(text)) == 0 && strcasecmp(text, want) == 0;
}

/* One with both before one with one of them: a machine may have several of a kind. */
static bool find_interface(struct hwio *hw, const struct bmc_place *place, char ret[IFNAMSIZ])
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	unsigned int best = 0;
	size_t count = 0;

	if (hw->ops->list(hw, "/sys/class/net", &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		unsigned int points =
			2u * has_ids(hw, names[i], place) + has_mac(hw, names[i], place->mac);

		if (points <= best || strlen(names[i]) >= IFNAMSIZ)
			continue;
		best = points;
		snprintf(ret, IFNAMSIZ, "%.15s", names[i]);
	}
	return best > 0;
}

static int missing(struct hwio *hw, bool told, struct err *err)
{
	if (has_ilo(hw))
		return err_set(err, ERR_NOT_FOUND,
			       "the iLO's virtual network card is not there: it is switched off "
			       "(VirtualNICEnabled), or the iLO restarts");
	if (told)
		return err_set(err, ERR_NOT_FOUND,
			       "the network card to the BMC that SMBIOS tells of is not there");
	return err_set(err, ERR_NOT_FOUND, "this machine tells of no network to its BMC");
}

int bmc_net_find(struct hwio *hw, uint64_t deadline_ms, struct bmc_place *ret,
		 char ret_interface[IFNAMSIZ], struct err *err)
{
	int told = ask_smbios(hw, ret, err);

	if (told < 0 && !has_ilo(hw))
		return told;
	if (told == 1 && find_interface(hw, ret, ret_interface))
		return 0;
	if (told != 1 && ask_ilo(hw, deadline_ms, ret) && find_interface(hw, ret, ret_interface))
		return 0;
	*ret = ilo_place;
	return find_interface(hw, ret, ret_interface) ? 0 : missing(hw, told == 1, err);
}
