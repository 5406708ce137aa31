/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backend_seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/hwio_fault.h"
#include "plan/plan.h"

#define MAX_UPDATES  4	 /* undisturbed, until the new version must run */
#define SEED_SECONDS 120 /* of real time: beyond it something hangs */

/* One update of the device, and what is watched meanwhile. */
struct attempt {
	const struct backend_seeds *what;
	struct backend_io io;
	struct payload_source payload;
	struct device dev;
	const char *wrong; /* the first thing that is not as it should be */
	bool intended;
	struct err err;
};

static int read_image(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	struct attempt *a = (struct attempt *)((char *)src - offsetof(struct attempt, payload));

	if (offset > src->size || len > src->size - offset) {
		a->wrong = "it reads beyond the payload";
		return err_set(err, ERR_INTERNAL, "beyond the payload");
	}
	memcpy(buf, a->what->image + offset, len);
	return 0;
}

static int intent(void *ctx, struct err *err)
{
	struct attempt *a = ctx;

	(void)err;
	if (!a->intended && a->what->was_touched(a->what->ctx))
		a->wrong = "it was written to before the intent";
	a->intended = true;
	return 0;
}

static void progress(void *ctx, uint64_t done_bytes)
{
	struct attempt *a = ctx;

	if (done_bytes > a->payload.size)
		a->wrong = "more progress than bytes";
}

static void begin(struct attempt *a, const struct backend_seeds *what, struct hwio *hw,
		  const struct device *dev)
{
	*a = (struct attempt){ .what = what };
	a->payload = (struct payload_source){ .size = what->image_len, .read = read_image };
	if (device_copy(dev, &a->dev))
		abort();
	a->io = (struct backend_io){ .hw = hw,
				     .dev = &a->dev,
				     .comp = what->comp,
				     .payload = &a->payload,
				     .intent = intent,
				     .progress = progress,
				     .ctx = a,
				     .reset_allowed = true,
				     .ram_dir = what->ram_dir };
}

/* As run/step_work.c does it. Returns 0 and what it ended with, or ERR_*. */
static int update(struct attempt *a, enum backend_result *ret)
{
	const struct backend *backend = a->what->backend;
	int rc = backend->refresh(a->io.hw, &a->dev, &a->err);

	if (!rc)
		rc = backend->check(&a->io, &a->err);
	if (!rc)
		rc = backend->write(&a->io, ret, &a->err);
	if (!rc && *ret == BACKEND_NEEDS_ACTIVATE)
		rc = backend->activate(&a->io, ret, &a->err);
	if (!rc && !a->intended)
		a->wrong = "it has ended well without an intent";
	return rc;
}

static bool new_runs(const struct backend_seeds *what)
{
	return strcmp(what->runs(what->ctx), what->comp->version) == 0;
}

/* Law 5: what is read back decides. */
static void judge_read_back(struct attempt *a)
{
	int rc = a->what->backend->refresh(a->io.hw, &a->dev, &a->err);
	const char *value = rc ? NULL : plan_proof_value(a->what->comp, &a->dev);

	if (value && plan_proof_holds(a->what->comp, value) && !new_runs(a->what))
		a->wrong = "it reads back as the new version, and the old one runs";
}

/* The device as an undisturbed probe finds it; false: it is not there. */
static bool find(const struct backend_seeds *what, struct hwio *hw, struct device *ret)
{
	struct inventory inv = { 0 };
	struct err err = { 0 };
	bool found = false;

	if (what->backend->probe(hw, &inv, &err) == 0)
		for (size_t i = 0; i < inv.count && !found; i++)
			if (strcmp(inv.devices[i].backend, what->backend->name) == 0)
				found = device_copy(&inv.devices[i], ret) == 0;
	inventory_free(&inv);
	return found;
}

