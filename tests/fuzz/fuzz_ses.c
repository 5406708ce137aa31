/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an enclosure says, as hostile as it can be: any of its diagnostic pages, INQUIRY data, and
 * every decision that is made from its status. A seed is one page.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/ses_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void must_be_printable(const char *text, size_t max)
{
	MUST(strlen(text) <= max);
	for (; *text; text++)
		MUST(*text >= 0x20 && *text < 0x7f);
}

static void configuration(const uint8_t *data, size_t size)
{
	struct ses_configuration config;
	struct err err;

	if (ses_parse_configuration(data, size, &config, &err))
		return;
	MUST(config.count >= 1 && config.count <= SES_SUBENCLOSURES_MAX);
	for (size_t i = 0; i < config.count; i++) {
		must_be_printable(config.list[i].vendor, 8);
		must_be_printable(config.list[i].product, 16);
		must_be_printable(config.list[i].revision, 4);
	}
}

static void microcode(const uint8_t *data, size_t size)
{
	struct component comp = { 0 };
	struct ses_microcode_status status;
	struct ses_plan plan;
	struct err err;

	component_complete(&comp);
	if (ses_parse_microcode(data, size, &status, &err))
		return;
	MUST(status.count <= SES_SUBENCLOSURES_MAX);
	for (size_t i = 0; i < status.count; i++) {
		uint8_t sub = status.list[i].subenclosure;
		const struct ses_microcode *first = ses_microcode_of(&status, sub);

		MUST(ses_status_find(status.list[i].status)->words);
		if (ses_plan_make(&status, sub, &comp, 4096, &plan, &err))
			continue;
		MUST(plan.subenclosure == sub && plan.generation == status.generation);
		MUST(!first->max_size || first->max_size >= 4096);
		MUST(ses_status_find(first->status)->meaning != SES_UPDATING);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ses_slot *slots = malloc(SES_SLOTS_MAX * sizeof(*slots));
	size_t count = 0;
	struct err err;

	MUST(slots);
	configuration(data, size);
	microcode(data, size);
	(void)ses_parse_slots(data, size, slots, &count, &err);
	MUST(count <= SES_SLOTS_MAX);
	for (size_t i = 0; i < count; i++)
		MUST(slots[i].sas_address);
	(void)ses_has_page(data, size, SES_PAGE_MICROCODE);
	free(slots);
	return 0;
}
