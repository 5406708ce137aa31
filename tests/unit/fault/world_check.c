/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "drydock.h"

/* What the journal says of one drive, over all runs. */
struct testimony {
	unsigned int intents;
	unsigned int failures; /* steps that went wrong or were found undone */
	const struct journal_record *last;
};

struct story {
	struct journal_record *records;
	size_t count;
	bool incomplete; /* a run in RAM has gone on without its medium: records are missing */
	struct testimony drive[WORLD_DRIVES];
};

static char complaint[512];

__attribute__((format(printf, 1, 2))) static const char *complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaint, sizeof(complaint), fmt, ap);
	va_end(ap);
	return complaint;
}

/* WORLD_DRIVES = none of them */
static unsigned int drive_of(const struct journal_record *record)
{
	unsigned int drive = 0;

	while (drive < WORLD_DRIVES && (strncmp(record->device, "nvme:", 5) != 0 ||
					strcmp(record->device + 5, world_drive_name(drive)) != 0))
		drive++;
	return drive;
}

static void hear(const struct world *world, struct story *story,
		 const struct journal_record *record)
{
	unsigned int drive = drive_of(record);
	struct testimony *testimony = &story->drive[drive];

	if (world->medium_lost && record->type == JOURNAL_RUN_IN_RAM)
		story->incomplete = true;
	if (record->type != JOURNAL_STEP || drive == WORLD_DRIVES)
		return;
	testimony->intents += record->state == STEP_WRITING;
	testimony->failures += record->state == STEP_FAILED || record->state == STEP_UNKNOWN;
	testimony->last = record;
}

static struct story read_story(const struct world *world)
{
	struct story story = { 0 };

	story.records = world_records(world, &story.count);
	for (size_t i = 0; i < story.count; i++)
		hear(world, &story, &story.records[i]);
	return story;
}

static unsigned int steps_of(unsigned int drive)
{
	if (!world_drive_is_in_plan(drive))
		return 0;
	return world_drive_name(drive)[0] == 'C' ? 2 : 1;
}

static bool runs_wanted(const struct world *world, unsigned int drive)
{
	return strcmp(world->shared->drive[drive].firmware.running, world_drive_wanted(drive)) == 0;
}

static const char *check_drive(const struct world *world, const struct story *story,
			       unsigned int drive)
{
	const struct world_drive *state = &world->shared->drive[drive];
	const struct testimony *testimony = &story->drive[drive];
	const char *name = world_drive_name(drive);
	unsigned int allowed = steps_of(drive) + testimony->failures;

	if (!world_drive_is_in_plan(drive) && (state->begun || state->stored))
		return complain("%s is not in the plan and was written", name);
	if (!story->incomplete && state->begun > testimony->intents)
		return complain("%s received %u writes, but %u intents are durable", name,
				state->begun, testimony->intents);
	if (!story->incomplete && (state->begun > allowed || state->stored > allowed))
		return complain("%s was written %u times and stored %u images, with %u failures",
				name, state->begun, state->stored, testimony->failures);
	if (testimony->last && testimony->last->state == STEP_VERIFIED &&
	    strcmp(state->firmware.running, testimony->last->to) != 0 &&
	    !(story->incomplete && runs_wanted(world, drive)))
		return complain("%s: %s is verified, but %s runs", name, testimony->last->to,
				state->firmware.running);
	return NULL;
}

const char *world_check_laws(const struct world *world)
{
	struct story story = read_story(world);
	const char *wrong = NULL;

	for (unsigned int i = 0; i < WORLD_DRIVES && !wrong; i++)
		wrong = check_drive(world, &story, i);
	free(story.records);
	return wrong;
}

/* Stored, and waiting for a reset. */
static bool waits_for_wanted(const struct world *world, unsigned int drive)
{
	const struct nvme_model_firmware *firmware = &world->shared->drive[drive].firmware;

	return firmware->next &&
	       strcmp(firmware->slot[firmware->next], world_drive_wanted(drive)) == 0;
}

/* Status 0 and 3: all run; 1: some still wait, none is left behind; 7: nothing was touched. */
static const char *check_status_of_drive(const struct world *world, unsigned int drive)
{
	bool runs = runs_wanted(world, drive), waits = waits_for_wanted(world, drive);

	switch (world->shared->status) {
	case EXIT_CHANGED:
	case EXIT_NOTHING_NEEDED:
		return runs ? NULL : "it does not run what was wanted";
	case EXIT_NEEDS_REBOOT:
		return runs || waits ? NULL : "it neither runs what was wanted nor waits for it";
	default:
		return NULL;
	}
}

