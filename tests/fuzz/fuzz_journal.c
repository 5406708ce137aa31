/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal that somebody else has written, and what a run does with it. The input is a list of
 * slots that are put onto an empty journal: 1 byte kind (below), 2 bytes slot number, 1 byte length
 * in pairs, then the bytes. What is sealed gets a magic and a hash that hold, so that the checks
 * behind them are reached. The last kind is not a slot but what is done with the open journal, two
 * bytes a deed: records are appended, the medium goes, is changed by somebody, and comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "journal/journal_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

enum { KIND_RAW, KIND_RECORD, KIND_HEADER, KIND_SUPERBLOCK, KIND_DEEDS, KIND_COUNT };
enum { DEED_STEP, DEED_RUN, DEED_LET_GO, DEED_GONE, DEED_CHANGE, DEED_RETURN, DEED_COUNT };

#define RUN_ID	  "0123456789abcdef0123456789abcdef"
#define SLOTS	  (JOURNAL_BYTES / JOURNAL_SLOT_BYTES)
#define MAX_SLOTS 64
#define BODY	  10 /* behind the magic and the format version */

static uint8_t memory[JOURNAL_BYTES] __attribute__((aligned(4096)));
static bool dirty[SLOTS];
static bool gone;
static unsigned int writes;
static const uint8_t *deeds;
static size_t deeds_len;

static int memory_read(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	(void)ctx;
	if (gone)
		return -EIO;
	memcpy(buf, memory + offset, len);
	return 0;
}

static int memory_write(void *ctx, uint64_t offset, const uint8_t *buf, size_t len)
{
	(void)ctx;
	if (gone)
		return -EIO;
	writes++;
	for (size_t pos = 0; pos < len; pos += JOURNAL_SLOT_BYTES)
		dirty[(offset + pos) / JOURNAL_SLOT_BYTES] = true;
	memcpy(memory + offset, buf, len);
	return 0;
}

static void memory_close(void *ctx)
{
	(void)ctx;
}

static const struct journal_io memory_io = { memory_read, memory_write, memory_close, NULL };

static void make_empty_journal(void)
{
	const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 0 };

	for (unsigned int i = 0; i < SLOTS; i++)
		if (dirty[i])
			memset(memory + (size_t)i * JOURNAL_SLOT_BYTES, 0, JOURNAL_SLOT_BYTES);
	memset(dirty, 0, sizeof(dirty));
	journal_encode_superblock(id, memory);
	journal_encode_superblock(id, memory + JOURNAL_COPY_BYTES);
	dirty[0] = dirty[SLOTS / 2] = true;
	gone = false;
	deeds = NULL;
	deeds_len = 0;
}

static void put_slot(unsigned int kind, unsigned int number, const uint8_t *bytes, size_t len)
{
	static const char *const magics[] = { "", "DRYDOCKR", "DRYDOCKH", "DRYDOCKJ" };
	uint8_t *slot = memory + (size_t)number * JOURNAL_SLOT_BYTES;

	dirty[number] = true;
	if (kind == KIND_RAW) {
		memcpy(slot, bytes, len);
		return;
	}
	memset(slot, 0, JOURNAL_RECORD_BYTES);
	memcpy(slot, magics[kind], JOURNAL_MAGIC_BYTES);
	slot[JOURNAL_MAGIC_BYTES] = 1;
	memcpy(slot + BODY, bytes, len < 480 - BODY ? len : 480 - BODY);
	MUST(hash_sha256(slot, 480, slot + 480) == 0);
}

static void put_input(const uint8_t *data, size_t size)
{
	for (unsigned int i = 0; i < MAX_SLOTS && size >= 4; i++) {
		size_t len = 2u * data[3] < size - 4 ? 2u * data[3] : size - 4;

		if (data[0] % KIND_COUNT == KIND_DEEDS) {
			deeds = data + 4;
			deeds_len = len;
		} else {
			put_slot(data[0] % KIND_COUNT,
				 (data[1] | (unsigned int)data[2] << 8) % SLOTS, data + 4, len);
		}
		data += 4 + len;
		size -= 4 + len;
	}
}

static void decode_slots(void)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		const uint8_t *slot = memory + (size_t)i * JOURNAL_SLOT_BYTES;
		uint8_t again[JOURNAL_RECORD_BYTES];
		struct journal_record record;

		if (!dirty[i] || journal_decode(slot, JOURNAL_SLOT_BYTES, &record) != 0)
			continue;
		MUST(record.type >= 1 && record.seq >= 1);
		MUST(strlen(record.text) < sizeof(record.text));
		MUST(strlen(record.device) < sizeof(record.device));
		journal_encode(&record, again);
		MUST(memcmp(slot, again, sizeof(again)) == 0);
	}
}

static bool same_record(const struct journal_record *a, const struct journal_record *b)
{
	uint8_t x[JOURNAL_RECORD_BYTES], y[JOURNAL_RECORD_BYTES];

	journal_encode(a, x);
	journal_encode(b, y);
	return memcmp(x, y, sizeof(x)) == 0;
}

