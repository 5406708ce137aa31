/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an earlier run left, settled against emulated drives behind the seam: a cut in each state of
 * the journal, with the drive in each state it may be in by then.
 */
#include "settle_bench.h"

/* What the drive is found in. */
enum drive {
	OLD = 1,
	NEW,
	PENDING,       /* stored, active after a reset */
	STORED,	       /* stored, and nothing will activate it */
	ELSE,	       /* neither the old nor the new one */
	OTHER_PENDING, /* the old one runs, something else waits */
	SILENT,	       /* there, but it does not answer */
	GONE,	       /* not there at all */
};

static void put_drive(struct world *world, enum drive drive)
{
	struct nvme_model_firmware *firmware = &world->lab->drive[0].model.firmware;
	const char *revision = drive == NEW ? "2.0" : drive == ELSE ? "3.1" : "1.0";
	const char *slot2 = drive == OTHER_PENDING				  ? "9.9"
			    : drive == PENDING || drive == STORED || drive == NEW ? "2.0"
										  : "";

	snprintf(firmware->running, sizeof(firmware->running), "%s", revision);
	snprintf(firmware->slot[1], sizeof(firmware->slot[1]), "%s", revision);
	snprintf(firmware->slot[2], sizeof(firmware->slot[2]), "%s", slot2);
	if (drive == PENDING || drive == OTHER_PENDING) {
		firmware->next = 2;
		firmware->next_reset = NVME_RESET_CONTROLLER;
	}
	if (drive == GONE)
		world->lab->drive[0].removed = true;
	/* The inventory of this boot. */
	inventory_free(&world->inv);
	CHECK_INT(backend_nvme.probe(&world->lab->hw, &world->inv, &world->err), 0);
	/* It answered a moment ago. */
	if (drive == SILENT)
		world->lab->drive[0].admin_errno = ENODEV;
}

enum kind { CUT = 1, CUT_IN_RAM, REBOOTED };

struct answer {
	enum kind kind;
	const char *from;
	enum step_state was;
	enum drive drive;
	const char *last; /* the step's last record then */
	enum outcome_counter { N_OLD, N_NEW, N_PENDING, N_AGAIN, N_FAILED, N_HUMAN, N_NOT } counter;
	const char *bar;  /* the first one */
	const char *text; /* said */
};

#define HUMAN_BAR   "NEEDS_HUMAN nvme:A1 -"
#define DONE_BAR    "ALREADY_CURRENT nvme:A1 lab-2.0"
#define WITHDRAWN   "COMPONENT_WITHDRAWN - lab-2.0"
#define OLD_TEXT    "the old firmware runs: 1.0. It can be written again."
#define NEW_TEXT    "the new firmware runs, read back: 2.0."
#define AGAIN_TEXT  "it must be written again"
#define HUMAN_TEXT  "it needs a person: "
#define REBOOT_TEXT "comes into effect with a reboot."
#define POWER_TEXT  "power the server off and on to bring"

