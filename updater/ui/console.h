/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people see: lines, on standard output and on any number of consoles (VGA, serial) and in a
 * transcript. A dead serial line never holds up the run: each device has a thread and a bounded
 * queue of its own, and what does not fit is dropped and counted.
 */
#ifndef DRYDOCK_UI_CONSOLE_H
#define DRYDOCK_UI_CONSOLE_H

#include "base/err.h"
#include "base/opts.h"

struct console;

/*
 * Opens each device of the list for writing (without becoming its session's terminal). One that
 * cannot be opened is left out and named in a line on the others. devices may be NULL.
 * ERR_NOMEM.
 */
int console_open(const struct opt_list *devices, struct console **ret, struct err *err);

/* Adds a file that gets everything from here on, synced at each line. ERR_IO. */
int console_add_transcript(struct console *console, const char *path, struct err *err);

/* One or several lines, a newline is added at the end when there is none. Never blocks on a device.
 */
void console_say(struct console *console, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The line that stays last from here on ("Safe to power off: YES"), whatever else is said. On
 * terminals it is written again below everything new, at most 79 columns of it; elsewhere it is a
 * line of its own whenever it changes. NULL ends it: the line stays as it is and the next one is
 * below.
 */
#define CONSOLE_STATUS_MAX 79
void console_set_status(struct console *console, const char *text);

/* Waits at most 5 s for the devices to take what is queued, then closes. Takes NULL. */
void console_close(struct console *console);

#endif
