/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passes every call on to another hwio and keeps what was asked and answered in trace files (see
 * README.md in this folder), so that a run can be replayed at a desk. Recording never changes or
 * fails a call: a trace that cannot be written any more ends, the device does not notice.
 */
#ifndef DRYDOCK_HW_HWIO_RECORD_H
#define DRYDOCK_HW_HWIO_RECORD_H

#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

#define HWIO_RECORD_LIMIT_BYTES (16u << 20) /* of one device's trace */

/*
 * inner stays the caller's and must live longer. dir is an existing folder for trace-*.jsonl.
 * ERR_NOMEM; *ret is then as it was.
 */
int hwio_record_new(struct hwio *inner, const char *dir, struct hwio **ret, struct err *err);

/* Another limit, before anything is recorded. */
void hwio_record_set_limit(struct hwio *hw, uint64_t limit_bytes);

/* Makes the traces durable. Returns the first error that any of them had: ERR_IO, ERR_FULL. */
int hwio_record_sync(struct hwio *hw, struct err *err);

void hwio_record_free(struct hwio *hw); /* syncs; takes NULL */

#endif
