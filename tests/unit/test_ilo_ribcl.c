/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ilo-ribcl backend and the model of an iLO 3 and 4 on the network. */
#include <errno.h>

#include "backends/ilo_ribcl.h"
#include "base/hash.h"
#include "base/hex.h"
#include "ribcl_bench.h"

#define MINUTE_MS 60000u

static const struct component to_ilo = {
	.version = "2.90",
	.proof = { .field = "bmc.version", .match = PROOF_EQUALS, .value = "2.90" },
};

static void start_generation(struct bench *bench, unsigned int generation)
{
	const struct ilo_settings settings = { .generation = generation,
					       .user = "admin",
					       .password = "p&amp;ss&quot;word" };

	start_ilo(bench, &settings);
}

static void start(struct bench *bench)
{
	start_generation(bench, 4);
	aim(bench, &backend_ilo_ribcl, "bmc", &to_ilo, "iLO");
}

static void knob(struct bench *bench, enum ilo_knob which, unsigned int value, const char *text)
{
	ilo_set_knob(bench->lab->ilo, which, value, text);
}

static enum backend_result bench_write(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;
	int rc = backend_ilo_ribcl.write(&bench->io, &result, &bench->err);

	CHECK_INT(rc, want_rc);
	if (rc != want_rc || rc)
		CHECK_INT(bench->err.code, rc);
	if (rc != want_rc)
		printf("# %s\n", bench->err.text);
	return result;
}

static const char *runs(const struct bench *bench)
{
	return ilo_version(bench->lab->ilo, "iLO");
}

static const char *read_back(struct bench *bench)
{
	CHECK_INT(backend_ilo_ribcl.refresh(&bench->lab->hw, bench->dev, &bench->err), 0);
	return prop(bench->dev, "bmc.version");
}

static bool image_arrived(const struct bench *bench, const char *name)
{
	uint8_t sum[32];
	char text[65];

	CHECK_INT(hash_sha256(bench->image, BENCH_IMAGE, sum), 0);
	hex_encode(sum, sizeof(sum), text);
	return strcmp(ilo_flashed(bench->lab->ilo, name), text) == 0;
}

static void inventory_of_4(void)
{
	const struct device *system;
	struct bench bench;

	start(&bench);
	CHECK_STR(bench.dev->name, "iLO 4");
	CHECK_STR(bench.dev->version, "2.82");
	CHECK_STR(bench.dev->serial, "ILOLAB0000042");
	CHECK_STR(bench.dev->backend, "ilo-ribcl");
	CHECK_STR(bench.dev->targets[0], "ilo:4");
	CHECK_STR(prop(bench.dev, "ribcl.license"), "iLO 4 \"Advanced\" & more");
	CHECK_STR(prop(bench.dev, "bar"), "");
	CHECK(bench.dev->updateable);
	system = inventory_find(&bench.inv, "system");
	CHECK(system);
	CHECK_STR(system->model, "ProLiant R&D \"Lab\" Gen8");
	CHECK_STR(system->serial, "LAB0000042");
	CHECK_STR(system->backend, "ilo-ribcl");
	CHECK_STR(prop(system, "system.rom"), "U30 04/08/2020");
	CHECK_STR(system->targets[0], "hpe-rom:U30");
	CHECK_STR(bench.access.pin, HWIO_ILO_PIN);
	CHECK(!was_touched(&bench));
	stop(&bench);
}

/* An iLO 3 takes only its own firmware by script. */
static void inventory_of_3(void)
{
	struct bench bench;

	start_generation(&bench, 3);
	aim(&bench, &backend_ilo_ribcl, "bmc", &to_ilo, "iLO");
	CHECK_STR(bench.dev->targets[0], "ilo:3");
	CHECK_STR(bench.dev->version, "1.88");
	CHECK_STR(prop(inventory_find(&bench.inv, "system"), "system.rom"), "U30 04/08/2020");
	CHECK_STR(inventory_find(&bench.inv, "system")->backend, "");
	CHECK_INT(backend_ilo_ribcl.check(&bench.io, &bench.err), 0);
	stop(&bench);
}

/* Newer ones are asked by Redfish, others are none of ours. */
static void inventory_of_others(void)
{
	struct bench bench;

	start_generation(&bench, 5);
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 0);
	knob(&bench, ILO_KNOB_DEAD, 0, NULL);
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 0);
	CHECK(bench.lab->now_ms < 15000);
	stop(&bench);
}

