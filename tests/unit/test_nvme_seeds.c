/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The NVMe backend under disturbance (backend_seeds.h). */
#include "backend_seeds.h"
#include "nvme_bench.h"

static struct bench bench;

static struct hwio *make(void *ctx)
{
	start(&bench, ctx);
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
	nvme_model_reset(&bench.drive->model, power ? NVME_RESET_POWER : NVME_RESET_CONVENTIONAL);
}

static const char *runs(void *ctx)
{
	(void)ctx;
	return bench.drive->model.firmware.running;
}

static bool was_touched(void *ctx)
{
	(void)ctx;
	return hwio_nvme_count(bench.lab, DOWNLOAD) || hwio_nvme_count(bench.lab, COMMIT);
}

static bool holds_image(void *ctx)
{
	(void)ctx;
	return image_arrived(&bench);
}

static void seeds(char *settings)
{
	struct bench form;
	struct backend_seeds what = { .backend = &backend_nvme,
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

static void activated_at_once(void)
{
	char settings[] = "activate_now=1";

	seeds(settings);
}

static void activated_by_a_reset(void)
{
	char settings[] = "activate_now=0";

	seeds(settings);
}

static void waits_for_a_reboot(void)
{
	char settings[] = "commit_status=0x10b";

	seeds(settings);
}

int main(void)
{
	TAP_RUN(activated_at_once);
	TAP_RUN(activated_by_a_reset);
	TAP_RUN(waits_for_a_reboot);
	return TAP_END();
}
