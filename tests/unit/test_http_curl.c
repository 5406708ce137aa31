/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS by libcurl, against a peer on the loopback that behaves as it is told. */
#include <errno.h>
#include <time.h>

#include "hw/http.h"
#include "ilo/multipart.h"
#include "tap.h"
#include "tls_peer.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nX-Auth-Token:  t0 \r\nContent-Length: 2\r\n\r\n{}"

/* Asks a peer of this kind, once; *ret is to be freed. */
static int ask_peer(struct tls_peer *peer, struct http_request *request, struct http_answer *ret)
{
	char url[128];
	int rc;

	if (!peer->answer)
		peer->answer = OK_ANSWER;
	tls_peer_start(peer);
	if (!request->url) {
		snprintf(url, sizeof(url), "%s/redfish/v1/", peer->url);
		request->url = url;
	}
	if (!request->method)
		request->method = "GET";
	rc = http_curl(request, ret);
	tls_peer_stop(peer);
	return rc;
}

static void done(struct tls_peer *peer, struct http_answer *answer)
{
	http_answer_free(answer);
	tls_peer_free(peer);
}

/* Without an answer there is neither head nor body. */
static void check_error(struct tls_peer *peer, struct http_request *request, int want)
{
	struct http_answer answer;

	CHECK_INT(ask_peer(peer, request, &answer), want);
	CHECK(!answer.head && !answer.body && answer.status == 0);
	done(peer, &answer);
}

static void get(void)
{
	static const char *const headers[] = { "X-Auth-Token: abc", "OData-Version: 4.0", NULL };
	struct tls_peer peer = { 0 };
	struct http_request request = { .headers = headers };
	struct http_answer answer;
	char token[8], small[2];

	/* What the environment says is nobody's business here. */
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	CHECK_INT(ask_peer(&peer, &request, &answer), 0);
	unsetenv("https_proxy");
	unsetenv("ALL_PROXY");
	CHECK_INT(answer.status, 200);
	CHECK_STR(answer.body, "{}");
	CHECK_INT(answer.body_len, 2);
	CHECK_STR(answer.head, "X-Auth-Token:  t0 \r\nContent-Length: 2\r\n");
	CHECK(http_header(answer.head, answer.head_len, "x-auth-token", token, sizeof(token)));
	CHECK_STR(token, "t0");
	CHECK(!http_header(answer.head, answer.head_len, "x-auth-token", small, sizeof(small)));
	CHECK_STR(small, "");
	CHECK(!http_header(answer.head, answer.head_len, "Auth-Token", token, sizeof(token)));
	CHECK_STR(answer.pin, peer.pin);
	CHECK_CONTAINS(peer.head, "GET /redfish/v1/ HTTP/1.1\r\n");
	CHECK_CONTAINS(peer.head, "\r\nX-Auth-Token: abc\r\nOData-Version: 4.0\r\n");
	CHECK(!strstr(peer.head, "Content-Type") && !strstr(peer.head, "Content-Length"));
	CHECK(!strstr(peer.head, "curl"));
	done(&peer, &answer);
}

static void bodies_and_methods(void)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	static const struct {
		const char *method, *body, *line, *length;
	} rows[] = {
		{ "PATCH", "{\"a\":1}", "PATCH / HTTP/1.1\r\n", "\r\nContent-Length: 7\r\n" },
		{ "POST", "{}", "POST / HTTP/1.1\r\n", "\r\nContent-Length: 2\r\n" },
		{ "POST", NULL, "POST / HTTP/1.1\r\n", "\r\nContent-Length: 0\r\n" },
		{ "DELETE", NULL, "DELETE / HTTP/1.1\r\n", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tls_peer peer = { .answer =
						 "HTTP/1.1 100 Continue\r\nX-No: 1\r\n\r\n"
						 "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n" };
		struct http_request request = { .method = rows[i].method,
						.headers = rows[i].body ? headers : NULL,
						.body = rows[i].body,
						.body_len =
							rows[i].body ? strlen(rows[i].body) : 0 };
		struct http_answer answer;
		char url[80];

		tls_peer_start(&peer);
		snprintf(url, sizeof(url), "%s/", peer.url);
		request.url = url;
		CHECK_INT(http_curl(&request, &answer), 0);
		tls_peer_stop(&peer);
		CHECK_INT(answer.status, 204);
		CHECK_STR(answer.head, "X-A: b\r\n");
		CHECK_STR(answer.body, "");
		CHECK_INT(answer.sent, request.body_len);
		CHECK(strncmp(peer.head, rows[i].line, strlen(rows[i].line)) == 0);
		if (rows[i].length)
			CHECK_CONTAINS(peer.head, rows[i].length);
		CHECK(!rows[i].body == !strstr(peer.head, "Content-Type:"));
		CHECK_INT(peer.body_len, request.body_len);
		CHECK(!rows[i].body || memcmp(peer.body, rows[i].body, request.body_len) == 0);
		done(&peer, &answer);
	}
}

