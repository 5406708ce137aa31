/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/http.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hw/hwio.h"

int http_ask(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	*ret = (struct http_answer){ 0 };
	return hw->ops->http ? hw->ops->http(hw, request, ret) : -ENOSYS;
}

void http_answer_free(struct http_answer *answer)
{
	free(answer->head);
	free(answer->body);
	answer->head = NULL;
	answer->body = NULL;
	answer->head_len = 0;
	answer->body_len = 0;
}

/* Without white space at both ends (RFC 9110 5.5). */
static bool take_value(const char *value, size_t len, char *buf, size_t size)
{
	while (len && (*value == ' ' || *value == '\t')) {
		value++;
		len--;
	}
	while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	if (len >= size || memchr(value, '\0', len))
		return false;
	memcpy(buf, value, len);
	buf[len] = '\0';
	return true;
}

bool http_header(const char *head, size_t head_len, const char *name, char *buf, size_t size)
{
	size_t name_len = strlen(name);

	buf[0] = '\0';
	while (head_len) {
		const char *end = memmem(head, head_len, "\r\n", 2);
		size_t len = end ? (size_t)(end - head) : head_len;

		if (len > name_len && head[name_len] == ':' &&
		    strncasecmp(head, name, name_len) == 0)
			return take_value(head + name_len + 1, len - name_len - 1, buf, size);
		len = end ? len + 2 : len;
		head += len;
		head_len -= len;
	}
	return false;
}
