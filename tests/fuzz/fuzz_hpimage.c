/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPE's signed images: what the header says can be printed, and the image is behind it. */
#include <stdlib.h>
#include <string.h>

#include "parse/hpimage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_printable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct hpimage image;
	struct err err = { 0 };
	int rc = hpimage_parse(data, size, size, &image, &err);

	if (rc && (err.code != rc || !err.text[0]))
		abort();
	if (rc)
		return 0;
	if (image.payload >= size || image.header >= image.payload)
		abort();
	must_be_printable(image.key);
	must_be_printable(image.version);
	must_be_printable(image.name);
	for (size_t i = 0; i < image.target_count; i++)
		if (strlen(image.targets[i]) != GUID_TEXT - 1)
			abort();
	return 0;
}
