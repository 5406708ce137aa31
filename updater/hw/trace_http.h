/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a trace keeps of an HTTP exchange (README.md in this folder): texts as they are, but for
 * values of headers and members that are credentials; firmware as length and hash; of a secret
 * request nothing but that there was one.
 */
#ifndef DRYDOCK_HW_TRACE_HTTP_H
#define DRYDOCK_HW_TRACE_HTTP_H

#include "hw/http.h"
#include "hw/trace.h"

#define TRACE_BODY_MAX	(256u << 10) /* bytes of a text; of more the hash must do */
#define TRACE_PARTS_MAX 16
#define TRACE_LINES_MAX 32 /* headers of a request */

/* Notes at the beginning of a recording: what was said of the way to the BMC. */
#define TRACE_NOTE_BMC_URL   "bmc-url"
#define TRACE_NOTE_BMC_LOGIN "bmc-login"

/* The members that are compared in a replay; NULL behind the last. */
extern const char *const trace_http_members[];

/* with_payload: also the hashes of parts, for which they are read. */
void trace_http_request(struct trace_line *line, const struct http_request *request,
			bool with_payload);
void trace_http_answer(struct trace_line *line, const struct http_request *request,
		       const struct http_answer *answer);

/*
 * Values of members and attributes with "password" or "token" in their names become "(kept back)",
 * in JSON and XML; returns a malloc'ed copy with its length, NULL without memory.
 */
char *trace_http_scrub(const char *text, size_t len, size_t *ret_len);

#endif
