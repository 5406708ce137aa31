/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

static void set_text(char *dst, size_t size, const char *text)
{
	snprintf(dst, size, "%s", text);
}

static struct device *add(struct inventory *inv, enum device_kind kind, const char *id)
{
	struct device *dev = NULL;

	CHECK_INT(inventory_add(inv, kind, id, &dev, NULL), 0);
	return dev;
}

static void fill_drive(struct inventory *inv)
{
	struct device *dev = add(inv, DEVICE_NVME, "nvme:S1");

	set_text(dev->name, sizeof(dev->name), "LAB NVME X100");
	set_text(dev->vendor, sizeof(dev->vendor), "Lab \xe6\x97\xa5");
	set_text(dev->model, sizeof(dev->model), "X100");
	set_text(dev->serial, sizeof(dev->serial), "S1");
	set_text(dev->version, sizeof(dev->version), "2.1");
	set_text(dev->node, sizeof(dev->node), "/dev/nvme0");
	set_text(dev->parent, sizeof(dev->parent), "pci:0000:03:00.0");
	set_text(dev->slot, sizeof(dev->slot), "Bay 4");
	set_text(dev->backend, sizeof(dev->backend), "nvme");
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = true;
	CHECK_INT(device_set_prop(dev, "nvme.fr", "2.1"), 0);
	CHECK_INT(device_set_prop(dev, "nvme.slot2", "a \"quoted\" \\ value"), 0);
	CHECK_INT(device_add_target(dev, "nvme-model:X100"), 0);
	CHECK_INT(device_add_target(dev, "pci:1af4:0001"), 0);
}

static void ids_stay_unique(void)
{
	struct inventory inv = { 0 };
	char longest[DEVICE_ID_MAX + 8];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_STR(add(&inv, DEVICE_NVME, "nvme:S1")->id, "nvme:S1");
	CHECK_STR(add(&inv, DEVICE_NVME, "nvme:S1")->id, "nvme:S1#2");
	CHECK_STR(add(&inv, DEVICE_NVME, "nvme:S1")->id, "nvme:S1#3");
	CHECK_INT(strlen(add(&inv, DEVICE_NVME, longest)->id), DEVICE_ID_MAX - 1);
	CHECK_CONTAINS(add(&inv, DEVICE_NVME, longest)->id, "aa#2");
	CHECK(inventory_find(&inv, "nvme:S1#2") == &inv.devices[1]);
	CHECK(!inventory_find(&inv, "nvme:S"));
	CHECK_INT(inv.devices[0].evidence, EVIDENCE_NONE);
	inventory_free(&inv);
	CHECK_INT(inv.count, 0);
	inventory_free(&inv);
}

static void an_inventory_has_a_maximum(void)
{
	struct inventory inv = { 0 };
	struct device *dev;
	char id[32];

	for (int i = 0; i < INVENTORY_MAX_DEVICES; i++) {
		snprintf(id, sizeof(id), "pci:%d", i);
		if (inventory_add(&inv, DEVICE_PCI, id, &dev, NULL))
			break;
	}
	CHECK_INT(inv.count, INVENTORY_MAX_DEVICES);
	CHECK_STR(inv.devices[INVENTORY_MAX_DEVICES - 1].id, "pci:4095");
	CHECK_INT(inventory_add(&inv, DEVICE_PCI, "x", &dev, NULL), ERR_TOO_LARGE);
	inventory_free(&inv);
}

static void properties_are_set_replaced_removed(void)
{
	struct device dev = { 0 };
	char key[16];

	for (int i = 0; i < 20; i++) {
		snprintf(key, sizeof(key), "a.key%d", i);
		CHECK_INT(device_set_prop(&dev, key, key), 0);
	}
	CHECK_INT(device_set_prop(&dev, "a.key3", "new"), 0);
	CHECK_INT(dev.prop_count, 20);
	CHECK_STR(device_prop(&dev, "a.key3"), "new");
	CHECK_INT(device_set_prop(&dev, "a.key4", ""), 0);
	CHECK_INT(device_set_prop(&dev, "a.key4", ""), 0);
	CHECK_INT(dev.prop_count, 19);
	CHECK(!device_prop(&dev, "a.key4"));
	CHECK_STR(device_prop(&dev, "a.key5"), "a.key5");
	CHECK_STR(device_prop(&dev, "a.key19"), "a.key19");
	CHECK_STR(device_prop(&dev, "a.key0"), "a.key0");
	device_free(&dev);
}

