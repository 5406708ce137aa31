/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vfio-user server, by a client that also does what QEMU never does. */
#include "vfio_user.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "le.h"
#include "tap.h"

enum { VERSION = 1, DMA_MAP, DMA_UNMAP, INFO, REGION_INFO, IRQ_INFO = 7, SET_IRQS, READ, WRITE };
enum { RESET = 13, HEADER = 16, REPLY = 1, NO_REPLY = 0x10, ERROR = 0x20 };
enum { PAGE = 4096, GUEST = 0x10000 };

/*
 * A device with one BAR: writing SRC, DST, LEN copies guest memory when LEN is written, RESULT has
 * the error; writing RAISE raises that vector; RESETS counts resets.
 */
enum { SRC = 0, DST = 8, LEN = 16, RESULT = 20, RAISE = 24, RESETS = 28, BAR_BYTES = 32 };

struct toy {
	struct vfio_user server;
	uint8_t bar[BAR_BYTES];
};

static int listener, client;
static pid_t child;
static char path[64];

static void toy_copy(struct toy *toy)
{
	static uint8_t data[4 * PAGE];
	uint32_t len = get_le32(toy->bar + LEN);
	int error = vfio_memory_read(&toy->server.memory, get_le64(toy->bar + SRC), data, len);

	if (!error)
		error = vfio_memory_write(&toy->server.memory, get_le64(toy->bar + DST), data, len);
	put_le32(toy->bar + RESULT, (uint32_t)-error);
}

static void toy_read(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len)
{
	struct toy *toy = device;

	(void)region;
	memcpy(buf, toy->bar + offset, len);
}

static void toy_write(void *device, uint32_t region, uint64_t offset, const uint8_t *buf,
		      size_t len)
{
	struct toy *toy = device;

	(void)region;
	memcpy(toy->bar + offset, buf, len);
	if (offset == LEN)
		toy_copy(toy);
	if (offset == RAISE)
		vfio_user_raise(&toy->server, VFIO_PCI_MSIX_IRQ_INDEX, get_le32(buf));
}

static void toy_reset(void *device)
{
	struct toy *toy = device;

	toy->bar[RESETS]++;
}

/* Serves clients until one breaks the protocol; that is its exit status. */
static void serve(void)
{
	static const struct vfio_user_ops ops = { .read = toy_read,
						  .write = toy_write,
						  .reset = toy_reset };
	static struct toy toy;
	int error = 0;

	vfio_user_init(&toy.server, &ops, &toy);
	toy.server.region_bytes[0] = BAR_BYTES;
	toy.server.irq_vectors[VFIO_PCI_MSIX_IRQ_INDEX] = 4;
	while (!error)
		error = vfio_user_serve(&toy.server, listener);
	_exit(-error);
}

static void connect_client(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK_INT(connect(client, (const struct sockaddr *)&addr, sizeof(addr)), 0);
}

static void start(void)
{
	(void)snprintf(path, sizeof(path), "/tmp/lab-vfio-%d.sock", (int)getpid());
	listener = vfio_user_listen(path);
	CHECK(listener >= 0);
	child = fork();
	if (child == 0)
		serve();
	connect_client();
}

/* Breaks the protocol, which ends the server. */
static void break_protocol(uint32_t size)
{
	uint8_t header[HEADER] = { 0 }, byte;

	put_le16(header + 2, INFO);
	put_le32(header + 4, size);
	CHECK_INT(send(client, header, HEADER, MSG_NOSIGNAL), HEADER);
	CHECK_INT(recv(client, &byte, 1, 0), 0);
}

/* The exit status of the server, which has ended or is about to. */
static int ended(void)
{
	int status = 0;

	CHECK_INT(waitpid(child, &status, 0), child);
	(void)close(client);
	(void)close(listener);
	(void)unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int stop(void)
{
	break_protocol(0);
	return ended();
}

static void send_message(uint16_t command, uint32_t flags, const uint8_t *payload, size_t len,
			 const int *fds, size_t n_fds)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = { 0 };
	uint8_t message[HEADER + 64] = { 0 };
	struct iovec iov = { message, HEADER + len };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };

	put_le16(message, 0x1234);
	put_le16(message + 2, command);
	put_le32(message + 4, (uint32_t)(HEADER + len));
	put_le32(message + 8, flags);
	if (len > 0)
		memcpy(message + HEADER, payload, len);
	if (n_fds > 0) {
		struct cmsghdr *c = (struct cmsghdr *)(void *)control;

		*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
				       .cmsg_type = SCM_RIGHTS,
				       .cmsg_len = CMSG_LEN(n_fds * sizeof(int)) };
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	}
	CHECK_INT(sendmsg(client, &header, MSG_NOSIGNAL), HEADER + len);
}

