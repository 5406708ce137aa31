/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The durable record of what was intended, begun and finished. Slots of 4096 bytes, the record in
 * the first 512 with its sequence number and SHA-256, written in place (O_DIRECT | O_DSYNC) to two
 * copies far apart; damaged slots are skipped on reading. One region per machine (serial number),
 * so that one stick can serve many. On a raw partition, in a file, or (journal_open_volatile) in
 * memory. The layout is specified in firmware-repo/FORMAT.md, "Journal".
 */
#ifndef DRYDOCK_JOURNAL_H
#define DRYDOCK_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define JOURNAL_SLOT_BYTES   4096u
#define JOURNAL_RECORD_BYTES 512u
#define JOURNAL_BYTES	     (16u << 20)

enum step_state {
	STEP_PLANNED = 1,
	STEP_BEGUN,   /* checked, about to be verified and written */
	STEP_WRITING, /* intent: bytes may reach the device from here on */
	STEP_WRITTEN, /* the device has accepted all bytes */
	STEP_ACTIVATED,
	STEP_VERIFIED, /* read back and proven */
	STEP_ACCEPTED, /* accepted, not provable */
	STEP_FAILED,
	STEP_OVERDUE,
	STEP_WITHDRAWN,
	STEP_NEEDS_REBOOT,
	STEP_NEEDS_POWER_CYCLE,
	STEP_UNKNOWN, /* interrupted; what the device runs is not known */
	STEP_STATE_LAST = STEP_UNKNOWN
};

enum journal_type {
	JOURNAL_RUN_BEGIN = 1, /* repository and its serial, number of steps */
	JOURNAL_STEP,	       /* a step has reached a state */
	JOURNAL_RUN_END,       /* exit status */
	/*
	 * From here on the run's medium may be gone and records may be missing: every step of the
	 * run that has no end may have been begun. It is the intent of all of them (law 4).
	 */
	JOURNAL_RUN_IN_RAM,
	/* A reboot that belongs to the plan: the run goes on under its id in the next boot. */
	JOURNAL_RUN_REBOOT,
	JOURNAL_TYPE_LAST = JOURNAL_RUN_REBOOT
};

/* One record in memory; texts are NUL-terminated, cut to fit. */
struct journal_record {
	uint64_t seq;	/* set by journal_append(): 1.. */
	uint64_t claim; /* set by journal_append(): which claim of the region it belongs to */
	enum journal_type type;
	uint64_t time;	       /* seconds since 1970, the clock of the machine */
	char run_id[33];       /* 32 hex digits */
	uint16_t step;	       /* 1..; 0 = not about a step */
	uint16_t step_count;   /* RUN_BEGIN */
	enum step_state state; /* STEP */
	uint16_t attempt;      /* STEP: 1.. */
	uint16_t exit_status;  /* RUN_END */
	uint64_t number;       /* RUN_BEGIN: the repository's serial */
	char device[65];       /* device id, cut; RUN_BEGIN: the repository id */
	char component[65];    /* component id, cut; RUN_BEGIN: the id of the run it continues */
	char from[33];	       /* version before */
	char to[33];	       /* version wanted */
	char found[33];	       /* version read back, "" = not read */
	char reason[25];       /* stable id of why (err_id, reason id), "" = none */
	char text[97];	       /* in words, cut */
};

struct journal;

/*
 * Is this file or block device a journal? One of the two superblocks must hold, and the first MiB
 * must look like a journal's: else the remains of a journal under a newer file system would count.
 * 0, ERR_FORMAT (it is something else), ERR_NOT_FOUND, ERR_IO.
 */
int journal_probe(const char *path, struct err *err);

/*
 * Formats path as an empty journal of JOURNAL_BYTES: a regular file is created and fully written
 * and synced; medium_id are 16 bytes that tell two journals apart (all zero in released images).
 * The only function that writes to what is not a journal yet. ERR_FULL (no room for the file; it is
 * removed again if it was made here), ERR_FORMAT (a device that is too small), ERR_BUSY, ERR_IO.
 */
int journal_format(const char *path, const uint8_t medium_id[16], struct err *err);

/*
 * Opens the journal at path for this machine (serial: any text, cut at 64 bytes); finds the
 * machine's region or claims one: a free one, else the one longest not opened whose last run is
 * finished, else ERR_FULL. What a power cut or a failing block left in only one copy is repaired.
 * read_only: nothing is written or locked, ERR_NOT_FOUND when this machine has no region.
 * ERR_FORMAT (not a journal), ERR_BUSY (another process writes it), ERR_IO, ERR_NOMEM.
 */
int journal_open(const char *path, const char *serial, bool read_only, struct journal **ret,
		 struct err *err);
