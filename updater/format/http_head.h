/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP/1.1 as text in memory (RFC 9110, RFC 9112): whole requests to send through an iLO's host
 * channel, and whole answers that came from there. Answers of HTTPS are libcurl's.
 */
#ifndef DRYDOCK_FORMAT_HTTP_HEAD_H
#define DRYDOCK_FORMAT_HTTP_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HTTP_TEXT_HEAD_MAX (64u << 10)
#define HTTP_TEXT_MAX	   (17u << 20) /* of a whole answer */

struct http_text_request {
	const char *method;	    /* "GET" */
	const char *path;	    /* "/redfish/v1/" */
	const char *const *headers; /* "Name: value", NULL-terminated; NULL = none */
	const char *body;	    /* a text; NULL = none */
};

/*
 * Writes the request: the headers, an empty Host, no compression, and with a body its length. At
 * most size bytes go to buf, which may be NULL with size 0; *ret_len is what the whole
 * has. ERR_FORMAT: a control character or a blank where there must be none.
 */
int http_text_put(char *buf, size_t size, const struct http_text_request *request, size_t *ret_len,
		  struct err *err);

/* An answer taken apart: all point into it. */
struct http_text {
	unsigned int status; /* 100 to 599 */
	const char *head;    /* its header lines, CRLF or LF between them, none at the end */
	size_t head_len;
	uint8_t *body; /* "chunked" is undone, in place */
	size_t body_len;
};

/*
 * buf is changed where the body comes in chunks. What stands behind the body is not looked at;
 * without a length the body goes to the end but NULs. ERR_FORMAT: no HTTP/1.x, a head without an
 * end or larger than HTTP_TEXT_HEAD_MAX, lengths that contradict, a body that is cut off;
 * ERR_UNSUPPORTED: a coding that was not asked for; ERR_TOO_LARGE: more than HTTP_TEXT_MAX.
 */
int http_text_parse(uint8_t *buf, size_t len, struct http_text *ret, struct err *err);

#endif
