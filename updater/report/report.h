/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened in a run, from its events (events.jsonl in the log folder), its journal, or both;
 * also of a run that died in the middle. Made of bytes that anybody may have changed: texts are
 * cut, control characters replaced, counts limited, and a line that does not hold is counted and
 * said. report.json is specified in firmware-repo/FORMAT.md, "Log folder".
 */
#ifndef DRYDOCK_REPORT_H
#define DRYDOCK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "drydock.h"
#include "journal/journal.h"

#define REPORT_EVENTS_MAX_BYTES (64u << 20)
#define REPORT_LINE_MAX_BYTES	(64u << 10)
#define REPORT_MAX_STEPS	1024
#define REPORT_MAX_LEFT		8192
#define REPORT_MAX_WARNINGS	256
#define REPORT_MAX_DEVICES	4096
#define REPORT_MAX_SETTLED	REPORT_MAX_STEPS
#define REPORT_MAX_EARLIER	REPORT_MAX_STEPS

/* The last that one source says about a step; state 0 = nothing. */
struct report_seen {
	enum step_state state;
	double began, time; /* seconds since 1970: of the first state and of this one */
	char found[129];
	char reason[49];
	char text[513];
};

struct report_step {
	unsigned int number; /* 1.. */
	char component[97];
	char component_name[161];
	char device[97];
	char device_name[129];
	char from[129];
	char to[129];
	char backend[25];
	char evidence[17];
	unsigned int percent; /* of the transfer, as last said */
	struct report_seen by_events, by_journal;
	const struct report_seen *last; /* the one to believe; never NULL after report_settle() */
};

struct report_left {
	char component[97]; /* "" = none fits the device */
	char device[97];    /* "" = no device for the component */
	char reason[49];
	char text[513];
};

struct report_device {
	char id[97];
	char name[129];
	char kind[17];
	char version[129];
};

/* A step of the interrupted run that this one goes on with, as its boot had left it. */
struct report_earlier {
	char run_id[33];
	unsigned int number;
	char device[97];
	char component[97];
	char from[129];
	char to[129];
	enum step_state state;
	char found[129];
	char reason[49];
	char text[513];
};

/* A step of an earlier, interrupted run, and what asking its device has shown. */
struct report_settled {
	char run_id[33];
	char device[97];
	char component[97];
	enum step_state state;
	char found[129];
	char text[513];
};

enum report_power {
	POWER_SAFE = 1,
	POWER_UNSAFE,
};

struct report {
	bool has_events, has_journal;
	char run_id[33];
	char continues[33]; /* the run that it goes on with; its own id after a planned reboot */
	char version[33];   /* of Drydock */
	char serial[65];    /* of the machine */
	char mode[17];
	char repo_id[65];
	uint64_t repo_serial;
	char signers[257];
	char min_evidence[17];
	char journal_kind[17]; /* "raw", "file", "volatile", "efi"; "" = not known */
	bool journal_degraded;
	double began, last; /* seconds since 1970; 0 = not known */
	bool ended;
	int exit_status; /* what the run said; of one that did not end what it amounts to */
	char end_text[513];
	bool in_ram;  /* it went on without its medium: records may be missing */
	bool reboots; /* it paused for a reboot of its own, and the next boot goes on with it */
	uint64_t forecast_seconds, one_by_one_seconds; /* expected; 0 = not known */
	double worked; /* seconds from the first step's begin to the last one's end */

	struct report_step *steps; /* by number */
	size_t step_count;
	struct report_left *left;
	size_t left_count;
	struct report_device *devices;
	size_t device_count;
	struct report_earlier *earlier;
	size_t earlier_count;
	struct report_settled *settled;
	size_t settled_count;
	char (*warnings)[513];
	size_t warning_count;

	size_t good_lines;     /* that are an event, known or not */
	size_t bad_lines;      /* cut, garbled or too long */
	size_t beyond_maximum; /* entries that the maxima above left out */
	size_t earlier_runs;   /* in the same events file, not shown */

	/* By report_settle(): */
	size_t verified, accepted, pending, failed, withdrawn, unfinished, not_begun;
	char verdict[513];
	enum report_power power;
	char power_text[257]; /* why not, "" when it is safe */
};

/* ret must be {0}; report_free() may be called on it in any state. */
void report_free(struct report *report);

/* Adds the lines of an events file. Nothing in them is an error; ERR_NOMEM is. */
int report_add_events(struct report *report, const uint8_t *buf, size_t len, struct err *err);

/*
 * Adds the records of the run that the events name; without any event those of the newest run of
 * this machine. ERR_NOT_FOUND when the journal does not have it, or the events name none (a run
 * that ended before it was one: the newest in the journal is another), ERR_NOMEM.
 */
int report_add_journal(struct report *report, struct journal *journal, struct err *err);

/* Decides between the sources and judges; afterwards the report can be written. */
void report_settle(struct report *report);

/* The three forms, malloc'ed, UTF-8. ERR_NOMEM. */
int report_to_text(const struct report *report, char **ret_text, struct err *err);
int report_to_json(const struct report *report, char **ret_text, size_t *ret_len, struct err *err);
int report_to_html(const struct report *report, char **ret_text, struct err *err);

/*
 * Everything at once, for the end of a run: reads log_dir/events.jsonl and the journal (may be
 * NULL) and writes summary.txt, report.html and report.json into log_dir, each whole or not at all,
 * synced. ERR_NOT_FOUND (neither events nor a run in the journal), ERR_IO, ERR_FULL, ERR_NOMEM.
 */
int report_write(const char *log_dir, struct journal *journal, struct err *err);

/* report_add_events() of log_dir/events.jsonl. ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_IO, ERR_NOMEM. */
int report_read_log(struct report *report, const char *log_dir, struct err *err);

/* For the three forms. */
const char *report_state_words(enum step_state state); /* "read back and proven" */
bool report_state_is_final(enum step_state state);
/* "2026-11-22 18:00:04 UTC"; "" for 0. */
void report_time(double time, char *text, size_t size);
/* "2 min 6 s"; "" when one of the two is not known. */
void report_duration(double from, double until, char *text, size_t size);
/* "safe", "NOT SAFE"; with the restriction that an unfinished record puts on it. */
const char *report_power_words(const struct report *report);
/* "raw partition, both copies good", "VOLATILE: ..." */
const char *report_journal_words(const struct report *report);
/* "expected 12 min 0 s side by side, took 12 min 31 s (+4 %); ..."; "" when not known. */
void report_forecast_words(const struct report *report, char *text, size_t size);
/* What is wrong with the sources, in words; "" when nothing is. */
void report_source_words(const struct report *report, char *text, size_t size);

/* Makes room and returns the step of that number; NULL beyond REPORT_MAX_STEPS or without memory.
 */
struct report_step *report_step(struct report *report, uint64_t number);

/*
 * Copies at most size - 1 bytes, whole characters. What is not UTF-8 and what does not print (C0,
 * C1, bidirectional controls) becomes '?', tabs and ends of lines become spaces.
 */
void report_copy_text(char *ret, size_t size, const char *text, size_t len);

#endif
