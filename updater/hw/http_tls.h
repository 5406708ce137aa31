/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who answers a TLS handshake, and why one failed. Used by http_curl.c only. */
#ifndef DRYDOCK_HW_HTTP_TLS_H
#define DRYDOCK_HW_HTTP_TLS_H

#include <stdbool.h>

#include <openssl/ssl.h>

#include "hw/http.h"

struct http_tls {
	const char *want_pin; /* NULL = any */
	bool want_chain;      /* and the chain leads to a certificate of the store */
	/* What came of it. */
	char pin[HTTP_PIN_TEXT];
	bool refused;	/* by the pin or the chain */
	bool no_common; /* the peer speaks, but no TLS that we do */
};

/* Has the handshakes of ctx judged by tls, which must outlive them. */
void http_tls_watch(SSL_CTX *ctx, struct http_tls *tls);

#endif
