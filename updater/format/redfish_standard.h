/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the standard says of firmware, whoever made the management controller: DSP8010
 * UpdateService, SoftwareInventory and Task, as DSP2046 documents them.
 */
#ifndef DRYDOCK_FORMAT_REDFISH_STANDARD_H
#define DRYDOCK_FORMAT_REDFISH_STANDARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "format/redfish_message.h"

#define REDFISH_STANDARD_REF 256

/* How files get in; "" = not this way. */
struct redfish_uploads {
	char multipart[REDFISH_STANDARD_REF]; /* MultipartHttpPushUri */
	char push[REDFISH_STANDARD_REF];      /* HttpPushUri */
	char simple[REDFISH_STANDARD_REF];    /* target of #UpdateService.SimpleUpdate */
	char inventory[REDFISH_STANDARD_REF]; /* FirmwareInventory */
	uint64_t max_bytes;		      /* MaxImageSizeBytes; 0 = not said */
	bool disabled;			      /* ServiceEnabled is false */
};

void redfish_uploads_read(yyjson_val *service, struct redfish_uploads *ret);

/* A member of FirmwareInventory. */
struct redfish_software {
	char uri[REDFISH_STANDARD_REF];
	char id[64], name[96], version[64], manufacturer[64], software_id[64];
	char related[REDFISH_STANDARD_REF]; /* the first RelatedItem; "" = none */
	bool updateable;
};

/* False: it has no Id. */
bool redfish_software_read(const char *uri, yyjson_val *member, struct redfish_software *ret);

/*
 * The image that runs, of a manager or a BIOS that lists several (Links/ActiveSoftwareImage). False
 * = it does not say.
 */
bool redfish_active_image(yyjson_val *resource, char *buf, size_t size);

enum redfish_progress {
	REDFISH_NO_TASK = 1, /* the answer is no task */
	REDFISH_GOES_ON,     /* also in a state that is not known */
	REDFISH_ENDED_WELL,  /* Completed, and TaskStatus is not Critical */
	REDFISH_ENDED_BADLY,
};

struct redfish_standard_task {
	enum redfish_progress progress;
	char uri[REDFISH_STANDARD_REF];	   /* its own; "" = not said */
	char target[REDFISH_STANDARD_REF]; /* where its request went (Payload); "" = not said */
	char state[24];			   /* the word */
	bool running; /* at work now: neither ended nor waiting for something */
	unsigned int percent;
	bool has_percent;
	struct redfish_message message; /* the last one */
};

void redfish_standard_task_read(yyjson_val *answer, struct redfish_standard_task *ret);

#endif
