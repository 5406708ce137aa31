/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make_many DIR COUNT: a repository DIR/repo of COUNT components, not signed yet, and a saved
 * inventory DIR/inventory.json of 300 PCI functions and 50 NVMe drives. The first 130 components
 * are for that machine, three for each of ten models of drives and one for each of a hundred kinds
 * of functions; all others are for machines elsewhere. All have the same payload of a few bytes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "blob.h"
#include "edit.h"
#include "inventory/inventory.h"
#include "repo.h"

#define FUNCTIONS      300
#define DRIVES	       50
#define MODELS	       10
#define VERSIONS       3 /* of each model of drive */
#define KINDS	       100
#define LARGEST	       131072
#define DRIVE_BACKEND  "nvme"
#define FUNCTION_CLASS "020000"
#define RELEASE_NOTES                                                                            \
	"Corrects an error that could make the link go down under heavy load of small packets, " \
	"and adds "                                                                              \
	"support for newer optical modules. Reported by customers."

static struct err err;

static void must(int rc)
{
	if (!rc)
		return;
	fprintf(stderr, "make_many: %s\n", err.text);
	exit(1);
}

/* Into the function's own text. */
#define TEXT(...) (snprintf(text, sizeof(text), __VA_ARGS__), text)

static void set(struct component *comp, const char *member, const char *text)
{
	must(component_set(comp, member, text, &err));
}

static void add_target(struct component *comp, const char *target)
{
	must(component_add_target(comp, target, &err));
}

/* Version number version (0 ...) of what fits drives of a model. */
static void make_drive(struct component *comp, size_t model, size_t version)
{
	char text[128];

	set(comp, "id", TEXT("bench-drive-%06zu-%zu.0", model, version + 1));
	set(comp, "name.en",
	    TEXT("Enterprise drive of family %zu, firmware %zu.0", model, version + 1));
	set(comp, "class", "drive");
	set(comp, "version", TEXT("%zu.0", version + 1));
	set(comp, "backend", DRIVE_BACKEND);
	add_target(comp, TEXT("nvme-model:BENCH DRIVE %06zu", model));
	add_target(comp, TEXT("drive-model:BENCH DRIVE %06zu", model));
	add_target(comp, TEXT("guid:%08zx-2233-4455-6677-8899aabbccdd", model));
	add_target(comp, TEXT("hpe-target:%08zx-2233-4455-6677-8899aabbccdd", model));
	must(component_set_proof(comp, "nvme.fr", PROOF_EQUALS, comp->version, &err));
}

static void make_function(struct component *comp, size_t kind)
{
	char text[128];

	set(comp, "id", TEXT("bench-card-%06zu", kind));
	set(comp, "name.en", TEXT("Network adapter of family %zu, two ports", kind));
	set(comp, "class", "nic");
	set(comp, "version", TEXT("%zu.%zu.1", kind % 30, kind % 7));
	set(comp, "backend", "devlink");
	add_target(comp, TEXT("pci:%04zx:%04zx:103c:0001", kind >> 16, kind & 0xffff));
	add_target(comp, TEXT("pci:%04zx:%04zx:103c:0002", kind >> 16, kind & 0xffff));
	add_target(comp, TEXT("guid:%08zx-0000-4455-6677-8899aabbccdd", kind));
	must(component_set_proof(comp, "devlink.fw", PROOF_EQUALS, comp->version, &err));
}

/* Of those that are not for the machine a third are for drives, in three versions each. */
static void make_component(struct component *comp, size_t i, const struct payload_ref *payload)
{
	if (i < MODELS * VERSIONS)
		make_drive(comp, i / VERSIONS, i % VERSIONS);
	else if (i < MODELS * VERSIONS + KINDS)
		make_function(comp, i - MODELS * VERSIONS);
	else if (i % 3 == 0)
		make_drive(comp, i / 9 * VERSIONS, i / 3 % VERSIONS);
	else
		make_function(comp, i);
	set(comp, "vendor", "Bench Incorporated");
	set(comp, "release_notes", RELEASE_NOTES);
	set(comp, "provenance.file", "cp012345.fwpkg");
	set(comp, "provenance.importer", "make_many");
	comp->scheme = VERSION_DOTTED;
	comp->activation = ACTIVATION_REBOOT;
	comp->criticality = CRITICALITY_RECOMMENDED;
	comp->expected_seconds = 60;
	comp->payload = *payload;
}

