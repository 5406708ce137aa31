/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/capsule_loader.h"

#include <errno.h>
#include <fcntl.h>

#include "format/capsule.h"

/*
 * efi_status_to_err() in drivers/firmware/efi/efi.c makes one errno of several answers of the
 * firmware, and the kernel has refusals of its own with the same number.
 */
static int explain(int rc, const char *when, struct err *err)
{
	switch (-rc) {
	case EINVAL:
		return err_set(err, ERR_UNSUPPORTED,
			       "%s: refused as not supported or not valid (the kernel does not "
			       "tell which)",
			       when);
	case ENOSPC:
		return err_set(err, ERR_TOO_LARGE,
			       "%s: the firmware has no room for a capsule of this size", when);
	case EACCES:
		return err_set(err, ERR_DEVICE, "%s: refused by the firmware for its security",
			       when);
	case EROFS:
		return err_set(err, ERR_DEVICE, "%s: refused by the firmware as write-protected",
			       when);
	case EBUSY:
		return err_set(err, ERR_BUSY, "%s: the kernel is restarting already", when);
	case ENOMEM:
		return err_set(err, ERR_NOMEM, "%s: the kernel has no memory for it", when);
	default:
		return err_set_errno(err, ERR_DEVICE, -rc, "%s", when);
	}
}

int capsule_loader_open(struct hwio *hw, int *ret_fd, struct err *err)
{
	int fd = hw->ops->open(hw, CAPSULE_LOADER, O_WRONLY);

	*ret_fd = fd;
	if (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO)
		return err_set(err, ERR_NOT_FOUND,
			       "the kernel has no way to the firmware (" CAPSULE_LOADER ")");
	return fd < 0 ? explain(fd, CAPSULE_LOADER, err) : 0;
}

/*
 * The kernel takes what fits into a page of its own at a time. It does not let signals interrupt
 * it: EINTR is EFI_ABORTED.
 */
static int put(struct hwio *hw, int fd, const uint8_t *buf, size_t len)
{
	while (len) {
		ssize_t done = hw->ops->write(hw, fd, buf, len);

		if (done <= 0 || (size_t)done > len)
			return done < 0 ? (int)done : -EIO;
		buf += done;
		len -= (size_t)done;
	}
	return 0;
}

int capsule_loader_put(struct hwio *hw, int fd, const uint8_t *buf, size_t len, bool is_last,
		       struct err *err)
{
	int rc = put(hw, fd, buf, len);

	return rc ? explain(rc,
			    is_last ? "the capsule, handed over to the firmware"
				    : "the capsule, before it was complete",
			    err)
		  : 0;
}

int capsule_loader_ask(struct hwio *hw, const uint8_t *header, struct err *err)
{
	int fd, rc = capsule_loader_open(hw, &fd, err);

	if (rc)
		return rc;
	rc = put(hw, fd, header, CAPSULE_HEADER_BYTES);
	hw->ops->close(hw, fd);
	return rc ? explain(rc, "the firmware was asked for a capsule like this", err) : 0;
}
