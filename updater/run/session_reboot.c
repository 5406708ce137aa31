/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A reboot that belongs to the plan, and the way back (DESIGN 8). */
#include <stdio.h>
#include <string.h>

#include "base/fsio.h"
#include "hw/boot_next.h"
#include "run/session_internal.h"

/* A run that reboots so often makes no progress. */
#define MAX_BOOTS 8

static size_t count_state(const struct session *s, struct apply_run *run, enum step_state state)
{
	size_t count = 0;

	for (unsigned int number = 1; number <= s->plan.step_count; number++)
		count += apply_result(run, number).state == state;
	return count;
}

/* What speaks against the reboot; NULL = nothing. */
static const char *against(const struct session *s, struct apply_run *run)
{
	if (!s->options->reboot_file)
		return "nobody asked for a reboot";
	if (count_state(s, run, STEP_UNKNOWN) || apply_overdue(run))
		return "a device needs a person first";
	if (s->history.boots >= MAX_BOOTS && s->goes_on)
		return "it was rebooted too often already";
	if (!s->efi_saved && (journal_is_volatile(s->journal) || journal_owed(s->journal)))
		return "the journal is only in RAM, and the next boot could not go on with it";
	return NULL;
}

static void say_boot_again(struct session *s, const char *why)
{
	console_say(s->console,
		    "Activated, not proven: what is to run after a reboot was not read back. %s "
		    "again to prove it (%s).",
		    bmc_is_remote(s->hw) ? "Reboot that server and call this" : "Boot this medium",
		    why);
	events_emit(s->events, "Warning", EVENT_S("text", why));
}

/* Does a capsule wait that the next reset brings to the firmware, and a power cut loses? */
static bool waits_in_memory(const struct session *s, struct apply_run *run)
{
	for (size_t i = 0; i < s->plan.step_count; i++) {
		const struct step *step = &s->plan.steps[i];

		if (strcmp(step->comp->backend, "uefi-capsule") == 0 &&
		    apply_result(run, step->number).state == STEP_NEEDS_REBOOT)
			return true;
	}
	return false;
}

/* So that whoever was asked to power off at the end reboots instead. */
static void ask_to_keep_power(struct session *s)
{
	char path[FSIO_PATH_MAX];
	struct err err = { 0 };

	console_say(s->console,
		    "A firmware update waits in memory: reboot to bring it into effect. Without "
		    "power it is lost, and must be written again.");
	if (!s->options->reboot_file)
		return;
	snprintf(path, sizeof(path), "%s.keep-power", s->options->reboot_file);
	if (fsio_write_atomic(path, "", 0, 0644, &err))
		session_warn(s, err.text);
}

/* Another machine: whoever is there reboots it, and the next call goes on with the run. */
static void leave_to_others(struct session *s, struct apply_run *run)
{
	bool clean = !count_state(s, run, STEP_UNKNOWN) && !apply_overdue(run);

	s->reboot_arranged = clean && !journal_is_volatile(s->journal);
	if (s->reboot_arranged)
		console_say(s->console,
			    "Restart that server, then call this once more: the run "
			    "goes on, and proves what waits for it.");
	else
		say_boot_again(s, "it is another machine, which is not restarted from here");
}

void session_arrange_reboot(struct session *s, struct apply_run *run)
{
	const char *why = against(s, run);
	struct err err = { 0 };
	char title[96];
	uint16_t entry;

	if (!count_state(s, run, STEP_NEEDS_REBOOT))
		return;
	if (bmc_is_remote(s->hw)) {
		leave_to_others(s, run);
		return;
	}
	if (waits_in_memory(s, run))
		ask_to_keep_power(s);
	if (why) {
		say_boot_again(s, why);
		return;
	}
	if (boot_next_set(s->hw, &entry, title, sizeof(title), &err) ||
	    fsio_write_atomic(s->options->reboot_file, "", 0, 0644, &err)) {
		say_boot_again(s, err.text);
		return;
	}
	s->reboot_arranged = true;
	events_emit(s->events, "RebootArranged", EVENT_U("entry", entry), EVENT_S("title", title));
	console_say(s->console,
		    "The next boot comes back here (BootNext is Boot%04X, \"%s\", read back): the "
		    "run goes on then.",
		    entry, title);
}
