/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host channel of the model: packets in, packets out. Status and security state (SMIF), the
 * host interface, ping, and the blob store with HTTP in it. It is strict: what a real iLO may let
 * pass and no client sends is refused.
 */
#ifndef LAB_ILO_CHIF_SIDE_H
#define LAB_ILO_CHIF_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ilo/ilo.h"

#define CHIF_SIDE_BLOBS	   32
#define CHIF_SIDE_BLOB_MAX (4u << 20)

struct chif_side; /* its memory: the blobs, all of them volatile */

/* What the rest of the model knows. */
struct chif_side_facts {
	unsigned int security; /* 3 = production, 4 = high security, 5 = FIPS, 6 = CNSA */
	const char *serial;
	bool vnic; /* has a host interface */
};

struct chif_side *chif_side_new(void);
/* Both take NULL. After a restart of the iLO the blobs are gone. */
void chif_side_reset(struct chif_side *side);
void chif_side_free(struct chif_side *side);

/*
 * One packet; the length of the answer in answer (4096 bytes), 0 = none comes. HTTP is given to
 * ilo_http() as local.
 */
size_t chif_side_packet(struct chif_side *side, struct ilo *ilo,
			const struct chif_side_facts *facts, const uint8_t *packet, size_t len,
			uint8_t *answer);

#endif
