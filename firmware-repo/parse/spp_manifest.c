/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both forms of a Service Pack's manifest are made into. */
#include "parse/spp_manifest.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "base/text.h"

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

int spp_manifest_grow(struct spp_manifest *manifest, struct spp_entry **ret, struct err *err)
{
	struct spp_entry *grown;

	if (manifest->entry_count == SPP_MAX_ENTRIES)
		return err_set(err, ERR_TOO_LARGE, "more than %d packages", SPP_MAX_ENTRIES);
	grown = array_grow(manifest->entries, manifest->entry_count, sizeof(*grown));
	if (!grown)
		return no_memory(err);
	manifest->entries = grown;
	*ret = &grown[manifest->entry_count++];
	**ret = (struct spp_entry){ 0 };
	(*ret)->file = strdup("");
	(*ret)->image = strdup("");
	(*ret)->name = strdup("");
	return (*ret)->file && (*ret)->image && (*ret)->name ? 0 : no_memory(err);
}

int spp_manifest_grow_rules(struct spp_manifest *manifest, struct spp_rule **ret, struct err *err)
{
	struct spp_rule *grown;

	if (manifest->rule_count == SPP_MAX_RULES)
		return err_set(err, ERR_TOO_LARGE, "more than %d prerequisites", SPP_MAX_RULES);
	grown = array_grow(manifest->rules, manifest->rule_count, sizeof(*grown));
	if (!grown)
		return no_memory(err);
	manifest->rules = grown;
	*ret = &grown[manifest->rule_count++];
	**ret = (struct spp_rule){ .text = strdup("") };
	return (*ret)->text ? 0 : no_memory(err);
}

int spp_set_text(char **ret, const char *text, struct err *err)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(size);

	if (!copy)
		return no_memory(err);
	text_copy(copy, size, text);
	free(*ret);
	*ret = copy;
	return 0;
}

const char *spp_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int spp_targets_add(struct spp_targets *targets, const char *guid, const char *version,
		    struct err *err)
{
	struct spp_target *grown;

	if (targets->count == SPP_MAX_TARGETS)
		return err_set(err, ERR_TOO_LARGE, "more than %d targets", SPP_MAX_TARGETS);
	grown = array_grow(targets->list, targets->count, sizeof(*grown));
	if (!grown)
		return no_memory(err);
	targets->list = grown;
	memcpy(grown[targets->count].guid, guid, GUID_TEXT);
	return spp_copy_version(grown[targets->count++].version, version, err);
}

bool spp_read_guid(const char *text, char ret[GUID_TEXT])
{
	uint8_t bytes[GUID_BYTES];
	char inner[GUID_TEXT];
	size_t len = strlen(text);

	if (len == GUID_TEXT + 1 && text[0] == '{' && text[len - 1] == '}') {
		memcpy(inner, text + 1, GUID_TEXT - 1);
		inner[GUID_TEXT - 1] = '\0';
		text = inner;
	}
	if (guid_parse_be(text, bytes))
		return false;
	guid_text_be(bytes, ret);
	return true;
}

int spp_copy_version(char ret[SPP_VERSION_MAX], const char *text, struct err *err)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= SPP_VERSION_MAX)
		return err_set(err, ERR_FORMAT, "the version \"%.80s\" is too long", text);
	text_copy(ret, len + 1, text);
	return 0;
}

bool spp_is_package_name(const char *name)
{
	static const char *const beside[] = { ".compsig", ".xml", ".json", ".txt",
					      ".html",	  ".htm", ".md5",  ".sha256",
					      ".sig",	  ".asc", NULL };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && beside[i]; i++)
		if (strcasecmp(dot, beside[i]) == 0)
			return false;
	return name[0] != '\0';
}

void spp_manifest_free(struct spp_manifest *manifest)
{
	for (size_t i = 0; i < manifest->entry_count; i++) {
		free(manifest->entries[i].file);
		free(manifest->entries[i].image);
		free(manifest->entries[i].name);
		free(manifest->entries[i].targets.list);
	}
	for (size_t i = 0; i < manifest->rule_count; i++) {
		free(manifest->rules[i].applies_to.list);
		free(manifest->rules[i].needs.list);
		free(manifest->rules[i].text);
	}
	free(manifest->entries);
	free(manifest->rules);
	*manifest = (struct spp_manifest){ 0 };
}
