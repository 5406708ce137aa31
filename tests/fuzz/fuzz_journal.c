/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal that somebody else has written. The input is a list of slots that are put onto an empty
 * journal: 1 byte kind (below), 2 bytes slot number, 1 byte length in pairs, then the bytes. What
 * is sealed gets a magic and a hash that hold, so that the checks behind them are reached.
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

enum { KIND_RAW, KIND_RECORD, KIND_HEADER, KIND_SUPERBLOCK, KIND_COUNT };

#define RUN_ID	  "0123456789abcdef0123456789abcdef"
#define SLOTS	  (JOURNAL_BYTES / JOURNAL_SLOT_BYTES)
#define MAX_SLOTS 64
#define BODY	  10 /* behind the magic and the format version */

static uint8_t memory[JOURNAL_BYTES] __attribute__((aligned(4096)));
static bool dirty[SLOTS];

static int memory_read(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	(void)ctx;
	memcpy(buf, memory + offset, len);
	return 0;
}

static int memory_write(void *ctx, uint64_t offset, const uint8_t *buf, size_t len)
{
	(void)ctx;
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

		put_slot(data[0] % KIND_COUNT, (data[1] | (unsigned int)data[2] << 8) % SLOTS,
			 data + 4, len);
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
	if (journal_last_run(journal, run_id, &is_open, NULL) == 0)
		memcpy(end.run_id, run_id, sizeof(run_id));
	journal_reserve(journal, 1, NULL);
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
