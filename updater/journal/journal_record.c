/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The 512 bytes at the start of a slot, firmware-repo/FORMAT.md "Journal". A decoder accepts
 * exactly what the encoder writes: it takes the fields, encodes them again and compares, so that
 * hash, padding and unused fields need no checks of their own.
 */
#include "journal/journal_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#define FORMAT_VERSION 1
#define HASH_OFFSET    (JOURNAL_RECORD_BYTES - 32)
#define HEADER_MAGIC   "DRYDOCKH"
#define RECORD_MAGIC   "DRYDOCKR"

static const char *const state_names[] = {
	[STEP_PLANNED] = "planned",	      [STEP_BEGUN] = "begun",
	[STEP_WRITING] = "writing",	      [STEP_WRITTEN] = "written",
	[STEP_ACTIVATED] = "activated",	      [STEP_VERIFIED] = "verified",
	[STEP_ACCEPTED] = "accepted",	      [STEP_FAILED] = "failed",
	[STEP_OVERDUE] = "overdue",	      [STEP_WITHDRAWN] = "withdrawn",
	[STEP_NEEDS_REBOOT] = "needs-reboot", [STEP_NEEDS_POWER_CYCLE] = "needs-power-cycle",
	[STEP_UNKNOWN] = "unknown",
};

const char *step_state_name(enum step_state state)
{
	if (state < STEP_PLANNED || state > STEP_STATE_LAST)
		return "";
	return state_names[state];
}

enum step_state step_state_from_name(const char *name)
{
	for (unsigned int i = STEP_PLANNED; i <= STEP_STATE_LAST; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum step_state)i;
	return (enum step_state)0;
}

/* A cursor over the record, in whichever direction: one list of fields serves both. */
struct cursor {
	uint8_t *out;	   /* encoding, else NULL */
	const uint8_t *in; /* decoding, else NULL */
	size_t pos;
};

static void number_field(struct cursor *cur, uint64_t *value, size_t len)
{
	assert(cur->pos + len <= HASH_OFFSET);
	if (cur->in)
		*value = 0;
	for (size_t i = 0; i < len; i++) {
		if (cur->in)
			*value |= (uint64_t)cur->in[cur->pos + i] << (8 * i);
		else
			cur->out[cur->pos + i] = (uint8_t)(*value >> (8 * i));
	}
	cur->pos += len;
}

static void u16_field(struct cursor *cur, uint16_t *value)
{
	uint64_t wide = *value;

	number_field(cur, &wide, 2);
	*value = (uint16_t)wide;
}

/*
 * The bytes of text that go into a field of size bytes. When it fills the field it was perhaps cut
 * there: half a UTF-8 character at the end is left off.
 */
