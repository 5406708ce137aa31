/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Properties and faults from text: "key=value,key=value". */
#include "nvme_model.h"

#include <string.h>

struct setting {
	const char *key;
	size_t offset; /* in struct nvme_model */
	size_t chars;  /* text of at most this many characters; 0 = number */
	uint32_t min, max;
};

#define FIELD(part, name) .key = #name, .offset = offsetof(struct nvme_model, part.name)

static const struct setting settings[] = {
	{ FIELD(config, model), .chars = 40 },
	{ FIELD(config, serial), .chars = 20 },
	{ FIELD(config, revision), .chars = 8 },
	{ FIELD(config, vid), .min = 1, .max = 0xfffe },
	{ FIELD(config, firmware), .max = 1 },
	{ FIELD(config, slots), .min = 1, .max = NVME_MODEL_SLOTS },
	{ FIELD(config, slot1_ro), .max = 1 },
	{ FIELD(config, activate_now), .max = 1 },
	{ FIELD(config, overlap), .max = 1 },
	{ FIELD(config, fwug), .max = 255 },
	{ FIELD(config, short_tail), .max = 1 },
	{ FIELD(config, mdts), .max = 8 },
	{ FIELD(config, mtfa), .max = 0xffff },
	{ FIELD(config, max_image_mb), .min = 1, .max = 4096 },
	{ FIELD(config, ns_mb), .max = 1024 },
	{ FIELD(config, io_queues), .min = 1, .max = 4 },
	{ FIELD(faults, reject_image), .max = 1 },
	{ FIELD(faults, commit_status), .max = 0x7ff },
	{ FIELD(faults, commit_delay_ms), .max = UINT32_MAX },
	{ FIELD(faults, commit_lie), .max = 1 },
	{ FIELD(faults, revert), .max = 1 },
	{ FIELD(faults, wrong_revision), .chars = 8 },
	{ FIELD(faults, download_delay_ms), .max = UINT32_MAX },
	{ FIELD(faults, download_fail_at), .max = UINT32_MAX },
	{ FIELD(faults, download_fail_status), .min = 1, .max = 0x7ff },
	{ FIELD(faults, hang_at_offset), .max = UINT32_MAX },
	{ FIELD(faults, gone_at_offset), .max = UINT32_MAX },
	{ FIELD(faults, gone_at_command), .max = UINT32_MAX },
	{ FIELD(faults, gone_at_commit), .max = UINT32_MAX },
	{ FIELD(faults, hang_at_commit), .max = UINT32_MAX },
	{ FIELD(faults, vpd_silent), .max = 1 },
	{ FIELD(faults, busy_logs), .max = UINT32_MAX },
	{ FIELD(faults, sanitize), .max = NVME_MODEL_IDLE },
	{ FIELD(faults, self_test), .max = NVME_MODEL_IDLE },
	{ FIELD(faults, format), .max = NVME_MODEL_IDLE },
};

static const struct setting *find_setting(const char *key, size_t len)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strlen(settings[i].key) == len && !memcmp(settings[i].key, key, len))
			return &settings[i];
	return NULL;
}

/* Decimal or 0x…, whole text, within min and max. */
static bool parse_number(const char *text, size_t len, const struct setting *setting,
			 uint32_t *ret_value)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t base = 10;
	uint64_t value = 0;

	if (len > 2 && text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++) {
		const char *digit = text[i] ? strchr(digits, text[i] | 0x20) : NULL;

		if (!digit || (uint32_t)(digit - digits) >= base)
			return false;
		value = value * base + (uint32_t)(digit - digits);
		if (value > setting->max)
			return false;
	}
	*ret_value = (uint32_t)value;
	return len > 0 && value >= setting->min;
}

static bool parse_text(const char *text, size_t len, const struct setting *setting, char *ret_text)
{
	if (len == 0 || len > setting->chars || text[0] == ' ' || text[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	memset(ret_text, 0, setting->chars + 1);
	memcpy(ret_text, text, len);
	return true;
}

static bool apply(struct nvme_model *model, const char *item, size_t len)
{
	const char *value = memchr(item, '=', len);
	const struct setting *setting;
	char *target;
	size_t value_len;

	if (!value++)
		return false;
	setting = find_setting(item, (size_t)(value - 1 - item));
	if (!setting)
		return false;
	target = (char *)model + setting->offset;
	value_len = len - (size_t)(value - item);
	if (setting->chars == 0)
		return parse_number(value, value_len, setting, (uint32_t *)(void *)target);
	return parse_text(value, value_len, setting, target);
}

const char *nvme_model_set(struct nvme_model *model, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");

		if (!apply(model, text, len))
			return text;
		if (!strncmp(text, "revision=", 9)) {
			memcpy(model->firmware.slot[1], model->config.revision, 9);
			memcpy(model->firmware.running, model->config.revision, 9);
		}
		text += len;
		text += *text == ',';
	}
	return NULL;
}
