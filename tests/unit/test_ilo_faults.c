/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that the model of an iLO can do wrong, and what becomes of it: a row here is a row of
 * the table in updater/backends/README.md.
 */
#include "hw/ilo_settings.h"
#include "ilo_bench.h"

static struct bench bench;

/* What is updated. */
enum what { ILO = 1, ROM, CPLD };

struct row {
	const char *name;
	enum what what;
	enum ilo_knob knob;
	unsigned int value;
	const char *text; /* of the knob */
	bool consent;
	int want; /* of write(); 0 = it says that it has worked */
	const char *words;
	bool written; /* the intent was recorded */
	enum backend_recovery recovery;
	bool proven; /* the new version is read back, after a restart where it needs one */
};

static void begin(enum what what)
{
	static const struct {
		const char *id, *name, *version;
	} parts[] = {
		[ILO] = { "bmc", "iLO 5", NEW_ILO },
		[ROM] = { ROM_ID, "System ROM", "U30 v3.00 (01/01/2024)" },
		[CPLD] = { CPLD_ID, "System Programmable Logic Device", "0x2B" },
	};

	start(&bench, 5, parts[what].id, parts[what].name, parts[what].version);
	bench.comp.expected_seconds = 300;
	if (what == CPLD)
		set_flag(&bench, "ilo-uefi");
}

static void restart(void)
{
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 60000);
}

static void run_row(const struct row *row)
{
	int rc;

	printf("# %s\n", row->name);
	begin(row->what);
	bench.io.tpm_consent = row->consent;
	ilo_set_knob(bench.lab->ilo, row->knob, row->value, row->text);
	rc = put(&bench);
	CHECK_INT(rc, row->want);
	if (rc)
		printf("#   %s\n", bench.err.text);
	if (row->words)
		CHECK_CONTAINS(bench.err.text, row->words);
	CHECK_INT(bench.intents, row->written);
	if (row->recovery)
		CHECK_INT(recovered(&bench), row->recovery);
	if (!rc && row->what != ILO)
		restart();
	if (row->want != ERR_OVERDUE) {
		const char *now = reads(&bench, "redfish.version");

		CHECK_INT(strcmp(now, bench.comp.version) == 0, row->proven);
	}
	stop(&bench);
}

static const struct row rows[] = {
	{ "busy for a minute: waited for", ILO, ILO_KNOB_BUSY, 60, NULL, false, 0, NULL, true,
	  RECOVER_NEW_RUNS, true },
	{ "busy for an hour", ILO, ILO_KNOB_BUSY, 3600, NULL, false, ERR_BUSY, "Updating", false, 0,
	  false },
	{ "503 for half a minute: waited for", ILO, ILO_KNOB_503, 30, NULL, false, 0, NULL, true,
	  RECOVER_NEW_RUNS, true },
	{ "somebody else's task waits: ours goes behind it", CPLD, ILO_KNOB_FOREIGN_TASK, 1, NULL,
	  false, 0, NULL, true, RECOVER_PENDING, true },
	{ "somebody else's task has failed and blocks", CPLD, ILO_KNOB_EXCEPTION_ITEM, 1, NULL,
	  false, ERR_BUSY, "somebody else's", false, RECOVER_OLD_RUNS, false },
	{ "TPM flag wanted, nobody has agreed", ROM, ILO_KNOB_TPM_REQUIRED, 1, NULL, false,
	  ERR_POLICY, "FWFlashTPMOverrideFlagRequired", true, RECOVER_OLD_RUNS, false },
	{ "TPM flag wanted, the operator has agreed", ROM, ILO_KNOB_TPM_REQUIRED, 1, NULL, true, 0,
	  NULL, true, RECOVER_PENDING, true },
	{ "repository full", CPLD, ILO_KNOB_REPOSITORY_FULL, 1, NULL, false, ERR_FULL, "bytes free",
	  false, RECOVER_OLD_RUNS, false },
	{ "400 with an empty body", ROM, ILO_KNOB_EMPTY_400, 1, NULL, false, ERR_DEVICE,
	  "does not say why", true, RECOVER_OLD_RUNS, false },
	{ "connection cut in mid-upload", ROM, ILO_KNOB_CUT_UPLOAD, 50, NULL, false,
	  ERR_DEVICE_GONE, "upload", true, RECOVER_OLD_RUNS, false },
	{ "answer of the upload lost: the state tells", ROM, ILO_KNOB_CUT_ANSWER, 1, NULL, false, 0,
	  NULL, true, RECOVER_PENDING, true },
	{ "connections end while it flashes: waited for", ILO, ILO_KNOB_CUT_FLASH, 1, NULL, false,
	  0, NULL, true, RECOVER_NEW_RUNS, true },
	{ "success that is none: the proof fails", ILO, ILO_KNOB_SILENT, 1, NULL, false, 0, NULL,
	  true, RECOVER_OLD_RUNS, false },
	{ "success that is none, at the next start: the proof fails", CPLD, ILO_KNOB_SILENT, 1,
	  NULL, false, 0, NULL, true, RECOVER_PENDING, false },
	{ "session lost: logged in again", ILO, ILO_KNOB_SESSION_LOST, 9, NULL, false, 0, NULL,
	  true, RECOVER_NEW_RUNS, true },
	{ "never comes back", ILO, ILO_KNOB_NEVER_BACK, 1, NULL, false, ERR_OVERDUE, "not back",
	  true, 0, false },
	{ "stands still", ILO, ILO_KNOB_STALL, 40, NULL, false, ERR_OVERDUE, "40 %", true, 0,
	  false },
	{ "state Error", ROM, ILO_KNOB_FLASH_ERROR, 1, "UpdateFailed", false, ERR_DEVICE,
	  "UpdateFailed", true, RECOVER_OLD_RUNS, false },
	{ "signature invalid", ROM, ILO_KNOB_SIGNATURE_INVALID, 1, NULL, false, ERR_DEVICE,
	  "UpdateInvalidFile", true, RECOVER_OLD_RUNS, false },
};

