/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "inventory/why_not.h"

#define FORMAT 1

/* The text members of a device, in the order in which they are written. */
static const struct text_member {
	const char *key;
	size_t offset;
	size_t size;
	bool ours; /* below "Oem"."Drydock" */
} text_members[] = {
#define MEMBER(key, field, ours)                                                               \
	{                                                                                      \
		key, offsetof(struct device, field), sizeof(((struct device *)0)->field), ours \
	}
	MEMBER("Name", name, false),	   MEMBER("Manufacturer", vendor, false),
	MEMBER("Version", version, false), MEMBER("Model", model, true),
	MEMBER("Serial", serial, true),	   MEMBER("Node", node, true),
	MEMBER("Parent", parent, true),	   MEMBER("Slot", slot, true),
	MEMBER("Backend", backend, true),
#undef MEMBER
};
#define TEXT_MEMBERS (sizeof(text_members) / sizeof(*text_members))

/* The largest of the members above and of property values, with room for the NUL. */
#define TEXT_MAX sizeof(((struct property *)0)->value)

static bool write_text(yyjson_mut_doc *doc, yyjson_mut_val *obj, const char *key, const char *text)
{
	char clean[TEXT_MAX];

	text_copy(clean, sizeof(clean), text);
	return !*clean || yyjson_mut_obj_add_strcpy(doc, obj, key, clean);
}

static bool write_members(yyjson_mut_doc *doc, yyjson_mut_val *obj, const struct device *dev,
			  bool ours)
{
	bool ok = true;

	for (size_t i = 0; i < TEXT_MEMBERS; i++)
		if (text_members[i].ours == ours)
			ok &= write_text(doc, obj, text_members[i].key,
					 (const char *)dev + text_members[i].offset);
	return ok;
}

static bool write_properties(yyjson_mut_doc *doc, yyjson_mut_val *oem, const struct device *dev)
{
	yyjson_mut_val *props = yyjson_mut_obj_add_obj(doc, oem, "Properties");
	bool ok = props;

	for (size_t i = 0; i < dev->prop_count; i++)
		ok &= write_text(doc, props, dev->props[i].key, dev->props[i].value);
	return ok;
}

static bool write_targets(yyjson_mut_doc *doc, yyjson_mut_val *oem, const struct device *dev)
{
	yyjson_mut_val *targets = yyjson_mut_obj_add_arr(doc, oem, "Targets");
	char clean[DEVICE_TARGET_MAX];
	bool ok = targets;

	for (size_t i = 0; i < dev->target_count; i++) {
		text_copy(clean, sizeof(clean), dev->targets[i]);
		ok &= yyjson_mut_arr_add_strcpy(doc, targets, clean);
	}
	return ok;
}

static bool write_why_not(yyjson_mut_doc *doc, yyjson_mut_val *oem, const struct inventory *inv,
			  const struct device *dev)
{
	char text[WHY_NOT_MAX], clean[WHY_NOT_MAX];

	if (inventory_why_not(inv, dev, text) == WHY_NOT_UPDATEABLE)
		return true;
	text_copy(clean, sizeof(clean), text);
	return yyjson_mut_obj_add_strcpy(doc, oem, "WhyNot", clean);
}

static bool write_device(yyjson_mut_doc *doc, yyjson_mut_val *members, const struct inventory *inv,
			 const struct device *dev)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, members);
	yyjson_mut_val *oem;
	bool ok = obj && write_text(doc, obj, "Id", dev->id) &&
		  write_members(doc, obj, dev, false) &&
		  yyjson_mut_obj_add_bool(doc, obj, "Updateable", dev->updateable);

	if (ok && dev->target_count)
		ok = write_text(doc, obj, "SoftwareId", dev->targets[0]);
	oem = ok ? yyjson_mut_obj_add_obj(doc, obj, "Oem") : NULL;
	oem = oem ? yyjson_mut_obj_add_obj(doc, oem, "Drydock") : NULL;
	return oem && write_text(doc, oem, "Kind", device_kind_name(dev->kind)) &&
	       write_members(doc, oem, dev, true) &&
	       write_text(doc, oem, "Evidence", evidence_name(dev->evidence)) &&
	       write_why_not(doc, oem, inv, dev) && write_properties(doc, oem, dev) &&
	       write_targets(doc, oem, dev);
}

static bool write_inventory(yyjson_mut_doc *doc, const struct inventory *inv)
{
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	yyjson_mut_val *oem, *members;
	bool ok;

	yyjson_mut_doc_set_root(doc, root);
	ok = root && yyjson_mut_obj_add_str(doc, root, "Name", "Firmware inventory") &&
	     yyjson_mut_obj_add_uint(doc, root, "Members@odata.count", inv->count);
	oem = ok ? yyjson_mut_obj_add_obj(doc, root, "Oem") : NULL;
	oem = oem ? yyjson_mut_obj_add_obj(doc, oem, "Drydock") : NULL;
	members = oem && yyjson_mut_obj_add_uint(doc, oem, "Format", FORMAT)
			  ? yyjson_mut_obj_add_arr(doc, root, "Members")
			  : NULL;
	ok = members;
	for (size_t i = 0; i < inv->count && ok; i++)
		ok = write_device(doc, members, inv, &inv->devices[i]);
	return ok;
}

