/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vendor's flasher, run for real: a program of ours (tests/lab/flasher.c), static, so that it
 * needs no runtime (tests/tool has those). The "device" is the BIOS version of a copied /sys, and
 * its node a file that is that attribute. Needs root for the namespaces.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "backends/vendor_tool_internal.h"
#include "backends/vendor_tool_plan.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/box.h"
#include "repo/catalog_tool.h"
#include "tap.h"
#include "temp_tree.h"

#define VERSION_FILE "/sys/class/dmi/id/bios_version"

static char flasher[64];

struct bench {
	struct temp_tree tree;
	struct hwio *hw;
	struct hwio noted; /* hw, with what is noted kept */
	struct hwio_ops ops;
	char notes[8192];
	struct device dev;
	struct component comp;
	struct tool tool;
	const char *argv[8], *nodes[4];
	struct tool_exit exits[4];
	struct payload_source payload;
	uint8_t *bytes;
	char ram_dir[96];
	struct backend_io io;
	struct err err;
	int intent_error, read_error;
	unsigned int intents;
	enum backend_result result;
};

static struct bench *noting;

static void keep_note(struct hwio *hw, const char *subject, const char *text)
{
	size_t len = strlen(noting->notes);

	(void)hw;
	snprintf(noting->notes + len, sizeof(noting->notes) - len, "%s: %.800s\n", subject, text);
}

static int intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static void progress(void *ctx, uint64_t done_bytes)
{
	(void)ctx;
	(void)done_bytes;
}

static int read_payload(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
			struct err *err)
{
	struct bench *bench = (struct bench *)((char *)src - offsetof(struct bench, payload));

	if (bench->read_error)
		return err_set(err, ERR_HASH, "chunk 1 differs from its signed hash");
	memcpy(buf, bench->bytes + offset, len);
	return 0;
}

/* The words behind the program: WORD {node} TEXT CODE. */
static struct bench *bench_make(const char *word, const char *text, const char *code)
{
	static const struct tool_exit hpe[] = { { 0, TOOL_DONE },
						{ 1, TOOL_REBOOT },
						{ 2, TOOL_NOT_NEEDED },
						{ 7, TOOL_POWER_CYCLE } };
	struct bench *bench = calloc(1, sizeof(*bench));
	const char *const argv[] = { TOOL_PAYLOAD, word, TOOL_NODE, text, code };
	size_t len;

	bench->tree = temp_tree_make();
	temp_tree_text(&bench->tree, VERSION_FILE, "1.0\n");
	temp_tree_text(&bench->tree, "/sys/class/dmi/id/product_name", "Box\n");
	temp_tree_link(&bench->tree, "/dev/flash0", "../sys/class/dmi/id/bios_version");
	temp_tree_text(&bench->tree, "/dev/other", "untouched");
	bench->hw = hwio_real_new(bench->tree.dir);
	bench->ops = *bench->hw->ops;
	bench->ops.note = keep_note;
	bench->noted = (struct hwio){ .ops = &bench->ops, .priv = bench->hw->priv };
	noting = bench;
	bench->dev = (struct device){ .id = "system", .kind = DEVICE_SYSTEM, .version = "1.0" };
	snprintf(bench->dev.node, sizeof(bench->dev.node), "/dev/flash0");
	CHECK_INT(device_set_prop(&bench->dev, "bios.version", "1.0"), 0);
	memcpy(bench->argv, argv, sizeof(argv));
	memcpy(bench->exits, hpe, sizeof(hpe));
	bench->nodes[0] = TOOL_NODE;
	bench->tool = (struct tool){ .argv = bench->argv,
				     .arg_count = 5,
				     .nodes = bench->nodes,
				     .node_count = 1,
				     .exits = bench->exits,
				     .exit_count = 4,
				     .runtime = "" };
	bench->comp = (struct component){ .version = "2.0",
					  .backend = "vendor-tool",
					  .tool = &bench->tool,
					  .activation = ACTIVATION_NONE,
					  .scheme = VERSION_DOTTED,
					  .proof = { "bios.version", PROOF_EQUALS, "2.0" } };
	component_complete(&bench->comp);
	CHECK_INT(fsio_read_file(flasher, 16u << 20, &bench->bytes, &len, &bench->err), 0);
	bench->payload = (struct payload_source){ len, read_payload };
	snprintf(bench->ram_dir, sizeof(bench->ram_dir), "%s/ram", bench->tree.dir);
	bench->io = (struct backend_io){ .hw = &bench->noted,
					 .dev = &bench->dev,
					 .comp = &bench->comp,
					 .payload = &bench->payload,
					 .intent = intent,
					 .progress = progress,
					 .ctx = bench,
					 .reset_allowed = true,
					 .ram_dir = bench->ram_dir };
	return bench;
}

