/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_flow.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inventory/target.h"
#include "plan/plan_match.h"

/* What the device runs now, by asking it; "" when it does not answer. */
static int read_back(struct step_flow *flow, char *found, size_t size, struct err *err)
{
	const char *value;
	int rc = flow->backend->refresh(flow->io.hw, &flow->dev, err);

	found[0] = '\0';
	if (rc)
		return rc;
	value = plan_proof_value(flow->step->comp, &flow->dev);
	snprintf(found, size, "%s", value ? value : flow->dev.version);
	return 0;
}

/* The device is what the plan was made for, and would not refuse. */
static int check(struct step_flow *flow, struct err *err)
{
	const struct step *step = flow->step;
	char found[DEVICE_VERSION_MAX];
	int rc = read_back(flow, found, sizeof(found), err);

	if (rc)
		return rc;
	/* Newer by now, say: what was an upgrade in the plan would go back, and nobody allowed
	 * that. */
	if (match_order(step->comp, &flow->dev) != match_order(step->comp, step->dev))
		return err_set(err, ERR_BUSY, "it runs %s by now: somebody else has updated it",
			       found);
	return flow->backend->check(&flow->io, err);
}

static int write_and_activate(struct step_flow *flow, enum backend_result *ret, struct err *err)
{
	int rc;

	flow->hooks->enter(flow->io.ctx, PHASE_WRITING);
	rc = flow->backend->write(&flow->io, ret, err);
	if (rc)
		return rc;
	flow->hooks->reached(flow->io.ctx, STEP_WRITTEN);
	if (*ret != BACKEND_NEEDS_ACTIVATE)
		return 0;
	flow->hooks->enter(flow->io.ctx, PHASE_ACTIVATING);
	rc = flow->backend->activate(&flow->io, ret, err);
	if (rc)
		return rc;
	if (*ret == BACKEND_NEEDS_ACTIVATE)
		return err_set(err, ERR_INTERNAL, "the backend did not activate");
	flow->hooks->reached(flow->io.ctx, STEP_ACTIVATED);
	return 0;
}

static enum step_state pending_state(enum backend_result result)
{
	if (result == BACKEND_NEEDS_REBOOT)
		return STEP_NEEDS_REBOOT;
	if (result == BACKEND_NEEDS_POWER_CYCLE)
		return STEP_NEEDS_POWER_CYCLE;
	return 0;
}

/* Law 5: what the device shows decides, nothing else. */
static int prove(struct step_flow *flow, enum backend_result written, struct step_result *result,
		 struct err *err)
{
	const struct component *comp = flow->step->comp;
	int rc;

	flow->hooks->enter(flow->io.ctx, PHASE_READING_BACK);
	rc = read_back(flow, result->found, sizeof(result->found), err);
	if (rc)
		return err_prefix(err, "written, but it could not be read back");
	result->state = pending_state(written);
	if (result->state) {
		snprintf(result->text, sizeof(result->text), "%s runs after a %s; it runs %s now",
			 comp->version,
			 result->state == STEP_NEEDS_REBOOT ? "reboot" : "power cycle",
			 result->found);
		return 0;
	}
	if (!flow->step->provable) {
		result->state = STEP_ACCEPTED;
		snprintf(result->text, sizeof(result->text),
			 "accepted, not provable: what it shows cannot tell the old from the new");
		return 0;
	}
	if (!plan_proof_holds(comp, result->found))
		return err_set(err, ERR_PROOF,
			       "it took the update without an error, but %s reads "
			       "\"%s\", not \"%s\"",
			       comp->proof.field, result->found, comp->proof.value);
	result->state = STEP_VERIFIED;
	return 0;
}

/* Appends one sentence to a text that may end with a full stop already. */
__attribute__((format(printf, 3, 4))) static void add_sentence(char *text, size_t size,
							       const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	while (len && (text[len - 1] == '.' || text[len - 1] == ' '))
		len--;
	len += (size_t)snprintf(text + len, size - len, ". ");
	if (len >= size)
		return;
	va_start(ap, fmt);
	vsnprintf(text + len, size - len, fmt, ap);
	va_end(ap);
}

/*
 * A management controller answers while it flashes, and reads as before: that it was waited for
 * long enough does not end what it does (law 8). It is neither restarted nor rebooted under.
 */
static bool may_go_on(const struct step_flow *flow, bool touched, int code, const char *found)
{
	const struct component *comp = flow->step->comp;

	return touched && code == ERR_OVERDUE && backend_is_by_bmc(comp->backend) &&
	       !(flow->step->provable && plan_proof_holds(comp, found));
}

void step_flow_fail(struct step_flow *flow, bool touched, const struct err *cause,
		    struct step_result *result)
{
	struct err err = { 0 };

	result->state = STEP_FAILED;
	snprintf(result->reason, sizeof(result->reason), "%s", err_id(cause->code));
	snprintf(result->text, sizeof(result->text), "%s", cause->text);
	if (read_back(flow, result->found, sizeof(result->found), &err) == 0) {
		if (may_go_on(flow, touched, cause->code, result->found)) {
			result->state = STEP_UNKNOWN;
			add_sentence(result->text, sizeof(result->text),
				     "Read back: it runs %s, and may still be written: leave the "
				     "power on.",
				     result->found);
			return;
		}
		add_sentence(result->text, sizeof(result->text), "Read back: it runs %s%s.",
			     result->found, touched ? "" : "; nothing was written to it");
		return;
	}
	if (touched)
		result->state = STEP_UNKNOWN;
	add_sentence(result->text, sizeof(result->text), "It does not answer (%s); %s.", err.text,
		     touched ? "what it runs is not known" : "nothing was written to it");
}

int step_flow_run(struct step_flow *flow, struct step_result *result, struct err *err)
{
	enum backend_result written = 0;
	int rc = check(flow, err);

	if (!rc)
		rc = flow->hooks->payload(flow->io.ctx, err);
	if (!rc)
		rc = write_and_activate(flow, &written, err);
	return rc ? rc : prove(flow, written, result, err);
}
