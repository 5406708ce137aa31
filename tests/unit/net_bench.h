/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update of a network device: the kernel, an image of 2.0.0, and what the caller saw. */
#ifndef DRYDOCK_TESTS_NET_BENCH_H
#define DRYDOCK_TESTS_NET_BENCH_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "backends/backend.h"
#include "hwio_net.h"
#include "tap.h"

#define MINUTE_MS     60000u
#define BENCH_IMAGE   40000u
#define BENCH_VERSION "2.0.0"

struct bench {
	const struct backend *backend;
	struct hwio_net *net;
	struct hwio_net_device *d;
	struct inventory inv;
	struct device *dev;
	struct component comp;
	const char *flags[3];
	struct payload_source payload;
	uint8_t image[BENCH_IMAGE];
	struct backend_io io;
	struct err err;
	char ram_dir[64];
	int intent_error;
	size_t intents;
	unsigned int flashes_at_intent;
	uint64_t fail_read_at, progress;
};

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->flashes_at_intent = bench->d->flashes;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static inline void bench_progress(void *ctx, uint64_t done_bytes)
{
	struct bench *bench = ctx;

	CHECK(done_bytes > bench->progress && done_bytes <= bench->payload.size);
	bench->progress = done_bytes;
}

static inline int bench_read(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
			     struct err *err)
{
	struct bench *bench = (struct bench *)((char *)src - offsetof(struct bench, payload));

	CHECK(offset + len <= src->size);
	if (offset + len > bench->fail_read_at)
		return err_set(err, ERR_HASH, "chunk 3 differs from its signed hash");
	memcpy(buf, bench->image + offset, len);
	return 0;
}

/* The component, its image, and all that is not the device. */
static inline void bench_make(struct bench *bench, const struct backend *backend,
			      const char *proof_field)
{
	memset(bench, 0, sizeof(*bench));
	bench->backend = backend;
	bench->net = hwio_net_new();
	snprintf(bench->ram_dir, sizeof(bench->ram_dir), "/tmp/drydock-net-XXXXXX");
	if (!mkdtemp(bench->ram_dir))
		abort();
	for (size_t i = 0; i < sizeof(bench->image); i++)
		bench->image[i] = (uint8_t)(i * 2654435761u >> 24);
	memcpy(bench->image, "NSIM-FW " BENCH_VERSION "\n", 14);
	bench->fail_read_at = UINT64_MAX;
	bench->payload =
		(struct payload_source){ .size = sizeof(bench->image), .read = bench_read };
	bench->comp = (struct component){
		.version = BENCH_VERSION,
		.proof = { .field = proof_field, .match = PROOF_EQUALS, .value = BENCH_VERSION },
		.flags = bench->flags,
		.activation = ACTIVATION_REBOOT,
	};
	component_complete(&bench->comp);
}

/* Finds the device as the inventory does, and makes what a step is worked on with. */
static inline void bench_find(struct bench *bench, const char *id)
{
	CHECK_INT(bench->backend->probe(&bench->net->hw, &bench->inv, &bench->err), 0);
	bench->dev = inventory_find(&bench->inv, id);
	CHECK(bench->dev);
	if (!bench->dev)
		exit(1);
	bench->io = (struct backend_io){
		.hw = &bench->net->hw,
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

static inline void add_flag(struct bench *bench, const char *flag)
{
	bench->flags[bench->comp.flag_count++] = flag;
}

/* Nothing is left: no descriptor, no file, no folder of the loader's. */
static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->net->n_open, 0);
	CHECK_STR(bench->net->firmware_path, "");
	CHECK_INT(rmdir(bench->ram_dir), 0);
	inventory_free(&bench->inv);
	hwio_net_free(bench->net);
}

static inline enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(bench->backend->write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline int bench_check(struct bench *bench)
{
	return bench->backend->check(&bench->io, &bench->err);
}

static inline enum backend_result bench_activate(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(bench->backend->activate(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline enum backend_recovery bench_recover(struct bench *bench)
{
	enum backend_recovery recovery = 0;

	CHECK_INT(bench->backend->recover(&bench->io, &recovery, &bench->err), 0);
	return recovery;
}

static inline const char *prop(const struct device *dev, const char *key)
{
	const char *value = device_prop(dev, key);

	return value ? value : "";
}

static inline const char *reads(struct bench *bench, const char *key)
{
	CHECK_INT(bench->backend->refresh(&bench->net->hw, bench->dev, &bench->err), 0);
	return prop(bench->dev, key);
}

/* Did the image reach the device whole, and nothing but it? */
static inline bool image_arrived(const struct bench *bench)
{
	return bench->d->image_len == sizeof(bench->image) &&
	       !memcmp(bench->d->image, bench->image, sizeof(bench->image));
}

static inline bool has_target(const struct device *dev, const char *target)
{
	for (size_t i = 0; i < dev->target_count; i++)
		if (!strcmp(dev->targets[i], target))
			return true;
	return false;
}

#endif
