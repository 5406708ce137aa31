/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cuts index.json into its components, so that they can be parsed one by one and never all at once.
 * What is left, the text with an empty list of components, says the rest; when that is valid JSON
 * and each component is, the whole is: nothing but the commas between them is looked at here.
 */
#ifndef DRYDOCK_CATALOG_SCAN_H
#define DRYDOCK_CATALOG_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct scan_piece {
	size_t at, len; /* bytes of the text */
};

struct scan {
	struct scan_piece *pieces; /* the components, without the blanks around them */
	size_t count;
	uint8_t *rest; /* malloc'ed */
	size_t rest_len;
};

/*
 * ret must be {0}; scan_free() releases it, whatever is returned. ERR_FORMAT (nested too deep,
 * nothing between two commas, no list of components), ERR_TOO_LARGE (more than
 * CATALOG_MAX_COMPONENTS of them, more than CATALOG_HEAD_MAX_BYTES without them), ERR_NOMEM.
 */
int scan_index(const uint8_t *buf, size_t len, struct scan *ret, struct err *err);
void scan_free(struct scan *scan);

#endif
