/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The iLO's PCI function, by a driver that does by hand what hpilo.ko does, and what it never does.
 */
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ilo/hpilo_pci.h"
#include "le.h"
#include "tap.h"

/* Guest memory of one channel: the two rings (with hpilo's header of 384 bytes), then the packets.
 */
enum { PAGE = 4096, GUEST = 0x200000, SEND_RING = 384, RECV_RING = 1024, ENTRIES = 4 };
enum { SEND_DATA = PAGE, RECV_DATA = 5 * PAGE, GUEST_BYTES = 9 * PAGE };
enum { SEND_CTRL = 16, RECV_CTRL = 40, CHANNEL = 9, DB_OUT = 0xd4, DB_IRQ = 0xb2 };
enum { O_BIT = 1 << 23, C_BIT = 1 << 22, A_BIT = 1 << 30, RESET_BIT = 1 << 26 };
#define G_BIT 0x80000000u

static struct hpilo hpilo;
static uint8_t *guest;
static int interrupt;
static uint32_t send_tail, send_head, recv_tail, recv_head, memory_bar, memory_at;
static size_t packets, answer_len;

/* Answers with the packet's first 8 bytes and as many sevens as are asked for in its ninth. */
static size_t answer(void *ctx, const uint8_t *packet, size_t len, uint8_t *ret)
{
	(void)ctx;
	packets++;
	memset(ret, 7, HPILO_PACKET_MAX);
	memcpy(ret, packet, len < 8 ? len : 8);
	return answer_len;
}

static void bar_write(uint32_t bar, uint64_t at, uint64_t value, size_t len)
{
	uint8_t bytes[8];

	put_le64(bytes, value);
	hpilo.server.ops->write(&hpilo, bar, at, bytes, len);
}

static uint32_t bar_read(uint32_t bar, uint64_t at)
{
	uint8_t bytes[4];

	hpilo.server.ops->read(&hpilo, bar, at, bytes, sizeof(bytes));
	return get_le32(bytes);
}

static void ring(void)
{
	bar_write(VFIO_PCI_BAR3_REGION_INDEX, CHANNEL << 14, 1, 1);
}

static uint8_t *entry(uint32_t ring_at, uint32_t at)
{
	return guest + ring_at + 8 * (size_t)(at % ENTRIES);
}

/* fifo_enqueue(), fifo_dequeue() of hpilo.c */
static bool enqueue(uint32_t ring_at, uint32_t *tail, uint32_t descriptor, size_t len)
{
	uint8_t *e = entry(ring_at, *tail);

	if (get_le64(entry(ring_at, *tail + 1)) & O_BIT)
		return false;
	put_le64(e, get_le64(e) | (len + 7) / 8 | descriptor << 10 | O_BIT);
	(*tail)++;
	return true;
}

static bool dequeue(uint32_t ring_at, uint32_t *head, uint32_t *descriptor, size_t *len)
{
	uint8_t *e = entry(ring_at, *head);
	uint64_t value = get_le64(e);

	if (!(value & C_BIT))
		return false;
	*descriptor = value >> 10 & 0xfff;
	*len = (value & 0x3ff) * 8;
	put_le64(e, (value | 0xffffff) + 1);
	(*head)++;
	return true;
}

static void ccb_put(size_t at, uint64_t value)
{
	bar_write(memory_bar, memory_at + CHANNEL * 128 + at, value, 8);
}

static uint32_t ccb_get(size_t at)
{
	return bar_read(memory_bar, memory_at + CHANNEL * 128 + at);
}

/* ilo_ccb_open() and ilo_ccb_verify(); false = "Open could not dequeue a packet" */
static bool channel_open(void)
{
	uint64_t ctrl = 12 | (ENTRIES - 1) << 4 | (ENTRIES - 1) << 18 | G_BIT;
	const uint64_t ccb[] = { GUEST + SEND_RING,
				 GUEST + SEND_DATA,
				 ctrl,
				 GUEST + RECV_RING,
				 GUEST + RECV_DATA,
				 ctrl,
				 CHANNEL };
	uint32_t descriptor;
	size_t len;

	memset(guest, 0, GUEST_BYTES);
	send_tail = send_head = recv_tail = recv_head = 0;
	for (size_t i = 0; i < 6; i++)
		ccb_put(8 * i, ccb[i]);
	ccb_put(56, ccb[6]);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		(void)enqueue(SEND_RING, &send_tail, i, 0);
		ring();
	}
	for (uint32_t i = 0; i < ENTRIES; i++)
		(void)enqueue(RECV_RING, &recv_tail, i, PAGE);
	if (!dequeue(SEND_RING, &send_head, &descriptor, &len))
		return false;
	(void)enqueue(SEND_RING, &send_tail, descriptor, 0);
	ring();
	return true;
}

