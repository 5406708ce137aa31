/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of an iLO (ilo/ilo.h) as a process: HTTPS, the PCI function, QEMU's monitor and a
 * control socket, a thread each, around one lock. Whoever calls the model or the PCI function holds
 * it.
 */
#ifndef LAB_ILO_PROCESS_H
#define LAB_ILO_PROCESS_H

#include <pthread.h>
#include <stdbool.h>

#include "ilo/hpilo_pci.h"
#include "ilo/ilo.h"

enum { LAB_ILO_CONNECTIONS = 32, LAB_ILO_DEVICES = 4 };

/* A device of QEMU's that goes when the iLO restarts. */
struct lab_ilo_device {
	const char *file; /* commands for QEMU's monitor that plug it in, one a line */
	char id[64];	  /* of the first device that they add: to unplug it */
	bool is_card, is_out;
};

struct lab_ilo {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* is_down did */
	struct ilo *ilo;
	uint64_t ticked_ms;
	bool is_down, takes_media;
	const char *dir;
	int connection[LAB_ILO_CONNECTIONS]; /* -1 = free */
	const char *qmp;
	struct lab_ilo_device device[LAB_ILO_DEVICES];
	size_t n_devices;
	struct hpilo hpilo;
};

void lab_ilo_lock(struct lab_ilo *lab); /* and what is due is done: the time passes in here */
void lab_ilo_unlock(struct lab_ilo *lab);

/*
 * lab_ilo_tls.c: HTTPS on a loopback address, with a certificate made now, which dir/cert.pem has.
 * port 0 = a free one; dir/port has it. Returns 0, or -1 after a line on stderr.
 */
int lab_ilo_tls_start(struct lab_ilo *lab, const char *address, unsigned int port);
/* All connections end. Under the lock. */
void lab_ilo_tls_cut(struct lab_ilo *lab);

/* lab_ilo_http.c: requests of one connection, until it ends. ssl is an SSL. */
void lab_ilo_http_serve(struct lab_ilo *lab, void *ssl);

/* lab_ilo_relay.c: between a connection of QEMU's and that port; returns the exit status. */
int lab_ilo_relay(unsigned int port);

/* lab_ilo_qmp.c: devices of QEMU's go and come with is_down. Returns 0, or -1 with a line. */
int lab_ilo_qmp_add(struct lab_ilo *lab, const char *file, bool is_card);
int lab_ilo_qmp_start(struct lab_ilo *lab);

/*
 * lab_ilo_control.c: commands on the socket dir/control: see usage. lab_ilo_control_ask() sends the
 * words and prints the answer; returns the exit status.
 */
int lab_ilo_control_start(struct lab_ilo *lab);
int lab_ilo_control_ask(const char *path, char **words, int n_words);
/* Is the virtual NIC switched on? Under the lock, when the iLO is up. */
bool lab_ilo_has_card(struct lab_ilo *lab);

#endif
