/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vfio_user.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "le.h"

/* vfio-user, "Commands". */
enum {
	VERSION = 1,
	DMA_MAP,
	DMA_UNMAP,
	GET_INFO,
	GET_REGION_INFO,
	GET_IRQ_INFO = 7,
	SET_IRQS,
	REGION_READ,
	REGION_WRITE,
	RESET = 13,
};

/* vfio-user, "Header": id 2, command 2, size 4, flags 4, error 4; of the host's byte order. */
enum { HEADER = 16, FLAG_REPLY = 1, FLAG_NO_REPLY = 0x10, FLAG_ERROR = 0x20 };
enum { MAX_FDS = 8, MAX_TRANSFER = 65536, MAX_PAYLOAD = MAX_TRANSFER + 64 };

struct message {
	uint16_t id, command;
	uint32_t flags;
	size_t len; /* of payload */
	uint8_t payload[MAX_PAYLOAD];
	int fd[MAX_FDS];
	size_t n_fds;
};

void vfio_user_init(struct vfio_user *server, const struct vfio_user_ops *ops, void *device)
{
	memset(server, 0, sizeof(*server));
	server->ops = ops;
	server->device = device;
	server->socket = -1;
	memset(server->irq_fd, 0xff, sizeof(server->irq_fd));
}

int vfio_user_listen(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int len = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s.new", path);
	int fd;

	if (len < 0 || (size_t)len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)unlink(addr.sun_path);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1) ||
	    rename(addr.sun_path, path)) {
		int error = errno;

		(void)close(fd);
		return -error;
	}
	return fd;
}

void vfio_user_raise(const struct vfio_user *server, uint32_t irq, uint32_t vector)
{
	uint64_t one = 1;

	if (irq >= VFIO_PCI_NUM_IRQS || vector >= VFIO_USER_VECTORS)
		return;
	if (server->irq_fd[irq][vector] >= 0)
		(void)!write(server->irq_fd[irq][vector], &one, sizeof(one));
}

static void set_irq_fd(struct vfio_user *server, uint32_t irq, uint32_t vector, int fd)
{
	if (server->irq_fd[irq][vector] >= 0)
		(void)close(server->irq_fd[irq][vector]);
	server->irq_fd[irq][vector] = fd;
}

/* Takes the descriptors out of a received message. */
static void take_fds(struct msghdr *header, struct message *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at < c->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
			if (message->n_fds < MAX_FDS)
				message->fd[message->n_fds++] = fd;
			else
				(void)close(fd);
		}
	}
}

/* Reads exactly len bytes; descriptors come with the first. Returns 0, 1 at the end, -errno. */
static int receive(int fd, uint8_t *buf, size_t len, struct message *message)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(MAX_FDS * sizeof(int))];

	while (len > 0) {
		struct iovec iov = { buf, len };
		struct msghdr header = { .msg_iov = &iov,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control) };
		ssize_t got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 || errno == ECONNRESET ? 1 : -errno;
		take_fds(&header, message);
		buf += got;
		len -= (size_t)got;
	}
	return 0;
}

static int receive_message(int fd, struct message *message)
{
	uint8_t header[HEADER];
	uint32_t size;
	int error;

	message->n_fds = 0;
	error = receive(fd, header, sizeof(header), message);
	if (error)
		return error;
	message->id = get_le16(header);
	message->command = get_le16(header + 2);
	message->flags = get_le32(header + 8);
	size = get_le32(header + 4);
	if (size < HEADER || size - HEADER > MAX_PAYLOAD)
		return -EPROTO;
	message->len = size - HEADER;
	return receive(fd, message->payload, message->len, message);
}

