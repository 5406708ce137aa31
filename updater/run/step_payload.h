/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The payload as a backend reads it: ranges of it, out of chunks that are checked one by one. */
#ifndef DRYDOCK_STEP_PAYLOAD_H
#define DRYDOCK_STEP_PAYLOAD_H

#include "backends/backend.h"
#include "repo/payload.h"

struct step_payload {
	struct payload_source source; /* what the backend gets; first, so that it leads back here */
	struct payload *payload;
	uint8_t *chunk;	   /* the chunk that was read last, verified where it lies */
	size_t index, len; /* of it; len 0 = none yet */
};

/* Its size is known from here on, its bytes only after step_payload_open(). */
void step_payload_init(struct step_payload *payload, const struct payload_ref *ref);

/* ERR_NOMEM, and what payload_open() says. */
int step_payload_open(struct step_payload *payload, const char *dir, const struct payload_ref *ref,
		      struct err *err);
void step_payload_close(struct step_payload *payload); /* takes {0} */

#endif
