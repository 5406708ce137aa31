/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SES backend under disturbance (backend_seeds.h). */
#include "backend_seeds.h"
#include "ses_bench.h"

/* How a drive is made, and how its component has it. */
struct form {
	const char *settings, *flag;
};

static struct bench bench;

static struct hwio *make(void *ctx)
{
	const struct form *form = ctx;

	start(&bench, form->settings);
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
	bench.device->removed = false;
	ses_model_reset(&bench.model, power);
}

static const char *runs(void *ctx)
{
	(void)ctx;
	return bench.model.running[0];
}

static bool was_touched(void *ctx)
{
	(void)ctx;
	return bench.model.pieces || bench.model.activations;
}

static bool holds_image(void *ctx)
{
	(void)ctx;
	return image_arrived(&bench);
}

static void seeds(struct form form)
{
	struct bench pattern;
	struct backend_seeds what = { .backend = &backend_ses,
				      .make = make,
				      .free = unmake,
				      .restart = restart,
				      .runs = runs,
				      .was_touched = was_touched,
				      .holds_image = holds_image,
				      .ctx = &form };

	start(&pattern, form.settings);
	if (form.flag)
		set_flag(&pattern, form.flag);
	what.comp = &pattern.comp;
	what.image = pattern.image;
	what.image_len = pattern.payload.size;
	CHECK_INT(backend_seeds(&what), 0);
	stop(&pattern);
}

static void saved_and_activated(void)
{
	seeds((struct form){ "storing=3", NULL });
}

static void activated_afterwards(void)
{
	seeds((struct form){ "", "ses-mode=e" });
}

static void waits_for_power(void)
{
	seeds((struct form){ "final_set=1,final=0x12", NULL });
}

int main(void)
{
	TAP_RUN(saved_and_activated);
	TAP_RUN(activated_afterwards);
	TAP_RUN(waits_for_power);
	return TAP_END();
}
