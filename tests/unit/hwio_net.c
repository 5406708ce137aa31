/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_net.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hwio_net_kernel.h"

#define PATH_PARAMETER "/sys/module/firmware_class/parameters/path"

enum { FD_SOCKET = 1, FD_PATH, FD_INET };

static struct hwio_net *net_of(struct hwio *hw)
{
	return hw->priv;
}

static int open_fd(struct hwio_net *net, int kind, uint32_t group)
{
	for (int fd = 0; fd < HWIO_NET_FDS; fd++)
		if (!net->fd[fd].used) {
			struct hwio_net_fd *f = &net->fd[fd];

			f->used = true;
			f->kind = kind;
			f->group = group;
			f->offset = f->head = f->count = 0;
			net->n_open++;
			return fd;
		}
	return -EMFILE;
}

static int open_path(struct hwio_net *net, const char *path)
{
	const char *group = path + sizeof(HWIO_GENL);

	if (strcmp(path, PATH_PARAMETER) == 0)
		return open_fd(net, FD_PATH, 0);
	if (strncmp(path, "/dev/socket/", 12) != 0 || net->no_sockets)
		return -ENOENT;
	if (net->open_errnum)
		return -net->open_errnum;
	if (strcmp(path, HWIO_INET) == 0)
		return open_fd(net, FD_INET, 0);
	if (strcmp(path, HWIO_GENL) == 0)
		return open_fd(net, FD_SOCKET, 0);
	if (strncmp(path, HWIO_GENL "/", sizeof(HWIO_GENL)) != 0 || atoi(group) != HWIO_NET_GROUP)
		return -ENOENT;
	return open_fd(net, FD_SOCKET, HWIO_NET_GROUP);
}

static int net_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_net *net = net_of(hw);
	int fd;

	(void)flags;
	pthread_mutex_lock(&net->lock);
	fd = open_path(net, path);
	pthread_mutex_unlock(&net->lock);
	return fd;
}

static int net_close(struct hwio *hw, int fd)
{
	struct hwio_net *net = net_of(hw);

	pthread_mutex_lock(&net->lock);
	if (fd < 0 || fd >= HWIO_NET_FDS || !net->fd[fd].used)
		abort(); /* closed twice */
	net->fd[fd].used = false;
	net->n_open--;
	pthread_mutex_unlock(&net->lock);
	return 0;
}

/* One datagram; what does not fit the reader's buffer is cut off, as by recv(2). */
static ssize_t receive(struct hwio_net_fd *f, void *buf, size_t size)
{
	size_t slot = f->head;

	if (f->count == 0)
		return -EAGAIN;
	f->head = (f->head + 1) % HWIO_NET_QUEUE;
	f->count--;
	if (f->queue[slot].errnum)
		return -f->queue[slot].errnum;
	if (size > f->queue[slot].len)
		size = f->queue[slot].len;
	memcpy(buf, f->queue[slot].bytes, size);
	return (ssize_t)size;
}

static ssize_t read_path(struct hwio_net *net, struct hwio_net_fd *f, void *buf, size_t size)
{
	char text[sizeof(net->firmware_path) + 1];
	size_t left;

	snprintf(text, sizeof(text), "%s\n", net->firmware_path);
	left = strlen(text) - f->offset;
	if (size > left)
		size = left;
	memcpy(buf, text + f->offset, size);
	f->offset += size;
	return (ssize_t)size;
}

static ssize_t net_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_net *net = net_of(hw);
	struct hwio_net_fd *f = &net->fd[fd];
	ssize_t len;

	pthread_mutex_lock(&net->lock);
	len = f->kind == FD_PATH ? read_path(net, f, buf, size) : receive(f, buf, size);
	pthread_mutex_unlock(&net->lock);
	return len;
}

/* module_param_string(): whatever comes is text, a NUL ends it; nothing at all is never seen. */
static ssize_t write_path(struct hwio_net *net, const void *buf, size_t size)
{
	if (net->path_errnum)
		return -net->path_errnum;
	if (size == 0)
		return 0;
	if (size >= sizeof(net->firmware_path))
		return -ENOSPC;
	memset(net->firmware_path, 0, sizeof(net->firmware_path));
	memcpy(net->firmware_path, buf, size);
	net->path_writes++;
	return (ssize_t)size;
}

static ssize_t net_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct hwio_net *net = net_of(hw);
	ssize_t len = (ssize_t)size;

	pthread_mutex_lock(&net->lock);
	if (net->fd[fd].kind == FD_PATH)
		len = write_path(net, buf, size);
	else
		hwio_net_kernel_request(net, fd, buf, size);
	pthread_mutex_unlock(&net->lock);
	return len;
}

