/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An upload as hostile as it can be: a line with its Content-Type, then the body. */
#include <stdlib.h>
#include <string.h>

#include "ilo/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void read_all(const char *content_type, const uint8_t *body, size_t len)
{
	struct multipart multipart;
	struct multipart_part part;
	const uint8_t *before = body;

	if (!multipart_start(content_type, body, len, &multipart))
		return;
	while (multipart_next(&multipart, &part)) {
		MUST(part.name[0] && strlen(part.name) < sizeof(part.name));
		MUST(strlen(part.file_name) < sizeof(part.file_name));
		MUST(strlen(part.content_type) < sizeof(part.content_type));
		MUST(part.data >= before && part.size <= (size_t)(body + len - part.data));
		before = part.data + part.size;
		MUST(!memmem(part.data, part.size, multipart.delimiter, multipart.delimiter_len));
	}
	MUST(multipart.ended != multipart.broken);
	MUST(multipart.at + multipart.left == body + len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	char content_type[512];
	size_t len = end ? (size_t)(end - data) : 0;

	if (!end || len >= sizeof(content_type))
		return 0;
	memcpy(content_type, data, len);
	content_type[len] = '\0';
	read_all(content_type, end + 1, size - len - 1);
	return 0;
}
