/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a drive says, as hostile as it can be: Identify Controller and the firmware slot log, and
 * every decision that is made from them. A seed is 4096 bytes of the one and 512 of the other.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/nvme_plan.h"

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

static void check_plan(const struct nvme_identity *id, const struct nvme_fw_log *log,
		       const struct nvme_plan *plan)
{
	MUST(id->firmware_commands && !nvme_pending_slot(log));
	MUST(plan->slot >= 1 && plan->slot <= id->slots);
	MUST(plan->slot != 1 || !id->slot1_readonly);
	MUST(plan->slot != log->active || id->slots <= 1u + id->slot1_readonly);
	MUST(plan->transfer_bytes >= 4 && plan->transfer_bytes % plan->pad_bytes == 0);
	MUST(plan->transfer_bytes <= 1016 * 1024);
	MUST(!id->mdts || id->mdts > 19 || plan->transfer_bytes <= 4096u << id->mdts);
	MUST(plan->action == NVME_CA_ACTIVATE_AT_RESET || id->activate_without_reset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t id_len = size < NVME_IDENTIFY_BYTES ? size : NVME_IDENTIFY_BYTES;
	const char *flags[1] = { NVME_FLAG_PAD_FF };
	struct component comp = { .flags = flags, .flag_count = size % 2 };
	struct nvme_identity id;
	struct nvme_fw_log log;
	struct nvme_plan plan;
	struct err err;

	component_complete(&comp);
	if (nvme_parse_identify(data, id_len, &id, &err))
		return 0;
	must_be_printable(id.serial, 20);
	must_be_printable(id.model, 40);
	must_be_printable(id.revision, 8);
	MUST(id.slots <= NVME_SLOT_MAX);
	if (nvme_parse_fw_log(data + id_len, size - id_len, &log, &err))
		return 0;
	for (size_t slot = 0; slot <= NVME_SLOT_MAX; slot++)
		must_be_printable(log.revision[slot], 8);
	if (!nvme_plan_make(&id, &log, &comp, 4096, &plan, &err))
		check_plan(&id, &log, &plan);
	return 0;
}
