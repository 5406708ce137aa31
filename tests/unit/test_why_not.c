/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For each device a backend or the reason why nothing can update it, in the table and in JSON. */
#include "inventory/why_not.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

static struct device *add(struct inventory *inv, enum device_kind kind, const char *id,
			  const char *backend, bool updateable)
{
	struct device *dev;

	CHECK_INT(inventory_add(inv, kind, id, &dev, NULL), 0);
	snprintf(dev->backend, sizeof(dev->backend), "%s", backend);
	dev->updateable = updateable;
	return dev;
}

static void make(struct inventory *inv)
{
	struct device *dev;

	add(inv, DEVICE_SYSTEM, "system", "", false);
	add(inv, DEVICE_PCI, "pci:0000:01:00.0", "", false);
	add(inv, DEVICE_PCI, "pci:0000:02:00.0", "", false);
	strcpy(add(inv, DEVICE_NVME, "nvme:GOOD", "nvme", true)->parent, "pci:0000:01:00.0");
	add(inv, DEVICE_NVME, "nvme:OLD", "nvme", false);
	dev = add(inv, DEVICE_NVME, "nvme:DEAF", "nvme", false);
	device_set_prop(dev, "nvme.error", "no answer within 60 s");
	dev = add(inv, DEVICE_DRIVE, "drive:R", "scsi", true);
	device_set_bar(dev, "BEHIND_RAID", "a logical volume of a controller");
	dev = add(inv, DEVICE_DRIVE, "drive:B", "scsi", true);
	device_set_bar(dev, "NOT_UPDATEABLE", "");
	dev = add(inv, DEVICE_DRIVE, "drive:V", "", false);
	device_set_prop(dev, "scsi.error", "a virtual disk has no firmware");
	dev = add(inv, DEVICE_PCI, "pci:0000:03:00.0", "", false);
	device_set_prop(dev, "pci.vpd.error", "wrong checksum"); /* a detail */
	add(inv, DEVICE_ESRT, "esrt:1", "", true);
	dev = add(inv, DEVICE_ESRT, "esrt:2", "uefi-capsule", true);
	strcpy(dev->name, "system firmware");
}

static const struct {
	const char *id;
	enum why_not why;
	const char *text;
} wanted[] = {
	{ "system", WHY_NOT_ELSEWHERE, "its firmware is that of esrt:2" },
	{ "pci:0000:01:00.0", WHY_NOT_ELSEWHERE, "its firmware is that of nvme:GOOD" },
	{ "pci:0000:02:00.0", WHY_NOT_NO_BACKEND, "no backend knows how to update it" },
	{ "nvme:GOOD", WHY_NOT_UPDATEABLE, "" },
	{ "nvme:OLD", WHY_NOT_BARRED, "the device says that it takes no firmware" },
	{ "nvme:DEAF", WHY_NOT_BARRED, "no answer within 60 s" },
	{ "drive:R", WHY_NOT_BARRED, "BEHIND_RAID: a logical volume of a controller" },
	{ "drive:B", WHY_NOT_BARRED, "NOT_UPDATEABLE" },
	{ "drive:V", WHY_NOT_BARRED, "a virtual disk has no firmware" },
	{ "pci:0000:03:00.0", WHY_NOT_NO_BACKEND, "no backend knows how to update it" },
	{ "esrt:1", WHY_NOT_NO_BACKEND, "no backend knows how to update it" },
	{ "esrt:2", WHY_NOT_UPDATEABLE, "" },
};
#define WANTED (sizeof(wanted) / sizeof(*wanted))

static void every_device_has_one_or_the_other(void)
{
	struct inventory inv = { 0 };
	char text[WHY_NOT_MAX];

	make(&inv);
	CHECK_INT(inv.count, WANTED);
	for (size_t i = 0; i < WANTED; i++) {
		CHECK_STR(inv.devices[i].id, wanted[i].id);
		CHECK_INT(inventory_why_not(&inv, &inv.devices[i], text), wanted[i].why);
		CHECK_STR(text, wanted[i].text);
	}
	inventory_free(&inv);
}

static void the_table_says_why(void)
{
	for (int every = 0; every < 2; every++) {
		CLEANUP_FREE char *text = NULL;
		struct inventory inv = { 0 };

		make(&inv);
		CHECK_INT(inventory_to_table(&inv, 80, every, &text, NULL), 0);
		for (size_t i = 0; i < WANTED; i++) {
			const char *line = strstr(text, wanted[i].id), *next;
			bool shown = wanted[i].why == WHY_NOT_BARRED ||
				     (every && wanted[i].why != WHY_NOT_UPDATEABLE);

			/* The line of the device, not one that mentions it. */
			while (line && line > text && line[-1] != '\n')
				line = strstr(line + 1, wanted[i].id);
			CHECK(line != NULL);
			next = line ? strchr(line, '\n') + 1 : "";
			CHECK_INT(!strncmp(next, "    ", 4), shown);
			if (shown)
				CHECK(!strncmp(next + 4, wanted[i].text, strlen(wanted[i].text)));
		}
		inventory_free(&inv);
	}
}

/* A reason of any length, with whatever in it, stays within the columns and loses no word. */
static void long_reasons_are_wrapped(void)
{
	CLEANUP_FREE char *text = NULL;
	struct inventory inv = { 0 };
	char reason[200] = "", *save, *line;
	unsigned int words = 0;

	while (strlen(reason) < 180)
		snprintf(reason + strlen(reason), 12, "word%zu ", strlen(reason));
	reason[20] = '\t';
	device_set_prop(add(&inv, DEVICE_PCI, "pci:0", "x", false), "x.error", reason);
	CHECK_INT(inventory_to_table(&inv, 40, false, &text, NULL), 0);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		CHECK(strlen(line) <= 40);
		for (const char *at = line; (at = strstr(at, "word")); at++)
			words++;
	}
	CHECK(words >= 20);
	inventory_free(&inv);
}

static void json_says_why_and_forgets_it(void)
{
	CLEANUP_FREE char *text = NULL;
	struct inventory inv = { 0 }, back = { 0 };
	size_t len, count = 0;

	make(&inv);
	CHECK_INT(inventory_to_json(&inv, &text, &len, NULL), 0);
	for (const char *at = text; (at = strstr(at, "\"WhyNot\":")); at++)
		count++;
	CHECK_INT(count, WANTED - 2);
	CHECK_CONTAINS(text, "\"WhyNot\": \"BEHIND_RAID: a logical volume of a controller\"");
	CHECK_INT(inventory_from_json((const uint8_t *)text, len, &back, NULL), 0);
	CHECK_INT(back.count, inv.count);
	inventory_free(&back);
	inventory_free(&inv);
}

int main(void)
{
	TAP_RUN(every_device_has_one_or_the_other);
	TAP_RUN(the_table_says_why);
	TAP_RUN(long_reasons_are_wrapped);
	TAP_RUN(json_says_why_and_forgets_it);
	return TAP_END();
}
