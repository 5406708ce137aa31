/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image will go into a drive: slots, transfer sizes, refusals, time-outs, statuses. */
#include "backends/nvme_plan.h"
#include "tap.h"

#define KIB 1024

static void slots_are_chosen_by_the_table(void)
{
	static const struct {
		const char *why;
		uint8_t slots, readonly1, active;
		const char *revision[8]; /* by slot, NULL = empty */
		uint8_t want;
	} cases[] = {
		{ "the only slot", 1, 0, 1, { 0, "1.0" }, 1 },
		{ "the only slot is read-only", 1, 1, 1, { 0, "1.0" }, 0 },
		{ "no slot at all", 0, 0, 1, { 0, "1.0" }, 0 },
		{ "empty before others", 3, 0, 1, { 0, "1.0", "0.9", 0 }, 3 },
		{ "the first empty one", 4, 0, 1, { 0, "1.0" }, 2 },
		{ "another revision before the running one",
		  3,
		  0,
		  1,
		  { 0, "1.0", "1.0", "0.9" },
		  3 },
		{ "the running revision when nothing else", 2, 0, 1, { 0, "1.0", "1.0" }, 2 },
		{ "never the active one while another is there", 2, 0, 2, { 0, "0.9", "1.0" }, 1 },
		{ "slot 1 after all others, even empty", 3, 0, 2, { 0, 0, "1.0", "1.0" }, 3 },
		{ "not a read-only slot 1", 3, 1, 2, { 0, 0, "1.0", "0.9" }, 3 },
		{ "the active one when it alone is writable", 2, 1, 2, { 0, "0.1", "1.0" }, 2 },
		{ "all seven", 7, 0, 7, { 0, "a", "b", "c", "d", "e", 0, "1.0" }, 6 },
		{ "a slot beyond the count does not exist", 2, 0, 1, { 0, "1.0", "0.9", 0 }, 2 },
		{ "the slot told counts, not revisions", 2, 0, 2, { 0, "1.0", "1.0" }, 1 },
		{ "active slot not told: by its revision", 2, 0, 0, { 0, "0.9", "1.0" }, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nvme_identity id = { .revision = "1.0", .slots = cases[i].slots };
		struct nvme_fw_log log = { .active = cases[i].active };

		id.slot1_readonly = cases[i].readonly1;
		for (int slot = 1; slot <= NVME_SLOT_MAX; slot++)
			if (cases[i].revision[slot])
				strcpy(log.revision[slot], cases[i].revision[slot]);
		if (nvme_plan_slot(&id, &log) != cases[i].want)
			printf("# %s\n", cases[i].why);
		CHECK_INT(nvme_plan_slot(&id, &log), cases[i].want);
	}
}

static void transfers_fit_granularity_and_limit(void)
{
	static const struct {
		uint8_t fwug, mdts;
		uint32_t want;
	} cases[] = {
		{ 0, 0, 128 * KIB },
		{ 0, 1, 8 * KIB },
		{ 1, 0, 128 * KIB },
		{ 1, 1, 8 * KIB },
		{ 1, 2, 16 * KIB },
		{ 1, 3, 32 * KIB },
		{ 1, 4, 64 * KIB },
		{ 1, 5, 128 * KIB },
		{ 1, 9, 128 * KIB },
		{ 3, 0, 120 * KIB },
		{ 3, 3, 24 * KIB },
		{ 3, 2, 12 * KIB },
		{ 3, 1, 0 },
		{ 255, 0, 128 * KIB },
		{ 255, 1, 8 * KIB },
		{ 64, 0, 256 * KIB },
		{ 64, 6, 256 * KIB },
		{ 64, 5, 0 },
		{ 254, 255, 1016 * KIB },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct nvme_identity id = { .fwug = cases[i].fwug, .mdts = cases[i].mdts };

		if (nvme_plan_transfer(&id) != cases[i].want)
			printf("# FWUG %u MDTS %u\n", (unsigned int)cases[i].fwug,
			       (unsigned int)cases[i].mdts);
		CHECK_INT(nvme_plan_transfer(&id), cases[i].want);
	}
}

/* A drive and a component that nothing is wrong with; each test spoils one thing. */
static struct nvme_identity good_id(void)
{
	return (struct nvme_identity){
		.revision = "1.0", .firmware_commands = true, .slots = 2, .fwug = 2, .mdts = 5
	};
}

static int make(struct nvme_identity id, struct nvme_fw_log log, const char *flag, uint64_t size,
		struct nvme_plan *ret, struct err *err)
{
	const char *flags[1] = { flag };
	struct component comp = { .flags = flags, .flag_count = flag ? 1 : 0 };

	component_complete(&comp);
	return nvme_plan_make(&id, &log, &comp, size, ret, err);
}

static const struct nvme_fw_log good_log = { .active = 1, .revision = { "", "1.0" } };

static void what_a_drive_would_refuse_is_refused(void)
{
	struct nvme_fw_log pending = { .active = 1, .next = 2, .revision = { "", "1.0", "1.5" } };
	struct nvme_identity id = good_id();
	struct nvme_plan plan;
	struct err err;

	CHECK_INT(make(id, good_log, NULL, 4096, &plan, &err), 0);
	CHECK_INT(make(id, good_log, NULL, 0, &plan, &err), ERR_FORMAT);
	CHECK_INT(make(id, good_log, NULL, 4098, &plan, &err), ERR_FORMAT);
	CHECK_INT(make(id, good_log, NULL, CATALOG_PAYLOAD_MAX, &plan, &err), 0);
	CHECK_INT(make(id, good_log, NULL, CATALOG_PAYLOAD_MAX + 4, &plan, &err), ERR_TOO_LARGE);
	CHECK_INT(make(id, good_log, "nvme-pad-00", 4096, &plan, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "nvme-pad-00");
	CHECK_INT(make(id, pending, NULL, 4096, &plan, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "slot 2 (1.5)");
	id.slots = 1;
	id.slot1_readonly = true;
	CHECK_INT(make(id, good_log, NULL, 4096, &plan, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "no firmware slot");
	id = good_id();
	id.fwug = 64;
	CHECK_INT(make(id, good_log, NULL, 4096, &plan, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "256 KiB (FWUG) but takes 128 KiB");
	id = good_id();
	id.firmware_commands = false;
	CHECK_INT(make(id, good_log, NULL, 4096, &plan, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "OACS");
}

static void flags_and_frmw_decide_padding_and_action(void)
{
	struct nvme_identity id = good_id();
	struct nvme_plan plan;

	CHECK_INT(make(id, good_log, NULL, 4096, &plan, NULL), 0);
	CHECK_INT(plan.slot, 2);
	CHECK_INT(plan.action, NVME_CA_ACTIVATE_AT_RESET);
	CHECK_INT(plan.pad_bytes, 4);
	id.activate_without_reset = true;
	CHECK_INT(make(id, good_log, NVME_FLAG_PAD_FF, 4096, &plan, NULL), 0);
	CHECK_INT(plan.action, NVME_CA_ACTIVATE_NOW);
	CHECK_INT(plan.pad_bytes, 8 * KIB);
	CHECK_INT(make(id, good_log, NVME_FLAG_CA1, 4096, &plan, NULL), 0);
	CHECK_INT(plan.action, NVME_CA_ACTIVATE_AT_RESET);
	id.activate_without_reset = false;
	CHECK_INT(make(id, good_log, NVME_FLAG_CA3, 4096, &plan, NULL), 0);
	CHECK_INT(plan.action, NVME_CA_ACTIVATE_NOW);
}

static void flags_that_contradict_each_other(void)
{
	const char *flags[2] = { NVME_FLAG_CA1, NVME_FLAG_CA3 };
	struct component comp = { .flags = flags, .flag_count = 2 };
	struct nvme_identity id = good_id();
	struct nvme_plan plan;
	struct err err;

	component_complete(&comp);
	CHECK_INT(nvme_plan_make(&id, &good_log, &comp, 4096, &plan, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "contradict");
}

/* law 8: ten times what is expected and never under 15 minutes. */
static void a_commit_gets_time(void)
{
	static const struct {
		uint32_t expected_seconds;
		long long want_ms;
	} cases[] = { { 0, 900000 },
		      { 90, 900000 },
		      { 91, 910000 },
		      { 600, 6000000 },
		      { UINT32_MAX, 0x7fffffff } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct component comp = { .expected_seconds = cases[i].expected_seconds };
		struct nvme_identity id = good_id();
		struct nvme_plan plan;

		component_complete(&comp);
		CHECK_INT(nvme_plan_make(&id, &good_log, &comp, 4, &plan, NULL), 0);
		CHECK_INT(plan.commit_timeout_ms, cases[i].want_ms);
	}
}

static void statuses_mean_what_the_specification_says(void)
{
	static const struct {
		int status;
		enum nvme_meaning meaning;
		int code;
	} cases[] = {
		{ 0x000, NVME_ACCEPTED, 0 },
		{ 0x10b, NVME_AFTER_REBOOT, 0 },
		{ 0x110, NVME_AFTER_POWER_CYCLE, 0 },
		{ 0x111, NVME_AFTER_RESET, 0 },
		{ 0x410b, NVME_AFTER_REBOOT, 0 },      /* with DNR */
		{ 0x7910, NVME_AFTER_POWER_CYCLE, 0 }, /* with DNR, More, CRD */
		{ 0x112, NVME_NEEDS_MORE_TIME, ERR_DEVICE },
		{ 0x114, NVME_OVERLAPS, ERR_BUSY },
		{ 0x001, NVME_REFUSED, ERR_UNSUPPORTED },
		{ 0x002, NVME_REFUSED, ERR_DEVICE },
		{ 0x006, NVME_REFUSED, ERR_DEVICE },
		{ 0x007, NVME_REFUSED, ERR_DEVICE },
		{ 0x106, NVME_REFUSED, ERR_DEVICE },
		{ 0x107, NVME_REFUSED, ERR_DEVICE },
		{ 0x113, NVME_REFUSED, ERR_DEVICE },
		{ 0x370, NVME_REFUSED, ERR_DEVICE_GONE },
		{ 0x371, NVME_REFUSED, ERR_DEVICE_GONE },
		{ 0x00c, NVME_REFUSED, ERR_BUSY },
		{ 0x015, NVME_REFUSED, ERR_DEVICE },
		{ 0x01d, NVME_REFUSED, ERR_BUSY }, /* sanitize in progress */
		{ 0x401d, NVME_REFUSED, ERR_BUSY },
		{ 0x01e, NVME_REFUSED, ERR_DEVICE }, /* sanitize failed */
		{ 0x020, NVME_REFUSED, ERR_DEVICE },
		{ 0x021, NVME_REFUSED, ERR_BUSY },
		{ 0x082, NVME_REFUSED, ERR_BUSY },
		{ 0x084, NVME_REFUSED, ERR_BUSY }, /* format in progress */
		{ 0x109, NVME_REFUSED, ERR_UNSUPPORTED },
		{ 0x11d, NVME_REFUSED, ERR_BUSY },   /* self-test in progress */
		{ 0x115, NVME_REFUSED, ERR_DEVICE }, /* not of a commit */
		{ 0x7c1, NVME_REFUSED, ERR_DEVICE }, /* vendor specific */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CHECK_INT(nvme_status_find(cases[i].status)->meaning, cases[i].meaning);
		CHECK_INT(nvme_status_find(cases[i].status)->code, cases[i].code);
	}
}

static void a_refusal_is_said_with_number_and_dnr(void)
{
	struct err err;

	CHECK_INT(nvme_status_err(0x4107, &err), ERR_DEVICE);
	CHECK_STR(err.text,
		  "the drive does not accept this firmware image (NVMe status 107h, do not retry)");
	CHECK_INT(nvme_status_err(0x7c1, &err), ERR_DEVICE);
	CHECK_STR(err.text, "vendor specific refusal (NVMe status 7C1h)");
	/* A download that answers with what only a commit may say is an error all the same. */
	CHECK_INT(nvme_status_err(0x111, &err), ERR_DEVICE);
}

int main(void)
{
	TAP_RUN(slots_are_chosen_by_the_table);
	TAP_RUN(transfers_fit_granularity_and_limit);
	TAP_RUN(what_a_drive_would_refuse_is_refused);
	TAP_RUN(flags_and_frmw_decide_padding_and_action);
	TAP_RUN(flags_that_contradict_each_other);
	TAP_RUN(a_commit_gets_time);
	TAP_RUN(statuses_mean_what_the_specification_says);
	TAP_RUN(a_refusal_is_said_with_number_and_dnr);
	return TAP_END();
}
