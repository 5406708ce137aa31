/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_note.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

#define SUBJECT "pci"

/* The form of an inventory, of one device, in one line. */
void pci_note_put(struct hwio *hw, const struct device *dev)
{
	struct device copy = *dev;
	const struct inventory one = { &copy, 1 };
	CLEANUP_FREE char *text = NULL, *line = NULL;
	CLEANUP_JSON yyjson_doc *doc = NULL;
	size_t len;

	if (!hw->ops->note || inventory_to_json(&one, &text, &len, NULL))
		return;
	doc = yyjson_read(text, len, 0);
	line = yyjson_write(doc, 0, NULL);
	if (line)
		hwio_note(hw, SUBJECT, line);
}

static int take(const char *text, struct inventory *inv, struct device **ret, struct err *err)
{
	struct inventory one = { 0 };
	int rc = inventory_from_json((const uint8_t *)text, strlen(text), &one, err);

	if (!rc && (one.count != 1 || one.devices[0].kind != DEVICE_PCI ||
		    strncmp(one.devices[0].id, "pci:", 4) != 0))
		rc = err_set(err, ERR_FORMAT, "it is of something else");
	if (!rc && inventory_find(inv, one.devices[0].id))
		rc = err_set(err, ERR_DUPLICATE, "%s stands there twice", one.devices[0].id);
	if (!rc)
		rc = inventory_add(inv, DEVICE_PCI, one.devices[0].id, ret, err);
	if (!rc) {
		**ret = one.devices[0];
		one.count = 0;
	}
	inventory_free(&one);
	return rc ? err_prefix(err, "the note of a PCI function") : 1;
}

int pci_note_take(struct hwio *hw, struct inventory *inv, struct device **ret, struct err *err)
{
	CLEANUP_FREE char *text = hw->ops->recall(hw, SUBJECT);

	return text ? take(text, inv, ret, err) : 0;
}
