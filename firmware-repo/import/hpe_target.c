/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/hpe_target.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "inventory/identity.h"
#include "parse/hpe_class.h"

/* The digit of "iLO 5", "iLO5", "ilo5_310.bin"; 0 = none. */
static char digit_in(const char *text)
{
	const char *at = strcasestr(text, "ilo");
	char digit;

	if (!at)
		return 0;
	at += 3;
	at += strspn(at, " -_");
	digit = *at;
	return digit >= '1' && digit <= '9' && !isdigit((unsigned char)at[1]) ? digit : 0;
}

/* '?' when two of them differ. */
static char agree(char a, char b)
{
	if (!a || !b || a == b)
		return a ? a : b;
	return '?';
}

static char digit_of_device(const struct hpe_device *dev)
{
	char text[128], digit = digit_in(dev->name);

	if (identity_of_hpe_target(dev->target, text, sizeof(text)))
		digit = agree(digit, digit_in(text));
	for (size_t i = 0; i < dev->image_count; i++)
		digit = agree(digit, digit_in(dev->images[i].file));
	return digit;
}

const char *hpe_ilo_generation(const struct hpe_package *pkg)
{
	static const char *const generations[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9" };
	char digit = digit_in(pkg->name);

	for (size_t i = 0; i < pkg->device_count; i++)
		digit = agree(digit, digit_of_device(&pkg->devices[i]));
	return digit >= '1' && digit <= '9' ? generations[digit - '1'] : "";
}

size_t hpe_targets_of(const struct hpe_package *pkg, const char *guid, char ret[][128])
{
	const struct hpe_class *class = hpe_class_of(pkg->device_class);
	const char *ilo = "";
	size_t count = 0;

	if (!guid[0])
		return 0;
	if (class && strcmp(class->word, "bmc") == 0)
		ilo = hpe_ilo_generation(pkg);
	if (identity_of_hpe_target(guid, ret[count], sizeof(ret[count])))
		count++;
	else if (ilo[0])
		snprintf(ret[count++], sizeof(ret[0]), "ilo:%s", ilo);
	snprintf(ret[count++], sizeof(ret[0]), "hpe-target:%s", guid);
	return count;
}

bool hpe_package_wanted(const struct import *imp, const struct hpe_package *pkg)
{
	bool any = false;

	for (size_t i = 0; i < pkg->device_count; i++) {
		char texts[HPE_DEVICE_TARGETS][128];
		const char *list[HPE_DEVICE_TARGETS + 1] = { NULL };
		size_t count = hpe_targets_of(pkg, pkg->devices[i].target, texts);

		for (size_t k = 0; k < count; k++)
			list[k] = texts[k];
		any |= count > 0;
		/* What inventories do not show is for import_offer() to judge. */
		if (count == 1 || (count && import_wants_targets(imp, list)))
			return true;
	}
	return !any;
}

bool hpe_rom_family(const struct hpe_package *pkg, char ret[8])
{
	char text[128];

	ret[0] = '\0';
	for (size_t i = 0; i < pkg->device_count; i++) {
		if (!identity_of_hpe_target(pkg->devices[i].target, text, sizeof(text)) ||
		    strncmp(text, "hpe-rom:", 8) != 0)
			continue;
		if (ret[0] && strcmp(ret, text + 8) != 0)
			return false;
		snprintf(ret, 8, "%s", text + 8);
	}
	return ret[0] != '\0';
}

/* "15b3" or "0x15B3" as pci: targets have it. */
static bool pci_id(const char *text, char ret[5])
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	if (strlen(text) != 4 || strspn(text, "0123456789abcdefABCDEF") != 4)
		return false;
	for (size_t i = 0; i < 5; i++)
		ret[i] = (char)tolower((unsigned char)text[i]);
	return true;
}

int hpe_supported_targets(const struct hpe_package *pkg, struct component *comp, bool *ret_known,
			  struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < pkg->supported_count; i++) {
		const struct hpe_supported *from = &pkg->supported[i];
		char texts[HPE_DEVICE_TARGETS][128], ids[4][5];
		size_t count = hpe_targets_of(pkg, from->target, texts);

		if (comp->target_count + HPE_DEVICE_TARGETS > CATALOG_MAX_TARGETS)
			break;
		if (!count && pci_id(from->ven, ids[0]) && pci_id(from->dev, ids[1]) &&
		    pci_id(from->subven, ids[2]) && pci_id(from->subdev, ids[3])) {
			snprintf(texts[count++], sizeof(texts[0]), "pci:%s:%s:%s:%s", ids[0],
				 ids[1], ids[2], ids[3]);
			*ret_known = true;
		}
		*ret_known |= count > 1;
		for (size_t k = 0; !rc && k < count; k++)
			rc = component_add_target(comp, texts[k], err);
	}
	return rc;
}
