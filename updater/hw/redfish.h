/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Redfish service (DSP0266 1.20) of a management controller, by whichever way there is:
 *
 *     redfish_chif.c    an iLO's channel in the PCI bus, /dev/hpilo; without credentials
 *     redfish_https.c   HTTPS: the host interface (an iLO's virtual network card), or the network
 *
 * Above them there is one set of calls. An answer of the service with an error is ERR_DEVICE and
 * says the service's own words; what was asked last and how it ended stays in the client.
 */
#ifndef DRYDOCK_HW_REDFISH_H
#define DRYDOCK_HW_REDFISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "base/err.h"
#include "hw/http.h"
#include "hw/hwio.h"

#define REDFISH_URI_MAX	    256
#define REDFISH_MESSAGE_MAX 64
#define REDFISH_MAX_MEMBERS 1024
#define REDFISH_REDIRECTS   4

enum redfish_way {
	REDFISH_CHIF = 1,
	REDFISH_HOST_INTERFACE,
	REDFISH_REMOTE,
};

#define REDFISH_MAX_PARTS 4u

/* What a way carries: one request, one answer. */
struct redfish_request {
	const char *method;
	const char *path; /* "/redfish/v1/", or "/cgi-bin/uploadFile": absolute, of this service */
	const char *body; /* JSON or NULL; or parts */
	const struct http_part *parts;
	size_t part_count; /* at most REDFISH_MAX_PARTS */
	/* Before them goes the session's token as a part of this name; NULL = none. */
	const char *token_part;
	const void *octets; /* or a file, as it is (application/octet-stream) */
	size_t octets_len;
	bool secret;
	uint32_t stall_ms; /* 0 = the way's own */
	void (*progress)(void *ctx, uint64_t sent);
	void *ctx;
};

/* status 0: no answer came, and the way says why. */
struct redfish_link;
struct redfish_link_ops {
	enum redfish_way way;
	const char *words;  /* "the iLO's host channel (CHIF)" */
	bool uploads;	    /* carries parts */
	bool needs_session; /* asks nothing but the root without a login */
	/* 0 and an answer of any status; else ERR_DEVICE_GONE (nobody there, channel or connection
	 * ended), ERR_OVERDUE, ERR_BUSY, ERR_TOO_LARGE, ERR_SIGNATURE (not the pinned peer),
	 * ERR_FORMAT, ERR_UNSUPPORTED (what the way cannot carry), ERR_IO (a part's read()). */
	int (*ask)(struct redfish_link *link, const struct redfish_request *request,
		   const char *const *headers, struct http_answer *ret, struct err *err);
	void (*close)(struct redfish_link *link);
};

struct redfish_link {
	const struct redfish_link_ops *ops;
	struct hwio *hw;
	void *priv;
};

/*
 * ERR_NOT_FOUND: there is no such way on this machine (no driver, no interface); err says what is
 * missing. ERR_UNSUPPORTED: it is there and must not be used as it is (high security state; an iLO
 * without Redfish). ERR_BUSY, ERR_DEVICE_GONE, ERR_OVERDUE: it does not answer.
 * All waiting of one opening ends at deadline_ms on the clock of the seam.
 */
int redfish_chif_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
		      struct err *err);
/* The host interface of this machine; brings the network card of the BMC up (bmc_net.h). */
int redfish_host_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
		      struct err *err);
/* hw->bmc->url. */
int redfish_remote_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
			struct err *err);

struct redfish; /* the client */

/* What it is wanted for. */
enum redfish_use {
	REDFISH_ASK = 1, /* reading and small changes: the way that needs least (CHIF first) */
	REDFISH_UPLOAD,	 /* payloads: HTTPS, with a session */
};

/*
 * Finds the way: hw->bmc->url if there is one and nothing else, else CHIF (REDFISH_ASK only), else
 * the host interface. Logs in where that is needed. Errors as above, and ERR_POLICY: credentials
 * are needed and none were given. When there is none ERR_NOT_FOUND and err says of each way why.
 */
int redfish_open(struct hwio *hw, enum redfish_use use, uint32_t wait_ms, struct redfish **ret,
		 struct err *err);
/* A client over a link that is the caller's no more. For tests, and for what has its own way. */
int redfish_open_link(const struct redfish_link *link, struct redfish **ret, struct err *err);
void redfish_close(struct redfish *rf); /* logs out; takes NULL */

enum redfish_way redfish_way(const struct redfish *rf);
const char *redfish_way_words(const struct redfish *rf);

/*
 * Asks; *ret is the answer's JSON (freed by the caller), NULL when it has none. Follows
 * redirections, logs in again once after a lost session, waits out 503 with Retry-After as long as
 * the deadline of the opening lets it. ERR_DEVICE: the service said no, its words are in err and
 * redfish_status(), redfish_message() tell what; ERR_NOT_FOUND: 404. The rest as the way.
 */
int redfish_get(struct redfish *rf, const char *path, yyjson_doc **ret, struct err *err);
int redfish_send(struct redfish *rf, const struct redfish_request *request, yyjson_doc **ret,
		 struct err *err);

/* Of the last answer: its HTTP status (0 = there was none), and its headers. */
unsigned int redfish_status(const struct redfish *rf);
bool redfish_answer_header(const struct redfish *rf, const char *name, char *buf, size_t size);

/*
 * The last component of the MessageId of the last answer's first extended info
 * ("FWFlashTPMOverrideFlagRequired" of "iLO.2.14.FWFlashTPMOverrideFlagRequired"); "" = none.
 */
const char *redfish_message(const struct redfish *rf);

/*
 * Calls each() for each member of a collection, following @odata.nextLink and links of members
 * that did not come expanded; ends when each() returns other than 0 and returns that. At most
 * REDFISH_MAX_MEMBERS. val lives only during the call.
 */
int redfish_each(struct redfish *rf, const char *collection,
		 int (*each)(void *ctx, const char *uri, yyjson_val *val, struct err *err),
		 void *ctx, struct err *err);

/*
 * A wait of the client starts again: from now on wait_ms until 503 and lost connections are errors.
 */
void redfish_set_wait(struct redfish *rf, uint32_t wait_ms);

#endif
