/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step is called whose write ended with an error, by what its device says afterwards. */
#include <string.h>

#include "run/step_flow.h"
#include "tap.h"

static const char *shown; /* what the device runs; NULL = it does not answer */

static int refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	(void)hw;
	if (!shown)
		return err_set(err, ERR_DEVICE_GONE, "no answer");
	snprintf(dev->version, sizeof(dev->version), "%s", shown);
	return device_set_prop(dev, "redfish.version", shown);
}

static const struct backend answers = { .name = "answers", .refresh = refresh };

/*
 * A management controller answers while it flashes: after a time-out the old version is no proof
 * that nothing goes on, and it must not be restarted then (session_bmc.c, session_reboot.c).
 */
static void after_an_error(void)
{
	static const struct {
		const char *backend;
		const char *reads;
		int code;
		bool touched;
		enum step_state want;
	} rows[] = {
		{ "ilo-redfish", "1.0", ERR_OVERDUE, true, STEP_UNKNOWN },
		{ "ilo-ribcl", "1.0", ERR_OVERDUE, true, STEP_UNKNOWN },
		{ "redfish", "1.0", ERR_OVERDUE, true, STEP_UNKNOWN },
		{ "redfish", "2.0", ERR_OVERDUE, true, STEP_FAILED },
		{ "redfish", "1.0", ERR_OVERDUE, false, STEP_FAILED },
		{ "redfish", "1.0", ERR_DEVICE, true, STEP_FAILED },
		{ "redfish", NULL, ERR_DEVICE, true, STEP_UNKNOWN },
		{ "redfish", NULL, ERR_OVERDUE, false, STEP_FAILED },
		/* A command to a drive ends with its time-out: what it says then is about it. */
		{ "scsi", "1.0", ERR_OVERDUE, true, STEP_FAILED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct component comp = {
			.backend = (char *)(uintptr_t)rows[i].backend,
			.proof = { .field = "redfish.version",
				   .match = PROOF_EQUALS,
				   .value = "2.0" },
		};
		const struct step step = { .comp = &comp, .provable = true };
		struct step_flow flow = { .backend = &answers, .step = &step };
		struct step_result result = { 0 };
		struct err cause = { 0 };

		err_set(&cause, rows[i].code, "the cause");
		shown = rows[i].reads;
		step_flow_fail(&flow, rows[i].touched, &cause, &result);
		CHECK_INT(result.state, rows[i].want);
		CHECK_STR(result.reason, err_id(rows[i].code));
		CHECK_CONTAINS(result.text, "the cause");
		if (rows[i].reads)
			CHECK_STR(result.found, rows[i].reads);
		device_free(&flow.dev);
	}
}

int main(void)
{
	TAP_RUN(after_an_error);
	return TAP_END();
}
