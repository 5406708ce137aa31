/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Somebody on the loopback who speaks TLS, badly where that is asked for: one thread, one
 * connection after the other, a certificate of its own made when it begins. Failures of its own
 * are failures of the test.
 */
#ifndef DRYDOCK_TESTS_TLS_PEER_H
#define DRYDOCK_TESTS_TLS_PEER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "hw/http.h"

enum tls_peer_way {
	PEER_ANSWERS = 0,
	PEER_ANSWERS_HEAD,    /* it answers without reading the body, and closes */
	PEER_CUTS_ANSWER,     /* it closes behind the answer's text without saying so in TLS */
	PEER_RESETS,	      /* it resets the connection after `most` bytes of the body */
	PEER_READS_NOTHING,   /* it takes the head of the request and nothing more */
	PEER_DRIPS,	      /* it answers, then sends a byte of the body ten times a second */
	PEER_SAYS_NOTHING,    /* it takes the request, and never answers */
	PEER_REFUSES_VERSION, /* TLS 1.0 at most: an alert (RFC 8446 6.2, protocol_version) */
	PEER_CHOOSES_TLS_1_0, /* TLS 1.0 at most: its hello chooses that */
	PEER_SPEAKS_PLAIN,    /* HTTP without TLS */
	PEER_HANGS_UP,	      /* it closes in the handshake */
};

struct tls_peer {
	/* Said before it begins. */
	enum tls_peer_way way;
	const char *answer; /* the whole text */
	size_t most;
	/* Of it. */
	unsigned int port;
	char url[64]; /* "https://127.0.0.1:40000" */
	char pin[HTTP_PIN_TEXT];
	char ca_file[128]; /* its certificate, for 127.0.0.1 alone */
	/* Of the last request, to be read after tls_peer_stop(). */
	char head[8192]; /* with the request line */
	uint8_t *body;
	size_t body_len;
	unsigned int requests, connections;
	/* Its own. */
	int listener, wake[2];
	SSL_CTX *ctx;
	pthread_t thread;
};

void tls_peer_start(struct tls_peer *peer);
void tls_peer_stop(struct tls_peer *peer); /* what it received stays there */
void tls_peer_free(struct tls_peer *peer);

#endif
