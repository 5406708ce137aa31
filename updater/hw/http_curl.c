/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS by libcurl: one connection for each exchange, nothing kept between them. */
#include "hw/http.h"

#include <errno.h>
#include <net/if.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include <curl/curl.h>

#include "base/cleanup.h"
#include "hw/http_tls.h"

#define SEND_BUFFER (128 << 10) /* bytes */

/* What comes, in memory that grows by doubling. */
struct room {
	char *bytes;
	size_t len, size, max;
};

struct exchange {
	const struct http_request *request;
	CURL *easy;
	struct curl_slist *headers;
	curl_mime *mime;
	struct http_tls tls;
	struct room head, body;
	bool head_done;
	int failed; /* why a callback ended it */
	curl_off_t moved, sent;
	uint64_t moved_ms, end_ms; /* end_ms 0: what moves may take as long as it likes */
};

struct part_reader {
	struct exchange *exchange;
	const struct http_part *part;
	uint64_t offset;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Always with a NUL behind the bytes. */
static int room_add(struct room *room, const char *bytes, size_t len)
{
	size_t size = room->size ? room->size : 1024;
	char *larger;

	if (len > room->max - room->len)
		return -EMSGSIZE;
	while (size <= room->len + len)
		size *= 2;
	if (size != room->size) {
		larger = realloc(room->bytes, size);
		if (!larger)
			return -ENOMEM;
		room->bytes = larger;
		room->size = size;
	}
	if (len)
		memcpy(room->bytes + room->len, bytes, len);
	room->len += len;
	room->bytes[room->len] = '\0';
	return 0;
}

/*
 * A line of the head with its end; the first is the status. Those of an interim answer (RFC 9110
 * 15.2) come before, those of a trailer after the body: neither is kept.
 */
static size_t take_head(char *line, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;
	size_t len = size * count;

	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		exchange->head.len = 0;
		exchange->head_done = false;
	} else if (len <= 2 && strspn(line, "\r\n") >= len) {
		exchange->head_done = true;
	} else if (!exchange->head_done) {
		exchange->failed = room_add(&exchange->head, line, len);
	}
	return exchange->failed ? 0 : len;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;

	exchange->failed = room_add(&exchange->body, bytes, size * count);
	return exchange->failed ? CURL_WRITEFUNC_ERROR : size * count;
}

static size_t read_part(char *buf, size_t size, size_t count, void *arg)
{
	struct part_reader *reader = arg;
	const struct http_part *part = reader->part;
	uint64_t left = part->size - reader->offset;
	size_t len = left < size * count ? (size_t)left : size * count;

	if (len == 0)
		return 0;
	if (part->data) {
		memcpy(buf, (const uint8_t *)part->data + reader->offset, len);
	} else if (part->read(part->ctx, reader->offset, (uint8_t *)buf, len)) {
		reader->exchange->failed = -ECANCELED;
		return CURL_READFUNC_ABORT;
	}
	reader->offset += len;
	return len;
}

static int seek_part(void *arg, curl_off_t offset, int origin)
{
	struct part_reader *reader = arg;

	if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > reader->part->size)
		return CURL_SEEKFUNC_CANTSEEK;
	reader->offset = (uint64_t)offset;
	return CURL_SEEKFUNC_OK;
}

static uint32_t stall_of(const struct http_request *request)
{
	return request->stall_ms ? request->stall_ms : HTTP_WAIT_MS;
}

/* A read ends some time, however slowly it comes; a write is not cut off as long as it moves. */
static uint64_t end_of(const struct http_request *request, uint64_t begin_ms)
{
	if (strcmp(request->method, "GET") != 0)
		return 0;
	return begin_ms + (uint64_t)stall_of(request) * HTTP_STALLS;
}