static void no_login(void)
{
	struct bench bench;

	start_generation(&bench, 4);
	bench.access.user[0] = '\0';
	aim(&bench, &backend_ilo_ribcl, "bmc", &to_ilo, "iLO");
	CHECK_STR(bench.dev->version, "2.82");
	CHECK_STR(prop(bench.dev, "bar"), "NO_CREDENTIALS");
	CHECK_CONTAINS(prop(bench.dev, "bar.text"), "none were given");
	CHECK_STR(prop(inventory_find(&bench.inv, "system"), "bar"), "NO_CREDENTIALS");
	free(bench.image);
	snprintf(bench.access.user, sizeof(bench.access.user), "somebody");
	aim(&bench, &backend_ilo_ribcl, "bmc", &to_ilo, "iLO");
	CHECK_STR(prop(bench.dev, "bar"), "NO_CREDENTIALS");
	CHECK_CONTAINS(prop(bench.dev, "bar.text"), "The user's login was rejected.");
	CHECK(!strstr(prop(bench.dev, "bar.text"), "p&ss"));
	CHECK_INT(backend_ilo_ribcl.check(&bench.io, &bench.err), ERR_POLICY);
	stop(&bench);
}

static void another_one(void)
{
	struct bench bench;

	start_generation(&bench, 4);
	memset(bench.access.pin, 'a', HTTP_PIN_TEXT - 1);
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), ERR_SIGNATURE);
	CHECK_INT(bench.inv.count, 0);
	stop(&bench);
}

static int old_tls(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	(void)hw;
	(void)request;
	(void)ret;
	return -EPROTO;
}

static void legacy_tls(void)
{
	struct hwio_ops ops;
	struct bench bench;

	start_generation(&bench, 4);
	ops = *bench.lab->hw.ops;
	ops.http = old_tls;
	bench.lab->hw.ops = &ops;
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.inv.count, 1);
	CHECK_STR(prop(bench.inv.devices, "bar"), "LEGACY_TLS");
	CHECK_CONTAINS(prop(bench.inv.devices, "bar.text"), "vendor-tool");
	stop(&bench);
}

static void own_server(const char *model, const char *bar, const char *part)
{
	struct device *system, *bmc;
	struct bench bench;

	start_generation(&bench, 4);
	bench.access.url[0] = '\0';
	CHECK_INT(inventory_add(&bench.inv, DEVICE_BMC, "bmc", &bmc, NULL), 0);
	CHECK_INT(inventory_add(&bench.inv, DEVICE_SYSTEM, "system", &system, NULL), 0);
	snprintf(system->vendor, sizeof(system->vendor), "HP");
	snprintf(system->model, sizeof(system->model), "%s", model);
	CHECK_INT(backend_ilo_ribcl.probe(&bench.lab->hw, &bench.inv, &bench.err), 0);
	CHECK_INT(bench.lab->https, 0);
	bmc = inventory_find(&bench.inv, "bmc");
	CHECK_STR(bmc->backend, bar[0] ? "ilo-ribcl" : "");
	CHECK_STR(prop(bmc, "bar"), bar);
	CHECK_CONTAINS(prop(bmc, "bar.text"), part);
	stop(&bench);
}

/* From the server itself nothing goes: it is said how else. */
static void own_servers(void)
{
	own_server("ProLiant DL380p Gen8", "BMC_UNREACHABLE", "--ilo https://ADDRESS");
	own_server("ProLiant DL380 G7", "BMC_UNREACHABLE", "an iLO 3");
	own_server("ProLiant DL380 G6", "LEGACY_TLS", "vendor-tool");
	own_server("ProLiant DL380 Gen10", "", "");
}

static void update_ilo(void)
{
	struct bench bench;

	start(&bench);
	CHECK_INT(backend_ilo_ribcl.check(&bench.io, &bench.err), 0);
	CHECK(!was_touched(&bench));
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(bench.intents, 1);
	CHECK(!bench.touched_at_intent);
	CHECK_INT(bench.progress, BENCH_IMAGE);
	CHECK_STR(runs(&bench), "2.90");
	CHECK_STR(read_back(&bench), "2.90");
	CHECK(image_arrived(&bench, "iLO"));
	CHECK(!strstr(ilo_log(bench.lab->ilo), "refused"));
	stop(&bench);
}

