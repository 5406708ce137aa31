/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/catalog_text.h"

#include <string.h>

#define TEXT(object, key, member, size, needed)                               \
	{                                                                     \
		object, key, offsetof(struct component, member), size, needed \
	}

const struct text_member catalog_texts[] = {
	TEXT(NULL, "id", id, COMPONENT_ID_MAX, true),
	TEXT("name", "en", name, 160, true),
	TEXT("name", "ja", name_ja, 160, false),
	TEXT(NULL, "vendor", vendor, 96, false),
	TEXT(NULL, "class", class_name, 32, true),
	TEXT(NULL, "version", version, COMPONENT_VERSION_MAX, true),
	TEXT(NULL, "min_active_version", min_active_version, COMPONENT_VERSION_MAX, false),
	TEXT(NULL, "floor", floor, COMPONENT_VERSION_MAX, false),
	TEXT(NULL, "backend", backend, 24, true),
	TEXT(NULL, "release_notes", release_notes, 1024, false),
	TEXT("provenance", "file", source_file, 256, true),
	TEXT("provenance", "importer", importer, 48, true),
	{ 0 },
};

static const char *const activations[] = {
	[0] = "unknown",
	[ACTIVATION_NONE] = "none",
	[ACTIVATION_DEVICE_RESET] = "device-reset",
	[ACTIVATION_REBOOT] = "reboot",
	[ACTIVATION_POWER_CYCLE] = "power-cycle",
};

static const char *const criticalities[] = {
	[0] = "unknown",
	[CRITICALITY_OPTIONAL] = "optional",
	[CRITICALITY_RECOMMENDED] = "recommended",
	[CRITICALITY_CRITICAL] = "critical",
};

static const char *const matches[] = {
	[0] = "unknown",
	[PROOF_EQUALS] = "equals",
	[PROOF_PREFIX] = "prefix",
	[PROOF_SCHEME] = "scheme",
};

#define WORDS(table) table, sizeof(table) / sizeof(*(table))

static const char *word_of(const char *const *words, size_t count, unsigned int value)
{
	return words[value < count ? value : 0];
}

static unsigned int value_of(const char *const *words, size_t count, const char *word)
{
	for (unsigned int i = 1; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

const char *activation_name(enum activation activation)
{
	return word_of(WORDS(activations), activation);
}

enum activation activation_from_name(const char *name)
{
	return value_of(WORDS(activations), name);
}

const char *criticality_name(enum criticality criticality)
{
	return word_of(WORDS(criticalities), criticality);
}

enum criticality criticality_from_name(const char *name)
{
	return value_of(WORDS(criticalities), name);
}

const char *proof_match_name(enum proof_match match)
{
	return word_of(WORDS(matches), match);
}

enum proof_match proof_match_from_name(const char *name)
{
	return value_of(WORDS(matches), name);
}
