/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update of an emulated SATA drive: the drive, an image for it, and what the caller saw. */
#ifndef DRYDOCK_TESTS_ATA_BENCH_H
#define DRYDOCK_TESTS_ATA_BENCH_H

#include <stdlib.h>

#include "ata_model.h"
#include "backends/backend.h"
#include "hwio_sg.h"
#include "tap.h"

#define MINUTE_MS    60000u
#define PASS_THROUGH 0x85
#define DOWNLOAD     0x92
#define DOWNLOAD_DMA 0x93
#define ATA_COMMAND  14 /* where it is in the CDB */

struct bench {
	struct hwio_sg *lab;
	struct hwio_sg_device *device;
	struct ata_model model;
	struct inventory inv;
	struct component comp;
	const char *flags[1];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents;
	unsigned int downloads_at_intent;
	uint64_t fail_read_at; /* offset from which reading fails */
	uint64_t progress;
};

#include "bench_payload.h"

static inline enum sg_outcome bench_run(void *model, struct sg_request *req)
{
	return ata_model_run(model, req);
}

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->downloads_at_intent = bench->model.downloads;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

/* A machine with one drive in it; nobody has asked for it yet. */
static inline void start_drive(struct bench *bench, const char *settings)
{
	memset(bench, 0, sizeof(*bench));
	ata_model_init(&bench->model);
	CHECK_INT(ata_model_set(&bench->model, settings), 0);
	bench->lab = hwio_sg_new();
	bench->device = hwio_sg_add(bench->lab, &bench->model, bench_run);
	bench->device->vendor = "ATA";
	bench->device->name = "DRYDOCK LAB SATA";
	bench->device->block = true;
}

/* ... and 2.00 for it, size bytes long. */
static inline void start_size(struct bench *bench, const char *settings, uint32_t size)
{
	start_drive(bench, settings);
	CHECK_INT(backend_ata.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	bench->image = malloc(size);
	bench_image(bench, bench->model.config.model, "2.00", size);
	bench->fail_read_at = UINT64_MAX;
	bench->payload = (struct payload_source){ .size = size, .read = bench_read };
	bench->comp = (struct component){
		.version = "2.00",
		.proof = { .field = "ata.rev", .match = PROOF_EQUALS, .value = "2.00" },
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
	ata_model_free(&bench->model);
	free(bench->image);
}

static inline enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_ata.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline const char *version_after(struct bench *bench)
{
	CHECK_INT(backend_ata.refresh(&bench->lab->hw, bench->inv.devices, &bench->err), 0);
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

static inline const struct hwio_sg_command *nth_download(const struct bench *bench, size_t index)
{
	return hwio_sg_nth(bench->lab, PASS_THROUGH, ATA_COMMAND, DOWNLOAD, index);
}

#endif
