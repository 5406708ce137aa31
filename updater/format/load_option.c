/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/load_option.h"

/* Attributes (4 bytes) and the length of the device paths (2) come before the title, in UCS-2. */
#define TITLE_OFFSET 6

int load_option_title(const uint8_t *buf, size_t len, char *ret_title, size_t size, struct err *err)
{
	size_t used = 0;

	ret_title[0] = '\0';
	for (size_t i = TITLE_OFFSET; i + 2 <= len; i += 2) {
		unsigned int unit = (unsigned int)(buf[i] | buf[i + 1] << 8);

		if (!unit)
			return 0;
		if (used + 1 < size)
			ret_title[used++] = unit >= 0x20 && unit < 0x7f ? (char)unit : '?';
		ret_title[used] = '\0';
	}
	ret_title[0] = '\0';
	return err_set(err, ERR_FORMAT, "a boot entry of %zu bytes has no title that ends", len);
}
