/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/hpe_component.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "edit.h"
#include "import/hpe_common.h"
#include "import/hpe_target.h"
#include "inventory/identity.h"

static bool is_class(const struct hpe_class *class, const char *word)
{
	return class && strcmp(class->word, word) == 0;
}

static enum hpe_way way_of_image(const struct hpe_image *image)
{
	if (image->direct_flash)
		return image->reset_required ? HPE_WAY_BMC_REBOOT : HPE_WAY_BMC;
	return image->uefi_flash ? HPE_WAY_UEFI : HPE_WAY_AGENT;
}

/* HPE's own tool decides like this; that Uefi and Bmc together depend on the server is the iLO's.
 */
enum hpe_way hpe_way_of(const struct hpe_package *pkg, const struct hpe_device *dev)
{
	const struct hpe_image *image = dev->image_count ? dev->images : NULL;

	switch (pkg->updatable_by & (HPE_BY_BMC | HPE_BY_UEFI | HPE_BY_RUNTIME_AGENT)) {
	case HPE_BY_RUNTIME_AGENT:
	case HPE_BY_RUNTIME_AGENT | HPE_BY_UEFI:
		return HPE_WAY_AGENT;
	case HPE_BY_UEFI:
		return HPE_WAY_UEFI;
	case HPE_BY_UEFI | HPE_BY_BMC:
		return HPE_WAY_BMC_REBOOT;
	case HPE_BY_BMC:
		return image && image->reset_required ? HPE_WAY_BMC_REBOOT : HPE_WAY_BMC;
	default:
		return image ? way_of_image(image) : HPE_WAY_AGENT;
	}
}

const char *hpe_bmc_backend(const struct hpe_package *pkg)
{
	const char *ilo = hpe_ilo_generation(pkg);

	/* iLO 4 and older have no Redfish that takes a file (InstallFromURI wants a web server). */
	return ilo[0] && ilo[0] < '5' ? "ilo-ribcl" : "ilo-redfish";
}

/* "2.34_04_08_2020", "2.34_04-08-2020", "v2.34 (04/08/2020)", "2.34" as SMBIOS has it. */
static void complete_rom_version(const char *family, char *version, size_t size)
{
	char number[24], text[64];
	unsigned int month, day, year;
	int end = 0;
	const char *bare = version + (version[0] == 'v' || version[0] == 'V');

	if (version_follows(VERSION_HPE_ROM, version) || !isdigit((unsigned char)bare[0]))
		return;
	if (sscanf(bare, "%23[0-9.]%*1[_ -]%2u%*1[_-]%2u%*1[_-]%4u%n", number, &month, &day, &year,
		   &end) == 4 &&
	    !bare[end])
		snprintf(text, sizeof(text), "%s v%s (%02u/%02u/%04u)", family, number, month, day,
			 year);
	else
		snprintf(text, sizeof(text), "%s v%s", family, bare);
	if (version_follows(VERSION_HPE_ROM, text))
		snprintf(version, size, "%s", text);
}

static bool same_images(const struct hpe_device *a, const struct hpe_device *b)
{
	if (a->image_count != b->image_count)
		return false;
	for (size_t i = 0; i < a->image_count; i++)
		if (strcasecmp(a->images[i].file, b->images[i].file) != 0)
			return false;
	return true;
}

int hpe_groups_make(struct hpe_package *pkg, struct hpe_groups *ret, struct err *err)
{
	size_t *first = calloc(pkg->device_count + 1, sizeof(*first));
	char family[8];
	bool rom = is_class(hpe_class_of(pkg->device_class), "system-rom") &&
		   hpe_rom_family(pkg, family);

	*ret = (struct hpe_groups){ .of = calloc(pkg->device_count + 1, sizeof(*ret->of)) };
	if (!first || !ret->of) {
		free(first);
		hpe_groups_free(ret);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < pkg->device_count; i++) {
		struct hpe_device *dev = &pkg->devices[i];
		size_t group = 0;

		if (!dev->version[0])
			memcpy(dev->version, pkg->version, sizeof(dev->version));
		if (rom)
			complete_rom_version(family, dev->version, sizeof(dev->version));
		while (group < ret->count &&
		       (strcmp(pkg->devices[first[group]].version, dev->version) != 0 ||
			!same_images(&pkg->devices[first[group]], dev)))
			group++;
		if (group == ret->count)
			first[ret->count++] = i;
		ret->of[i] = group;
	}
	free(first);
	return 0;
}