static const char *check_statuses(const struct world *world)
{
	int status = world->shared->status;

	for (unsigned int i = 0; i < WORLD_DRIVES; i++) {
		const char *wrong = check_status_of_drive(world, i);

		if (wrong)
			return complain("exit status %d, but %s: %s", status, world_drive_name(i),
					wrong);
	}
	if (status < 0 || status >= EXIT_INTERNAL || status == EXIT_USAGE)
		return complain("exit status %d", status);
	return NULL;
}

const char *world_check_status(const struct world *world)
{
	const char *wrong = world_check_laws(world);

	return wrong ? wrong : check_statuses(world);
}

/* The last that is said of a step: what becomes of it when the drive runs its version. */
static const char *last_word(const struct world *world, const struct story *story,
			     unsigned int drive, const char *version)
{
	const struct journal_record *last = NULL;

	for (size_t i = 0; i < story->count; i++)
		if (story->records[i].type == JOURNAL_STEP &&
		    drive_of(&story->records[i]) == drive &&
		    strcmp(story->records[i].to, version) == 0)
			last = &story->records[i];
	if (!last)
		return "lost";
	/* Its proof is that the next boot has found it running. */
	if (last->state == STEP_NEEDS_REBOOT && runs_wanted(world, drive))
		return step_state_name(STEP_VERIFIED);
	/* Its records went with the medium, and the drive has moved on: nothing can prove it. */
	if (last->state == STEP_ACCEPTED && story->incomplete &&
	    strcmp(version, world_drive_wanted(drive)) != 0)
		return step_state_name(STEP_VERIFIED);
	return step_state_name(last->state);
}

const char *world_final_report(const struct world *world)
{
	static const char *const versions[] = { "1.5", "2.0" };
	static char report[2048];
	struct story story = read_story(world);
	size_t len = 0;

	for (unsigned int i = 0; i < WORLD_DRIVES; i++)
		for (unsigned int v = 2 - steps_of(i); v < 2; v++)
			len += (size_t)snprintf(report + len, sizeof(report) - len,
						"%s %s %s, runs %s\n", world_drive_name(i),
						versions[v],
						last_word(world, &story, i, versions[v]),
						world->shared->drive[i].firmware.running);
	free(story.records);
	return report;
}

/* What a disturbed boot may end with, from the last word on each step of the plan. */
static const char *check_last_words(const struct world *world, const struct story *story)
{
	bool pending = false, unknown = false, failed = false;
	int status = world->shared->status;

	for (unsigned int i = 0; i < WORLD_DRIVES; i++) {
		const struct journal_record *last = story->drive[i].last;
		enum step_state state = last ? last->state : STEP_VERIFIED;

		pending = pending || state == STEP_NEEDS_REBOOT || state == STEP_NEEDS_POWER_CYCLE;
		unknown = unknown || state == STEP_UNKNOWN || state == STEP_OVERDUE;
		failed = failed || state == STEP_FAILED || state == STEP_ACCEPTED;
		if (state < STEP_VERIFIED)
			return complain("the boot ended, but %s is left as \"%s\"",
					world_drive_name(i), step_state_name(state));
	}
	if (unknown && status != EXIT_NEEDS_HUMAN)
		return complain("exit status %d, but what a drive runs is not known", status);
	if (failed && (status == EXIT_CHANGED || status == EXIT_NEEDS_REBOOT))
		return complain("exit status %d, but a step failed", status);
	if (pending && status == EXIT_CHANGED)
		return complain("exit status %d, but a drive waits for a reboot", status);
	return NULL;
}

const char *world_check_disturbed(const struct world *world)
{
	struct story story = read_story(world);
	const char *wrong = world_check_laws(world);

	if (!wrong)
		wrong = check_last_words(world, &story);
	free(story.records);
	return wrong;
}

const char *world_boot_to_the_end(struct world *world, enum nvme_model_reset power)
{
	for (int i = 0; i < WORLD_MAX_BOOTS; i++) {
		const struct world_boot boot = { .power = power };
		const char *wrong;

		if (world_boot(world, &boot) != WORLD_ENDED)
			return "an undisturbed boot did not come to its end";
		wrong = world_check_status(world);
		if (wrong)
			return wrong;
		if (world->shared->status == EXIT_CHANGED ||
		    world->shared->status == EXIT_NOTHING_NEEDED)
			return NULL;
		power = world->shared->status == EXIT_NEEDS_REBOOT ? NVME_RESET_CONVENTIONAL
								   : NVME_RESET_POWER;
	}
	return "it does not come to an end";
}
