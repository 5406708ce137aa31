/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The machine-readable log: events.jsonl in the log folder, one JSON object a line, on the medium
 * from the first second (firmware-repo/FORMAT.md, "Log folder"). The file is created, preallocated
 * and synced before anything else happens, because on FAT what was not synced after its creation is
 * lost whole. When the medium stops taking it, everything said so far goes to a folder in RAM.
 */
#ifndef DRYDOCK_EVENTS_H
#define DRYDOCK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define EVENTS_PREALLOCATE (1u << 20)
/* Where logs go when their medium takes nothing. */
#define EVENTS_RAM_DIR "/run/drydock/logs-in-ram"

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
 * Opens dir/events.jsonl (dir must exist). dir NULL: events are only kept in memory.
 * ERR_IO, ERR_FULL (no room for EVENTS_PREALLOCATE bytes), ERR_NOMEM.
 */
int events_open(const char *dir, struct events **ret, struct err *err);

/*
 * Adds one line and syncs it. Never fails towards the caller: when the medium does, the log moves
 * to EVENTS_RAM_DIR and events_moved() says so. Callable from several threads.
 */
void events_emit_fields(struct events *events, const char *name, const struct event_field *fields);

/* The folder that is in use: the one given, or EVENTS_RAM_DIR; NULL = only memory. */
const char *events_dir(const struct events *events);
/* Why the log moved to RAM; NULL = it did not. */
const char *events_moved(const struct events *events);

void events_close(struct events *events); /* takes NULL */

#endif
