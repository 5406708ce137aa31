/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The short journal: where no medium can be written (a read-only stick, virtual media), one UEFI
 * variable says that a run was begun, and on what. It is written once, before the first step, and
 * removed at the end of the run; so when it is found at a boot, every step that it names may have
 * been begun. UEFI 2.10 §8.2; firmware-repo/FORMAT.md, "Short journal".
 */
#ifndef DRYDOCK_JOURNAL_EFI_H
#define DRYDOCK_JOURNAL_EFI_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"
#include "journal/journal.h"

#define JOURNAL_EFI_NAME      "DrydockRun"
#define JOURNAL_EFI_GUID      "8d3c5a17-6f42-4e9b-b1d0-44525944434b"
#define JOURNAL_EFI_STEPS     48
#define JOURNAL_EFI_KEY_BYTES 8
#define JOURNAL_EFI_MAX_BYTES 1024

/* The first bytes of the SHA-256 of an id. */
struct journal_efi_key {
	uint8_t bytes[JOURNAL_EFI_KEY_BYTES];
};

struct journal_efi_step {
	struct journal_efi_key device;
	struct journal_efi_key component;
	uint16_t attempt; /* 1.. */
};

struct journal_efi {
	char run_id[33]; /* 32 hex digits */
	uint64_t time;	 /* seconds since 1970, when the run began */
	uint64_t repo_serial;
	struct journal_efi_key repo;
	uint16_t step_count; /* 1 .. JOURNAL_EFI_STEPS: all steps of the run */
	struct journal_efi_step steps[JOURNAL_EFI_STEPS];
};

struct journal_efi_key journal_efi_key(const char *id);

/*
 * Pure. ERR_FORMAT: no run id of 32 digits, no steps, an attempt 0; ERR_TOO_LARGE: more steps than
 * there is room for. The decoder takes exactly what the encoder writes.
 */
int journal_efi_encode(const struct journal_efi *run, uint8_t buf[JOURNAL_EFI_MAX_BYTES],
		       size_t *ret_len, struct err *err);
int journal_efi_decode(const uint8_t *buf, size_t len, struct journal_efi *ret);

/*
 * Writes the variable and reads it back. One write; what was there is replaced. As
 * journal_efi_encode(), and ERR_UNSUPPORTED (not started by UEFI), ERR_FULL (no room: Linux keeps
 * 5 KiB free on x86, since firmware whose store is full may not boot), ERR_POLICY (variables are
 * read-only), ERR_IO, ERR_PROOF (it reads back as something else).
 */
int journal_efi_save(struct hwio *hw, const struct journal_efi *run, struct err *err);

/* ERR_NOT_FOUND (no unfinished run), ERR_UNSUPPORTED, ERR_FORMAT (not ours to read), ERR_IO. */
int journal_efi_load(struct hwio *hw, struct journal_efi *ret, struct err *err);

/* At the end of the run, or when it was settled. None there is no error. As for saving. */
int journal_efi_remove(struct hwio *hw, struct err *err);

enum journal_efi_kind { JOURNAL_EFI_REPO = 1, JOURNAL_EFI_DEVICE, JOURNAL_EFI_COMPONENT };

/* The id that has this key, among those that the caller knows; NULL = none. */
typedef const char *journal_efi_name_fn(void *ctx, enum journal_efi_kind kind,
					const struct journal_efi_key *key);

/*
 * Brings such a run into a journal (usually a volatile one), as an unfinished run that went on in
 * RAM: RUN_BEGIN, each step as planned, RUN_IN_RAM. From then on it is settled like any other. What
 * has no name gets its key in hex digits. As journal_append().
 */
int journal_efi_restore(struct journal *journal, const struct journal_efi *run,
			journal_efi_name_fn *name, void *ctx, struct err *err);

#endif