/* Answers with message->payload as it is now, or with an error and nothing else. */
static int reply(int fd, const struct message *message, int error)
{
	size_t len = error ? 0 : message->len;
	uint8_t header[HEADER];
	struct iovec iov[2] = { { header, HEADER }, { (void *)(uintptr_t)message->payload, len } };
	struct msghdr out = { .msg_iov = iov, .msg_iovlen = 2 };

	if (message->flags & FLAG_NO_REPLY)
		return 0;
	put_le16(header, message->id);
	put_le16(header + 2, message->command);
	put_le32(header + 4, (uint32_t)(HEADER + len));
	put_le32(header + 8, FLAG_REPLY | (error ? FLAG_ERROR : 0));
	put_le32(header + 12, (uint32_t)-error);
	/* A reply is small and the client waits for it: the socket buffer takes it whole. */
	if (sendmsg(fd, &out, MSG_NOSIGNAL) != (ssize_t)(HEADER + len))
		return errno == EPIPE ? 1 : -EPROTO;
	return 0;
}

static int on_version(struct message *message)
{
	static const char capabilities[] =
		"{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":65536}}";

	if (message->len < 4)
		return -EINVAL;
	if (get_le16(message->payload) != 0) /* major version */
		return -ENOTSUP;
	put_le16(message->payload + 2, 0);
	memcpy(message->payload + 4, capabilities, sizeof(capabilities));
	message->len = 4 + sizeof(capabilities);
	return 0;
}

/* argsz 4, flags 4, offset 8, address 8, size 8. Without a descriptor (ROM) there is no access. */
static int on_dma_map(struct vfio_user *server, struct message *message)
{
	const uint8_t *p = message->payload;

	if (message->len < 32)
		return -EINVAL;
	message->len = 0;
	if (message->n_fds == 0)
		return 0;
	return vfio_memory_add(&server->memory, message->fd[0], get_le64(p + 8), get_le64(p + 16),
			       get_le64(p + 24), get_le32(p + 4) & 2);
}

static int on_dma_unmap(struct vfio_user *server, struct message *message)
{
	if (message->len < 24)
		return -EINVAL;
	vfio_memory_remove(&server->memory, get_le64(message->payload + 8),
			   get_le64(message->payload + 16));
	message->len = 24; /* the request is echoed */
	return 0;
}

static int on_get_info(struct message *message)
{
	put_le32(message->payload, 16);
	put_le32(message->payload + 4, VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI);
	put_le32(message->payload + 8, VFIO_PCI_NUM_REGIONS);
	put_le32(message->payload + 12, VFIO_PCI_NUM_IRQS);
	message->len = 16;
	return 0;
}