/* Receives a reply into payload; returns the errno in it, and its payload's length by *ret_len. */
static int receive_reply(uint16_t command, uint8_t *payload, size_t *ret_len)
{
	uint8_t header[HEADER];

	*ret_len = 0;
	if (recv(client, header, HEADER, MSG_WAITALL) != HEADER)
		return -1;
	CHECK_INT(get_le16(header), 0x1234);
	CHECK_INT(get_le16(header + 2), command);
	*ret_len = get_le32(header + 4) - HEADER;
	if (*ret_len > 0)
		CHECK_INT(recv(client, payload, *ret_len, MSG_WAITALL), *ret_len);
	CHECK_INT(get_le32(header + 8), get_le32(header + 12) ? REPLY | ERROR : REPLY);
	return (int)get_le32(header + 12);
}

static uint8_t answer[256];
static size_t answer_len;

static int call_fds(uint16_t command, const uint8_t *payload, size_t len, const int *fds, size_t n)
{
	send_message(command, 0, payload, len, fds, n);
	return receive_reply(command, answer, &answer_len);
}

static int call(uint16_t command, const uint8_t *payload, size_t len)
{
	return call_fds(command, payload, len, NULL, 0);
}

static int region(uint16_t command, uint64_t offset, uint32_t index, const void *data,
		  uint32_t count)
{
	uint8_t p[16 + 16] = { 0 };

	put_le64(p, offset);
	put_le32(p + 8, index);
	put_le32(p + 12, count);
	if (data)
		memcpy(p + 16, data, count);
	return call(command, p, data ? 16 + count : 16);
}

static int poke32(uint64_t offset, uint32_t value)
{
	uint8_t data[4];

	put_le32(data, value);
	return region(WRITE, offset, 0, data, 4);
}

static uint32_t peek32(uint64_t offset)
{
	CHECK_INT(region(READ, offset, 0, NULL, 4), 0);
	CHECK_INT(answer_len, 20);
	return get_le32(answer + 16);
}

static int dma_map(int fd, uint32_t flags, uint64_t offset, uint64_t addr, uint64_t size)
{
	uint8_t p[32] = { 32 };

	put_le32(p + 4, flags);
	put_le64(p + 8, offset);
	put_le64(p + 16, addr);
	put_le64(p + 24, size);
	return call_fds(DMA_MAP, p, sizeof(p), &fd, fd >= 0);
}

static int dma_unmap(uint64_t addr, uint64_t size)
{
	uint8_t p[24] = { 24 };

	put_le64(p + 8, addr);
	put_le64(p + 16, size);
	return call(DMA_UNMAP, p, sizeof(p));
}

/* Has the device copy guest memory; returns its errno. */
static uint32_t dma(uint64_t src, uint64_t dst, uint32_t len)
{
	uint8_t data[16];

	put_le64(data, src);
	put_le64(data + 8, dst);
	CHECK_INT(region(WRITE, SRC, 0, data, 16), 0);
	CHECK_INT(poke32(LEN, len), 0);
	return peek32(RESULT);
}

static int set_irqs(uint32_t flags, uint32_t first, uint32_t count, const int *fds, size_t n_fds)
{
	uint8_t p[20] = { 20 };

	put_le32(p + 4, flags);
	put_le32(p + 8, VFIO_PCI_MSIX_IRQ_INDEX);
	put_le32(p + 12, first);
	put_le32(p + 16, count);
	return call_fds(SET_IRQS, p, sizeof(p), fds, n_fds);
}

static bool raised(int fd)
{
	uint64_t value;

	return read(fd, &value, sizeof(value)) == sizeof(value);
}

static int memory_of_guest(uint8_t **ret_bytes)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	CHECK_INT(ftruncate(fd, 4 * PAGE), 0);
	*ret_bytes = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return fd;
}

