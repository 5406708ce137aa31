/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel to an iLO: which one is taken, and all that the driver and the iLO do to it. */
#include <errno.h>
#include <stdlib.h>

#include "hw/chif.h"
#include "hwio_ilo.h"
#include "tap.h"

#define DEADLINE 60000u /* of what is opened */

static struct hwio_ilo *machine(unsigned int generation)
{
	return hwio_ilo_new(&(struct ilo_settings){ .generation = generation });
}

static int open_until(struct hwio_ilo *t, struct chif *chif, uint64_t ms, struct err *err)
{
	struct chif_status status;

	return chif_open(&t->hw, t->now_ms + ms, chif, &status, err);
}

static struct hwio_ilo *opened(struct chif *chif)
{
	struct hwio_ilo *t = machine(5);

	CHECK_INT(open_until(t, chif, DEADLINE, NULL), 0);
	return t;
}

static void done(struct hwio_ilo *t, struct chif *chif)
{
	chif_close(chif);
	CHECK_INT(chif->fd, -1);
	CHECK_INT(t->n_open, 0);
	chif_close(chif); /* takes one that is not open */
	hwio_ilo_free(t);
}

static int ask_status(struct hwio_ilo *t, struct chif *chif, uint64_t ms, struct err *err)
{
	uint8_t answer[CHIF_PACKET_MAX];
	size_t len;

	return chif_exchange(chif, CHIF_GET_STATUS, NULL, 0, t->now_ms + ms, answer, &len, err);
}

static void the_highest_free_channel(void)
{
	struct hwio_ilo *t = machine(5);
	struct chif_status status;
	struct chif a, b, c;

	CHECK_INT(chif_open(&t->hw, t->now_ms + DEADLINE, &a, &status, NULL), 0);
	CHECK_INT(a.index, 15);
	CHECK_STR(status.serial, "CZ3LAB0001");
	CHECK_INT(status.security, CHIF_SECURITY_PRODUCTION);
	CHECK(t->channel[15].exclusive);
	t->taken = 1u << 14 | 1u << 13;
	CHECK_INT(open_until(t, &b, DEADLINE, NULL), 0);
	CHECK_INT(b.index, 12);
	chif_close(&a);
	CHECK_INT(open_until(t, &c, DEADLINE, NULL), 0);
	CHECK_INT(c.index, 15);
	CHECK(strcmp(b.nonce, c.nonce) != 0); /* in one of two billion runs */
	chif_close(&c);
	done(t, &b);
}

static void no_driver(void)
{
	struct hwio_ilo *t = machine(7);
	struct err err = { 0 };
	struct chif chif;

	CHECK_INT(open_until(t, &chif, DEADLINE, &err), ERR_NOT_FOUND);
	CHECK_CONTAINS(err.text, "hpilo");
	CHECK_INT(t->now_ms, 1000);
	done(t, &chif);
}

