/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/chif.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"

#define FOLDER	  "/dev/hpilo"
#define NODE	  "d0ccb"
#define NODES_MAX 24u /* of the driver: max_ccb */
#define NOTE	  "chif"
#define RETRY_MS  1000u /* between tries to open one */
#define BUSY_MS	  100u	/* between tries to send */
#define POLL_MS	  250u	/* an interrupt that got lost costs no more */
#define STALE_MAX 64u	/* packets for others before one is ours */
#define VERIFY_MS 10u	/* hpilo's open() waits so long for an iLO that restarts */
#define SMIF	  0

static uint64_t now(const struct chif *chif)
{
	return chif->hw->ops->now_ms(chif->hw);
}

/* False: the deadline is there. */
static bool pause_until(struct hwio *hw, uint32_t ms, uint64_t deadline_ms)
{
	uint64_t at = hw->ops->now_ms(hw);

	if (at >= deadline_ms)
		return false;
	hw->ops->sleep_ms(hw, deadline_ms - at < ms ? (uint32_t)(deadline_ms - at) : ms);
	return true;
}

/* A reset is told on every open channel, by ENODEV. */
static int failed(int errnum, const char *what, struct err *err)
{
	if (errnum == ENODEV)
		return err_set(err, ERR_DEVICE_GONE, "%s: the iLO was reset", what);
	return err_set_errno(err, ERR_IO, errnum, "%s", what);
}

static int by_index_down(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return (x < y) - (x > y);
}

/* The channels that the driver has made, from the highest down. */
static int list_nodes(struct hwio *hw, unsigned int ret[NODES_MAX], size_t *ret_count,
		      struct err *err)
{
	char(*names)[HWIO_NAME_MAX] = NULL, *end;
	size_t count = 0;
	int rc = hw->ops->list(hw, FOLDER, &names, &count);

	*ret_count = 0;
	for (size_t i = 0; rc == 0 && i < count && *ret_count < NODES_MAX; i++) {
		if (strncmp(names[i], NODE, strlen(NODE)) != 0 || !names[i][strlen(NODE)])
			continue;
		ret[*ret_count] = (unsigned int)strtoul(names[i] + strlen(NODE), &end, 10);
		*ret_count += !*end;
	}
	free(names);
	if (rc == -ENOENT || rc == -ENOTDIR || (!rc && !*ret_count))
		return err_set(err, ERR_NOT_FOUND,
			       "no " FOLDER ": no iLO, or no driver (hpilo) for it");
	if (rc)
		return err_set_errno(err, ERR_IO, -rc, FOLDER);
	qsort(ret, *ret_count, sizeof(*ret), by_index_down);
	return 0;
}

static int open_node(struct chif *chif, unsigned int index)
{
	char path[sizeof(FOLDER "/" NODE) + 12];
	int fd;

	snprintf(path, sizeof(path), FOLDER "/" NODE "%u", index);
	do
		fd = chif->hw->ops->open(chif->hw, path, O_RDWR | O_CLOEXEC | O_EXCL);
	while (fd == -EINTR);
	if (fd < 0)
		return fd;
	chif->fd = fd;
	chif->index = index;
	return 0;
}

/*
 * ERR_BUSY: none is free, or the iLO restarts. The driver says EBUSY to both, to what is taken
 * (*ret_taken) at once, else after its test packet was not answered for VERIFY_MS.
 */
static int open_any(struct chif *chif, bool *ret_taken, struct err *err)
{
	const uint64_t begin_ms = now(chif);
	unsigned int index[NODES_MAX];
	size_t count;
	int rc = list_nodes(chif->hw, index, &count, err), last = 0;

	for (size_t i = 0; !rc && i < count; i++) {
		int opened = open_node(chif, index[i]);

		if (!opened)
			return 0;
		if (opened != -EBUSY)
			last = opened;
	}
	if (rc)
		return rc;
	if (last == -ENODEV || last == -ENXIO || last == -ENOENT)
		return err_set_errno(err, ERR_DEVICE_GONE, -last, FOLDER);
	if (last)
		return err_set_errno(err, ERR_IO, -last, FOLDER);
	*ret_taken = now(chif) - begin_ms < VERIFY_MS / 2;
	if (*ret_taken)
		return err_set(err, ERR_BUSY,
			       "all %zu channels to the iLO are taken by other programs: end the "
			       "vendor's agents and tools that run here (amsd, hponcfg, ilorest)",
			       count);
	return err_set(err, ERR_BUSY, "the iLO restarts, or its channels are taken");
}

