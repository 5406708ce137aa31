/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What will be done, and why everything else is left alone: a pure function of inventory, catalog
 * and choices. It reads no hardware and writes nothing, so that it can be printed, saved, compared
 * and tested with plain files.
 */
#ifndef DRYDOCK_PLAN_H
#define DRYDOCK_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "repo/catalog.h"
#include "inventory/inventory.h"
#include "plan/reason.h"

#define PLAN_TEXT_MAX  200
#define PLAN_MAX_STEPS 256

/* What vendors' tools were tried on, for whatever device: a program of ours in their place. */
#define PLAN_TOOL_EVIDENCE EVIDENCE_EMULATOR

/*
 * Something found out before the plan is made that forbids writing: an earlier run left the device
 * in doubt, its array is degraded, the component was withdrawn. At least one of the two ids is set;
 * with both the bar is for that pair alone.
 */
struct plan_bar {
	char device[DEVICE_ID_MAX]; /* "" = every device */
	char component[96];	    /* "" = every component */
	enum reason reason;
	char text[PLAN_TEXT_MAX]; /* a sentence with the facts, without a full stop */
};

struct plan_bars {
	struct plan_bar *list;
	size_t count;
};

/*
 * Adds a bar; either id may be NULL or "". The ids are cut to their sizes. fmt makes the sentence.
 * ERR_NOMEM. plan_bars_free() leaves {0}.
 */
int plan_bars_add(struct plan_bars *bars, const char *device, const char *component,
		  enum reason reason, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void plan_bars_free(struct plan_bars *bars);

/* Choices, already cut to what the policy of the image allows. */
struct plan_options {
	const char *const *only; /* component or device ids; only_count 0 = everything */
	size_t only_count;
	const char *const *skip;
	size_t skip_count;
	const struct plan_bars *bars; /* NULL = none */
	/*
	 * The payloads do not all fit into RAM: what may take the medium away (the BMC, whatever
	 * the medium hangs from) comes last instead of first.
	 */
	bool medium_needed;
	bool allow_downgrade;
	bool rewrite; /* write again what runs already */
	bool tpm_consent;
	bool accept_no_proof; /* a person said yes at the console */
	enum evidence min_evidence;
};

struct step {
	unsigned int number; /* 1.. in the order of the work */
	const struct device *dev;
	const struct component *comp;
	char from[DEVICE_VERSION_MAX]; /* what the proof's field reads now */
	/*
	 * The step cannot be proven: there is no proof, or its field reads the wanted value
	 * already (a rewrite). Its best result is "accepted, not provable" (law 5).
	 */
	bool provable;
};

/* Something that is left alone. Either comp or dev may be NULL, never both. */
struct decision {
	const struct component *comp;
	const struct device *dev;
	enum reason reason;
	char text[PLAN_TEXT_MAX]; /* a sentence with the facts */
};

struct plan {
	struct step *steps;
	size_t step_count;
	struct decision *left;
	size_t left_count;
	uint64_t expected_seconds; /* of all steps, as far as the components tell */
};

/*
 * Makes the plan. inv and cat must outlive it: it points into them. ret must be {0}.
 * ERR_NOMEM, ERR_TOO_LARGE (more than PLAN_MAX_STEPS steps).
 */
int plan_make(const struct inventory *inv, const struct catalog *cat,
	      const struct plan_options *options, struct plan *ret, struct err *err);
void plan_free(struct plan *plan);

/*
 * An id of --only or --skip that names nothing here, the index-th of them (0..); NULL when there is
 * no such one. It may be a typing error, and what was to be skipped would not be: it is said.
 */
const char *plan_unknown_id(const struct inventory *inv, const struct catalog *cat,
			    const struct plan_options *options, size_t index);

/* What the field that proves comp reads on dev; NULL when there is no such field. */
const char *plan_proof_value(const struct component *comp, const struct device *dev);

/* Does the proof of comp hold for a value that was read? */
bool plan_proof_holds(const struct component *comp, const char *value);

/*
 * Of a large repository most components fit nothing in a machine. More than PLAN_OTHERS_TOLD of
 * them are told as a number where people read: that number, else 0.
 */
#define PLAN_OTHERS_TOLD 20
size_t plan_count_others(const struct plan *plan);
bool plan_is_for_others(const struct decision *left); /* is it one of them? */

/* For people, malloc'ed, at most 80 columns but for long names. ERR_NOMEM. */
int plan_to_text(const struct plan *plan, char **ret_text, struct err *err);

/* The claim that the result can be compared with: pretty JSON, malloc'ed. */
int plan_to_json(const struct plan *plan, const struct catalog *cat, char **ret_text,
		 size_t *ret_len, struct err *err);

/* All that was decided about one component or device id. ERR_NOT_FOUND when nothing was. */
int plan_explain(const struct plan *plan, const char *id, char **ret_text, struct err *err);

#endif
