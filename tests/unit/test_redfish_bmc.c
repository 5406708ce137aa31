/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The redfish backend and the model of a BMC that keeps to the standard. */
#include <errno.h>

#include "base/hash.h"
#include "base/hex.h"
#include "ribcl_bench.h"

#define MINUTE_MS 60000u
#define FORM	  1 /* flavours of the model */
#define RAW	  2
#define FETCHES	  3

static const struct component to_bmc = {
	.version = "2.90",
	.proof = { .field = "redfish.version", .match = PROOF_EQUALS, .value = "2.90" },
	.activation = ACTIVATION_DEVICE_RESET,
};

static void start_flavour(struct bench *bench, unsigned int flavour)
{
	const struct ilo_settings settings = {
		.generation = 5, .flavour = flavour, .user = "admin", .password = "p&ss\"word"
	};

	start_ilo(bench, &settings);
}

static void start(struct bench *bench, unsigned int flavour)
{
	start_flavour(bench, flavour);
	aim(bench, &backend_redfish, "bmc", &to_bmc, "iLO");
}

static void knob(struct bench *bench, enum ilo_knob which, unsigned int value, const char *text)
{
	ilo_set_knob(bench->lab->ilo, which, value, text);
}

static enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;
	int rc = backend_redfish.write(&bench->io, &result, &bench->err);

	CHECK_INT(rc, want_rc);
	if (rc != want_rc)
		printf("# %s\n", bench->err.text);
	return result;
}

static bool image_arrived(const struct bench *bench, const char *name)
{
	uint8_t sum[32];
	char text[65];

	CHECK_INT(hash_sha256(bench->image, BENCH_IMAGE, sum), 0);
	hex_encode(sum, sizeof(sum), text);
	return strcmp(ilo_flashed(bench->lab->ilo, name), text) == 0;
}

static const char *target(const struct device *dev)
{
	return dev && dev->target_count ? dev->targets[0] : "";
}

static void inventory_of_all(void)
{
	const struct device *bios, *cpld, *psu;
	struct bench bench;

	start(&bench, FORM);
	CHECK_INT(bench.inv.count, 5); /* the system, the BMC, three more: no spare image */
	CHECK_STR(bench.dev->backend, "redfish");
	CHECK_STR(bench.dev->version, "2.44 Jul 21 2021");
	CHECK_STR(target(bench.dev), "redfish:ACME/Server_100/BMC");
	CHECK_STR(prop(bench.dev, "bmc.version"), "2.44 Jul 21 2021");
	bios = inventory_find(&bench.inv, "redfish-fw:BIOS");
	CHECK_STR(target(bios), "redfish:ACME/Server_100/BIOS");
	CHECK_STR(prop(bios, "redfish.version"), "U30 v2.34 (04/08/2020)");
	cpld = inventory_find(&bench.inv, "redfish-fw:cpld0");
	CHECK_STR(target(cpld), "redfish:ACME/Server_100/CPLD_77");
	CHECK(cpld && cpld->updateable);
	psu = inventory_find(&bench.inv, "redfish-fw:psu0");
	CHECK(psu && !psu->updateable);
	CHECK_STR(prop(psu, "bar"), "NOT_UPDATEABLE");
	CHECK_STR(inventory_find(&bench.inv, "system")->serial, "LAB437");
	CHECK(!was_touched(&bench));
	stop(&bench);
}

/* An iLO is ours by another backend: neither claims what is the other's. */
static void not_an_ilo(void)
{
	struct bench bench;

	start_flavour(&bench, 0);
	CHECK_INT(backend_redfish.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 0);
	stop(&bench);
	start_flavour(&bench, FORM);
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 0);
	stop(&bench);
}

static void no_login(void)
{
	struct bench bench;

	start_flavour(&bench, FORM);
	bench.access.user[0] = '\0';
	CHECK_INT(backend_redfish.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_STR(prop(inventory_find(&bench.inv, "bmc"), "bar"), "NO_CREDENTIALS");
	stop(&bench);
}

static void only_fetches(void)
{
	struct bench bench;

	start(&bench, FETCHES);
	CHECK_STR(prop(bench.dev, "bar"), "NOT_UPDATEABLE");
	CHECK_CONTAINS(prop(bench.dev, "bar.text"), "SimpleUpdate");
	CHECK_INT(backend_redfish.check(&bench.io, &bench.err), ERR_UNSUPPORTED);
	bench_write(&bench, ERR_UNSUPPORTED);
	CHECK_INT(bench.intents, 0);
	stop(&bench);
}

static void update_bmc(unsigned int flavour)
{
	struct bench bench;

	start(&bench, flavour);
	CHECK_INT(backend_redfish.check(&bench.io, &bench.err), 0);
	CHECK(!was_touched(&bench));
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.intents, 1);
	CHECK(!bench.touched_at_intent);
	CHECK_INT(bench.progress, BENCH_IMAGE);
	CHECK_STR(ilo_version(bench.lab->ilo, "iLO"), "2.90");
	CHECK(image_arrived(&bench, "iLO"));
	CHECK_INT(backend_redfish.refresh(&bench.lab->hw, bench.dev, &bench.err), 0);
	CHECK_STR(prop(bench.dev, "redfish.version"), "2.90");
	CHECK(!strstr(ilo_log(bench.lab->ilo), "refused"));
	stop(&bench);
}

