/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine-readable log: events.jsonl in the log folder, one JSON object a line, on the medium
 * from the first second (firmware-repo/FORMAT.md, "Log folder"). Lines are written to the folder in
 * RAM, and run/logs.h brings each of them to the medium.
 */
#ifndef DRYDOCK_EVENTS_H
#define DRYDOCK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "run/logs.h"

struct events;

struct event_field {
	const char *key; /* NULL ends a list */
	enum { EVENT_TEXT = 1, EVENT_NUMBER } kind;
	const char *text;
	uint64_t number;
};

#define EVENT_S(k, v)                                       \
	{                                                   \
		.key = (k), .kind = EVENT_TEXT, .text = (v) \
	}
#define EVENT_U(k, v)                                           \
	{                                                       \
		.key = (k), .kind = EVENT_NUMBER, .number = (v) \
	}

/* events_emit(events, "StepState", EVENT_U("step", 1), EVENT_S("state", "begun")) */
#define events_emit(events, name, ...)   \
	events_emit_fields(events, name, \
			   (const struct event_field[]){ __VA_ARGS__, { .key = NULL } })

/*
 * Opens events.jsonl in the folder of logs, which must outlive it. logs NULL: nothing is kept.
 * ERR_IO, ERR_FULL, ERR_NOMEM.
 */
int events_open(struct logs *logs, struct events **ret, struct err *err);

/*
 * Adds one line and has it brought to the medium, which is waited for, but never long. Never fails
 * towards the caller. Callable from several threads.
 */
void events_emit_fields(struct events *events, const char *name, const struct event_field *fields);

/* The log folder, in RAM; NULL = there is none. */
const char *events_dir(const struct events *events);

void events_close(struct events *events); /* takes NULL */

#endif
