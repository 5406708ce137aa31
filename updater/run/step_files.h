/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attachments that devices themselves want beside a payload: detached signatures. */
#ifndef DRYDOCK_STEP_FILES_H
#define DRYDOCK_STEP_FILES_H

#include "backends/backend.h"

#define STEP_FILE_MAX_BYTES (1u << 20)

struct step_files {
	struct backend_file *items;
	size_t count;
};

/*
 * Loads them, every chunk checked; folder says where each lies. ERR_TOO_LARGE, ERR_NOMEM, and what
 * payload_open() says. step_files_free() after an error too.
 */
int step_files_load(struct step_files *ret, const struct component *comp,
		    const char *(*folder)(const void *ctx, const struct payload_ref *ref),
		    const void *ctx, struct err *err);
void step_files_free(struct step_files *files); /* takes {0} */

#endif
