/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the journal's files share: the layout of the medium, its two kinds of slots that are not
 * records, and the seam to the medium, which tests replace to cut the power at any write.
 */
#ifndef DRYDOCK_JOURNAL_INTERNAL_H
#define DRYDOCK_JOURNAL_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "journal/journal.h"

/*
 * Each copy: 1 MiB that holds only the superblock slot, then the regions of 1 MiB each. The first
 * slot of a region is its header. 255 records are a run of 240 steps of which one is worked on at a
 * time, or one of 35 that all are.
 */
#define JOURNAL_COPIES	     2u
#define JOURNAL_COPY_BYTES   (JOURNAL_BYTES / JOURNAL_COPIES)
#define JOURNAL_REGION_SLOTS 256u
#define JOURNAL_REGION_BYTES (JOURNAL_REGION_SLOTS * JOURNAL_SLOT_BYTES)
#define JOURNAL_REGIONS	     (JOURNAL_COPY_BYTES / JOURNAL_REGION_BYTES - 1)
#define JOURNAL_RECORDS	     (JOURNAL_REGION_SLOTS - 1)
#define JOURNAL_CHUNK_BYTES  (16u * JOURNAL_SLOT_BYTES) /* read at a time */
#define JOURNAL_SPARE	     8u /* records that journal_reserve() keeps for settling */
#define JOURNAL_STEP_RECORDS 7u /* at most, of one step: planned, 5 more, its end */
/* Begin, gone to RAM and reboot; begin and gone to RAM again; end; 3 for what nobody expected. */
#define JOURNAL_RUN_RECORDS	9u
#define JOURNAL_MEDIUM_ID_BYTES 16u
#define JOURNAL_MAGIC_BYTES	8u
#define JOURNAL_MAGIC		"DRYDOCKJ" /* the superblock's; headers have ...H, records ...R */

/* The header slot of a region: whose it is. */
struct journal_header {
	uint64_t claim;	 /* records of the region carry it; those of earlier owners another */
	uint64_t use;	 /* grows with each opening, over all regions: the highest is the newest */
	char serial[65]; /* of the machine */
};

/* 0 or ERR_FORMAT, like journal_decode(). */
int journal_decode_superblock(const uint8_t *buf, size_t len, uint8_t ret_id[16]);
void journal_encode_superblock(const uint8_t id[16], uint8_t buf[JOURNAL_RECORD_BYTES]);
int journal_decode_header(const uint8_t *buf, size_t len, struct journal_header *ret);
void journal_encode_header(const struct journal_header *header, uint8_t buf[JOURNAL_RECORD_BYTES]);

/* False for none (seq 0), and for a type or state that a later version has added. */
bool journal_is_known(const struct journal_record *record);

/*
 * A medium. Offsets, lengths and buffers are multiples of JOURNAL_SLOT_BYTES. read and write do
 * all or nothing and return 0 or a negative errno; write returns when the bytes are stable.
 */
struct journal_io {
	int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t len);
	int (*write)(void *ctx, uint64_t offset, const uint8_t *buf, size_t len);
	void (*close)(void *ctx);
	void *ctx;
};

/*
 * Opens a regular file or block device of at least JOURNAL_BYTES. For writing it is locked:
 * ERR_BUSY when somebody else has it. ERR_NOT_FOUND, ERR_FORMAT (too small, neither of the two),
 * ERR_IO.
 */
int journal_io_open(const char *path, bool read_only, struct journal_io *ret, struct err *err);

/* Memory for transfers, aligned for O_DIRECT; free() releases it. NULL when there is none. */
uint8_t *journal_io_alloc(size_t len);

/* The headers of all regions, of each the newer copy. */
struct journal_headers {
	struct journal_header list[JOURNAL_REGIONS];
	bool holds[JOURNAL_REGIONS];
	bool readable[JOURNAL_REGIONS]; /* at least one copy of it, whatever it says */
	uint64_t uses[JOURNAL_COPIES][JOURNAL_REGIONS]; /* 0 = that copy does not hold */
	uint64_t last_use;
	uint64_t last_claim;
	bool unreadable;
};

/* What each copy of a slot holds, of whatever claim; seq 0 = nothing. */
struct journal_found {
	uint64_t seq;
	uint64_t claim;
};

/* Both copies of a region's records. */
struct journal_scan {
	struct journal_found copies[JOURNAL_COPIES][JOURNAL_RECORDS];
	struct journal_record merged[JOURNAL_RECORDS]; /* of one claim, the newer copy's */
	uint64_t last_seq;
	uint64_t last_claim;
	bool unreadable;
};

