/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/lvfs_component.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "edit.h"
#include "import/lvfs_version.h"

/* The words are fwupd's (add_protocol in its plugins). It has none for SCSI drives. */
static const struct lvfs_protocol protocols[] = {
	{ "org.uefi.capsule", NULL, "uefi-capsule", "esrt.version", "other" },
	{ "org.nvmexpress", NULL, "nvme", "nvme.fr", "drive" },
	{ "org.t13.ata", NULL, "ata", "ata.rev", "drive" },
	{ "org.kernel.devlink", NULL, "devlink", "", "nic" },
	{ "org.dmtf.redfish", "HP", "ilo-redfish", "redfish.version", "bmc" },
};

const struct lvfs_protocol *lvfs_protocol_of(const struct metainfo *info)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		const char *vendor = protocols[i].vendor;

		if (strcmp(info->protocol, protocols[i].word) == 0)
			return !vendor || strncasecmp(info->vendor, vendor, strlen(vendor)) == 0 ||
					       strncasecmp(info->vendor, "Hewlett", 7) == 0
				       ? &protocols[i]
				       : NULL;
	}
	return NULL;
}

/* Capsules of more than one item name several entries: then none is said to be the one. */
void lvfs_look_at_capsule(const uint8_t *head, size_t len, uint64_t size, struct lvfs_capsule *ret)
{
	struct capsule capsule;
	struct capsule_item item;

	*ret = (struct lvfs_capsule){ 0 };
	if (!capsule_recognise(head, len, size) || capsule_parse(head, len, size, &capsule, NULL))
		return;
	if (!capsule.is_fmp) {
		ret->seen = !capsule.is_ux;
		guid_text_mixed(capsule.guid, ret->guid);
		return;
	}
	if (capsule.item_count != 1 || capsule.items[0].offset >= len)
		return;
	if (capsule_item_parse(head + capsule.items[0].offset, len - capsule.items[0].offset,
			       capsule.items[0].size, &item, NULL))
		return;
	ret->seen = true;
	guid_text_mixed(item.type_id, ret->guid);
	ret->has_version = item.has_version;
	ret->version = item.version;
	ret->lowest_version = item.lowest_version;
}

static bool is_capsule(const struct lvfs_protocol *protocol)
{
	return strcmp(protocol->backend, "uefi-capsule") == 0;
}

