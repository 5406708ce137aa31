/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * meta.xml. Seen in published Service Packs: hp_manifest or manifest / meta / product /
 * product_version { id@product@version, type@id, name/name_xlate@lang, version@value@revision,
 * filename, files/file {name, size, md5sum} }. What stands there as an attribute in one is an
 * element in another, so both are read.
 */
#include "parse/spp_manifest.h"

#include <string.h>
#include <strings.h>

static const char *value_of(const struct xml_node *node, const char *name)
{
	const char *attr = node ? xml_attr(node, name) : NULL;

	return attr ? attr : xml_text(xml_child(node, name));
}

static const char *english(const struct xml_node *names)
{
	const struct xml_node *first = xml_child(names, "name_xlate");

	for (const struct xml_node *node = first; node; node = xml_same(node)) {
		const char *lang = xml_attr(node, "lang");

		if (lang && strcasecmp(lang, "en") == 0)
			return xml_text(node);
	}
	return xml_text(first);
}

/* "smartcomponent-linux-firmware-array": only these kinds are firmware. */
static bool is_software(const char *type)
{
	static const char *const firmware[] = { "firmware", "uefi", "bios", "rom", NULL };

	for (size_t i = 0; firmware[i]; i++)
		if (strcasestr(type, firmware[i]))
			return false;
	return type[0] != '\0';
}

static int set_name(struct spp_entry *entry, const char *path, struct err *err)
{
	const char *name = spp_last_name(path);

	if (entry->file[0] || !spp_is_package_name(name))
		return 0;
	return spp_set_text(&entry->file, name, err);
}

/* What the package is called, or the first of its files that is one. */
static int set_file(struct spp_entry *entry, const struct xml_node *node, struct err *err)
{
	const struct xml_node *file = xml_path(node, "files/file");
	int rc = set_name(entry, value_of(node, "filename"), err);

	for (; !rc && file; file = xml_same(file))
		rc = set_name(entry, value_of(file, "name"), err);
	return rc;
}

/* Newer ones name the targets, as cp*.xml does. */
static int set_targets(struct spp_entry *entry, const struct xml_node *node, struct err *err)
{
	const struct xml_node *device = xml_path(node, "payload/Devices/Device");
	int rc = 0;

	for (; !rc && device; device = xml_same(device)) {
		char guid[GUID_TEXT];

		if (spp_read_guid(value_of(device, "Target"), guid))
			rc = spp_targets_add(&entry->targets, guid, value_of(device, "Version"),
					     err);
		else
			entry->odd_targets = true;
	}
	return rc;
}

static int add_product(const struct xml_node *node, struct spp_manifest *ret, struct err *err)
{
	struct spp_entry *entry;
	int rc = spp_manifest_grow(ret, &entry, err);

	rc = rc ? rc : spp_set_text(&entry->name, english(xml_child(node, "name")), err);
	rc = rc ? rc
		: spp_copy_version(entry->version, value_of(xml_child(node, "version"), "value"),
				   err);
	rc = rc ? rc : set_file(entry, node, err);
	rc = rc ? rc : set_targets(entry, node, err);
	if (!rc)
		entry->software = is_software(value_of(xml_child(node, "type"), "id"));
	return rc;
}

static int add_products(const struct xml_node *root, struct spp_manifest *ret, struct err *err)
{
	const struct xml_node *product = xml_path(root, "meta/product");
	int rc = 0;

	for (; !rc && product; product = xml_same(product)) {
		const struct xml_node *node = xml_child(product, "product_version");

		for (; !rc && node; node = xml_same(node)) {
			rc = add_product(node, ret, err);
			if (rc)
				err_prefix(err, "package %zu", ret->entry_count);
		}
	}
	return rc;
}

int spp_manifest_add_xml(const struct xml_node *root, struct spp_manifest *ret, struct err *err)
{
	int rc = 0;

	if (strcasecmp(root->name, "manifest") != 0 && strcasecmp(root->name, "hp_manifest") != 0)
		rc = err_set(err, ERR_FORMAT, "\"%.40s\" where a manifest is expected", root->name);
	if (!rc && !xml_child(root, "meta"))
		rc = err_set(err, ERR_FORMAT, "no \"meta\" in it");
	if (!rc && ret->entry_count == 0)
		rc = add_products(root, ret, err);
	if (rc)
		spp_manifest_free(ret);
	return rc;
}
