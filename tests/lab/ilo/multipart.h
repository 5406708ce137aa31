/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of a body of multipart/form-data (RFC 7578, RFC 2046 5.1), strictly: no preamble, every
 * line ends with CRLF, every part is named, nothing follows the closing delimiter. What a lenient
 * reader would let pass is a fault of whoever sent it.
 */
#ifndef LAB_ILO_MULTIPART_H
#define LAB_ILO_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MULTIPART_BOUNDARY_MAX 70   /* RFC 2046 5.1.1 */
#define MULTIPART_HEADERS_MAX  4096 /* of one part */

struct multipart {
	const uint8_t *at;
	size_t left;
	char delimiter[MULTIPART_BOUNDARY_MAX + 5]; /* CRLF, "--", the boundary */
	size_t delimiter_len;
	bool ended;  /* the closing delimiter was read */
	bool broken; /* it is no such body, or it is cut off */
};

struct multipart_part {
	char name[64];
	char file_name[256];	/* "" = a plain field */
	char content_type[128]; /* "" = none is said */
	const uint8_t *data;	/* within the body */
	size_t size;
};

/*
 * content_type is the value of the request's header. False: it is not multipart/form-data with a
 * boundary, or the body does not begin with that. body stays the caller's and must live on.
 */
bool multipart_start(const char *content_type, const uint8_t *body, size_t len,
		     struct multipart *ret);

/* The next part; false at the end: then one of ended and broken is set. */
bool multipart_next(struct multipart *multipart, struct multipart_part *ret);

#endif
