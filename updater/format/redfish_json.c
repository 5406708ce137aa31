/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/redfish_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

static yyjson_val *member(yyjson_val *obj, const char *name, size_t len)
{
	yyjson_obj_iter iter;
	yyjson_val *key;

	if (!yyjson_obj_iter_init(obj, &iter))
		return NULL;
	while ((key = yyjson_obj_iter_next(&iter)))
		if (yyjson_get_len(key) == len && !strncasecmp(yyjson_get_str(key), name, len))
			return yyjson_obj_iter_get_val(key);
	return NULL;
}

static yyjson_val *entry(yyjson_val *arr, const char *name, size_t len)
{
	size_t index = 0;

	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9' || index > UINT16_MAX)
			return NULL;
		index = index * 10 + (size_t)(name[i] - '0');
	}
	return yyjson_arr_get(arr, index);
}

yyjson_val *redfish_at(yyjson_val *from, const char *path)
{
	while (from && *path) {
		size_t len = strcspn(path, "/");

		from = yyjson_is_arr(from) ? entry(from, path, len) : member(from, path, len);
		path += len + (path[len] == '/');
	}
	return from;
}

bool redfish_text(yyjson_val *from, const char *path, char *buf, size_t size)
{
	const char *text = yyjson_get_str(redfish_at(from, path));

	text_copy(buf, size, text ? text : "");
	return buf[0] != '\0';
}

bool redfish_exact(yyjson_val *from, const char *path, char *buf, size_t size)
{
	yyjson_val *val = redfish_at(from, path);
	const char *text = yyjson_get_str(val);
	size_t len = yyjson_get_len(val);

	buf[0] = '\0';
	if (!text || len == 0 || len >= size)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= 0x20 || text[i] > 0x7e)
			return false;
	memcpy(buf, text, len + 1);
	return true;
}

bool redfish_number(yyjson_val *from, const char *path, uint64_t *ret)
{
	yyjson_val *val = redfish_at(from, path);

	if (!yyjson_is_uint(val))
		return false;
	*ret = yyjson_get_uint(val);
	return true;
}

bool redfish_bool(yyjson_val *from, const char *path, bool *ret)
{
	yyjson_val *val = redfish_at(from, path);

	if (!yyjson_is_bool(val))
		return false;
	*ret = yyjson_get_bool(val);
	return true;
}

bool redfish_ref(yyjson_val *from, const char *path, char *buf, size_t size)
{
	yyjson_val *val = redfish_at(from, path);

	return redfish_exact(val, "@odata.id", buf, size) || redfish_exact(val, "href", buf, size);
}

bool redfish_oem_action(yyjson_val *resource, const char *action, char *buf, size_t size)
{
	static const char *const places[] = { "Oem/Hpe/Actions", "Actions/Oem/Hpe", "Actions/Oem",
					      "Oem/Hp/Actions" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		yyjson_val *found = member(redfish_at(resource, places[i]), action, strlen(action));

		if (redfish_exact(found, "target", buf, size))
			return true;
	}
	buf[0] = '\0';
	return false;
}

unsigned int redfish_word(const char *word, const char *const *words)
{
	for (unsigned int i = 1; words[i]; i++)
		if (strcasecmp(word, words[i]) == 0)
			return i;
	return 0;
}