static size_t text_length(const char *text, size_t size)
{
	size_t len = strnlen(text, size);
	size_t start = len;

	if (len < size)
		return len;
	while (start > 0 && ((uint8_t)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0 || (uint8_t)text[start - 1] < 0xc0)
		return len;
	start--;
	size_t want = (uint8_t)text[start] >= 0xf0 ? 4 : (uint8_t)text[start] >= 0xe0 ? 3 : 2;

	return len - start < want ? start : len;
}

/* Field and text buffer: size bytes on the medium, size + 1 in memory. */
static void text_field(struct cursor *cur, char *text, size_t size)
{
	assert(cur->pos + size <= HASH_OFFSET);
	if (cur->in) {
		memcpy(text, cur->in + cur->pos, size);
		text[size] = '\0';
	} else {
		memcpy(cur->out + cur->pos, text, text_length(text, size));
	}
	cur->pos += size;
}

static void bytes_field(struct cursor *cur, uint8_t *bytes, size_t len)
{
	assert(cur->pos + len <= HASH_OFFSET);
	if (cur->in)
		memcpy(bytes, cur->in + cur->pos, len);
	else
		memcpy(cur->out + cur->pos, bytes, len);
	cur->pos += len;
}

static void record_fields(struct cursor *cur, struct journal_record *record)
{
	uint16_t type = (uint16_t)record->type;
	uint16_t state = (uint16_t)record->state;

	u16_field(cur, &type);
	record->type = (enum journal_type)type;
	number_field(cur, &record->seq, 8);
	number_field(cur, &record->claim, 8);
	number_field(cur, &record->time, 8);
	number_field(cur, &record->number, 8);
	u16_field(cur, &record->step);
	u16_field(cur, &record->step_count);
	u16_field(cur, &state);
	record->state = (enum step_state)state;
	u16_field(cur, &record->attempt);
	u16_field(cur, &record->exit_status);
	text_field(cur, record->run_id, sizeof(record->run_id) - 1);
	text_field(cur, record->device, sizeof(record->device) - 1);
	text_field(cur, record->component, sizeof(record->component) - 1);
	text_field(cur, record->from, sizeof(record->from) - 1);
	text_field(cur, record->to, sizeof(record->to) - 1);
	text_field(cur, record->found, sizeof(record->found) - 1);
	text_field(cur, record->reason, sizeof(record->reason) - 1);
	text_field(cur, record->text, sizeof(record->text) - 1);
}

static void header_fields(struct cursor *cur, struct journal_header *header)
{
	number_field(cur, &header->claim, 8);
	number_field(cur, &header->use, 8);
	text_field(cur, header->serial, sizeof(header->serial) - 1);
}

/* The geometry is part of the format; it is written so that a reader of the bytes sees it. */
static void superblock_fields(struct cursor *cur, uint8_t id[16])
{
	static const uint64_t geometry[] = { JOURNAL_BYTES, JOURNAL_COPIES, JOURNAL_REGIONS,
					     JOURNAL_REGION_SLOTS, JOURNAL_SLOT_BYTES };

	for (size_t i = 0; i < sizeof(geometry) / sizeof(*geometry); i++) {
		uint64_t value = geometry[i];

		number_field(cur, &value, 4);
	}
	bytes_field(cur, id, JOURNAL_MEDIUM_ID_BYTES);
}

static struct cursor begin_encode(uint8_t buf[JOURNAL_RECORD_BYTES], const char *magic)
{
	struct cursor cur = { .out = buf };
	uint16_t version = FORMAT_VERSION;

	memset(buf, 0, JOURNAL_RECORD_BYTES);
	memcpy(buf, magic, JOURNAL_MAGIC_BYTES);
	cur.pos = JOURNAL_MAGIC_BYTES;
	u16_field(&cur, &version);
	return cur;
}

static struct cursor begin_decode(const uint8_t *buf)
{
	return (struct cursor){ .in = buf, .pos = JOURNAL_MAGIC_BYTES + 2 };
}

static void seal(uint8_t buf[JOURNAL_RECORD_BYTES])
{
	int rc = hash_sha256(buf, HASH_OFFSET, buf + HASH_OFFSET);

	assert(rc == 0);
	(void)rc;
}

void journal_encode(const struct journal_record *record, uint8_t buf[JOURNAL_RECORD_BYTES])
{
	struct cursor cur = begin_encode(buf, RECORD_MAGIC);
	struct journal_record copy = *record;

	record_fields(&cur, &copy);
	seal(buf);
}

void journal_encode_header(const struct journal_header *header, uint8_t buf[JOURNAL_RECORD_BYTES])
{
	struct cursor cur = begin_encode(buf, HEADER_MAGIC);
	struct journal_header copy = *header;

	header_fields(&cur, &copy);
	seal(buf);
}

void journal_encode_superblock(const uint8_t id[16], uint8_t buf[JOURNAL_RECORD_BYTES])
{
	struct cursor cur = begin_encode(buf, JOURNAL_MAGIC);
	uint8_t copy[JOURNAL_MEDIUM_ID_BYTES];

	memcpy(copy, id, sizeof(copy));
	superblock_fields(&cur, copy);
	seal(buf);
}

static bool run_id_holds(const char *run_id)
{
	size_t digits = strspn(run_id, "0123456789abcdef");

	return run_id[digits] == '\0' && (digits == 0 || digits == 32);
}

/* Types and states beyond the last are those of a later version: not damage, but not for us. */
static bool values_hold(const struct journal_record *record)
{
	if (record->type < JOURNAL_RUN_BEGIN)
		return false;
	if (record->type == JOURNAL_STEP && record->state < STEP_PLANNED)
		return false;
	if (record->type != JOURNAL_STEP && record->type <= JOURNAL_TYPE_LAST && record->state != 0)
		return false;
	return record->seq > 0 && run_id_holds(record->run_id);
}

bool journal_is_known(const struct journal_record *record)
{
	return record->seq > 0 && record->type <= JOURNAL_TYPE_LAST &&
	       record->state <= STEP_STATE_LAST;
}

int journal_decode(const uint8_t *buf, size_t len, struct journal_record *ret)
{
	struct cursor cur = begin_decode(buf);
	uint8_t again[JOURNAL_RECORD_BYTES];

	if (len < JOURNAL_RECORD_BYTES || memcmp(buf, RECORD_MAGIC, JOURNAL_MAGIC_BYTES) != 0)
		return ERR_FORMAT;
	memset(ret, 0, sizeof(*ret));
	record_fields(&cur, ret);
	journal_encode(ret, again);
	if (memcmp(again, buf, sizeof(again)) != 0 || !values_hold(ret))
		return ERR_FORMAT;
	return 0;
}

int journal_decode_header(const uint8_t *buf, size_t len, struct journal_header *ret)
{
	struct cursor cur = begin_decode(buf);
	uint8_t again[JOURNAL_RECORD_BYTES];

	if (len < JOURNAL_RECORD_BYTES || memcmp(buf, HEADER_MAGIC, JOURNAL_MAGIC_BYTES) != 0)
		return ERR_FORMAT;
	memset(ret, 0, sizeof(*ret));
	header_fields(&cur, ret);
	journal_encode_header(ret, again);
	return memcmp(again, buf, sizeof(again)) == 0 ? 0 : ERR_FORMAT;
}

int journal_decode_superblock(const uint8_t *buf, size_t len, uint8_t ret_id[16])
{
	struct cursor cur = begin_decode(buf);
	uint8_t again[JOURNAL_RECORD_BYTES];

	if (len < JOURNAL_RECORD_BYTES || memcmp(buf, JOURNAL_MAGIC, JOURNAL_MAGIC_BYTES) != 0)
		return ERR_FORMAT;
	superblock_fields(&cur, ret_id);
	journal_encode_superblock(ret_id, again);
	return memcmp(again, buf, sizeof(again)) == 0 ? 0 : ERR_FORMAT;
}
