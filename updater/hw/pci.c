/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every PCI function, from this machine, another root, or an "lspci -x" dump. */
#include "inventory/probe.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hw/pci_details.h"
#include "hw/pci_dump.h"
#include "hw/pci_lib.h"
#include "hw/pci_note.h"
#include "hw/slow.h"

#define FILL                                                                      \
	(PCI_FILL_IDENT | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT | PCI_FILL_SUBSYS | \
	 PCI_FILL_PHYS_SLOT | PCI_FILL_LABEL | PCI_FILL_DRIVER | PCI_FILL_PARENT)

#define NAME_MAX_BYTES 192

/* What libpci tells of a function; gathered in one guarded call. */
struct function {
	struct pci_dev *dev;
	bool lost;		     /* it went away while it was looked at */
	size_t index;		     /* of its device in the inventory */
	struct pci_details *details; /* what is read beside the rest; NULL = nothing */
	int secondary_bus;	     /* of a bridge, -1 = none */
	char vendor[NAME_MAX_BYTES];
	char model[NAME_MAX_BYTES];
	char name[NAME_MAX_BYTES];
	char subsystem[NAME_MAX_BYTES];
	char class_name[NAME_MAX_BYTES];
};

static int compare_addresses(const void *a, const void *b)
{
	const struct pci_dev *x = ((const struct function *)a)->dev;
	const struct pci_dev *y = ((const struct function *)b)->dev;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	if (x->bus != y->bus)
		return x->bus - y->bus;
	return x->dev != y->dev ? x->dev - y->dev : x->func - y->func;
}

static void format_address(const struct pci_dev *dev, char *ret, size_t size)
{
	snprintf(ret, size, "%04x:%02x:%02x.%x", (unsigned int)dev->domain, dev->bus, dev->dev,
		 dev->func);
}

static void call_scan(struct pci_lib *lib, void *arg)
{
	(void)arg;
	pci_scan_bus(lib->acc);
}

static void call_load_names(struct pci_lib *lib, void *arg)
{
	*(int *)arg = pci_load_name_list(lib->acc);
}

/* The text comes back in buf, or is a constant of libpci, or NULL when it has no name. */
static void look_up(struct pci_lib *lib, char buf[NAME_MAX_BYTES], int flags, int a, int b, int c,
		    int d)
{
	if (!pci_lookup_name(lib->acc, buf, NAME_MAX_BYTES, flags, a, b, c, d))
		buf[0] = '\0';
}

static void call_fill(struct pci_lib *lib, void *arg)
{
	struct function *fn = arg;
	struct pci_dev *dev = fn->dev;

	pci_fill_info(dev, FILL);
	fn->secondary_bus = -1;
	if (dev->device_class == PCI_CLASS_BRIDGE_PCI)
		fn->secondary_bus = pci_read_byte(dev, PCI_SECONDARY_BUS);
	look_up(lib, fn->vendor, PCI_LOOKUP_VENDOR, dev->vendor_id, 0, 0, 0);
	look_up(lib, fn->model, PCI_LOOKUP_DEVICE, dev->vendor_id, dev->device_id, 0, 0);
	look_up(lib, fn->name, PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE, dev->vendor_id,
		dev->device_id, 0, 0);
	look_up(lib, fn->class_name, PCI_LOOKUP_CLASS, dev->device_class, 0, 0, 0);
	if (dev->subsys_vendor_id)
		look_up(lib, fn->subsystem,
			PCI_LOOKUP_SUBSYSTEM | PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE |
				PCI_LOOKUP_NO_NUMBERS,
			dev->vendor_id, dev->device_id, dev->subsys_vendor_id, dev->subsys_id);
}

/* A dump has no tree, but bridges name the bus behind them. */
static const struct pci_dev *find_parent(const struct function *fns, size_t count,
					 const struct pci_dev *dev)
{
	if (dev->parent || dev->bus == 0)
		return dev->parent;
	for (size_t i = 0; i < count; i++)
		if (fns[i].secondary_bus == dev->bus && fns[i].dev->domain == dev->domain &&
		    fns[i].dev->bus != dev->bus)
			return fns[i].dev;
	return NULL;
}

