/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an image to the version that runs: checks, states, restarts. Times are simulated ones. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "ilo_internal.h"

#define VERIFY_MS 10000u
#define WRITE_MS  10000u
#define FLASH_MS  120000u

#define IMAGE_WORD   "LABFW "
#define IMAGE_WITHIN (64u << 10)

bool ilo_image_read(const uint8_t *data, size_t size, char name[64], char version[64])
{
	const uint8_t *at = memmem(data, size < IMAGE_WITHIN ? size : IMAGE_WITHIN, IMAGE_WORD,
				   strlen(IMAGE_WORD));
	const char *text, *bar, *end;
	size_t left;

	if (!at)
		return false;
	text = (const char *)at + strlen(IMAGE_WORD);
	left = size - (size_t)((const uint8_t *)text - data);
	end = memchr(text, '\n', left);
	bar = end ? memchr(text, '|', (size_t)(end - text)) : NULL;
	if (!bar || bar - text > 63 || end - bar > 64)
		return false;
	snprintf(name, 64, "%.*s", (int)(bar - text), text);
	snprintf(version, 64, "%.*s", (int)(end - bar - 1), bar + 1);
	return true;
}

static void hash_of(const struct ilo_stored *image, char ret[65])
{
	uint8_t sum[32];
	unsigned int len = 0;

	ret[0] = '\0';
	if (!EVP_Digest(image->data, image->size, sum, &len, EVP_sha256(), NULL))
		return;
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}

static void keep(const struct ilo *ilo, const struct ilo_stored *image)
{
	char path[512], name[sizeof(image->name)];
	FILE *file;

	if (!ilo->set.keep_dir)
		return;
	snprintf(name, sizeof(name), "%s", image->name[0] ? image->name : "image");
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	snprintf(path, sizeof(path), "%s/%s", ilo->set.keep_dir, name);
	file = fopen(path, "wb");
	if (!file)
		return;
	fwrite(image->data, 1, image->size, file);
	fclose(file);
}

void ilo_flash_now(struct ilo *ilo, struct ilo_firmware *fw, const struct ilo_stored *image,
		   const char *version)
{
	hash_of(image, fw->flashed);
	keep(ilo, image);
	if (ilo->knobs[ILO_KNOB_SILENT].on) {
		ilo_say(ilo, "%s: says it is flashed, and is not", fw->name);
		return;
	}
	ilo_say(ilo, "%s flashed: %s", fw->name, version);
	if (fw->kind == ILO_AT_REBOOT)
		snprintf(fw->waiting, sizeof(fw->waiting), "%s", version);
	else
		snprintf(fw->version, sizeof(fw->version), "%s", version);
	/* What has the same targets has the same image. */
	for (size_t i = 0; i < ilo->firmware_count; i++) {
		struct ilo_firmware *other = &ilo->firmware[i];

		if (other == fw || !other->targets[0] || !fw->targets[0] ||
		    strcmp(other->targets[0], fw->targets[0]) != 0)
			continue;
		memcpy(other->version, fw->version, sizeof(other->version));
		memcpy(other->waiting, fw->waiting, sizeof(other->waiting));
	}
}

static bool is_downgrade(const struct ilo_firmware *fw, const char *version)
{
	return strverscmp(version, fw->version) < 0;
}

/* Below 1.40 an iLO 5 does not know the signatures of what came later. */
static bool needs_stepping_stone(const struct ilo *ilo, const char *version)
{
	return ilo->gen->number == 5 && strverscmp(ilo->firmware[0].version, "1.40") < 0 &&
	       strverscmp(version, "1.41") > 0;
}

const char *ilo_flash(struct ilo *ilo, bool tpm_override)
{
	char name[64];

	if (ilo->knobs[ILO_KNOB_TPM_REQUIRED].on && !tpm_override)
		return "FWFlashTPMOverrideFlagRequired";
	if (ilo->knobs[ILO_KNOB_SIGNATURE_INVALID].on ||
	    !ilo_image_read(ilo->image.data, ilo->image.size, name, ilo->target_version))
		return "UpdateInvalidFile";
	ilo->target = ilo_change_firmware(ilo, strncmp(name, "iLO", 3) == 0 ? "iLO" : name);
	if (!ilo->target || ilo->target->kind == ILO_FIXED || ilo->target->kind == ILO_BY_UEFI)
		return "UpdateNotApplicable";
	if (ilo->target->kind == ILO_ITSELF && needs_stepping_stone(ilo, ilo->target_version))
		return "UpdateInvalidFile";
	if (ilo->knobs[ILO_KNOB_DOWNGRADE_REFUSED].on &&
	    is_downgrade(ilo->target, ilo->target_version))
		return "DowngradeNotAllowed";
	ilo->state = ILO_VERIFYING;
	ilo->state_since_ms = ilo->now_ms;
	return NULL;
}

static void end_flash(struct ilo *ilo)
{
	const bool silent = ilo->knobs[ILO_KNOB_SILENT].on;

	if (ilo->knobs[ILO_KNOB_FLASH_ERROR].on) {
		const char *text = ilo->knobs[ILO_KNOB_FLASH_ERROR].text;

		ilo->state = ILO_ERROR;
		snprintf(ilo->result, sizeof(ilo->result), "%s", text[0] ? text : "UpdateFailed");
		return;
	}
	ilo_flash_now(ilo, ilo->target, &ilo->image, ilo->target_version);
	ilo->state = ILO_COMPLETE;
	snprintf(ilo->result, sizeof(ilo->result), "%s",
		 ilo->target->kind == ILO_AT_REBOOT ? "SystemResetRequired" : "UpdateSuccessful");
	if (ilo->target->kind == ILO_ITSELF && !silent)
		ilo_restart(ilo);
}

void ilo_update_tick(struct ilo *ilo)
{
	uint64_t in_state = ilo->now_ms - ilo->state_since_ms;
	const struct {
		enum ilo_state state;
		uint32_t ms;
	} path[] = { { ILO_VERIFYING, VERIFY_MS },
		     { ILO_WRITING, WRITE_MS },
		     { ILO_UPDATING, FLASH_MS } };

	for (size_t i = 0; i < sizeof(path) / sizeof(*path); i++) {
		if (ilo->state != path[i].state || in_state < path[i].ms)
			continue;
		if (path[i].state == ILO_UPDATING && ilo->knobs[ILO_KNOB_STALL].on)
			return;
		ilo->state_since_ms += path[i].ms;
		in_state -= path[i].ms;
		if (path[i].state == ILO_UPDATING) {
			end_flash(ilo);
			return;
		}
		ilo->state = path[i + 1].state;
	}
}
