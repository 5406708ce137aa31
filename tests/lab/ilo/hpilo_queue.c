/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Control blocks and queues of the channels, as hpilo.h has them. A queue is a ring of 64-bit
 * entries: qwords, descriptor, C (consumed by the other side), O (occupied); the bits above count
 * how often the entry was used and are the driver's.
 */
#include <stdatomic.h>
#include <string.h>

#include "hpilo_pci.h"
#include "le.h"

/* struct ccb */
enum { SEND_RING = 0, SEND_DATA = 8, SEND_CTRL = 16, RECV_RING = 24, RECV_DATA = 32 };
enum { RECV_CTRL = 40, CTRL_ACTIVE = 1 << 30 };
#define CTRL_GO 0x80000000u

enum { ENTRY_QWORDS = 0x3ff, ENTRY_AT_DESCRIPTOR = 10, ENTRY_DESCRIPTOR = 0xfff };
enum { ENTRY_CONSUMED = 1 << 22, ENTRY_OCCUPIED = 1 << 23, ENTRY_BITS = 0xffffff };

/* One of a channel's two queues. */
struct queue {
	uint64_t ring, data;
	uint32_t mask, entry_bytes;
};

static uint8_t *ccb_of(struct hpilo *hpilo, unsigned int channel)
{
	return hpilo->ccbs + (size_t)channel * HPILO_CCB_BYTES;
}

static struct queue queue_at(const uint8_t *ccb, size_t ring, size_t data, size_t ctrl_at)
{
	uint32_t ctrl = get_le32(ccb + ctrl_at);

	return (struct queue){ .ring = get_le64(ccb + ring),
			       .data = get_le64(ccb + data),
			       .mask = ctrl >> 4 & 0x3fff,
			       .entry_bytes = 1u << (ctrl & 15) };
}

/* False when the host's memory cannot be reached or the entry is not for us. */
static bool entry_get(const struct hpilo *hpilo, const struct queue *queue, uint32_t at,
		      uint64_t *ret)
{
	uint8_t bytes[8];

	if (vfio_memory_read(&hpilo->server.memory, queue->ring + 8 * (uint64_t)(at & queue->mask),
			     bytes, sizeof(bytes)))
		return false;
	*ret = get_le64(bytes);
	return (*ret & ENTRY_OCCUPIED) && !(*ret & ENTRY_CONSUMED);
}

/* Gives an entry back to the host, which may look at any time: what it describes comes first. */
static void entry_put(const struct hpilo *hpilo, const struct queue *queue, uint32_t at,
		      uint64_t entry, size_t len)
{
	uint8_t bytes[8];

	entry = (entry & ~(uint64_t)ENTRY_QWORDS) | (len + 7) / 8 | ENTRY_CONSUMED;
	put_le64(bytes, entry);
	atomic_thread_fence(memory_order_seq_cst);
	(void)vfio_memory_write(&hpilo->server.memory,
				queue->ring + 8 * (uint64_t)(at & queue->mask), bytes,
				sizeof(bytes));
}

static uint64_t data_of(const struct queue *queue, uint64_t entry)
{
	uint64_t descriptor = entry >> ENTRY_AT_DESCRIPTOR & ENTRY_DESCRIPTOR;

	return queue->data + descriptor * queue->entry_bytes;
}

void hpilo_interrupt(const struct hpilo *hpilo)
{
	if (hpilo->outbound && hpilo->irq_enable & 1)
		vfio_user_raise(&hpilo->server, VFIO_PCI_INTX_IRQ_INDEX, 0);
}

void hpilo_queue_deliver(struct hpilo *hpilo, unsigned int channel)
{
	struct hpilo_channel *state = &hpilo->channel[channel];
	struct queue queue = queue_at(ccb_of(hpilo, channel), RECV_RING, RECV_DATA, RECV_CTRL);
	uint8_t padded[HPILO_PACKET_MAX] = { 0 };
	uint64_t entry;

	if (!state->active || !state->waiting ||
	    !entry_get(hpilo, &queue, state->receive_at, &entry))
		return;
	memcpy(padded, state->answer, state->waiting);
	(void)vfio_memory_write(&hpilo->server.memory, data_of(&queue, entry), padded,
				(state->waiting + 7) / 8 * 8);
	entry_put(hpilo, &queue, state->receive_at++, entry, state->waiting);
	state->waiting = 0;
	hpilo->outbound |= 1u << channel;
	hpilo_interrupt(hpilo);
}

/* One packet of the host; an empty one only shows that somebody is there. */
static void take(struct hpilo *hpilo, unsigned int channel, const struct queue *queue,
		 uint64_t entry)
{
	struct hpilo_channel *state = &hpilo->channel[channel];
	uint8_t packet[HPILO_PACKET_MAX];
	size_t len = (entry & ENTRY_QWORDS) * 8;

	if (len > sizeof(packet) || len > queue->entry_bytes)
		len = 0;
	if (len && vfio_memory_read(&hpilo->server.memory, data_of(queue, entry), packet, len))
		len = 0;
	/* The host finds the room that it has for its next packet in the entry. */
	entry_put(hpilo, queue, state->send_at++, entry, queue->entry_bytes);
	if (len) {
		uint8_t answer[HPILO_PACKET_MAX];
		size_t answer_len = hpilo->answer(hpilo->ctx, packet, len, answer);

		if (!state->active)
			return; /* it was the last thing it did: the iLO went down */
		memcpy(state->answer, answer, answer_len);
		state->waiting = answer_len;
	}
	hpilo_queue_deliver(hpilo, channel);
}

/* The go bit of a new control block makes a channel active, one that is gone makes it idle. */
static bool follow_go(struct hpilo *hpilo, unsigned int channel)
{
	struct hpilo_channel *state = &hpilo->channel[channel];
	uint8_t *ccb = ccb_of(hpilo, channel);
	uint32_t send = get_le32(ccb + SEND_CTRL), receive = get_le32(ccb + RECV_CTRL);
	bool go = send & receive & CTRL_GO;

	if (go && !(send & CTRL_ACTIVE)) {
		state->send_at = state->receive_at = 0;
		state->waiting = 0;
	}
	put_le32(ccb + SEND_CTRL, go ? send | CTRL_ACTIVE : send & ~(uint32_t)CTRL_ACTIVE);
	put_le32(ccb + RECV_CTRL, go ? receive | CTRL_ACTIVE : receive & ~(uint32_t)CTRL_ACTIVE);
	state->active = go;
	return go;
}

void hpilo_queue_ring(struct hpilo *hpilo, unsigned int channel)
{
	struct hpilo_channel *state = &hpilo->channel[channel];
	struct queue queue;
	uint64_t entry;

	if (hpilo->down || !follow_go(hpilo, channel))
		return;
	queue = queue_at(ccb_of(hpilo, channel), SEND_RING, SEND_DATA, SEND_CTRL);
	while (!state->waiting && entry_get(hpilo, &queue, state->send_at, &entry))
		take(hpilo, channel, &queue, entry);
}
