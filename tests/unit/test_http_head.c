/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP as text: what is asked, and answers of every shape. */
#include <stdlib.h>
#include <string.h>

#include "format/http_head.h"
#include "tap.h"

static void requests(void)
{
	static const char *const headers[] = { "OData-Version: 4.0", "X: y", NULL };
	const struct http_text_request get = { "GET", "/redfish/v1/", headers, NULL };
	const struct http_text_request post = { "POST", "/a?b=c", NULL, "{}" };
	static const char want_get[] =
		"GET /redfish/v1/ HTTP/1.1\r\nHost: \r\nAccept-Encoding: identity\r\n"
		"OData-Version: 4.0\r\nX: y\r\n\r\n";
	static const char want_post[] =
		"POST /a?b=c HTTP/1.1\r\nHost: \r\nAccept-Encoding: identity\r\n"
		"Content-Length: 2\r\n\r\n{}";
	char buf[256] = { 0 };
	size_t len;

	CHECK_INT(http_text_put(buf, sizeof(buf), &get, &len, NULL), 0);
	CHECK_INT(len, strlen(want_get));
	CHECK_STR(buf, want_get);
	memset(buf, 0, sizeof(buf));
	CHECK_INT(http_text_put(NULL, 0, &post, &len, NULL), 0);
	CHECK_INT(len, strlen(want_post));
	CHECK_INT(http_text_put(buf, 20, &post, &len, NULL), 0);
	CHECK_INT(len, strlen(want_post));
	CHECK_INT(strlen(buf), 20);
	CHECK(strncmp(buf, want_post, 20) == 0);
}

/* Nothing that was found on a device may become a second request. */
static void no_smuggling(void)
{
	static const char *const bad_header[] = { "A: b\r\nC: d", NULL };
	static const struct http_text_request cases[] = {
		{ "GET", "/a b", NULL, NULL },	 { "GET", "/a\r\nX: y", NULL, NULL },
		{ "GET", "a", NULL, NULL },	 { "GET", "", NULL, NULL },
		{ "", "/", NULL, NULL },	 { "GE T", "/", NULL, NULL },
		{ "GET\n", "/", NULL, NULL },	 { "GET", "/", bad_header, NULL },
		{ "GET", "/a\x7f", NULL, NULL },
	};
	size_t len;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_INT(http_text_put(NULL, 0, &cases[i], &len, NULL), ERR_FORMAT);
}

struct row {
	const char *text;
	size_t len;
	int want;
	unsigned int status;
	const char *head, *body;
};

/* With the NULs that are in it. */
#define T(text) text, sizeof(text) - 1

static const struct row rows[] = {
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\n{}"), 0, 200,
	  "Content-Length: 2\r\nA: b", "{}" },
	{ T("HTTP/1.1 204 No Content\r\n\r\n"), 0, 204, "", "" },
	{ T("HTTP/1.0 404\r\n\r\nnothing"), 0, 404, "", "nothing" },
	{ T("HTTP/1.1 200 OK\n\nx"), 0, 200, "", "x" },
	{ T("HTTP/1.1 200 OK\nA:b\nC: d\n\nx"), 0, 200, "A:b\nC: d", "x" },
	/* Behind the body stands what filled the packet. */
	{ T("HTTP/1.1 200 OK\r\ncontent-length:\t2 \r\n\r\n{}\0\0\0"), 0, 200,
	  "content-length:\t2 ", "{}" },
	{ T("HTTP/1.1 200 OK\r\n\r\n{}\0\0\0"), 0, 200, "", "{}" },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx"), 0, 200, "Content-Length: 0", "" },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 0, 200,
	  "Content-Length: 1\r\nContent-Length: 1", "x" },
	{ T("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n\r\nx"), 0, 200,
	  "Content-Encoding: identity", "x" },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n"
	    "A;x=y\r\npedia 0123\r\n0\r\nT: r\r\n\r\n"),
	  0, 200, "Transfer-Encoding: chunked", "Wikipedia 0123" },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 0, 200,
	  "Transfer-Encoding: chunked", "" },
	/* None, or cut off. */
	{ T(""), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nA: b\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/2 200\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 099 No\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 600 No\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 20x No\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 2000 No\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("{\"a\":1}\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\n: b\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"), ERR_FORMAT, 0,
	  NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n{}"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"), ERR_FORMAT, 0,
	  NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n"),
	  ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), ERR_FORMAT, 0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nWiki\r\n"), ERR_FORMAT, 0,
	  NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWikix\r\n0\r\n"), ERR_FORMAT,
	  0, NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\n"), ERR_FORMAT, 0,
	  NULL, NULL },
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx"),
	  ERR_FORMAT, 0, NULL, NULL },
	/* What was not asked for. */
	{ T("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"), ERR_UNSUPPORTED, 0, NULL,
	  NULL },
	{ T("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx"), ERR_UNSUPPORTED, 0, NULL, NULL },
};

static void answers(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		size_t len = row->len;
		uint8_t *buf = malloc(len + 1);
		struct http_text text;
		int rc;

		memcpy(buf, row->text, len);
		rc = http_text_parse(buf, len, &text, NULL);
		if (rc != row->want)
			printf("# row %zu: %d\n", i, rc);
		CHECK_INT(rc, row->want);
		if (!rc && row->body) {
			CHECK_INT(text.status, row->status);
			CHECK_INT(text.head_len, strlen(row->head));
			CHECK(memcmp(text.head, row->head, text.head_len) == 0);
			CHECK_INT(text.body_len, strlen(row->body));
			CHECK(memcmp(text.body, row->body, text.body_len) == 0);
		}
		free(buf);
	}
}

static void sizes_have_limits(void)
{
	const size_t len = HTTP_TEXT_MAX + 1;
	uint8_t *buf = calloc(1, len);
	struct http_text text;

	CHECK_INT(http_text_parse(buf, len, &text, NULL), ERR_TOO_LARGE);
	memset(buf, 'a', HTTP_TEXT_HEAD_MAX + 4);
	memcpy(buf, "HTTP/1.1 200 OK\r\nA:", 19);
	memcpy(buf + HTTP_TEXT_HEAD_MAX - 4, "\r\n\r\nx", 5);
	CHECK_INT(http_text_parse(buf, HTTP_TEXT_HEAD_MAX + 1, &text, NULL), 0);
	CHECK_INT(text.body_len, 1);
	memset(buf + HTTP_TEXT_HEAD_MAX - 4, 'a', 5);
	memcpy(buf + HTTP_TEXT_HEAD_MAX - 3, "\r\n\r\nx", 5);
	CHECK_INT(http_text_parse(buf, HTTP_TEXT_HEAD_MAX + 2, &text, NULL), ERR_FORMAT);
	free(buf);
}

/* What a device says gets into no terminal as it is. */
static void words_are_clean(void)
{
	char bad[] = "HTTP/1.1 200 OK\r\nContent-Encoding: \x1b[2J\r\n\r\n";
	struct http_text text;
	struct err err = { 0 };

	CHECK_INT(http_text_parse((uint8_t *)bad, strlen(bad), &text, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "\"?[2J\"");
}

int main(void)
{
	TAP_RUN(requests);
	TAP_RUN(no_smuggling);
	TAP_RUN(answers);
	TAP_RUN(sizes_have_limits);
	TAP_RUN(words_are_clean);
	return TAP_END();
}
