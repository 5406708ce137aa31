/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cp*.xml of Smart Components. */
#include <stdlib.h>
#include <string.h>

#include "parse/cp_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hpe_package pkg = { 0 };
	int rc = cp_xml_parse(data, size, &pkg, NULL);

	if (rc && (pkg.devices || pkg.conditions))
		abort();
	for (size_t i = 0; i < pkg.device_count; i++) {
		const struct hpe_device *dev = &pkg.devices[i];

		if (!memchr(dev->name, '\0', sizeof(dev->name)) ||
		    (dev->target[0] && strlen(dev->target) != GUID_TEXT - 1))
			abort();
		for (size_t k = 0; k < dev->image_count; k++)
			if (!memchr(dev->images[k].file, '\0', sizeof(dev->images[k].file)))
				abort();
	}
	if (!memchr(pkg.revision, '\0', sizeof(pkg.revision)))
		abort();
	hpe_package_free(&pkg);
	return 0;
}
