/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie in a Service Pack. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "import/spp_internal.h"
#include "import/xml.h"

static const char *const folders[] = { "packages/", "hp/swpackages/", "swpackages/", NULL };

/* In the order of what they tell: packages are taken of the first, prerequisites of all. */
static const char *const json_paths[] = { "manifest/manifest.json", "manifest/metadata.json",
					  NULL };
static const char *const xml_paths[] = { "manifest/meta.xml", "hp_manifest/meta.xml",
					 "hp/swpackages/hp_manifest/meta.xml", NULL };

static bool any_there(const struct tree *tree, const char *const *paths)
{
	for (; *paths; paths++)
		if (tree_find(tree, *paths))
			return true;
	return false;
}

/* The name of a file that lies in one of the folders itself, else NULL. */
static const char *name_in_folder(const struct tree_file *file)
{
	for (size_t i = 0; folders[i]; i++) {
		size_t len = strlen(folders[i]);

		if (strncasecmp(file->path, folders[i], len) == 0 && !strchr(file->path + len, '/'))
			return file->path + len;
	}
	return NULL;
}

/* bp012345.xml: the description of a bundle. */
static bool is_bundle(const struct tree_file *file)
{
	const char *name = name_in_folder(file);
	const char *dot = name ? strrchr(name, '.') : NULL;

	return dot && strncasecmp(name, "bp", 2) == 0 && strcasecmp(dot, ".xml") == 0;
}

bool spp_is_in_tree(const struct tree *tree)
{
	if (any_there(tree, json_paths) || any_there(tree, xml_paths))
		return true;
	for (size_t i = 0; i < tree->count; i++)
		if (is_bundle(&tree->files[i]))
			return true;
	return false;
}

bool spp_is_package(const struct tree_file *file)
{
	const char *name = name_in_folder(file);

	return name && spp_is_package_name(name);
}

static int parse_xml(const uint8_t *buf, size_t len, struct spp_manifest *ret, struct err *err)
{
	struct xml_node *root = NULL;
	int rc = xml_parse(buf, len, &root, err);

	if (rc)
		spp_manifest_free(ret);
	else
		rc = spp_manifest_add_xml(root, ret, err);
	xml_free(root);
	return rc;
}

static int add_file(const struct tree *tree, const char *path,
		    int (*parse)(const uint8_t *buf, size_t len, struct spp_manifest *ret,
				 struct err *err),
		    struct spp_manifest *ret, struct err *err)
{
	const struct tree_file *file = tree_find(tree, path);
	CLEANUP_FREE uint8_t *buf = NULL;
	struct source src;
	size_t len;
	int rc = file ? tree_source(tree, file, &src, err) : 0;

	if (rc || !file)
		return rc;
	rc = source_load(&src, IMPORT_METADATA_MAX, &buf, &len, err);
	tree_source_close(tree, &src);
	if (!rc)
		rc = parse(buf, len, ret, err);
	return rc ? err_prefix(err, "%s", file->path) : 0;
}

int spp_load_manifest(const struct tree *tree, struct spp_manifest *ret, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && json_paths[i]; i++)
		rc = add_file(tree, json_paths[i], spp_manifest_add_json, ret, err);
	for (size_t i = 0; !rc && xml_paths[i] && ret->entry_count == 0; i++)
		rc = add_file(tree, xml_paths[i], parse_xml, ret, err);
	return rc;
}

static const struct tree_file *find_name(const struct tree *tree, const char *name, size_t len,
					 const char *ending)
{
	const struct tree_file *file = NULL;

	for (size_t i = 0; len && !file && folders[i]; i++) {
		char path[TREE_PATH_MAX];
		int path_len = snprintf(path, sizeof(path), "%s%.*s%s", folders[i], (int)len, name,
					ending);

		if (path_len > 0 && (size_t)path_len < sizeof(path))
			file = tree_find(tree, path);
	}
	return file;
}

/* Where the manifest does not tell the file, a package is called as the image in it. */
const struct tree_file *spp_find_file(const struct tree *tree, const struct spp_entry *entry)
{
	const char *dot = strrchr(entry->image, '.');
	const struct tree_file *file;

	if (entry->file[0])
		return find_name(tree, entry->file, strlen(entry->file), "");
	file = dot ? find_name(tree, entry->image, (size_t)(dot - entry->image), ".fwpkg") : NULL;
	return file ? file : find_name(tree, entry->image, strlen(entry->image), "");
}
