/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the answers to single commands say. */
#include <string.h>
#include <strings.h>

#include "format/markup.h"
#include "format/ribcl.h"

static int too_large(size_t len, struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "an answer of %zu bytes", len);
}

/* "iLO3", "Integrated Lights-Out 4 (iLO 4)"; an iLO without a number is the first. */
static unsigned int generation_of(const char *text)
{
	static const char *const words[] = { "(iLO", "iLO", "Lights-Out" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const char *at = strcasestr(text, words[i]);

		if (!at)
			continue;
		at += strlen(words[i]);
		at += strspn(at, " ");
		return *at >= '1' && *at <= '9' ? (unsigned int)(*at - '0') : 1;
	}
	return 0;
}

int ribcl_read_firmware(const uint8_t *buf, size_t len, struct ribcl_firmware *ret, struct err *err)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;

	*ret = (struct ribcl_firmware){ 0 };
	if (len > RIBCL_MAX_ANSWER)
		return too_large(len, err);
	while (markup_next(&markup, &item)) {
		if (!markup_is(&item, MARKUP_TAG, "GET_FW_VERSION") ||
		    !markup_attribute(&item, "FIRMWARE_VERSION", ret->version,
				      sizeof(ret->version)))
			continue;
		markup_attribute(&item, "FIRMWARE_DATE", ret->date, sizeof(ret->date));
		markup_attribute(&item, "MANAGEMENT_PROCESSOR", ret->processor,
				 sizeof(ret->processor));
		markup_attribute(&item, "LICENSE_TYPE", ret->license, sizeof(ret->license));
		ret->generation = generation_of(ret->processor);
		if (ret->version[0])
			return 0;
	}
	return err_set(err, ERR_FORMAT, "the answer to GET_FW_VERSION names no version");
}

static void take_field(const struct markup_item *field, const char *type, struct ribcl_host *ret)
{
	const struct {
		const char *type, *name;
		char *to;
		size_t size;
	} fields[] = {
		{ "0", "Family", ret->rom_family, sizeof(ret->rom_family) },
		{ "0", "Date", ret->rom_date, sizeof(ret->rom_date) },
		{ "1", "Product Name", ret->product, sizeof(ret->product) },
		{ "1", "Serial Number", ret->serial, sizeof(ret->serial) },
		{ "1", "cUUID", ret->uuid, sizeof(ret->uuid) },
	};
	char name[32];

	markup_attribute(field, "NAME", name, sizeof(name));
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (!strcmp(fields[i].type, type) && !strcasecmp(fields[i].name, name) &&
		    !fields[i].to[0])
			markup_attribute(field, "VALUE", fields[i].to, fields[i].size);
}

int ribcl_read_host(const uint8_t *buf, size_t len, struct ribcl_host *ret, struct err *err)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;
	char type[8] = "";
	bool found = false;

	*ret = (struct ribcl_host){ 0 };
	if (len > RIBCL_MAX_ANSWER)
		return too_large(len, err);
	while (markup_next(&markup, &item)) {
		if (markup_is(&item, MARKUP_TAG, "SMBIOS_RECORD"))
			found = markup_attribute(&item, "TYPE", type, sizeof(type)) || found;
		else if (markup_is(&item, MARKUP_TAG, "FIELD"))
			take_field(&item, type, ret);
	}
	return found ? 0 : err_set(err, ERR_FORMAT, "GET_HOST_DATA has no SMBIOS records");
}

int ribcl_read_tpm(const uint8_t *buf, size_t len, bool *ret, struct err *err)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;
	char value[16];

	if (len > RIBCL_MAX_ANSWER)
		return too_large(len, err);
	while (markup_next(&markup, &item)) {
		if (!markup_is(&item, MARKUP_TAG, "TPM_ENABLED") ||
		    !markup_attribute(&item, "VALUE", value, sizeof(value)))
			continue;
		*ret = strcasecmp(value, "No") != 0;
		return 0;
	}
	return err_set(err, ERR_FORMAT, "GET_TPM_STATUS does not say whether a TPM is enabled");
}

/* The text of an element; the same names are in HSI (the server) and MP (the iLO). */
static void take_identity(const char *element, bool mp, const struct markup_item *text,
			  struct ribcl_identity *ret)
{
	const struct {
		const char *element;
		bool mp;
		char *to;
		size_t size;
	} fields[] = {
		{ "SPN", false, ret->server, sizeof(ret->server) },
		{ "SBSN", false, ret->server_serial, sizeof(ret->server_serial) },
		{ "cUUID", false, ret->uuid, sizeof(ret->uuid) },
		{ "PN", true, ret->product, sizeof(ret->product) },
		{ "FWRI", true, ret->firmware, sizeof(ret->firmware) },
		{ "SN", true, ret->serial, sizeof(ret->serial) },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i].mp == mp && !strcasecmp(fields[i].element, element) &&
		    !fields[i].to[0])
			markup_text(text, fields[i].to, fields[i].size);
}

int ribcl_read_identity(const uint8_t *buf, size_t len, struct ribcl_identity *ret, struct err *err)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;
	char element[32] = "";
	bool rimp = false, mp = false;

	*ret = (struct ribcl_identity){ 0 };
	if (len > RIBCL_MAX_ANSWER)
		return too_large(len, err);
	while (markup_next(&markup, &item)) {
		rimp |= markup_is(&item, MARKUP_TAG, "RIMP");
		if (markup_is(&item, MARKUP_TAG, "MP"))
			mp = true;
		else if (markup_is(&item, MARKUP_END, "MP"))
			mp = false;
		if (rimp && item.kind == MARKUP_TEXT)
			take_identity(element, mp, &item, ret);
		element[0] = '\0';
		if (item.kind == MARKUP_TAG && item.name_len < sizeof(element)) {
			memcpy(element, item.name, item.name_len);
			element[item.name_len] = '\0';
		}
	}
	ret->generation = generation_of(ret->product);
	return rimp && ret->product[0]
		       ? 0
		       : err_set(err, ERR_FORMAT, "/xmldata names no management processor");
}