static void rows_of_the_table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		run_row(&rows[i]);
}

/* Knobs that close the way itself. */
static void no_way_for_files(void)
{
	static const struct {
		enum ilo_knob knob;
		unsigned int value;
		int want;
	} closed[] = {
		{ ILO_KNOB_DEAD, 1, ERR_DEVICE_GONE },
	};

	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++) {
		int rc;

		begin(ILO);
		ilo_set_knob(bench.lab->ilo, closed[i].knob, closed[i].value, NULL);
		rc = put(&bench);
		printf("# %s\n", bench.err.text);
		CHECK(rc == closed[i].want || rc == ERR_OVERDUE);
		CHECK_INT(bench.intents, 0);
		stop(&bench);
	}
	begin(ILO);
	bench.access.user[0] = '\0';
	CHECK_INT(check(&bench), ERR_POLICY);
	CHECK_CONTAINS(bench.err.text, "no user and password");
	stop(&bench);
	begin(ILO);
	snprintf(bench.access.password, sizeof(bench.access.password), "wrong");
	CHECK_INT(put(&bench), ERR_POLICY);
	CHECK_INT(bench.intents, 0);
	stop(&bench);
}

static void downgrades(void)
{
	start(&bench, 5, "bmc", "iLO 5", "2.30 Jan 01 2021");
	CHECK_INT(check(&bench), 0);
	ilo_set_knob(bench.lab->ilo, ILO_KNOB_DOWNGRADE_REFUSED, 1, NULL);
	CHECK_INT(check(&bench), ERR_POLICY);
	CHECK_INT(put(&bench), ERR_POLICY);
	CHECK_INT(bench.intents, 0);
	stop(&bench);
}

/* At whichever request: the upload says who it is three times, with the token of the moment. */
static void a_session_lost_at_any_request(void)
{
	unsigned int lost = 0;

	for (unsigned int after = 1; after <= 40; after++) {
		begin(ROM);
		ilo_set_knob(bench.lab->ilo, ILO_KNOB_SESSION_LOST, after, NULL);
		CHECK_INT(put(&bench), 0);
		lost += did(&bench, "session lost");
		CHECK(did(&bench, "received"));
		CHECK(!did(&bench, "upload refused"));
		stop(&bench);
	}
	CHECK(lost >= 10);
}

/* Law 4: without a recorded intent nothing goes out. */
static void no_intent(void)
{
	begin(CPLD);
	bench.intent_error = ERR_FULL;
	CHECK_INT(put(&bench), ERR_FULL);
	CHECK(!did(&bench, "received") && !did(&bench, "uploadFile"));
	CHECK(!did(&bench, "removed") && !did(&bench, "task drydock-"));
	stop(&bench);
}