static void negotiation_and_description(void)
{
	uint8_t version[4] = { 0, 0, 1, 0 }, index[16] = { 0 };

	start();
	CHECK_INT(call(VERSION, version, 4), 0);
	CHECK_INT(get_le32(answer), 0); /* 0.0 */
	CHECK(answer_len > 4 && answer[answer_len - 1] == '\0');
	CHECK_CONTAINS((char *)answer + 4, "\"max_msg_fds\":8");
	version[0] = 1;
	CHECK_INT(call(VERSION, version, 4), ENOTSUP);
	CHECK_INT(answer_len, 0);
	CHECK_INT(call(INFO, index, 16), 0);
	CHECK_INT(get_le32(answer + 4), VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI);
	CHECK_INT(get_le32(answer + 8), VFIO_PCI_NUM_REGIONS);
	CHECK_INT(call(REGION_INFO, index, 16), 0);
	CHECK_INT(get_le64(answer + 16), BAR_BYTES);
	index[8] = 1;
	CHECK_INT(call(REGION_INFO, index, 16), 0);
	CHECK_INT(get_le64(answer + 16), 0);
	index[8] = VFIO_PCI_MSIX_IRQ_INDEX;
	CHECK_INT(call(IRQ_INFO, index, 16), 0);
	CHECK_INT(get_le32(answer + 4), VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE);
	CHECK_INT(get_le32(answer + 12), 4);
	index[8] = VFIO_PCI_NUM_REGIONS;
	CHECK_INT(call(REGION_INFO, index, 16), EINVAL);
	CHECK_INT(call(IRQ_INFO, index, 16), EINVAL);
	CHECK_INT(call(99, index, 16), ENOTSUP);
	CHECK_INT(call(REGION_INFO, index, 4), EINVAL);
	CHECK_INT(stop(), EPROTO);
}

static void regions_have_ends(void)
{
	uint8_t data[16] = { 1 };

	start();
	CHECK_INT(poke32(SRC, 0xdeadbeef), 0);
	CHECK_INT(peek32(SRC), 0xdeadbeef);
	CHECK_INT(region(READ, BAR_BYTES - 4, 0, NULL, 4), 0);
	CHECK_INT(region(READ, BAR_BYTES - 3, 0, NULL, 4), EINVAL);
	CHECK_INT(region(WRITE, BAR_BYTES - 3, 0, data, 4), EINVAL);
	CHECK_INT(region(READ, UINT64_MAX, 0, NULL, 4), EINVAL);
	CHECK_INT(region(READ, 0, 0, NULL, UINT32_MAX), EINVAL);
	CHECK_INT(region(READ, 0, 1, NULL, 4), EINVAL);
	CHECK_INT(region(READ, 0, VFIO_PCI_NUM_REGIONS, NULL, 0), EINVAL);
	CHECK_INT(region(WRITE, 0, 0, NULL, 4), EINVAL); /* without the data */
	CHECK_INT(peek32(SRC), 0xdeadbeef);
	CHECK_INT(call(RESET, NULL, 0), 0);
	CHECK_INT(peek32(RESETS), 1);
	CHECK_INT(stop(), EPROTO);
}

static void memory_is_reached_where_it_is_mapped(void)
{
	uint8_t *guest;
	int fd;

	start();
	fd = memory_of_guest(&guest);
	memset(guest, 'a', PAGE);
	CHECK_INT(dma(GUEST, GUEST + PAGE, 16), EFAULT);
	CHECK_INT(dma_map(fd, 3, 0, GUEST, 2 * PAGE), 0);
	CHECK_INT(dma(GUEST, GUEST + PAGE, 16), 0);
	CHECK_INT(guest[PAGE + 15], 'a');
	CHECK_INT(guest[PAGE + 16], 0);
	CHECK_INT(dma(GUEST, GUEST + 2 * PAGE - 16, 16), 0);
	CHECK_INT(dma(GUEST, GUEST + 2 * PAGE - 15, 16), EFAULT);
	CHECK_INT(dma(GUEST - 1, GUEST, 16), EFAULT);
	CHECK_INT(dma_map(fd, 3, 2 * PAGE, GUEST + 2 * PAGE, PAGE), 0);
	CHECK_INT(dma(GUEST, GUEST + 2 * PAGE - 15, 16), 0); /* over the border of two maps */
	CHECK_INT(guest[2 * PAGE], 'a');
	CHECK_INT(dma_map(fd, 1, 3 * PAGE, GUEST + 3 * PAGE, PAGE), 0);
	CHECK_INT(dma(GUEST + 3 * PAGE, GUEST + PAGE, 16), 0);
	CHECK_INT(dma(GUEST, GUEST + 3 * PAGE, 16), EFAULT); /* read only */
	CHECK_INT(dma_map(-1, 1, 0, 0x100000, PAGE), 0);     /* a ROM: no descriptor, no access */
	CHECK_INT(dma(0x100000, GUEST, 16), EFAULT);
	CHECK_INT(dma_map(fd, 3, 0, UINT64_MAX - PAGE + 2, PAGE), EINVAL);
	CHECK_INT(dma_map(fd, 3, 0, GUEST, 0), EINVAL);
	(void)close(fd);
	CHECK_INT(stop(), EPROTO);
	(void)munmap(guest, 4 * PAGE);
}

