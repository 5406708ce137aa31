/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/cp_xml.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "parse/hpe_fields.h"

/* NULL when there is no such element. */
static const char *text_at(const struct xml_node *node, const char *name)
{
	const struct xml_node *child = xml_child(node, name);

	return child ? xml_text(child) : NULL;
}

static int read_fields(const struct hpe_field *fields, const struct xml_node *node, void *object,
		       struct hpe_package *pkg, struct err *err)
{
	int rc = 0;

	for (; !rc && fields->key; fields++) {
		const char *text = text_at(node, fields->key);

		if (text)
			rc = hpe_field_set(fields, object, text, pkg, err);
	}
	return rc;
}

/*
 * Of <name_xlate lang="en">, <name_xlate lang="ja"> ... below parent the one in this language. What
 * has no language, or stands in the parent itself, is English. NULL.
 */
static const char *translation(const struct xml_node *parent, const char *xlate,
			       const char *language)
{
	bool english = strcmp(language, "en") == 0;

	for (const struct xml_node *at = xml_child(parent, xlate); at; at = xml_same(at)) {
		const char *lang = xml_attr(at, "lang");

		if (lang ? strcasecmp(lang, language) == 0 : english)
			return xml_text(at);
	}
	return english && parent && xml_text(parent)[0] ? xml_text(parent) : NULL;
}

static const char *text_in(const struct xml_node *root, const char *name, const char *language)
{
	char xlate[64];

	snprintf(xlate, sizeof(xlate), "%s_xlate", name);
	return translation(xml_child(root, name), xlate, language);
}

static void read_texts(struct hpe_package *pkg, const struct xml_node *root)
{
	const struct {
		const char *name, *language;
		char *buf;
		size_t size;
	} texts[] = {
		{ "name", "en", pkg->name, sizeof(pkg->name) },
		{ "name", "ja", pkg->name_ja, sizeof(pkg->name_ja) },
		{ "category", "en", pkg->category, sizeof(pkg->category) },
		{ "description", "en", pkg->description, sizeof(pkg->description) },
		{ "manufacturer_name", "en", pkg->manufacturer, sizeof(pkg->manufacturer) },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *text = text_in(root, texts[i].name, texts[i].language);

		if (text)
			hpe_set_prose(texts[i].buf, texts[i].size, text);
	}
}

/* The newest revision comes first. */
static void read_revision(struct hpe_package *pkg, const struct xml_node *root)
{
	static const char *const kinds[] = { "revision_enhancements", "revision_fixes", NULL };
	const struct xml_node *revision = xml_path(root, "revision_history/revision");

	for (size_t i = 0; kinds[i] && !pkg->revision[0]; i++) {
		char xlate[64];
		const char *text;

		snprintf(xlate, sizeof(xlate), "%s_xlate", kinds[i]);
		text = xml_child(revision, xlate) ? translation(revision, xlate, "en")
						  : text_in(revision, kinds[i], "en");
		if (text)
			hpe_set_first_line(pkg->revision, sizeof(pkg->revision), text);
	}
}

static void read_date(struct hpe_package *pkg, const struct xml_node *root)
{
	const struct xml_node *date = xml_child(root, "release_date");
	const char *year = xml_attr(date, "year"), *month = xml_attr(date, "month"),
		   *day = xml_attr(date, "day");
	char text[64];

	if (year && month && day)
		snprintf(text, sizeof(text), "%s-%s-%s", year, month, day);
	else
		snprintf(text, sizeof(text), "%s", xml_text(date));
	hpe_set_prose(pkg->release_date, sizeof(pkg->release_date), text);
}

static int read_version(struct hpe_package *pkg, const struct xml_node *root, struct err *err)
{
	const struct xml_node *version = xml_child(root, "version");
	const char *value = xml_attr(version, "value"),
		   *change = xml_attr(version, "type_of_change");

	if (change)
		hpe_set_prose(pkg->change, sizeof(pkg->change), change);
	return hpe_set_word(pkg->version, sizeof(pkg->version), value ? value : xml_text(version),
			    "version", err);
}