static void update_rom(void)
{
	static const struct component comp = {
		.version = "U30 05/21/2023",
		.proof = { .field = "system.rom",
			   .match = PROOF_EQUALS,
			   .value = "U30 05/21/2023" },
	};
	enum backend_recovery recovery = 0;
	struct bench bench;

	start_generation(&bench, 4);
	aim(&bench, &backend_ilo_ribcl, "system", &comp, "System ROM");
	snprintf((char *)bench.image, 128, "LABFW System ROM|U30 v2.80 (05/21/2023)\n");
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK(image_arrived(&bench, "System ROM"));
	CHECK_INT(backend_ilo_ribcl.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_WRITE_AGAIN);
	ilo_host_reset(bench.lab->ilo);
	CHECK_INT(backend_ilo_ribcl.refresh(&bench.lab->hw, bench.dev, &bench.err), 0);
	CHECK_STR(prop(bench.dev, "system.rom"), "U30 05/21/2023");
	CHECK_INT(backend_ilo_ribcl.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_NEW_RUNS);
	stop(&bench);
}

static void no_intent(void)
{
	struct bench bench;

	start(&bench);
	bench.intent_error = ERR_FULL;
	bench_write(&bench, ERR_FULL);
	CHECK(!was_touched(&bench));
	stop(&bench);
}

/* A payload that turns out wrong in the middle: nothing of it is flashed. */
static void bad_payload(void)
{
	struct bench bench;

	start(&bench);
	bench.fail_read_at = 200000;
	bench_write(&bench, ERR_HASH);
	CHECK_CONTAINS(bench.err.text, "signed hash");
	CHECK(!was_touched(&bench));
	CHECK_STR(runs(&bench), "2.82 Feb 06 2023");
	stop(&bench);
}

static void tpm_consent(void)
{
	struct bench bench;

	start(&bench);
	knob(&bench, ILO_KNOB_TPM_REQUIRED, 0, NULL);
	bench_write(&bench, ERR_POLICY);
	CHECK_CONTAINS(bench.err.text, "TPM_ENABLED must be \"Yes\"");
	CHECK_STR(runs(&bench), "2.82 Feb 06 2023");
	bench.io.tpm_consent = true;
	bench.progress = 0;
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(runs(&bench), "2.90");
	stop(&bench);
}

