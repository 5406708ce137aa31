/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devlink and ethtool backends under disturbance (backend_seeds.h). */
#include "backend_seeds.h"
#include "net_bench.h"

static struct bench bench;
static struct backend ethtool;
static const struct backend *backend;
static const char *field;
static bool now, fw_activate;

/* The old way fills in what libpci has found. */
static int probe_ethtool(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct device *dev;
	int rc = inventory_add(inv, DEVICE_PCI, "pci:0000:03:00.0", &dev, err);

	return rc ? rc : backend_ethtool.probe(hw, inv, err);
}

static void add_device(struct bench *of)
{
	bench_make(of, backend, field);
	of->d = hwio_net_add(of->net, backend == &backend_devlink ? "netdevsim" : NULL, "sim1");
	of->d->now = now;
	of->d->fw_activate = fw_activate;
	of->d->flash_ms = 9000;
	if (backend == &backend_devlink)
		return;
	of->d->driver = "be2net";
	of->d->interface = "eth0";
	of->d->ethtool_bus = "0000:03:00.0";
	of->d->wants_up = true;
}

static struct hwio *make(void *ctx)
{
	(void)ctx;
	add_device(&bench);
	return &bench.net->hw;
}

/* A folder of the loader's that could not be set back is no fault of these. */
static void unmake(void *ctx)
{
	(void)ctx;
	bench.net->firmware_path[0] = '\0';
	stop(&bench);
}

static void restart(void *ctx, bool power)
{
	(void)ctx;
	(void)power;
	hwio_net_restart(bench.net);
}

static const char *runs(void *ctx)
{
	(void)ctx;
	return bench.d->running;
}

static bool was_touched(void *ctx)
{
	(void)ctx;
	return bench.d->flashes || bench.d->activations;
}

static bool holds_image(void *ctx)
{
	(void)ctx;
	return image_arrived(&bench);
}

static void seeds(void)
{
	struct bench form;
	struct backend_seeds what = { .backend = backend,
				      .make = make,
				      .free = unmake,
				      .restart = restart,
				      .runs = runs,
				      .was_touched = was_touched,
				      .holds_image = holds_image };

	bench_make(&form, backend, field);
	what.comp = &form.comp;
	what.image = form.image;
	what.image_len = sizeof(form.image);
	what.ram_dir = form.ram_dir;
	CHECK_INT(backend_seeds(&what), 0);
	stop(&form);
}

static void the_old_way(void)
{
	ethtool = backend_ethtool;
	ethtool.probe = probe_ethtool;
	backend = &ethtool;
	field = "ethtool.fw";
	now = false;
	seeds();
	now = true;
	seeds();
}

static void activated_by_a_reload(void)
{
	backend = &backend_devlink;
	field = "devlink.fw.mgmt";
	fw_activate = true;
	now = false;
	seeds();
}

static void runs_at_once(void)
{
	backend = &backend_devlink;
	field = "devlink.fw.mgmt";
	fw_activate = false;
	now = true;
	seeds();
}

static void waits_for_a_reboot(void)
{
	backend = &backend_devlink;
	field = "devlink.fw.mgmt";
	fw_activate = now = false;
	seeds();
}

int main(void)
{
	TAP_RUN(activated_by_a_reload);
	TAP_RUN(runs_at_once);
	TAP_RUN(waits_for_a_reboot);
	TAP_RUN(the_old_way);
	return TAP_END();
}