static void property_keys_and_values_are_checked(void)
{
	static const char *const bad[] = { "",
					   "A",
					   "a b",
					   "a\n",
					   "\xc3\xa9",
					   "a:b",
					   "a2345678901234567890123456789012345678901234567"
					   "8" };
	struct device dev = { 0 };
	char value[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(device_set_prop(&dev, bad[i], "x"), ERR_FORMAT);
	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	value[1] = '\x1b';
	CHECK_INT(device_set_prop(&dev, "a", value), 0);
	CHECK_INT(strlen(device_prop(&dev, "a")), sizeof(dev.props->value) - 1);
	CHECK_INT(device_prop(&dev, "a")[1], '?');
	device_free(&dev);
}

static void lists_have_a_maximum(void)
{
	struct device dev = { 0 };
	char text[16];
	int rc = 0;

	for (int i = 0; i < DEVICE_MAX_PROPS && !rc; i++) {
		snprintf(text, sizeof(text), "%d", i);
		rc = device_set_prop(&dev, text, text);
	}
	CHECK_INT(rc, 0);
	CHECK_INT(device_set_prop(&dev, "more", "x"), ERR_TOO_LARGE);
	CHECK_INT(device_set_prop(&dev, "7", "x"), 0);
	for (int i = 0; i < DEVICE_MAX_TARGETS && !rc; i++) {
		snprintf(text, sizeof(text), "%d", i);
		rc = device_add_target(&dev, text);
	}
	CHECK_INT(rc, 0);
	CHECK_INT(device_add_target(&dev, "more"), ERR_TOO_LARGE);
	CHECK_INT(device_add_target(&dev, "7"), 0);
	device_free(&dev);
}

static void targets_stand_once_in_their_order(void)
{
	struct device dev = { 0 };
	char longest[DEVICE_TARGET_MAX + 1];

	memset(longest, 't', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	CHECK_INT(device_add_target(&dev, "pci:b"), 0);
	CHECK_INT(device_add_target(&dev, "pci:a"), 0);
	CHECK_INT(device_add_target(&dev, "pci:b"), 0);
	CHECK_INT(dev.target_count, 2);
	CHECK_STR(dev.targets[0], "pci:b");
	CHECK_STR(dev.targets[1], "pci:a");
	CHECK_INT(device_add_target(&dev, ""), ERR_FORMAT);
	CHECK_INT(device_add_target(&dev, longest), ERR_FORMAT);
	CHECK_INT(device_add_target(&dev, longest + 1), 0);
	device_free(&dev);
}

static void a_copy_is_its_own(void)
{
	struct inventory inv = { 0 };
	struct device copy = { 0 };

	fill_drive(&inv);
	CHECK_INT(device_copy(&inv.devices[0], &copy), 0);
	CHECK_INT(device_set_prop(&inv.devices[0], "nvme.fr", "9"), 0);
	CHECK_STR(device_prop(&copy, "nvme.fr"), "2.1");
	CHECK_INT(copy.target_count, 2);
	CHECK_STR(copy.targets[1], "pci:1af4:0001");
	CHECK_STR(copy.id, "nvme:S1");
	CHECK(copy.updateable);
	/* It grows like any other. */
	for (char key[2] = "a"; key[0] <= 'z'; key[0]++)
		CHECK_INT(device_set_prop(&copy, key, "x"), 0);
	CHECK_INT(copy.prop_count, 28);
	device_free(&copy);
	inventory_free(&inv);
}

static void words_there_and_back(void)
{
	for (unsigned int kind = 1; kind <= DEVICE_KIND_LAST; kind++)
		CHECK_INT(device_kind_from_name(device_kind_name((enum device_kind)kind)), kind);
	for (unsigned int ev = 1; ev <= EVIDENCE_LAST; ev++)
		CHECK_INT(evidence_from_name(evidence_name((enum evidence)ev)), ev);
	CHECK_STR(evidence_name(EVIDENCE_HARDWARE), "hardware");
	CHECK_STR(device_kind_name(DEVICE_PCI), "pci");
	CHECK_INT(evidence_from_name("Hardware"), 0);
	CHECK_INT(device_kind_from_name(""), 0);
	CHECK_STR(device_kind_name(0), "unknown");
}

static void json_has_redfish_names(void)
{
	CLEANUP_FREE char *text = NULL;
	struct inventory inv = { 0 };
	size_t len = 0;

	fill_drive(&inv);
	CHECK_INT(inventory_to_json(&inv, &text, &len, NULL), 0);
	CHECK_CONTAINS(text, "\"Members@odata.count\": 1");
	CHECK_CONTAINS(text, "\"Id\": \"nvme:S1\"");
	CHECK_CONTAINS(text, "\"Name\": \"LAB NVME X100\"");
	CHECK_CONTAINS(text, "\"Manufacturer\": \"Lab \xe6\x97\xa5\"");
	CHECK_CONTAINS(text, "\"Version\": \"2.1\"");
	CHECK_CONTAINS(text, "\"Updateable\": true");
	CHECK_CONTAINS(text, "\"SoftwareId\": \"nvme-model:X100\"");
	CHECK_CONTAINS(text, "\"Evidence\": \"emulator\"");
	CHECK_INT(text[len - 1], '\n');
	inventory_free(&inv);
}

static void json_there_and_back_is_the_same(void)
{
	CLEANUP_FREE char *first = NULL, *second = NULL;
	struct inventory inv = { 0 }, back = { 0 };
	size_t first_len = 0, second_len = 0;
	struct err err = { 0 };

	fill_drive(&inv);
	add(&inv, DEVICE_SYSTEM, "system");
	set_text(add(&inv, DEVICE_PCI, "pci:0000:03:00.0")->name, 128, "bad \x1b \xff text");
	CHECK_INT(inventory_to_json(&inv, &first, &first_len, NULL), 0);
	CHECK_INT(inventory_from_json((uint8_t *)first, first_len, &back, &err), 0);
	CHECK_STR(err.text, "");
	CHECK_INT(back.count, 3);
	CHECK_INT(inventory_to_json(&back, &second, &second_len, NULL), 0);
	CHECK_STR(second, first);
	if (back.count == 3) {
		CHECK_STR(back.devices[0].slot, "Bay 4");
		CHECK_STR(back.devices[0].backend, "nvme");
		CHECK_STR(back.devices[0].node, "/dev/nvme0");
		CHECK_INT(back.devices[0].evidence, EVIDENCE_EMULATOR);
		CHECK_INT(back.devices[0].kind, DEVICE_NVME);
		CHECK(back.devices[0].updateable);
		CHECK_STR(device_prop(&back.devices[0], "nvme.slot2"), "a \"quoted\" \\ value");
		CHECK_STR(back.devices[2].name, "bad ? ? text");
	}
	inventory_free(&inv);
	inventory_free(&back);
}

#define HEAD  "{\"Oem\":{\"Drydock\":{\"Format\":1}},\"Members\":["
#define OURS  "\"Oem\":{\"Drydock\":{\"Kind\":\"pci\",\"Evidence\":\"none\","
#define LISTS "\"Properties\":{},\"Targets\":[]}}"

static int read_text(const char *text)
{
	struct inventory inv = { 0 };
	int rc = inventory_from_json((const uint8_t *)text, strlen(text), &inv, NULL);

	if (rc)
		CHECK(inv.count == 0 && !inv.devices);
	inventory_free(&inv);
	return rc;
}

static void json_that_is_not_ours_is_refused(void)
{
	CHECK_INT(read_text(HEAD "]}"), 0);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS LISTS "}]}"), 0);
	CHECK_INT(read_text("{}"), ERR_FORMAT);
	CHECK_INT(read_text("[]"), ERR_FORMAT);
	CHECK_INT(read_text("{\"Oem\":{\"Drydock\":{\"Format\":2}},\"Members\":[]}"), ERR_FORMAT);
	CHECK_INT(read_text("{\"Oem\":{\"Drydock\":{\"Format\":1}}}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "1]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{" OURS LISTS "}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"\"," OURS LISTS "}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\",\"Name\":1," OURS LISTS "}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\",\"Updateable\":1," OURS LISTS "}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS "\"Properties\":{\"A\":\"x\"},"
				 "\"Targets\":[]}}}]}"),
		  ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS "\"Properties\":{\"a\":1},"
				 "\"Targets\":[]}}}]}"),
		  ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS "\"Properties\":{},\"Targets\":[\"\"]}}}]}"),
		  ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS "\"Properties\":{}}}}]}"), ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\",\"Oem\":{\"Drydock\":{\"Kind\":\"toaster\","
				 "\"Evidence\":\"none\"," LISTS "}]}"),
		  ERR_FORMAT);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\",\"Oem\":{\"Drydock\":{\"Kind\":\"pci\","
				 "\"Evidence\":\"hope\"," LISTS "}]}"),
		  ERR_FORMAT);
}

