/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The iLO as a whole: its time, its restarts, its knobs, its log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo_internal.h"

#define RESTART_MS 60000u /* real ones take about 90 s */

static const char *const knob_names[ILO_KNOB_LAST + 1] = {
	[ILO_KNOB_BUSY] = "busy",
	[ILO_KNOB_503] = "503",
	[ILO_KNOB_FOREIGN_TASK] = "foreign-task",
	[ILO_KNOB_EXCEPTION_ITEM] = "exception-item",
	[ILO_KNOB_TPM_REQUIRED] = "tpm-required",
	[ILO_KNOB_REPOSITORY_FULL] = "repository-full",
	[ILO_KNOB_EMPTY_400] = "empty-400",
	[ILO_KNOB_CUT_UPLOAD] = "cut-upload",
	[ILO_KNOB_CUT_ANSWER] = "cut-answer",
	[ILO_KNOB_CUT_FLASH] = "cut-flash",
	[ILO_KNOB_SILENT] = "silent",
	[ILO_KNOB_SESSION_LOST] = "session-lost",
	[ILO_KNOB_NEVER_BACK] = "never-back",
	[ILO_KNOB_STALL] = "stall",
	[ILO_KNOB_FLASH_ERROR] = "flash-error",
	[ILO_KNOB_DEAD] = "dead",
	[ILO_KNOB_SECURITY] = "security",
	[ILO_KNOB_VNIC_OFF] = "vnic-off",
	[ILO_KNOB_ACCOUNTS_FULL] = "accounts-full",
	[ILO_KNOB_ACCOUNT_REFUSED] = "account-refused",
	[ILO_KNOB_DOWNGRADE_REFUSED] = "downgrade-refused",
	[ILO_KNOB_SIGNATURE_INVALID] = "signature-invalid",
};

enum ilo_knob ilo_knob_from_name(const char *name)
{
	for (unsigned int i = 1; i <= ILO_KNOB_LAST; i++)
		if (strcmp(knob_names[i], name) == 0)
			return (enum ilo_knob)i;
	return ILO_KNOB_NONE;
}

bool ilo_knob_on(const struct ilo *ilo, enum ilo_knob knob)
{
	bool timed = knob == ILO_KNOB_BUSY || knob == ILO_KNOB_503;

	if (!ilo->knobs[knob].on)
		return false;
	return !timed || ilo->now_ms < ilo->knobs[knob].since_ms + 1000ull * ilo->knobs[knob].value;
}

static void add_task(struct ilo *ilo, const char *name, const char *state)
{
	for (size_t i = 0; i < ILO_TASKS; i++) {
		struct ilo_task *task = &ilo->tasks[i];

		if (task->id)
			continue;
		*task = (struct ilo_task){ .id = ilo->next_id++, .by_uefi = true, .foreign = true };
		snprintf(task->name, sizeof(task->name), "%s", name);
		snprintf(task->state, sizeof(task->state), "%s", state);
		return;
	}
}

void ilo_set_knob(struct ilo *ilo, enum ilo_knob knob, unsigned int value, const char *text)
{
	ilo->knobs[knob].on = true;
	ilo->knobs[knob].value = value;
	ilo->knobs[knob].since_ms = ilo->now_ms;
	snprintf(ilo->knobs[knob].text, sizeof(ilo->knobs[knob].text), "%s", text ? text : "");
	if (knob == ILO_KNOB_FOREIGN_TASK)
		add_task(ilo, "somebody else's", "Pending");
	if (knob == ILO_KNOB_EXCEPTION_ITEM)
		add_task(ilo, "somebody else's, failed", "Exception");
	if (knob == ILO_KNOB_VNIC_OFF)
		ilo->vnic = ilo->vnic_next = false;
}

struct ilo *ilo_new(const struct ilo_settings *settings)
{
	const struct ilo_generation *gen = ilo_generation(settings->generation);
	struct ilo *ilo = gen ? calloc(1, sizeof(*ilo)) : NULL;

	if (!ilo)
		return NULL;
	ilo->set = *settings;
	ilo->gen = gen;
	ilo->next_id = 1;
	ilo->vnic = ilo->vnic_next = gen->number >= 5;
	ilo_fill_firmware(ilo);
	ilo->accounts[0] =
		(struct ilo_account){ .id = ilo->next_id++, .can_update = true, .can_login = true };
	snprintf(ilo->accounts[0].user, sizeof(ilo->accounts[0].user), "%s",
		 settings->user ? settings->user : "admin");
	snprintf(ilo->accounts[0].password, sizeof(ilo->accounts[0].password), "%s",
		 settings->password ? settings->password : "");
	return ilo;
}