static int read_installation(struct hpe_package *pkg, const struct xml_node *root, struct err *err)
{
	static const struct hpe_field fields[] = {
		{ "per_device_install_time_seconds", HPE_NUMBER,
		  offsetof(struct hpe_package, per_device_seconds), 0, false },
		{ "reboot_required", HPE_PROSE, offsetof(struct hpe_package, reboot),
		  sizeof(pkg->reboot), false },
		{ 0 },
	};

	return read_fields(fields, xml_child(root, "installation"), pkg, pkg, err);
}

static int read_image(struct hpe_package *pkg, struct hpe_device *dev, size_t *images,
		      const struct xml_node *node, struct err *err)
{
	struct hpe_image *image;
	int rc = hpe_add_image(dev, images, &image, err);

	return rc ? rc : read_fields(hpe_image_fields, node, image, pkg, err);
}

/* One <FirmwareImages> an image, or <FirmwareImage> elements inside it. */
static int read_device(struct hpe_package *pkg, size_t *images, const struct xml_node *node,
		       struct err *err)
{
	struct hpe_device *dev;
	int rc = hpe_add_device(pkg, &dev, err);

	if (!rc)
		rc = read_fields(hpe_device_fields, node, dev, pkg, err);
	for (const struct xml_node *at = xml_child(node, "FirmwareImages"); !rc && at;
	     at = xml_same(at)) {
		const struct xml_node *inner = xml_child(at, "FirmwareImage");

		if (!inner)
			rc = read_image(pkg, dev, images, at, err);
		for (; !rc && inner; inner = xml_same(inner))
			rc = read_image(pkg, dev, images, inner, err);
	}
	return rc;
}

static int read_payload(struct hpe_package *pkg, const struct xml_node *payload, struct err *err)
{
	const struct xml_node *at;
	size_t images = 0;
	int rc = read_fields(hpe_package_fields, payload, pkg, pkg, err);

	for (at = xml_child(payload, "UpdatableBy"); at; at = xml_same(at))
		hpe_add_updatable_by(pkg, xml_text(at));
	for (at = xml_path(payload, "Devices/Device"); !rc && at; at = xml_same(at))
		rc = read_device(pkg, &images, at, err);
	return rc;
}

static int read_root(struct hpe_package *pkg, const struct xml_node *root, struct err *err)
{
	const char *notes = text_in(root, "prerequisite_notes", "en");
	int rc;

	if (strcasecmp(root->name, "cpq_package") != 0)
		return err_set(err, ERR_FORMAT, "<%.40s> is not a cpq_package", root->name);
	read_texts(pkg, root);
	read_revision(pkg, root);
	read_date(pkg, root);
	rc = hpe_set_word(pkg->file, sizeof(pkg->file), xml_text(xml_child(root, "filename")),
			  "filename", err);
	if (!rc)
		rc = hpe_set_word(pkg->id, sizeof(pkg->id), xml_text(xml_child(root, "id")), "id",
				  err);
	if (!rc)
		rc = read_version(pkg, root, err);
	if (!rc)
		rc = read_installation(pkg, root, err);
	if (!rc)
		rc = read_payload(pkg, xml_child(root, "payload"), err);
	return rc || !notes ? rc : hpe_add_condition(pkg, notes, err);
}

int cp_xml_read(const struct xml_node *root, struct hpe_package *ret, struct err *err)
{
	int rc = read_root(ret, root, err);

	if (rc)
		hpe_package_free(ret);
	return rc;
}

int cp_xml_parse(const uint8_t *buf, size_t len, struct hpe_package *ret, struct err *err)
{
	struct xml_node *root = NULL;
	int rc = xml_parse(buf, len, &root, err);

	if (!rc)
		rc = cp_xml_read(root, ret, err);
	xml_free(root);
	return rc;
}
