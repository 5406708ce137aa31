/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_replay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hw/hwio_record.h"
#include "nvme_bench.h"
#include "temp_tree.h"

#define TRACE "/trace-nvme0.jsonl"
#define SYS   "/trace-sys.jsonl"

/* What one update has come to, by whatever seam. */
struct outcome {
	int probe, check, write, activate, refresh;
	enum backend_result written, activated;
	char version[DEVICE_VERSION_MAX];
	size_t intents;
};

/* Everything a run does with a drive, in its order. */
static struct outcome update(struct bench *bench, struct hwio *hw)
{
	struct outcome ret = { 0 };
	struct inventory inv = { 0 };
	struct err err = { 0 };

	bench->io.hw = hw;
	bench->intents = 0;
	bench->progress = 0;
	ret.probe = backend_nvme.probe(hw, &inv, &err);
	if (inv.count != 1)
		return ret;
	bench->io.dev = inv.devices;
	ret.check = backend_nvme.check(&bench->io, &err);
	ret.write = backend_nvme.write(&bench->io, &ret.written, &err);
	if (!ret.write && ret.written == BACKEND_NEEDS_ACTIVATE)
		ret.activate = backend_nvme.activate(&bench->io, &ret.activated, &err);
	ret.refresh = backend_nvme.refresh(hw, inv.devices, &err);
	ret.intents = bench->intents;
	snprintf(ret.version, sizeof(ret.version), "%s", inv.devices->version);
	inventory_free(&inv);
	return ret;
}

static struct outcome record_update(struct bench *bench, const struct temp_tree *tree)
{
	struct outcome ret = { 0 };
	struct hwio *hw = NULL;

	CHECK_INT(hwio_record_new(&bench->lab->hw, tree->dir, &hw, NULL), 0);
	ret = update(bench, hw);
	hwio_record_free(hw);
	return ret;
}

static struct hwio *replay_of(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;
	struct err err = { 0 };

	CHECK_INT(hwio_replay_new(tree->dir, &hw, &err), 0);
	CHECK_STR(err.text, "");
	return hw;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	CHECK_INT(a->probe, b->probe);
	CHECK_INT(a->check, b->check);
	CHECK_INT(a->write, b->write);
	CHECK_INT(a->written, b->written);
	CHECK_INT(a->activate, b->activate);
	CHECK_INT(a->activated, b->activated);
	CHECK_INT(a->refresh, b->refresh);
	CHECK_INT(a->intents, b->intents);
	CHECK_STR(a->version, b->version);
}

/* Recorded from a model and answered by the trace alone: to the same end. */
static void whole_updates_are_replayed(void)
{
	static const struct {
		const char *settings;
		int write;
		const char *version;
	} cases[] = {
		{ "activate_now=1", 0, "2.0.0" },
		{ "activate_now=0", 0, "2.0.0" },
		{ "activate_now=1,mdts=5,fwug=1", 0, "2.0.0" },
		{ "activate_now=1,commit_lie=1", 0, "1.0.0" },
		{ "activate_now=0,wrong_revision=6.6.6", 0, "6.6.6" },
		{ "commit_status=0x107", ERR_DEVICE, "1.0.0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP_TREE struct temp_tree tree = temp_tree_make();
		struct outcome live, replayed;
		struct err err = { 0 };
		struct bench bench;
		struct hwio *hw;

		start(&bench, cases[i].settings);
		live = record_update(&bench, &tree);
		CHECK_INT(live.write, cases[i].write);
		CHECK_STR(live.version, cases[i].version);
		hw = replay_of(&tree);
		replayed = update(&bench, hw);
		check_same(&replayed, &live);
		CHECK_INT(hwio_replay_check(hw, &err), 0);
		CHECK_STR(err.text, "");
		CHECK(hwio_replay_answered(hw) > 20);
		hwio_replay_free(hw);
		stop(&bench);
	}
}

int main(void)
{
	TAP_RUN(whole_updates_are_replayed);
	return TAP_END();
}
