/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine with an iLO behind the seam: the model of tests/lab/ilo behind the channels
 * /dev/hpilo/d0ccbN, with the errnos of the Linux driver hpilo, and behind ops->http. The clock
 * moves only when somebody waits, and the model's with it. What else is asked goes to another
 * seam, if there is one.
 */
#ifndef DRYDOCK_TESTS_HWIO_ILO_H
#define DRYDOCK_TESTS_HWIO_ILO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/http.h"
#include "hw/hwio.h"
#include "ilo/ilo.h"

#define HWIO_ILO_CHANNELS 24 /* at most; the driver makes 16 */
#define HWIO_ILO_QUEUE	  4  /* NR_QENTRY of hpilo.h */
#define HWIO_ILO_PACKET	  4096u
#define HWIO_ILO_OTHER	  1000 /* descriptors from here on are the other seam's */
#define HWIO_ILO_VNIC	  "16.1.15.1"
#define HWIO_ILO_REMOTE	  "ilo.example"
#define HWIO_ILO_PIN	  "1100110011001100110011001100110011001100110011001100110011001100"

struct hwio_ilo_packet {
	size_t len;
	uint64_t ready_ms;
	uint8_t bytes[HWIO_ILO_PACKET];
};

struct hwio_ilo {
	struct hwio hw;
	struct hwio
		*other; /* asked for what is not the iLO's, on this one's clock; NULL = ENOENT */
	struct ilo *ilo;
	pthread_mutex_t lock;
	uint64_t now_ms;
	struct ilo_events events; /* of the caller's settings: told after the seam */

	/* The driver and its channels. */
	unsigned int channels; /* nodes; 0 = no driver */
	uint32_t taken;	       /* a bit for each channel that somebody else has */
	unsigned int busy;     /* so many opens, and then writes, fail with EBUSY */
	int open_errnum;       /* every open fails so */
	unsigned int stale;    /* packets of somebody else's that wait in a channel when it opens */
	bool exact;	       /* lengths are not rounded up to 8, as the driver does it */
	uint32_t answer_ms;    /* that an answer takes */
	unsigned int silent;   /* so many packets are not answered */
	unsigned int reset_at; /* at this call on a channel (1 = the first) the iLO is reset; 0 =
				  never */
	uint32_t reset_ms;     /* that it takes then */
	uint64_t down_until_ms; /* by reset_at, beside what the model does of itself */
	/* Changes the answer to a request; returns its length, 0 = none. */
	size_t (*twist)(void *ctx, const uint8_t *request, uint8_t answer[HWIO_ILO_PACKET],
			size_t len);
	void *twist_ctx;

	/* HTTP. */
	bool no_vnic;		 /* its card is not there, whatever the model says */
	char pin[HTTP_PIN_TEXT]; /* who answers */
	bool ca_holds;		 /* a ca_file is the right one */
	uint32_t http_ms;	 /* that an exchange takes */
	uint32_t mib_ms;	 /* and a MiB of its body */

	/* What was done. */
	int n_open;
	unsigned int opens, calls, packets, resets, https;
	char last_url[256], last_interface[16];

	struct hwio_ilo_channel {
		bool open, exclusive;
		bool reset;		 /* ENODEV until it is closed */
		bool asking, reset_next; /* the answer to what resets it still comes */
		size_t head, count;
		struct hwio_ilo_packet queue[HWIO_ILO_QUEUE];
	} channel[HWIO_ILO_CHANNELS];
};

/* The model with these settings; 16 channels where its generation has any. Aborts without memory.
 */
struct hwio_ilo *hwio_ilo_new(const struct ilo_settings *settings);
void hwio_ilo_free(struct hwio_ilo *t);

/* Time passes, as when somebody waits. */
void hwio_ilo_wait(struct hwio_ilo *t, uint64_t ms);

#endif
