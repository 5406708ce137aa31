/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of GUIDs, and the targets that GUIDs of HPE stand for. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "format/guid.h"
#include "inventory/identity.h"
#include "inventory/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[64] = "", again[GUID_TEXT], target[128];
	uint8_t be[GUID_BYTES], mixed[GUID_BYTES];

	memcpy(text, data, size < sizeof(text) ? size : sizeof(text) - 1);
	if (guid_parse_be(text, be))
		return 0;
	guid_text_be(be, again);
	if (strcasecmp(text, again) != 0 || guid_parse_mixed(text, mixed))
		abort();
	guid_text_mixed(mixed, again);
	if (strcasecmp(text, again) != 0)
		abort();
	if (identity_of_hpe_target(text, target, sizeof(target)) && target_check(target))
		abort();
	return 0;
}