/* clang-format off */
static const struct answer answers[] = {
	/* Cut off: each state that is open, each state the drive may be in. */
	{ CUT, "1.0", STEP_BEGUN, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
	{ CUT, "1.0", STEP_BEGUN, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_BEGUN, ELSE, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, "neither 1.0 nor 2.0" },
	{ CUT, "1.0", STEP_BEGUN, GONE, "unknown INTERRUPTED", N_HUMAN, WITHDRAWN, "not there or does not answer" },
	{ CUT, "1.0", STEP_WRITING, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
	{ CUT, "1.0", STEP_WRITING, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_WRITING, PENDING, "needs-reboot INTERRUPTED", N_PENDING, DONE_BAR, REBOOT_TEXT },
	{ CUT, "1.0", STEP_WRITING, STORED, "failed INTERRUPTED", N_AGAIN, "", AGAIN_TEXT },
	{ CUT, "1.0", STEP_WRITING, ELSE, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, "neither 1.0 nor 2.0" },
	{ CUT, "1.0", STEP_WRITING, OTHER_PENDING, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, "an update that is not this one" },
	{ CUT, "1.0", STEP_WRITING, SILENT, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, HUMAN_TEXT },
	{ CUT, "1.0", STEP_WRITING, GONE, "unknown INTERRUPTED", N_HUMAN, WITHDRAWN, "Power the server off and on" },
	{ CUT, "1.0", STEP_WRITTEN, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
	{ CUT, "1.0", STEP_WRITTEN, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_WRITTEN, PENDING, "needs-reboot INTERRUPTED", N_PENDING, DONE_BAR, REBOOT_TEXT },
	{ CUT, "1.0", STEP_WRITTEN, STORED, "failed INTERRUPTED", N_AGAIN, "", AGAIN_TEXT },
	{ CUT, "1.0", STEP_WRITTEN, SILENT, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, HUMAN_TEXT },
	{ CUT, "1.0", STEP_ACTIVATED, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
	{ CUT, "1.0", STEP_ACTIVATED, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_ACTIVATED, PENDING, "needs-reboot INTERRUPTED", N_PENDING, DONE_BAR, REBOOT_TEXT },
	{ CUT, "1.0", STEP_ACTIVATED, STORED, "failed INTERRUPTED", N_AGAIN, "", AGAIN_TEXT },
	{ CUT, "1.0", STEP_OVERDUE, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
	{ CUT, "1.0", STEP_OVERDUE, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_OVERDUE, STORED, "failed INTERRUPTED", N_AGAIN, "", AGAIN_TEXT },
	/* Cut off while it waited: whether the power was away nobody knows, the drive does. */
	{ CUT, "1.0", STEP_NEEDS_REBOOT, NEW, "verified", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_NEEDS_REBOOT, PENDING, "needs-reboot", N_PENDING, DONE_BAR, REBOOT_TEXT },
	{ CUT, "1.0", STEP_NEEDS_REBOOT, OLD, "failed PROOF", N_FAILED, WITHDRAWN, "nothing waits to run instead" },
	{ CUT, "1.0", STEP_NEEDS_POWER_CYCLE, NEW, "verified", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT, "1.0", STEP_NEEDS_POWER_CYCLE, PENDING, "needs-power-cycle", N_PENDING, DONE_BAR, POWER_TEXT },
	{ CUT, "1.0", STEP_NEEDS_POWER_CYCLE, OLD, "failed PROOF", N_FAILED, WITHDRAWN, "it still runs 1.0" },
	/* Written again what ran already: what is read proves nothing (law 5). */
	{ CUT, "2.0", STEP_BEGUN, NEW, "failed INTERRUPTED", N_OLD, "", "cannot be told" },
	{ CUT, "2.0", STEP_WRITING, NEW, "failed INTERRUPTED", N_OLD, "", "cannot be told" },
	{ CUT, "2.0", STEP_WRITTEN, NEW, "accepted INTERRUPTED", N_NEW, DONE_BAR, "does not prove" },
	{ CUT, "2.0", STEP_ACTIVATED, NEW, "accepted INTERRUPTED", N_NEW, DONE_BAR, "does not prove" },
	/* In RAM: what was only planned may have been begun. */
	{ CUT_IN_RAM, "1.0", STEP_PLANNED, OLD, "planned", N_NOT, "", "1 step was planned only" },
	{ CUT_IN_RAM, "1.0", STEP_PLANNED, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	{ CUT_IN_RAM, "1.0", STEP_PLANNED, PENDING, "needs-reboot INTERRUPTED", N_PENDING, DONE_BAR, REBOOT_TEXT },
	{ CUT_IN_RAM, "1.0", STEP_PLANNED, STORED, "failed INTERRUPTED", N_AGAIN, "", AGAIN_TEXT },
	{ CUT_IN_RAM, "1.0", STEP_PLANNED, SILENT, "unknown INTERRUPTED", N_HUMAN, HUMAN_BAR, HUMAN_TEXT },
	{ CUT_IN_RAM, "2.0", STEP_PLANNED, NEW, "planned", N_NOT, "", "1 step was planned only" },
	{ CUT_IN_RAM, "1.0", STEP_WRITING, NEW, "verified INTERRUPTED", N_NEW, DONE_BAR, NEW_TEXT },
	/* After the reboot that the run wanted. */
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, NEW, "verified", N_NEW, DONE_BAR, NEW_TEXT },
	{ REBOOTED, "2.0", STEP_NEEDS_REBOOT, NEW, "accepted", N_NEW, DONE_BAR, "does not prove" },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, OLD, "failed PROOF", N_FAILED, WITHDRAWN, "after the reboot it still runs 1.0" },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, STORED, "failed PROOF", N_FAILED, WITHDRAWN, "stored without being active" },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, PENDING, "needs-power-cycle", N_PENDING, DONE_BAR, POWER_TEXT },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, ELSE, "unknown PROOF", N_HUMAN, HUMAN_BAR, "neither 1.0 nor 2.0" },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, SILENT, "unknown DEVICE_GONE", N_HUMAN, HUMAN_BAR, HUMAN_TEXT },
	{ REBOOTED, "1.0", STEP_NEEDS_REBOOT, GONE, "unknown DEVICE_GONE", N_HUMAN, WITHDRAWN, HUMAN_TEXT },
	{ REBOOTED, "1.0", STEP_NEEDS_POWER_CYCLE, NEW, "verified", N_NEW, DONE_BAR, NEW_TEXT },
	{ REBOOTED, "1.0", STEP_NEEDS_POWER_CYCLE, OLD, "needs-power-cycle", N_PENDING, DONE_BAR, "a reboot is not enough" },
	{ REBOOTED, "1.0", STEP_NEEDS_POWER_CYCLE, PENDING, "needs-power-cycle", N_PENDING, DONE_BAR, POWER_TEXT },
	{ REBOOTED, "1.0", STEP_OVERDUE, OLD, "failed INTERRUPTED", N_OLD, "", OLD_TEXT },
};
/* clang-format on */

