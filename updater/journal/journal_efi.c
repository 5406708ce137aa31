/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of the short journal, and the records that stand for them. */
#include "journal/journal_efi.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"

#define MAGIC	     "DRYDOCKE"
#define MAGIC_BYTES  8
#define VERSION	     1
#define RUN_ID_BYTES 16
#define HEAD_BYTES   52
#define STEP_BYTES   (2 * JOURNAL_EFI_KEY_BYTES + 2)

static_assert(HEAD_BYTES + JOURNAL_EFI_STEPS * STEP_BYTES + HASH_BYTES <= JOURNAL_EFI_MAX_BYTES,
	      "the longest run fits");

static uint8_t *put_number(uint8_t *to, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(value >> (8 * i));
	return to + len;
}

static uint64_t get_number(const uint8_t *from, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value |= (uint64_t)from[i] << (8 * i);
	return value;
}

static uint8_t *put_key(uint8_t *to, const struct journal_efi_key *key)
{
	memcpy(to, key->bytes, sizeof(key->bytes));
	return to + sizeof(key->bytes);
}

static struct journal_efi_key get_key(const uint8_t *from)
{
	struct journal_efi_key key;

	memcpy(key.bytes, from, sizeof(key.bytes));
	return key;
}

struct journal_efi_key journal_efi_key(const char *id)
{
	uint8_t hash[HASH_BYTES];
	int rc = hash_sha256(id, strlen(id), hash);

	assert(rc == 0);
	(void)rc;
	return get_key(hash);
}

static size_t length_of(uint16_t step_count)
{
	return HEAD_BYTES + (size_t)step_count * STEP_BYTES + HASH_BYTES;
}

static int check(const struct journal_efi *run, uint8_t ret_id[RUN_ID_BYTES], struct err *err)
{
	if (run->step_count > JOURNAL_EFI_STEPS)
		return err_set(err, ERR_TOO_LARGE,
			       "short journal: %u steps, and there is room for %u", run->step_count,
			       JOURNAL_EFI_STEPS);
	if (run->step_count == 0 || hex_decode(run->run_id, ret_id, RUN_ID_BYTES) != 0)
		return err_set(err, ERR_FORMAT, "short journal: no run id, or no steps");
	for (unsigned int i = 0; i < run->step_count; i++)
		if (run->steps[i].attempt == 0)
			return err_set(err, ERR_FORMAT, "short journal: attempts count from 1");
	return 0;
}

int journal_efi_encode(const struct journal_efi *run, uint8_t buf[JOURNAL_EFI_MAX_BYTES],
		       size_t *ret_len, struct err *err)
{
	uint8_t run_id[RUN_ID_BYTES];
	uint8_t *to = buf + MAGIC_BYTES;
	int rc = check(run, run_id, err);

	if (rc)
		return rc;
	memcpy(buf, MAGIC, MAGIC_BYTES);
	to = put_number(to, VERSION, 2);
	to = put_number(to, run->step_count, 2);
	to = put_number(to, run->time, 8);
	to = put_number(to, run->repo_serial, 8);
	to = put_key(to, &run->repo);
	memcpy(to, run_id, sizeof(run_id));
	to += sizeof(run_id);
	assert(to == buf + HEAD_BYTES);
	for (unsigned int i = 0; i < run->step_count; i++) {
		to = put_key(to, &run->steps[i].device);
		to = put_key(to, &run->steps[i].component);
		to = put_number(to, run->steps[i].attempt, 2);
	}
	*ret_len = length_of(run->step_count);
	if (hash_sha256(buf, *ret_len - HASH_BYTES, to) != 0)
		return err_set(err, ERR_INTERNAL, "short journal: SHA-256 failed");
	return 0;
}

int journal_efi_decode(const uint8_t *buf, size_t len, struct journal_efi *ret)
{
	uint8_t again[JOURNAL_EFI_MAX_BYTES];
	size_t again_len;

	memset(ret, 0, sizeof(*ret));
	if (len < HEAD_BYTES || len > JOURNAL_EFI_MAX_BYTES)
		return ERR_FORMAT;
	ret->step_count = (uint16_t)get_number(buf + 10, 2);
	if (ret->step_count > JOURNAL_EFI_STEPS || len != length_of(ret->step_count))
		return ERR_FORMAT;
	ret->time = get_number(buf + 12, 8);
	ret->repo_serial = get_number(buf + 20, 8);
	ret->repo = get_key(buf + 28);
	hex_encode(buf + 36, RUN_ID_BYTES, ret->run_id);
	for (unsigned int i = 0; i < ret->step_count; i++) {
		const uint8_t *from = buf + HEAD_BYTES + (size_t)i * STEP_BYTES;

		ret->steps[i].device = get_key(from);
		ret->steps[i].component = get_key(from + JOURNAL_EFI_KEY_BYTES);
		ret->steps[i].attempt = (uint16_t)get_number(from + STEP_BYTES - 2, 2);
	}
	if (journal_efi_encode(ret, again, &again_len, NULL) != 0 || memcmp(buf, again, len) != 0)
		return ERR_FORMAT;
	return 0;
}

static void put_name(char *text, size_t size, const char *name, const struct journal_efi_key *key)
{
	char digits[2 * JOURNAL_EFI_KEY_BYTES + 1];

	hex_encode(key->bytes, sizeof(key->bytes), digits);
	snprintf(text, size, "%s", name ? name : digits);
}

static int restore_step(struct journal *journal, const struct journal_efi *run, unsigned int i,
			journal_efi_name_fn *name, void *ctx, struct err *err)
{
	const struct journal_efi_step *step = &run->steps[i];
	struct journal_record record = {
		.type = JOURNAL_STEP,
		.state = STEP_PLANNED,
		.time = run->time,
		.step = (uint16_t)(i + 1),
		.attempt = step->attempt,
	};

	memcpy(record.run_id, run->run_id, sizeof(record.run_id));
	put_name(record.device, sizeof(record.device), name(ctx, JOURNAL_EFI_DEVICE, &step->device),
		 &step->device);
	put_name(record.component, sizeof(record.component),
		 name(ctx, JOURNAL_EFI_COMPONENT, &step->component), &step->component);
	return journal_append(journal, &record, err);
}

int journal_efi_restore(struct journal *journal, const struct journal_efi *run,
			journal_efi_name_fn *name, void *ctx, struct err *err)
{
	struct journal_record begin = {
		.type = JOURNAL_RUN_BEGIN,
		.time = run->time,
		.step_count = run->step_count,
		.number = run->repo_serial,
	};
	struct journal_record in_ram = { .type = JOURNAL_RUN_IN_RAM, .time = run->time };
	int rc;

	memcpy(begin.run_id, run->run_id, sizeof(begin.run_id));
	memcpy(in_ram.run_id, run->run_id, sizeof(in_ram.run_id));
	put_name(begin.device, sizeof(begin.device), name(ctx, JOURNAL_EFI_REPO, &run->repo),
		 &run->repo);
	rc = journal_append(journal, &begin, err);
	for (unsigned int i = 0; i < run->step_count && !rc; i++)
		rc = restore_step(journal, run, i, name, ctx, err);
	return rc ? rc : journal_append(journal, &in_ram, err);
}
