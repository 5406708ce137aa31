/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The watchdog timer of the BMC: IPMI 2.0 §27. Only Get and Reset are ever sent. Reset starts a
 * timer that is stopped, so each one comes right behind a Get that found it running.
 */
#include <stdio.h>
#include <string.h>

#include "format/le.h"
#include "run/watchdog_feeder.h"

#define CMD_RESET  0x22
#define CMD_GET	   0x25
#define ANSWER_MS  5000u
#define MS_A_COUNT 100u /* of the countdowns */
#define LOOK_MS	   350u /* in which one that runs cannot stand still */

enum { /* bytes of the answer to Get (§27.7), behind the completion code */
       TIMER_USE = 0,
       ACTIONS = 1,
       PRETIMEOUT = 2, /* seconds */
       INITIAL = 4,
       PRESENT = 6,
       GET_BYTES = 8,
};

#define USE_RUNNING    0x40u
#define USE_MASK       0x07u
#define ACTION_MASK    0x07u
#define INTERRUPT_MASK 0x70u
#define CODE_INVALID   0xc1u /* the BMC has no watchdog */

struct timer {
	bool running;
	uint8_t use, action;
	uint32_t initial_ms, present_ms;
	uint32_t pretimeout_ms; /* 0 = it has no interrupt */
};

static int ask(struct feeder *feeder, uint8_t cmd, struct ipmi_answer *answer, struct err *err)
{
	const struct ipmi_request request = { .netfn = IPMI_NETFN_APP,
					      .cmd = cmd,
					      .timeout_ms = ANSWER_MS };

	return ipmi_ask(&feeder->ipmi, &request, answer, err);
}

static int get(struct feeder *feeder, struct timer *ret, struct err *err)
{
	struct ipmi_answer answer;
	int rc = ask(feeder, CMD_GET, &answer, err);

	*ret = (struct timer){ 0 };
	if (rc == ERR_DEVICE && answer.code == CODE_INVALID) {
		*err = (struct err){ 0 };
		return 0;
	}
	if (rc)
		return rc;
	if (answer.len < GET_BYTES)
		return err_set(err, ERR_DEVICE, "the BMC says too little of its watchdog");
	ret->running = answer.data[TIMER_USE] & USE_RUNNING;
	ret->use = answer.data[TIMER_USE] & USE_MASK;
	ret->action = answer.data[ACTIONS] & ACTION_MASK;
	ret->initial_ms = le16_at(answer.data + INITIAL) * MS_A_COUNT;
	ret->present_ms = le16_at(answer.data + PRESENT) * MS_A_COUNT;
	if (answer.data[ACTIONS] & INTERRUPT_MASK)
		ret->pretimeout_ms = answer.data[PRETIMEOUT] * 1000u;
	return 0;
}

/* Not every BMC says that the timer runs (QEMU's never does): one that counts down does. */
static int look(struct feeder *feeder, struct timer *ret, struct err *err)
{
	struct timer later;
	int rc = get(feeder, ret, err);

	if (rc || ret->running || !ret->initial_ms || !ret->present_ms)
		return rc;
	feeder->hw->ops->sleep_ms(feeder->hw, LOOK_MS);
	rc = get(feeder, &later, err);
	ret->running = later.running || later.present_ms < ret->present_ms;
	return rc;
}

/* How long after a reset it must be reset again. */
static uint32_t bite_of(const struct timer *timer)
{
	return timer->initial_ms > timer->pretimeout_ms ? timer->initial_ms - timer->pretimeout_ms
							: 0;
}

/*
 * A timer that counts from nothing fires when it is reset (§27.6), and one past its pre-timeout
 * takes no reset any more (§27.5): only Set would help, which decides what the owner wanted.
 */
static int check(const struct timer *timer, struct err *err)
{
	if (!timer->running)
		return err_set(err, ERR_NOT_FOUND, "it does not run any more");
	if (!bite_of(timer))
		return err_set(err, ERR_DEVICE, "a reset of it would fire it: it counts from %u ms",
			       timer->initial_ms);
	if (timer->pretimeout_ms && timer->present_ms <= timer->pretimeout_ms)
		return err_set(err, ERR_DEVICE,
			       "it is past its pre-timeout and takes no reset any more: %u ms are "
			       "left",
			       timer->present_ms);
	return 0;
}

static int feed(struct feeder *feeder, struct err *err)
{
	struct ipmi_answer answer;
	struct timer before, after;
	int rc = look(feeder, &before, err);

	if (!rc)
		rc = check(&before, err);
	if (!rc)
		rc = ask(feeder, CMD_RESET, &answer, err);
	if (!rc)
		rc = get(feeder, &after, err);
	if (rc)
		return rc;
	/* It counts on while it is asked: less than before is no proof, far from the beginning is.
	 */
	if (after.present_ms <= before.present_ms && after.present_ms < after.initial_ms / 2)
		return err_set(err, ERR_DEVICE, "it takes no reset: %u ms are left",
			       after.present_ms);
	feeder->bite_ms = bite_of(&before);
	return 0;
}

static void leave(struct feeder *feeder, char *text, size_t size)
{
	struct err err = { 0 };
	int rc = feed(feeder, &err);

	ipmi_close(&feeder->ipmi);
	text[0] = '\0';
	if (rc == 0)
		snprintf(text, size,
			 "%s was left running, as it was found: it goes off %u s from now unless "
			 "the machine is restarted before",
			 feeder->name, feeder->bite_ms / 1000);
	else if (rc != ERR_NOT_FOUND)
		snprintf(text, size, "%s could not be fed at the end: %.200s", feeder->name,
			 err.text);
}

static const struct feeder_ops bmc_ops = { feed, leave };

static const char *use_name(uint8_t use)
{
	static const char *const names[] = { "unknown use", "BIOS FRB2",  "BIOS/POST",
					     "OS load",	    "SMS/OS",	  "OEM",
					     "unknown use", "unknown use" };

	return names[use & USE_MASK];
}

static const char *action_name(uint8_t action)
{
	static const char *const names[] = { "no action", "a reset", "a power off",
					     "a power cycle" };

	return action < sizeof(names) / sizeof(*names) ? names[action] : "an unknown action";
}

size_t watchdog_find_bmc(struct hwio *hw, struct feeder *feeder, struct err *err)
{
	struct timer timer;
	int rc;

	*feeder = (struct feeder){ .ops = &bmc_ops, .hw = hw, .fd = -1 };
	rc = ipmi_open(hw, &feeder->ipmi, err);
	if (rc == ERR_NOT_FOUND)
		*err = (struct err){ 0 };
	if (rc)
		return 0;
	rc = look(feeder, &timer, err);
	if (rc)
		err_prefix(err, "whether the BMC's watchdog runs cannot be told");
	if (rc || !timer.running) {
		ipmi_close(&feeder->ipmi);
		return 0;
	}
	feeder->bite_ms = bite_of(&timer);
	snprintf(feeder->name, sizeof(feeder->name), "the BMC's watchdog (%s, leads to %s)",
		 use_name(timer.use), action_name(timer.action));
	return 1;
}