/* Called about once a second also when nothing moves. */
static int watch(void *arg, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t went)
{
	struct exchange *exchange = arg;
	const struct http_request *request = exchange->request;
	uint32_t stall_ms = stall_of(request);
	uint64_t now = now_ms();

	(void)to_come;
	(void)to_go;
	if (came + went != exchange->moved) {
		exchange->moved = came + went;
		exchange->moved_ms = now;
	}
	if (went != exchange->sent) {
		exchange->sent = went;
		if (request->progress)
			request->progress(request->ctx, (uint64_t)went);
	}
	if (now - exchange->moved_ms >= stall_ms || (exchange->end_ms && now >= exchange->end_ms))
		exchange->failed = -ETIMEDOUT;
	return exchange->failed != 0;
}

/* A small buffer, of a size that stays: what lies in it looks like progress, and is none. */
static int prepare_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct exchange *exchange = arg;
	const char *name = exchange->request->interface;

	(void)purpose;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ SEND_BUFFER }, sizeof(int));
	if (!name || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
				(socklen_t)strnlen(name, IFNAMSIZ)) == 0)
		return CURL_SOCKOPT_OK;
	exchange->failed = -ENETUNREACH;
	return CURL_SOCKOPT_ERROR;
}

static CURLcode watch_tls(CURL *easy, void *ctx, void *arg)
{
	struct exchange *exchange = arg;

	(void)easy;
	http_tls_watch(ctx, &exchange->tls);
	return CURLE_OK;
}

static int add_header(struct exchange *exchange, const char *line)
{
	struct curl_slist *headers = curl_slist_append(exchange->headers, line);

	if (!headers)
		return -ENOMEM;
	exchange->headers = headers;
	return 0;
}

/* What curl would add by itself is said not to: "Name:" takes a header away. */
static int add_headers(struct exchange *exchange)
{
	const char *const *lines = exchange->request->headers;
	bool has_type = exchange->request->parts != NULL;
	int rc = add_header(exchange, "Expect:");

	for (; lines && *lines && !rc; lines++) {
		has_type = has_type || strncasecmp(*lines, "Content-Type:", 13) == 0;
		rc = add_header(exchange, *lines);
	}
	if (!rc && !has_type)
		rc = add_header(exchange, "Content-Type:");
	curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->headers);
	return rc;
}

static int add_part(struct exchange *exchange, const struct http_part *from)
{
	curl_mimepart *part = curl_mime_addpart(exchange->mime);
	struct part_reader *reader = part ? calloc(1, sizeof(*reader)) : NULL;

	if (!reader)
		return -ENOMEM;
	*reader = (struct part_reader){ exchange, from, 0 };
	/* Takes the reader, also when it fails later. */
	if (curl_mime_data_cb(part, (curl_off_t)from->size, read_part, seek_part, free, reader)) {
		free(reader);
		return -ENOMEM;
	}
	if (curl_mime_name(part, from->name) ||
	    (from->file_name && curl_mime_filename(part, from->file_name)) ||
	    (from->content_type && curl_mime_type(part, from->content_type)))
		return -ENOMEM;
	return 0;
}

static int add_parts(struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	int rc = 0;

	exchange->mime = curl_mime_init(exchange->easy);
	if (!exchange->mime)
		return -ENOMEM;
	for (size_t i = 0; i < request->part_count && !rc; i++)
		rc = add_part(exchange, &request->parts[i]);
	curl_easy_setopt(exchange->easy, CURLOPT_MIMEPOST, exchange->mime);
	return rc;
}

/* The method is said after what is sent: that would choose one of its own. */
static int set_body(struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	bool asks = strcmp(request->method, "GET") == 0 || strcmp(request->method, "DELETE") == 0;
	int rc = 0;

	if (strcmp(request->method, "HEAD") == 0) {
		curl_easy_setopt(exchange->easy, CURLOPT_NOBODY, 1L);
		return 0;
	}
	if (request->parts) {
		rc = add_parts(exchange);
	} else if (request->body || !asks) {
		curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body_len);
		curl_easy_setopt(exchange->easy, CURLOPT_POSTFIELDS,
				 request->body ? request->body : "");
	}
	curl_easy_setopt(exchange->easy, CURLOPT_CUSTOMREQUEST, request->method);
	return rc;
}

