/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update by RIBCL: the model of an iLO on the network, an image for it, what the caller saw. */
#ifndef DRYDOCK_TESTS_RIBCL_BENCH_H
#define DRYDOCK_TESTS_RIBCL_BENCH_H

#include <stdlib.h>

#include "backends/backend.h"
#include "hw/bmc_access.h"
#include "hwio_ilo.h"
#include "tap.h"

#define BENCH_IMAGE 300000u

struct bench {
	struct hwio_ilo *lab;
	struct bmc_access access;
	struct inventory inv;
	struct device *dev;
	struct component comp;
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	unsigned int intents;
	uint64_t fail_read_at, progress;
	bool touched_at_intent;
};

/* Did anything reach the iLO that could change it? */
static inline bool was_touched(const struct bench *bench)
{
	return strstr(ilo_log(bench->lab->ilo), "received") ||
	       strstr(ilo_log(bench->lab->ilo), "flashed");
}

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->touched_at_intent = was_touched(bench);
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

static inline void make_image(struct bench *bench, const char *name, const char *version)
{
	bench->image = malloc(BENCH_IMAGE);
	for (uint32_t i = 0; i < BENCH_IMAGE; i++)
		bench->image[i] = (uint8_t)(i * 2654435761u >> 24);
	snprintf((char *)bench->image, 128, "LABFW %s|%s\n", name, version);
}

/* The iLO of that generation, on the network; nobody has asked it yet. */
static inline void start_ilo(struct bench *bench, const struct ilo_settings *settings)
{
	*bench = (struct bench){ .fail_read_at = UINT64_MAX };
	bench->lab = hwio_ilo_new(settings);
	bench->lab->mib_ms = 2000;
	bench->lab->hw.bmc = &bench->access;
	CHECK_INT(bmc_access_set_url(&bench->access, "https://" HWIO_ILO_REMOTE, &bench->err), 0);
	snprintf(bench->access.user, sizeof(bench->access.user), "admin");
	snprintf(bench->access.password, sizeof(bench->access.password), "p&ss\"word");
}

/* What is written: the iLO itself ("bmc") or "system", and the version that it gets. */
static inline void aim(struct bench *bench, const struct backend *backend, const char *id,
		       const struct component *comp, const char *image_name)
{
	inventory_free(&bench->inv);
	CHECK_INT(backend->probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	bench->dev = inventory_find(&bench->inv, id);
	CHECK(bench->dev);
	make_image(bench, image_name, comp->version);
	bench->payload = (struct payload_source){ .size = BENCH_IMAGE, .read = bench_read };
	bench->comp = *comp;
	component_complete(&bench->comp);
	bench->io = (struct backend_io){
		.hw = &bench->lab->hw,
		.dev = bench->dev,
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
		.reset_allowed = true,
	};
}

static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	inventory_free(&bench->inv);
	hwio_ilo_free(bench->lab);
	free(bench->image);
}

static inline const char *prop(const struct device *dev, const char *key)
{
	const char *value = dev ? device_prop(dev, key) : NULL;

	return value ? value : "";
}

#endif
