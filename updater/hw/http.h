/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One HTTP request to a management controller and its answer, as a call of the seam (hwio.h): the
 * live machine does it by libcurl, a recorded run keeps it, a replay answers it, tests put a model
 * behind it. What it means (Redfish, RIBCL) is not known here.
 */
#ifndef DRYDOCK_HW_HTTP_H
#define DRYDOCK_HW_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hwio;

#define HTTP_MAX_ANSWER	     (16u << 20) /* an iLO's whole inventory has some 100 KiB */
#define HTTP_MAX_HEAD	     (64u << 10)
#define HTTP_PIN_TEXT	     65 /* SHA-256 in lower-case hex, with its NUL */
#define HTTP_WAIT_MS	     30000u
#define HTTP_STALLS	     10u
#define HTTP_UPLOAD_STALL_MS (15u * 60 * 1000) /* law 8: an upload is a write */

/* A part of multipart/form-data (RFC 7578), sent in the order of the array. */
struct http_part {
	const char *name;
	const char *file_name;	  /* NULL = a plain field */
	const char *content_type; /* NULL = none is said of a field, application/octet-stream of a
				     file */
	uint64_t size;
	const void *data; /* size bytes; or NULL, and read() gives them */
	/* Fills buf with len bytes from offset on; 0 or a negative ERR_*: the request ends. */
	int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t len);
	void *ctx;
	bool secret;   /* not kept in traces, its length neither */
	bool firmware; /* kept as length and hash */
};

struct http_request {
	const char *method; /* "GET" */
	const char *url;    /* "https://16.1.15.1/redfish/v1/" */
	/* "Name: value", NULL-terminated; NULL = none. Values of Authorization, Cookie,
	 * X-Auth-Token and X-Auth-Key are never kept in traces. */
	const char *const *headers;
	const void *body; /* or parts */
	size_t body_len;
	const struct http_part *parts;
	size_t part_count;
	bool secret; /* neither body nor the answer's is kept: logins, new accounts */
	/*
	 * How the peer is known: the SHA-256 of its certificate's public key
	 * (SubjectPublicKeyInfo), hex; or a file of certificates in PEM against which its chain and
	 * name hold; both NULL = whoever answers, and http_answer.pin says who it was.
	 */
	const char *pin;
	const char *ca_file;
	const char *interface; /* go out by this one ("usb0") only; NULL = any */
	uint32_t connect_ms;
	/* As long as nothing moves; 0 = HTTP_WAIT_MS. A GET has HTTP_STALLS times as long for all.
	 */
	uint32_t stall_ms;
	size_t max_answer; /* of the body; 0 = HTTP_MAX_ANSWER */
	/* Bytes of the body that went out; may be NULL. From the thread that asked. */
	void (*progress)(void *ctx, uint64_t sent);
	void *ctx;
};

struct http_answer {
	unsigned int status; /* 200 */
	char *head;	     /* its header lines, CRLF between them, NUL-terminated */
	size_t head_len;
	char *body; /* NUL-terminated beside its length */
	size_t body_len;
	char pin[HTTP_PIN_TEXT]; /* of who answered; "" without TLS */
	uint64_t sent;		 /* of the body at least, also when there was no answer */
};

/*
 * Does it through the seam. Redirections are not followed. 0 = there is an answer, of whatever
 * status; else a negative errno, ret without head and body but with `sent`:
 * -ENOSYS (an implementation without), -ENETUNREACH, -ECONNREFUSED (nobody listens), -ETIMEDOUT,
 * -ECONNRESET (ended in the middle), -EPROTO (no TLS 1.2 or newer in common), -EBADMSG (its answer
 * is no HTTP), -EKEYREJECTED (not the pinned peer, or its chain does not hold), -EMSGSIZE (a larger
 * answer), -ECANCELED (a part's read() failed), -EINVAL (no URL of HTTPS), -ENOMEM.
 */
int http_ask(struct hwio *hw, const struct http_request *request, struct http_answer *ret);

void http_answer_free(struct http_answer *answer); /* may be called on {0} */

/*
 * The value of the first header of that name (any case), trimmed, into buf. False, and buf "", when
 * there is none or it does not fit.
 */
bool http_header(const char *head, size_t head_len, const char *name, char *buf, size_t size);

/*
 * The live implementation, by libcurl: http_curl.c. url is https:// only. A thread each may call.
 */
int http_curl(const struct http_request *request, struct http_answer *ret);

#endif
