/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS of the emulated iLO: a self-signed certificate, a thread for each connection. */
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lab_ilo.h"

enum { DAYS_S = 86400, IDLE_S = 120 };

static SSL_CTX *context;
static int listen_fd;

struct connection {
	struct lab_ilo *lab;
	size_t slot;
	int fd;
};

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = extension && X509_add_ext(certificate, extension, -1);

	X509_EXTENSION_free(extension);
	return ok;
}

/* What an iLO makes of itself at its first start: nobody vouches for it. */
static X509 *certificate_make(EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name = certificate ? X509_get_subject_name(certificate) : NULL;

	if (name && X509_set_version(certificate, X509_VERSION_3) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), -(long)DAYS_S) &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * DAYS_S) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"ILOLAB",
				       -1, -1, 0) &&
	    X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
	    add_extension(certificate, NID_subject_alt_name,
			  "DNS:ILOLAB,IP:16.1.15.1,IP:127.0.0.1") &&
	    X509_sign(certificate, key, EVP_sha256()))
		return certificate;
	X509_free(certificate);
	return NULL;
}

static bool certificate_write(const struct lab_ilo *lab, X509 *certificate)
{
	char path[100];
	FILE *out;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/cert.pem", lab->dir);
	out = fopen(path, "w");
	if (!out)
		return false;
	ok = PEM_write_X509(out, certificate);
	return fclose(out) == 0 && ok;
}

static bool context_make(const struct lab_ilo *lab)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = key ? certificate_make(key) : NULL;
	bool ok;

	context = SSL_CTX_new(TLS_server_method());
	ok = context && certificate && SSL_CTX_use_certificate(context, certificate) == 1 &&
	     SSL_CTX_use_PrivateKey(context, key) == 1 &&
	     SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
	     certificate_write(lab, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return ok;
}

static bool port_write(const struct lab_ilo *lab)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	char path[100], new_path[104];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/port", lab->dir);
	(void)snprintf(new_path, sizeof(new_path), "%s.new", path);
	if (getsockname(listen_fd, (struct sockaddr *)&address, &len))
		return false;
	out = fopen(new_path, "w");
	if (!out)
		return false;
	(void)fprintf(out, "%u\n", ntohs(address.sin_port));
	return fclose(out) == 0 && rename(new_path, path) == 0;
}

static bool listen_at(const char *address, unsigned int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int one = 1;

	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return listen_fd >= 0 && inet_pton(AF_INET, address, &at.sin_addr) == 1 &&
	       !setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) &&
	       !bind(listen_fd, (const struct sockaddr *)&at, sizeof(at)) &&
	       !listen(listen_fd, LAB_ILO_CONNECTIONS);
}

static void *connection_serve(void *arg)
{
	struct connection *connection = arg;
	struct lab_ilo *lab = connection->lab;
	SSL *ssl = SSL_new(context);

	if (ssl && SSL_set_fd(ssl, connection->fd) && SSL_accept(ssl) == 1)
		lab_ilo_http_serve(lab, ssl);
	SSL_free(ssl);
	lab_ilo_lock(lab);
	lab->connection[connection->slot] = -1;
	(void)close(connection->fd);
	lab_ilo_unlock(lab);
	free(connection);
	return NULL;
}

/* NULL when the iLO is down or has no room. */
static struct connection *connection_new(struct lab_ilo *lab, int fd)
{
	struct connection *ret = malloc(sizeof(*ret));
	size_t slot = 0;

	if (!ret)
		return NULL;
	lab_ilo_lock(lab);
	while (slot < LAB_ILO_CONNECTIONS && lab->connection[slot] >= 0)
		slot++;
	if (lab->is_down || slot == LAB_ILO_CONNECTIONS) {
		lab_ilo_unlock(lab);
		free(ret);
		return NULL;
	}
	lab->connection[slot] = fd;
	lab_ilo_unlock(lab);
	*ret = (struct connection){ .lab = lab, .slot = slot, .fd = fd };
	return ret;
}

static void *listener(void *arg)
{
	struct lab_ilo *lab = arg;
	struct timeval idle = { .tv_sec = IDLE_S };

	for (;;) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
		struct connection *connection;
		pthread_t thread;

		if (fd < 0)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
		connection = connection_new(lab, fd);
		if (!connection)
			(void)close(fd);
		else if (pthread_create(&thread, NULL, connection_serve, connection))
			abort();
		else
			(void)pthread_detach(thread);
	}
	return NULL;
}

int lab_ilo_tls_start(struct lab_ilo *lab, const char *address, unsigned int port)
{
	pthread_t thread;

	if (!context_make(lab)) {
		(void)fputs("lab_ilo: no certificate\n", stderr);
		return -1;
	}
	if (!listen_at(address, port) || !port_write(lab)) {
		perror("lab_ilo: HTTPS");
		return -1;
	}
	return pthread_create(&thread, NULL, listener, lab) ? -1 : 0;
}

void lab_ilo_tls_cut(struct lab_ilo *lab)
{
	for (size_t i = 0; i < LAB_ILO_CONNECTIONS; i++)
		if (lab->connection[i] >= 0)
			(void)shutdown(lab->connection[i], SHUT_RDWR);
}
