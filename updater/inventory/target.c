/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/target.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

const char *const proof_fields[] = { "nvme.fr", NULL };

/* Format 1 names none yet; the rule for unknown ones is what makes room for them. */
const char *const component_flags[] = { "nvme-ca1", "nvme-pad-ff", NULL };

/* Exactly groups of four lower-case hex digits between colons. */
static bool is_hex_groups(const char *value, size_t groups)
{
	uint8_t id[2];
	char digits[5];

	if (strlen(value) != groups * 5 - 1)
		return false;
	for (size_t i = 0; i < groups; i++) {
		memcpy(digits, value + 5 * i, 4);
		digits[4] = '\0';
		if (hex_decode(digits, id, sizeof(id)))
			return false;
		if (i + 1 < groups && value[5 * i + 4] != ':')
			return false;
	}
	return true;
}

static bool is_pci_id(const char *value)
{
	return is_hex_groups(value, 2);
}

static bool is_pci_subsystem(const char *value)
{
	return is_hex_groups(value, 4);
}

/* MN is 40 bytes of ASCII, padded with blanks (NVMe Base 2.0, figure 275). */
static bool is_nvme_model(const char *value)
{
	size_t len = strlen(value);

	if (len < 1 || len > 40 || value[0] == ' ' || value[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (value[i] < 0x20 || value[i] > 0x7e)
			return false;
	return true;
}

static const struct target_type {
	const char *prefix;
	unsigned int rank;
	bool (*check)(const char *value);
} types[] = {
	{ "pci:", 1, is_pci_id },
	{ "pci:", 2, is_pci_subsystem },
	{ "nvme-model:", 3, is_nvme_model },
};

unsigned int target_rank(const char *text)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		size_t len = strlen(types[i].prefix);

		if (strncmp(text, types[i].prefix, len) == 0 && types[i].check(text + len))
			return types[i].rank;
	}
	return 0;
}

int target_check(const char *text)
{
	return target_rank(text) ? 0 : ERR_FORMAT;
}
