/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/hpe_fields.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define FIELD(type, key, kind, member)                                                        \
	{                                                                                     \
		key, kind, offsetof(struct type, member), sizeof(((struct type *)0)->member), \
			false                                                                 \
	}
#define CAREFUL(type, key, member)                                    \
	{                                                             \
		key, HPE_FLAG, offsetof(struct type, member), 0, true \
	}

const struct hpe_field hpe_package_fields[] = {
	FIELD(hpe_package, "DeviceClass", HPE_GUID, device_class),
	FIELD(hpe_package, "PackageFormat", HPE_WORD, format),
	FIELD(hpe_package, "Type", HPE_WORD, type),
	FIELD(hpe_package, "MinimumActiveVersion", HPE_WORD, min_active_version),
	{ 0 },
};

const struct hpe_field hpe_device_fields[] = {
	FIELD(hpe_device, "DeviceName", HPE_PROSE, name),
	FIELD(hpe_device, "Target", HPE_GUID, target),
	FIELD(hpe_device, "Version", HPE_WORD, version),
	{ 0 },
};

const struct hpe_field hpe_image_fields[] = {
	FIELD(hpe_image, "FileName", HPE_WORD, file),
	FIELD(hpe_image, "Type", HPE_WORD, type),
	FIELD(hpe_image, "Order", HPE_NUMBER, order),
	FIELD(hpe_image, "InstallDurationSec", HPE_NUMBER, install_seconds),
	FIELD(hpe_image, "DelayAfterInstallSec", HPE_NUMBER, delay_seconds),
	CAREFUL(hpe_image, "ResetRequired", reset_required),
	CAREFUL(hpe_image, "ServerPowerOff", server_power_off),
	FIELD(hpe_image, "SysPowerOn", HPE_FLAG, sys_power_on),
	FIELD(hpe_image, "PLDMImage", HPE_FLAG, pldm),
	FIELD(hpe_image, "DirectFlashOk", HPE_FLAG, direct_flash),
	FIELD(hpe_image, "UefiFlashable", HPE_FLAG, uefi_flash),
	{ 0 },
};

const struct hpe_field hpe_supported_fields[] = {
	FIELD(hpe_supported, "ven", HPE_WORD, ven),
	FIELD(hpe_supported, "dev", HPE_WORD, dev),
	FIELD(hpe_supported, "subven", HPE_WORD, subven),
	FIELD(hpe_supported, "subdev", HPE_WORD, subdev),
	FIELD(hpe_supported, "target_guid", HPE_GUID, target),
	FIELD(hpe_supported, "type", HPE_WORD, type),
	{ 0 },
};

const struct hpe_field hpe_need_fields[] = {
	FIELD(hpe_need, "target_guid", HPE_GUID, target),
	FIELD(hpe_need, "Target", HPE_GUID, target),
	FIELD(hpe_need, "min_version", HPE_WORD, min_version),
	FIELD(hpe_need, "minimum_version", HPE_WORD, min_version),
	FIELD(hpe_need, "MinimumVersion", HPE_WORD, min_version),
	FIELD(hpe_need, "MinimumActiveVersion", HPE_WORD, min_version),
	{ 0 },
};

/* What programs write where there is nothing to say. */
static bool says_nothing(const char *text)
{
	static const char *const words[] = { "null", "none", "n/a", "na", "-", NULL };

	for (size_t i = 0; words[i]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

int hpe_set_word(char *buf, size_t size, const char *text, const char *what, struct err *err)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= size)
		return err_set(err, ERR_FORMAT, "\"%s\" is longer than %zu bytes: %.60s ...", what,
			       size - 1, text);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return err_set(err, ERR_FORMAT, "\"%s\" has a control character", what);
	memmove(buf, text, len);
	buf[len] = '\0';
	if (says_nothing(buf))
		buf[0] = '\0';
	return 0;
}

/* From text up to end; white space at both ends is dropped, inside it is one blank. */
static void set_prose(char *buf, size_t size, const char *text, const char *end)
{
	char *flat = malloc((size_t)(end - text) + 1);
	size_t len = 0;

	buf[0] = '\0';
	if (!flat)
		return;
	for (; text < end; text++) {
		if (!isspace((unsigned char)*text))
			flat[len++] = *text;
		else if (len > 0 && flat[len - 1] != ' ')
			flat[len++] = ' ';
	}
	len -= len > 0 && flat[len - 1] == ' ';
	flat[len] = '\0';
	text_copy(buf, size, flat);
	free(flat);
}

void hpe_set_prose(char *buf, size_t size, const char *text)
{
	set_prose(buf, size, text, text + strlen(text));
}

void hpe_set_first_line(char *buf, size_t size, const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	set_prose(buf, size, text, text + strcspn(text, "\r\n"));
}

static bool set_guid(char *buf, const char *text)
{
	uint8_t bytes[GUID_BYTES];
	char bare[GUID_TEXT + 2];
	size_t len;

	if (hpe_set_word(bare, sizeof(bare), text, "", NULL))
		return false;
	len = strlen(bare);
	if (len == GUID_TEXT + 1 && bare[0] == '{' && bare[len - 1] == '}') {
		memmove(bare, bare + 1, len - 2);
		bare[len - 2] = '\0';
	}
	if (!bare[0])
		return true;
	if (guid_parse_be(bare, bytes))
		return false;
	guid_text_be(bytes, buf);
	return true;
}

static bool set_number(void *buf, const char *text)
{
	uint32_t value = 0;

	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + (uint32_t)(*text - '0');
		if (value > HPE_MAX_NUMBER)
			return false;
	}
	memcpy(buf, &value, sizeof(value));
	return true;
}

static bool set_flag(bool *ret, const char *text)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true }, { "yes", true }, { "1", true }, { "false", false },
		      { "no", false },	{ "0", false },	 { "", false } };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*ret = words[i].value;
			return true;
		}
	}
	return false;
}

int hpe_field_set(const struct hpe_field *field, void *object, const char *text,
		  struct hpe_package *pkg, struct err *err)
{
	char *at = (char *)object + field->offset, word[32];
	bool read = false;

	if (field->kind == HPE_WORD)
		return hpe_set_word(at, field->size, text, field->key, err);
	if (field->kind == HPE_PROSE) {
		hpe_set_prose(at, field->size, text);
		return 0;
	}
	if (field->kind == HPE_GUID)
		read = set_guid(at, text);
	else if (!hpe_set_word(word, sizeof(word), text, "", NULL))
		read = field->kind == HPE_NUMBER ? set_number(at, word)
						 : set_flag((bool *)(void *)at, word);
	if (!read)
		hpe_field_unread(field, object, pkg);
	return 0;
}

void hpe_field_unread(const struct hpe_field *field, void *object, struct hpe_package *pkg)
{
	if (field->kind == HPE_FLAG)
		*(bool *)(void *)((char *)object + field->offset) = field->if_unread;
	hpe_unread(pkg, field->key);
}

void hpe_unread(struct hpe_package *pkg, const char *name)
{
	size_t len = strlen(pkg->unread), more = strlen(name);
	char *at = pkg->unread + len;

	if (strstr(pkg->unread, name) || len + 2 + more >= sizeof(pkg->unread))
		return;
	if (len > 0) {
		memcpy(at, ", ", 2);
		at += 2;
	}
	memcpy(at, name, more + 1);
}
