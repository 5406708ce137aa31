/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update of an emulated SAS drive: the drive, an image for it, and what the caller saw. */
#ifndef DRYDOCK_TESTS_SCSI_BENCH_H
#define DRYDOCK_TESTS_SCSI_BENCH_H

#include <stdlib.h>

#include "backends/backend.h"
#include "hwio_sg.h"
#include "scsi_model.h"
#include "tap.h"

#define MINUTE_MS    60000u
#define WRITE_BUFFER 0x3b

struct bench {
	struct hwio_sg *lab;
	struct hwio_sg_device *device;
	struct scsi_model model;
	struct inventory inv;
	struct component comp;
	const char *flags[1];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents;
	unsigned int writes_at_intent;
	uint64_t fail_read_at; /* offset from which reading fails */
	uint64_t progress;
};

#include "bench_payload.h"

static inline enum sg_outcome bench_run(void *model, struct sg_request *req)
{
	return scsi_model_run(model, req);
}

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->writes_at_intent = bench->model.writes;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

/* A machine with one drive in it; nobody has asked for it yet. */
static inline void start_drive(struct bench *bench, const char *settings)
{
	memset(bench, 0, sizeof(*bench));
	scsi_model_init(&bench->model);
	CHECK_INT(scsi_model_set(&bench->model, settings), 0);
	bench->lab = hwio_sg_new();
	bench->device = hwio_sg_add(bench->lab, &bench->model, bench_run);
	bench->device->vendor = bench->model.config.vendor;
	bench->device->name = bench->model.config.product;
	bench->device->driver = "mpt3sas";
	bench->device->block = true;
}

/* ... and 2.00 for it, size bytes long. */
static inline void start_size(struct bench *bench, const char *settings, uint32_t size)
{
	start_drive(bench, settings);
	CHECK_INT(backend_scsi.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	bench->image = malloc(size);
	bench_image(bench, bench->model.config.product, "0200", size);
	bench->fail_read_at = UINT64_MAX;
	bench->payload = (struct payload_source){ .size = size, .read = bench_read };
	bench->comp = (struct component){
		.version = "0200",
		.proof = { .field = "scsi.rev", .match = PROOF_EQUALS, .value = "0200" },
		.flags = bench->flags,
		.activation = ACTIVATION_NONE,
	};
	component_complete(&bench->comp);
	bench->io = (struct backend_io){
		.hw = &bench->lab->hw,
		.dev = bench->inv.devices,
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
	start_size(bench, settings, 100 * 1024);
}

static inline void set_flag(struct bench *bench, const char *flag)
{
	bench->flags[0] = flag;
	bench->comp.flag_count = 1;
}

static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	CHECK_INT(bench->model.protocol_errors, 0);
	inventory_free(&bench->inv);
	hwio_sg_free(bench->lab);
	scsi_model_free(&bench->model);
	free(bench->image);
}

static inline enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_scsi.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline const char *version_after(struct bench *bench)
{
	CHECK_INT(backend_scsi.refresh(&bench->lab->hw, bench->inv.devices, &bench->err), 0);
	return bench->inv.devices->version;
}

static inline const char *prop(const struct bench *bench, const char *key)
{
	const char *value = device_prop(bench->inv.devices, key);

	return value ? value : "";
}

/* Did the image reach the drive whole, and nothing but it? */
static inline bool image_arrived(const struct bench *bench)
{
	return bench->model.size == bench->payload.size &&
	       !memcmp(bench->model.bytes, bench->image, bench->model.size);
}

static inline const struct hwio_sg_command *nth_write(const struct bench *bench, size_t index)
{
	size_t seen = 0;

	for (size_t i = 0; i < bench->lab->n_commands; i++)
		if (bench->lab->command[i].cdb[0] == WRITE_BUFFER && seen++ == index)
			return &bench->lab->command[i];
	return NULL;
}

static inline enum backend_result bench_activate(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_scsi.activate(&bench->io, &result, &bench->err), want_rc);
	return result;
}

#endif
