/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The blob store of an iLO over an open channel (format/chif_blob.h), and HTTP through it. A code
 * of the iLO is ERR_NOT_FOUND (NOTFOUND), ERR_BUSY (RETRY, NOMEMORY, UNAVAILABLE, UNINITIALIZED),
 * ERR_OVERDUE (TIMEOUT), ERR_TOO_LARGE, ERR_UNSUPPORTED (DISABLED, UNIMPLEMENTED, UNSUPPORTED) or
 * ERR_DEVICE; the rest is what chif_exchange() says.
 */
#ifndef DRYDOCK_HW_BLOBSTORE_H
#define DRYDOCK_HW_BLOBSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/chif_blob.h"
#include "hw/chif.h"

/* A name that nothing on this iLO has. */
void blob_key(struct chif *chif, char ret[CHIF_BLOB_NAME]);

int blob_create(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err);
/* In parts of CHIF_BLOB_WRITE; to be finalized when all is there. */
int blob_write(struct chif *chif, const char *key, const uint8_t *data, uint32_t len,
	       uint64_t deadline_ms, struct err *err);
int blob_finalize(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err);

/*
 * Its size. BADPARAM means that it is still being made: asked up to 44 times, after 0.25 s first
 * and 0.05 s more each time, as HPE's client does; then ERR_OVERDUE, as beyond the deadline.
 */
int blob_info(struct chif *chif, const char *key, uint64_t deadline_ms, uint32_t *ret_size,
	      struct err *err);

/*
 * The whole, malloc'ed; ERR_TOO_LARGE beyond max. Parts may come short; three without a byte are
 * ERR_FORMAT.
 */
int blob_read(struct chif *chif, const char *key, uint32_t max, uint64_t deadline_ms,
	      uint8_t **ret_data, uint32_t *ret_len, struct err *err);
/* The same patience as blob_info(). */
int blob_delete(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err);

/*
 * An HTTP request and its answer of at most max bytes, malloc'ed; both as text
 * (format/http_head.h). *ret_sent: the request is out, and whether the iLO has acted on it is not
 * known when this fails; false after ERR_BUSY, by which it says that it has not.
 */
int blob_rest(struct chif *chif, const uint8_t *request, uint32_t len, uint32_t max,
	      uint64_t deadline_ms, uint8_t **ret_data, uint32_t *ret_len, bool *ret_sent,
	      struct err *err);

#endif
