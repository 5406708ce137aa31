/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a SATA drive says, as hostile as it can be: IDENTIFY DEVICE data, its capabilities, SMART
 * data, sense data with its registers, and every decision that is made from them. A seed is 512
 * bytes of each, then sense data.
 */
#include <stdlib.h>
#include <string.h>

#include "backends/ata_plan.h"

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

static size_t part(const uint8_t *data, size_t size, size_t at, const uint8_t **ret)
{
	*ret = at < size ? data + at : data + size;
	return at >= size ? 0 : size - at < ATA_BLOCK_BYTES ? size - at : ATA_BLOCK_BYTES;
}

static void check_plan(const struct ata_identity *id, uint32_t blocks, const struct ata_plan *plan)
{
	uint32_t piece = plan->transfer_bytes / ATA_BLOCK_BYTES;
	uint32_t last = blocks % piece ? blocks % piece : piece;

	MUST((id->download || id->download_dma) && !id->locked);
	MUST(piece > 0 && plan->transfer_bytes % ATA_BLOCK_BYTES == 0);
	if (plan->mode == ATA_DM_WHOLE) {
		MUST(piece == blocks);
		return;
	}
	MUST(plan->mode == ATA_DM_OFFSETS ? id->offsets : id->deferred);
	MUST(!id->min_blocks || last >= id->min_blocks);
	MUST(!id->max_blocks || last <= id->max_blocks);
	MUST(blocks <= piece || !id->max_blocks || piece <= id->max_blocks);
}

static void check_decision(const struct ata_identity *id, size_t size)
{
	uint32_t blocks = (uint32_t)(size % 5000) + 1;
	struct component comp = { .activation =
					  size % 2 ? ACTIVATION_NONE : ACTIVATION_DEVICE_RESET };
	struct ata_plan plan;
	struct err err;

	component_complete(&comp);
	if (!ata_plan_make(id, &comp, (uint64_t)blocks * ATA_BLOCK_BYTES, &plan, &err))
		check_plan(id, blocks, &plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ata_identity id;
	struct ata_result result;
	const uint8_t *at;
	struct err err;
	int percent;
	size_t len = part(data, size, 3 * ATA_BLOCK_BYTES, &at);

	ata_parse_result(at, len, &result);
	MUST(result.known || (!result.count && !result.lba && !result.error && !result.status));
	MUST(result.wide || (result.count <= 0xff && result.lba <= 0xffffff));
	MUST(ata_download_meaning(&result) <= ATA_UNKNOWN);
	len = part(data, size, 2 * ATA_BLOCK_BYTES, &at);
	if (!ata_parse_self_test(at, len, &percent, &err))
		MUST(percent >= -1 && percent <= 150);
	len = part(data, size, 0, &at);
	if (ata_parse_identify(at, len, &id, &err))
		return 0;
	must_be_printable(id.serial, 20);
	must_be_printable(id.model, 40);
	must_be_printable(id.revision, 8);
	check_decision(&id, size);
	len = part(data, size, ATA_BLOCK_BYTES, &at);
	if (!ata_parse_capabilities(at, len, &id, &err))
		check_decision(&id, size);
	return 0;
}
