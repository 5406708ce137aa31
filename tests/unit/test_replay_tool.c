/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A vendor's program that wrote to a drive: recorded once, and from then on answered by its note.
 */
#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/box.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "hw/run_note.h"
#include "nvme_bench.h"
#include "temp_tree.h"

/* What the program does: no box, and no program, but what would come of one. */
static struct program {
	struct bench bench;
	struct hwio_ops ops;
	const struct hwio_ops *inner;
	struct box_end end;
	const char *says, *makes; /* its output; what the drive runs then */
	int errnum;
	unsigned int runs;
	struct tool tool;
	const char *argv[3], *nodes[1];
	struct tool_exit exits[3];
	struct temp_tree ram;
} program;

static int run(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	char path[128];

	(void)hw;
	program.runs++;
	CHECK_STR(box->argv[0], BOX_PAYLOAD);
	CHECK_STR(box->argv[1], "/dev/nvme0");
	snprintf(path, sizeof(path), "%.100s/log", box->dir);
	CHECK_INT(fsio_write_atomic(path, program.says, strlen(program.says), 0600, NULL), 0);
	if (program.makes)
		strcpy(program.bench.drive->model.firmware.running, program.makes);
	*ret = program.end;
	return -program.errnum;
}

/* /dev has the drive's nodes. */
static int list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		size_t *ret_count)
{
	if (strcmp(path, "/dev") != 0)
		return program.inner->list(hw, path, ret_names, ret_count);
	*ret_names = calloc(2, HWIO_NAME_MAX);
	if (!*ret_names)
		abort();
	strcpy((*ret_names)[0], "nvme0");
	strcpy((*ret_names)[1], "nvme0n1");
	*ret_count = 2;
	return 0;
}

static void program_start(void)
{
	struct bench *bench = &program.bench;

	memset(&program, 0, sizeof(program));
	start(bench, "revision=1.0");
	program.inner = bench->lab->hw.ops;
	program.ops = *program.inner;
	program.ops.run = run;
	program.ops.list = list;
	bench->lab->hw.ops = &program.ops;
	program.argv[0] = "{payload}";
	program.argv[1] = "{node}";
	program.nodes[0] = "{node}";
	program.exits[0] = (struct tool_exit){ 0, TOOL_DONE };
	program.exits[1] = (struct tool_exit){ 1, TOOL_REBOOT };
	program.exits[2] = (struct tool_exit){ 2, TOOL_NOT_NEEDED };
	program.tool = (struct tool){ .argv = program.argv,
				      .arg_count = 2,
				      .nodes = program.nodes,
				      .node_count = 1,
				      .exits = program.exits,
				      .exit_count = 3,
				      .runtime = "" };
	program.says = "flashing\n100 %\n";
	program.end.result = BOX_EXITED;
	program.ram = temp_tree_make();
	bench->comp.tool = &program.tool;
	bench->comp.activation = ACTIVATION_NONE;
	bench->io.ram_dir = program.ram.dir;
}

static void program_stop(void)
{
	temp_tree_remove(&program.ram);
	stop(&program.bench);
}

struct outcome {
	int check, write, refresh;
	enum backend_result written;
	char text[256], version[DEVICE_VERSION_MAX];
};

static struct outcome update(struct hwio *hw)
{
	struct bench *bench = &program.bench;
	struct outcome ret = { 0 };
	struct inventory inv = { 0 };
	struct err err = { 0 };

	CHECK_INT(backend_nvme.probe(hw, &inv, NULL), 0);
	CHECK_INT(inv.count, 1);
	if (inv.count != 1)
		return ret;
	bench->io.hw = hw;
	bench->io.dev = inv.devices;
	bench->progress = 0;
	ret.check = backend_vendor_tool.check(&bench->io, NULL);
	ret.write = backend_vendor_tool.write(&bench->io, &ret.written, &err);
	snprintf(ret.text, sizeof(ret.text), "%.255s", ret.write ? err.text : "");
	ret.refresh = backend_vendor_tool.refresh(hw, inv.devices, NULL);
	snprintf(ret.version, sizeof(ret.version), "%s", inv.devices->version);
	inventory_free(&inv);
	return ret;
}

static struct outcome record(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;
	struct outcome ret;

	CHECK_INT(hwio_record_new(&program.bench.lab->hw, tree->dir, &hw, NULL), 0);
	ret = update(hw);
	hwio_record_free(hw);
	return ret;
}