static const char *class_of(const struct metainfo *info, const struct lvfs_protocol *protocol)
{
	static const char *const classes[][2] = {
		{ "X-System", "system-rom" },	 { "X-BaseboardManagementController", "bmc" },
		{ "X-NetworkInterface", "nic" }, { "X-SolidStateDrive", "drive" },
		{ "X-Drive", "drive" },		 { "X-StorageController", "controller" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (metainfo_has_category(info, classes[i][0]))
			return classes[i][1];
	return protocol->class_name;
}

static enum criticality criticality_of(const char *urgency)
{
	if (strcmp(urgency, "critical") == 0)
		return CRITICALITY_CRITICAL;
	return strcmp(urgency, "low") == 0 ? CRITICALITY_OPTIONAL : CRITICALITY_RECOMMENDED;
}

static int add_targets(const struct metainfo *info, struct component *comp, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < info->guid_count; i++) {
		char target[GUID_TEXT + 8];

		snprintf(target, sizeof(target), "guid:%s", info->guids[i]);
		rc = component_add_target(comp, target, err);
	}
	return rc;
}

static int set_texts(const struct metainfo *info, const struct metainfo_release *rel,
		     const struct lvfs_protocol *protocol, struct component *comp, struct err *err)
{
	char notes[1024], name[160];
	bool message = info->message[0] != '\0';
	int rc;

	snprintf(name, sizeof(name), "%s", info->name[0] ? info->name : info->id);
	snprintf(notes, sizeof(notes), "%.740s%s%.255s", rel->description,
		 rel->description[0] && message ? " " : "", info->message);
	rc = component_set(comp, "name.en", name, err);
	if (!rc)
		rc = component_set(comp, "vendor", info->vendor, err);
	if (!rc)
		rc = component_set(comp, "class", class_of(info, protocol), err);
	if (!rc)
		rc = component_set(comp, "backend", protocol->backend, err);
	return rc ? rc : component_set(comp, "release_notes", notes, err);
}

/* What the ESRT will show: the number of the capsule itself, else that of its version. */
static int set_capsule_version(struct import *imp, const struct metainfo *info,
			       const struct metainfo_release *rel,
			       const struct lvfs_capsule *capsule, const char *name,
			       struct component *comp, struct err *err)
{
	char text[64], readable[64], named[224];
	uint32_t number = 0;
	bool known = lvfs_version_number(info->version_format, rel->version, &number);
	int rc = 0;

	if (capsule->has_version && known && number != capsule->version)
		rc = import_note(imp, NOTE_UNREAD, name, 0, err,
				 "its version %s stands for %u, but the capsule in it is %u",
				 rel->version, number, capsule->version);
	if (capsule->has_version)
		number = capsule->version;
	if (rc)
		return rc;
	if (!known && !capsule->has_version) {
		/* Of another form than the ESRT's: it must not be put in an order with it. */
		comp->scheme = VERSION_PLAIN;
		return component_set(comp, "version", rel->version, err);
	}
	comp->scheme = VERSION_DOTTED;
	snprintf(text, sizeof(text), "%u", number);
	lvfs_version_text(info->version_format, number, readable, sizeof(readable));
	snprintf(named, sizeof(named), "%.120s %s", comp->name,
		 strspn(rel->version, "0123456789") < strlen(rel->version) ? rel->version
									   : readable);
	rc = component_set(comp, "version", text, err);
	if (!rc)
		rc = component_set(comp, "name.en", named, err);
	return rc ? rc : component_set_proof(comp, "esrt.version", PROOF_EQUALS, text, err);
}

static int set_version(const struct metainfo *info, const struct metainfo_release *rel,
		       const struct lvfs_protocol *protocol, struct component *comp,
		       struct err *err)
{
	int rc = component_set(comp, "version", rel->version, err);

	comp->scheme = lvfs_version_scheme(info->version_format, rel->version);
	if (rc || !protocol->proof[0])
		return rc;
	/* A format rewrites what the drive says; as it says it only when there is none. */
	if (info->version_format[0] && strcmp(info->version_format, "plain") != 0 &&
	    strcmp(protocol->backend, "ilo-redfish") != 0)
		return 0;
	return component_set_proof(comp, protocol->proof, PROOF_EQUALS, rel->version, err);
}

/* The version of a requirement as the device shows it; false when that is not known. */
static bool needed_version(const struct metainfo *info, const struct lvfs_protocol *protocol,
			   const char *version, char *ret, size_t size)
{
	uint32_t number;

	snprintf(ret, size, "%s", version);
	if (!is_capsule(protocol))
		return version[0] != '\0';
	if (!lvfs_version_number(info->version_format, version, &number))
		return false;
	snprintf(ret, size, "%u", number);
	return true;
}

/* A requirement that a component can say; *ret_said tells whether it was one. */
static int say_requirement(const struct metainfo *info, const struct lvfs_protocol *protocol,
			   const struct metainfo_requirement *need, struct component *comp,
			   bool *ret_said, struct err *err)
{
	uint8_t bytes[GUID_BYTES];
	char version[64], guid[GUID_TEXT], target[GUID_TEXT + 8];

	*ret_said = false;
	if (need->need != METAINFO_NEED_FIRMWARE || strcmp(need->compare, "ge") != 0 ||
	    !needed_version(info, protocol, need->version, version, sizeof(version)))
		return 0;
	if (!need->text[0] && !need->of_relative && !comp->min_active_version[0]) {
		*ret_said = true;
		return component_set(comp, "min_active_version", version, err);
	}
	if (guid_parse_be(need->text, bytes))
		return 0;
	guid_text_be(bytes, guid);
	snprintf(target, sizeof(target), "guid:%s", guid);
	*ret_said = true;
	return component_add_require(comp, target, version, err);
}

static int tell_requirement(struct import *imp, const struct metainfo_requirement *need,
			    const char *name, struct err *err)
{
	static const char *const words[] = {
		[METAINFO_NEED_ID] = "of software",
		[METAINFO_NEED_FIRMWARE] = "of firmware",
		[METAINFO_NEED_HARDWARE] = "only on these computers (CHID)",
		[METAINFO_NEED_NOT_HARDWARE] = "not on these computers (CHID)",
		[METAINFO_NEED_OTHER] = "of another kind",
	};

	return import_note(imp, NOTE_REQUIREMENT, name, 0, err, "%s:%s %s %s %s", words[need->need],
			   need->of_relative ? " of what it is part of:" : "", need->text,
			   need->compare, need->version);
}

static int add_requirements(struct import *imp, const struct metainfo *info,
			    const struct lvfs_protocol *protocol, const char *name,
			    struct component *comp, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < info->requirement_count; i++) {
		bool said;

		rc = say_requirement(info, protocol, &info->requirements[i], comp, &said, err);
		if (!rc && !said)
			rc = tell_requirement(imp, &info->requirements[i], name, err);
	}
	return rc;
}

static int check_capsule(struct import *imp, const struct metainfo *info,
			 const struct lvfs_capsule *capsule, const char *name, struct err *err)
{
	if (!capsule->seen)
		return 0;
	for (size_t i = 0; i < info->guid_count; i++)
		if (strcmp(info->guids[i], capsule->guid) == 0)
			return 0;
	return import_note(
		imp, NOTE_UNREAD, name, 0, err,
		"the capsule in it is for %s, which is not among what it says that it is "
		"for",
		capsule->guid);
}

int lvfs_component_fill(struct import *imp, const struct metainfo *info,
			const struct metainfo_release *rel, const struct lvfs_capsule *capsule,
			const char *name, struct component *comp, struct err *err)
{
	const struct lvfs_protocol *protocol = lvfs_protocol_of(info);
	int rc = add_targets(info, comp, err);

	if (!rc)
		rc = set_texts(info, rel, protocol, comp, err);
	if (!rc && is_capsule(protocol))
		rc = set_capsule_version(imp, info, rel, capsule, name, comp, err);
	else if (!rc)
		rc = set_version(info, rel, protocol, comp, err);
	if (!rc)
		rc = component_make_id(comp, info->id, rel->version, err);
	if (!rc)
		rc = add_requirements(imp, info, protocol, name, comp, err);
	if (!rc && is_capsule(protocol))
		rc = check_capsule(imp, info, capsule, name, err);
	comp->measured = is_capsule(protocol); /* PCR 0 or 2: nothing says that it does not */
	comp->criticality = criticality_of(rel->urgency);
	comp->expected_seconds = rel->install_seconds;
	comp->activation = ACTIVATION_REBOOT;
	return rc;
}
