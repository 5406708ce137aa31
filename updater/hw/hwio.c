/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio.h"

#include <errno.h>
#include <fcntl.h>

#include "base/text.h"

static ssize_t read_fd(struct hwio *hw, int fd, void *buf, size_t size)
{
	size_t done = 0;
	uint8_t extra;
	ssize_t len;

	while (done < size) {
		len = hw->ops->read(hw, fd, (uint8_t *)buf + done, size - done);
		if (len == -EINTR)
			continue;
		if (len < 0)
			return len;
		if (len == 0)
			return (ssize_t)done;
		done += (size_t)len;
	}
	len = hw->ops->read(hw, fd, &extra, 1);
	return len == 0 ? (ssize_t)done : len < 0 ? len : -EFBIG;
}

ssize_t hwio_read_file(struct hwio *hw, const char *path, void *buf, size_t size)
{
	int fd = hw->ops->open(hw, path, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read_fd(hw, fd, buf, size);
	hw->ops->close(hw, fd);
	return len;
}

int hwio_read_attr(struct hwio *hw, const char *path, char *buf, size_t size)
{
	uint8_t raw[4096]; /* sysfs hands out a page at most */
	ssize_t len = hwio_read_file(hw, path, raw, sizeof(raw));

	buf[0] = '\0';
	if (len < 0)
		return (int)len;
	if ((size_t)len >= size)
		return -EFBIG;
	text_from_field(buf, size, raw, (size_t)len);
	return 0;
}

int hwio_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	size_t done = 0;

	if (!hw->ops->pread)
		return -ENOSYS;
	while (done < size) {
		ssize_t len =
			hw->ops->pread(hw, fd, (uint8_t *)buf + done, size - done, offset + done);

		if (len == -EINTR)
			continue;
		if (len <= 0)
			return len ? (int)len : -ENODATA;
		done += (size_t)len;
	}
	return 0;
}

void hwio_note(struct hwio *hw, const char *subject, const char *text)
{
	if (hw->ops->note)
		hw->ops->note(hw, subject, text);
}
