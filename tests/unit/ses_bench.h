/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update of an emulated enclosure: the enclosure, an image for it, and what the caller saw. */
#ifndef DRYDOCK_TESTS_SES_BENCH_H
#define DRYDOCK_TESTS_SES_BENCH_H

#include <stdlib.h>

#include "backends/backend.h"
#include "hwio_sg.h"
#include "ses_model.h"
#include "tap.h"

#define MINUTE_MS 60000u
#define SEND	  0x1d
#define RECEIVE	  0x1c

struct bench {
	struct hwio_sg *lab;
	struct hwio_sg_device *device;
	struct ses_model model;
	struct inventory inv;
	struct component comp;
	const char *flags[2];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents;
	unsigned int pieces_at_intent;
	uint64_t fail_read_at, progress;
};

#include "bench_payload.h"

static inline enum sg_outcome bench_run(void *model, struct sg_request *req)
{
	return ses_model_run(model, req);
}

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->pieces_at_intent = bench->model.pieces;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static inline void start_box(struct bench *bench, const char *settings)
{
	memset(bench, 0, sizeof(*bench));
	ses_model_init(&bench->model);
	CHECK_INT(ses_model_set(&bench->model, settings), 0);
	bench->lab = hwio_sg_new();
	bench->device = hwio_sg_add(bench->lab, &bench->model, bench_run);
	bench->device->vendor = "DRYDOCK";
	bench->device->name = "LAB ENCLOSURE";
	bench->device->type = 0x0d;
	bench->device->sas_address = "0x5000000000aaaa01";
}

/* A machine with one enclosure and 0200 for it, size bytes long; sub = whose image it is. */
static inline void start_part(struct bench *bench, const char *settings, uint32_t size, size_t sub)
{
	start_box(bench, settings);
	CHECK_INT(backend_ses.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, bench->model.config.secondaries + 1);
	bench->image = malloc(size);
	bench_image(bench, sub ? "LAB BACKPLANE" : bench->model.config.product, "0200", size);
	bench->fail_read_at = UINT64_MAX;
	bench->payload = (struct payload_source){ .size = size, .read = bench_read };
	bench->comp = (struct component){
		.version = "0200",
		.proof = { .field = "ses.rev", .match = PROOF_EQUALS, .value = "0200" },
		.flags = bench->flags,
		.activation = ACTIVATION_NONE,
	};
	component_complete(&bench->comp);
	bench->io = (struct backend_io){
		.hw = &bench->lab->hw,
		.dev = &bench->inv.devices[sub],
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
		.reset_allowed = true,
	};
}

static inline void start(struct bench *bench, const char *settings)
{
	start_part(bench, settings, 10 * 1024 + 2, 0);
}

static inline void set_flag(struct bench *bench, const char *flag)
{
	bench->flags[bench->comp.flag_count++] = flag;
}

static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	CHECK_INT(bench->model.protocol_errors, 0);
	inventory_free(&bench->inv);
	hwio_sg_free(bench->lab);
	ses_model_free(&bench->model);
	free(bench->image);
}

static inline enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_ses.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline struct device *bench_device(struct bench *bench)
{
	return &bench->inv.devices[bench->io.dev - bench->inv.devices];
}

static inline const char *version_after(struct bench *bench)
{
	struct device *dev = bench_device(bench);

	CHECK_INT(backend_ses.refresh(&bench->lab->hw, dev, &bench->err), 0);
	return dev->version;
}

/* Did the image reach the enclosure whole, and nothing but it? */
static inline bool image_arrived(const struct bench *bench)
{
	return bench->model.size == bench->payload.size &&
	       !memcmp(bench->model.bytes, bench->image, bench->model.size);
}

#endif
