/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backends ilo-ribcl and redfish under disturbance (backend_seeds.h). */
#include "backend_seeds.h"
#include "base/hash.h"
#include "base/hex.h"
#include "ribcl_bench.h"

static struct bench bench;
static const struct ilo_settings *settings;

static struct hwio *make(void *ctx)
{
	(void)ctx;
	start_ilo(&bench, settings);
	return &bench.lab->hw;
}

static void unmake(void *ctx)
{
	(void)ctx;
	stop(&bench);
}

static void restart(void *ctx, bool power)
{
	(void)ctx;
	(void)power;
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 300000);
}

/* The number alone, as GET_FW_VERSION has it. */
static const char *runs(void *ctx)
{
	static char text[64];
	const char *version = ilo_version(bench.lab->ilo, "iLO");

	(void)ctx;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(version, " "), version);
	return text;
}

static bool touched(void *ctx)
{
	(void)ctx;
	return was_touched(&bench);
}

static const uint8_t *wanted_image;

static bool holds_image(void *ctx)
{
	uint8_t sum[32];
	char text[65];

	(void)ctx;
	CHECK_INT(hash_sha256(wanted_image, BENCH_IMAGE, sum), 0);
	hex_encode(sum, sizeof(sum), text);
	return strcmp(ilo_flashed(bench.lab->ilo, "iLO"), text) == 0;
}

static void seeds(const struct backend *backend, const struct ilo_settings *which,
		  const char *field)
{
	struct component comp = {
		.version = "2.90",
		.proof = { .field = field, .match = PROOF_EQUALS, .value = "2.90" },
		.activation = ACTIVATION_DEVICE_RESET,
	};
	struct bench form = { 0 };
	struct backend_seeds what = { .backend = backend,
				      .comp = &comp,
				      .image_len = BENCH_IMAGE,
				      .make = make,
				      .free = unmake,
				      .restart = restart,
				      .runs = runs,
				      .was_touched = touched,
				      .holds_image = holds_image };

	component_complete(&comp);
	make_image(&form, "iLO", "2.90");
	wanted_image = what.image = form.image;
	settings = which;
	CHECK_INT(backend_seeds(&what), 0);
	free(form.image);
}

static void ribcl_4(void)
{
	static const struct ilo_settings four = { .generation = 4,
						  .user = "admin",
						  .password = "p&amp;ss&quot;word" };

	seeds(&backend_ilo_ribcl, &four, "bmc.version");
}

static void ribcl_3(void)
{
	static const struct ilo_settings three = { .generation = 3,
						   .user = "admin",
						   .password = "p&amp;ss&quot;word" };

	seeds(&backend_ilo_ribcl, &three, "bmc.version");
}

static void redfish_form(void)
{
	static const struct ilo_settings form = {
		.generation = 5, .flavour = 1, .user = "admin", .password = "p&ss\"word"
	};

	seeds(&backend_redfish, &form, "redfish.version");
}

static void redfish_raw(void)
{
	static const struct ilo_settings raw = {
		.generation = 5, .flavour = 2, .user = "admin", .password = "p&ss\"word"
	};

	seeds(&backend_redfish, &raw, "redfish.version");
}

int main(void)
{
	TAP_RUN(ribcl_4);
	TAP_RUN(ribcl_3);
	TAP_RUN(redfish_form);
	TAP_RUN(redfish_raw);
	return TAP_END();
}