static void errnos_of_open(void)
{
	static const struct {
		int errnum, want;
	} rows[] = {
		{ EACCES, ERR_IO },	     { EIO, ERR_IO },
		{ ENOMEM, ERR_IO },	     { EBUSY, ERR_BUSY },
		{ ENODEV, ERR_DEVICE_GONE }, { ENXIO, ERR_DEVICE_GONE },
		{ ENOENT, ERR_DEVICE_GONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hwio_ilo *t = machine(5);
		struct chif chif;

		t->open_errnum = rows[i].errnum;
		CHECK_INT(open_until(t, &chif, 3000, NULL), rows[i].want);
		CHECK(t->now_ms <= 4000);
		done(t, &chif);
	}
}

static void all_taken_until_one_is_not(void)
{
	struct hwio_ilo *t = machine(5);
	struct err err = { 0 };
	struct chif chif;

	t->taken = 0xffffffff;
	CHECK_INT(open_until(t, &chif, 15000, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "all 16 channels to the iLO are taken by other programs");
	CHECK_INT(t->now_ms, 1000 + CHIF_TAKEN_MS);
	t->taken = 0;
	t->busy = 16 * 3 + 4; /* three times around, then four more */
	CHECK_INT(open_until(t, &chif, 15000, NULL), 0);
	CHECK_INT(chif.index, 11);
	CHECK_INT((t->now_ms - 6000) / 1000, 3);
	done(t, &chif);
}

/* What the issue promises of an inventory. */
static void a_dead_ilo_costs_no_more_than_it_may(void)
{
	struct hwio_ilo *t = machine(5);
	struct chif chif;

	ilo_set_knob(t->ilo, ILO_KNOB_DEAD, 0, NULL);
	CHECK_INT(open_until(t, &chif, 10000, NULL), ERR_BUSY);
	CHECK(t->now_ms <= 11000 + 16 * 10);
	done(t, &chif);
	t = machine(5);
	t->silent = 1000000;
	CHECK_INT(open_until(t, &chif, 60000, NULL), ERR_OVERDUE);
	CHECK_INT(t->now_ms, 1000 + CHIF_GREET_MS);
	done(t, &chif);
	t = machine(5);
	t->silent = 1000000;
	CHECK_INT(open_until(t, &chif, 700, NULL), ERR_OVERDUE);
	CHECK_INT(t->now_ms, 1700);
	done(t, &chif);
}

static void while_it_restarts(void)
{
	struct hwio_ilo *t = machine(5);
	struct chif chif;

	t->reset_at = 1;
	t->reset_ms = 40000;
	CHECK_INT(open_until(t, &chif, DEADLINE, NULL), 0);
	CHECK(t->now_ms >= 41000 && t->now_ms < 43000);
	done(t, &chif);
}

/* Every channel says ENODEV after a reset; one must be closed before another opens. */
static void reset_in_every_phase(void)
{
	unsigned int calls;
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);

	CHECK_INT(ask_status(t, &chif, 5000, NULL), 0);
	calls = t->calls;
	done(t, &chif);
	for (unsigned int at = 1; at <= calls; at++) {
		struct err err = { 0 };
		int rc;

		t = machine(5);
		t->reset_at = at;
		t->reset_ms = 20000;
		CHECK_INT(open_until(t, &chif, DEADLINE, NULL), 0);
		rc = ask_status(t, &chif, 5000, &err);
		CHECK(rc == 0 || rc == ERR_DEVICE_GONE);
		if (rc)
			CHECK_CONTAINS(err.text, "was reset");
		chif_close(&chif);
		CHECK_INT(open_until(t, &chif, DEADLINE, NULL), 0);
		CHECK_INT(ask_status(t, &chif, 5000, NULL), 0);
		CHECK_INT(t->resets, 1);
		done(t, &chif);
	}
	CHECK(calls >= 6);
}

static void stale_packets(void)
{
	for (unsigned int stale = 0; stale <= HWIO_ILO_QUEUE; stale++) {
		struct hwio_ilo *t = machine(5);
		struct chif chif;

		t->stale = stale;
		t->answer_ms = 50; /* they are there later than the channel is looked at */
		CHECK_INT(open_until(t, &chif, 9000, NULL), stale == HWIO_ILO_QUEUE ? ERR_BUSY : 0);
		done(t, &chif);
	}
}

static size_t always_stale(void *ctx, const uint8_t *request, uint8_t *answer, size_t len)
{
	(void)ctx;
	(void)request;
	answer[2]++;
	return len;
}

static size_t sixteen(void *ctx, const uint8_t *request, uint8_t *answer, size_t len)
{
	(void)request;
	(void)len;
	memcpy(answer, ctx, 16);
	answer[2] = request[2]; /* its sequence */
	answer[3] = request[3];
	return 16;
}

static void answers_of_somebody_else(void)
{
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);

	t->twist = always_stale;
	CHECK_INT(ask_status(t, &chif, 3000, NULL), ERR_OVERDUE);
	t->twist = NULL;
	CHECK_INT(ask_status(t, &chif, 3000, NULL), 0);
	done(t, &chif);
}

static void packets_that_are_none(void)
{
	static const struct {
		uint8_t packet[16];
		int want;
		const char *words;
	} rows[] = {
		{ { 0 }, ERR_FORMAT, "says that it has 0" },
		{ { 4, 0, 0, 0, 0x02, 0x80 }, ERR_FORMAT, "says that it has 4" },
		{ { 24, 0, 0, 0, 0x02, 0x80 }, ERR_FORMAT, "of 16 bytes says that it has 24" },
		{ { 0xff, 0xff, 0, 0, 0x02, 0x80 }, ERR_FORMAT, "says that it has 65535" },
		{ { 16, 0, 0, 0, 0x02, 0x00 }, ERR_FORMAT, "answers 0002 with 0002" },
		{ { 16, 0, 0, 0, 0x39, 0x81 }, ERR_FORMAT, "answers 0002 with 8139" },
		{ { 9, 0, 0, 0, 0x02, 0x80 }, 0, NULL },
	};
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);

	t->twist = sixteen;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t packet[16];
		struct err err = { 0 };

		memcpy(packet, rows[i].packet, sizeof(packet));
		t->twist_ctx = packet;
		CHECK_INT(ask_status(t, &chif, 3000, &err), rows[i].want);
		if (rows[i].words)
			CHECK_CONTAINS(err.text, rows[i].words);
	}
	done(t, &chif);
}