/* What was accepted is the newest. */
static void check_newest(const struct journal *journal, const struct journal_record *record)
{
	const struct journal_record *newest = &journal->records[0];

	for (unsigned int i = 1; i < JOURNAL_RECORDS; i++)
		if (journal->records[i].seq > newest->seq)
			newest = &journal->records[i];
	MUST(same_record(newest, record));
}

static void append(struct journal *journal, enum journal_type type, unsigned int arg)
{
	struct journal_record record = { .type = type, .run_id = RUN_ID };
	size_t owed = journal_owed(journal);
	int rc;

	if (type == JOURNAL_STEP) {
		record.step = (uint16_t)(1 + arg / STEP_STATE_LAST);
		record.state = (enum step_state)(1 + arg % STEP_STATE_LAST);
	}
	rc = journal_append(journal, &record, NULL);
	if (rc == 0)
		check_newest(journal, &record);
	else
		MUST(journal_owed(journal) <= owed);
	MUST(rc == 0 || rc == ERR_FULL || rc == ERR_FORMAT || (rc == ERR_IO && gone));
}

static void change_slot(unsigned int arg)
{
	unsigned int number = (arg % 2 ? SLOTS / 2 : 0) + JOURNAL_REGION_SLOTS + arg / 2;

	dirty[number] = true;
	memory[(size_t)number * JOURNAL_SLOT_BYTES + arg] ^= 1;
}

/* Refused: nothing is written, and it counts as gone. */
static bool come_back(struct journal *journal)
{
	size_t owed = journal_owed(journal);
	int rc;

	gone = false;
	writes = 0;
	rc = journal_return_on(journal, memory_io, NULL);
	MUST(rc == 0 || writes == 0);
	MUST(journal_owed(journal) == (rc == 0 ? 0 : owed));
	gone = rc != 0;
	return rc == 0;
}

static void do_deeds(struct journal *journal)
{
	size_t granted = 0;

	if (deeds_len && journal_reserve_run(journal, deeds[0], 64, &granted, NULL) == 0)
		MUST(granted >= 1 && granted <= 64);
	for (size_t i = 0; i + 1 < deeds_len; i += 2) {
		unsigned int arg = deeds[i + 1];

		switch (deeds[i] % DEED_COUNT) {
		case DEED_STEP:
			append(journal, JOURNAL_STEP, arg);
			break;
		case DEED_RUN:
			append(journal, (enum journal_type)(arg % (JOURNAL_TYPE_LAST + 1)), 0);
			break;
		case DEED_LET_GO:
			journal_let_go(journal);
			break;
		case DEED_GONE:
			gone = true;
			break;
		case DEED_CHANGE:
			if (gone)
				change_slot(arg);
			break;
		default:
			come_back(journal);
		}
	}
}

/* When nothing is owed the medium says what the memory says. */
static void check_medium(struct journal *journal)
{
	struct journal_record *here = NULL, *there = NULL;
	size_t here_count = 0, there_count = 0;
	struct journal *reader = NULL;

	MUST(journal_open_on(memory_io, "CZ1", true, &reader, NULL) == 0);
	MUST(journal_read(journal, &here, &here_count, NULL) == 0);
	MUST(journal_read(reader, &there, &there_count, NULL) == 0);
	MUST(here_count == there_count);
	for (size_t i = 0; i < here_count; i++) {
		MUST(same_record(&here[i], &there[i]));
		MUST(i == 0 || here[i].seq >= here[i - 1].seq);
	}
	free(here);
	free(there);
	journal_close(reader);
}

/* True when the medium was there all the time, or is again. */
static bool work(struct journal *journal)
{
	do_deeds(journal);
	if (gone && !come_back(journal))
		return false;
	if (journal_owed(journal) == 0)
		check_medium(journal);
	return journal_owed(journal) == 0;
}

/* Whatever was there: the newest run can be ended, and that is the newest record afterwards. */
static void use_journal(void)
{
	struct journal_record end = { .type = JOURNAL_RUN_END, .run_id = RUN_ID };
	struct journal *journal = NULL;
	char run_id[33];
	bool is_open = true;

	if (journal_open_on(memory_io, "CZ1", true, &journal, NULL) == 0)
		journal_close(journal);
	if (journal_open_on(memory_io, "CZ1", false, &journal, NULL) != 0)
		return;
	if (!work(journal)) {
		journal_close(journal);
		return;
	}
	if (journal_last_run(journal, run_id, &is_open, NULL) == 0)
		memcpy(end.run_id, run_id, sizeof(run_id));
	/* Only a sequence number at its very end is a reason to refuse: no writer gets there. */
	if (journal_append(journal, &end, NULL) != 0) {
		MUST(end.seq == 0);
		journal_close(journal);
		return;
	}
	journal_close(journal);
	MUST(journal_open_on(memory_io, "CZ1", false, &journal, NULL) == 0);
	MUST(journal_last_run(journal, run_id, &is_open, NULL) == 0);
	MUST(!is_open && strcmp(run_id, end.run_id) == 0);
	journal_close(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	make_empty_journal();
	put_input(data, size);
	decode_slots();
	use_journal();
	return 0;
}