static void bench_free(struct bench *bench)
{
	DIR *dir = opendir(bench->ram_dir);
	const struct dirent *entry;

	/* Nothing is left behind in RAM. */
	while (dir && (entry = readdir(dir)))
		CHECK(entry->d_name[0] == '.');
	if (dir)
		closedir(dir);
	hwio_real_free(bench->hw);
	temp_tree_remove(&bench->tree);
	device_free(&bench->dev);
	free(bench->bytes);
	free(bench);
}

static int run(struct bench *bench)
{
	return backend_vendor_tool.write(&bench->io, &bench->result, &bench->err);
}

static void check_version(struct bench *bench, const char *want)
{
	CHECK_INT(backend_vendor_tool.refresh(&bench->noted, &bench->dev, &bench->err), 0);
	CHECK_STR(bench->dev.version, want);
	CHECK_STR(device_prop(&bench->dev, "bios.version"), want);
}

/* Exit code, what the tool's table says of it, and what is made of that. */
static void exit_codes(void)
{
	const struct {
		const char *text, *code;
		enum activation activation;
		int rc;
		enum backend_result result;
		const char *words;
	} rows[] = {
		{ "2.0", "0", ACTIVATION_NONE, 0, BACKEND_DONE, "" },
		{ "2.0", "0", ACTIVATION_DEVICE_RESET, 0, BACKEND_NEEDS_ACTIVATE, "" },
		{ "2.0", "0", ACTIVATION_REBOOT, 0, BACKEND_NEEDS_REBOOT, "" },
		{ "2.0", "0", ACTIVATION_POWER_CYCLE, 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "1.0", "1", ACTIVATION_NONE, 0, BACKEND_NEEDS_REBOOT, "" },
		{ "1.0", "7", ACTIVATION_NONE, 0, BACKEND_NEEDS_POWER_CYCLE, "" },
		{ "2.0", "2", ACTIVATION_NONE, 0, BACKEND_DONE, "" },
		{ "1.0", "2", ACTIVATION_NONE, ERR_DEVICE, 0, "ended with 2, the update is not" },
		{ "2.0", "3", ACTIVATION_NONE, ERR_DEVICE, 0, "ended with 3: flasher put" },
		{ "2.0", "255", ACTIVATION_NONE, ERR_DEVICE, 0, "ended with 255: flasher put" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench *bench = bench_make("put", rows[i].text, rows[i].code);

		bench->comp.activation = rows[i].activation;
		CHECK_INT(backend_vendor_tool.check(&bench->io, &bench->err), 0);
		CHECK_INT(run(bench), rows[i].rc);
		CHECK_INT(bench->result, rows[i].result);
		CHECK_CONTAINS(bench->err.text, rows[i].words);
		CHECK_INT(bench->intents, 1);
		check_version(bench, rows[i].text);
		/* What it was started with, and what it said, is in the trace. */
		CHECK_CONTAINS(bench->notes, "start: /run/payload put /dev/flash0");
		CHECK_CONTAINS(bench->notes, "output: flasher put");
		bench_free(bench);
	}
}

/* Nothing is written before the journal has it, nor with bytes that do not hold. */
static void not_begun(void)
{
	struct bench *bench = bench_make("put", "2.0", "0");

	bench->intent_error = ERR_FULL;
	CHECK_INT(run(bench), ERR_FULL);
	check_version(bench, "1.0");
	bench->intent_error = 0;
	bench->read_error = 1;
	bench->intents = 0;
	CHECK_INT(run(bench), ERR_HASH);
	CHECK_INT(bench->intents, 0);
	check_version(bench, "1.0");
	bench->read_error = 0;
	bench->argv[0] = "/bin/sh"; /* there is no runtime */
	CHECK_INT(run(bench), ERR_UNSUPPORTED);
	CHECK_CONTAINS(bench->err.text, "could not be started: /bin/sh: No such file");
	bench->tool.runtime = "glibc";
	CHECK_INT(run(bench), ERR_UNSUPPORTED);
	CHECK_CONTAINS(bench->err.text, "its runtime is not there");
	check_version(bench, "1.0");
	bench_free(bench);
}

static int no_process(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	(void)hw;
	(void)box;
	(void)ret;
	return -EAGAIN;
}

static int lost(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	(void)hw;
	(void)box;
	*ret = (struct box_end){ .result = BOX_LOST };
	return 0;
}

static void no_process_can_be_made(void)
{
	struct bench *bench = bench_make("put", "2.0", "0");

	bench->ops.run = no_process;
	CHECK_INT(run(bench), ERR_UNSUPPORTED);
	CHECK_CONTAINS(bench->err.text, "could not be started: Resource temporarily");
	bench->ops.run = lost;
	CHECK_INT(run(bench), ERR_DEVICE);
	CHECK_CONTAINS(bench->err.text, "not known");
	bench->ops.run = NULL;
	CHECK_INT(backend_vendor_tool.check(&bench->io, &bench->err), ERR_UNSUPPORTED);
	bench_free(bench);
}

/* Each of these is a program that counts what it could do, and must count nothing. */
static void kept_inside(void)
{
	static const char *const words[] = { "network", "outside", "tmp", "limits" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct bench *bench = bench_make(words[i], "", "0");
		char *other;

		CHECK_INT(run(bench), 0);
		CHECK_STR(bench->err.text, "");
		other = temp_tree_read(&bench->tree, "/dev/other");
		CHECK_STR(other, "untouched");
		free(other);
		bench_free(bench);
	}
}

static void crashed(void)
{
	struct bench *bench = bench_make("crash", "", "0");

	CHECK_INT(run(bench), ERR_DEVICE);
	CHECK_CONTAINS(bench->err.text, "ended by signal 11 (Segmentation fault): flasher crash");
	bench_free(bench);
}

/* 32 MiB of it: the beginning and the end are kept, and the tool never waits for a reader. */
static void flooded(void)
{
	struct bench *bench = bench_make("flood", "", "0");

	CHECK_INT(run(bench), 0);
	CHECK_CONTAINS(bench->notes, "the first line");
	bench_free(bench);
	bench = bench_make("flood", "", "0");
	bench->exits[0].meaning = TOOL_FAILED;
	CHECK_INT(run(bench), ERR_DEVICE);
	CHECK_CONTAINS(bench->err.text, "the last line");
	bench_free(bench);
}

/* What it began goes on writing: the step is not over, and nothing is killed. */
static void left_a_process_behind(void)
{
	struct bench *bench = bench_make("daemon", "2.0", "0");

	CHECK_INT(run(bench), 0);
	check_version(bench, "2.0");
	bench_free(bench);
}

static void *run_thread(void *arg)
{
	struct bench *bench = arg;

	CHECK_INT(run(bench), 0);
	return NULL;
}

/* It is waited for as long as it takes: calling it overdue is apply's, ending it nobody's. */
static void hangs(void)
{
	struct bench *bench = bench_make("hang", "go", "0");
	const struct timespec second = { .tv_sec = 1, .tv_nsec = 500000000 };
	pthread_t thread;

	CHECK_INT(pthread_create(&thread, NULL, run_thread, bench), 0);
	nanosleep(&second, NULL);
	CHECK_INT(pthread_tryjoin_np(thread, NULL), EBUSY);
	CHECK_INT(bench->intents, 1);
	temp_tree_text(&bench->tree, VERSION_FILE, "go");
	CHECK_INT(pthread_join(thread, NULL), 0);
	CHECK_INT(bench->result, BACKEND_DONE);
	check_version(bench, "waited");
	bench_free(bench);
}

static void would_refuse(void)
{
	struct bench *bench = bench_make("put", "2.0", "0");

	bench->io.reset_allowed = false;
	CHECK_INT(backend_vendor_tool.check(&bench->io, &bench->err), ERR_BUSY);
	bench->io.reset_allowed = true;
	bench->io.ram_dir = NULL;
	CHECK_INT(backend_vendor_tool.check(&bench->io, &bench->err), ERR_UNSUPPORTED);
	bench->io.ram_dir = bench->ram_dir;
	bench->dev.node[0] = '\0';
	CHECK_INT(backend_vendor_tool.check(&bench->io, &bench->err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(bench->err.text, "no {node}");
	bench_free(bench);
}

/* What ran before, what the device reads now, what that means. */
static void recovered(void)
{
	const struct {
		const char *before, *now;
		enum backend_recovery want;
	} rows[] = {
		{ "1.0", "1.0", RECOVER_OLD_RUNS },
		{ "1.0", "2.0", RECOVER_NEW_RUNS },
		{ "1.0", "1.5", RECOVER_NEEDS_HUMAN },
		{ "", "1.0", RECOVER_NEEDS_HUMAN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench *bench = bench_make("put", "2.0", "0");
		enum backend_recovery got = 0;

		snprintf(bench->dev.version, sizeof(bench->dev.version), "%s", rows[i].before);
		temp_tree_text(&bench->tree, VERSION_FILE, rows[i].now);
		CHECK_INT(backend_vendor_tool.recover(&bench->io, &got, &bench->err), 0);
		CHECK_INT(got, rows[i].want);
		bench_free(bench);
	}
}

static void kinds_without_a_prober(void)
{
	struct bench *bench = bench_make("put", "2.0", "0");
	enum backend_result result = 0;

	bench->dev.kind = DEVICE_FIRMWARE;
	CHECK_INT(backend_vendor_tool.refresh(&bench->noted, &bench->dev, &bench->err),
		  ERR_UNSUPPORTED);
	CHECK_INT(backend_vendor_tool.activate(&bench->io, &result, &bench->err), 0);
	CHECK_INT(result, BACKEND_NEEDS_REBOOT);
	bench_free(bench);
}

/* Arguments: what is replaced, by what, and what is not. */
static void arguments(void)
{
	const struct {
		const char *arg, *id, *node, *parent, *want; /* want NULL: refused */
	} rows[] = {
		{ "-d={node},{node}", "x", "/dev/nvme0", "", "-d=/dev/nvme0,/dev/nvme0" },
		{ "{payload}", "x", "", "", "/run/payload" },
		{ "a{b", "x", "", "", "a{b" },
		{ "$(reboot) `x` ;", "x", "", "", "$(reboot) `x` ;" },
		{ "{pci}", "pci:0000:03:00.0", "", "", "0000:03:00.0" },
		{ "{pci}", "nvme:1", "/dev/nvme0", "pci:0000:04:00.1", "0000:04:00.1" },
		{ "{pci}", "nvme:1", "/dev/nvme0", "nvme:2", NULL },
		{ "{pci}", "pci:0000:03:00.0;x", "", "", NULL },
		{ "{pci}", "pci:0000:03:00", "", "", NULL },
		{ "{node}", "x", "", "", NULL },
		{ "{node}", "x", "/dev/", "", NULL },
		{ "{node}", "x", "nvme0", "", NULL },
		{ "{node}", "x", "/dev/a b", "", NULL },
		{ "{node}", "x", "/dev/../etc/shadow", "", NULL },
		{ "{node}", "x", "/dev/$x", "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench *bench = bench_make("put", "", "");
		struct vendor_tool_plan plan = { 0 };
		int rc;

		bench->argv[1] = rows[i].arg;
		bench->tool.arg_count = 2;
		bench->tool.node_count = 0;
		bench->dev.kind = strncmp(rows[i].id, "pci:", 4) ? DEVICE_NVME : DEVICE_PCI;
		snprintf(bench->dev.id, sizeof(bench->dev.id), "%s", rows[i].id);
		snprintf(bench->dev.node, sizeof(bench->dev.node), "%s", rows[i].node);
		snprintf(bench->dev.parent, sizeof(bench->dev.parent), "%s", rows[i].parent);
		rc = vendor_tool_plan_make(bench->hw, &bench->comp, &bench->dev, &plan,
					   &bench->err);
		CHECK_INT(rc, rows[i].want ? 0 : ERR_UNSUPPORTED);
		if (!rc)
			CHECK_STR(plan.argv[1], rows[i].want);
		vendor_tool_plan_free(&plan);
		bench_free(bench);
	}
}

/* What the box is given of the machine. */
static void given_nodes(void)
{
	const struct {
		const char *pattern, *node, *sg, *want; /* blanks between */
		bool sysfs, sysfs_write, admin;
	} rows[] = {
		{ "{node}", "/dev/nvme1", "", " /dev/nvme1 /dev/nvme1n1 /dev/nvme1n2", 0, 0, 1 },
		{ "{node}", "/dev/sda", "sg0", " /dev/sda /dev/sg0", 0, 0, 1 },
		{ "{node}", "/dev/sda", "/dev/sg1", " /dev/sda /dev/sg1", 0, 0, 1 },
		{ "{node}", "/dev/gone", "", " /dev/gone", 0, 0, 1 },
		{ "/dev/sg*", "", "", " /dev/sg0 /dev/sg1", 0, 0, 0 },
		{ "/dev/bsg/*", "", "", " /dev/bsg", 0, 0, 0 },
		{ "/dev/mem", "", "", " /dev/mem", 0, 0, 0 },
		{ "ioports", "", "", "", 0, 0, 0 },
		{ "/sys", "", "", "", 1, 0, 0 },
		{ "/sys/bus/pci", "", "", "", 1, 1, 1 },
	};
	static const char *const names[] = { "nvme1",	 "nvme1n1", "nvme1n2", "nvme10",
					     "nvme10n1", "sda",	    "sda1",    "sdb",
					     "sg0",	 "sg1",	    "sg",      "sg 2" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench *bench = bench_make("put", "", "");
		struct vendor_tool_plan plan = { 0 };
		char got[256] = "", path[64];

		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++) {
			snprintf(path, sizeof(path), "/dev/%s", names[n]);
			temp_tree_text(&bench->tree, path, "");
		}
		bench->tool.arg_count = 1;
		bench->nodes[0] = rows[i].pattern;
		snprintf(bench->dev.node, sizeof(bench->dev.node), "%s", rows[i].node);
		CHECK_INT(device_set_prop(&bench->dev, "scsi.sg", rows[i].sg), 0);
		CHECK_INT(vendor_tool_plan_make(bench->hw, &bench->comp, &bench->dev, &plan,
						&bench->err),
			  0);
		for (size_t n = 0; n < plan.box.node_count; n++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got), " %s",
				 plan.box.nodes[n]);
		CHECK_STR(got, rows[i].want);
		CHECK_INT(plan.box.sysfs, rows[i].sysfs);
		CHECK_INT(plan.box.sysfs_write, rows[i].sysfs_write);
		CHECK_INT(plan.box.admin, rows[i].admin);
		vendor_tool_plan_free(&plan);
		bench_free(bench);
	}
}

/* Static, for there is no runtime here. */
static void build_flasher(const char *dir)
{
	char command[256];

	snprintf(flasher, sizeof(flasher), "%s/flasher", dir);
	snprintf(command, sizeof(command),
		 "cc -std=c17 -D_GNU_SOURCE -O1 -static -w -o %s tests/lab/flasher.c", flasher);
	if (system(command) != 0)
		abort();
}

int main(int argc, char **argv)
{
	struct temp_tree tree;
	int status;

	if (argc > 2 && strcmp(argv[1], BOX_WORD) == 0)
		box_main(argc - 2, argv + 2);
	tree = temp_tree_make();
	build_flasher(tree.dir);
	TAP_RUN(arguments);
	TAP_RUN(given_nodes);
	TAP_RUN(exit_codes);
	TAP_RUN(not_begun);
	TAP_RUN(no_process_can_be_made);
	TAP_RUN(kept_inside);
	TAP_RUN(crashed);
	TAP_RUN(flooded);
	TAP_RUN(left_a_process_behind);
	TAP_RUN(hangs);
	TAP_RUN(would_refuse);
	TAP_RUN(recovered);
	TAP_RUN(kinds_without_a_prober);
	status = TAP_END();
	temp_tree_remove(&tree);
	return status;
}
