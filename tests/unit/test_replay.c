/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole runs against emulated drives, recorded and replayed from their folder. With
 * DRYDOCK_REPLAY_KEEP=DIR the folders are kept there: how those of tests/replay were made.
 */
#include "run/replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "apply_world.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/hwio_record.h"
#include "inventory/probe.h"
#include "tap.h"
#include "temp_tree.h"

#define DRIVE_TRACE "/trace-nvme0.jsonl"

static void save_inventory(const struct inventory *inv, const struct temp_tree *tree)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;

	CHECK_INT(inventory_to_json(inv, &text, &len, NULL), 0);
	temp_tree_put(tree, "/inventory-before.json", text, len);
}

/* What a session does before its steps: the inventory, in its phase. */
static void take_inventory(struct world *world, const struct temp_tree *tree,
			   const struct temp_tree *root)
{
	struct probe_source source = { .hw = &world->hw, .root = root->dir };
	CLEANUP_FREE char *warnings = NULL;

	inventory_free(&world->inv);
	hwio_note(&world->hw, HWIO_PHASE, "inventory-before.json");
	CHECK_INT(probe_all(&source, &world->inv, &warnings, &world->err), 0);
	hwio_note(&world->hw, HWIO_PHASE, "run");
	save_inventory(&world->inv, tree);
}

static void keep(const char *name, const struct temp_tree *tree)
{
	const char *dir = getenv("DRYDOCK_REPLAY_KEEP");
	char command[512];

	if (!dir)
		return;
	snprintf(command, sizeof(command), "cp -r %s %s/%s", tree->dir, dir, name);
	CHECK_INT(system(command), 0);
}

/* What every component of a repository has. */
static void complete(struct component *comp)
{
	comp->name = "Lab drive 2.0";
	comp->class_name = "drive";
	comp->source_file = "lab.bin";
	comp->importer = "lab";
	comp->criticality = CRITICALITY_RECOMMENDED;
}

/* A run with one drive into the folder of tree; its repository is copied to repo. */
static void record_run(const char *settings, const struct temp_tree *tree,
		       const struct temp_tree *repo)
{
	CLEANUP_TREE struct temp_tree root = temp_tree_make();
	struct world *world = apply_world_start_one(settings);
	struct hwio inner = world->hw, *recorder = NULL;
	struct logs *logs = NULL;
	char command[256];

	complete(&world->comps[0]);
	CHECK_INT(hwio_record_new(&inner, tree->dir, &recorder, NULL), 0);
	world->hw = *recorder;
	take_inventory(world, tree, &root);
	events_close(world->events);
	CHECK_INT(logs_open(tree->dir, NULL, &logs, &world->err), 0);
	CHECK_INT(events_open(logs, &world->events, &world->err), 0);
	apply_world_go(world);
	hwio_record_free(recorder);
	world->hw = inner;
	snprintf(command, sizeof(command), "cp -r %s/blobs %s", world->dir, repo->dir);
	CHECK_INT(system(command), 0);
	apply_world_stop(world);
	logs_close(logs);
}

static const struct replay_row *row_of(const struct replay *replay, const char *what)
{
	static const struct replay_row none = { .text = "no such row" };

	for (size_t i = 0; i < replay->count; i++)
		if (strcmp(replay->rows[i].what, what) == 0)
			return &replay->rows[i];
	return &none;
}

