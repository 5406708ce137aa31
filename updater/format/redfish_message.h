/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Redfish service says beside a result: extended info, DSP0266 8.6, and older iLOs' own. */
#ifndef DRYDOCK_FORMAT_REDFISH_MESSAGE_H
#define DRYDOCK_FORMAT_REDFISH_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <yyjson.h>

#define REDFISH_MESSAGE_ID_MAX 64

struct redfish_message {
	char id[REDFISH_MESSAGE_ID_MAX]; /* the last component: registries' versions differ */
	char words[256];		 /* for people; "" = it says none */
};

/*
 * The first message of an answer: "error"/"@Message.ExtendedInfo", the same at the top, or
 * "Messages" of iLO 4. False, and both "", when there is none.
 */
bool redfish_message_read(yyjson_val *answer, struct redfish_message *ret);

/* One message with MessageId, Message and MessageArgs, an UpdateService's or a task's "Result". */
bool redfish_message_of(yyjson_val *message, struct redfish_message *ret);

#endif
