/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/http_tls.h"

#include <string.h>

#include <openssl/x509.h>

#include "base/hash.h"
#include "base/hex.h"

/* SHA-256 of the certificate's SubjectPublicKeyInfo, as RFC 7469 2.4 pins it, but in hex. */
static bool pin_of(X509 *cert, char ret[HTTP_PIN_TEXT])
{
	uint8_t *der = NULL, hash[HASH_BYTES];
	int len = cert ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der) : -1;
	bool done = len > 0 && hash_sha256(der, (size_t)len, hash) == 0;

	OPENSSL_free(der);
	if (done)
		hex_encode(hash, sizeof(hash), ret);
	return done;
}

/* Takes the place of the usual check of the chain: 1 = go on. */
static int judge(X509_STORE_CTX *store, void *arg)
{
	struct http_tls *tls = arg;

	tls->refused = !pin_of(X509_STORE_CTX_get0_cert(store), tls->pin) ||
		       (tls->want_pin && strcmp(tls->want_pin, tls->pin) != 0);
	if (tls->refused)
		X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	else if (tls->want_chain)
		tls->refused = X509_verify_cert(store) != 1;
	return !tls->refused;
}

/*
 * A handshake that the peer ends with an alert, or this side for its version, or that is answered
 * with no record of TLS (whose versions all begin with 3, RFC 8446 5.1), is none that another
 * attempt would change. A connection that ends makes this side send an alert, too.
 */
static void watch_records(int is_sent, int version, int type, const void *buf, size_t len, SSL *ssl,
			  void *arg)
{
	struct http_tls *tls = arg;
	const uint8_t *bytes = buf;

	(void)version;
	if (SSL_is_init_finished(ssl))
		return;
	if (type == SSL3_RT_ALERT && len >= 2 && bytes[0] == SSL3_AL_FATAL &&
	    (!is_sent || bytes[1] == SSL_AD_PROTOCOL_VERSION))
		tls->no_common = true;
	if (type == SSL3_RT_HEADER && !is_sent && len >= 2 && bytes[1] != 3)
		tls->no_common = true;
}

void http_tls_watch(SSL_CTX *ctx, struct http_tls *tls)
{
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, judge, tls);
	SSL_CTX_set_msg_callback(ctx, watch_records);
	SSL_CTX_set_msg_callback_arg(ctx, tls);
}
