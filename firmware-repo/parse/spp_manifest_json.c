/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest.json and metadata.json. */
#include "parse/spp_manifest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "parse/fwpkg_json.h"
#include "parse/hpe_json.h"

#define WORD_MAX 512

static int member_of_member(yyjson_val *obj, const char *const *path, yyjson_val **ret,
			    struct err *err)
{
	int rc = 0;

	for (*ret = obj; !rc && *path; path++)
		rc = hpe_json_member(*ret, *path, ret, err);
	return rc;
}

/* The first of these members that there is, as text. */
static int first_of(yyjson_val *obj, const char *const *keys, char ret[WORD_MAX], struct err *err)
{
	int rc = 0;

	ret[0] = '\0';
	for (; !rc && *keys && !ret[0]; keys++) {
		yyjson_val *val;

		rc = hpe_json_member(obj, *keys, &val, err);
		if (!rc && !hpe_json_scalar(val, ret, WORD_MAX))
			ret[0] = '\0';
	}
	return rc;
}

/* A list, or the one item of it. */
static int each(void *ctx, yyjson_val *list,
		int (*take)(void *ctx, yyjson_val *val, struct err *err), struct err *err)
{
	yyjson_arr_iter iter = yyjson_arr_iter_with(list);
	yyjson_val *val;
	int rc = list && !yyjson_is_arr(list) ? take(ctx, list, err) : 0;

	while (!rc && (val = yyjson_arr_iter_next(&iter)))
		rc = take(ctx, val, err);
	return rc;
}

/* A file's name, or an object with one. The first package is it: signatures may be listed too. */
static int take_file(void *ctx, yyjson_val *val, struct err *err)
{
	static const char *const keys[] = { "FileName", "name", NULL };
	struct spp_entry *entry = ctx;
	char path[WORD_MAX] = "";
	int rc = 0;

	if (entry->file[0])
		return 0;
	if (yyjson_is_obj(val))
		rc = first_of(val, keys, path, err);
	else if (!yyjson_is_str(val) || !hpe_json_scalar(val, path, sizeof(path)))
		path[0] = '\0';
	if (rc || !spp_is_package_name(spp_last_name(path)))
		return rc;
	return spp_set_text(&entry->file, spp_last_name(path), err);
}

/* Where the names of the files stand differs: the places that were seen. */
static int take_files(struct spp_entry *entry, yyjson_val *val, struct err *err)
{
	static const char *const places[][4] = { { "FileName", NULL },
						 { "package", "FileName", NULL },
						 { "package", "files", "file", NULL },
						 { "package", "files", NULL } };
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(places) / sizeof(*places); i++) {
		yyjson_val *files;

		rc = member_of_member(val, places[i], &files, err);
		rc = rc ? rc : each(entry, files, take_file, err);
	}
	return rc;
}

static int take_device(struct spp_entry *entry, const struct hpe_device *dev, struct err *err)
{
	int rc = 0;

	if (dev->target[0])
		rc = spp_targets_add(&entry->targets, dev->target, dev->version, err);
	else
		entry->odd_targets = true;
	if (!rc && !entry->version[0])
		rc = spp_copy_version(entry->version, dev->version, err);
	if (!rc && !entry->image[0] && dev->image_count)
		rc = spp_set_text(&entry->image, spp_last_name(dev->images[0].file), err);
	if (!rc && !entry->name[0])
		rc = spp_set_text(&entry->name, dev->name, err);
	return rc;
}

static int take_package(struct spp_entry *entry, const struct hpe_package *pkg, struct err *err)
{
	int rc = spp_set_text(&entry->name, pkg->name, err);

	rc = rc ? rc : spp_copy_version(entry->version, pkg->version, err);
	rc = rc ? rc : spp_copy_version(entry->min_active_version, pkg->min_active_version, err);
	for (size_t i = 0; !rc && i < pkg->device_count; i++)
		rc = take_device(entry, &pkg->devices[i], err);
	memcpy(entry->device_class, pkg->device_class, GUID_TEXT);
	entry->updatable_by = pkg->updatable_by;
	entry->software = strcasecmp(pkg->type, "Software") == 0;
	return rc;
}

