/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend ilo-redfish under disturbance (backend_seeds.h): the iLO itself. */
#include "backend_seeds.h"
#include "ilo_bench.h"

static struct bench bench;

static struct hwio *make(void *ctx)
{
	(void)ctx;
	start_machine(&bench, 5);
	snprintf(bench.access.url, sizeof(bench.access.url), "https://" HWIO_ILO_REMOTE);
	return &bench.lab->hw;
}

static void unmake(void *ctx)
{
	(void)ctx;
	inventory_free(&bench.inv);
	hwio_ilo_free(bench.lab);
}

static void restart(void *ctx, bool power)
{
	(void)ctx;
	(void)power;
	ilo_host_reset(bench.lab->ilo);
	hwio_ilo_wait(bench.lab, 600000);
}

static const char *runs(void *ctx)
{
	(void)ctx;
	return ilo_version(bench.lab->ilo, "iLO");
}

static bool was_touched(void *ctx)
{
	(void)ctx;
	return did(&bench, "received");
}

static bool holds_image(void *ctx)
{
	(void)ctx;
	return ilo_flashed(bench.lab->ilo, "iLO")[0] != '\0';
}

static void the_ilo_itself(void)
{
	uint8_t *image = bench_image("iLO 5", NEW_ILO, BENCH_BYTES);
	struct component comp = {
		.version = NEW_ILO,
		.scheme = VERSION_PLAIN,
		.proof = { "redfish.version", PROOF_EQUALS, NEW_ILO },
		.activation = ACTIVATION_DEVICE_RESET,
	};
	struct backend_seeds what = { .backend = &backend_ilo_redfish,
				      .comp = &comp,
				      .image = image,
				      .image_len = BENCH_BYTES,
				      .make = make,
				      .free = unmake,
				      .restart = restart,
				      .runs = runs,
				      .was_touched = was_touched,
				      .holds_image = holds_image };

	component_complete(&comp);
	CHECK_INT(backend_seeds(&what), 0);
	free(image);
}

int main(void)
{
	TAP_RUN(the_ilo_itself);
	return TAP_END();
}
