/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest.json and metadata.json of a Service Pack, or its meta.xml: what begins with '<'. */
#include <stdlib.h>
#include <string.h>

#include "parse/spp_manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_targets(const struct spp_targets *targets)
{
	if (targets->count > SPP_MAX_TARGETS)
		abort();
	for (size_t i = 0; i < targets->count; i++) {
		uint8_t guid[GUID_BYTES];

		if (guid_parse_be(targets->list[i].guid, guid) ||
		    strlen(targets->list[i].version) >= SPP_VERSION_MAX)
			abort();
	}
}

static void check(const struct spp_manifest *manifest)
{
	for (size_t i = 0; i < manifest->entry_count; i++) {
		const struct spp_entry *entry = &manifest->entries[i];

		if (!entry->image || !entry->name || strchr(entry->file, '/') ||
		    (entry->file[0] && !spp_is_package_name(entry->file)))
			abort();
		check_targets(&entry->targets);
	}
	for (size_t i = 0; i < manifest->rule_count; i++) {
		if (!manifest->rules[i].text)
			abort();
		check_targets(&manifest->rules[i].applies_to);
		check_targets(&manifest->rules[i].needs);
	}
}

static int read_xml(const uint8_t *data, size_t size, struct spp_manifest *ret, struct err *err)
{
	struct xml_node *root = NULL;
	int rc = xml_parse(data, size, &root, err);

	rc = rc ? rc : spp_manifest_add_xml(root, ret, err);
	xml_free(root);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };
	int rc = size && data[0] == '<' ? read_xml(data, size, &manifest, &err)
					: spp_manifest_add_json(data, size, &manifest, &err);

	if (rc && (manifest.entries || manifest.rules || !err.text[0]))
		abort();
	check(&manifest);
	spp_manifest_free(&manifest);
	return 0;
}