static void json_with_an_id_twice_is_refused(void)
{
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS LISTS "},{\"Id\":\"b\"," OURS LISTS "}]}"),
		  0);
	CHECK_INT(read_text(HEAD "{\"Id\":\"a\"," OURS LISTS "},{\"Id\":\"a\"," OURS LISTS "}]}"),
		  ERR_DUPLICATE);
}

static void the_table_is_as_wide_as_asked(void)
{
	static const unsigned int widths[] = { 40, 80, 132 };
	struct inventory inv = { 0 };

	fill_drive(&inv);
	for (size_t i = 0; i < sizeof(inv.devices->name) - 2; i += 2)
		memcpy(inv.devices[0].name + i, "\xc3\xa9", 3);
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		CLEANUP_FREE char *text = NULL;
		char *save, *line;
		size_t lines = 0;

		CHECK_INT(inventory_to_table(&inv, widths[i], true, &text, NULL), 0);
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			size_t columns = 0;

			for (const char *c = line; *c; c++)
				columns += ((unsigned char)*c & 0xc0) != 0x80;
			CHECK(columns <= widths[i]);
			/* The name is cut by what has no room, not earlier. */
			if (lines == 1 && widths[i] < 100)
				CHECK_INT(columns, widths[i]);
			lines++;
		}
		CHECK_INT(lines, 2);
	}
	inventory_free(&inv);
}