/* Letters and digits, as clients name blobs. In a replay those of the recorded run. */
static void choose_nonce(struct chif *chif)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct hwio *hw = chif->hw;
	uint8_t bytes[CHIF_NONCE] = { 0 };
	char *text;

	if (hw->ops->recall) {
		text = hw->ops->recall(hw, NOTE);
		text_copy(chif->nonce, sizeof(chif->nonce), text ? text : "");
		free(text);
	} else {
		/* Without random numbers the kernel is not up yet: the same name then does. */
		if (getrandom(bytes, sizeof(bytes), 0) < 0)
			memset(bytes, 0, sizeof(bytes));
		for (size_t i = 0; i < CHIF_NONCE; i++)
			chif->nonce[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	}
	hwio_note(hw, NOTE, chif->nonce);
	for (size_t i = 0; chif->nonce[i]; i++)
		chif->sequence = (uint16_t)(chif->sequence * 31u + (uint8_t)chif->nonce[i]);
}

/* What was meant for whoever had the channel before. */
static void drain(struct chif *chif)
{
	uint8_t packet[CHIF_PACKET_MAX];
	struct hwio *hw = chif->hw;

	for (unsigned int i = 0; i < STALE_MAX && hw->ops->poll(hw, chif->fd, POLLIN, 0) > 0; i++)
		if (hw->ops->read(hw, chif->fd, packet, sizeof(packet)) < 0)
			return;
}

static int greet(struct chif *chif, uint64_t deadline_ms, struct chif_status *ret, struct err *err)
{
	const uint64_t end = now(chif) + CHIF_GREET_MS;
	uint8_t answer[CHIF_PACKET_MAX];
	size_t len;
	int rc;

	drain(chif);
	rc = chif_exchange(chif, CHIF_GET_STATUS, NULL, 0, end < deadline_ms ? end : deadline_ms,
			   answer, &len, err);
	return rc ? rc : chif_parse_status(answer, len, ret, err);
}

int chif_open(struct hwio *hw, uint64_t deadline_ms, struct chif *ret, struct chif_status *status,
	      struct err *err)
{
	const uint64_t taken_ms = hw->ops->now_ms(hw) + CHIF_TAKEN_MS;
	bool taken;
	int rc;

	*ret = (struct chif){ .hw = hw, .fd = -1 };
	*status = (struct chif_status){ 0 };
	choose_nonce(ret);
	do {
		taken = false;
		rc = open_any(ret, &taken, err);
		rc = rc ? rc : greet(ret, deadline_ms, status, err);
		if (rc)
			chif_close(ret);
	} while ((rc == ERR_BUSY || rc == ERR_DEVICE_GONE) &&
		 pause_until(hw, RETRY_MS,
			     taken && taken_ms < deadline_ms ? taken_ms : deadline_ms));
	return rc;
}

void chif_close(struct chif *chif)
{
	if (chif->fd >= 0)
		chif->hw->ops->close(chif->hw, chif->fd);
	chif->fd = -1;
}

/* Never again by itself: whoever asks knows what must not be done twice. */
static int send_packet(struct chif *chif, const uint8_t *packet, size_t len, struct err *err)
{
	struct hwio *hw = chif->hw;
	ssize_t sent = hw->ops->write(hw, chif->fd, packet, len);

	if (sent == -EBUSY)
		return err_set(err, ERR_BUSY, "the iLO takes no packet");
	if (sent < 0)
		return failed((int)-sent, "sending to the iLO", err);
	if ((size_t)sent != len)
		return err_set(err, ERR_IO, "sending to the iLO: %zd of %zu bytes went", sent, len);
	return 0;
}

