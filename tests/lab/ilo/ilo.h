/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An iLO as a model: a tree of Redfish resources, a store of components, a queue of tasks, a flash
 * that takes its time and checks what it gets, accounts and sessions, RIBCL, and the packet side of
 * its host channel. No sockets, no threads, no clock of its own: whoever owns it (a unit test's
 * seam, or the lab's process with TLS and a PCI device) gives it requests and the time.
 *
 * What differs between the generations is data (generations.c); what can go wrong is a knob.
 */
#ifndef LAB_ILO_H
#define LAB_ILO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ilo;

enum ilo_knob {
	ILO_KNOB_NONE = 0,
	ILO_KNOB_BUSY,		 /* UpdateService says Updating, for value seconds */
	ILO_KNOB_503,		 /* every request: 503, for value seconds */
	ILO_KNOB_FOREIGN_TASK,	 /* somebody else's task is pending in the queue */
	ILO_KNOB_EXCEPTION_ITEM, /* one that ended with Exception, and blocks */
	ILO_KNOB_TPM_REQUIRED,	 /* nothing is flashed without TPMOverride */
	ILO_KNOB_REPOSITORY_FULL,
	ILO_KNOB_EMPTY_400,    /* uploads end with 400 and no body */
	ILO_KNOB_CUT_UPLOAD,   /* the connection ends after value percent of an upload */
	ILO_KNOB_CUT_ANSWER,   /* it ends before the answer of an upload that was taken */
	ILO_KNOB_CUT_FLASH,    /* every connection ends while it flashes, for value seconds */
	ILO_KNOB_SILENT,       /* says Complete and has done nothing */
	ILO_KNOB_SESSION_LOST, /* a session is forgotten after value requests */
	ILO_KNOB_NEVER_BACK,   /* a reset that it does not come back from */
	ILO_KNOB_STALL,	       /* FlashProgressPercent stays at value */
	ILO_KNOB_FLASH_ERROR,  /* State Error, with the message in knob text */
	ILO_KNOB_DEAD,	       /* answers nothing at all */
	ILO_KNOB_SECURITY,     /* security state value (enum chif_security) */
	ILO_KNOB_VNIC_OFF,     /* the virtual NIC is switched off */
	ILO_KNOB_ACCOUNTS_FULL,
	ILO_KNOB_ACCOUNT_REFUSED,
	ILO_KNOB_DOWNGRADE_REFUSED,
	ILO_KNOB_SIGNATURE_INVALID,
	ILO_KNOB_LAST = ILO_KNOB_SIGNATURE_INVALID
};

/* What becomes of it outside: called from within the calls below. */
struct ilo_events {
	/* It goes down for a restart: channels, the USB card and, if virtual_media, the medium. */
	void (*down)(void *ctx, bool virtual_media);
	void (*up)(void *ctx);
	void *ctx;
};

struct ilo_settings {
	unsigned int generation; /* 4, 5, 6, 7 */
	/* 0; else a Redfish BMC that is no iLO: standard_side.c */
	unsigned int flavour;
	/* Simulated milliseconds pass this many times faster than those of ilo_tick(); 0 = 1. */
	unsigned int speed;
	bool reset_takes_medium; /* a reset of the iLO takes the virtual medium away */
	const char *user, *password;
	/* A folder where everything received is kept under its file name; NULL = in memory only. */
	const char *keep_dir;
	struct ilo_events events;
};

struct ilo *ilo_new(const struct ilo_settings *settings);
void ilo_free(struct ilo *ilo);
void ilo_set_knob(struct ilo *ilo, enum ilo_knob knob, unsigned int value, const char *text);
enum ilo_knob ilo_knob_from_name(const char *name); /* "session-lost"; ILO_KNOB_NONE = unknown */

/* ms have passed. Returns in how many more something is due; UINT64_MAX = nothing. */
uint64_t ilo_tick(struct ilo *ilo, uint64_t ms);
bool ilo_is_down(const struct ilo *ilo);
/* Its power fails: what it flashes is lost, and so is what it keeps in RAM. It starts by itself. */
void ilo_power_cut(struct ilo *ilo);
/* The host was restarted: POST runs what is queued for UEFI, activates what waits for it. */
void ilo_host_reset(struct ilo *ilo);

/* One HTTP exchange. Whole requests in, whole answers out. */
struct ilo_request {
	const char *method, *path;
	const char *head; /* its header lines, CRLF between them */
	const uint8_t *body;
	size_t body_len;
	bool local; /* came over CHIF: nobody asks for a login there in production state */
};
struct ilo_answer {
	unsigned int status; /* 0 = the connection ends here without an answer */
	char *head, *body;   /* malloc'ed */
	size_t body_len;
};
void ilo_http(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret);
void ilo_answer_free(struct ilo_answer *answer);
/* How many bytes of a body of this size are read before the connection ends (knobs); else size. */
uint64_t ilo_reads(const struct ilo *ilo, const char *path, uint64_t body_len);

/* One packet of the host channel; the length of the answer, 0 = none comes. answer has 4096 bytes.
 */
size_t ilo_chif_packet(struct ilo *ilo, const uint8_t *packet, size_t len, uint8_t *answer);

/* What it has done, for the tests to check: one line of text an event, oldest first. */
const char *ilo_log(const struct ilo *ilo);
/* What clients have left in it: a line for each session, account, task and stored file. */
void ilo_left(const struct ilo *ilo, FILE *out);
/* The version that runs for this name ("iLO", "System ROM", "CPLD"); NULL = no such firmware. */
const char *ilo_version(const struct ilo *ilo, const char *name);
/* SHA-256 (hex) of the image flashed last for that name; "" = none. */
const char *ilo_flashed(const struct ilo *ilo, const char *name);

#endif