static const char *judge_recovery(const struct backend_seeds *what, struct hwio *hw,
				  const struct device *before)
{
	static char text[128];
	enum backend_recovery answer = 0;
	struct err err = { 0 };
	struct device dev = { 0 };
	struct backend_io io = { .hw = hw, .dev = &dev, .comp = what->comp };
	int rc = device_copy(before, &dev) ? ERR_NOMEM : what->backend->recover(&io, &answer, &err);
	bool is_new = new_runs(what);

	device_free(&dev);
	if (rc) {
		snprintf(text, sizeof(text), "recover: %.100s", err.text);
		return text;
	}
	switch (answer) {
	case RECOVER_OLD_RUNS:
	case RECOVER_WRITE_AGAIN:
		return is_new ? "recover says that the old version runs, and the new one does"
			      : NULL;
	case RECOVER_NEW_RUNS:
		return is_new ? NULL : "recover says that the new version runs, and it does not";
	case RECOVER_PENDING:
		if (is_new)
			return "recover says pending, and the new version runs";
		what->restart(what->ctx, true);
		return new_runs(what) ? NULL
				      : "recover said pending, and a power cycle did not bring it";
	case RECOVER_NEEDS_HUMAN:
		break;
	}
	return "recover asks for a person";
}

/* Undisturbed, as often as it takes. */
static const char *bring_to_the_end(const struct backend_seeds *what, struct hwio *hw)
{
	static char text[256];
	enum backend_result result = 0;

	snprintf(text, sizeof(text), "the new version does not run in the end");
	for (int i = 0; i < MAX_UPDATES && !new_runs(what); i++) {
		struct device dev = { 0 };
		struct attempt a;
		int rc;

		if (!find(what, hw, &dev))
			return "it is not found any more";
		begin(&a, what, hw, &dev);
		a.intended = true; /* an earlier attempt has touched it */
		rc = update(&a, &result);
		if (rc)
			snprintf(text, sizeof(text), "an undisturbed update: %.200s", a.err.text);
		device_free(&a.dev);
		device_free(&dev);
		if (a.wrong)
			return a.wrong;
		if (rc || result != BACKEND_DONE)
			what->restart(what->ctx, result == BACKEND_NEEDS_POWER_CYCLE || rc);
	}
	if (!new_runs(what))
		return text;
	return what->holds_image(what->ctx) ? NULL : "it runs, but other bytes arrived";
}

static const char *disturb(const struct backend_seeds *what, struct hwio *hw, unsigned long seed,
			   uint64_t *disturbed)
{
	static const unsigned int rates[] = { 3, 6, 12, 25 };
	enum backend_result result = 0;
	struct device dev = { 0 };
	struct hwio *fault;
	struct attempt a;
	struct err err;
	int rc;

	if (!find(what, hw, &dev))
		return "it is not found";
	if (hwio_fault_new_seeded(hw, seed, rates[seed % 4], seed % 3 == 0, &fault, &err))
		abort();
	begin(&a, what, fault, &dev);
	rc = update(&a, &result);
	if (rc && !a.intended && what->was_touched(what->ctx))
		a.wrong = "it was written to without an intent";
	if (!rc && result == BACKEND_DONE)
		judge_read_back(&a);
	*disturbed += hwio_fault_disturbed(fault);
	hwio_fault_free(fault);
	device_free(&a.dev);
	if (!a.wrong)
		a.wrong = judge_recovery(what, hw, &dev);
	device_free(&dev);
	return a.wrong ? a.wrong : bring_to_the_end(what, hw);
}

unsigned int backend_seeds(const struct backend_seeds *what)
{
	const char *range = getenv("DRYDOCK_SEEDS");
	unsigned long first = 1, last = 20;
	unsigned int failures = 0;
	uint64_t disturbed = 0;

	if (range && sscanf(range, "%lu-%lu", &first, &last) != 2)
		return 1;
	for (unsigned long seed = first; seed <= last; seed++) {
		struct hwio *hw = what->make(what->ctx);
		const char *wrong;

		alarm(SEED_SECONDS);
		wrong = disturb(what, hw, seed, &disturbed);
		alarm(0);
		what->free(what->ctx);
		if (!wrong)
			continue;
		printf("# %s, seed %lu: %s\n", what->backend->name, seed, wrong);
		failures++;
	}
	printf("# %s: seeds %lu-%lu, %llu calls disturbed\n", what->backend->name, first, last,
	       (unsigned long long)disturbed);
	return disturbed ? failures : failures + 1;
}