static int poll_ms(uint64_t at, uint64_t deadline_ms)
{
	if (at >= deadline_ms)
		return 0;
	return deadline_ms - at < POLL_MS ? (int)(deadline_ms - at) : (int)POLL_MS;
}

/* The next packet, whosever it is. The driver's read() waits two seconds: it is asked first. */
static int receive_packet(struct chif *chif, uint64_t deadline_ms, uint8_t *packet,
			  struct chif_header *ret, struct err *err)
{
	struct hwio *hw = chif->hw;
	uint64_t at;
	ssize_t len;

	do {
		at = now(chif);
		len = hw->ops->poll(hw, chif->fd, POLLIN, poll_ms(at, deadline_ms));
		if (len > 0)
			len = hw->ops->read(hw, chif->fd, packet, CHIF_PACKET_MAX);
		if (len > 0)
			return chif_parse_header(packet, (size_t)len, ret, err);
		if (len && len != -EAGAIN && len != -EINTR)
			return failed((int)-len, "receiving from the iLO", err);
	} while (pause_until(hw, 1, deadline_ms));
	return err_set(err, ERR_OVERDUE, "the iLO does not answer");
}

static int receive_answer(struct chif *chif, uint16_t command, uint64_t deadline_ms,
			  uint8_t *answer, size_t *ret_len, struct err *err)
{
	struct chif_header header;

	for (unsigned int stale = 0; stale < STALE_MAX; stale++) {
		int rc = receive_packet(chif, deadline_ms, answer, &header, err);

		if (rc)
			return rc;
		if (header.sequence != chif->sequence)
			continue;
		if (header.command != (command | CHIF_ANSWER))
			return err_set(err, ERR_FORMAT, "the iLO answers %04x with %04x", command,
				       header.command);
		*ret_len = header.size;
		return 0;
	}
	return err_set(err, ERR_FORMAT, "the iLO answers everybody else");
}

int chif_exchange(struct chif *chif, uint16_t command, const uint8_t *payload, size_t len,
		  uint64_t deadline_ms, uint8_t answer[CHIF_PACKET_MAX], size_t *answer_len,
		  struct err *err)
{
	uint8_t packet[CHIF_PACKET_MAX];
	struct chif_header header = { .command = command, .service = SMIF };
	int rc;

	*answer_len = 0;
	if (chif->fd < 0)
		return err_set(err, ERR_DEVICE_GONE, "the channel to the iLO is not open");
	if (len > CHIF_PACKET_MAX - CHIF_HEADER)
		return err_set(err, ERR_TOO_LARGE, "a packet of %zu bytes", len + CHIF_HEADER);
	header.size = (uint16_t)(len + CHIF_HEADER);
	header.sequence = ++chif->sequence;
	chif_put_header(packet, &header);
	if (len)
		memcpy(packet + CHIF_HEADER, payload, len);
	rc = send_packet(chif, packet, header.size, err);
	return rc ? rc : receive_answer(chif, command, deadline_ms, answer, answer_len, err);
}

int chif_security(struct chif *chif, uint64_t deadline_ms, enum chif_security *ret, struct err *err)
{
	uint8_t answer[CHIF_PACKET_MAX];
	size_t len;
	int rc = chif_exchange(chif, CHIF_GET_SECURITY, NULL, 0, deadline_ms, answer, &len, err);

	return rc ? rc : chif_parse_security(answer, len, ret, err);
}

int chif_host_interface(struct chif *chif, uint64_t deadline_ms, struct chif_host_interface *ret,
			struct err *err)
{
	static const uint8_t first[4] = { 0 }; /* its index */
	uint8_t answer[CHIF_PACKET_MAX];
	size_t len;
	int rc = chif_exchange(chif, CHIF_GET_HOST_INTERFACE, first, sizeof(first), deadline_ms,
			       answer, &len, err);

	return rc ? rc : chif_parse_host_interface(answer, len, ret, err);
}
