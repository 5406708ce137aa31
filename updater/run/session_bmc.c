/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The management controller in a session: what is open in it, and for how long. */
#include <stdio.h>
#include <string.h>

#include "inventory/target.h"
#include "run/session_internal.h"

/* Nobody is there: the policy decides alone, and what it allows is done where it is needed. */
void session_allow_bmc(struct session *s)
{
	const struct choices *choices = &s->options->choices;
	struct bmc_access *access = s->hw->bmc;

	access->may_enable_vnic =
		choices->enable_vnic || (s->options->unattended && s->policy.allow_bmc_network);
	access->may_make_account = choices->temporary_account ||
				   (s->options->unattended && s->policy.allow_bmc_account);
}

static void tick(void *ctx)
{
	session_look_at_medium(ctx);
}

static struct bmc_door door_of(struct session *s)
{
	struct bmc_door door = {
		.hw = s->hw,
		.journal = s->journal,
		.events = s->events,
		.console = s->console,
		.tick = tick,
		.ctx = s,
	};

	memcpy(door.run_id, s->run_id, sizeof(door.run_id));
	return door;
}

/* What cannot be looked for is no reason to leave the server's other devices as they are. */
static void clean(struct session *s)
{
	struct err why = { 0 };

	s->door = door_of(s);
	if (bmc_door_clean(&s->door, &s->inv, &why) == 0)
		return;
	err_prefix(&why, "what an earlier run may have left open in the iLO");
	session_warn(s, why.text);
}

int session_look_at_bmc(struct session *s, struct err *err)
{
	if (!s->options->dry_run)
		clean(s);
	return bmc_door_bars(&s->inv, &s->cat, s->hw->bmc, &s->bars, err);
}

static bool carries_steps(const struct session *s)
{
	for (size_t i = 0; i < s->plan.step_count; i++)
		if (backend_is_by_bmc(s->plan.steps[i].comp->backend))
			return true;
	return false;
}

/* Does a step of the plan go through it, or is there something to close at the end? */
bool session_needs_bmc(const struct session *s)
{
	return s->door.vnic_on || carries_steps(s);
}

/* Steps behind a door that stays shut end with their own reasons; the others go on. */
void session_open_bmc(struct session *s)
{
	enum bmc_door_state state = carries_steps(s) ? bmc_door_state(&s->inv) : BMC_DOOR_NONE;
	bool left_on = s->door.vnic_on;
	struct err why = { 0 };

	if (!session_needs_bmc(s))
		return;
	s->door = door_of(s);
	s->door.vnic_on = left_on;
	s->door.step = (uint16_t)(s->step_base + s->plan.step_count + 1);
	if (bmc_door_open(&s->door, state, &why))
		session_warn(s, why.text);
}

/* Is a step that goes through the BMC in a state that nobody knows? Then it may still flash. */
static bool may_still_flash(const struct session *s, struct apply_run *run)
{
	for (size_t i = 0; i < s->plan.step_count; i++) {
		const struct step *step = &s->plan.steps[i];

		if (!backend_is_by_bmc(step->comp->backend))
			continue;
		switch (apply_result(run, step->number).state) {
		case STEP_OVERDUE:
		case STEP_UNKNOWN:
			return true;
		default:
			break;
		}
	}
	return false;
}

int session_close_bmc(struct session *s, struct apply_run *run)
{
	bool touched = session_needs_bmc(s);
	struct err why = { 0 };
	int rc = bmc_door_close(&s->door, !run || !may_still_flash(s, run), &why);

	if (rc)
		session_warn(s, why.text);
	if (touched)
		session_await_medium(s);
	return rc;
}
