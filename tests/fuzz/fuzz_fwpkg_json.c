/* SPDX-License-Identifier: GPL-3.0-or-later */
/* payload.json and sidecars of HPE packages. */
#include <stdlib.h>
#include <string.h>

#include "parse/fwpkg_json.h"
#include "parse/sidecar_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads every byte of a text: it must end within its array. */
static void check_text(const char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		abort();
}

static void check(const struct hpe_package *pkg)
{
	if (pkg->device_count > HPE_MAX_DEVICES || pkg->condition_count > HPE_MAX_NEEDS)
		abort();
	for (size_t i = 0; i < pkg->device_count; i++) {
		const struct hpe_device *dev = &pkg->devices[i];

		check_text(dev->name, sizeof(dev->name));
		check_text(dev->version, sizeof(dev->version));
		if (dev->target[0] && strlen(dev->target) != GUID_TEXT - 1)
			abort();
		for (size_t k = 0; k < dev->image_count; k++)
			check_text(dev->images[k].file, sizeof(dev->images[k].file));
	}
	for (size_t i = 0; i < pkg->condition_count; i++)
		check_text(pkg->conditions[i], sizeof(pkg->conditions[i]));
	for (size_t i = 0; i < pkg->file_count; i++)
		check_text(pkg->files[i], sizeof(pkg->files[i]));
	check_text(pkg->unread, sizeof(pkg->unread));
	check_text(pkg->description, sizeof(pkg->description));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hpe_package pkg = { 0 };
	struct sidecar sidecar = { 0 };
	int rc = fwpkg_json_parse(data, size, &pkg, NULL);

	if (!rc)
		check(&pkg);
	else if (pkg.devices || pkg.conditions || pkg.files)
		abort();
	hpe_package_free(&pkg);
	rc = sidecar_json_parse(data, size, &sidecar, NULL);
	if (rc && sidecar.files)
		abort();
	for (size_t i = 0; i < sidecar.file_count; i++)
		check_text(sidecar.files[i].name, sizeof(sidecar.files[i].name));
	sidecar_free(&sidecar);
	return 0;
}
