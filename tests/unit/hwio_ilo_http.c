/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_ilo_http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo/ilo_internal.h"

#define BOUNDARY   "------------------------ilolab0123456789"
#define CHUNK	   65536u
#define CONNECT_MS 30000u

/* Text or bytes that grow. */
struct grown {
	uint8_t *bytes;
	size_t len;
};

static void add(struct grown *to, const void *bytes, size_t len)
{
	to->bytes = realloc(to->bytes, to->len + len + 1);
	if (!to->bytes)
		abort();
	if (bytes)
		memcpy(to->bytes + to->len, bytes, len);
	to->len += len;
	to->bytes[to->len] = '\0';
}

static void add_text(struct grown *to, const char *text)
{
	add(to, text, strlen(text));
}

/* RFC 7578 4.2, as libcurl writes it. */
static void add_part_head(struct grown *body, const struct http_part *part)
{
	add_text(body, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"");
	add_text(body, part->name);
	if (part->file_name) {
		add_text(body, "\"; filename=\"");
		add_text(body, part->file_name);
	}
	add_text(body, "\"\r\n");
	if (part->content_type) {
		add_text(body, "Content-Type: ");
		add_text(body, part->content_type);
		add_text(body, "\r\n");
	}
	add_text(body, "\r\n");
}

static int add_part(struct grown *body, const struct http_part *part)
{
	add_part_head(body, part);
	for (uint64_t done = 0; done < part->size;) {
		size_t len = part->size - done < CHUNK ? (size_t)(part->size - done) : CHUNK;
		size_t at = body->len;

		add(body, part->data ? (const uint8_t *)part->data + done : NULL, len);
		if (!part->data && part->read(part->ctx, done, body->bytes + at, len))
			return -ECANCELED;
		done += len;
	}
	add_text(body, "\r\n");
	return 0;
}

static int make_body(const struct http_request *request, struct grown *ret)
{
	int rc = 0;

	add(ret, "", 0);
	if (!request->part_count) {
		add(ret, request->body, request->body_len);
		return 0;
	}
	for (size_t i = 0; i < request->part_count && !rc; i++)
		rc = add_part(ret, &request->parts[i]);
	add_text(ret, "--" BOUNDARY "--\r\n");
	return rc;
}

static void make_head(const struct http_request *request, const char *host, size_t body_len,
		      struct grown *ret)
{
	char length[64];

	add_text(ret, "Host: ");
	add_text(ret, host);
	for (size_t i = 0; request->headers && request->headers[i]; i++) {
		add_text(ret, "\r\n");
		add_text(ret, request->headers[i]);
	}
	if (request->part_count)
		add_text(ret, "\r\nContent-Type: multipart/form-data; boundary=" BOUNDARY);
	snprintf(length, sizeof(length), "\r\nContent-Length: %zu", body_len);
	add_text(ret, length);
}

/* "https://16.1.15.1/redfish/v1/" -> the host and "/redfish/v1/"; NULL = no such URL. */
static const char *split_url(const char *url, char *host, size_t size)
{
	const char *begin = url + strlen("https://");
	const char *slash;

	if (strncmp(url, "https://", strlen("https://")) != 0)
		return NULL;
	slash = strchr(begin, '/');
	if (!slash || (size_t)(slash - begin) >= size)
		return NULL;
	snprintf(host, size, "%.*s", (int)(slash - begin), begin);
	return slash;
}

/* Is the one there that is asked, and is it who it should be? */
static int reach(struct hwio_ilo *t, bool down, const char *host,
		 const struct http_request *request)
{
	bool vnic = strcmp(host, HWIO_ILO_VNIC) == 0;

	if (vnic && (t->no_vnic || !t->ilo->vnic || down))
		return -ENETUNREACH;
	if (!vnic && strcmp(host, HWIO_ILO_REMOTE) != 0)
		return -ECONNREFUSED;
	if (down) {
		hwio_ilo_wait(t, request->connect_ms ? request->connect_ms : CONNECT_MS);
		return -ETIMEDOUT;
	}
	if (request->pin ? strcmp(request->pin, t->pin) != 0 : request->ca_file && !t->ca_holds)
		return -EKEYREJECTED;
	return 0;
}

/* The connection ends after that many bytes of the body. */
static uint64_t send_body(struct hwio_ilo *t, const char *path, const struct http_request *request,
			  uint64_t len)
{
	uint64_t reads;

	pthread_mutex_lock(&t->lock);
	reads = ilo_reads(t->ilo, path, len);
	pthread_mutex_unlock(&t->lock);
	reads = reads < len ? reads : len;
	for (uint64_t sent = 0; request->progress && sent < reads;) {
		sent += reads - sent < CHUNK ? reads - sent : CHUNK;
		request->progress(request->ctx, sent);
	}
	hwio_ilo_wait(t, t->http_ms + (uint64_t)t->mib_ms * (reads >> 20));
	return reads;
}

static int give_answer(struct hwio_ilo *t, const struct http_request *request,
		       struct ilo_answer *answer, struct http_answer *ret)
{
	const size_t most = request->max_answer ? request->max_answer : HTTP_MAX_ANSWER;

	if (!answer->status)
		return -ECONNRESET;
	if (answer->body_len > most)
		return -EMSGSIZE;
	ret->status = answer->status;
	ret->head = strdup(answer->head ? answer->head : "");
	ret->head_len = ret->head ? strlen(ret->head) : 0;
	ret->body = calloc(1, answer->body_len + 1);
	if (!ret->head || !ret->body)
		abort();
	if (answer->body_len)
		memcpy(ret->body, answer->body, answer->body_len);
	ret->body_len = answer->body_len;
	snprintf(ret->pin, sizeof(ret->pin), "%s", t->pin);
	return 0;
}

static int exchange(struct hwio_ilo *t, const char *host, const char *path,
		    const struct http_request *request, struct http_answer *ret)
{
	struct grown head = { 0 }, body = { 0 };
	struct ilo_answer answer = { 0 };
	int rc = make_body(request, &body);

	make_head(request, host, body.len, &head);
	if (!rc) {
		ret->sent = send_body(t, path, request, body.len);
		rc = ret->sent < body.len ? -ECONNRESET : 0;
	}
	if (!rc) {
		const struct ilo_request asked = { .method = request->method,
						   .path = path,
						   .head = (const char *)head.bytes,
						   .body = body.bytes,
						   .body_len = body.len };

		pthread_mutex_lock(&t->lock);
		ilo_http(t->ilo, &asked, &answer);
		pthread_mutex_unlock(&t->lock);
		rc = give_answer(t, request, &answer, ret);
		ilo_answer_free(&answer);
	}
	free(head.bytes);
	free(body.bytes);
	return rc;
}

int hwio_ilo_http(struct hwio_ilo *t, bool down, const struct http_request *request,
		  struct http_answer *ret)
{
	char host[64];
	const char *path = split_url(request->url, host, sizeof(host));
	int rc;

	*ret = (struct http_answer){ 0 };
	t->https++;
	snprintf(t->last_url, sizeof(t->last_url), "%s", request->url);
	snprintf(t->last_interface, sizeof(t->last_interface), "%s",
		 request->interface ? request->interface : "");
	if (!path)
		return -EPROTO;
	rc = reach(t, down, host, request);
	return rc ? rc : exchange(t, host, path, request, ret);
}
