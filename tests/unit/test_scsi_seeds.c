/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scsi backend under disturbance (backend_seeds.h). */
#include "backend_seeds.h"
#include "scsi_bench.h"

static struct bench bench;

static struct hwio *make(void *ctx)
{
	start(&bench, ctx);
	return &bench.lab->hw;
}

/*
 * When READ BUFFER was answered with a lie (zeros: any offset will do) the drive is sent offsets
 * that it does not take, and refuses: counted by the model, and no mistake here.
 */
static void unmake(void *ctx)
{
	(void)ctx;
	bench.model.protocol_errors = 0;
	stop(&bench);
}

static void restart(void *ctx, bool power)
{
	(void)ctx;
	scsi_model_reset(&bench.model, power);
}

static const char *runs(void *ctx)
{
	(void)ctx;
	return bench.model.running;
}

static bool was_touched(void *ctx)
{
	(void)ctx;
	return bench.model.writes > 0;
}

static bool holds_image(void *ctx)
{
	(void)ctx;
	return image_arrived(&bench);
}

static void seeds(char *settings)
{
	struct bench form;
	struct backend_seeds what = { .backend = &backend_scsi,
				      .make = make,
				      .free = unmake,
				      .restart = restart,
				      .runs = runs,
				      .was_touched = was_touched,
				      .holds_image = holds_image,
				      .ctx = settings };

	start(&form, settings);
	what.comp = &form.comp;
	what.image = form.image;
	what.image_len = form.payload.size;
	CHECK_INT(backend_seeds(&what), 0);
	stop(&form);
}

static void in_pieces(void)
{
	char settings[] = "modes=0x10";

	seeds(settings);
}

static void deferred(void)
{
	char settings[] = "modes=0x1e";

	seeds(settings);
}

static void whole(void)
{
	char settings[] = "boundary=255";

	seeds(settings);
}

static void waits_for_power(void)
{
	char settings[] = "activate=2,power_bound=1";

	seeds(settings);
}

int main(void)
{
	TAP_RUN(in_pieces);
	TAP_RUN(deferred);
	TAP_RUN(whole);
	TAP_RUN(waits_for_power);
	return TAP_END();
}