static void pinned(void)
{
	struct tls_peer peer = { 0 };
	struct http_request request = { 0 };
	struct http_answer answer;
	char url[80];

	tls_peer_start(&peer);
	peer.answer = OK_ANSWER;
	snprintf(url, sizeof(url), "%s/", peer.url);
	request = (struct http_request){ .method = "GET", .url = url, .pin = peer.pin };
	CHECK_INT(http_curl(&request, &answer), 0);
	http_answer_free(&answer);
	request.ca_file = peer.ca_file;
	CHECK_INT(http_curl(&request, &answer), 0);
	tls_peer_stop(&peer);
	CHECK_INT(peer.requests, 2);
	done(&peer, &answer);
}

/* Who is not the one does not get to see the request. */
static void pinned_other(void)
{
	struct tls_peer peer = { 0 };
	struct http_request request = {
		.pin = "0000000000000000000000000000000000000000000000000000000000000000"
	};

	check_error(&peer, &request, -EKEYREJECTED);
	CHECK_INT(peer.connections, 1);
	CHECK_INT(peer.requests, 0);
}

static void chain(void)
{
	struct tls_peer peer = { .answer = OK_ANSWER }, other = { 0 };
	struct http_request request = { .method = "GET" };
	struct http_answer answer;
	char url[80], name[80];

	tls_peer_start(&other);
	tls_peer_stop(&other);
	tls_peer_start(&peer);
	snprintf(url, sizeof(url), "%s/", peer.url);
	snprintf(name, sizeof(name), "https://localhost:%u/", peer.port);
	request.url = url;
	request.ca_file = peer.ca_file;
	CHECK_INT(http_curl(&request, &answer), 0);
	http_answer_free(&answer);
	request.ca_file = other.ca_file;
	CHECK_INT(http_curl(&request, &answer), -EKEYREJECTED);
	request.ca_file = "/nonexistent/ca.pem";
	CHECK_INT(http_curl(&request, &answer), -EKEYREJECTED);
	/* Another name than the certificate is for. */
	request.ca_file = peer.ca_file;
	request.url = name;
	CHECK_INT(http_curl(&request, &answer), -EKEYREJECTED);
	tls_peer_stop(&peer);
	CHECK_INT(peer.requests, 1);
	tls_peer_free(&other);
	done(&peer, &answer);
}

static void cut_answers(void)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfew",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
		"HTTP/1.1 200 OK\r\n\r\nuntil the end",
		"HTTP/1.1 200 OK\r\nConte",
		"",
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct tls_peer peer = { .way = PEER_CUTS_ANSWER, .answer = answers[i] };
		struct http_request request = { 0 };

		check_error(&peer, &request, -ECONNRESET);
	}
}