static int set_ids(struct device *dev, const struct pci_dev *pci)
{
	char device_id[24], subsystem_id[24], target[DEVICE_TARGET_MAX];
	int rc = 0;

	snprintf(device_id, sizeof(device_id), "%04x:%04x", pci->vendor_id, pci->device_id);
	snprintf(subsystem_id, sizeof(subsystem_id), "%04x:%04x", pci->subsys_vendor_id,
		 pci->subsys_id);
	if (pci->subsys_vendor_id) {
		snprintf(target, sizeof(target), "pci:%s:%s", device_id, subsystem_id);
		rc = device_add_target(dev, target);
		rc = rc ? rc : device_set_prop(dev, "pci.subsystem", subsystem_id);
	}
	snprintf(target, sizeof(target), "pci:%s", device_id);
	rc = rc ? rc : device_add_target(dev, target);
	return rc ? rc : device_set_prop(dev, "pci.id", device_id);
}

static int set_number(struct device *dev, const char *key, int digits, unsigned int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*x", digits, number);
	return device_set_prop(dev, key, text);
}

/* pci_fill_info() has read it; this only looks it up. */
static int set_property(struct device *dev, const char *key, struct pci_dev *pci, u32 which)
{
	const char *text = pci_get_string_property(pci, which);
	char clean[sizeof(((struct property *)0)->value)];

	if (!text)
		return 0;
	/* libpci leaves the end of line that sysfs puts behind a label. */
	text_from_field(clean, sizeof(clean), (const uint8_t *)text, strlen(text));
	return device_set_prop(dev, key, clean);
}

static int set_props(struct device *dev, const struct function *fn)
{
	struct pci_dev *pci = fn->dev;
	int rc = device_set_prop(dev, "pci.subsystem.name", fn->subsystem);

	rc = rc ? rc : set_number(dev, "pci.class", 4, pci->device_class);
	rc = rc ? rc : device_set_prop(dev, "pci.class.name", fn->class_name);
	rc = rc ? rc : set_number(dev, "pci.prog-if", 2, pci->prog_if);
	rc = rc ? rc : set_number(dev, "pci.revision", 2, pci->rev_id);
	rc = rc ? rc : set_property(dev, "pci.driver", pci, PCI_FILL_DRIVER);
	rc = rc ? rc : set_property(dev, "pci.slot", pci, PCI_FILL_PHYS_SLOT);
	return rc ? rc : set_property(dev, "pci.label", pci, PCI_FILL_LABEL);
}

static void set_texts(struct device *dev, const struct function *fn)
{
	const char *slot = device_prop(dev, "pci.slot");

	if (!slot)
		slot = device_prop(dev, "pci.label");
	text_copy(dev->name, sizeof(dev->name), fn->name);
	text_copy(dev->vendor, sizeof(dev->vendor), fn->vendor);
	text_copy(dev->model, sizeof(dev->model), fn->model);
	text_copy(dev->slot, sizeof(dev->slot), slot ? slot : "");
}

static int add_device(const struct function *fns, size_t count, size_t index, struct inventory *inv,
		      struct device **ret, struct err *err)
{
	const struct pci_dev *parent = find_parent(fns, count, fns[index].dev);
	char address[24], id[DEVICE_ID_MAX];
	int rc;

	format_address(fns[index].dev, address, sizeof(address));
	snprintf(id, sizeof(id), "pci:%s", address);
	rc = inventory_add(inv, DEVICE_PCI, id, ret, err);
	if (rc)
		return rc;
	if (set_ids(*ret, fns[index].dev) || set_props(*ret, &fns[index]))
		return err_set(err, ERR_NOMEM, "out of memory");
	set_texts(*ret, &fns[index]);
	if (parent) {
		format_address(parent, address, sizeof(address));
		snprintf((*ret)->parent, sizeof((*ret)->parent), "pci:%s", address);
	}
	return 0;
}

/* The names are for people: without them numbers must do, unless somebody named the file. */
static int load_names(struct pci_lib *lib, const char *path, struct err *err)
{
	static const char *const usual[] = { "/usr/share/pci.ids", "/usr/share/misc/pci.ids" };
	const char *file = path ? path : access(usual[0], R_OK) == 0 ? usual[0] : usual[1];
	int loaded = 0;
	int rc;

	pci_set_name_list_path(lib->acc, (char *)(uintptr_t)file, 0);
	rc = pci_lib_call(lib, call_load_names, &loaded, err);
	if (path && !rc && !loaded)
		rc = err_set(err, ERR_IO, "%s: cannot be read", path);
	return path ? rc : 0;
}

static int list_functions(struct pci_lib *lib, struct function **ret, size_t *ret_count,
			  struct err *err)
{
	size_t count = 0;
	struct function *fns;

