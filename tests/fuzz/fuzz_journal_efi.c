/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The short journal as firmware gives it back. The first byte says whether the rest gets a length
 * and a hash that hold, so that the checks behind them are reached.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "journal/journal_efi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

#define HEAD 52
#define STEP 18

static void check(const uint8_t *buf, size_t len)
{
	uint8_t again[JOURNAL_EFI_MAX_BYTES];
	struct journal_efi run;
	size_t again_len = 0;

	if (journal_efi_decode(buf, len, &run) != 0)
		return;
	MUST(run.step_count >= 1 && run.step_count <= JOURNAL_EFI_STEPS);
	MUST(strlen(run.run_id) == 32);
	MUST(journal_efi_encode(&run, again, &again_len, NULL) == 0);
	MUST(again_len == len && memcmp(again, buf, len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[JOURNAL_EFI_MAX_BYTES] = "DRYDOCKE\1";
	size_t steps = size > 3 ? data[1] % (JOURNAL_EFI_STEPS + 2u) : 0;
	size_t len = HEAD + steps * STEP + HASH_BYTES;

	if (size < 1)
		return 0;
	if (data[0] % 2 == 0) {
		check(data + 1, size - 1);
		return 0;
	}
	buf[10] = (uint8_t)steps;
	if (size > 2)
		memcpy(buf + 12, data + 2,
		       size - 2 < len - HASH_BYTES - 12 ? size - 2 : len - HASH_BYTES - 12);
	MUST(hash_sha256(buf, len - HASH_BYTES, buf + len - HASH_BYTES) == 0);
	check(buf, len);
	return 0;
}
