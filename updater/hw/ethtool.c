/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ethtool.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int code_of(int errnum)
{
	switch (errnum) {
	case ENODEV:
	case ENXIO:
		return ERR_DEVICE_GONE;
	case EOPNOTSUPP:
		return ERR_UNSUPPORTED;
	case EBUSY:
	case EAGAIN:
		return ERR_BUSY;
	case ENOENT: /* the loader found no file */
		return ERR_IO;
	default:
		return ERR_DEVICE;
	}
}

static int request(struct hwio *hw, const char *interface, unsigned long number, struct ifreq *ifr,
		   const char *what, struct err *err)
{
	int fd = hw->ops->open(hw, HWIO_INET, O_RDWR);
	int rc;

	if (fd < 0)
		return err_set_errno(err, fd == -ENOENT ? ERR_UNSUPPORTED : ERR_IO, -fd,
				     "a socket");
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", interface);
	rc = hw->ops->ioctl(hw, fd, number, ifr);
	hw->ops->close(hw, fd);
	if (rc < 0)
		return err_set_errno(err, code_of(-rc), -rc, "%s: %s", interface, what);
	return 0;
}

int ethtool_get_driver(struct hwio *hw, const char *interface, struct ethtool_driver *ret,
		       struct err *err)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (char *)&info };
	int rc = request(hw, interface, SIOCETHTOOL, &ifr, "ETHTOOL_GDRVINFO", err);

	memset(ret, 0, sizeof(*ret));
	if (rc)
		return rc;
	text_from_field(ret->driver, sizeof(ret->driver), (const uint8_t *)info.driver,
			sizeof(info.driver));
	text_from_field(ret->firmware, sizeof(ret->firmware), (const uint8_t *)info.fw_version,
			sizeof(info.fw_version));
	text_from_field(ret->option_rom, sizeof(ret->option_rom),
			(const uint8_t *)info.erom_version, sizeof(info.erom_version));
	text_from_field(ret->bus, sizeof(ret->bus), (const uint8_t *)info.bus_info,
			sizeof(info.bus_info));
	return 0;
}

int ethtool_flash(struct hwio *hw, const char *interface, const char *file, uint32_t region,
		  struct err *err)
{
	struct ethtool_flash flash = { .cmd = ETHTOOL_FLASHDEV, .region = region };
	struct ifreq ifr = { .ifr_data = (char *)&flash };

	if (strlen(file) >= sizeof(flash.data))
		return err_set(err, ERR_TOO_LARGE, "the name of the file is too long for a driver");
	memcpy(flash.data, file, strlen(file));
	return request(hw, interface, SIOCETHTOOL, &ifr, "ETHTOOL_FLASHDEV", err);
}

int ethtool_set_up(struct hwio *hw, const char *interface, bool up, bool *ret_was, struct err *err)
{
	struct ifreq ifr = { 0 };
	int rc = request(hw, interface, SIOCGIFFLAGS, &ifr, "SIOCGIFFLAGS", err);

	if (rc)
		return rc;
	*ret_was = ifr.ifr_flags & IFF_UP;
	if (*ret_was == up)
		return 0;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return request(hw, interface, SIOCSIFFLAGS, &ifr, "SIOCSIFFLAGS", err);
}