static void update_bmc_by_form(void)
{
	update_bmc(FORM);
}

static void update_bmc_raw(void)
{
	update_bmc(RAW);
}

static void update_bios(void)
{
	static const struct component comp = {
		.version = "U30 v2.80 (05/21/2023)",
		.proof = { .field = "redfish.version",
			   .match = PROOF_EQUALS,
			   .value = "U30 v2.80 (05/21/2023)" },
		.activation = ACTIVATION_REBOOT,
	};
	enum backend_recovery recovery = 0;
	struct bench bench;

	start_flavour(&bench, FORM);
	aim(&bench, &backend_redfish, "redfish-fw:BIOS", &comp, "System ROM");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK(image_arrived(&bench, "System ROM"));
	CHECK_INT(backend_redfish.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_WRITE_AGAIN);
	ilo_host_reset(bench.lab->ilo);
	CHECK_INT(backend_redfish.refresh(&bench.lab->hw, bench.dev, &bench.err), 0);
	CHECK_STR(bench.dev->version, comp.version);
	CHECK_INT(backend_redfish.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_NEW_RUNS);
	stop(&bench);
}

static void no_intent(void)
{
	struct bench bench;

	start(&bench, FORM);
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK(!was_touched(&bench));
	stop(&bench);
}

static void bad_payload(unsigned int flavour)
{
	struct bench bench;

	start(&bench, flavour);
	bench.fail_read_at = 200000;
	bench_write(&bench, ERR_HASH);
	CHECK_CONTAINS(bench.err.text, "signed hash");
	CHECK(!was_touched(&bench));
	stop(&bench);
}

static void bad_payloads(void)
{
	bad_payload(FORM);
	bad_payload(RAW);
}

static void too_large(void)
{
	struct bench bench;

	start(&bench, FORM);
	bench.payload.size = 8000001;
	CHECK_INT(backend_redfish.check(&bench.io, &bench.err), ERR_TOO_LARGE);
	bench.payload.size = 0;
	CHECK_INT(backend_redfish.check(&bench.io, &bench.err), ERR_FORMAT);
	stop(&bench);
}