static void runs_are_replayed_to_their_end(void)
{
	static const struct {
		const char *name, *settings, *end;
	} cases[] = {
		{ "emulator-nvme-good", "activate_now=1,mdts=5", "verified, runs 2.0" },
		{ "emulator-nvme-reset", "activate_now=0,mdts=5", "verified, runs 2.0" },
		{ "emulator-nvme-refused", "commit_status=0x107,mdts=5",
		  "failed DEVICE, runs 1.0.0" },
		{ "emulator-nvme-lie", "activate_now=1,commit_lie=1,mdts=5",
		  "failed PROOF, runs 1.0.0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP_TREE struct temp_tree tree = temp_tree_make(), repo = temp_tree_make();

		record_run(cases[i].settings, &tree, &repo);
		keep(cases[i].name, &tree);
		for (int with_repo = 0; with_repo < 2; with_repo++) {
			struct replay replay = { 0 };
			struct err err = { 0 };
			const struct replay_row *row;

			CHECK_INT(
				replay_folder(tree.dir, with_repo ? repo.dir : NULL, &replay, &err),
				0);
			CHECK_STR(err.text, "");
			CHECK_INT(replay.count, 2);
			CHECK_INT(replay.deviating, 0);
			row = row_of(&replay, "inventory-before.json");
			CHECK_STR(row->text, "");
			CHECK_INT(row->verdict, REPLAY_SAME);
			row = row_of(&replay, "step 1");
			CHECK_STR(row->text, "");
			CHECK_STR(row->recorded, cases[i].end);
			CHECK_STR(row->replayed, cases[i].end);
			CHECK(row->calls > 20);
			replay_free(&replay);
		}
	}
}

/* Replaces the first occurrence in a file of the folder. */
static void change(const struct temp_tree *tree, const char *name, const char *from, const char *to)
{
	CLEANUP_FREE char *text = temp_tree_read(tree, name);
	char *at = text ? strstr(text, from) : NULL;
	CLEANUP_FREE char *changed = NULL;

	CHECK(at != NULL);
	if (!at)
		return;
	*at = '\0';
	CHECK(asprintf(&changed, "%s%s%s", text, to, at + strlen(from)) > 0);
	temp_tree_text(tree, name, changed);
}

/* Each is one change to a good folder; the row that must find it, and what it says. */
static void changed_folders_deviate(void)
{
	static const struct {
		const char *file, *from, *to, *row, *says;
	} cases[] = {
		{ DRIVE_TRACE, "\"result\":0", "\"result\":2", "inventory-before.json",
		  "trace-nvme0.jsonl, call" },
		{ DRIVE_TRACE, "312e302e30", "312e302e31", "inventory-before.json", "1.0.1" },
		{ DRIVE_TRACE, "\"out\":{\"len\":131072", "\"out\":{\"len\":131071", "step 1",
		  "\"out\" has 131072 bytes instead of 131071" },
		{ "/events.jsonl", "\"state\":\"verified\",\"found\":\"2.0\"",
		  "\"state\":\"verified\",\"found\":\"3.0\"", "step 1", "recorded" },
		{ "/inventory-before.json", "1.0.0", "1.0.7", "inventory-before.json", "1.0.7" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP_TREE struct temp_tree tree = temp_tree_make(), repo = temp_tree_make();
		struct replay replay = { 0 };
		struct err err = { 0 };

		record_run("activate_now=1,mdts=5", &tree, &repo);
		change(&tree, cases[i].file, cases[i].from, cases[i].to);
		CHECK_INT(replay_folder(tree.dir, NULL, &replay, &err), 0);
		CHECK_STR(err.text, "");
		CHECK(replay.deviating > 0);
		CHECK_INT(row_of(&replay, cases[i].row)->verdict, REPLAY_DEVIATES);
		CHECK_CONTAINS(row_of(&replay, cases[i].row)->text, cases[i].says);
		replay_free(&replay);
	}
}

/* Of another image: found only where its bytes are there to be compared. */
static void another_payload_is_told_by_its_hash(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make(), repo = temp_tree_make();
	struct replay replay = { 0 };
	struct err err = { 0 };

	record_run("activate_now=1,mdts=5", &tree, &repo);
	change(&tree, DRIVE_TRACE, "\"out\":{\"len\":131072,\"sha256\":\"",
	       "\"out\":{\"len\":131072,\"sha256\":\"00000000000000000000000000000000000000000000"
	       "00000000000000000000\",\"was\":\"");
	CHECK_INT(replay_folder(tree.dir, NULL, &replay, &err), 0);
	CHECK_INT(replay.deviating, 0);
	replay_free(&replay);
	CHECK_INT(replay_folder(tree.dir, repo.dir, &replay, &err), 0);
	CHECK_INT(replay.deviating, 1);
	CHECK_CONTAINS(row_of(&replay, "step 1")->text, "(SHA-256)");
	replay_free(&replay);
}

static void folders_without_a_run_are_refused(void)
{
	static const struct {
		const char *text;
		int code;
		const char *says;
	} cases[] = {
		{ "{\"format\":2,\"device\":\"nvme0\"}\n", ERR_UNSUPPORTED, "nothing to replay" },
		{ "", ERR_FORMAT, "it is empty" },
		{ "{\"format\":2,\"device\":\"nvme0\"}\n{\"seq\":1,", ERR_FORMAT,
		  "line 2: it is cut off" },
		{ "{\"format\":2,\"device\":\"nvme0\"}\n{\"truncated\":true}\n", ERR_FORMAT,
		  "line 2: the trace had reached its limit" },
		{ "{\"format\":3,\"device\":\"nvme0\"}\n", ERR_UNSUPPORTED, "format 3 is later" },
		{ "{\"format\":2,\"device\":\"a\"}\n{\"format\":2,\"device\":\"a\"}\n", ERR_FORMAT,
		  "a second recording" },
		{ "{\"format\":2,\"device\":\"a\"}\n{\"seq\":1,\"call\":\"fly\",\"at_ms\":0,"
		  "\"ms\":0,\"result\":0,\"path\":\"/dev/a\"}\n",
		  ERR_FORMAT, "\"fly\" is no call" },
		{ "{\"format\":2,\"device\":\"a\"}\n{\"seq\":1,\"call\":\"read\",\"at_ms\":0,"
		  "\"ms\":0,\"result\":4,\"path\":\"/dev/a\",\"fd\":3,\"size\":4,"
		  "\"in\":{\"len\":2,\"hex\":\"0a0b\"}}\n",
		  ERR_FORMAT, "\"in\" is not as long" },
		{ "{\"format\":2,\"device\":\"a\"}\n{\"seq\":1,\"call\":\"read\",\"at_ms\":0,"
		  "\"ms\":0,\"result\":2,\"path\":\"/dev/a\",\"fd\":3,\"size\":4,"
		  "\"in\":{\"len\":2,\"hex\":\"0a0\"}}\n",
		  ERR_FORMAT, "not 2 bytes in hex" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP_TREE struct temp_tree tree = temp_tree_make();
		struct replay replay = { 0 };
		struct err err = { 0 };

		temp_tree_text(&tree, "/trace-a.jsonl", cases[i].text);
		CHECK_INT(replay_folder(tree.dir, NULL, &replay, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].says);
		replay_free(&replay);
	}
}

int main(void)
{
	TAP_RUN(runs_are_replayed_to_their_end);
	TAP_RUN(changed_folders_deviate);
	TAP_RUN(another_payload_is_told_by_its_hash);
	TAP_RUN(folders_without_a_run_are_refused);
	return TAP_END();
}
