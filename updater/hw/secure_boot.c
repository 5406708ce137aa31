/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/secure_boot.h"

#include <stdio.h>
#include <stdlib.h>

#include <efivar/efivar.h>

const char *secure_boot_state(struct hwio *hw)
{
	const char *state = "unknown";
	uint8_t *data = NULL;
	size_t size = 0;
	uint32_t attributes;
	char note[64];

	if (efi_variables_supported() &&
	    efi_get_variable(EFI_GLOBAL_GUID, "SecureBoot", &data, &size, &attributes) == 0 &&
	    size == 1)
		state = data[0] == 1 ? "on" : "off";
	free(data);
	snprintf(note, sizeof(note), "SecureBoot: %zu bytes, %s", size, state);
	hwio_note(hw, "libefivar", note);
	return state;
}
