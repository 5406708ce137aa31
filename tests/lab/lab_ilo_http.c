/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP/1.1 of one connection (RFC 9112), as much as clients of an iLO use. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lab_ilo.h"

enum { HEAD_MAX = 32768, BODY_MAX = 256 << 20 };

struct message {
	char text[HEAD_MAX + 1]; /* request line and header lines, then the body's beginning */
	size_t len, head_len;
	const char *method, *path, *head;
	uint8_t *body;
	uint64_t body_len;
};

/* The value of a header line, up to its end; NULL = there is none. */
static const char *header_of(const char *head, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = head; line; line = strstr(line, "\r\n")) {
		line += line != head ? 2 : 0;
		if (!strncasecmp(line, name, len) && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " \t");
	}
	return NULL;
}

/* Reads up to the empty line. False: the connection ended, or this is no head. */
static bool read_head(SSL *ssl, struct message *message)
{
	char *end;

	message->len = 0;
	do {
		int got =
			SSL_read(ssl, message->text + message->len, (int)(HEAD_MAX - message->len));

		if (got <= 0)
			return false;
		message->len += (size_t)got;
		message->text[message->len] = '\0';
		end = strstr(message->text, "\r\n\r\n");
	} while (!end && message->len < HEAD_MAX);
	if (!end)
		return false;
	message->head_len = (size_t)(end - message->text) + 4;
	*end = '\0';
	return true;
}

/* METHOD PATH HTTP/1.1, then header lines. */
static bool parse_head(struct message *message)
{
	char *end_of_line = strstr(message->text, "\r\n"), *space, *second;
	const char *length;

	if (!end_of_line)
		return false;
	*end_of_line = '\0';
	space = strchr(message->text, ' ');
	second = space ? strchr(space + 1, ' ') : NULL;
	if (!second || strncmp(second + 1, "HTTP/1.", 7) != 0)
		return false;
	*space = *second = '\0';
	message->method = message->text;
	message->path = space + 1;
	message->head = end_of_line + 2;
	length = header_of(message->head, "Content-Length");
	message->body_len = length ? strtoull(length, NULL, 10) : 0;
	/* Nobody sends an iLO a body whose length is not told first. */
	return message->body_len <= BODY_MAX && !header_of(message->head, "Transfer-Encoding");
}

/* False: the connection ended, or a knob ends it here. */
static bool read_body(struct lab_ilo *lab, SSL *ssl, struct message *message)
{
	size_t have = message->len - message->head_len;
	uint64_t wanted;

	lab_ilo_lock(lab);
	wanted = ilo_reads(lab->ilo, message->path, message->body_len);
	lab_ilo_unlock(lab);
	message->body = malloc(message->body_len + 1);
	if (!message->body || have > message->body_len)
		return false;
	memcpy(message->body, message->text + message->head_len, have);
	while (have < wanted) {
		size_t chunk = wanted - have < 65536 ? wanted - have : 65536;
		int got = SSL_read(ssl, message->body + have, (int)chunk);

		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	message->body[message->body_len] = 0;
	return wanted >= message->body_len;
}

static bool write_all(SSL *ssl, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t chunk = len < 65536 ? len : 65536;

		if (SSL_write(ssl, bytes, (int)chunk) != (int)chunk)
			return false;
		bytes += chunk;
		len -= chunk;
	}
	return true;
}

/* The model's head, with what HTTP needs around it. False: the connection is not kept. */
static bool write_answer(SSL *ssl, const struct message *message, const struct ilo_answer *answer)
{
	const char *head = answer->head ? answer->head : "";
	const char *asked = header_of(message->head, "Connection");
	const char *said = header_of(head, "Connection");
	bool framed = header_of(head, "Content-Length") || header_of(head, "Transfer-Encoding");
	size_t head_len = strlen(head);
	char *text;
	int len;
	bool ok;

	while (head_len && strchr("\r\n", head[head_len - 1]))
		head_len--;
	if (framed)
		len = asprintf(&text, "HTTP/1.1 %u Lab\r\n%.*s\r\n\r\n", answer->status,
			       (int)head_len, head);
	else
		len = asprintf(&text, "HTTP/1.1 %u Lab\r\nContent-Length: %zu\r\n%.*s%s\r\n",
			       answer->status, answer->body_len, (int)head_len, head,
			       head_len ? "\r\n" : "");
	if (len < 0)
		return false;
	ok = write_all(ssl, text, (size_t)len) &&
	     write_all(ssl, answer->body ? answer->body : "", answer->body_len);
	free(text);
	return ok && !(asked && !strncasecmp(asked, "close", 5)) &&
	       !(said && !strncasecmp(said, "close", 5));
}

/* One request and its answer. False: the connection ends. */
static bool exchange(struct lab_ilo *lab, SSL *ssl, struct message *message)
{
	struct ilo_answer answer = { 0 };
	struct ilo_request request;
	bool ok;

	if (!read_head(ssl, message) || !parse_head(message) || !read_body(lab, ssl, message))
		return false;
	request = (struct ilo_request){ .method = message->method,
					.path = message->path,
					.head = message->head,
					.body = message->body,
					.body_len = message->body_len };
	lab_ilo_lock(lab);
	if (!lab->is_down)
		ilo_http(lab->ilo, &request, &answer);
	lab_ilo_unlock(lab);
	ok = answer.status != 0 && write_answer(ssl, message, &answer);
	ilo_answer_free(&answer);
	return ok;
}

void lab_ilo_http_serve(struct lab_ilo *lab, void *ssl)
{
	struct message *message = malloc(sizeof(*message));
	bool more = message != NULL;

	while (more) {
		message->body = NULL;
		more = exchange(lab, ssl, message);
		free(message->body);
	}
	free(message);
}