static void make_repository(const char *dir, size_t count)
{
	struct payload_ref payload;
	struct repo repo = { 0 };
	char path[FSIO_PATH_MAX];

	must(fsio_join(path, dir, "payload", &err));
	must(fsio_write_atomic(path, "payload", 7, 0644, &err));
	must(repo_create("repo", "bench", &err));
	must(blob_add("repo", path, CATALOG_PART_BYTES, &payload, &err));
	must(repo_open("repo", &repo, &err));
	for (size_t i = 0; i < count; i++) {
		struct component comp = { 0 };

		make_component(&comp, i, &payload);
		must(catalog_append(&repo.cat, &comp, &err));
	}
	must(repo_write_index(&repo, &err));
	repo_close(&repo);
}

static struct device *add_device(struct inventory *inv, enum device_kind kind, const char *id)
{
	struct device *dev;

	must(inventory_add(inv, kind, id, &dev, &err));
	snprintf(dev->name, sizeof(dev->name), "%s", id);
	dev->evidence = EVIDENCE_HARDWARE;
	return dev;
}

static void add_drive(struct inventory *inv, size_t i)
{
	char text[128];
	struct device *dev = add_device(inv, DEVICE_NVME, TEXT("nvme:SERIAL%zu", i));

	snprintf(dev->serial, sizeof(dev->serial), "SERIAL%zu", i);
	snprintf(dev->version, sizeof(dev->version), "1.0");
	snprintf(dev->backend, sizeof(dev->backend), DRIVE_BACKEND);
	dev->updateable = true;
	must(device_set_prop(dev, "nvme.fr", "1.0"));
	must(device_add_target(dev, TEXT("nvme-model:BENCH DRIVE %06zu", i % MODELS)));
	must(device_add_target(dev, TEXT("drive-model:BENCH DRIVE %06zu", i % MODELS)));
}

static void add_function(struct inventory *inv, size_t i)
{
	size_t kind = i % KINDS;
	char text[128];
	struct device *dev =
		add_device(inv, DEVICE_PCI, TEXT("pci:0000:%02zx:%02zx.0", i / 32, i % 32));

	must(device_set_prop(dev, "pci.class", FUNCTION_CLASS));
	must(device_add_target(dev, TEXT("pci:%04zx:%04zx:103c:0001", kind >> 16, kind & 0xffff)));
	must(device_add_target(dev, TEXT("pci:%04zx:%04zx", kind >> 16, kind & 0xffff)));
	must(device_add_target(dev, TEXT("guid:%08zx-0000-4455-6677-8899aabbccdd", kind)));
}

static void make_inventory(void)
{
	CLEANUP_FREE char *text = NULL;
	struct inventory inv = { 0 };
	size_t len;

	for (size_t i = 0; i < FUNCTIONS; i++)
		add_function(&inv, i);
	for (size_t i = 0; i < DRIVES; i++)
		add_drive(&inv, i);
	must(inventory_to_json(&inv, &text, &len, &err));
	must(fsio_write_atomic("inventory.json", text, len, 0644, &err));
	inventory_free(&inv);
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (count < MODELS * VERSIONS + KINDS || count > LARGEST || chdir(argv[1])) {
		fprintf(stderr, "usage: make_many DIR COUNT (%d to %d)\n",
			MODELS * VERSIONS + KINDS, LARGEST);
		return 2;
	}
	make_repository(".", count);
	make_inventory();
	return 0;
}