	for (const struct pci_dev *dev = lib->acc->devices; dev; dev = dev->next)
		count++;
	if (count > INVENTORY_MAX_DEVICES)
		return err_set(err, ERR_TOO_LARGE, "%zu PCI functions", count);
	fns = calloc(count ? count : 1, sizeof(*fns));
	if (!fns)
		return err_set(err, ERR_NOMEM, "out of memory");
	*ret = fns;
	*ret_count = count;
	for (struct pci_dev *dev = lib->acc->devices; dev; dev = dev->next)
		(fns++)->dev = dev;
	if (count)
		qsort(*ret, count, sizeof(**ret), compare_addresses);
	for (size_t i = 1; i < count; i++)
		if (compare_addresses(&(*ret)[i - 1], &(*ret)[i]) == 0)
			return err_set(err, ERR_FORMAT, "a PCI address stands there twice");
	return 0;
}

/* A function that goes away while it is looked at costs itself only: the first error is kept. */
static int add_functions(struct pci_lib *lib, const struct probe_source *source,
			 struct function *fns, size_t count, struct inventory *inv, struct err *err)
{
	struct err first = { 0 };
	struct device *dev;
	int rc;

	for (size_t i = 0; i < count; i++)
		fns[i].lost = pci_lib_call(lib, call_fill, &fns[i], first.code ? NULL : &first);
	for (size_t i = 0; i < count; i++) {
		if (fns[i].lost)
			continue;
		rc = add_device(fns, count, i, inv, &dev, err);
		if (rc)
			return rc;
		fns[i].index = inv->count - 1;
		if (!source->lspci_dump)
			fns[i].details = pci_details_start(source->hw, dev, PCI_DETAIL_VPD);
		pci_note_put(source->hw, dev);
	}
	if (first.code)
		*err = first;
	return first.code;
}

static void take_details(struct function *fns, size_t count, struct inventory *inv)
{
	uint64_t end_ms = slow_now_ms() + PCI_DETAILS_LIMIT_MS;

	for (size_t i = 0; i < count; i++)
		if (fns[i].details)
			pci_details_take(fns[i].details, &inv->devices[fns[i].index], end_ms);
}

static int add_all(struct pci_lib *lib, const struct probe_source *source, struct inventory *inv,
		   struct err *err)
{
	CLEANUP_FREE struct function *fns = NULL;
	size_t count = 0;
	int rc = list_functions(lib, &fns, &count, err);

	if (rc)
		return rc;
	rc = add_functions(lib, source, fns, count, inv, err);
	take_details(fns, count, inv);
	return rc;
}

/* In a replay: what libpci said then; the rest comes through the seam. */
static int recall_all(const struct probe_source *source, struct inventory *inv, struct err *err)
{
	CLEANUP_FREE struct function *fns = calloc(INVENTORY_MAX_DEVICES, sizeof(*fns));
	struct device *dev;
	size_t count = 0;
	int rc = 1;

	if (!fns)
		return err_set(err, ERR_NOMEM, "out of memory");
	while (count < INVENTORY_MAX_DEVICES &&
	       (rc = pci_note_take(source->hw, inv, &dev, err)) == 1) {
		fns[count].index = inv->count - 1;
		fns[count++].details = pci_details_start(source->hw, dev, PCI_DETAIL_VPD);
	}
	take_details(fns, count, inv);
	return rc < 0 ? rc : 0;
}

int probe_pci(const struct probe_source *source, struct inventory *inv, struct err *err)
{
	struct pci_lib lib = { .hw = source->hw };
	CLEANUP_CLOSE int dump = -1;
	char path[PATH_MAX];
	int rc;

	if (source->hw->ops->recall && !source->lspci_dump)
		return recall_all(source, inv, err);
	if (source->lspci_dump) {
		rc = pci_dump_open(source->lspci_dump, &dump, err);
		if (rc)
			return rc;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", dump);
		rc = pci_lib_open(&lib, PCI_ACCESS_DUMP, "dump.name", path, err);
	} else {
		snprintf(path, sizeof(path), "%s/sys/bus/pci", source->root ? source->root : "");
		rc = pci_lib_open(&lib, PCI_ACCESS_SYS_BUS_PCI, "sysfs.path", path, err);
	}
	rc = rc ? rc : load_names(&lib, source->pci_ids, err);
	rc = rc ? rc : pci_lib_call(&lib, call_scan, NULL, err);
	rc = rc ? rc : add_all(&lib, source, inv, err);
	pci_lib_close(&lib);
	return rc;
}