void hpe_groups_free(struct hpe_groups *groups)
{
	free(groups->of);
	*groups = (struct hpe_groups){ 0 };
}

const struct hpe_device *hpe_group_device(const struct hpe_package *pkg,
					  const struct hpe_groups *groups, size_t group)
{
	size_t i = 0;

	while (groups->of[i] != group)
		i++;
	return &pkg->devices[i];
}

static int add_targets(struct import *imp, const struct hpe_package *pkg,
		       const struct hpe_groups *groups, size_t group, size_t *next,
		       struct component *comp, bool *ret_known, struct err *err)
{
	int rc = 0;

	for (; !rc && *next < pkg->device_count; (*next)++) {
		const struct hpe_device *dev = &pkg->devices[*next];
		char texts[HPE_DEVICE_TARGETS][128];
		size_t count;

		if (groups->of[*next] != group)
			continue;
		if (comp->target_count + HPE_DEVICE_TARGETS > CATALOG_MAX_TARGETS)
			return 0;
		count = hpe_targets_of(pkg, dev->target, texts);
		*ret_known |= count > 1;
		if (!count && dev->name[0])
			rc = import_note(imp, NOTE_UNKNOWN_TARGET, dev->name, 0, err, "%s",
					 "its target is no GUID");
		for (size_t i = 0; !rc && i < count; i++)
			rc = component_add_target(comp, texts[i], err);
	}
	return rc;
}

static int set_version(struct component *comp, const struct hpe_class *class,
		       const struct hpe_device *dev, struct err *err)
{
	if (is_class(class, "drive") && version_follows(VERSION_HPE_DRIVE, dev->version))
		comp->scheme = VERSION_HPE_DRIVE;
	else
		comp->scheme = component_scheme_of(dev->version);
	return component_set(comp, "version", dev->version, err);
}

/* What is of no known class shows itself by the iLO at least, which takes it. */
static int set_proof(struct component *comp, const struct hpe_class *class, struct err *err)
{
	if (class)
		return hpe_set_proof(comp, class, err);
	return component_set_proof(comp, "redfish.version", PROOF_EQUALS, comp->version, err);
}

static int set_minimum(struct import *imp, const struct hpe_package *pkg, struct component *comp,
		       struct err *err)
{
	char text[64], family[8];

	snprintf(text, sizeof(text), "%s", pkg->min_active_version);
	if (comp->scheme == VERSION_HPE_ROM && hpe_rom_family(pkg, family))
		complete_rom_version(family, text, sizeof(text));
	if (!text[0])
		return 0;
	if (version_compare(comp->scheme, text, comp->version) == VERSION_DIFFERENT)
		return import_note(imp, NOTE_REQUIREMENT, comp->name, 0, err,
				   "it wants version %s or newer to be active", text);
	return component_set(comp, "min_active_version", text, err);
}

static int add_needs(struct import *imp, const struct hpe_package *pkg, struct component *comp,
		     struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < pkg->need_count; i++) {
		const struct hpe_need *need = &pkg->needs[i];
		char target[128];

		if (!identity_of_hpe_target(need->target, target, sizeof(target)))
			snprintf(target, sizeof(target), "hpe-target:%s", need->target);
		if (i < CATALOG_MAX_REQUIRES)
			rc = component_add_require(comp, target, need->min_version, err);
		else
			rc = import_note(imp, NOTE_REQUIREMENT, comp->name, 0, err,
					 "%s must run %s or newer", target, need->min_version);
	}
	return rc;
}

static void set_times(const struct hpe_package *pkg, const struct hpe_device *dev,
		      struct component *comp)
{
	uint32_t seconds = 0;