/* ilo_ccb_close(); false = "Closing, but controller still active" */
static bool channel_close(void)
{
	bool quiet;

	ccb_put(SEND_CTRL, ccb_get(SEND_CTRL) & ~G_BIT);
	ccb_put(RECV_CTRL, ccb_get(RECV_CTRL) & ~G_BIT);
	ring();
	quiet = !(ccb_get(SEND_CTRL) & A_BIT) && !(ccb_get(RECV_CTRL) & A_BIT);
	for (size_t i = 0; i < 64; i += 8)
		ccb_put(i, 0);
	return quiet;
}

static bool send_packet(const char *text, size_t len)
{
	uint32_t descriptor;
	size_t room;

	if (!dequeue(SEND_RING, &send_head, &descriptor, &room) || room < len)
		return false;
	memcpy(guest + SEND_DATA + descriptor * PAGE, text, len);
	(void)enqueue(SEND_RING, &send_tail, descriptor, len);
	ring();
	return true;
}

/* The length of the packet that came, 0 = none; it stays readable at *ret until the next. */
static size_t receive_packet(const uint8_t **ret)
{
	uint32_t descriptor;
	size_t len;

	if (!dequeue(RECV_RING, &recv_head, &descriptor, &len))
		return 0;
	*ret = guest + RECV_DATA + descriptor * PAGE;
	(void)enqueue(RECV_RING, &recv_tail, descriptor, PAGE);
	return len;
}