static void too_large(void)
{
	struct tls_peer said = { .answer =
					 "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789" };
	struct tls_peer fits = { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n12345678" };
	struct tls_peer head = { 0 };
	struct http_request request = { .max_answer = 8 };
	struct http_answer answer;
	char *text = malloc(HTTP_MAX_HEAD + 8192);
	size_t len = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\n");

	check_error(&said, &request, -EMSGSIZE);
	request.url = NULL;
	CHECK_INT(ask_peer(&fits, &request, &answer), 0);
	CHECK_STR(answer.body, "12345678");
	done(&fits, &answer);
	while (len < HTTP_MAX_HEAD + 4096)
		len += (size_t)sprintf(text + len, "X-Name: %01000d\r\n", 0);
	sprintf(text + len, "\r\n");
	head.answer = text;
	request.url = NULL;
	check_error(&head, &request, -EMSGSIZE);
	free(text);
}

static void no_tls_in_common(void)
{
	static const struct {
		enum tls_peer_way way;
		int want;
	} rows[] = {
		{ PEER_REFUSES_VERSION, -EPROTO },
		{ PEER_CHOOSES_TLS_1_0, -EPROTO },
		{ PEER_SPEAKS_PLAIN, -EPROTO },
		{ PEER_HANGS_UP, -ECONNRESET },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tls_peer peer = { .way = rows[i].way };
		struct http_request request = { 0 };

		check_error(&peer, &request, rows[i].want);
		CHECK_INT(peer.connections, 1);
	}
}

static void no_http(void)
{
	struct tls_peer peer = { .answer = "220 ready\r\n" };
	struct http_request request = { 0 };

	check_error(&peer, &request, -EBADMSG);
}

static void nobody_listens(void)
{
	struct tls_peer peer = { 0 };
	struct http_request request = { .method = "GET" };
	struct http_answer answer;

	tls_peer_start(&peer);
	tls_peer_stop(&peer);
	request.url = peer.url;
	CHECK_INT(http_curl(&request, &answer), -ECONNREFUSED);
	request.url = "http://127.0.0.1/";
	CHECK_INT(http_curl(&request, &answer), -EINVAL);
	done(&peer, &answer);
}

static void by_interface(void)
{
	struct tls_peer lo = { 0 }, none = { 0 };
	struct http_request request = { .interface = "lo" };
	struct http_answer answer;

	CHECK_INT(ask_peer(&lo, &request, &answer), 0);
	done(&lo, &answer);
	request.url = NULL;
	request.interface = "nosuch0";
	check_error(&none, &request, -ENETUNREACH);
	CHECK_INT(none.connections, 0);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void stalls(void)
{
	static const enum tls_peer_way ways[] = { PEER_SAYS_NOTHING, PEER_READS_NOTHING };
	size_t size = 32u << 20; /* more than the sockets hold */
	char *data = calloc(1, size);

	for (size_t i = 0; i < 2; i++) {
		struct tls_peer peer = { .way = ways[i] };
		struct http_request request = { .stall_ms = 1500, .method = "POST" };
		uint64_t begin = now_ms();

		request.body = i ? data : "{}";
		request.body_len = i ? size : 2;
		check_error(&peer, &request, -ETIMEDOUT);
		CHECK(now_ms() - begin >= 1500 && now_ms() - begin < 10000);
	}
	free(data);
}

/* What comes byte by byte does not stall, and would hold up a run for days. */
static void drips(void)
{
	struct tls_peer peer = { .way = PEER_DRIPS,
				 .answer = "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" };
	struct http_request request = { .stall_ms = 300 };
	uint64_t begin = now_ms();

	check_error(&peer, &request, -ETIMEDOUT);
	CHECK(now_ms() - begin >= 3000 && now_ms() - begin < 8000);
}

/* Uploads. */

struct counted {
	uint64_t next; /* where read() must go on */
	uint64_t fails_at;
	uint64_t sent; /* what progress() said last */
};

static uint8_t byte_of(uint64_t offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8));
}

static int read_counted(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	struct counted *counted = ctx;

	CHECK(offset == counted->next && len > 0);
	counted->next = offset + len;
	if (counted->next > counted->fails_at)
		return -1;
	for (size_t i = 0; i < len; i++)
		buf[i] = byte_of(offset + i);
	return 0;
}

static void count_sent(void *ctx, uint64_t sent)
{
	struct counted *counted = ctx;

	CHECK(sent >= counted->sent);
	counted->sent = sent;
}

#define FILE_SIZE 300001u

static struct http_request upload(struct http_part parts[4], struct counted *counted)
{
	parts[0] = (struct http_part){ .name = "sessionKey", .size = 3, .data = "key" };
	parts[1] = (struct http_part){
		.name = "parameters", .content_type = "application/json", .size = 2, .data = "{}"
	};
	parts[2] = (struct http_part){ .name = "compsig",
				       .file_name = "a.compsig",
				       .content_type = "application/octet-stream",
				       .data = "" };
	parts[3] = (struct http_part){ .name = "file",
				       .file_name = "a b.bin",
				       .content_type = "application/octet-stream",
				       .size = FILE_SIZE,
				       .read = read_counted,
				       .ctx = counted };
	return (struct http_request){ .method = "POST",
				      .parts = parts,
				      .part_count = 4,
				      .progress = count_sent,
				      .ctx = counted };
}

