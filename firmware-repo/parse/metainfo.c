/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/metainfo.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "import/xml.h"
#include "parse/metainfo_internal.h"

/* What is to be read as <name lang="de"> is for others; English has none. */
static const char *english(const struct xml_node *parent, const char *name)
{
	for (const struct xml_node *at = xml_child(parent, name); at; at = xml_same(at)) {
		const char *lang = xml_attr(at, "lang");

		if (!lang || strncasecmp(lang, "en", 2) == 0)
			return xml_text(at);
	}
	return "";
}

static void read_prose(const struct xml_node *root, struct metainfo *info)
{
	const struct xml_node *developer = xml_child(root, "developer");

	metainfo_prose(info->name, sizeof(info->name), english(root, "name"));
	metainfo_prose(info->summary, sizeof(info->summary), english(root, "summary"));
	/* AppStream 1.0 has <developer><name>, older ones <developer_name>. */
	metainfo_prose(info->vendor, sizeof(info->vendor),
		       developer ? english(developer, "name") : english(root, "developer_name"));
}

static int read_categories(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	const struct xml_node *at = xml_path(root, "categories/category");

	for (; at; at = xml_same(at)) {
		int rc;

		if (info->category_count == METAINFO_MAX_CATEGORIES)
			return metainfo_too_many("categories", METAINFO_MAX_CATEGORIES, err);
		rc = metainfo_word(info->categories[info->category_count],
				   sizeof(info->categories[0]), xml_text(at), "category", err);
		if (rc)
			return rc;
		info->category_count++;
	}
	return 0;
}

static bool has_guid(const struct metainfo *info, const char *guid)
{
	for (size_t i = 0; i < info->guid_count; i++)
		if (strcmp(info->guids[i], guid) == 0)
			return true;
	return false;
}

static int add_guid(struct metainfo *info, const char *text, struct err *err)
{
	uint8_t bytes[GUID_BYTES];
	char guid[GUID_TEXT];
	void *grown;

	if (guid_parse_be(text, bytes)) {
		metainfo_unread(info, "the firmware \"%s\" is no GUID", text);
		return 0;
	}
	guid_text_be(bytes, guid);
	if (has_guid(info, guid))
		return 0;
	if (info->guid_count == METAINFO_MAX_GUIDS)
		return metainfo_too_many("GUIDs", METAINFO_MAX_GUIDS, err);
	grown = array_grow(info->guids, info->guid_count, sizeof(*info->guids));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	info->guids = grown;
	memcpy(info->guids[info->guid_count++], guid, sizeof(guid));
	return 0;
}

static int read_guids(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	int rc = 0;

	for (const struct xml_node *provides = xml_child(root, "provides"); provides;
	     provides = xml_same(provides)) {
		const struct xml_node *at = xml_child(provides, "firmware");

		for (; !rc && at; at = xml_same(at)) {
			const char *type = xml_attr(at, "type");

			if (type && strcasecmp(type, "flashed") == 0)
				rc = add_guid(info, xml_text(at), err);
		}
	}
	return rc;
}

static enum metainfo_need need_of(const char *element)
{
	static const struct {
		const char *element;
		enum metainfo_need need;
	} needs[] = {
		{ "id", METAINFO_NEED_ID },
		{ "firmware", METAINFO_NEED_FIRMWARE },
		{ "hardware", METAINFO_NEED_HARDWARE },
		{ "not_hardware", METAINFO_NEED_NOT_HARDWARE },
	};

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++)
		if (strcasecmp(element, needs[i].element) == 0)
			return needs[i].need;
	return METAINFO_NEED_OTHER;
}

/* What is told and not decided by may be cut; what decides may not. */
static int fill_requirement(const struct xml_node *node, struct metainfo_requirement *ret,
			    struct err *err)
{
	const char *compare = xml_attr(node, "compare"), *version = xml_attr(node, "version");
	int rc;

	*ret = (struct metainfo_requirement){ .need = need_of(node->name) };
	ret->of_relative = xml_attr(node, "depth") != NULL;
	metainfo_prose(ret->text, sizeof(ret->text),
		       ret->need == METAINFO_NEED_OTHER ? node->name : xml_text(node));
	rc = metainfo_word(ret->compare, sizeof(ret->compare), compare ? compare : "",
			   "compare of a requirement", err);
	if (rc || !version)
		return rc;
	if (strcmp(ret->compare, "ge") != 0) {
		metainfo_prose(ret->version, sizeof(ret->version), version);
		return 0;
	}
	return metainfo_word(ret->version, sizeof(ret->version), version,
			     "version of a requirement", err);
}

