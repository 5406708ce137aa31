/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tls_peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/hash.h"
#include "base/hex.h"

#define BODY_MAX  (64u << 20)
#define DRIPS_MAX 120u

static void set_name(X509 *cert)
{
	X509_NAME *name = X509_get_subject_name(cert);
	X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"ilo", -1, -1,
				   0);
	X509_set_issuer_name(cert, name);
	assert(san && X509_add_ext(cert, san, -1));
	X509_EXTENSION_free(san);
}

static X509 *make_cert(EVP_PKEY *key)
{
	X509 *cert = X509_new();

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	set_name(cert);
	assert(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

static void tell_pin(struct tls_peer *peer, EVP_PKEY *key)
{
	uint8_t *der = NULL, hash[HASH_BYTES];
	int len = i2d_PUBKEY(key, &der);

	assert(len > 0 && hash_sha256(der, (size_t)len, hash) == 0);
	hex_encode(hash, sizeof(hash), peer->pin);
	OPENSSL_free(der);
}

static void make_identity(struct tls_peer *peer)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_cert(key);
	FILE *file;

	snprintf(peer->ca_file, sizeof(peer->ca_file), "%s", "/tmp/drydock-test-ca.XXXXXX");
	file = fdopen(mkstemp(peer->ca_file), "w");
	assert(file && PEM_write_X509(file, cert));
	fclose(file);
	tell_pin(peer, key);
	peer->ctx = SSL_CTX_new(TLS_server_method());
	assert(SSL_CTX_use_certificate(peer->ctx, cert) == 1);
	assert(SSL_CTX_use_PrivateKey(peer->ctx, key) == 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* Reads until the empty line; what came behind it is the beginning of the body. */
static bool read_head(struct tls_peer *peer, SSL *ssl)
{
	size_t len = 0;
	char *end = NULL;

	while (!end && len + 1 < sizeof(peer->head)) {
		int got = SSL_read(ssl, peer->head + len, (int)(sizeof(peer->head) - 1 - len));

		if (got <= 0)
			return false;
		len += (size_t)got;
		peer->head[len] = '\0';
		end = strstr(peer->head, "\r\n\r\n");
	}
	if (!end)
		return false;
	end += 4;
	peer->body_len = len - (size_t)(end - peer->head);
	memcpy(peer->body, end, peer->body_len);
	*end = '\0';
	peer->requests++;
	return true;
}

static size_t content_length(const struct tls_peer *peer)
{
	const char *found = strstr(peer->head, "\r\nContent-Length: ");

	return found ? strtoul(found + 18, NULL, 10) : 0;
}

static bool read_body(struct tls_peer *peer, SSL *ssl, size_t len)
{
	while (peer->body_len < len && peer->body_len < BODY_MAX) {
		size_t left = len - peer->body_len;
		int got = SSL_read(ssl, peer->body + peer->body_len,
				   left < (1u << 20) ? (int)left : 1 << 20);

		if (got <= 0)
			return false;
		peer->body_len += (size_t)got;
	}
	return true;
}

/* Until the other side has gone, or the test is over. */
static void wait_for_end(const struct tls_peer *peer, int fd)
{
	struct pollfd fds[2] = { { .fd = fd, .events = POLLRDHUP },
				 { .fd = peer->wake[0], .events = POLLIN } };

	poll(fds, 2, 60000);
}

static void reset_connection(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void answer(const struct tls_peer *peer, SSL *ssl)
{
	SSL_write(ssl, peer->answer, (int)strlen(peer->answer));
	for (unsigned int i = 0; peer->way == PEER_DRIPS && i < DRIPS_MAX; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
		if (SSL_write(ssl, "x", 1) != 1)
			return;
	}
	if (peer->way != PEER_CUTS_ANSWER)
		SSL_shutdown(ssl);
}

static void talk(struct tls_peer *peer, SSL *ssl, int fd)
{
	if (SSL_accept(ssl) != 1 || !read_head(peer, ssl))
		return;
	if (peer->way == PEER_RESETS) {
		read_body(peer, ssl, peer->most);
		reset_connection(fd);
	} else if (peer->way == PEER_READS_NOTHING) {
		wait_for_end(peer, fd);
	} else if (peer->way == PEER_ANSWERS_HEAD) {
		answer(peer, ssl);
		wait_for_end(peer, fd);
	} else if (read_body(peer, ssl, content_length(peer))) {
		if (peer->way == PEER_SAYS_NOTHING)
			wait_for_end(peer, fd);
		else
			answer(peer, ssl);
	}
}

/* What is no TLS of ours, after the client's hello. */
static bool talk_otherwise(const struct tls_peer *peer, int fd)
{
	static const uint8_t alert[] = { 21, 3, 1, 0, 2, 2, 70 };
	/* RFC 2246 7.4.1.3: version 3.1, 32 random bytes, no session, AES128-SHA, no compression.
	 */
	static const uint8_t hello[5 + 42] = { 22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, [44] = 0x2f };
	static const char plain[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	char greeting[4096];

	if (peer->way < PEER_REFUSES_VERSION)
		return false;
	if (recv(fd, greeting, sizeof(greeting), 0) <= 0 || peer->way == PEER_HANGS_UP)
		return true;
	if (peer->way == PEER_REFUSES_VERSION)
		send(fd, alert, sizeof(alert), MSG_NOSIGNAL);
	else if (peer->way == PEER_CHOOSES_TLS_1_0)
		send(fd, hello, sizeof(hello), MSG_NOSIGNAL);
	else
		send(fd, plain, sizeof(plain) - 1, MSG_NOSIGNAL);
	wait_for_end(peer, fd);
	return true;
}

static void serve(struct tls_peer *peer, int fd)
{
	SSL *ssl;

	peer->connections++;
	if (talk_otherwise(peer, fd))
		return;
	ssl = SSL_new(peer->ctx);
	SSL_set_fd(ssl, fd);
	talk(peer, ssl, fd);
	SSL_free(ssl);
}

static void *run(void *arg)
{
	struct tls_peer *peer = arg;
	sigset_t pipe_only;

	/* This side's writes may meet an end; the other side's must not need this. */
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
	for (;;) {
		struct pollfd fds[2] = { { .fd = peer->listener, .events = POLLIN },
					 { .fd = peer->wake[0], .events = POLLIN } };
		int fd;

		poll(fds, 2, -1);
		if (fds[1].revents)
			return NULL;
		fd = accept(peer->listener, NULL, NULL);
		if (fd < 0)
			continue;
		serve(peer, fd);
		close(fd);
	}
}

void tls_peer_start(struct tls_peer *peer)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	make_identity(peer);
	peer->body = malloc(BODY_MAX);
	peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(peer->body && pipe(peer->wake) == 0);
	/* So that what nobody reads piles up on the other side soon. */
	setsockopt(peer->listener, SOL_SOCKET, SO_RCVBUF, &(int){ 65536 }, sizeof(int));
	assert(bind(peer->listener, (const struct sockaddr *)&at, sizeof(at)) == 0);
	assert(listen(peer->listener, 4) == 0);
	assert(getsockname(peer->listener, (struct sockaddr *)&at, &len) == 0);
	peer->port = ntohs(at.sin_port);
	snprintf(peer->url, sizeof(peer->url), "https://127.0.0.1:%u", peer->port);
	assert(pthread_create(&peer->thread, NULL, run, peer) == 0);
}

void tls_peer_stop(struct tls_peer *peer)
{
	assert(write(peer->wake[1], "x", 1) == 1);
	pthread_join(peer->thread, NULL);
	close(peer->listener);
	close(peer->wake[0]);
	close(peer->wake[1]);
}

void tls_peer_free(struct tls_peer *peer)
{
	SSL_CTX_free(peer->ctx);
	free(peer->body);
	unlink(peer->ca_file);
}