/* What somebody else has queued is reported, and is there afterwards. */
static void foreign_tasks_stay(void)
{
	const char *tasks;

	start_machine(&bench, 5);
	snprintf(bench.access.url, sizeof(bench.access.url), "https://" HWIO_ILO_REMOTE);
	ilo_set_knob(bench.lab->ilo, ILO_KNOB_EXCEPTION_ITEM, 1, NULL);
	take_inventory(&bench);
	tasks = device_prop(inventory_find(&bench.inv, "bmc"), "ilo.tasks");
	CHECK_CONTAINS(tasks, "Exception");
	set_component(&bench, CPLD_ID, "System Programmable Logic Device", "0x2B");
	set_flag(&bench, "ilo-uefi");
	CHECK_INT(put(&bench), ERR_BUSY);
	CHECK(!did(&bench, "removed"));
	stop(&bench);
}

/* In the middle of a flash the iLO's web server fails inside; the flash goes on. */
static const struct hwio_ops *inner_ops;
static unsigned int failures;

static int failing_http(struct hwio *hw, const struct http_request *request,
			struct http_answer *ret)
{
	int rc = inner_ops->http(hw, request, ret);

	if (rc || !failures || strcmp(request->method, "GET") != 0 ||
	    !strstr(request->url, "UpdateService") || !did(&bench, "received"))
		return rc;
	failures--;
	ret->status = 500;
	ret->body_len = 0;
	return 0;
}

static void errors_while_it_flashes(void)
{
	struct hwio_ops ops;

	begin(ILO);
	inner_ops = bench.lab->hw.ops;
	ops = *inner_ops;
	ops.http = failing_http;
	bench.lab->hw.ops = &ops;
	failures = 3;
	CHECK_INT(put(&bench), 0);
	CHECK_INT(failures, 0);
	CHECK_STR(reads(&bench, "redfish.version"), NEW_ILO);
	bench.lab->hw.ops = inner_ops;
	stop(&bench);
}

/* What it may change to get in, and its traces. */
static void accounts_and_network_card(void)
{
	struct bmc_access made;
	struct redfish *rf = NULL;
	struct err err = { 0 };
	unsigned int count = 0;
	bool on = false, reset = false;

	start_machine(&bench, 5);
	CHECK_INT(redfish_open(&bench.lab->hw, REDFISH_ASK, 10000, &rf, &err), 0);
	CHECK_INT(ilo_account_make(rf, &made, &err), 0);
	CHECK(strncmp(made.user, "drydock-", 8) == 0 && strlen(made.password) >= 16);
	CHECK(did(&bench, made.user) && !did(&bench, made.password));
	CHECK_INT(ilo_account_sweep(rf, &count, &err), 0);
	CHECK_INT(count, 1);
	CHECK_INT(ilo_account_sweep(rf, &count, &err), 0);
	CHECK_INT(count, 0);
	ilo_set_knob(bench.lab->ilo, ILO_KNOB_ACCOUNTS_FULL, 1, NULL);
	CHECK_INT(ilo_account_make(rf, &made, &err), ERR_FULL);
	CHECK_STR(made.password, "");
	ilo_set_knob(bench.lab->ilo, ILO_KNOB_ACCOUNT_REFUSED, 1, NULL);
	CHECK_INT(ilo_account_make(rf, &made, &err), ERR_POLICY);
	CHECK_INT(ilo_vnic_get(rf, &on, &err), 0);
	CHECK(on);
	CHECK_INT(ilo_vnic_set(rf, false, &reset, &err), 0);
	CHECK(reset);
	CHECK_INT(ilo_reset(rf, &err), 0);
	redfish_close(rf);
	CHECK_INT(ilo_wait_back(&bench.lab->hw, bench.lab->now_ms + 600000, NULL, NULL, &err), 0);
	CHECK_INT(redfish_open(&bench.lab->hw, REDFISH_ASK, 10000, &rf, &err), 0);
	CHECK_INT(ilo_vnic_get(rf, &on, &err), 0);
	CHECK(!on);
	redfish_close(rf);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(rows_of_the_table);
	TAP_RUN(no_way_for_files);
	TAP_RUN(downgrades);
	TAP_RUN(a_session_lost_at_any_request);
	TAP_RUN(no_intent);
	TAP_RUN(foreign_tasks_stay);
	TAP_RUN(errors_while_it_flashes);
	TAP_RUN(accounts_and_network_card);
	return TAP_END();
}
