/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Get Device ID: what is parsed is printable and within what an answer can say. */
#include <stdlib.h>
#include <string.h>

#include "format/ipmi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipmi_device_id id;
	int rc = ipmi_parse_device_id(data, size, &id, NULL);

	if (rc ? rc != ERR_FORMAT : size < IPMI_DEVICE_ID_BYTES)
		abort();
	if (rc)
		return 0;
	if (strlen(id.version) < 4 || !strchr(id.version, '.') || strlen(id.ipmi_version) != 3 ||
	    id.manufacturer > 0xfffff || strlen(id.aux) != (size >= 15 ? 8 : 0))
		abort();
	return 0;
}