/* Lives in memory, and is gone with the process unless journal_return() finds it a medium. */
int journal_open_volatile(const char *serial, struct journal **ret, struct err *err);
void journal_close(struct journal *journal); /* takes NULL */

bool journal_is_volatile(const struct journal *journal);
/* True when one of the two copies could not be written or read: said in the report. */
bool journal_is_degraded(const struct journal *journal);

/*
 * Is there room for a run of `steps` steps of which at most `at_once` are worked on at a time? When
 * a step has come to its end the records before its last one may be given up, so a long plan needs
 * one record a step, and six more for each that is under way; one that is overdue still is. Nine
 * are for the run itself, a reboot of its own included. *ret_at_once: as many as there is room for,
 * 1..at_once. ERR_FULL when not even one step at a time would fit: with an empty region more than
 * 240 steps.
 */
int journal_reserve_run(struct journal *journal, size_t steps, size_t at_once, size_t *ret_at_once,
			struct err *err);

/*
 * Is there room for count more records now, without giving up any of the run that is open? A few
 * slots more are kept for settling it after an interruption. ERR_FULL when there is not.
 */
int journal_reserve(struct journal *journal, size_t count, struct err *err);

/*
 * Returns 0 only when the record is on stable storage in at least one copy (or was let go, below);
 * seq and claim are then filled in. Callable from several threads. Of the open run the last record
 * of each step is never given up. When there is no room for more, what is only planned or begun is
 * refused; what has happened is recorded in place of earlier records of unfinished steps; and a
 * RUN_END always, if need be in place of its run's first record, since it ends that run's
 * protection. ERR_FULL, ERR_IO (no copy could be written), ERR_FORMAT (run_id, type or state are
 * impossible), ERR_POLICY (opened read-only), ERR_NOMEM (to keep what the medium does not take).
 */
int journal_append(struct journal *journal, struct journal_record *record, struct err *err);

/*
 * From here on the medium may go: records that it does not take are kept in memory,
 * journal_append() returns 0 for them, and they are written as soon as it takes them again. To be
 * called when a RUN_IN_RAM record is on it. Before that call a lost medium is an error of
 * journal_append().
 */
void journal_let_go(struct journal *journal);

/* Records that are only in memory; 0 = the medium has them all. Of a volatile journal: all. */
size_t journal_owed(struct journal *journal);

/*
 * The medium of a journal that was let go is back, perhaps under another path: what it misses is
 * written there, in order, and it is used again. To be called whenever a medium has come, also when
 * nothing is owed: what was open before may answer no more. It must be the same one: the same
 * medium id, this machine's region with the same claim, not opened by anybody since, and every
 * record that holds as it was written, the newest among them; damaged ones are repaired.
 *
 * A volatile journal is brought to the first journal that it is given: from then on it is not
 * volatile, and let go. Sequence numbers of its records change. Refused when that one has an
 * unfinished run of this machine.
 *
 * ERR_NOT_FOUND (no such path, another journal, or none of this machine), ERR_FORMAT (no journal,
 * or somebody else has used it since), ERR_POLICY (an unfinished run; opened read-only), ERR_FULL
 * (volatile: no region is free), ERR_BUSY (another process has it), ERR_NOMEM: nothing is written
 * to it. ERR_IO: it cannot be read, or it is gone again; journal_owed() says what is left.
 */
int journal_return(struct journal *journal, const char *path, struct err *err);

/*
 * All records of this machine that hold, oldest first, in one malloc'ed array (NULL when none).
 * Those of types or states that only a later version knows are left out.
 */
int journal_read(struct journal *journal, struct journal_record **ret, size_t *ret_count,
		 struct err *err);

/*
 * The run of the newest record that is about one: *ret_open is true when it has no RUN_END. A run
 * counts as finished, too, when another was begun after it. ERR_NOT_FOUND when there is no run.
 */
int journal_last_run(struct journal *journal, char run_id[33], bool *ret_open, struct err *err);

/*
 * The machines that a journal holds: calls each(ctx, serial) for every region. For reports of a
 * stick that has seen several servers. 0 or ERR_*.
 */
int journal_machines(const char *path, void (*each)(void *ctx, const char *serial), void *ctx,
		     struct err *err);

/*
 * Pure, for the fuzzer and the writer: one slot's record. ERR_FORMAT when it does not hold. Types
 * and states beyond the last ones hold: a later version wrote them.
 */
int journal_decode(const uint8_t *buf, size_t len, struct journal_record *ret);
void journal_encode(const struct journal_record *record, uint8_t buf[JOURNAL_RECORD_BYTES]);

const char *step_state_name(enum step_state state);	/* "needs-reboot" */
enum step_state step_state_from_name(const char *name); /* 0 = no such word */

#endif
