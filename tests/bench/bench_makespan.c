/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_makespan REPO TRUST DIR SCALE: one whole run of `drydock apply`, the code that ships, on a
 * server with 24 drives behind two HBAs, two network cards, four backplanes that share a target,
 * and a BMC. Their backend is this file's: a write reads the whole payload through the seam and
 * then takes what the component expects, divided by SCALE. DIR takes log and journal. The last line
 * has microseconds: from the first step's beginning to the last one's end; all steps one after
 * another; what the schedule predicted and what nobody can go below, divided by SCALE; and how many
 * were written at once.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backends/backend.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "plan/schedule.h"
#include "run/session.h"

#define HBA_A	   "pci:fffe:03:00.0"
#define HBA_B	   "pci:fffe:04:00.0"
#define THINGS_MAX 64

/* What the server has, by groups; without a model: nothing to write. */
static const struct group {
	const char *id; /* with a count, its number is appended */
	unsigned int count;
	enum device_kind kind;
	const char *model, *parent, *pci_class, *hold;
} groups[] = {
	{ HBA_A, 0, DEVICE_PCI, NULL, NULL, "0107", NULL },
	{ HBA_B, 0, DEVICE_PCI, NULL, NULL, "0107", NULL },
	{ "bmc", 0, DEVICE_BMC, "BENCH BMC", NULL, NULL, NULL },
	{ "backplane", 4, DEVICE_ENCLOSURE, "BENCH BACKPLANE", NULL, NULL, "target" },
	{ "drive-a", 12, DEVICE_NVME, "BENCH DRIVE", HBA_A, NULL, NULL },
	{ "drive-b", 12, DEVICE_NVME, "BENCH DRIVE", HBA_B, NULL, NULL },
	{ "pci:fffe:05:00.0", 0, DEVICE_PCI, "BENCH NIC", NULL, "0200", NULL },
	{ "pci:fffe:06:00.0", 0, DEVICE_PCI, "BENCH NIC", NULL, "0200", NULL },
};

/* A thing that can be written, and when it was. */
static struct thing {
	char id[DEVICE_ID_MAX];
	_Atomic bool written;
	uint64_t begun_us, ended_us; /* only its own step's thread writes them */
} things[THINGS_MAX];
static size_t thing_count;
static unsigned int scale;
static _Atomic unsigned int at_work, most_at_work;

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct thing *thing_of(const struct device *dev)
{
	for (size_t i = 0; i < thing_count; i++)
		if (strcmp(things[i].id, dev->id) == 0)
			return &things[i];
	abort();
}

static int bench_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct thing *thing = thing_of(dev);
	const char *version = thing->written ? "2.0" : "1.0";

	(void)hw;
	if (!thing->begun_us)
		thing->begun_us = now_us();
	snprintf(dev->version, sizeof(dev->version), "%s", version);
	if (device_set_prop(dev, "nvme.fr", version))
		return err_set(err, ERR_NOMEM, "out of memory");
	thing->ended_us = now_us();
	return 0;
}

static int bench_check(struct backend_io *io, struct err *err)
{
	(void)io;
	(void)err;
	return 0;
}

static int read_payload(struct backend_io *io, struct err *err)
{
	CLEANUP_FREE uint8_t *chunk = malloc(CATALOG_CHUNK_BYTES);
	uint64_t done = 0;
	int rc = chunk ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	while (!rc && done < io->payload->size) {
		uint64_t left = io->payload->size - done;
		size_t len = left < CATALOG_CHUNK_BYTES ? (size_t)left : CATALOG_CHUNK_BYTES;

		rc = io->payload->read(io->payload, done, chunk, len, err);
		done += len;
		io->progress(io->ctx, done);
	}
	return rc;
}

static int bench_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	uint64_t end = now_us() + (uint64_t)io->comp->expected_seconds * 1000000 / scale;
	unsigned int most, now_at_work;
	int rc = io->intent(io->ctx, err);

	if (rc)
		return rc;
	now_at_work = atomic_fetch_add(&at_work, 1) + 1;
	most = most_at_work;
	while (now_at_work > most &&
	       !atomic_compare_exchange_weak(&most_at_work, &most, now_at_work))
		;
	rc = read_payload(io, err);
	while (!rc && now_us() < end) {
		uint64_t left = end - now_us();
		struct timespec nap = { (time_t)(left / 1000000), (long)(left % 1000000) * 1000 };

		nanosleep(&nap, NULL);
	}
	atomic_fetch_sub(&at_work, 1);
	thing_of(io->dev)->written = !rc;
	*ret = BACKEND_DONE;
	return rc;
}

static int bench_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	(void)io;
	(void)ret;
	return err_set(err, ERR_INTERNAL, "nothing is to be activated");
}

static int bench_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	(void)io;
	(void)err;
	*ret = RECOVER_OLD_RUNS;
	return 0;
}

