/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live machine, or a copy of its /sys, /proc and /dev below another root. */
#include "hw/hwio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hw/box.h"
#include "hw/http.h"

struct hwio_real {
	struct hwio hw;
	char root[PATH_MAX];
};

static int full_path(struct hwio *hw, const char *path, char ret[PATH_MAX])
{
	const struct hwio_real *real = hw->priv;
	int len = snprintf(ret, PATH_MAX, "%s%s", real->root, path);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/*
 * Bound, for a port of its own: events have no sender, port 0, and a socket that has none is passed
 * over as if it were that sender (net/netlink/af_netlink.c, do_one_broadcast()).
 */
static int open_genl(const char *group)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	unsigned int number = (unsigned int)strtoul(group, NULL, 10);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int rc = fd < 0 ? -errno : 0;

	if (!rc && bind(fd, (const struct sockaddr *)&any, sizeof(any)))
		rc = -errno;
	if (!rc && number &&
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, sizeof(number)))
		rc = -errno;
	/* The texts of refusals (NLMSGERR_ATTR_MSG); a kernel without them refuses in silence. */
	if (!rc)
		(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &(int){ 1 }, sizeof(int));
	if (!rc)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Returns -ENXIO for what is a file. */
static int open_socket(struct hwio *hw, const char *path)
{
	const struct hwio_real *real = hw->priv;
	int fd;

	if (strncmp(path, "/dev/socket/", strlen("/dev/socket/")) != 0)
		return -ENXIO;
	if (real->root[0])
		return -ENOENT;
	if (strcmp(path, HWIO_GENL) == 0)
		return open_genl("0");
	if (strncmp(path, HWIO_GENL "/", sizeof(HWIO_GENL)) == 0)
		return open_genl(path + sizeof(HWIO_GENL));
	if (strcmp(path, HWIO_INET) != 0)
		return -ENOENT;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int real_open(struct hwio *hw, const char *path, int flags)
{
	char full[PATH_MAX];
	int rc = open_socket(hw, path);

	if (rc != -ENXIO)
		return rc;
	rc = full_path(hw, path, full);
	if (rc)
		return rc;
	rc = open(full, flags | O_CLOEXEC);
	return rc < 0 ? -errno : rc;
}

static int real_close(struct hwio *hw, int fd)
{
	(void)hw;
	return close(fd) < 0 ? -errno : 0;
}

static int real_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	/* By number: the type of ioctl(2)'s second argument differs between C libraries. */
	long rc = syscall(SYS_ioctl, fd, request, arg);

	(void)hw;
	return rc < 0 ? -errno : (int)rc;
}

static ssize_t real_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	ssize_t len = read(fd, buf, size);

	(void)hw;
	return len < 0 ? -errno : len;
}

static ssize_t real_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	ssize_t len = write(fd, buf, size);

	(void)hw;
	return len < 0 ? -errno : len;
}

static ssize_t real_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	ssize_t len = offset > INT64_MAX ? -1 : pread(fd, buf, size, (off_t)offset);

	(void)hw;
	if (offset > INT64_MAX)
		return -EINVAL;
	return len < 0 ? -errno : len;
}

static int real_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int rc = poll(&pfd, 1, timeout_ms);

	(void)hw;
	return rc < 0 ? -errno : rc;
}

struct name_list {
	char (*names)[HWIO_NAME_MAX];
	size_t count;
	size_t room;
};

static int name_list_add(struct name_list *list, const char *name)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *names = reallocarray(list->names, room, sizeof(*list->names));

		if (!names)
			return -ENOMEM;
		list->names = names;
		list->room = room;
	}
	memcpy(list->names[list->count++], name, strlen(name) + 1);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int read_names(DIR *dir, struct name_list *list)
{
	for (;;) {
		const struct dirent *entry;
		int rc;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return -errno;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    strlen(entry->d_name) >= HWIO_NAME_MAX)
			continue;
		rc = name_list_add(list, entry->d_name);
		if (rc)
			return rc;
	}
}

static int real_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		     size_t *ret_count)
{
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	struct name_list list = { 0 };
	char full[PATH_MAX];
	int rc = full_path(hw, path, full);

	if (rc)
		return rc;
	dir = opendir(full);
	if (!dir)
		return -errno;
	rc = read_names(dir, &list);
	if (rc) {
		free(list.names);
		return rc;
	}
	if (list.count)
		qsort(list.names, list.count, sizeof(*list.names), compare_names);
	*ret_names = list.names;
	*ret_count = list.count;
	return 0;
}

static ssize_t real_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	ssize_t len = full_path(hw, path, full);

	if (len)
		return len;
	len = readlink(full, buf, size);
	return len < 0 ? -errno : len;
}

static uint64_t real_now_ms(struct hwio *hw)
{
	struct timespec now;

	(void)hw;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void real_sleep_ms(struct hwio *hw, uint32_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)hw;
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

static int real_run(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	const struct hwio_real *real = hw->priv;

	return box_run(real->root, box, ret);
}

static int real_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	const struct hwio_real *real = hw->priv;

	return real->root[0] ? -ENOSYS : http_curl(request, ret);
}

static const struct hwio_ops real_ops = {
	.name = "real",
	.open = real_open,
	.close = real_close,
	.ioctl = real_ioctl,
	.read = real_read,
	.write = real_write,
	.pread = real_pread,
	.poll = real_poll,
	.list = real_list,
	.readlink = real_readlink,
	.now_ms = real_now_ms,
	.sleep_ms = real_sleep_ms,
	.run = real_run,
	.http = real_http,
};

struct hwio *hwio_real_new(const char *root)
{
	struct hwio_real *real = calloc(1, sizeof(*real));

	if (!real)
		return NULL;
	real->hw.ops = &real_ops;
	real->hw.priv = real;
	if (root &&
	    (size_t)snprintf(real->root, sizeof(real->root), "%s", root) >= sizeof(real->root)) {
		free(real);
		return NULL;
	}
	return &real->hw;
}

void hwio_real_free(struct hwio *hw)
{
	if (hw)
		free(hw->priv);
}