static uint64_t interrupts(void)
{
	uint64_t n = 0;

	return read(interrupt, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void begin(uint8_t revision)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	CHECK_INT(ftruncate(fd, GUEST_BYTES), 0);
	guest = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	hpilo_init(&hpilo, revision, answer, NULL);
	CHECK_INT(vfio_memory_add(&hpilo.server.memory, fd, 0, GUEST, GUEST_BYTES, true), 0);
	(void)close(fd);
	interrupt = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	hpilo.server.irq_fd[VFIO_PCI_INTX_IRQ_INDEX][0] = interrupt;
	memory_bar = revision >= 7 ? VFIO_PCI_BAR5_REGION_INDEX : VFIO_PCI_BAR2_REGION_INDEX;
	memory_at = revision >= 7 ? (uint32_t)hpilo.server.region_bytes[memory_bar] - 0x2000 : 0;
	packets = 0;
	answer_len = 8;
	bar_write(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT, 0xffffffff, 4);
	bar_write(VFIO_PCI_BAR1_REGION_INDEX, DB_IRQ, 1, 1);
}

static void end(void)
{
	vfio_memory_clear(&hpilo.server.memory);
	(void)munmap(guest, GUEST_BYTES);
	(void)close(interrupt);
}

static void exchange(uint8_t revision)
{
	const uint8_t *packet = NULL;

	begin(revision);
	CHECK_INT(hpilo.config[PCI_REVISION_ID], revision);
	CHECK(channel_open());
	CHECK(ccb_get(SEND_CTRL) & A_BIT);
	CHECK_INT(packets, 0); /* the empty ones of the open are none */
	CHECK_INT(receive_packet(&packet), 0);
	answer_len = 13;
	CHECK(send_packet("12345678", 8));
	CHECK_INT(packets, 1);
	CHECK_INT(receive_packet(&packet), 16); /* a multiple of 8, with zeros behind */
	CHECK(packet && !memcmp(packet, "12345678\7\7\7\7\7\0\0\0", 16));
	CHECK_INT(bar_read(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT), 1 << CHANNEL);
	CHECK_INT(interrupts(), 1);
	bar_write(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT, 1 << CHANNEL, 4);
	CHECK_INT(bar_read(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT), 0);
	hpilo.server.ops->unmask(&hpilo, VFIO_PCI_INTX_IRQ_INDEX);
	CHECK_INT(interrupts(), 0);
	CHECK(channel_close());
	CHECK(channel_open());
	end();
}

static void packets_of_full_size_around_the_rings(void)
{
	static char full[PAGE];
	const uint8_t *packet = NULL;

	begin(7);
	CHECK(channel_open());
	answer_len = PAGE;
	memset(full, 'x', sizeof(full));
	for (int i = 0; i < 9; i++) { /* more than twice around the rings */
		CHECK(send_packet(full, PAGE));
		CHECK_INT(receive_packet(&packet), PAGE);
		CHECK(packet && packet[0] == 'x' && packet[8] == 7 && packet[PAGE - 1] == 7);
	}
	CHECK_INT(packets, 9);
	end();
}

/* Three descriptors are free for answers: the fourth waits, and so does what was sent behind it. */
static void answers_wait_for_descriptors(void)
{
	const uint8_t *packet = NULL;
	char text[9] = "packet 0";

	begin(7);
	CHECK(channel_open());
	for (int i = 0; i < 4; i++) {
		text[7] = (char)('0' + i);
		CHECK(send_packet(text, 8));
	}
	CHECK_INT(packets, 4);
	text[7] = '4';
	CHECK(send_packet(text, 8));
	CHECK_INT(packets, 4);
	CHECK(hpilo_poll(&hpilo)); /* still no room */
	for (int i = 0; i < 5; i++) {
		text[7] = (char)('0' + i);
		CHECK_INT(receive_packet(&packet), 8);
		CHECK(packet && !memcmp(packet, text, 8));
		(void)hpilo_poll(&hpilo);
	}
	CHECK_INT(packets, 5);
	CHECK(!hpilo_poll(&hpilo));
	CHECK_INT(receive_packet(&packet), 0);
	end();
}

static void no_answer_is_none(void)
{
	const uint8_t *packet = NULL;

	begin(7);
	CHECK(channel_open());
	answer_len = 0;
	CHECK(send_packet("12345678", 8));
	CHECK_INT(packets, 1);
	CHECK_INT(receive_packet(&packet), 0);
	CHECK_INT(interrupts(), 0);
	end();
}

static void a_reset_of_the_ilo_closes_all_channels_until_it_is_back(void)
{
	const uint8_t *packet = NULL;

	begin(7);
	CHECK(channel_open());
	CHECK(send_packet("12345678", 8));
	(void)interrupts();
	hpilo_down(&hpilo);
	(void)hpilo_poll(&hpilo);
	CHECK_INT(interrupts(), 1);
	CHECK_INT(bar_read(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT), RESET_BIT);
	bar_write(VFIO_PCI_BAR1_REGION_INDEX, DB_OUT, 0xffffffff, 4);
	(void)hpilo_poll(&hpilo);
	CHECK_INT(interrupts(), 0);
	CHECK_INT(receive_packet(&packet), 8); /* it was in the host's memory already */
	CHECK(send_packet("12345678", 8));     /* there is an empty one left; nobody reads it */
	CHECK_INT(packets, 1);
	CHECK(!channel_close());
	CHECK(!channel_open());
	CHECK_INT(packets, 1);
	CHECK(!channel_close());
	hpilo_up(&hpilo);
	CHECK_INT(ccb_get(SEND_CTRL), 0);
	CHECK(channel_open());
	CHECK(send_packet("12345678", 8));
	CHECK_INT(receive_packet(&packet), 8);
	CHECK_INT(packets, 2);
	end();
}

/* The guest restarts: its channels are gone, and nothing of it is written to any more. */
static void a_reset_of_the_host_closes_its_channels(void)
{
	begin(7);
	CHECK(channel_open());
	hpilo.server.ops->reset(&hpilo);
	CHECK_INT(ccb_get(SEND_CTRL), 0);
	memset(guest, 0x55, GUEST_BYTES);
	ring();
	(void)hpilo_poll(&hpilo);
	CHECK_INT(packets, 0);
	CHECK_INT(guest[SEND_RING], 0x55);
	CHECK(channel_open());
	end();
}

/* Rings and packets that are not in the guest's memory, and lengths that no packet has. */
static void wrong_rings_and_lengths_harm_nobody(void)
{
	begin(7);
	CHECK(channel_open());
	ccb_put(SEND_CTRL - 8, 0x7000000000);
	CHECK(send_packet("12345678", 8));
	CHECK_INT(packets, 0);
	ccb_put(SEND_CTRL - 16, 0x7000000000);
	ring();
	CHECK_INT(packets, 0);
	CHECK(channel_close());
	CHECK(channel_open());
	put_le64(entry(SEND_RING, send_tail), 0x3ff | O_BIT);
	ring();
	CHECK_INT(packets, 0);
	CHECK(get_le64(entry(SEND_RING, send_tail)) & C_BIT);
	end();
}

static void a_packet_goes_there_and_back_with_the_memory_in_bar_5_or_bar_2(void)
{
	exchange(7);
	exchange(5);
}

int main(void)
{
	TAP_RUN(a_packet_goes_there_and_back_with_the_memory_in_bar_5_or_bar_2);
	TAP_RUN(packets_of_full_size_around_the_rings);
	TAP_RUN(answers_wait_for_descriptors);
	TAP_RUN(no_answer_is_none);
	TAP_RUN(a_reset_of_the_ilo_closes_all_channels_until_it_is_back);
	TAP_RUN(a_reset_of_the_host_closes_its_channels);
	TAP_RUN(wrong_rings_and_lengths_harm_nobody);
	return TAP_END();
}