static void faults(void)
{
	static const struct {
		unsigned int flavour;
		enum ilo_knob knob;
		unsigned int value;
		const char *text;
		int want;
		const char *words;
	} rows[] = {
		{ FORM, ILO_KNOB_BUSY, 36000, NULL, ERR_BUSY, "busy" },
		{ FORM, ILO_KNOB_EMPTY_400, 0, NULL, ERR_DEVICE, "HTTP 400" },
		{ FORM, ILO_KNOB_CUT_UPLOAD, 50, NULL, ERR_DEVICE_GONE, "upload" },
		{ FORM, ILO_KNOB_FLASH_ERROR, 0, "ApplyFailed", ERR_DEVICE,
		  "ended as Exception: ApplyFailed" },
		{ RAW, ILO_KNOB_FLASH_ERROR, 0, "ApplyFailed", ERR_DEVICE, "ApplyFailed" },
		{ FORM, ILO_KNOB_SIGNATURE_INVALID, 0, NULL, ERR_DEVICE, "UpdateInvalidFile" },
		{ FORM, ILO_KNOB_STALL, 40, NULL, ERR_OVERDUE, "Running, 40 %" },
		{ FORM, ILO_KNOB_NEVER_BACK, 0, NULL, ERR_OVERDUE, "" },
		{ FORM, ILO_KNOB_SESSION_LOST, 9, NULL, 0, NULL },
		{ FORM, ILO_KNOB_CUT_FLASH, 60, NULL, 0, NULL },
		{ FORM, ILO_KNOB_VNIC_OFF, 0, NULL, ERR_UNSUPPORTED, "switched off" },
		{ FORM, ILO_KNOB_DEAD, 0, NULL, ERR_OVERDUE, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench bench;
		uint64_t begin_ms;

		start(&bench, rows[i].flavour);
		knob(&bench, rows[i].knob, rows[i].value, rows[i].text);
		begin_ms = bench.lab->now_ms;
		bench_write(&bench, rows[i].want);
		if (rows[i].words)
			CHECK_CONTAINS(bench.err.text, rows[i].words);
		else
			CHECK_STR(ilo_version(bench.lab->ilo, "iLO"), "2.90");
		CHECK(bench.lab->now_ms - begin_ms < 40 * MINUTE_MS);
		stop(&bench);
	}
}

/* Completed, and nothing was done: the version shows it. */
static void silent(void)
{
	struct bench bench;

	start(&bench, FORM);
	knob(&bench, ILO_KNOB_SILENT, 0, NULL);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(backend_redfish.refresh(&bench.lab->hw, bench.dev, &bench.err), 0);
	CHECK_STR(bench.dev->version, "2.44 Jul 21 2021");
	stop(&bench);
}

static const struct hwio_ops *inner_ops;
static enum { FAILS_INSIDE = 1, BROKEN_OFF, NO_HTTP } trouble;
static unsigned int troubles;

static int troubled_http(struct hwio *hw, const struct http_request *request,
			 struct http_answer *ret)
{
	int rc = inner_ops->http(hw, request, ret);

	if (rc || !troubles || !strstr(request->url, "/Tasks/") ||
	    strcmp(request->method, "GET") != 0)
		return rc;
	troubles--;
	if (trouble == NO_HTTP) {
		http_answer_free(ret);
		*ret = (struct http_answer){ 0 };
		return -EBADMSG;
	}
	if (trouble == FAILS_INSIDE)
		ret->status = 500;
	ret->body_len /= 2;
	return 0;
}

/* A task goes on until it says that it has ended; what is no word of its says nothing. */
static void troubles_while_it_flashes(void)
{
	for (trouble = FAILS_INSIDE; trouble <= NO_HTTP; trouble++) {
		struct hwio_ops ops;
		struct bench bench;

		start(&bench, FORM);
		inner_ops = bench.lab->hw.ops;
		ops = *inner_ops;
		ops.http = troubled_http;
		bench.lab->hw.ops = &ops;
		troubles = 2;
		bench_write(&bench, 0);
		CHECK_INT(troubles, 0);
		CHECK_STR(ilo_version(bench.lab->ilo, "iLO"), "2.90");
		bench.lab->hw.ops = inner_ops;
		stop(&bench);
	}
}

/* The file has arrived, and the run that sent it dies of something else. */
static int dies_after_upload(struct hwio *hw, const struct http_request *request,
			     struct http_answer *ret)
{
	int rc = inner_ops->http(hw, request, ret);

	if (rc || strcmp(request->method, "POST") != 0 || !strstr(request->url, "/upload"))
		return rc;
	http_answer_free(ret);
	*ret = (struct http_answer){ 0 };
	return -ENOMEM;
}

static void upload_and_die(struct bench *bench)
{
	struct hwio_ops ops = *bench->lab->hw.ops;

	inner_ops = bench->lab->hw.ops;
	ops.http = dies_after_upload;
	bench->lab->hw.ops = &ops;
	bench_write(bench, ERR_NOMEM);
	bench->lab->hw.ops = inner_ops;
}

/* Nothing is sent to a BMC that flashes, and it is waited for before anybody says what runs. */
static void goes_on_without_us(void)
{
	static const unsigned int flavours[] = { FORM, RAW };

	for (size_t i = 0; i < 2; i++) {
		enum backend_recovery recovery = 0;
		struct bench bench;
		uint64_t begin_ms;

		start(&bench, flavours[i]);
		upload_and_die(&bench);
		CHECK_INT(backend_redfish.check(&bench.io, &bench.err), ERR_BUSY);
		CHECK_CONTAINS(bench.err.text, "at work with an update (Running, ");
		bench.intents = 0;
		bench_write(&bench, ERR_BUSY);
		CHECK_INT(bench.intents, 0);
		begin_ms = bench.lab->now_ms;
		CHECK_INT(backend_redfish.recover(&bench.io, &recovery, &bench.err), 0);
		CHECK_INT(recovery, RECOVER_NEW_RUNS);
		CHECK(bench.lab->now_ms - begin_ms > MINUTE_MS);
		CHECK_INT(backend_redfish.check(&bench.io, &bench.err), 0);
		stop(&bench);
	}
}

static void goes_on_for_ever(void)
{
	enum backend_recovery recovery = 0;
	struct bench bench;
	uint64_t begin_ms;

	start(&bench, FORM);
	knob(&bench, ILO_KNOB_STALL, 40, NULL);
	upload_and_die(&bench);
	begin_ms = bench.lab->now_ms;
	CHECK_INT(backend_redfish.recover(&bench.io, &recovery, &bench.err), ERR_BUSY);
	CHECK_CONTAINS(bench.err.text, "Running, 40 %");
	CHECK(bench.lab->now_ms - begin_ms < 20 * MINUTE_MS);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(inventory_of_all);
	TAP_RUN(not_an_ilo);
	TAP_RUN(no_login);
	TAP_RUN(only_fetches);
	TAP_RUN(update_bmc_by_form);
	TAP_RUN(update_bmc_raw);
	TAP_RUN(update_bios);
	TAP_RUN(no_intent);
	TAP_RUN(bad_payloads);
	TAP_RUN(too_large);
	TAP_RUN(faults);
	TAP_RUN(silent);
	TAP_RUN(troubles_while_it_flashes);
	TAP_RUN(goes_on_without_us);
	TAP_RUN(goes_on_for_ever);
	return TAP_END();
}
