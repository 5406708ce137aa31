/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vital Product Data: what is parsed is printable, and what was cut off is refused. */
#include <stdlib.h>
#include <string.h>

#include "format/vpd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { 0 };
	struct vpd vpd;
	int rc = vpd_parse(data, size, &vpd, &err);

	if (rc && (rc != ERR_FORMAT || err.code != rc || !*err.text))
		abort();
	if (rc)
		return 0;
	if (vpd.field_count > VPD_MAX_FIELDS || !vpd.checksum)
		abort();
	must_be_printable(vpd.name);
	for (size_t i = 0; i < vpd.field_count; i++) {
		must_be_printable(vpd.fields[i].keyword);
		must_be_printable(vpd.fields[i].value);
		if (!vpd_value(&vpd, vpd.fields[i].keyword))
			abort();
	}
	return 0;
}