/* The clock moves for who waits for an answer; who listens to a group has time of its own. */
static int net_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct hwio_net *net = net_of(hw);
	bool ready, listens;

	if (events != POLLIN)
		abort();
	pthread_mutex_lock(&net->lock);
	ready = net->fd[fd].count > 0;
	listens = net->fd[fd].group;
	if (!ready && !listens && timeout_ms > 0)
		net->now_ms += (unsigned int)timeout_ms;
	pthread_mutex_unlock(&net->lock);
	if (!ready && listens && timeout_ms > 0)
		usleep(100);
	return ready;
}

static int net_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_net *net = net_of(hw);
	int rc;

	pthread_mutex_lock(&net->lock);
	rc = net->fd[fd].kind == FD_INET ? hwio_net_kernel_ioctl(net, request, arg) : -ENOTTY;
	pthread_mutex_unlock(&net->lock);
	return rc;
}

static int net_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count)
{
	struct hwio_net *net = net_of(hw);
	char(*names)[HWIO_NAME_MAX] = calloc(HWIO_NET_DEVICES + 1, HWIO_NAME_MAX);
	size_t count = 0;

	if (!names)
		return -ENOMEM;
	if (strcmp(path, "/sys/class/net") != 0) {
		free(names);
		return -ENOENT;
	}
	for (size_t i = 0; i < net->n_devices; i++)
		if (net->device[i].interface)
			snprintf(names[count++], HWIO_NAME_MAX, "%s", net->device[i].interface);
	snprintf(names[count++], HWIO_NAME_MAX, "lo");
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static ssize_t net_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio_net *net = net_of(hw);
	char want[160];

	for (size_t i = 0; i < net->n_devices; i++) {
		const struct hwio_net_device *d = &net->device[i];

		if (!d->bus || !d->link)
			continue;
		snprintf(want, sizeof(want), "/sys/bus/%s/devices/%s", d->bus, d->name);
		if (strcmp(path, want) != 0)
			continue;
		if (size > strlen(d->link))
			size = strlen(d->link);
		memcpy(buf, d->link, size);
		return (ssize_t)size;
	}
	return -ENOENT;
}

static uint64_t net_now_ms(struct hwio *hw)
{
	struct hwio_net *net = net_of(hw);
	uint64_t now_ms;

	pthread_mutex_lock(&net->lock);
	now_ms = net->now_ms;
	pthread_mutex_unlock(&net->lock);
	return now_ms;
}

static void net_sleep_ms(struct hwio *hw, uint32_t ms)
{
	struct hwio_net *net = net_of(hw);

	pthread_mutex_lock(&net->lock);
	net->now_ms += ms;
	pthread_mutex_unlock(&net->lock);
}

static void net_note(struct hwio *hw, const char *subject, const char *text)
{
	struct hwio_net *net = net_of(hw);
	size_t len;

	pthread_mutex_lock(&net->lock);
	len = strlen(net->notes);
	snprintf(net->notes + len, sizeof(net->notes) - len, "%s: %s\n", subject, text);
	pthread_mutex_unlock(&net->lock);
}

static const struct hwio_ops net_ops = {
	.name = "net-lab",
	.open = net_open,
	.close = net_close,
	.ioctl = net_ioctl,
	.read = net_read,
	.write = net_write,
	.poll = net_poll,
	.list = net_list,
	.readlink = net_readlink,
	.now_ms = net_now_ms,
	.sleep_ms = net_sleep_ms,
	.note = net_note,
};

struct hwio_net *hwio_net_new(void)
{
	struct hwio_net *net = calloc(1, sizeof(*net));

	if (!net)
		abort();
	net->hw.ops = &net_ops;
	net->hw.priv = net;
	pthread_mutex_init(&net->lock, NULL);
	net->now_ms = 1000;
	return net;
}

void hwio_net_free(struct hwio_net *net)
{
	for (size_t i = 0; i < net->n_devices; i++)
		free(net->device[i].image);
	pthread_mutex_destroy(&net->lock);
	free(net);
}

struct hwio_net_device *hwio_net_add(struct hwio_net *net, const char *bus, const char *name)
{
	struct hwio_net_device *d = &net->device[net->n_devices];

	if (net->n_devices++ == HWIO_NET_DEVICES)
		abort();
	d->bus = bus;
	d->name = name;
	d->driver = "netdevsim";
	d->key = "fw.mgmt";
	d->tells_stored = true;
	d->fw_activate = true;
	snprintf(d->running, sizeof(d->running), "1.0.0");
	snprintf(d->stored, sizeof(d->stored), "1.0.0");
	return d;
}

void hwio_net_restart(struct hwio_net *net)
{
	for (size_t i = 0; i < net->n_devices; i++)
		memcpy(net->device[i].running, net->device[i].stored,
		       sizeof(net->device[i].running));
}
