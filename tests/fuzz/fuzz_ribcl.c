/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of an iLO to RIBCL and /xmldata: every reader of them. */
#include <stdlib.h>
#include <string.h>

#include "format/markup.h"
#include "format/ribcl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void must_be_clean(const char *text, size_t size)
{
	MUST(strnlen(text, size) < size);
	for (; *text; text++)
		MUST((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void inform(void *ctx, const char *text)
{
	unsigned int percent;

	(*(size_t *)ctx)++;
	must_be_clean(text, 192);
	MUST(!ribcl_percent(text, &percent) || percent <= 100);
}

/* Every item lies in the buffer, behind the one before it. */
static void check_items(const uint8_t *data, size_t size)
{
	struct markup markup = { .buf = data, .len = size };
	struct markup_item item;
	const uint8_t *last = data;
	char value[64];

	while (markup_next(&markup, &item)) {
		MUST(item.name >= last && item.name_len > 0);
		MUST(item.name + item.name_len <= data + size);
		last = item.name + item.name_len;
		if (item.kind != MARKUP_TEXT) {
			MUST(item.attributes >= last);
			last = item.attributes + item.attributes_len;
		}
		MUST(last <= data + markup.pos && markup.pos <= size);
		markup_attribute(&item, "VALUE", value, sizeof(value));
		must_be_clean(value, sizeof(value));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ribcl_identity identity;
	struct ribcl_firmware firmware;
	struct ribcl_result result;
	struct ribcl_host host;
	size_t informs = 0;
	bool tpm;

	check_items(data, size);
	if (!ribcl_read_result(data, size, &result, NULL)) {
		MUST(result.responses > 0 && result.percent <= 100);
		must_be_clean(result.message, sizeof(result.message));
		ribcl_each_inform(data, size, inform, &informs);
		MUST(informs > 0 || !result.inform[0]);
	}
	if (!ribcl_read_firmware(data, size, &firmware, NULL))
		MUST(firmware.version[0] && firmware.generation <= 9);
	if (!ribcl_read_host(data, size, &host, NULL)) {
		must_be_clean(host.serial, sizeof(host.serial));
		must_be_clean(host.product, sizeof(host.product));
	}
	if (!ribcl_read_identity(data, size, &identity, NULL)) {
		must_be_clean(identity.product, sizeof(identity.product));
		MUST(identity.product[0] && identity.generation <= 9);
	}
	(void)ribcl_read_tpm(data, size, &tpm, NULL);
	return 0;
}
