/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CapsuleNNNN: what is told is whole, and what does not hold is refused. */
#include <stdlib.h>
#include <string.h>

#include "format/capsule_result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capsule_result result;
	struct err err = { 0 };
	uint8_t guid[GUID_BYTES];
	int rc = capsule_result_parse(data, size, &result, &err);

	if (rc && ((rc != ERR_FORMAT && rc != ERR_TOO_LARGE) || err.code != rc || !*err.text))
		abort();
	if (rc)
		return 0;
	if (size < 48 || strlen(result.time) != 19 || guid_parse_mixed(result.guid, guid) ||
	    !*capsule_result_status_text(result.status))
		abort();
	return 0;
}