static int add_requirement(struct metainfo *info, const struct xml_node *node, struct err *err)
{
	struct metainfo_requirement *grown;
	int rc;

	if (info->requirement_count == METAINFO_MAX_REQUIREMENTS)
		return metainfo_too_many("requirements", METAINFO_MAX_REQUIREMENTS, err);
	grown = array_grow(info->requirements, info->requirement_count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	info->requirements = grown;
	rc = fill_requirement(node, &grown[info->requirement_count], err);
	info->requirement_count += !rc;
	return rc;
}

static int read_requirements(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	int rc = 0;

	for (const struct xml_node *list = xml_child(root, "requires"); list; list = xml_same(list))
		for (const struct xml_node *at = list->child; !rc && at; at = at->next)
			rc = add_requirement(info, at, err);
	return rc;
}

/* <custom><value key="LVFS::UpdateProtocol">org.nvmexpress</value> */
static int read_custom(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	const struct {
		const char *key;
		char *buf;
		size_t size;
	} words[] = {
		{ "LVFS::UpdateProtocol", info->protocol, sizeof(info->protocol) },
		{ "LVFS::VersionFormat", info->version_format, sizeof(info->version_format) },
		{ "LVFS::DeviceIntegrity", info->integrity, sizeof(info->integrity) },
	};
	const struct xml_node *at = xml_path(root, "custom/value");
	int rc = 0;

	for (; !rc && at; at = xml_same(at)) {
		const char *key = xml_attr(at, "key");

		if (!key)
			continue;
		if (strcmp(key, "LVFS::UpdateMessage") == 0)
			metainfo_prose(info->message, sizeof(info->message), xml_text(at));
		else if (strncmp(key, "LVFS::Inhibit", 13) == 0)
			metainfo_unread(info, "%s: %s", key, xml_text(at));
		for (size_t i = 0; !rc && i < sizeof(words) / sizeof(*words); i++)
			if (strcmp(key, words[i].key) == 0)
				rc = metainfo_word(words[i].buf, words[i].size, xml_text(at),
						   words[i].key, err);
	}
	return rc;
}

static int read_component(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	const char *type = xml_attr(root, "type");
	int rc;

	if (strcasecmp(root->name, "component") != 0)
		return err_set(err, ERR_FORMAT, "its root is <%.40s>, not <component>", root->name);
	info->is_firmware = type && strcasecmp(type, "firmware") == 0;
	rc = metainfo_word(info->id, sizeof(info->id), xml_text(xml_child(root, "id")), "id", err);
	if (!rc && !info->id[0])
		return err_set(err, ERR_FORMAT, "it has no <id>");
	if (rc || !info->is_firmware)
		return rc;
	read_prose(root, info);
	rc = read_categories(root, info, err);
	if (!rc)
		rc = read_guids(root, info, err);
	if (!rc)
		rc = read_custom(root, info, err);
	if (!rc)
		rc = read_requirements(root, info, err);
	return rc ? rc : metainfo_read_releases(root, info, err);
}

int metainfo_parse(const uint8_t *buf, size_t len, struct metainfo *ret, struct err *err)
{
	struct xml_node *root = NULL;
	int rc;

	*ret = (struct metainfo){ 0 };
	if (len > METAINFO_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "a description of more than %u bytes",
			       METAINFO_MAX_BYTES);
	rc = xml_parse(buf, len, &root, err);
	if (!rc)
		rc = read_component(root, ret, err);
	xml_free(root);
	if (rc)
		metainfo_free(ret);
	return rc;
}

void metainfo_free(struct metainfo *info)
{
	free(info->guids);
	free(info->releases);
	free(info->requirements);
	*info = (struct metainfo){ 0 };
}

bool metainfo_has_category(const struct metainfo *info, const char *category)
{
	for (size_t i = 0; i < info->category_count; i++)
		if (strcmp(info->categories[i], category) == 0)
			return true;
	return false;
}
