/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The image of an update and how a backend reads it. Included behind the struct bench of a backend,
 * which has image, payload, fail_read_at and progress.
 */
#ifndef DRYDOCK_TESTS_BENCH_PAYLOAD_H
#define DRYDOCK_TESTS_BENCH_PAYLOAD_H

#include "fwimage.h"
#include "tap.h"

static inline void bench_progress(void *ctx, uint64_t done_bytes)
{
	struct bench *bench = ctx;

	CHECK(done_bytes > bench->progress);
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

/* size bytes that the emulated device of this model takes, and runs as this revision. */
static inline void bench_image(struct bench *bench, const char *model, const char *revision,
			       uint32_t size)
{
	struct fwimage image = { .payload_bytes = size - FWIMAGE_HEADER_BYTES };

	snprintf(image.model, sizeof(image.model), "%s", model);
	snprintf(image.revision, sizeof(image.revision), "%s", revision);
	for (uint32_t i = FWIMAGE_HEADER_BYTES; i < size; i++)
		bench->image[i] = (uint8_t)(i * 2654435761u >> 24);
	image.payload_crc =
		fwimage_crc32(0, bench->image + FWIMAGE_HEADER_BYTES, image.payload_bytes);
	fwimage_write_header(&image, bench->image);
}

#endif
