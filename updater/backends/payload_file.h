/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload as one file in RAM, for backends that hand a whole file over (law 3: the device is
 * fed from a verified copy).
 */
#ifndef DRYDOCK_BACKENDS_PAYLOAD_FILE_H
#define DRYDOCK_BACKENDS_PAYLOAD_FILE_H

#include "backends/backend.h"
#include "base/fsio.h"

struct payload_file {
	char path[FSIO_PATH_MAX]; /* "" = there is none */
	bool made;		  /* in a replay there is only the name that the run had for it */
};

/*
 * Copies the payload to io->ram_dir/NAME, read-only, each byte as payload->read() gave it; what was
 * there under that name is replaced. name has no '/'. ERR_UNSUPPORTED (no folder), ERR_IO, ERR_FULL
 * (RAM), ERR_HASH; nothing is left behind then.
 */
int payload_file_make(const struct backend_io *io, const char *name, struct payload_file *ret,
		      struct err *err);

/* Removes it; may be called on {0} and twice. */
void payload_file_remove(struct payload_file *file);

#endif
