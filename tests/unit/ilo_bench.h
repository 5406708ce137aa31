/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One update by way of a model of an iLO: the machine, a file for it, and what the caller saw. */
#ifndef DRYDOCK_TESTS_ILO_BENCH_H
#define DRYDOCK_TESTS_ILO_BENCH_H

#include <stddef.h>
#include <stdlib.h>

#include "backends/backend.h"
#include "hw/bmc_access.h"
#include "hwio_ilo.h"
#include "tap.h"

#define ROM_ID	    "system"
#define CPLD_ID	    "ilo-fw:a6fc96b3-8f4d-4b8b-9c11-2f4f1d1d0101"
#define POWER_ID    "ilo-fw:2e6c4f9c-3c4f-4d2c-8a5e-6d3b70a40202"
#define NEW_ILO	    "2.96 Aug 17 2023"
#define BENCH_BYTES (300u << 10)

struct bench {
	struct hwio_ilo *lab;
	struct bmc_access access;
	struct inventory inv;
	struct component comp;
	const char *flags[2];
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	enum backend_result result;
	int intent_error;
	size_t intents;
	uint64_t progress;
};

static inline int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static inline void bench_progress(void *ctx, uint64_t done_bytes)
{
	struct bench *bench = ctx;

	CHECK(done_bytes <= bench->payload.size);
	bench->progress = done_bytes;
}

static inline int bench_read(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
			     struct err *err)
{
	struct bench *bench = (struct bench *)((char *)src - offsetof(struct bench, payload));

	(void)err;
	CHECK(offset + len <= src->size);
	memcpy(buf, bench->image + offset, len);
	return 0;
}

/* A file that the model takes for firmware of that name. */
static inline uint8_t *bench_image(const char *name, const char *version, size_t size)
{
	uint8_t *image = calloc(1, size);

	if (!image)
		abort();
	for (size_t i = 0; i < size; i++)
		image[i] = (uint8_t)(i * 2654435761u >> 24 | 0x80);
	snprintf((char *)image, 128, "LABFW %s|%s\n", name, version);
	return image;
}

static inline void start_machine(struct bench *bench, unsigned int generation)
{
	const struct ilo_settings settings = { .generation = generation,
					       .user = "op",
					       .password = "secret-password" };

	memset(bench, 0, sizeof(*bench));
	bench->lab = hwio_ilo_new(&settings);
	snprintf(bench->access.user, sizeof(bench->access.user), "op");
	snprintf(bench->access.password, sizeof(bench->access.password), "secret-password");
	bench->lab->hw.bmc = &bench->access;
}

static inline void take_inventory(struct bench *bench)
{
	inventory_free(&bench->inv);
	CHECK_INT(backend_ilo_redfish.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
}

/* The firmware of that name in the model, and what brings version to it. */
static inline void set_component(struct bench *bench, const char *id, const char *name,
				 const char *version)
{
	bool ilo = strcmp(id, "bmc") == 0;

	bench->image = bench_image(name, version, BENCH_BYTES);
	bench->payload = (struct payload_source){ .size = BENCH_BYTES, .read = bench_read };
	bench->comp = (struct component){
		.version = version,
		.scheme = VERSION_PLAIN,
		.proof = { .field = "redfish.version", .match = PROOF_EQUALS, .value = version },
		.flags = bench->flags,
		.activation = ilo ? ACTIVATION_DEVICE_RESET : ACTIVATION_REBOOT,
	};
	component_complete(&bench->comp);
	bench->io = (struct backend_io){
		.hw = &bench->lab->hw,
		.dev = inventory_find(&bench->inv, id),
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
		.reset_allowed = true,
	};
	CHECK(bench->io.dev != NULL);
}

static inline void set_flag(struct bench *bench, const char *flag)
{
	bench->flags[bench->comp.flag_count++] = flag;
}

static inline void start(struct bench *bench, unsigned int generation, const char *id,
			 const char *name, const char *version)
{
	start_machine(bench, generation);
	/* By the network: a host interface wants a machine around it (tests/devices). */
	snprintf(bench->access.url, sizeof(bench->access.url), "https://" HWIO_ILO_REMOTE);
	take_inventory(bench);
	set_component(bench, id, name, version);
}

static inline void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	inventory_free(&bench->inv);
	free(bench->image);
	hwio_ilo_free(bench->lab);
}

static inline int check(struct bench *bench)
{
	return backend_ilo_redfish.check(&bench->io, &bench->err);
}

static inline int put(struct bench *bench)
{
	bench->result = 0;
	return backend_ilo_redfish.write(&bench->io, &bench->result, &bench->err);
}

/* What reads back by itself, as the run proves it. */
static inline const char *reads(struct bench *bench, const char *field)
{
	struct device *dev = inventory_find(&bench->inv, bench->io.dev->id);
	const char *value;

	CHECK_INT(backend_ilo_redfish.refresh(&bench->lab->hw, dev, &bench->err), 0);
	value = device_prop(dev, field);
	return value ? value : "";
}

static inline enum backend_recovery recovered(struct bench *bench)
{
	enum backend_recovery ret = 0;
	struct backend_io io = { .hw = bench->io.hw, .dev = bench->io.dev, .comp = bench->io.comp };

	CHECK_INT(backend_ilo_redfish.recover(&io, &ret, &bench->err), 0);
	return ret;
}

static inline bool did(const struct bench *bench, const char *what)
{
	return strstr(ilo_log(bench->lab->ilo), what) != NULL;
}

#endif