static void runs_are_replayed_by_how_they_ended(void)
{
	static const struct {
		struct box_end end;
		int errnum;
		const char *says, *makes;
		int write;
		enum backend_result written;
		const char *version, *text;
	} cases[] = {
		{ { BOX_EXITED, 0, "" }, 0, "ok\n", "2.0.0", 0, BACKEND_DONE, "2.0.0", "" },
		{ { BOX_EXITED, 1, "" }, 0, "ok\n", NULL, 0, BACKEND_NEEDS_REBOOT, "1.0", "" },
		{ { BOX_EXITED, 2, "" }, 0, "", "2.0.0", 0, BACKEND_DONE, "2.0.0", "" },
		{ { BOX_EXITED, 3, "" },
		  0,
		  "no such\x01 card\n",
		  NULL,
		  ERR_DEVICE,
		  0,
		  "1.0",
		  "ended with 3: no such? card" },
		{ { BOX_SIGNALLED, 11, "" }, 0, "", NULL, ERR_DEVICE, 0, "1.0", "signal 11" },
		{ { BOX_NOT_BEGUN, 0, "no loop device" },
		  0,
		  "",
		  NULL,
		  ERR_UNSUPPORTED,
		  0,
		  "1.0",
		  "could not be started: no loop device" },
		{ { BOX_LOST, 0, "" }, 0, "", NULL, ERR_DEVICE, 0, "1.0", "not known" },
		{ { 0, 0, "" }, ENOEXEC, "", NULL, ERR_UNSUPPORTED, 0, "1.0", "Exec format" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct temp_tree tree = temp_tree_make();
		struct outcome live, replayed;
		struct err err = { 0 };
		struct hwio *hw;

		program_start();
		program.end = cases[i].end;
		program.errnum = cases[i].errnum;
		program.says = cases[i].says;
		program.makes = cases[i].makes;
		live = record(&tree);
		CHECK_INT(live.check, 0);
		CHECK_INT(live.write, cases[i].write);
		CHECK_INT(live.written, cases[i].written);
		CHECK_STR(live.version, cases[i].version);
		CHECK_CONTAINS(live.text, cases[i].text);
		CHECK_INT(program.runs, 1);
		CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
		replayed = update(hw);
		CHECK_INT(hwio_replay_check(hw, &err), 0);
		CHECK_STR(err.text, "");
		CHECK_INT(program.runs, 1); /* it was not run again */
		CHECK_INT(replayed.check, live.check);
		CHECK_INT(replayed.write, live.write);
		CHECK_INT(replayed.written, live.written);
		CHECK_STR(replayed.text, live.text);
		CHECK_STR(replayed.version, live.version);
		hwio_replay_free(hw);
		temp_tree_remove(&tree);
		program_stop();
	}
}

static void other_arguments_deviate(void)
{
	struct temp_tree tree = temp_tree_make();
	struct err err = { 0 };
	struct hwio *hw;

	program_start();
	CHECK_INT(record(&tree).write, 0);
	program.argv[2] = "--force";
	program.tool.arg_count = 3;
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	CHECK(update(hw).write);
	CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
	CHECK_CONTAINS(err.text, "it was run with other arguments");
	CHECK_INT(program.runs, 1);
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
	program_stop();
}

static void a_program_that_was_not_run_then_deviates(void)
{
	static const char *const argv[] = { "/run/payload", NULL };
	const struct box box = { .dir = "/nonexistent", .argv = argv };
	struct temp_tree tree = temp_tree_make();
	struct box_end end;
	struct err err = { 0 };
	struct hwio *hw;

	program_start();
	program.bench.intent_error = ERR_FULL;
	CHECK_INT(record(&tree).write, ERR_FULL);
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	CHECK_INT(hw->ops->run(hw, &box, &end), -EPROTO);
	CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
	CHECK_CONTAINS(err.text, "none was run then");
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
	program_stop();
}

/* Notes are files that somebody sent: what is wrong with them is told. */
static void notes_that_are_none(void)
{
	static const char *const argv[] = { "x", NULL };
	static const char *const broken[] = {
		"",
		"{}",
		"{\"arguments\":\"00\"}",
		"{\"arguments\":7,\"code\":0,\"errno\":0,\"result\":1,\"said\":\"\",\"text\":\"\"}",
	};
	struct temp_tree tree = temp_tree_make();
	const struct box box = { .dir = tree.dir, .argv = argv };
	struct box_end end = { .result = BOX_EXITED, .code = 7, .text = "t" }, got;
	CLEANUP_FREE char *note = NULL;
	char *at;
	int rc = 1;

	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++)
		CHECK(run_note_take(broken[i], &box, &rc, &got, NULL) < 0);
	temp_tree_text(&tree, "/log", "said");
	note = run_note_make(&box, 0, &end);
	CHECK_CONTAINS(note, "\"said\":\"said\"");
	CHECK_INT(run_note_take(note, &box, &rc, &got, NULL), 0);
	CHECK_INT(rc, 0);
	CHECK_INT(got.result, BOX_EXITED);
	CHECK_INT(got.code, 7);
	CHECK_STR(got.text, "t");
	at = strstr(note, "\"result\":1");
	CHECK(at != NULL);
	if (at)
		at[9] = '5'; /* there are four */
	CHECK_INT(run_note_take(note, &box, &rc, &got, NULL), ERR_FORMAT);
	temp_tree_remove(&tree);
}

int main(void)
{
	TAP_RUN(runs_are_replayed_by_how_they_ended);
	TAP_RUN(other_arguments_deviate);
	TAP_RUN(a_program_that_was_not_run_then_deviates);
	TAP_RUN(notes_that_are_none);
	return TAP_END();
}