/* Each fault has one result. */
static void faults(void)
{
	static const struct {
		enum ilo_knob knob;
		unsigned int value;
		const char *text;
		int want;
		const char *words;
	} rows[] = {
		{ ILO_KNOB_BUSY, 3600, NULL, ERR_BUSY, "503" },
		{ ILO_KNOB_EMPTY_400, 0, NULL, ERR_DEVICE, "upload: it answers HTTP status 400" },
		{ ILO_KNOB_CUT_UPLOAD, 50, NULL, ERR_DEVICE_GONE, "upload: the connection ended" },
		{ ILO_KNOB_CUT_ANSWER, 0, NULL, ERR_DEVICE_GONE, "upload: the connection ended" },
		{ ILO_KNOB_FLASH_ERROR, 0, "The flash's \"A\" failed", ERR_DEVICE,
		  "flash: it says \"The flash's \"A\" failed\" (0x0012)" },
		{ ILO_KNOB_SIGNATURE_INVALID, 0, NULL, ERR_DEVICE, "is not valid" },
		{ ILO_KNOB_DOWNGRADE_REFUSED, 0, NULL, 0, NULL },
		{ ILO_KNOB_SESSION_LOST, 0, NULL, ERR_DEVICE, "was not found" },
		{ ILO_KNOB_NEVER_BACK, 0, NULL, ERR_OVERDUE, "does not answer since 10 minutes" },
		{ ILO_KNOB_STALL, 40, NULL, ERR_OVERDUE, "it may still be flashing" },
		{ ILO_KNOB_503, 3600, NULL, ERR_BUSY, "503" },
		{ ILO_KNOB_DEAD, 0, NULL, ERR_OVERDUE, "does not answer" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bench bench;
		uint64_t begin_ms;

		start(&bench);
		knob(&bench, rows[i].knob, rows[i].value, rows[i].text);
		begin_ms = bench.lab->now_ms;
		bench_write(&bench, rows[i].want);
		if (rows[i].words)
			CHECK_CONTAINS(bench.err.text, rows[i].words);
		else
			CHECK_STR(runs(&bench), "2.90");
		if (rows[i].want != ERR_OVERDUE && rows[i].words)
			CHECK_STR(runs(&bench), "2.82 Feb 06 2023");
		CHECK(bench.lab->now_ms - begin_ms < 25 * MINUTE_MS);
		stop(&bench);
	}
}

/* It says that all went well, and nothing was done: the version shows it. */
static void silent(void)
{
	struct bench bench;

	start(&bench);
	knob(&bench, ILO_KNOB_SILENT, 0, NULL);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_STR(read_back(&bench), "2.82");
	stop(&bench);
}

/* What an iLO 3 takes by its version, and what none takes at all. */
static void judged(void)
{
	static const struct {
		unsigned int generation;
		enum device_kind kind;
		const char *runs, *wanted;
		uint64_t bytes;
		int want;
	} rows[] = {
		{ 3, DEVICE_BMC, "1.20", "1.94", 1000, ERR_UNSUPPORTED },
		{ 3, DEVICE_BMC, "1.20", "1.28", 1000, 0 },
		{ 3, DEVICE_BMC, "1.28", "1.94", 1000, 0 },
		{ 3, DEVICE_BMC, "1.88", "1.94", 1000, 0 },
		{ 4, DEVICE_BMC, "1.20", "2.82", 1000, 0 },
		{ 4, DEVICE_SYSTEM, "P70 01/01/2012", "P70 05/05/2019", 1000, 0 },
		{ 3, DEVICE_SYSTEM, "P70 01/01/2012", "P70 05/05/2019", 1000, ERR_UNSUPPORTED },
		{ 2, DEVICE_BMC, "2.05", "2.33", 1000, ERR_UNSUPPORTED },
		{ 5, DEVICE_BMC, "2.05", "2.33", 1000, ERR_UNSUPPORTED },
		{ 0, DEVICE_BMC, "2.05", "2.33", 1000, ERR_UNSUPPORTED },
		{ 4, DEVICE_BMC, "2.05", "2.33", 0, ERR_FORMAT },
		{ 4, DEVICE_BMC, "2.05", "2.33", ILO_RIBCL_MAX, 0 },
		{ 4, DEVICE_BMC, "2.05", "2.33", ILO_RIBCL_MAX + 1ull, ERR_TOO_LARGE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct component comp = { .version = rows[i].wanted };
		struct device dev = { .kind = rows[i].kind };

		component_complete(&comp);
		snprintf(dev.version, sizeof(dev.version), "%s", rows[i].runs);
		CHECK_INT(ilo_ribcl_judge(rows[i].generation, &dev, &comp, rows[i].bytes, NULL),
			  rows[i].want);
	}
}

static void judged_package(void)
{
	const char *flags[] = { "hpe-fwpkg" };
	struct component comp = { .version = "2.82", .flags = flags, .flag_count = 1 };
	struct device dev = { .kind = DEVICE_BMC };

	component_complete(&comp);
	CHECK_INT(ilo_ribcl_judge(4, &dev, &comp, 1000, NULL), ERR_FORMAT);
}

static void recovers(void)
{
	enum backend_recovery recovery = 0;
	struct bench bench;

	start(&bench);
	CHECK_INT(backend_ilo_ribcl.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_OLD_RUNS);
	CHECK_INT(bench_write(&bench, 0), BACKEND_DONE);
	CHECK_INT(backend_ilo_ribcl.recover(&bench.io, &recovery, &bench.err), 0);
	CHECK_INT(recovery, RECOVER_NEW_RUNS);
	knob(&bench, ILO_KNOB_DEAD, 0, NULL);
	CHECK_INT(backend_ilo_ribcl.recover(&bench.io, &recovery, &bench.err), ERR_OVERDUE);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(inventory_of_4);
	TAP_RUN(inventory_of_3);
	TAP_RUN(inventory_of_others);
	TAP_RUN(no_login);
	TAP_RUN(another_one);
	TAP_RUN(legacy_tls);
	TAP_RUN(own_servers);
	TAP_RUN(update_ilo);
	TAP_RUN(update_rom);
	TAP_RUN(no_intent);
	TAP_RUN(bad_payload);
	TAP_RUN(tpm_consent);
	TAP_RUN(faults);
	TAP_RUN(silent);
	TAP_RUN(judged);
	TAP_RUN(judged_package);
	TAP_RUN(recovers);
	return TAP_END();
}
