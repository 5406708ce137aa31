/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/nvme_plan.h"

#include <string.h>

#define KIB		       1024u
#define TRANSFER_LIMIT	       (128 * KIB) /* what every platform maps in one piece */
#define TIMEOUT_MAX_MS	       0x7fffffffu /* more does not fit the kernel's clock */
#define MS_PER_EXPECTED_SECOND 10000u	   /* ten times what is expected, law 8 */

/* FWUG is in units of 4 KiB, 0 says nothing (NVMe 2.0 §5.17.2.1): then 4 KiB, as all tools do. */
static uint32_t granularity(const struct nvme_identity *id)
{
	if (id->fwug == NVME_FWUG_ANY)
		return 4;
	return (id->fwug ? id->fwug : 1u) * 4 * KIB;
}

/* MDTS counts pages of CAP.MPSMIN, which only the driver can see: 4 KiB is the smallest. */
static uint32_t max_transfer(const struct nvme_identity *id)
{
	return id->mdts == 0 || id->mdts > 19 ? UINT32_MAX : 4 * KIB << id->mdts;
}

uint32_t nvme_plan_transfer(const struct nvme_identity *id)
{
	uint32_t unit = granularity(id), max = max_transfer(id);
	uint32_t limit = max < TRANSFER_LIMIT ? max : TRANSFER_LIMIT;

	if (unit <= limit)
		return limit - limit % unit;
	return unit <= max ? unit : 0;
}

static uint8_t active_slot(const struct nvme_identity *id, const struct nvme_fw_log *log)
{
	if (log->active)
		return log->active;
	for (uint8_t slot = 1; slot <= id->slots; slot++)
		if (id->revision[0] && !strcmp(log->revision[slot], id->revision))
			return slot;
	return 0;
}

/* How welcome a slot is for a new image; 0 = cannot be written. */
static int slot_rank(const struct nvme_identity *id, const struct nvme_fw_log *log, uint8_t slot)
{
	const char *revision = log->revision[slot];
	int rank = 3;

	if (slot == 1 && id->slot1_readonly)
		return 0;
	if (slot == active_slot(id, log))
		return 1;
	if (!revision[0])
		rank = 5;
	else if (strcmp(revision, id->revision) != 0)
		rank = 4;
	return slot == 1 ? 2 : rank;
}

uint8_t nvme_plan_slot(const struct nvme_identity *id, const struct nvme_fw_log *log)
{
	uint8_t best = 0;
	int best_rank = 0;

	for (uint8_t slot = 1; slot <= id->slots; slot++) {
		int rank = slot_rank(id, log, slot);

		if (rank > best_rank) {
			best = slot;
			best_rank = rank;
		}
	}
	return best;
}

static int check_flags(const struct component *comp, struct err *err)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strcmp(comp->flags[i], NVME_FLAG_PAD_FF) != 0 &&
		    strcmp(comp->flags[i], NVME_FLAG_CA1) != 0 &&
		    strcmp(comp->flags[i], NVME_FLAG_CA3) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	if (component_has_flag(comp, NVME_FLAG_CA1) && component_has_flag(comp, NVME_FLAG_CA3))
		return err_set(err, ERR_UNSUPPORTED,
			       "flags \"%s\" and \"%s\" contradict each other", NVME_FLAG_CA1,
			       NVME_FLAG_CA3);
	return 0;
}

/* Both NUMD and OFST count dwords, and OFST has 32 bits: NVMe 2.0 §5.13. */
static int check_size(uint64_t size_bytes, struct err *err)
{
	if (size_bytes == 0 || size_bytes % 4 != 0)
		return err_set(err, ERR_FORMAT,
			       "%llu bytes: not a firmware image, those are whole dwords",
			       (unsigned long long)size_bytes);
	if (size_bytes > CATALOG_PAYLOAD_MAX)
		return err_set(err, ERR_TOO_LARGE, "%llu bytes are more than a download can name",
			       (unsigned long long)size_bytes);
	return 0;
}

static int check_drive(const struct nvme_identity *id, const struct nvme_fw_log *log,
		       struct err *err)
{
	uint8_t pending = nvme_pending_slot(log);

	if (!id->firmware_commands)
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive has no firmware commands (OACS bit 2 is clear)");
	if (pending)
		return err_set(err, ERR_BUSY,
			       "an earlier update waits for a reset: slot %u (%s) will run then",
			       (unsigned int)pending, log->revision[pending]);
	if (!nvme_plan_slot(id, log))
		return err_set(err, ERR_UNSUPPORTED, "no firmware slot can be written");
	if (!nvme_plan_transfer(id))
		return err_set(err, ERR_UNSUPPORTED,
			       "the drive wants pieces of %u KiB (FWUG) but takes %u KiB at once",
			       granularity(id) / KIB, max_transfer(id) / KIB);
	return 0;
}

static uint32_t commit_timeout(uint32_t expected_seconds)
{
	uint64_t timeout_ms = (uint64_t)expected_seconds * MS_PER_EXPECTED_SECOND;

	if (timeout_ms < NVME_WRITE_TIMEOUT_MS)
		return NVME_WRITE_TIMEOUT_MS;
	return timeout_ms < TIMEOUT_MAX_MS ? (uint32_t)timeout_ms : TIMEOUT_MAX_MS;
}

int nvme_plan_make(const struct nvme_identity *id, const struct nvme_fw_log *log,
		   const struct component *comp, uint64_t size_bytes, struct nvme_plan *ret,
		   struct err *err)
{
	bool now = component_has_flag(comp, NVME_FLAG_CA3) ||
		   (id->activate_without_reset && !component_has_flag(comp, NVME_FLAG_CA1));
	int rc = check_flags(comp, err);

	if (!rc)
		rc = check_size(size_bytes, err);
	if (!rc)
		rc = check_drive(id, log, err);
	*ret = (struct nvme_plan){
		.slot = nvme_plan_slot(id, log),
		.action = now ? NVME_CA_ACTIVATE_NOW : NVME_CA_ACTIVATE_AT_RESET,
		.transfer_bytes = nvme_plan_transfer(id),
		.pad_bytes = component_has_flag(comp, NVME_FLAG_PAD_FF) ? granularity(id) : 4,
		.commit_timeout_ms = commit_timeout(comp->expected_seconds),
	};
	return rc;
}
