/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer of HTTP as text: its parts lie within it, and a second reading says the same. */
#include <stdlib.h>
#include <string.h>

#include "format/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *buf, size_t size, const struct http_text *text)
{
	const uint8_t *head = (const uint8_t *)text->head;

	if (text->status < 100 || text->status > 599)
		abort();
	if (head < buf || head + text->head_len > buf + size || text->head_len > HTTP_TEXT_HEAD_MAX)
		abort();
	if (text->body < buf || text->body + text->body_len > buf + size || text->body < head)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *buf = malloc(size + 1), *copy = malloc(size + 1);
	struct http_text text, again;
	struct err err = { 0 };
	int rc;

	if (!buf || !copy)
		abort();
	memcpy(buf, data, size);
	memcpy(copy, data, size);
	rc = http_text_parse(buf, size, &text, &err);
	if (rc != http_text_parse(copy, size, &again, NULL))
		abort();
	if (rc && rc != ERR_FORMAT && rc != ERR_UNSUPPORTED && rc != ERR_TOO_LARGE)
		abort();
	if (!rc) {
		check(buf, size, &text);
		if (text.body_len != again.body_len ||
		    memcmp(text.body, again.body, text.body_len) != 0)
			abort();
	}
	free(buf);
	free(copy);
	return 0;
}