static void check_part(struct multipart *multipart, const struct http_part *want)
{
	struct multipart_part part;

	CHECK(multipart_next(multipart, &part));
	CHECK_STR(part.name, want->name);
	CHECK_STR(part.file_name, want->file_name ? want->file_name : "");
	CHECK_STR(part.content_type, want->content_type ? want->content_type : "");
	CHECK_INT(part.size, want->size);
	if (want->data)
		CHECK(part.size == want->size && memcmp(part.data, want->data, part.size) == 0);
	else
		for (size_t i = 0; i < part.size; i++)
			if (part.data[i] != byte_of(i)) {
				CHECK_INT(part.data[i], byte_of(i));
				break;
			}
}

static void parts_in_order(void)
{
	struct counted counted = { .fails_at = UINT64_MAX };
	struct http_part parts[4];
	struct http_request request = upload(parts, &counted);
	struct tls_peer peer = { 0 };
	struct http_answer answer;
	struct multipart multipart;
	struct multipart_part none;
	char type[256];

	CHECK_INT(ask_peer(&peer, &request, &answer), 0);
	CHECK(!strstr(peer.head, "Expect") && !strstr(peer.head, "chunked"));
	CHECK(http_header(peer.head, strlen(peer.head), "Content-Type", type, sizeof(type)));
	CHECK(multipart_start(type, peer.body, peer.body_len, &multipart));
	for (size_t i = 0; i < 4; i++)
		check_part(&multipart, &parts[i]);
	CHECK(!multipart_next(&multipart, &none) && multipart.ended);
	CHECK_INT(answer.sent, peer.body_len);
	CHECK(counted.sent > FILE_SIZE && counted.sent <= peer.body_len);
	done(&peer, &answer);
}

static void read_fails(void)
{
	struct counted counted = { .fails_at = FILE_SIZE / 2 };
	struct http_part parts[4];
	struct http_request request = upload(parts, &counted);
	struct tls_peer peer = { 0 };

	check_error(&peer, &request, -ECANCELED);
	CHECK(counted.next < FILE_SIZE);
}

static void cut_upload(void)
{
	size_t size = 32u << 20;
	char *data = calloc(1, size);
	struct tls_peer peer = { .way = PEER_RESETS, .most = 100000 };
	struct http_request request = { .method = "POST", .body = data, .body_len = size };
	struct http_answer answer;

	CHECK_INT(ask_peer(&peer, &request, &answer), -ECONNRESET);
	CHECK(answer.sent > 0 && answer.sent < size);
	done(&peer, &answer);
	free(data);
}

/* Refused before it was sent: the words of the refusal are worth more than the rest of it. */
static void early_answer(void)
{
	size_t size = 32u << 20;
	char *data = calloc(1, size);
	struct tls_peer peer = { .way = PEER_ANSWERS_HEAD,
				 .answer =
					 "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
					 "Connection: close\r\n\r\n" };
	struct http_request request = { .method = "POST", .body = data, .body_len = size };
	struct http_answer answer;

	CHECK_INT(ask_peer(&peer, &request, &answer), 0);
	CHECK_INT(answer.status, 400);
	CHECK(answer.sent < size);
	done(&peer, &answer);
	free(data);
}

int main(void)
{
	TAP_RUN(get);
	TAP_RUN(bodies_and_methods);
	TAP_RUN(pinned);
	TAP_RUN(pinned_other);
	TAP_RUN(chain);
	TAP_RUN(cut_answers);
	TAP_RUN(too_large);
	TAP_RUN(no_tls_in_common);
	TAP_RUN(no_http);
	TAP_RUN(nobody_listens);
	TAP_RUN(by_interface);
	TAP_RUN(stalls);
	TAP_RUN(drips);
	TAP_RUN(parts_in_order);
	TAP_RUN(read_fails);
	TAP_RUN(cut_upload);
	TAP_RUN(early_answer);
	return TAP_END();
}
