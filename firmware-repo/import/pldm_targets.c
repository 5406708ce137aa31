/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/pldm_targets.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "edit.h"
#include "format/guid.h"
#include "format/le.h"

struct named {
	const uint8_t *vendor, *device, *subsystem_vendor, *subsystem; /* NULL = not there */
	const uint8_t *uuid;
};

/* The first of each type. */
static struct named read_named(const struct pldm_record *record)
{
	struct named ret = { 0 };
	struct pldm_descriptor desc;
	size_t pos = 0;

	while (pldm_next_descriptor(record, &pos, &desc)) {
		const uint8_t **to = desc.type == PLDM_PCI_VENDOR   ? &ret.vendor
				     : desc.type == PLDM_PCI_DEVICE ? &ret.device
				     : desc.type == PLDM_PCI_SUBSYSTEM_VENDOR
					     ? &ret.subsystem_vendor
				     : desc.type == PLDM_PCI_SUBSYSTEM ? &ret.subsystem
				     : desc.type == PLDM_UUID	       ? &ret.uuid
								       : NULL;

		if (to && !*to)
			*to = desc.data;
	}
	return ret;
}

static bool has_pci(const struct named *named)
{
	return named->vendor && named->device;
}

static bool has_subsystem(const struct named *named)
{
	return has_pci(named) && named->subsystem_vendor && named->subsystem;
}

int pldm_add_targets(const struct pldm_record *record, struct component *comp, struct err *err)
{
	struct named named = read_named(record);
	char target[64], uuid[GUID_TEXT];
	int rc = 0, len = 0;

	if (has_pci(&named))
		len = snprintf(target, sizeof(target), "pci:%04x:%04x", le16_at(named.vendor),
			       le16_at(named.device));
	if (has_subsystem(&named))
		snprintf(target + len, sizeof(target) - (size_t)len, ":%04x:%04x",
			 le16_at(named.subsystem_vendor), le16_at(named.subsystem));
	if (len)
		rc = component_add_target(comp, target, err);
	if (rc || !named.uuid)
		return rc;
	guid_text_be(named.uuid, uuid);
	snprintf(target, sizeof(target), "pldm-uuid:%s", uuid);
	return component_add_target(comp, target, err);
}

static bool is_expressed(const struct named *named, const struct pldm_descriptor *desc)
{
	const uint8_t *at = desc->data;

	if (at == named->vendor || at == named->device)
		return has_pci(named);
	if (at == named->subsystem_vendor || at == named->subsystem)
		return has_subsystem(named);
	return at == named->uuid;
}

/* A vendor's own descriptor begins with the type, length and text of its title. */
static void describe_vendor(const struct pldm_descriptor *desc, char *ret, size_t size)
{
	size_t len = desc->len >= 2 ? desc->data[1] : 0;
	char title[64] = "";

	if (len && len <= desc->len - 2)
		text_from_field(title, sizeof(title), desc->data + 2, len);
	snprintf(ret, size, "vendor defined%s%s", title[0] ? " " : "", title);
}

static void describe(const struct pldm_descriptor *desc, char *ret, size_t size)
{
	const char *name = pldm_descriptor_name(desc->type);
	int len;

	if (desc->type == PLDM_VENDOR_DEFINED) {
		describe_vendor(desc, ret, size);
	} else if (desc->type == PLDM_IANA_ENTERPRISE) {
		snprintf(ret, size, "%s %u", name, le32_at(desc->data));
	} else if (!name) {
		snprintf(ret, size, "descriptor type %04x", desc->type);
	} else {
		len = snprintf(ret, size, "%s ", name);
		for (size_t i = 0; i < desc->len && (size_t)len + 2 < size; i++)
			len += snprintf(ret + len, size - (size_t)len, "%02x", desc->data[i]);
	}
}

bool pldm_other_descriptors(const struct pldm_record *record, char *ret, size_t size)
{
	struct named named = read_named(record);
	struct pldm_descriptor desc;
	size_t pos = 0, len = 0;
	char text[128];

	*ret = '\0';
	while (pldm_next_descriptor(record, &pos, &desc)) {
		if (is_expressed(&named, &desc))
			continue;
		describe(&desc, text, sizeof(text));
		if (len + strlen(text) + 3 > size)
			break;
		len += (size_t)snprintf(ret + len, size - len, "%s%s", len ? ", " : "", text);
	}
	return len > 0;
}