void ilo_free(struct ilo *ilo)
{
	if (!ilo)
		return;
	for (size_t i = 0; i < ILO_STORED; i++)
		free(ilo->stored[i].data);
	free(ilo->image.data);
	chif_side_free(ilo->chif);
	free(ilo->log);
	free(ilo);
}

void ilo_say(struct ilo *ilo, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	char *log;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	if ((size_t)len > sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	log = realloc(ilo->log, ilo->log_len + (size_t)len + 1);
	if (!log)
		return;
	ilo->log = log;
	memcpy(log + ilo->log_len, line, (size_t)len);
	ilo->log_len += (size_t)len;
	log[ilo->log_len] = '\0';
}

const char *ilo_log(const struct ilo *ilo)
{
	return ilo->log ? ilo->log : "";
}

const char *ilo_version(const struct ilo *ilo, const char *name)
{
	const struct ilo_firmware *fw = ilo_find_firmware(ilo, name);

	return fw ? fw->version : NULL;
}

const char *ilo_flashed(const struct ilo *ilo, const char *name)
{
	const struct ilo_firmware *fw = ilo_find_firmware(ilo, name);

	return fw ? fw->flashed : "";
}

void ilo_restart(struct ilo *ilo)
{
	if (ilo->down)
		return;
	ilo_say(ilo, "restart");
	ilo->down = true;
	ilo->down_since_ms = ilo->now_ms;
	ilo->resets++;
	ilo_forget_sessions(ilo);
	chif_side_reset(ilo->chif);
	if (ilo->set.events.down)
		ilo->set.events.down(ilo->set.events.ctx, ilo->set.reset_takes_medium);
}

static void come_back(struct ilo *ilo)
{
	ilo->down = false;
	ilo->booted_ms = ilo->now_ms;
	ilo->vnic = ilo->vnic_next;
	ilo->state = ILO_IDLE;
	ilo->result[0] = '\0';
	ilo_say(ilo, "back");
	if (ilo->set.events.up)
		ilo->set.events.up(ilo->set.events.ctx);
}

bool ilo_is_down(const struct ilo *ilo)
{
	return ilo->down || ilo->knobs[ILO_KNOB_DEAD].on;
}

uint64_t ilo_tick(struct ilo *ilo, uint64_t ms)
{
	ilo->now_ms += ms * (ilo->set.speed ? ilo->set.speed : 1);
	if (!ilo->down)
		ilo_update_tick(ilo);
	if (ilo->down && !ilo->knobs[ILO_KNOB_NEVER_BACK].on &&
	    ilo->now_ms >= ilo->down_since_ms + RESTART_MS)
		come_back(ilo);
	return ilo->down || ilo->state != ILO_IDLE ? 100 : UINT64_MAX;
}

void ilo_power_cut(struct ilo *ilo)
{
	const bool flashes =
		ilo->state != ILO_IDLE && ilo->state != ILO_COMPLETE && ilo->state != ILO_ERROR;

	ilo_say(ilo, "power cut%s", flashes ? " while it flashes" : "");
	free(ilo->image.data);
	ilo->image = (struct ilo_stored){ 0 };
	ilo->sections = 0;
	ilo->etag[0] = '\0';
	ilo_restart(ilo);
}

void ilo_left(const struct ilo *ilo, FILE *out)
{
	for (size_t i = 0; i < ILO_SESSIONS; i++)
		if (ilo->sessions[i].token[0])
			fprintf(out, "session %s\n", ilo->sessions[i].user);
	for (size_t i = 0; i < ILO_ACCOUNTS; i++)
		if (ilo->accounts[i].id)
			fprintf(out, "account %s\n", ilo->accounts[i].user);
	for (size_t i = 0; i < ILO_TASKS; i++)
		if (ilo->tasks[i].id)
			fprintf(out, "task %s (%s)\n", ilo->tasks[i].name, ilo->tasks[i].state);
	for (size_t i = 0; i < ILO_STORED; i++)
		if (ilo->stored[i].data)
			fprintf(out, "file %s\n", ilo->stored[i].name);
}

void ilo_host_reset(struct ilo *ilo)
{
	/* What no run may do: whoever tests for it looks for these words. */
	ilo_say(ilo, "host reset%s",
		ilo->down		     ? " while it restarts"
		: ilo->state == ILO_UPDATING ? " while it flashes"
					     : "");
	ilo_run_post(ilo);
	for (size_t i = 0; i < ilo->firmware_count; i++) {
		struct ilo_firmware *fw = &ilo->firmware[i];

		if (!fw->waiting[0])
			continue;
		memcpy(fw->version, fw->waiting, sizeof(fw->version));
		fw->waiting[0] = '\0';
		ilo_say(ilo, "%s runs %s", fw->name, fw->version);
	}
}