static void the_table_says_what_runs(void)
{
	CLEANUP_FREE char *text = NULL;
	struct inventory inv = { 0 };

	fill_drive(&inv);
	add(&inv, DEVICE_SYSTEM, "system");
	CHECK_INT(inventory_to_table(&inv, 80, false, &text, NULL), 0);
	CHECK_STR(text,
		  "DEVICE   VERSION  BACKEND  NAME\n"
		  "nvme:S1  2.1      nvme     LAB NVME X100\n"
		  "system   -        -        -\n");
	inventory_free(&inv);
}

int main(void)
{
	TAP_RUN(ids_stay_unique);
	TAP_RUN(an_inventory_has_a_maximum);
	TAP_RUN(properties_are_set_replaced_removed);
	TAP_RUN(property_keys_and_values_are_checked);
	TAP_RUN(lists_have_a_maximum);
	TAP_RUN(targets_stand_once_in_their_order);
	TAP_RUN(a_copy_is_its_own);
	TAP_RUN(words_there_and_back);
	TAP_RUN(json_has_redfish_names);
	TAP_RUN(json_there_and_back_is_the_same);
	TAP_RUN(json_that_is_not_ours_is_refused);
	TAP_RUN(json_with_an_id_twice_is_refused);
	TAP_RUN(the_table_is_as_wide_as_asked);
	TAP_RUN(the_table_says_what_runs);
	return TAP_END();
}
