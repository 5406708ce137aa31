/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capsule through the kernel: UpdateCapsule, and the memory it lies in outlives a warm reset. */
#include <stdlib.h>

#include "backends/uefi_deliver.h"
#include "base/cleanup.h"
#include "hw/capsule_loader.h"

#define PIECE_BYTES (1u << 20)

static int ask(struct backend_io *io, const uint8_t *header, uint64_t size, struct err *err)
{
	(void)size;
	return capsule_loader_ask(io->hw, header, err);
}

static int put_all(struct backend_io *io, const struct uefi_capsule *cap, int fd, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(PIECE_BYTES);
	uint64_t size = cap->head.size;
	size_t len;
	int rc = buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	for (uint64_t offset = 0; !rc && offset < size; offset += len) {
		len = size - offset < PIECE_BYTES ? (size_t)(size - offset) : PIECE_BYTES;
		rc = uefi_capsule_bytes(io->payload, cap, offset, buf, len, err);
		if (!rc)
			rc = capsule_loader_put(io->hw, fd, buf, len, offset + len == size, err);
		if (!rc)
			io->progress(io->ctx, offset + len);
	}
	return rc;
}

static int deliver(struct backend_io *io, const struct esrt_entry *entry,
		   const struct uefi_capsule *cap, struct err *err)
{
	int fd, rc = capsule_loader_open(io->hw, &fd, err);

	(void)entry;
	if (rc)
		return rc;
	rc = put_all(io, cap, fd, err);
	io->hw->ops->close(io->hw, fd);
	return rc;
}

const struct uefi_delivery uefi_by_loader = {
	.words = "through the kernel",
	.ask = ask,
	.deliver = deliver,
};
