/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An update recorded from a model and answered by its trace alone. Included behind the bench of a
 * backend, with BACKEND defined.
 */
#ifndef DRYDOCK_TESTS_REPLAY_BENCH_H
#define DRYDOCK_TESTS_REPLAY_BENCH_H

#include "base/cleanup.h"
#include "base/hex.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "temp_tree.h"

/* What one update has come to, by whatever seam. */
struct outcome {
	int probe, check, write, activate, refresh;
	enum backend_result written, activated;
	char version[DEVICE_VERSION_MAX];
	size_t intents;
};

/* Everything a run does with a drive, in its order. */
static inline struct outcome update(struct bench *bench, struct hwio *hw)
{
	struct outcome ret = { 0 };
	struct inventory inv = { 0 };
	struct err err = { 0 };

	bench->io.hw = hw;
	bench->intents = 0;
	bench->progress = 0;
	ret.probe = BACKEND.probe(hw, &inv, &err);
	if (inv.count != 1)
		return ret;
	bench->io.dev = inv.devices;
	ret.check = BACKEND.check(&bench->io, &err);
	ret.write = BACKEND.write(&bench->io, &ret.written, &err);
	if (!ret.write && ret.written == BACKEND_NEEDS_ACTIVATE)
		ret.activate = BACKEND.activate(&bench->io, &ret.activated, &err);
	ret.refresh = BACKEND.refresh(hw, inv.devices, &err);
	ret.intents = bench->intents;
	snprintf(ret.version, sizeof(ret.version), "%s", inv.devices->version);
	inventory_free(&inv);
	return ret;
}

static inline struct outcome record_update(struct bench *bench, const struct temp_tree *tree)
{
	struct outcome ret = { 0 };
	struct hwio *hw = NULL;

	CHECK_INT(hwio_record_new(&bench->lab->hw, tree->dir, &hw, NULL), 0);
	ret = update(bench, hw);
	hwio_record_free(hw);
	return ret;
}

static inline struct hwio *replay_of(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;
	struct err err = { 0 };

	CHECK_INT(hwio_replay_new(tree->dir, &hw, &err), 0);
	CHECK_STR(err.text, "");
	return hw;
}

static inline void check_same(const struct outcome *a, const struct outcome *b)
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

/* Some bytes in the middle of the image: in no trace. */
static inline void check_no_firmware(const struct bench *bench, const struct temp_tree *tree,
				     const char *trace)
{
	CLEANUP_FREE char *text = temp_tree_read(tree, trace);
	char hex[2 * 16 + 1];

	hex_encode(bench->image + bench->payload.size / 2, 16, hex);
	CHECK(text && !strstr(text, hex));
	CHECK_CONTAINS(text, "\"sha256\"");
}

/* With these settings of the model; trace: the file that the firmware went to, as a hash. */
static inline void check_replayed(const char *settings, const char *trace, int write,
				  const char *version)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct outcome live, replayed;
	struct err err = { 0 };
	struct bench bench;
	struct hwio *hw;

	start(&bench, settings);
	live = record_update(&bench, &tree);
	CHECK_INT(live.write, write);
	CHECK_STR(live.version, version);
	check_no_firmware(&bench, &tree, trace);
	hw = replay_of(&tree);
	replayed = update(&bench, hw);
	check_same(&replayed, &live);
	CHECK_INT(hwio_replay_check(hw, &err), 0);
	CHECK_STR(err.text, "");
	CHECK(hwio_replay_answered(hw) > 20);
	hwio_replay_free(hw);
	stop(&bench);
}

#endif