static void set_peer(struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	CURL *easy = exchange->easy;

	exchange->tls.want_pin = request->pin;
	exchange->tls.want_chain = request->ca_file != NULL;
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, request->ca_file ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, request->ca_file ? 2L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, watch_tls);
	curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, prepare_socket);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, exchange);
}

static void set_flow(struct exchange *exchange)
{
	const struct http_request *request = exchange->request;
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(request->connect_ms ? request->connect_ms : HTTP_WAIT_MS));
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, watch);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, exchange);
}

static int errno_of_connect(CURL *easy)
{
	long errnum = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &errnum);
	switch (errnum) {
	case ECONNREFUSED:
	case ETIMEDOUT:
	case ECONNRESET:
		return -(int)errnum;
	default:
		return -ENETUNREACH;
	}
}

/* An end in the middle of a handshake has the same code as a handshake that cannot be. */
static int errno_of(const struct exchange *exchange, CURLcode code)
{
	if (code == CURLE_OK)
		return 0;
	if (exchange->failed)
		return exchange->failed;
	if (exchange->tls.refused)
		return -EKEYREJECTED;
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return -ENETUNREACH;
	case CURLE_COULDNT_CONNECT:
		return errno_of_connect(exchange->easy);
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_SSL_CONNECT_ERROR:
		return exchange->tls.no_common ? -EPROTO : -ECONNRESET;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return -EKEYREJECTED;
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9: whatever came was no head */
	case CURLE_WEIRD_SERVER_REPLY:
		return -EBADMSG;
	case CURLE_TOO_LARGE:
		return -EMSGSIZE;
	case CURLE_URL_MALFORMAT:
		return -EINVAL;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -ECONNRESET;
	}
}

static int exchange_run(struct exchange *exchange)
{
	int rc = add_headers(exchange);

	rc = rc ? rc : set_body(exchange);
	if (rc)
		return rc;
	set_peer(exchange);
	set_flow(exchange);
	exchange->moved_ms = now_ms();
	exchange->end_ms = end_of(exchange->request, exchange->moved_ms);
	rc = errno_of(exchange, curl_easy_perform(exchange->easy));
	/* A body or a head may be empty. */
	rc = rc ? rc : room_add(&exchange->head, "", 0);
	return rc ? rc : room_add(&exchange->body, "", 0);
}

static void give_answer(struct exchange *exchange, int rc, struct http_answer *ret)
{
	curl_off_t sent = 0;
	long status = 0;

	curl_easy_getinfo(exchange->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	ret->sent = (uint64_t)sent;
	memcpy(ret->pin, exchange->tls.pin, sizeof(ret->pin));
	if (rc) {
		free(exchange->head.bytes);
		free(exchange->body.bytes);
		return;
	}
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	ret->status = (unsigned int)status;
	ret->head = exchange->head.bytes;
	ret->head_len = exchange->head.len;
	ret->body = exchange->body.bytes;
	ret->body_len = exchange->body.len;
}

static bool ready;

static void begin_curl(void)
{
	ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int http_curl(const struct http_request *request, struct http_answer *ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct exchange exchange = { .request = request,
				     .head.max = HTTP_MAX_HEAD,
				     .body.max = request->max_answer ? request->max_answer
								     : HTTP_MAX_ANSWER };
	int rc;

	*ret = (struct http_answer){ 0 };
	if (strncasecmp(request->url, "https://", 8) != 0)
		return -EINVAL;
	pthread_once(&once, begin_curl);
	exchange.easy = ready ? curl_easy_init() : NULL;
	if (!exchange.easy)
		return -ENOMEM;
	rc = exchange_run(&exchange);
	give_answer(&exchange, rc, ret);
	curl_easy_cleanup(exchange.easy);
	curl_mime_free(exchange.mime);
	curl_slist_free_all(exchange.headers);
	return rc;
}
