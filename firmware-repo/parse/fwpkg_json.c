/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/fwpkg_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "parse/hpe_fields.h"

#define SCALAR_MAX 4096 /* longer values are not scalars but stories */

struct reader {
	struct hpe_package *pkg;
	struct hpe_device *dev; /* whose images are read */
	size_t images;		/* of all devices so far */
};

static int read_fields(const struct hpe_field *fields, yyjson_val *obj, void *object,
		       struct hpe_package *pkg, struct err *err)
{
	char text[SCALAR_MAX];
	int rc = 0;

	for (; !rc && fields->key; fields++) {
		yyjson_val *val;

		rc = hpe_json_member(obj, fields->key, &val, err);
		if (rc || !val)
			continue;
		if (hpe_json_scalar(val, text, sizeof(text)))
			rc = hpe_field_set(fields, object, text, pkg, err);
		else
			hpe_field_unread(fields, object, pkg);
	}
	return rc;
}

static int read_image(void *ctx, yyjson_val *val, struct err *err)
{
	struct reader *reader = ctx;
	struct hpe_image *image;
	int rc = hpe_add_image(reader->dev, &reader->images, &image, err);

	return rc ? rc : read_fields(hpe_image_fields, val, image, reader->pkg, err);
}

static int read_device(void *ctx, yyjson_val *val, struct err *err)
{
	struct reader *reader = ctx;
	yyjson_val *images;
	int rc = hpe_add_device(reader->pkg, &reader->dev, err);

	if (!rc)
		rc = read_fields(hpe_device_fields, val, reader->dev, reader->pkg, err);
	if (!rc)
		rc = hpe_json_member(val, "FirmwareImages", &images, err);
	return rc ? rc : hpe_json_each(images, "FirmwareImage", read_image, reader, err);
}

static int read_supported(void *ctx, yyjson_val *val, struct err *err)
{
	struct reader *reader = ctx;
	struct hpe_supported *dev;
	int rc = hpe_add_supported(reader->pkg, &dev, err);

	return rc ? rc : read_fields(hpe_supported_fields, val, dev, reader->pkg, err);
}

/*
 * Which device needs which version, where it is told by members that say so; everything else is a
 * sentence for people, the JSON itself if need be.
 */
static int read_dependency(void *ctx, yyjson_val *val, struct err *err)
{
	struct reader *reader = ctx;
	struct hpe_package ignored = { 0 };
	struct hpe_need need = { 0 };
	const char *text = hpe_json_text(val, "en");
	CLEANUP_FREE char *json = NULL;
	int rc = read_fields(hpe_need_fields, val, &need, &ignored, err);

	if (rc)
		return rc;
	if (need.target[0] && need.min_version[0])
		return hpe_add_need(reader->pkg, &need, err);
	if (!text && (!yyjson_is_ctn(val) || yyjson_get_len(val)))
		text = json = yyjson_val_write(val, YYJSON_WRITE_NOFLAG, NULL);
	return text ? hpe_add_condition(reader->pkg, text, err) : 0;
}

static int read_prerequisites(struct reader *reader, yyjson_val *package, struct err *err)
{
	yyjson_val *val, *list;
	int rc = hpe_json_member(package, "prerequisites", &val, err);

	if (!rc)
		rc = hpe_json_member(val, "supported_devices", &list, err);
	if (!rc)
		rc = hpe_json_each(list, "supported_device", read_supported, reader, err);
	if (!rc)
		rc = hpe_json_member(package, "installation_dependency", &val, err);
	if (rc || !val)
		return rc;
	if (yyjson_is_str(val))
		return hpe_add_condition(reader->pkg, yyjson_get_str(val), err);
	return hpe_json_each(val, "DependencyRequirement", read_dependency, reader, err);
}

static int read_date(struct hpe_package *pkg, yyjson_val *val, struct err *err)
{
	static const char *const parts[] = { "year", "month", "day" };
	char number[3][8] = { "", "", "" };
	int rc = 0;

	if (hpe_json_scalar(val, pkg->release_date, sizeof(pkg->release_date)))
		return 0;
	for (size_t i = 0; !rc && i < 3; i++) {
		yyjson_val *part;

		rc = hpe_json_member(val, parts[i], &part, err);
		if (!rc && !hpe_json_scalar(part, number[i], sizeof(number[i])))
			hpe_unread(pkg, "release_date");
	}
	snprintf(pkg->release_date, sizeof(pkg->release_date), "%s-%s-%s", number[0], number[1],
		 number[2]);
	return rc;
}

static int read_installation(struct hpe_package *pkg, yyjson_val *package, struct err *err)
{
	static const struct hpe_field fields[] = {
		{ "per_device_install_time_seconds", HPE_NUMBER,
		  offsetof(struct hpe_package, per_device_seconds), 0, false },
		{ "reboot_required", HPE_PROSE, offsetof(struct hpe_package, reboot),
		  sizeof(pkg->reboot), false },
		{ 0 },
	};
	yyjson_val *val;
	int rc = hpe_json_member(package, "installation", &val, err);

	return rc ? rc : read_fields(fields, val, pkg, pkg, err);
}

