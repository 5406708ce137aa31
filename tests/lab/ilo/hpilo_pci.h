/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's side of an iLO: PCI function 103c:3307, as far as the Linux driver hpilo (1.5.0, of
 * Linux 6.12; "hpilo" below) uses it. There is no document of the hardware: registers and queues
 * are what drivers/misc/hpilo.[ch] expects of them, and what that does not need is not there.
 *
 * A channel is a control block (CCB) in the function's memory that points to two queues in the
 * host's: packets to the iLO and packets from it. All calls under the owner's one lock.
 */
#ifndef LAB_HPILO_PCI_H
#define LAB_HPILO_PCI_H

#include <stdbool.h>

#include "vfio_user.h"

enum {
	HPILO_CHANNELS = 32,	 /* hpilo.h: hw limited to 32 */
	HPILO_CCB_BYTES = 128,	 /* ILOHW_CCB_SZ */
	HPILO_PACKET_MAX = 4096, /* 1 << L2_QENTRY_SZ */
	HPILO_REVISION_BAR5 = 7, /* PCI_REV_ID_NECHES: from here on the CCBs are in BAR 5 */
	HPILO_REVISION_OLD = 5,
};

/* What the iLO answers to a packet: at most HPILO_PACKET_MAX bytes; 0 = nothing. */
typedef size_t hpilo_answer(void *ctx, const uint8_t *packet, size_t len, uint8_t *answer);

struct hpilo_channel {
	bool active;
	uint32_t send_at, receive_at; /* where the iLO is in the two queues */
	size_t waiting;		      /* bytes of an answer that found no free descriptor */
	uint8_t answer[HPILO_PACKET_MAX];
};

struct hpilo {
	struct vfio_user server;
	hpilo_answer *answer;
	void *ctx;
	uint16_t subvendor, subdevice;
	uint8_t revision;
	uint8_t config[256];
	uint8_t ccbs[HPILO_CHANNELS * HPILO_CCB_BYTES];
	uint8_t irq_enable; /* DB_IRQ */
	uint32_t outbound;  /* DB_OUT: a bit for each channel with a packet, and the reset bit */
	bool down;
	struct hpilo_channel channel[HPILO_CHANNELS];
};

extern const struct vfio_user_ops hpilo_ops; /* their device is a struct hpilo */

/* The function; revision decides where its memory is. Before vfio_user_serve(). */
void hpilo_init(struct hpilo *hpilo, uint8_t revision, hpilo_answer *answer, void *ctx);

/*
 * The iLO restarts: what was in its memory is gone, the host is told by the reset bit, and nothing
 * is answered until hpilo_up(). Reads of the memory give FFh then: hpilo's "Closing, but controller
 * still active" of field reports is a control block whose active bits do not go away.
 */
void hpilo_down(struct hpilo *hpilo);
void hpilo_up(struct hpilo *hpilo);

/* Interrupts that are due, and answers that waited for room. True: look again soon. */
bool hpilo_poll(struct hpilo *hpilo);

/* hpilo_queue.c: the host rang the doorbell of a channel. */
void hpilo_queue_ring(struct hpilo *hpilo, unsigned int channel);
/* Delivers an answer that waits, when there is room now. */
void hpilo_queue_deliver(struct hpilo *hpilo, unsigned int channel);
/* Raises the interrupt when something is outstanding and the host wants to know. */
void hpilo_interrupt(const struct hpilo *hpilo);

#endif
