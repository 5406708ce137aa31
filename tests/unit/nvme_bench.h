/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update of an emulated NVMe drive: the drive, an image for it, and what the caller saw. */
#ifndef DRYDOCK_TESTS_NVME_BENCH_H
#define DRYDOCK_TESTS_NVME_BENCH_H

#include <stdlib.h>

#include "backends/backend.h"
#include "hwio_nvme.h"
#include "tap.h"

enum { DOWNLOAD = 0x11, COMMIT = 0x10 };
enum { CA1 = 1 << 3, CA3 = 3 << 3 }; /* in cdw10 of a commit */
#define MINUTE_MS 60000u

struct bench {
	struct hwio_nvme *lab;
	struct hwio_nvme_drive *drive;
	struct inventory inv;
	struct component comp;
	const char *flags[1];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents, commands_at_intent;
	uint64_t fail_read_at; /* offset from which reading fails */
	uint64_t progress;
};

#include "bench_payload.h"

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->commands_at_intent = hwio_nvme_count(bench->lab, DOWNLOAD);
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

/* A machine with one drive in it, and 2.0.0 for it, size bytes long. */
static inline void start_size(struct bench *bench, const char *settings, uint32_t size)
{
	memset(bench, 0, sizeof(*bench));
	bench->lab = hwio_nvme_new();
	bench->drive = hwio_nvme_add(bench->lab, settings);
	CHECK_INT(backend_nvme.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	bench->image = malloc(size);
	bench_image(bench, bench->drive->model.config.model, "2.0.0", size);
	bench->fail_read_at = UINT64_MAX;
	bench->payload = (struct payload_source){ .size = size, .read = bench_read };
	bench->comp = (struct component){
		.version = "2.0.0",
		.proof = { .field = "nvme.fr", .match = PROOF_EQUALS, .value = "2.0.0" },
		.flags = bench->flags,
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
	start_size(bench, settings, 300 * 1024 + 64);
}

static inline void set_flag(struct bench *bench, const char *flag)
{
	bench->flags[0] = flag;
	bench->comp.flag_count = 1;
}

static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	inventory_free(&bench->inv);
	hwio_nvme_free(bench->lab);
	free(bench->image);
}

static inline enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_nvme.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static inline const char *version_after(struct bench *bench)
{
	CHECK_INT(backend_nvme.refresh(&bench->lab->hw, bench->inv.devices, &bench->err), 0);
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
	const struct nvme_model_download *download = &bench->drive->model.download;

	return download->size == bench->payload.size &&
	       !memcmp(download->bytes, bench->image, download->size);
}

static inline uint32_t commit_cdw10(const struct bench *bench, size_t index)
{
	const struct hwio_nvme_command *command = hwio_nvme_nth(bench->lab, COMMIT, index);

	return command ? command->cdw10 : 0;
}

#endif