static size_t counter(const struct settled *settled, enum outcome_counter which)
{
	const size_t counters[] = {
		[N_OLD] = settled->old_runs,	[N_NEW] = settled->new_runs,
		[N_PENDING] = settled->pending, [N_AGAIN] = settled->again,
		[N_FAILED] = settled->failed,	[N_HUMAN] = settled->human,
		[N_NOT] = settled->not_begun,
	};

	return counters[which];
}

static size_t all_counters(const struct settled *settled)
{
	size_t sum = 0;

	for (unsigned int i = 0; i <= N_NOT; i++)
		sum += counter(settled, (enum outcome_counter)i);
	return sum;
}

static const struct answer *answer;

static void cut_in_a_state(void)
{
	struct world *world = start_two();
	struct step_words words = step_a;
	bool reboot = answer->kind == REBOOTED;
	char run_id[33], was[64];
	bool open;

	words.from = answer->from;
	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &words, STEP_PLANNED);
	if (answer->kind == CUT_IN_RAM)
		mark(world, RUN_A, JOURNAL_RUN_IN_RAM);
	if (answer->was != STEP_PLANNED)
		add_step(world, RUN_A, 1, &words, answer->was);
	if (reboot)
		mark(world, RUN_A, JOURNAL_RUN_REBOOT);
	put_drive(world, answer->drive);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), answer->last);
	CHECK_INT(counter(&world->settled, answer->counter), 1);
	CHECK_INT(all_counters(&world->settled), 1);
	CHECK_STR(bar_of(&world->history.bars, 0), answer->bar);
	snprintf(was, sizeof(was), "was \"%s\": ", step_state_name(answer->was));
	if (answer->counter != N_NOT)
		CHECK_CONTAINS(world->said, was);
	CHECK_CONTAINS(world->said, answer->text);
	CHECK_CONTAINS(world->said,
		       reboot ? "goes on after its reboot" : "was cut off. What it left behind");
	/* A reboot leaves the run open, a cut closes it; both may be gone on with. */
	CHECK_INT(journal_last_run(world->journal, run_id, &open, &world->err), 0);
	CHECK_INT(open, reboot);
	CHECK_INT(world->history.end, reboot ? HISTORY_REBOOT : HISTORY_INTERRUPTED);
	stop(world);
}