int inventory_to_json(const struct inventory *inv, char **ret_text, size_t *ret_len,
		      struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	char *text, *line;
	size_t len;
	int rc;

	if (!doc || !write_inventory(doc, inv))
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = json_write_pretty(doc, &text, &len, err);
	if (rc)
		return rc;
	line = realloc(text, len + 2);
	if (!line) {
		free(text);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	memcpy(line + len, "\n", 2);
	*ret_text = line;
	*ret_len = len + 1;
	return 0;
}

static int read_members(yyjson_val *obj, struct device *dev, bool ours, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < TEXT_MEMBERS && !rc; i++)
		if (text_members[i].ours == ours)
			rc = json_opt_str(obj, text_members[i].key,
					  (char *)dev + text_members[i].offset,
					  text_members[i].size, err);
	return rc;
}

static int read_evidence(yyjson_val *oem, struct device *dev, struct err *err)
{
	char word[16];
	int rc = json_get_str(oem, "Evidence", word, sizeof(word), err);

	if (rc)
		return rc;
	dev->evidence = evidence_from_name(word);
	if (!dev->evidence)
		return err_set(err, ERR_FORMAT, "\"Evidence\": \"%s\" is no word for it", word);
	return 0;
}

static int read_properties(yyjson_val *oem, struct device *dev, struct err *err)
{
	char value[TEXT_MAX];
	yyjson_val *props, *key, *val;
	size_t idx, max;
	int rc = json_get_obj(oem, "Properties", &props, err);

	if (rc)
		return rc;
	yyjson_obj_foreach(props, idx, max, key, val)
	{
		(void)val;
		rc = json_get_str(props, yyjson_get_str(key), value, sizeof(value), err);
		if (rc)
			return rc;
		rc = device_set_prop(dev, yyjson_get_str(key), value);
		if (rc)
			return err_set(err, rc, "property \"%.64s\": %s", yyjson_get_str(key),
				       rc == ERR_FORMAT ? "no such key is allowed" : "no room");
	}
	return 0;
}

static int read_targets(yyjson_val *oem, struct device *dev, struct err *err)
{
	yyjson_val *targets, *val;
	size_t idx, max;
	int rc = json_get_arr(oem, "Targets", DEVICE_MAX_TARGETS, &targets, err);

	if (rc)
		return rc;
	yyjson_arr_foreach(targets, idx, max, val)
	{
		const char *text = yyjson_get_str(val);

		if (!text || strlen(text) != yyjson_get_len(val))
			return err_set(err, ERR_FORMAT, "\"Targets\"[%zu] is no text", idx);
		rc = device_add_target(dev, text);
		if (rc)
			return err_set(err, rc, "\"Targets\"[%zu]: %s", idx,
				       rc == ERR_FORMAT ? "empty or too long" : "no room");
	}
	return 0;
}

static int read_oem(yyjson_val *obj, yyjson_val **ret, struct err *err)
{
	yyjson_val *oem;
	int rc = json_get_obj(obj, "Oem", &oem, err);

	return rc ? rc : json_get_obj(oem, "Drydock", ret, err);
}

static int read_device(yyjson_val *obj, struct inventory *inv, struct err *err)
{
	char id[DEVICE_ID_MAX], kind[16];
	struct device *dev;
	yyjson_val *oem;
	int rc = json_get_str(obj, "Id", id, sizeof(id), err);

	rc = rc ? rc : read_oem(obj, &oem, err);
	rc = rc ? rc : json_get_str(oem, "Kind", kind, sizeof(kind), err);
	if (rc)
		return rc;
	if (!*id || !device_kind_from_name(kind))
		return err_set(err, ERR_FORMAT, "no \"Id\", or \"Kind\" is none of ours");
	if (inventory_find(inv, id))
		return err_set(err, ERR_DUPLICATE, "\"Id\": \"%s\" twice", id);
	rc = inventory_add(inv, device_kind_from_name(kind), id, &dev, err);
	rc = rc ? rc : read_members(obj, dev, false, err);
	rc = rc ? rc : read_members(oem, dev, true, err);
	rc = rc ? rc : json_opt_bool(obj, "Updateable", &dev->updateable, err);
	rc = rc ? rc : read_evidence(oem, dev, err);
	rc = rc ? rc : read_properties(oem, dev, err);
	return rc ? rc : read_targets(oem, dev, err);
}

static int read_inventory(yyjson_val *root, struct inventory *inv, struct err *err)
{
	yyjson_val *members, *oem, *val;
	uint64_t format;
	size_t idx, max;
	int rc = read_oem(root, &oem, err);

	rc = rc ? rc : json_get_u64(oem, "Format", FORMAT, FORMAT, &format, err);
	rc = rc ? rc : json_get_arr(root, "Members", INVENTORY_MAX_DEVICES, &members, err);
	if (rc)
		return rc;
	yyjson_arr_foreach(members, idx, max, val)
	{
		if (!yyjson_is_obj(val))
			return err_set(err, ERR_FORMAT, "\"Members\"[%zu] is not an object", idx);
		rc = read_device(val, inv, err);
		if (rc) {
			err_prefix(err, "\"Members\"[%zu]", idx);
			return rc;
		}
	}
	return 0;
}

int inventory_from_json(const uint8_t *buf, size_t len, struct inventory *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = json_parse(buf, len, INVENTORY_MAX_BYTES, &doc, err);

	rc = rc ? rc : read_inventory(yyjson_doc_get_root(doc), ret, err);
	if (rc)
		inventory_free(ret);
	return rc;
}
