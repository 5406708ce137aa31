/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The BMC as a device of the inventory, by what it says to Get Device ID. */
#include "inventory/probe.h"

#include <stdio.h>

#include "format/ipmi.h"
#include "hw/ipmi.h"

#define LIMIT_MS 3000u /* of all of it: a BMC that is dead costs no more */
#define RETRY_MS 300u

enum { CMD_GET_DEVICE_ID = 0x01 };

/* Completion codes of a BMC that will answer later: IPMI 2.0 table 5-2. */
static bool is_busy(uint8_t code)
{
	enum { NODE_BUSY = 0xc0, TIMEOUT = 0xc3, SDR_UPDATE = 0xd0, FIRMWARE_UPDATE, STARTING };

	return code == NODE_BUSY || code == TIMEOUT || code == SDR_UPDATE ||
	       code == FIRMWARE_UPDATE || code == STARTING;
}

static int get_device_id(struct ipmi *ipmi, struct ipmi_device_id *ret, struct err *err)
{
	struct hwio *hw = ipmi->hw;
	const uint64_t end = hw->ops->now_ms(hw) + LIMIT_MS;
	struct ipmi_answer answer;
	int rc;

	for (;;) {
		uint64_t now = hw->ops->now_ms(hw);
		const struct ipmi_request request = {
			.netfn = IPMI_NETFN_APP,
			.cmd = CMD_GET_DEVICE_ID,
			.timeout_ms = now < end ? (uint32_t)(end - now) : 0,
		};

		rc = ipmi_ask(ipmi, &request, &answer, err);
		if (rc != ERR_DEVICE || !is_busy(answer.code))
			break;
		if (hw->ops->now_ms(hw) + RETRY_MS >= end)
			return err_prefix(err, "the BMC is busy");
		hw->ops->sleep_ms(hw, RETRY_MS);
	}
	return rc ? rc : ipmi_parse_device_id(answer.data, answer.len, ret, err);
}

static int set_number(struct device *dev, const char *key, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	return device_set_prop(dev, key, text);
}

/* ipmi.version is a proof, and bmc.version the same whatever way it was asked. */
static int describe(struct device *dev, const struct ipmi_device_id *id)
{
	const char *maker = ipmi_manufacturer_name(id->manufacturer);
	int rc = device_set_prop(dev, "ipmi.version", id->version);

	snprintf(dev->version, sizeof(dev->version), "%s", id->version);
	if (maker)
		snprintf(dev->vendor, sizeof(dev->vendor), "%s", maker);
	else
		snprintf(dev->vendor, sizeof(dev->vendor), "IANA enterprise %u", id->manufacturer);
	snprintf(dev->model, sizeof(dev->model), "%04x", id->product);
	snprintf(dev->name, sizeof(dev->name), "management controller (%s, product %04x)",
		 dev->vendor, id->product);
	rc = rc ? rc : device_set_prop(dev, "bmc.version", id->version);
	rc = rc ? rc : device_set_prop(dev, "ipmi.specification", id->ipmi_version);
	rc = rc ? rc : set_number(dev, "ipmi.manufacturer", id->manufacturer);
	rc = rc ? rc : set_number(dev, "ipmi.product", id->product);
	rc = rc ? rc : set_number(dev, "ipmi.device-id", id->device_id);
	rc = rc ? rc : set_number(dev, "ipmi.device-revision", id->device_revision);
	rc = rc ? rc : device_set_prop(dev, "ipmi.aux-revision", id->aux);
	return rc ? rc : device_set_prop(dev, "ipmi.update", id->updating ? "in progress" : "");
}

int probe_ipmi(const struct probe_source *source, struct inventory *inv, struct err *err)
{
	struct ipmi_device_id id;
	struct err why = { 0 };
	struct device *dev;
	struct ipmi ipmi;
	int asked = ipmi_open(source->hw, &ipmi, &why);
	int rc;

	if (asked == ERR_NOT_FOUND)
		return 0; /* no BMC, or none that the kernel knows: inventory/components.h */
	asked = asked ? asked : get_device_id(&ipmi, &id, &why);
	ipmi_close(&ipmi);
	rc = inventory_add(inv, DEVICE_BMC, "bmc", &dev, err);
	if (rc)
		return rc;
	snprintf(dev->name, sizeof(dev->name), "management controller");
	snprintf(dev->node, sizeof(dev->node), "/dev/ipmi0");
	rc = asked ? device_set_prop(dev, "ipmi.error", why.text) : describe(dev, &id);
	return rc ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