static int take_entry(void *ctx, yyjson_val *val, struct err *err)
{
	struct spp_manifest *ret = ctx;
	struct hpe_package pkg = { 0 };
	struct spp_entry *entry;
	int rc = fwpkg_json_entry(val, &pkg, err);

	rc = rc ? rc : spp_manifest_grow(ret, &entry, err);
	rc = rc ? rc : take_package(entry, &pkg, err);
	rc = rc ? rc : take_files(entry, val, err);
	hpe_package_free(&pkg);
	return rc ? err_prefix(err, "after %zu packages", ret->entry_count) : 0;
}

/* What a rule demands in a form that is not known, said as it stands there. */
static int add_rule_text(struct spp_rule *rule, yyjson_val *val, struct err *err)
{
	CLEANUP_FREE char *json = yyjson_is_str(val) ? NULL : yyjson_val_write(val, 0, NULL);
	CLEANUP_FREE char *both = NULL;
	const char *text = json ? json : yyjson_get_str(val);

	if (!text || strlen(rule->text) >= WORD_MAX)
		return 0;
	if (asprintf(&both, "%s%s%.*s", rule->text, rule->text[0] ? "; " : "", WORD_MAX, text) < 0)
		return err_set(err, ERR_NOMEM, "out of memory");
	return spp_set_text(&rule->text, both, err);
}

static int take_need(void *ctx, yyjson_val *need, struct err *err)
{
	struct spp_rule *rule = ctx;
	static const char *const targets[] = { "Target", "GuidTarget", "target_guid", NULL };
	static const char *const versions[] = { "MinimumVersion", "MinimumActiveVersion", "Version",
						NULL };
	char target[WORD_MAX], version[WORD_MAX], guid[GUID_TEXT];
	int rc = first_of(need, targets, target, err);

	rc = rc ? rc : first_of(need, versions, version, err);
	if (rc)
		return rc;
	if (version[0] && spp_read_guid(target, guid))
		return spp_targets_add(&rule->needs, guid, version, err);
	return add_rule_text(rule, need, err);
}

static int take_applies(void *ctx, yyjson_val *val, struct err *err)
{
	struct spp_rule *rule = ctx;
	char guid[GUID_TEXT];
	const char *text = yyjson_get_str(val);

	return text && spp_read_guid(text, guid) ? spp_targets_add(&rule->applies_to, guid, "", err)
						 : 0;
}

/* {"ApplicableTo": {"GuidTargets": {"GuidTarget": [...]}}, "Requires": {"Requirements": [...]}} */
static int take_rule(void *ctx, yyjson_val *val, struct err *err)
{
	static const char *const applies[] = { "ApplicableTo", "GuidTargets", "GuidTarget", NULL };
	static const char *const requires[] = { "Requires", "Requirements", NULL };
	yyjson_val *inner, *guids, *needs;
	struct spp_rule *rule;
	int rc = spp_manifest_grow_rules(ctx, &rule, err);

	rc = rc ? rc : hpe_json_member(val, "DependencyRequirement", &inner, err);
	if (rc)
		return rc;
	val = inner ? inner : val;
	rc = member_of_member(val, applies, &guids, err);
	rc = rc ? rc : member_of_member(val, requires, &needs, err);
	rc = rc ? rc : each(rule, guids, take_applies, err);
	rc = rc ? rc : each(rule, needs, take_need, err);
	return !rc && !needs ? add_rule_text(rule, val, err) : rc;
}

static int take_root(struct spp_manifest *ret, yyjson_val *root, struct err *err)
{
	yyjson_val *packages, *rules;
	int rc = hpe_json_member(root, "manifest", &packages, err);

	if (!rc && !packages)
		rc = hpe_json_member(root, "Components", &packages, err);
	if (!rc && !yyjson_is_arr(packages))
		rc = err_set(err, ERR_FORMAT, "neither \"manifest\" nor \"Components\" is a list");
	if (!rc && ret->entry_count == 0)
		rc = hpe_json_each(packages, "package", take_entry, ret, err);
	rc = rc ? rc : hpe_json_member(root, "Prerequisites", &rules, err);
	return rc ? rc : hpe_json_each(rules, "prerequisite", take_rule, ret, err);
}

int spp_manifest_add_json(const uint8_t *buf, size_t len, struct spp_manifest *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = hpe_json_parse(buf, len, SPP_MANIFEST_MAX_BYTES, &doc, err);

	if (!rc)
		rc = take_root(ret, yyjson_doc_get_root(doc), err);
	if (rc)
		spp_manifest_free(ret);
	return rc;
}
