/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The short journal of runs without a medium that can be written (journal/journal_efi.h). */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "journal/journal_efi.h"
#include "run/session_internal.h"

static bool same_key(const struct journal_efi_key *a, const char *id)
{
	struct journal_efi_key b = journal_efi_key(id);

	return memcmp(a->bytes, b.bytes, sizeof(b.bytes)) == 0;
}

/* The id behind a key, among what is in this machine and in this repository. */
static const char *name_of(void *ctx, enum journal_efi_kind kind, const struct journal_efi_key *key)
{
	const struct session *s = ctx;

	if (kind == JOURNAL_EFI_REPO)
		return same_key(key, s->cat.repo_id) ? s->cat.repo_id : NULL;
	for (size_t i = 0; kind == JOURNAL_EFI_DEVICE && i < s->inv.count; i++)
		if (same_key(key, s->inv.devices[i].id))
			return s->inv.devices[i].id;
	for (size_t i = 0; kind == JOURNAL_EFI_COMPONENT && i < s->cat.count; i++)
		if (same_key(key, s->cat.components[i].id))
			return s->cat.components[i].id;
	return NULL;
}

static bool knows_run(struct session *s, const char *run_id)
{
	CLEANUP_FREE struct journal_record *records = NULL;
	struct err err = { 0 };
	size_t count = 0;

	if (journal_read(s->journal, &records, &count, &err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(records[i].run_id, run_id) == 0)
			return true;
	return false;
}

int session_restore_efi(struct session *s, struct err *err)
{
	struct journal_efi run;
	struct err cause = { 0 };
	int rc = bmc_is_remote(s->hw) ? ERR_UNSUPPORTED : journal_efi_load(s->hw, &run, &cause);

	if (rc == ERR_NOT_FOUND || rc == ERR_UNSUPPORTED)
		return 0;
	if (rc) {
		err_prefix(&cause, "what an earlier run left in a UEFI variable cannot be told");
		session_warn(s, cause.text);
		return 0;
	}
	s->efi_found = true;
	if (knows_run(s, run.run_id))
		return 0;
	return journal_efi_restore(s->journal, &run, name_of, s, err);
}

int session_save_efi(struct session *s, struct err *err)
{
	struct journal_efi run = {
		.time = (uint64_t)time(NULL),
		.repo_serial = s->cat.serial,
		.repo = journal_efi_key(s->cat.repo_id),
		.step_count = (uint16_t)s->plan.step_count,
	};
	int rc;

	if (bmc_is_remote(s->hw))
		return err_set(err, ERR_UNSUPPORTED, "it would be this machine's, not that one's");
	if (s->plan.step_count > JOURNAL_EFI_STEPS)
		return err_set(err, ERR_TOO_LARGE, "%zu steps, %d fit into the UEFI variable",
			       s->plan.step_count, JOURNAL_EFI_STEPS);
	snprintf(run.run_id, sizeof(run.run_id), "%s", s->run_id);
	for (size_t i = 0; i < s->plan.step_count; i++) {
		const struct step *step = &s->plan.steps[i];

		run.steps[i] = (struct journal_efi_step){
			journal_efi_key(step->dev->id),
			journal_efi_key(step->comp->id),
			history_attempt(&s->history, step->dev->id, step->comp->id),
		};
	}
	rc = journal_efi_save(s->hw, &run, err);
	s->efi_saved = rc == 0;
	s->efi_found = s->efi_found || s->efi_saved;
	return rc;
}

void session_drop_efi(struct session *s)
{
	struct err err = { 0 };

	if (!s->efi_found)
		return;
	if (journal_efi_remove(s->hw, &err))
		session_warn(s, err.text);
	else
		s->efi_found = s->efi_saved = false;
}