/* "id": {"product", "version"}, or a text. */
static int read_id(struct hpe_package *pkg, yyjson_val *package, struct err *err)
{
	static const struct hpe_field fields[] = {
		{ "product", HPE_WORD, offsetof(struct hpe_package, id), sizeof(pkg->id), false },
		{ "version", HPE_WORD, offsetof(struct hpe_package, version), sizeof(pkg->version),
		  false },
		{ 0 },
	};
	yyjson_val *val;
	int rc = hpe_json_member(package, "id", &val, err);

	if (!rc && yyjson_is_str(val))
		return hpe_set_word(pkg->id, sizeof(pkg->id), yyjson_get_str(val), "id", err);
	return rc ? rc : read_fields(fields, val, pkg, pkg, err);
}

/* "files": names, or objects with a name. */
static int read_files(struct hpe_package *pkg, yyjson_val *package, struct err *err)
{
	yyjson_val *val, *item;
	size_t i, max;
	int rc = hpe_json_member(package, "files", &val, err);

	if (!rc && yyjson_is_obj(val))
		rc = hpe_json_member(val, "file", &val, err);
	yyjson_arr_foreach(val, i, max, item)
	{
		yyjson_val *name = item;
		char text[256];

		if (!rc && yyjson_is_obj(item))
			rc = hpe_json_member(item, "name", &name, err);
		if (!rc && hpe_json_scalar(name, text, sizeof(text)) && text[0])
			rc = hpe_add_file(pkg, text, err);
	}
	return rc;
}

static int read_texts(struct hpe_package *pkg, yyjson_val *package, struct err *err)
{
	const struct {
		const char *key, *language;
		char *buf;
		size_t size;
	} texts[] = {
		{ "name", "en", pkg->name, sizeof(pkg->name) },
		{ "name", "ja", pkg->name_ja, sizeof(pkg->name_ja) },
		{ "category", "en", pkg->category, sizeof(pkg->category) },
		{ "description", "en", pkg->description, sizeof(pkg->description) },
		{ "manufacturer_name", "en", pkg->manufacturer, sizeof(pkg->manufacturer) },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++) {
		yyjson_val *val;
		const char *text;

		rc = hpe_json_member(package, texts[i].key, &val, err);
		text = rc ? NULL : hpe_json_text(val, texts[i].language);
		if (text)
			hpe_set_prose(texts[i].buf, texts[i].size, text);
	}
	return rc;
}

static int read_package(struct reader *reader, yyjson_val *package, struct err *err)
{
	struct hpe_package *pkg = reader->pkg;
	yyjson_val *date;
	int rc = read_texts(pkg, package, err);

	if (!rc)
		rc = read_id(pkg, package, err);
	if (!rc)
		rc = read_installation(pkg, package, err);
	if (!rc)
		rc = read_files(pkg, package, err);
	if (!rc)
		rc = hpe_json_member(package, "release_date", &date, err);
	if (!rc && date)
		rc = read_date(pkg, date, err);
	return rc ? rc : read_prerequisites(reader, package, err);
}

static int read_updatable_by(struct hpe_package *pkg, yyjson_val *entry, struct err *err)
{
	yyjson_val *val, *item;
	size_t i, max;
	int rc = hpe_json_member(entry, "UpdatableBy", &val, err);

	if (rc || !val)
		return rc;
	if (yyjson_is_str(val))
		hpe_add_updatable_by(pkg, yyjson_get_str(val));
	else if (!yyjson_is_arr(val))
		hpe_unread(pkg, "UpdatableBy");
	yyjson_arr_foreach(val, i, max, item)
		hpe_add_updatable_by(pkg, yyjson_is_str(item) ? yyjson_get_str(item) : "?");
	return 0;
}

static int read_entry(struct reader *reader, yyjson_val *entry, struct err *err)
{
	yyjson_val *val;
	int rc = read_fields(hpe_package_fields, entry, reader->pkg, reader->pkg, err);

	if (!rc)
		rc = read_updatable_by(reader->pkg, entry, err);
	if (!rc)
		rc = hpe_json_member(entry, "Devices", &val, err);
	if (!rc)
		rc = hpe_json_each(val, "Device", read_device, reader, err);
	if (!rc)
		rc = hpe_json_member(entry, "package", &val, err);
	return rc ? rc : read_package(reader, val, err);
}

int fwpkg_json_entry(yyjson_val *entry, struct hpe_package *ret, struct err *err)
{
	struct reader reader = { .pkg = ret };
	int rc = yyjson_is_obj(entry) ? read_entry(&reader, entry, err)
				      : err_set(err, ERR_FORMAT, "not an object");

	if (rc)
		hpe_package_free(ret);
	return rc;
}

int fwpkg_json_parse(const uint8_t *buf, size_t len, struct hpe_package *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = hpe_json_parse(buf, len, FWPKG_JSON_MAX_BYTES, &doc, err);

	return rc ? rc : fwpkg_json_entry(yyjson_doc_get_root(doc), ret, err);
}