static int on_region_info(const struct vfio_user *server, struct message *message)
{
	uint8_t *p = message->payload;
	uint32_t region;

	if (message->len < 12 || (region = get_le32(p + 8)) >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	memset(p, 0, 32);
	put_le32(p, 32);
	if (server->region_bytes[region])
		put_le32(p + 4, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
	put_le32(p + 8, region);
	put_le64(p + 16, server->region_bytes[region]);
	message->len = 32;
	return 0;
}

static int on_irq_info(const struct vfio_user *server, struct message *message)
{
	uint8_t *p = message->payload;
	uint32_t irq, flags = VFIO_IRQ_INFO_EVENTFD;

	if (message->len < 12 || (irq = get_le32(p + 8)) >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	flags |= irq == VFIO_PCI_INTX_IRQ_INDEX ? VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED
						: VFIO_IRQ_INFO_NORESIZE;
	put_le32(p, 16);
	put_le32(p + 4, server->irq_vectors[irq] ? flags : 0);
	put_le32(p + 12, server->irq_vectors[irq]);
	message->len = 16;
	return 0;
}

/* argsz 4, flags 4, index 4, start 4, count 4; eventfds as ancillary data. */
static int on_set_irqs(struct vfio_user *server, struct message *message)
{
	const uint8_t *p = message->payload;
	uint32_t flags = get_le32(p + 4), irq = get_le32(p + 8);
	uint32_t start = get_le32(p + 12), count = get_le32(p + 16);

	if (message->len < 20 || irq >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;
	message->len = 0;
	if (flags & VFIO_IRQ_SET_ACTION_UNMASK && server->ops->unmask)
		server->ops->unmask(server->device, irq);
	if (!(flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return 0;
	if (flags & VFIO_IRQ_SET_DATA_NONE && count == 0)
		count = server->irq_vectors[irq]; /* all off */
	if (start > server->irq_vectors[irq] || count > server->irq_vectors[irq] - start)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		bool given = flags & VFIO_IRQ_SET_DATA_EVENTFD && i < message->n_fds;

		set_irq_fd(server, irq, start + i, given ? message->fd[i] : -1);
		if (given)
			message->fd[i] = -1; /* kept */
	}
	return 0;
}

/* offset 8, region 4, count 4, then data. */
static int on_region(struct vfio_user *server, struct message *message)
{
	bool write = message->command == REGION_WRITE;
	uint64_t offset = get_le64(message->payload);
	uint32_t region = get_le32(message->payload + 8), count = get_le32(message->payload + 12);
	uint8_t *data = message->payload + 16;

	if (message->len < 16 || region >= VFIO_PCI_NUM_REGIONS || count > MAX_TRANSFER)
		return -EINVAL;
	if (write && message->len - 16 < count)
		return -EINVAL;
	if (offset > server->region_bytes[region] || count > server->region_bytes[region] - offset)
		return -EINVAL;
	if (write)
		server->ops->write(server->device, region, offset, data, count);
	else
		server->ops->read(server->device, region, offset, data, count);
	message->len = write ? 16 : 16 + count;
	return 0;
}

static int handle(struct vfio_user *server, struct message *message)
{
	switch (message->command) {
	case VERSION:
		return on_version(message);
	case DMA_MAP:
		return on_dma_map(server, message);
	case DMA_UNMAP:
		return on_dma_unmap(server, message);
	case GET_INFO:
		return on_get_info(message);
	case GET_REGION_INFO:
		return on_region_info(server, message);
	case GET_IRQ_INFO:
		return on_irq_info(server, message);
	case SET_IRQS:
		return on_set_irqs(server, message);
	case REGION_READ:
	case REGION_WRITE:
		return on_region(server, message);
	case RESET:
		server->ops->reset(server->device);
		message->len = 0;
		return 0;
	default:
		return -ENOTSUP;
	}
}

/* Returns 0 to go on, 1 when the client has gone, or a negative errno. */
static int serve_one(struct vfio_user *server, struct message *message)
{
	struct pollfd poll_fd = { .fd = server->socket, .events = POLLIN };
	int timeout_ms = server->ops->tick ? server->ops->tick(server->device) : -1;
	int error = poll(&poll_fd, 1, timeout_ms);

	if (error == 0 || (error < 0 && errno == EINTR))
		return 0;
	if (error < 0)
		return -errno;
	error = receive_message(server->socket, message);
	if (error == 0)
		error = reply(server->socket, message, handle(server, message));
	for (size_t i = 0; i < message->n_fds; i++)
		if (message->fd[i] >= 0)
			(void)close(message->fd[i]);
	return error;
}

/* vfio-user, "Client Disconnection": memory and interrupts go, the device's state stays. */
static void disconnect(struct vfio_user *server)
{
	vfio_memory_clear(&server->memory);
	for (uint32_t irq = 0; irq < VFIO_PCI_NUM_IRQS; irq++)
		for (uint32_t vector = 0; vector < VFIO_USER_VECTORS; vector++)
			set_irq_fd(server, irq, vector, -1);
	(void)close(server->socket);
	server->socket = -1;
}

int vfio_user_serve(struct vfio_user *server, int listen_fd)
{
	struct message message;
	int error;

	server->socket = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (server->socket < 0)
		return -errno;
	do
		error = serve_one(server, &message);
	while (error == 0);
	disconnect(server);
	return error < 0 ? error : 0;
}
