/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_HW_REDFISH_INTERNAL_H
#define DRYDOCK_HW_REDFISH_INTERNAL_H

#include "format/redfish_message.h"
#include "hw/redfish.h"

#define REDFISH_ROOT	  "/redfish/v1/"
#define REDFISH_TOKEN_MAX 512

struct redfish {
	struct redfish_link link;
	struct hwio *hw;
	uint64_t deadline_ms;
	char token[REDFISH_TOKEN_MAX];
	char session[REDFISH_URI_MAX]; /* the session's own resource; "" = none */
	struct http_answer answer;     /* the last one */
	struct redfish_message message;
};

/* redfish_open_link() with a deadline. */
int redfish_open_link_until(const struct redfish_link *link, uint64_t deadline_ms,
			    struct redfish **ret, struct err *err);

/* Makes a session if the way needs one. ERR_POLICY: there are no credentials, or they are wrong. */
int redfish_login(struct redfish *rf, struct err *err);
void redfish_logout(struct redfish *rf); /* whatever comes of it */

/* One request and one answer, nothing waited for and nothing judged; the answer is kept. */
int redfish_ask_once(struct redfish *rf, const struct redfish_request *request, struct err *err);

/* The same until it is answered with something that is no "later": redirections, 503, lost
 * connections of a GET, within the deadline. */
int redfish_ask_patiently(struct redfish *rf, const struct redfish_request *request,
			  struct err *err);

/* 2xx is 0; else the service's words in err. */
int redfish_judge(struct redfish *rf, const char *method, const char *path, struct err *err);

#endif
