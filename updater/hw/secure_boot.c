/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/secure_boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <efivar/efivar.h>

#include "base/cleanup.h"

#define SUBJECT "libefivar"
#define WHAT	"SecureBoot: "

/* In a replay: what it was then. */
static const char *recall(struct hwio *hw)
{
	CLEANUP_FREE char *text = hw->ops->recall(hw, SUBJECT);
	static const char *const states[] = { "on", "off" };

	for (size_t i = 0; text && i < 2; i++)
		if (strncmp(text, WHAT, strlen(WHAT)) == 0 &&
		    strcmp(text + strlen(WHAT), states[i]) == 0)
			return states[i];
	return "unknown";
}

const char *secure_boot_state(struct hwio *hw)
{
	const char *state = "unknown";
	uint8_t *data = NULL;
	size_t size = 0;
	uint32_t attributes;
	char note[64];

	if (hw->ops->recall)
		return recall(hw);
	if (efi_variables_supported() &&
	    efi_get_variable(EFI_GLOBAL_GUID, "SecureBoot", &data, &size, &attributes) == 0 &&
	    size == 1)
		state = data[0] == 1 ? "on" : "off";
	free(data);
	snprintf(note, sizeof(note), WHAT "%s", state);
	hwio_note(hw, SUBJECT, note);
	return state;
}