/* The length is that of the header, whatever the driver rounds up to. */
static void lengths(void)
{
	for (int exact = 0; exact <= 1; exact++) {
		uint8_t answer[CHIF_PACKET_MAX];
		struct chif chif;
		struct hwio_ilo *t = opened(&chif);
		size_t len;

		t->exact = exact;
		CHECK_INT(chif_exchange(&chif, CHIF_GET_STATUS, NULL, 0, t->now_ms + 1000, answer,
					&len, NULL),
			  0);
		CHECK_INT(len, 100);
		CHECK_INT(
			chif_exchange(&chif, 0x7777, NULL, 0, t->now_ms + 1000, answer, &len, NULL),
			0);
		CHECK_INT(len, 12);
		done(t, &chif);
	}
}

static void the_largest_packet(void)
{
	static const uint8_t payload[CHIF_PACKET_MAX];
	uint8_t answer[CHIF_PACKET_MAX];
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);
	unsigned int packets = t->packets;
	size_t len;

	CHECK_INT(chif_exchange(&chif, 0x7777, payload, 4088, t->now_ms + 1000, answer, &len, NULL),
		  0);
	CHECK_INT(t->packets, packets + 1);
	CHECK_INT(chif_exchange(&chif, 0x7777, payload, 4089, t->now_ms + 1000, answer, &len, NULL),
		  ERR_TOO_LARGE);
	CHECK_INT(t->packets, packets + 1);
	done(t, &chif);
	CHECK_INT(chif_exchange(&chif, 0x7777, payload, 0, 0, answer, &len, NULL), ERR_DEVICE_GONE);
}

static void no_descriptor_is_free(void)
{
	struct err err = { 0 };
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);
	unsigned int packets = t->packets;

	t->busy = 1;
	CHECK_INT(ask_status(t, &chif, 3000, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "takes no packet");
	CHECK_INT(t->packets, packets);
	CHECK_INT(ask_status(t, &chif, 3000, NULL), 0);
	done(t, &chif);
}

/* The driver's read() waits two seconds and says EAGAIN: it does not end the waiting. */
static void slow_answers(void)
{
	struct err err = { 0 };
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);
	uint64_t begin = t->now_ms;

	t->answer_ms = 29000;
	CHECK_INT(ask_status(t, &chif, 30000, NULL), 0);
	CHECK_INT(t->now_ms - begin, 29000);
	begin = t->now_ms;
	CHECK_INT(ask_status(t, &chif, 28000, &err), ERR_OVERDUE);
	CHECK_INT(t->now_ms - begin, 28000);
	/* It comes late, and is not taken for the next one's. */
	t->answer_ms = 5;
	CHECK_INT(ask_status(t, &chif, 3000, NULL), 0);
	done(t, &chif);
}

static void states_and_addresses(void)
{
	struct chif_host_interface host;
	enum chif_security state;
	struct chif chif;
	struct hwio_ilo *t = opened(&chif);

	CHECK_INT(chif_security(&chif, t->now_ms + 1000, &state, NULL), 0);
	CHECK_INT(state, CHIF_SECURITY_PRODUCTION);
	ilo_set_knob(t->ilo, ILO_KNOB_SECURITY, CHIF_SECURITY_CNSA, NULL);
	CHECK_INT(chif_security(&chif, t->now_ms + 1000, &state, NULL), 0);
	CHECK_INT(state, CHIF_SECURITY_CNSA);
	CHECK_INT(chif_host_interface(&chif, t->now_ms + 1000, &host, NULL), 0);
	CHECK(memcmp(host.service_ip, "\x10\x01\x0f\x01", 4) == 0);
	CHECK_INT(host.port, 443);
	ilo_set_knob(t->ilo, ILO_KNOB_VNIC_OFF, 0, NULL);
	CHECK_INT(chif_host_interface(&chif, t->now_ms + 1000, &host, NULL), ERR_UNSUPPORTED);
	done(t, &chif);
}

int main(void)
{
	TAP_RUN(the_highest_free_channel);
	TAP_RUN(no_driver);
	TAP_RUN(errnos_of_open);
	TAP_RUN(all_taken_until_one_is_not);
	TAP_RUN(a_dead_ilo_costs_no_more_than_it_may);
	TAP_RUN(while_it_restarts);
	TAP_RUN(reset_in_every_phase);
	TAP_RUN(stale_packets);
	TAP_RUN(answers_of_somebody_else);
	TAP_RUN(packets_that_are_none);
	TAP_RUN(lengths);
	TAP_RUN(the_largest_packet);
	TAP_RUN(no_descriptor_is_free);
	TAP_RUN(slow_answers);
	TAP_RUN(states_and_addresses);
	return TAP_END();
}
