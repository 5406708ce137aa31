/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A channel to an iLO through the PCI bus: /dev/hpilo/d0ccbN of the Linux driver hpilo. One read
 * or write is one packet (format/chif.h). The driver answers EBUSY while the channel is somebody
 * else's or the iLO restarts, EAGAIN after two seconds without a packet, ENODEV on every open
 * channel after the iLO was reset: then all must be closed before any opens again.
 */
#ifndef DRYDOCK_HW_CHIF_H
#define DRYDOCK_HW_CHIF_H

#include <stdint.h>

#include "base/err.h"
#include "format/chif.h"
#include "hw/hwio.h"

#define CHIF_NONCE    6u    /* letters and digits */
#define CHIF_TAKEN_MS 5000u /* so long other programs may have them all */
#define CHIF_GREET_MS 5000u /* an iLO that works says its status at once */

struct chif {
	struct hwio *hw;
	int fd; /* -1 = not open */
	unsigned int index;
	uint16_t sequence;
	/* Different each time, so that what an earlier one left behind on the iLO is not taken for
	 * its own; noted, so that a replay has the same.
	 */
	char nonce[CHIF_NONCE + 1];
	unsigned int keys; /* names made of it */
};

/*
 * Opens a free channel exclusively, from the highest down, and asks for the iLO's status to see
 * whether anybody answers. ERR_NOT_FOUND: no driver, or no iLO. ERR_BUSY: all channels are taken
 * for CHIF_TAKEN_MS, or the iLO restarts until the deadline. ERR_OVERDUE: it does not say its
 * status within CHIF_GREET_MS. ERR_IO, ERR_FORMAT (another answer than was asked for). deadline_ms
 * on the clock of the seam.
 */
int chif_open(struct hwio *hw, uint64_t deadline_ms, struct chif *ret, struct chif_status *status,
	      struct err *err);
void chif_close(struct chif *chif); /* takes one that is not open */

/*
 * Sends a packet (its header is filled in here) and receives its answer: stale ones, of another
 * sequence, are thrown away. payload: at most CHIF_PACKET_MAX - CHIF_HEADER bytes (ERR_TOO_LARGE);
 * *answer_len comes from the packet's header, not from the driver, which rounds up. ERR_BUSY: the
 * driver took nothing and may be asked again; ERR_DEVICE_GONE: the iLO was reset; ERR_OVERDUE,
 * ERR_IO, ERR_FORMAT (no answer to this). After all but ERR_BUSY the channel had better be closed.
 */
int chif_exchange(struct chif *chif, uint16_t command, const uint8_t *payload, size_t len,
		  uint64_t deadline_ms, uint8_t answer[CHIF_PACKET_MAX], size_t *answer_len,
		  struct err *err);

/* Security state; the host interface's address (SMIF 0x0159; ERR_UNSUPPORTED when unknown). */
int chif_security(struct chif *chif, uint64_t deadline_ms, enum chif_security *ret,
		  struct err *err);
int chif_host_interface(struct chif *chif, uint64_t deadline_ms, struct chif_host_interface *ret,
			struct err *err);

#endif