/* The second time nothing is left to be asked, but for what waits or is not known. */
static void test_settled_once(void)
{
	struct world *world = start_two();
	size_t records;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	quietly(world, ask_own);
	records = record_count(world);
	quietly(world, ask_own);
	CHECK_INT(record_count(world), records);
	CHECK_INT(all_counters(&world->settled), 0);
	CHECK_STR(world->said, "");
	CHECK(world->history.closed);
	stop(world);
}

static void test_nothing_was_worked_on(void)
{
	struct world *world = start_two();

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_PLANNED);
	quietly(world, ask_own);
	CHECK_CONTAINS(world->said, "nothing: no device was being worked on");
	CHECK_STR(last_of(world, RUN_A, 1), "planned");
	CHECK(world->history.closed);
	CHECK(history_planned(&world->history, "nvme:A1", "lab-2.0"));
	stop(world);
}

static void test_ended_run_is_left_alone(void)
{
	struct world *world = start_two();

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_NEEDS_REBOOT);
	mark(world, RUN_A, JOURNAL_RUN_END);
	quietly(world, ask_own);
	CHECK_STR(world->said, "");
	CHECK_STR(last_of(world, RUN_A, 1), "needs-reboot");
	CHECK_INT(world->history.end, HISTORY_ENDED);
	stop(world);
}

/* Power off is what makes it known again: the bar goes, and the journal need not be told. */
static void test_unknown_is_asked_again(void)
{
	struct world *world = start_two();
	size_t records;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	world->lab->drive[0].admin_errno = ENODEV;
	quietly(world, ask_own);
	CHECK_STR(bar_of(&world->history.bars, 0), HUMAN_BAR);
	begin(world, RUN_B, RUN_A);
	add_step(world, RUN_B, 1, &step_b, STEP_PLANNED);
	records = record_count(world);
	quietly(world, ask_own);
	CHECK_STR(bar_of(&world->history.bars, 0), HUMAN_BAR);
	CHECK_INT(record_count(world), records + 1); /* its end */
	world->lab->drive[0].admin_errno = 0;
	quietly(world, ask_own);
	CHECK_INT(world->settled.old_runs, 1);
	CHECK_CONTAINS(world->said, OLD_TEXT);
	CHECK_INT(record_count(world), records + 1);
	/* Law 6 holds on: it ended unknown once. */
	CHECK_STR(bar_of(&world->history.bars, 0), WITHDRAWN);
	CHECK_INT(world->history.bars.count, 1);
	stop(world);
}

/* The same step died twice: its device is left alone, and the sibling is not. */
static void test_crash_loop(void)
{
	struct world *world = start_two();
	struct step_words again = step_a;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	add_step(world, RUN_A, 2, &step_b, STEP_PLANNED);
	quietly(world, ask_own);
	CHECK_INT(world->history.bars.count, 0);
	again.attempt = history_attempt(&world->history, "nvme:A1", "lab-2.0");
	CHECK_INT(again.attempt, 2);
	begin(world, RUN_B, RUN_A);
	add_step(world, RUN_B, 1, &again, STEP_BEGUN);
	quietly(world, ask_own);
	CHECK_STR(bar_of(&world->history.bars, 0), "CRASH_LOOP nvme:A1 -");
	CHECK_INT(world->history.bars.count, 1);
	CHECK_CONTAINS(world->history.bars.list[0].text, "2 times while lab-2.0 was written");
	stop(world);
}