	for (size_t i = 0; i < dev->image_count; i++)
		seconds += dev->images[i].install_seconds + dev->images[i].delay_seconds;
	if (!seconds)
		seconds = pkg->per_device_seconds;
	comp->expected_seconds = seconds < CATALOG_MAX_SECONDS ? seconds : CATALOG_MAX_SECONDS;
}

static void set_activation(const struct hpe_package *pkg, const struct hpe_class *class,
			   const struct hpe_device *dev, struct component *comp)
{
	enum hpe_way way = hpe_way_of(pkg, dev);

	if (is_class(class, "bmc"))
		comp->activation = ACTIVATION_DEVICE_RESET; /* an iLO restarts itself */
	else if (way == HPE_WAY_BMC && tolower((unsigned char)pkg->reboot[0]) != 'y')
		comp->activation = ACTIVATION_NONE;
	else
		comp->activation = ACTIVATION_REBOOT;
	for (size_t i = 0; i < dev->image_count; i++)
		comp->host_power_off |= dev->images[i].server_power_off;
	comp->measured = class && class->measured;
	comp->criticality = strcasecmp(pkg->change, "critical") == 0   ? CRITICALITY_CRITICAL
			    : strcasecmp(pkg->change, "optional") == 0 ? CRITICALITY_OPTIONAL
								       : CRITICALITY_RECOMMENDED;
}

/* Several groups of one package are told apart by a device of theirs. */
static int set_names(const struct hpe_package *pkg, const struct hpe_groups *groups,
		     const struct hpe_device *dev, struct component *comp, struct err *err)
{
	const char *name = pkg->name[0] ? pkg->name : dev->name;
	const char *notes = pkg->revision[0] ? pkg->revision : pkg->description;
	char full[sizeof(pkg->name) + sizeof(dev->name) + 4], text[sizeof(pkg->name)];
	int rc;

	if (groups->count > 1 && pkg->name[0] && dev->name[0])
		snprintf(full, sizeof(full), "%s (%s)", pkg->name, dev->name);
	else
		snprintf(full, sizeof(full), "%s", name);
	text_copy(text, sizeof(text), full);
	rc = component_set(comp, "name.en", text, err);
	if (!rc)
		rc = component_set(comp, "name.ja", pkg->name_ja, err);
	if (!rc)
		rc = component_set(comp, "vendor",
				   pkg->manufacturer[0] ? pkg->manufacturer
							: "Hewlett Packard Enterprise",
				   err);
	return rc ? rc : component_set(comp, "release_notes", notes, err);
}

int hpe_component_fill(struct import *imp, const struct hpe_package *pkg,
		       const struct hpe_groups *groups, size_t group, size_t *next,
		       struct component *comp, bool *ret_known, struct err *err)
{
	const struct hpe_class *class = hpe_class_of(pkg->device_class);
	const struct hpe_device *dev = hpe_group_device(pkg, groups, group);
	int rc = component_set(comp, "class", class ? class->word : "other", err);

	*ret_known = false;
	if (!rc)
		rc = set_names(pkg, groups, dev, comp, err);
	if (!rc)
		rc = set_version(comp, class, dev, err);
	if (!rc)
		rc = set_proof(comp, class, err);
	if (!rc)
		rc = set_minimum(imp, pkg, comp, err);
	if (!rc)
		rc = add_needs(imp, pkg, comp, err);
	if (!rc)
		rc = add_targets(imp, pkg, groups, group, next, comp, ret_known, err);
	if (!rc && !comp->target_count && groups->count == 1)
		rc = hpe_supported_targets(pkg, comp, ret_known, err);
	if (rc)
		return rc;
	set_times(pkg, dev, comp);
	set_activation(pkg, class, dev, comp);
	return 0;
}

int hpe_package_notes(struct import *imp, const struct hpe_package *pkg, const char *name,
		      struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < pkg->condition_count; i++)
		rc = import_note(imp, NOTE_REQUIREMENT, name, 0, err, "%s", pkg->conditions[i]);
	if (!rc && pkg->unread[0])
		rc = import_note(imp, NOTE_UNREAD, name, 0, err, "%s", pkg->unread);
	return rc;
}
