/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ses_plan.h"

#include <stdio.h>
#include <string.h>

#define TIMEOUT_MAX_MS	       0x7fffffffu /* more does not fit the kernel's clock */
#define MS_PER_EXPECTED_SECOND 10000u	   /* ten times what is expected, law 8 */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static int check_flags(const struct component *comp, uint8_t subenclosure, struct err *err)
{
	const char *wanted = component_flag_value(comp, SES_FLAG_SUBENCLOSURE);
	char own[8];

	for (size_t i = 0; i < comp->flag_count; i++)
		if (!begins(comp->flags[i], SES_FLAG_MODE) &&
		    !begins(comp->flags[i], SES_FLAG_SUBENCLOSURE))
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	snprintf(own, sizeof(own), "%u", subenclosure);
	if (wanted && strcmp(wanted, own) != 0)
		return err_set(err, ERR_UNSUPPORTED, "it is for subenclosure %s, this is %s",
			       wanted, own);
	return 0;
}

static int choose_mode(const struct component *comp, enum ses_mode *ret, struct err *err)
{
	const char *flag = component_flag_value(comp, SES_FLAG_MODE);

	*ret = SES_MODE_SAVE;
	if (!flag || !strcmp(flag, "7"))
		return 0;
	if (strcmp(flag, "6") != 0 && strcmp(flag, "e") != 0)
		return err_set(err, ERR_UNSUPPORTED, "flag \"%s%s\" is not known", SES_FLAG_MODE,
			       flag);
	*ret = *flag == 'e' ? SES_MODE_DEFER : SES_MODE_TEMPORARY;
	return 0;
}

static int check_size(const struct ses_microcode *microcode, uint64_t size_bytes, struct err *err)
{
	uint64_t most = microcode->max_size ? microcode->max_size : UINT32_MAX - 4u;

	if (size_bytes == 0)
		return err_set(err, ERR_FORMAT, "0 bytes are no firmware image");
	if (size_bytes > most)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes, the enclosure takes %llu at most",
			       (unsigned long long)size_bytes, (unsigned long long)most);
	return 0;
}

/*
 * A download that was cut off (01h) or failed (80h and above) is begun anew. What is stored and
 * waits (11h to 13h) would be lost without a word.
 */
static int check_state(const struct ses_microcode *microcode, struct err *err)
{
	const struct ses_status *status = ses_status_find(microcode->status);

	switch (status->meaning) {
	case SES_UPDATING:
		return err_set(err, ERR_BUSY, "an update is going on: %s (status %02Xh)",
			       status->words, microcode->status);
	case SES_AFTER_POWER:
	case SES_AFTER_ACTIVATE:
		return err_set(err, ERR_BUSY, "an earlier update waits: %s (status %02Xh)",
			       status->words, microcode->status);
	default:
		return 0;
	}
}

static uint32_t timeout_of(uint32_t expected_seconds)
{
	uint64_t timeout_ms = (uint64_t)expected_seconds * MS_PER_EXPECTED_SECOND;

	if (timeout_ms < SCSI_WRITE_TIMEOUT_MS)
		return SCSI_WRITE_TIMEOUT_MS;
	return timeout_ms < TIMEOUT_MAX_MS ? (uint32_t)timeout_ms : TIMEOUT_MAX_MS;
}

int ses_plan_make(const struct ses_microcode_status *status, uint8_t subenclosure,
		  const struct component *comp, uint64_t size_bytes, struct ses_plan *ret,
		  struct err *err)
{
	const struct ses_microcode *microcode = ses_microcode_of(status, subenclosure);
	int rc = check_flags(comp, subenclosure, err);

	*ret = (struct ses_plan){
		.subenclosure = subenclosure,
		.generation = status->generation,
		.image_len = (uint32_t)size_bytes,
		.timeout_ms = timeout_of(comp->expected_seconds),
	};
	if (!rc && !microcode)
		rc = err_set(err, ERR_UNSUPPORTED,
			     "the enclosure takes no firmware for subenclosure %u", subenclosure);
	if (rc)
		return rc;
	ret->buffer_id = microcode->expected_id;
	rc = choose_mode(comp, &ret->mode, err);
	if (!rc)
		rc = check_size(microcode, size_bytes, err);
	return rc ? rc : check_state(microcode, err);
}