static int describe(struct device *dev, const struct group *group, struct err *err)
{
	char target[DEVICE_TARGET_MAX];
	int rc = 0;

	snprintf(dev->name, sizeof(dev->name), "%s", dev->id);
	if (group->parent)
		snprintf(dev->parent, sizeof(dev->parent), "%s", group->parent);
	if (group->pci_class)
		rc = device_set_prop(dev, "pci.class", group->pci_class);
	if (!rc && group->hold)
		rc = device_set_prop(dev, "hold.0", group->hold);
	if (rc || !group->model)
		return rc;
	snprintf(dev->model, sizeof(dev->model), "%s", group->model);
	snprintf(dev->backend, sizeof(dev->backend), "bench");
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = true;
	snprintf(target, sizeof(target), "nvme-model:%s", group->model);
	if (device_add_target(dev, target))
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!thing_count || strcmp(things[thing_count - 1].id, dev->id) != 0)
		snprintf(things[thing_count++].id, sizeof(things->id), "%s", dev->id);
	return 0;
}

static int bench_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	char id[DEVICE_ID_MAX];
	struct device *dev;
	int rc = 0;

	(void)hw;
	if (thing_count) /* the inventory after the run */
		return 0;
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		unsigned int count = groups[g].count;

		for (unsigned int i = 0; i < (count ? count : 1) && !rc; i++) {
			snprintf(id, sizeof(id), "%s", groups[g].id);
			if (count)
				snprintf(id, sizeof(id), "%s%u", groups[g].id, i + 1);
			rc = inventory_add(inv, groups[g].kind, id, &dev, err);
			rc = rc ? rc : describe(dev, &groups[g], err);
			rc = rc || !groups[g].model ? rc : bench_refresh(hw, dev, err);
		}
	}
	for (size_t i = 0; i < thing_count; i++)
		things[i].begun_us = 0;
	return rc;
}

static const struct backend backend_bench = {
	.name = "bench",
	.description = "things that take as long as their components expect",
	.evidence_note = "this program",
	.evidence = EVIDENCE_EMULATOR,
	.probe = bench_probe,
	.refresh = bench_refresh,
	.check = bench_check,
	.write = bench_write,
	.activate = bench_activate,
	.recover = bench_recover,
};

/* In place of the table that ships. */
const struct backend *const backends[] = { &backend_bench, NULL };

const struct backend *backend_find(const char *name)
{
	return strcmp(name, backend_bench.name) == 0 ? &backend_bench : NULL;
}

static int forecast(const struct session *s, struct schedule_forecast *ret, struct err *err)
{
	struct schedule *schedule = NULL;
	int rc = schedule_make(&s->plan, &s->inv, NULL, &schedule, err);

	rc = rc ? rc : schedule_forecast(schedule, ret, NULL, err);
	schedule_free(schedule);
	return rc;
}

static int run(struct session *s, struct schedule_forecast *ret, enum exit_status *status,
	       struct err *err)
{
	int rc = session_plan(s, err);

	if (!rc && s->plan.step_count != thing_count)
		rc = err_set(err, ERR_INTERNAL, "the plan has %zu steps, not %zu",
			     s->plan.step_count, thing_count);
	rc = rc ? rc : forecast(s, ret, err);
	rc = rc ? rc : session_begin(s, err);
	return rc ? rc : session_apply(s, status, err);
}

static void print_figures(const struct schedule_forecast *expected)
{
	uint64_t first = UINT64_MAX, last = 0, sum = 0;

	for (size_t i = 0; i < thing_count; i++) {
		first = things[i].begun_us < first ? things[i].begun_us : first;
		last = things[i].ended_us > last ? things[i].ended_us : last;
		sum += things[i].ended_us - things[i].begun_us;
	}
	printf("makespan %" PRIu64 " one-by-one %" PRIu64 " predicted %" PRIu64 " bound %" PRIu64
	       " steps %zu at-once %u\n",
	       last - first, sum, expected->makespan * 1000000 / scale,
	       expected->bound * 1000000 / scale, thing_count, most_at_work);
}

int main(int argc, char **argv)
{
	struct session_options options = { .unattended = true };
	enum exit_status status = EXIT_INTERNAL;
	struct schedule_forecast expected = { 0 };
	char journal[FSIO_PATH_MAX];
	struct session session;
	struct err err = { 0 };
	int rc;

	scale = argc == 5 ? (unsigned int)strtoul(argv[4], NULL, 10) : 0;
	if (!scale) {
		fprintf(stderr, "usage: bench_makespan REPO TRUST DIR SCALE\n");
		return EXIT_USAGE;
	}
	options.choices.repo_dir = argv[1];
	options.choices.trust_dir = argv[2];
	options.log_dir = argv[3];
	options.journal_path = journal;
	rc = fsio_join(journal, argv[3], "DRYDOCK.JNL", &err);
	rc = rc ? rc : session_open(&session, &options, &err);
	if (rc) {
		fprintf(stderr, "bench_makespan: %s\n", err.text);
		return EXIT_INTERNAL;
	}
	rc = run(&session, &expected, &status, &err);
	session_close(&session, status, rc ? &err : NULL);
	print_figures(&expected);
	return rc ? EXIT_INTERNAL : (int)status;
}