/* In RAM, two steps of one drive: only planned, the first done, both done. */
static void check_stones(const char *running, const char *first, const char *second)
{
	static const struct step_words stone = { "nvme:A1", "lab-1.5", "1.0", "1.5", 1 };
	static const struct step_words then = { "nvme:A1", "lab-2.0", "1.5", "2.0", 1 };
	struct world *world = start_two();
	struct nvme_model_firmware *firmware = &world->lab->drive[0].model.firmware;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &stone, STEP_PLANNED);
	add_step(world, RUN_A, 2, &then, STEP_PLANNED);
	add_step(world, RUN_A, 1, &stone, STEP_BEGUN);
	mark(world, RUN_A, JOURNAL_RUN_IN_RAM);
	snprintf(firmware->running, sizeof(firmware->running), "%s", running);
	snprintf(firmware->slot[1], sizeof(firmware->slot[1]), "%s", running);
	inventory_free(&world->inv);
	CHECK_INT(backend_nvme.probe(&world->lab->hw, &world->inv, &world->err), 0);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), first);
	CHECK_STR(last_of(world, RUN_A, 2), second);
	CHECK_INT(world->settled.human, 0);
	stop(world);
}

static void test_stepping_stones_in_ram(void)
{
	check_stones("1.0", "failed INTERRUPTED", "planned");
	check_stones("1.5", "verified INTERRUPTED", "planned");
	check_stones("2.0", "accepted INTERRUPTED", "verified INTERRUPTED");
}

/* Left out before the reboot, planned anew after it: only the new number says what became of it. */
static void test_left_out_before_the_reboot(void)
{
	struct world *world = start_two();

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WITHDRAWN);
	mark(world, RUN_A, JOURNAL_RUN_REBOOT);
	add_step(world, RUN_A, 2, &step_a, STEP_PLANNED);
	mark(world, RUN_A, JOURNAL_RUN_IN_RAM);
	put_drive(world, STORED);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), "withdrawn");
	CHECK_STR(last_of(world, RUN_A, 2), "failed INTERRUPTED");
	CHECK_INT(world->settled.again, 1);
	stop(world);
}

/* The repository has changed: the versions alone must tell, and nothing is proven. */
static void test_component_is_gone(void)
{
	struct world *world = start_two();

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	add_step(world, RUN_A, 2, &step_b, STEP_WRITING);
	put_drive(world, NEW);
	world->cat.count = 0;
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), "accepted INTERRUPTED");
	CHECK_STR(last_of(world, RUN_A, 2), "failed INTERRUPTED");
	stop(world);
}

/* The drive says that the new firmware runs, the field that proves it reads something else. */
static void test_proof_decides(void)
{
	struct world *world = start_two();

	world->comps[0].proof.match = PROOF_EQUALS;
	world->comps[0].proof.field = "nvme.mn";
	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_NEEDS_REBOOT);
	mark(world, RUN_A, JOURNAL_RUN_REBOOT);
	put_drive(world, NEW);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), "failed PROOF");
	CHECK_CONTAINS(world->said, "but nvme.mn reads");
	stop(world);
}

/* What ran before is recorded as another field reads: the version before is then not known. */
static void test_proof_is_another_field(void)
{
	struct world *world = start_two();
	struct step_words words = step_a;

	world->comps[0].proof.field = "nvme.slots";
	words.from = device_prop(&world->inv.devices[0], "nvme.slots");
	CHECK_STR(words.from, "3");
	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &words, STEP_WRITING);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), "failed INTERRUPTED");
	CHECK_INT(world->settled.old_runs, 1);
	stop(world);
}