static void the_newest_map_counts(void)
{
	uint8_t *guest;
	int fd;

	start();
	fd = memory_of_guest(&guest);
	memset(guest, 'a', PAGE);
	CHECK_INT(dma_map(fd, 3, 0, GUEST, 4 * PAGE), 0);
	CHECK_INT(dma_map(fd, 3, 3 * PAGE, GUEST + PAGE, PAGE), 0);
	CHECK_INT(dma(GUEST, GUEST + PAGE, 16), 0);
	CHECK_INT(guest[PAGE], 0);
	CHECK_INT(guest[3 * PAGE], 'a');
	CHECK_INT(dma_unmap(GUEST + PAGE, PAGE), 0);
	CHECK_INT(answer_len, 24);
	CHECK_INT(get_le64(answer + 8), GUEST + PAGE);
	CHECK_INT(dma(GUEST, GUEST + PAGE, 16), 0);
	CHECK_INT(guest[PAGE], 'a');
	CHECK_INT(dma_unmap(GUEST + PAGE, PAGE), 0); /* nothing left there: no error */
	CHECK_INT(dma_unmap(GUEST, 4 * PAGE), 0);
	CHECK_INT(dma(GUEST, GUEST + PAGE, 16), EFAULT);
	(void)close(fd);
	CHECK_INT(stop(), EPROTO);
	(void)munmap(guest, 4 * PAGE);
}

static void interrupts_go_where_they_were_asked_for(void)
{
	int fds[2] = { eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		       eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	uint32_t eventfds = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;

	start();
	CHECK_INT(poke32(RAISE, 1), 0); /* nobody asked yet */
	CHECK_INT(set_irqs(eventfds, 1, 2, fds, 2), 0);
	CHECK_INT(poke32(RAISE, 0), 0);
	CHECK(!raised(fds[0]) && !raised(fds[1]));
	CHECK_INT(poke32(RAISE, 2), 0);
	CHECK(!raised(fds[0]) && raised(fds[1]));
	CHECK_INT(set_irqs(eventfds, 2, 1, NULL, 0), 0); /* de-assigned */
	CHECK_INT(poke32(RAISE, 2), 0);
	CHECK_INT(poke32(RAISE, 1), 0);
	CHECK(raised(fds[0]) && !raised(fds[1]));
	CHECK_INT(set_irqs(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0, NULL, 0), 0);
	CHECK_INT(poke32(RAISE, 1), 0);
	CHECK(!raised(fds[0]));
	CHECK_INT(set_irqs(eventfds, 3, 2, fds, 2), EINVAL);
	CHECK_INT(set_irqs(eventfds, 5, 0, fds, 0), EINVAL);
	CHECK_INT(poke32(RAISE, 1000), 0);
	(void)close(fds[0]);
	(void)close(fds[1]);
	CHECK_INT(stop(), EPROTO);
}

static void posted_writes_get_no_reply(void)
{
	uint8_t p[20] = { 0 };

	start();
	put_le32(p + 12, 4);
	put_le32(p + 16, 77);
	send_message(WRITE, NO_REPLY, p, sizeof(p), NULL, 0);
	CHECK_INT(peek32(SRC), 77); /* the reply that comes first is the one of the read */
	CHECK_INT(stop(), EPROTO);
}

static void a_new_client_finds_the_device_but_not_the_memory(void)
{
	uint8_t *guest;
	int fd;

	start();
	fd = memory_of_guest(&guest);
	CHECK_INT(dma_map(fd, 3, 0, GUEST, PAGE), 0);
	CHECK_INT(dma(GUEST, GUEST, 16), 0);
	CHECK_INT(call(RESET, NULL, 0), 0);
	(void)close(client);
	connect_client();
	CHECK_INT(peek32(RESETS), 1);
	CHECK_INT(dma(GUEST, GUEST, 16), EFAULT);
	(void)close(fd);
	CHECK_INT(stop(), EPROTO);
	(void)munmap(guest, 4 * PAGE);
}

static void nonsense_ends_the_connection(void)
{
	static const uint32_t sizes[] = { 0, 15, 1 << 20, UINT32_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		start();
		break_protocol(sizes[i]);
		CHECK_INT(ended(), EPROTO);
	}
}

int main(void)
{
	TAP_RUN(negotiation_and_description);
	TAP_RUN(regions_have_ends);
	TAP_RUN(memory_is_reached_where_it_is_mapped);
	TAP_RUN(the_newest_map_counts);
	TAP_RUN(interrupts_go_where_they_were_asked_for);
	TAP_RUN(posted_writes_get_no_reply);
	TAP_RUN(a_new_client_finds_the_device_but_not_the_memory);
	TAP_RUN(nonsense_ends_the_connection);
	return TAP_END();
}
