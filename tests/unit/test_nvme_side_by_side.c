/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives are asked side by side: one that answers late, or never, holds up no other one. */
#include <errno.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/thread.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "nvme_bench.h"
#include "temp_tree.h"

#define DRIVES 6

/* Commands of which none returns before as many drives as there are were asked. */
static struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct hwio_ops *inner;
	unsigned int waiting, want;
	bool in_vain;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static int gated_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 30;
	pthread_mutex_lock(&gate.lock);
	gate.waiting++;
	pthread_cond_broadcast(&gate.changed);
	while (gate.waiting < gate.want && !gate.in_vain)
		gate.in_vain = pthread_cond_timedwait(&gate.changed, &gate.lock, &end) != 0;
	pthread_mutex_unlock(&gate.lock);
	return gate.inner->ioctl(hw, fd, request, arg);
}

static struct hwio_ops gated_ops;

static void put_gate(struct hwio *hw, unsigned int want)
{
	gate.inner = hw->ops;
	gate.waiting = 0;
	gate.want = want;
	gate.in_vain = false;
	gated_ops = *hw->ops;
	gated_ops.ioctl = gated_ioctl;
	hw->ops = &gated_ops;
}

static struct hwio_nvme *machine(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	char settings[32];

	for (unsigned int i = 0; i < DRIVES; i++) {
		snprintf(settings, sizeof(settings), "serial=S%u,revision=1.%u", i, i);
		hwio_nvme_add(lab, settings);
	}
	return lab;
}

static void check_order(const struct inventory *inv)
{
	char id[32];

	CHECK_INT(inv->count, DRIVES);
	for (size_t i = 0; i < inv->count; i++) {
		snprintf(id, sizeof(id), "nvme:S%zu", i);
		CHECK_STR(inv->devices[i].id, id);
	}
}

static void all_are_asked_before_one_has_answered(void)
{
	struct hwio_nvme *lab = machine();
	struct inventory inv = { 0 };

	put_gate(&lab->hw, DRIVES);
	CHECK_INT(backend_nvme.probe(&lab->hw, &inv, NULL), 0);
	CHECK(!gate.in_vain);
	check_order(&inv);
	CHECK_STR(inv.devices[5].version, "1.5");
	CHECK_INT(lab->n_open, 0);
	inventory_free(&inv);
	hwio_nvme_free(lab);
}

static void a_dead_drive_among_others(void)
{
	struct hwio_nvme *lab = machine();
	struct inventory inv = { 0 };

	lab->drive[2].admin_errno = EINTR;
	lab->drive[3].state = "connecting";
	CHECK_INT(backend_nvme.probe(&lab->hw, &inv, NULL), 0);
	check_order(&inv);
	for (size_t i = 0; i < inv.count; i++)
		CHECK_INT(inv.devices[i].updateable, i != 2 && i != 3);
	CHECK_CONTAINS(device_prop(&inv.devices[2], "nvme.error"),
		       "the driver gave the command up");
	CHECK_CONTAINS(device_prop(&inv.devices[3], "nvme.error"), "connecting");
	inventory_free(&inv);
	hwio_nvme_free(lab);
}

/* The helping threads' calls belong to the phase of the one that they help. */
static void a_recorded_inventory_is_replayed(void)
{
	struct temp_tree tree = temp_tree_make();
	struct hwio_nvme *lab = machine();
	struct inventory inv = { 0 }, again = { 0 };
	struct hwio *record, *replay;
	struct err err = { 0 };

	CHECK_INT(hwio_record_new(&lab->hw, tree.dir, &record, NULL), 0);
	hwio_note(record, HWIO_PHASE, "inventory-before.json");
	put_gate(&lab->hw, DRIVES);
	CHECK_INT(backend_nvme.probe(record, &inv, NULL), 0);
	hwio_record_free(record);
	CHECK_INT(hwio_replay_new(tree.dir, &replay, &err), 0);
	hwio_note(replay, HWIO_PHASE, "inventory-before.json");
	CHECK_INT(backend_nvme.probe(replay, &again, NULL), 0);
	CHECK_INT(hwio_replay_check(replay, &err), 0);
	CHECK_STR(err.text, "");
	check_order(&again);
	for (size_t i = 0; i < again.count && i < inv.count; i++)
		CHECK_STR(again.devices[i].version, inv.devices[i].version);
	hwio_replay_free(replay);
	inventory_free(&inv);
	inventory_free(&again);
	hwio_nvme_free(lab);
	temp_tree_remove(&tree);
}

static void count_up(void *ctx, size_t index)
{
	atomic_fetch_add((atomic_uint *)ctx + index, 1);
}

static void each_once(void)
{
	static const size_t counts[] = { 0, 1, 2, THREAD_EACH_MAX, THREAD_EACH_MAX + 1, 100 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		atomic_uint seen[101] = { 0 };

		thread_each(counts[i], count_up, seen);
		for (size_t j = 0; j < 101; j++)
			CHECK_INT(seen[j], j < counts[i]);
	}
}

int main(void)
{
	TAP_RUN(all_are_asked_before_one_has_answered);
	TAP_RUN(a_dead_drive_among_others);
	TAP_RUN(a_recorded_inventory_is_replayed);
	TAP_RUN(each_once);
	return TAP_END();
}