/* A component of its own that needs a power cycle, found stored. */
static void test_pending_power_cycle(void)
{
	struct world *world = start_two();

	world->comps[0].activation = ACTIVATION_POWER_CYCLE;
	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITTEN);
	put_drive(world, PENDING);
	quietly(world, ask_own);
	CHECK_STR(last_of(world, RUN_A, 1), "needs-power-cycle INTERRUPTED");
	CHECK_CONTAINS(world->history.bars.list[0].text, "after a power cycle");
	stop(world);
}

static struct plan_bars other_bars;

static void ask_other(struct world *world)
{
	CHECK_INT(settle_other_medium(&world->settle, "sdb, DRYDOCK", &other_bars, &world->settled,
				      &world->err),
		  0);
}

/* Another stick: the same questions, nothing written there, only the doubtful device is barred. */
static void test_other_medium(void)
{
	struct world *world = start_two();
	size_t records;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	add_step(world, RUN_A, 2, &step_b, STEP_WRITING);
	put_drive(world, ELSE);
	records = record_count(world);
	quietly(world, ask_other);
	CHECK_INT(record_count(world), records);
	CHECK_STR(bar_of(&other_bars, 0), HUMAN_BAR);
	CHECK_INT(other_bars.count, 1);
	CHECK_INT(world->settled.human, 1);
	CHECK_INT(world->settled.old_runs, 1);
	CHECK_CONTAINS(world->said, "Another medium (sdb, DRYDOCK)");
	CHECK_CONTAINS(world->said, "aaaaaaaa");
	CHECK_CONTAINS(world->said, "nothing is written to that medium");
	plan_bars_free(&other_bars);
	stop(world);
}

/* What that run has stored is none of this one's: the backend's check says what it thinks of it. */
static void test_other_medium_with_a_pending_step(void)
{
	struct world *world = start_two();

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_NEEDS_REBOOT);
	mark(world, RUN_A, JOURNAL_RUN_REBOOT);
	put_drive(world, PENDING);
	quietly(world, ask_other);
	CHECK_INT(world->settled.pending, 1);
	CHECK_INT(other_bars.count, 0);
	CHECK_CONTAINS(world->said, "which waits for its reboot");
	stop(world);
}

static void test_other_medium_without_a_run(void)
{
	struct world *world = start_two();

	quietly(world, ask_other);
	begin(world, RUN_A, "");
	mark(world, RUN_A, JOURNAL_RUN_END);
	quietly(world, ask_other);
	CHECK_STR(world->said, "");
	CHECK_INT(other_bars.count, 0);
	stop(world);
}

int main(void)
{
	static const char *const kinds[] = { "", "cut", "cut in RAM", "rebooted" };
	static const char *const drives[] = { "",	"old",	"new",		 "pending",
					      "stored", "else", "other pending", "silent",
					      "gone" };
	char name[128];

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		answer = &answers[i];
		snprintf(name, sizeof(name), "%s, %s from %s, drive: %s", kinds[answer->kind],
			 step_state_name(answer->was), answer->from, drives[answer->drive]);
		TAP_RUN_NAMED(cut_in_a_state, name);
	}
	TAP_RUN(test_settled_once);
	TAP_RUN(test_nothing_was_worked_on);
	TAP_RUN(test_ended_run_is_left_alone);
	TAP_RUN(test_unknown_is_asked_again);
	TAP_RUN(test_crash_loop);
	TAP_RUN(test_stepping_stones_in_ram);
	TAP_RUN(test_left_out_before_the_reboot);
	TAP_RUN(test_component_is_gone);
	TAP_RUN(test_proof_decides);
	TAP_RUN(test_proof_is_another_field);
	TAP_RUN(test_pending_power_cycle);
	TAP_RUN(test_other_medium);
	TAP_RUN(test_other_medium_with_a_pending_step);
	TAP_RUN(test_other_medium_without_a_run);
	return TAP_END();
}