/*
 * Reads JOURNAL_CHUNK_BYTES into buf: in one transfer, and when that fails slot by slot, so that a
 * bad block costs one slot; slots that cannot be read are zeros. False when there were any.
 */
bool journal_read_slots(const struct journal_io *io, uint64_t offset, uint8_t *buf);
/* slot: JOURNAL_SLOT_BYTES for transfers. What cannot be read is noted, never an error. */
void journal_read_headers(const struct journal_io *io, uint8_t *slot, struct journal_headers *ret);
/* claim: whose records are merged. ERR_NOMEM; *ret is malloc'ed. */
int journal_scan_region(const struct journal_io *io, unsigned int region, uint64_t claim,
			struct journal_scan **ret, struct err *err);

/* A record that the medium did not take, and where it belongs. */
struct journal_owed {
	unsigned int index;
	struct journal_record record;
};

/* An open journal: this machine's region in memory, as far as it holds. */
struct journal {
	pthread_mutex_t lock;
	struct journal_io io; /* all NULL: there is no medium */
	uint8_t medium_id[JOURNAL_MEDIUM_ID_BYTES];
	bool read_only;
	bool let_go;
	_Atomic bool is_volatile; /* it never had a medium */
	_Atomic bool degraded;
	unsigned int region;
	struct journal_header header;
	uint64_t last_seq;
	unsigned int next; /* where the search for the next record's slot begins */
	uint8_t *slot;	   /* JOURNAL_SLOT_BYTES, for transfers */
	struct journal_record records[JOURNAL_RECORDS]; /* by slot; seq 0 = none */
	struct journal_record *taken; /* while something is owed: as the medium has them */
	struct journal_owed *owed;    /* oldest first */
	_Atomic size_t owed_count;    /* changed under the lock */
	size_t owed_max;
};

/*
 * Writes journal->slot to one copy, or to both, beginning with the one that is named: where the
 * slot replaces something that counts, a cut must not harm the only copy of it. A copy that cannot
 * be written sets degraded; journal_write_slot() gives ERR_IO when neither could.
 */
int journal_write_copy(struct journal *journal, unsigned int copy, uint64_t offset);
int journal_write_slot(struct journal *journal, unsigned int slot, unsigned int first_copy,
		       struct err *err);

/* Writes what is owed, in order, until something is not taken. Under the lock, like the next. */
int journal_pay(struct journal *journal, struct err *err);
int journal_append_locked(struct journal *journal, struct journal_record *record, struct err *err);

/* The slot (0 .. JOURNAL_RECORDS - 1) for this record; -1 when what is there must all be kept. */
int journal_choose_slot(const struct journal *journal, const struct journal_record *record);

/* The newest run in a region's records and whether it is open; false when there is none. */
bool journal_newest_run(const struct journal_record records[JOURNAL_RECORDS], char run_id[33],
			bool *ret_open);

/*
 * journal_open() and its relatives on any medium. journal_open_on() takes over io in all cases.
 * journal_probe_on() says which superblocks hold.
 */
int journal_probe_on(const struct journal_io *io, bool ret_holds[JOURNAL_COPIES],
		     uint8_t ret_id[JOURNAL_MEDIUM_ID_BYTES], struct err *err);
int journal_format_on(const struct journal_io *io, const uint8_t medium_id[16], struct err *err);
int journal_open_on(struct journal_io io, const char *serial, bool read_only, struct journal **ret,
		    struct err *err);
/* Takes over io in all cases, too. */
int journal_return_on(struct journal *journal, struct journal_io io, struct err *err);

/* What opening and returning share. */
int journal_find_region(const struct journal_headers *headers, const char *serial);
int journal_write_header(struct journal *journal, const struct journal_headers *headers,
			 struct err *err);
void journal_repair_superblocks(struct journal *journal, const bool holds[JOURNAL_COPIES]);
/* Writes a record to the copies of its slot that lack it. */
void journal_repair_record(struct journal *journal, const struct journal_scan *scan,
			   unsigned int index, const struct journal_record *record);

/* Is this the file or device that io was opened from? */
bool journal_io_is_at(const struct journal_io *io, const char *path);

/* Where a region begins within a copy. */
static inline uint64_t journal_region_offset(unsigned int region)
{
	return (region + 1ull) * JOURNAL_REGION_BYTES;
}

#endif
