/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flashes by SIOCETHTOOL, recorded from the model of the kernel and answered by their traces alone.
 */
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "net_bench.h"
#include "temp_tree.h"

#define CARD "pci:0000:03:00.0"

/* What one update has come to, by whatever seam. */
struct outcome {
	int check, write, refresh;
	enum backend_result written;
	char fw[64], text[128];
};

static void find(struct bench *bench, struct hwio *hw)
{
	struct device *dev;

	inventory_free(&bench->inv);
	CHECK_INT(inventory_add(&bench->inv, DEVICE_PCI, CARD, &dev, &bench->err), 0);
	CHECK_INT(backend_ethtool.probe(hw, &bench->inv, &bench->err), 0);
	bench->dev = inventory_find(&bench->inv, CARD);
	bench->progress = 0;
	bench->io = (struct backend_io){
		.hw = hw,
		.dev = bench->dev,
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
		.reset_allowed = true,
		.ram_dir = bench->ram_dir,
	};
}

static struct outcome update(struct bench *bench, struct hwio *hw)
{
	struct outcome ret = { 0 };
	struct err err = { 0 };

	find(bench, hw);
	ret.check = backend_ethtool.check(&bench->io, NULL);
	ret.write = backend_ethtool.write(&bench->io, &ret.written, &err);
	snprintf(ret.text, sizeof(ret.text), "%.127s", ret.write ? err.text : "");
	ret.refresh = backend_ethtool.refresh(hw, bench->dev, NULL);
	snprintf(ret.fw, sizeof(ret.fw), "%s", prop(bench->dev, "ethtool.fw"));
	return ret;
}

static void check_same(const struct outcome *a, const struct outcome *b)
{
	CHECK_INT(a->check, b->check);
	CHECK_INT(a->write, b->write);
	CHECK_INT(a->written, b->written);
	CHECK_INT(a->refresh, b->refresh);
	CHECK_STR(a->fw, b->fw);
	CHECK_STR(a->text, b->text);
}

static void start(struct bench *bench, const char *driver)
{
	bench_make(bench, &backend_ethtool, "ethtool.fw");
	bench->d = hwio_net_add(bench->net, NULL, NULL);
	bench->d->interface = "eth0";
	bench->d->ethtool_bus = "0000:03:00.0";
	bench->d->driver = driver;
	bench->d->flash_ms = 200000;
}

/* Whatever the model would do now is not asked: the trace alone answers. */
static void check_replayed(struct bench *bench, const struct temp_tree *tree,
			   const struct outcome *live)
{
	struct outcome replayed;
	struct err err = { 0 };
	struct hwio *hw = NULL;
	unsigned int flashes = bench->d->flashes;

	CHECK_INT(hwio_replay_new(tree->dir, &hw, &err), 0);
	CHECK_STR(err.text, "");
	if (!hw)
		return;
	replayed = update(bench, hw);
	check_same(&replayed, live);
	CHECK_INT(hwio_replay_check(hw, &err), 0);
	CHECK_STR(err.text, "");
	CHECK(hwio_replay_answered(hw) > 10);
	CHECK_INT(bench->d->flashes, flashes);
	hwio_replay_free(hw);
}

static void updates_are_replayed(void)
{
	static const struct {
		const char *driver;
		bool now, wants_up;
		int write;
		enum backend_result written;
		const char *fw;
	} cases[] = {
		{ "bna", true, false, 0, BACKEND_DONE, "2.0.0" },
		{ "qede", false, false, 0, BACKEND_NEEDS_REBOOT, "1.0.0" },
		{ "be2net", false, true, 0, BACKEND_NEEDS_REBOOT, "1.0.0" },
		{ "qede", false, true, ERR_DEVICE, 0, "1.0.0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct temp_tree tree = temp_tree_make();
		struct outcome live;
		struct bench bench;
		struct hwio *hw;

		start(&bench, cases[i].driver);
		bench.d->now = cases[i].now;
		bench.d->wants_up = cases[i].wants_up;
		CHECK_INT(hwio_record_new(&bench.net->hw, tree.dir, &hw, NULL), 0);
		live = update(&bench, hw);
		hwio_record_free(hw);
		CHECK_INT(live.write, cases[i].write);
		CHECK_INT(live.written, cases[i].written);
		CHECK_STR(live.fw, cases[i].fw);
		check_replayed(&bench, &tree, &live);
		temp_tree_remove(&tree);
		stop(&bench);
	}
}

/* The name of another file is another flash. */
static void another_region_deviates(void)
{
	struct temp_tree tree = temp_tree_make();
	struct outcome live;
	struct err err = { 0 };
	struct bench bench;
	struct hwio *hw;

	start(&bench, "bnxt_en");
	CHECK_INT(hwio_record_new(&bench.net->hw, tree.dir, &hw, NULL), 0);
	live = update(&bench, hw);
	hwio_record_free(hw);
	CHECK_INT(live.write, 0);
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	add_flag(&bench, "ethtool-region=7");
	CHECK(update(&bench, hw).write);
	CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
	CHECK_CONTAINS(err.text, "SIOCETHTOOL");
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(updates_are_replayed);
	TAP_RUN(another_region_deviates);
	return TAP_END();
}
