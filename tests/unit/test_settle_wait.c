/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that is not at rest yet when it is asked what an earlier run has left in it. */
#include "settle_bench.h"

/* What a drive that goes on without us does between two questions. */
static struct world *going_on;
static int (*ask_drive)(struct hwio *hw, int fd, unsigned long request, void *arg);
static unsigned int asked_drive;

static int then_the_new_one_runs(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct nvme_model_firmware *firmware = &going_on->lab->drive[0].model.firmware;
	int rc = ask_drive(hw, fd, request, arg);

	if (asked_drive++ == 0) {
		snprintf(firmware->running, sizeof(firmware->running), "2.0");
		snprintf(firmware->slot[1], sizeof(firmware->slot[1]), "2.0");
	}
	return rc;
}

/* An iLO flashes to the end while the run that asked for it is dead: recover() waits for that. */
static void test_it_ends_while_it_is_asked(void)
{
	struct world *world = start_two();
	struct hwio_ops ops = *world->lab->hw.ops;
	const struct hwio_ops *before = world->lab->hw.ops;

	begin(world, RUN_A, "");
	add_step(world, RUN_A, 1, &step_a, STEP_WRITING);
	going_on = world;
	asked_drive = 0;
	ask_drive = ops.ioctl;
	ops.ioctl = then_the_new_one_runs;
	world->lab->hw.ops = &ops;
	quietly(world, ask_own);
	world->lab->hw.ops = before;
	CHECK(asked_drive > 1);
	CHECK_STR(last_of(world, RUN_A, 1), "verified INTERRUPTED");
	CHECK_INT(world->settled.new_runs, 1);
	/* Neither is it written again nor has it gone back: the plan sees what was read last. */
	CHECK_STR(inventory_find(&world->inv, "nvme:A1")->version, "2.0");
	CHECK_STR(bar_of(&world->history.bars, 0), "ALREADY_CURRENT nvme:A1 lab-2.0");
	stop(world);
}

int main(void)
{
	TAP_RUN(test_it_ends_while_it_is_asked);
	return TAP_END();
}
