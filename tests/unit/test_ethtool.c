/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Old network devices by SIOCETHTOOL, against a model of the system calls. */
#include <errno.h>

#include "backends/ethtool_drivers.h"
#include "net_bench.h"

#define CARD "pci:0000:03:00.0"

static void add_function(struct bench *bench, const char *id)
{
	struct device *dev;

	CHECK_INT(inventory_add(&bench->inv, DEVICE_PCI, id, &dev, &bench->err), 0);
	CHECK_INT(device_add_target(dev, "pci:19a2:0710"), 0);
}

static struct hwio_net_device *add_interface(struct bench *bench, const char *interface,
					     const char *bus, const char *driver)
{
	struct hwio_net_device *d = hwio_net_add(bench->net, NULL, NULL);

	d->interface = interface;
	d->ethtool_bus = bus;
	d->driver = driver;
	return d;
}

static void start(struct bench *bench, const char *driver)
{
	bench_make(bench, &backend_ethtool, "ethtool.fw");
	add_function(bench, CARD);
	bench->d = add_interface(bench, "eth0", "0000:03:00.0", driver);
	bench->d->flash_ms = 200000;
	bench_find(bench, CARD);
}

static void inventory_of_a_card(void)
{
	struct bench bench;

	start(&bench, "be2net");
	CHECK_STR(prop(bench.dev, "ethtool.fw"), "1.0.0");
	CHECK_STR(prop(bench.dev, "ethtool.erom"), "EROM 7");
	CHECK_STR(prop(bench.dev, "ethtool.driver"), "be2net");
	CHECK_STR(prop(bench.dev, "ethtool.interface"), "eth0");
	CHECK_STR(bench.dev->version, "1.0.0");
	CHECK_STR(bench.dev->backend, "ethtool");
	CHECK(bench.dev->updateable);
	CHECK_INT(bench.inv.count, 1);
	stop(&bench);
}

/* Flashed, old version still running: the component says what it takes. */
static void flashed_and_restarted(void)
{
	struct bench bench;

	start(&bench, "qede");
	CHECK_INT(bench_check(&bench), 0);
	CHECK_INT(bench_write(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK(image_arrived(&bench));
	CHECK_STR(bench.d->file, "drydock-pci-0000-03-00.0.bin");
	CHECK_INT(bench.d->region_asked, 0);
	CHECK_INT(bench.intents, 1);
	CHECK_INT(bench.flashes_at_intent, 0);
	CHECK_INT(bench.progress, BENCH_IMAGE);
	CHECK_INT(bench_recover(&bench), RECOVER_WRITE_AGAIN);
	CHECK_INT(bench_activate(&bench, 0), BACKEND_NEEDS_REBOOT);
	hwio_net_restart(bench.net);
	CHECK_STR(reads(&bench, "ethtool.fw"), "2.0.0");
	CHECK_INT(bench_recover(&bench), RECOVER_NEW_RUNS);
	stop(&bench);
}

static void what_is_to_be_done(void)
{
	static const struct {
		bool now;
		enum activation activation;
		enum backend_result want;
	} rows[] = {
		{ true, ACTIVATION_REBOOT, BACKEND_DONE },
		{ false, ACTIVATION_NONE, BACKEND_DONE },
		{ false, ACTIVATION_DEVICE_RESET, BACKEND_NEEDS_REBOOT },
		{ false, ACTIVATION_POWER_CYCLE, BACKEND_NEEDS_POWER_CYCLE },
	};
	struct bench bench;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		start(&bench, "bna");
		bench.d->now = rows[i].now;
		bench.comp.activation = rows[i].activation;
		CHECK_INT(bench_write(&bench, 0), rows[i].want);
		stop(&bench);
	}
}

/* be2net flashes only while the interface is up; afterwards it is as it was. */
static void the_interface_must_be_up(void)
{
	struct bench bench;

	start(&bench, "be2net");
	bench.d->wants_up = true;
	bench_write(&bench, 0);
	CHECK(image_arrived(&bench));
	CHECK(!bench.d->up);
	CHECK_INT(bench.net->flags_lost, 0);
	stop(&bench);

	start(&bench, "be2net");
	bench.d->up = bench.d->wants_up = true;
	bench_write(&bench, 0);
	CHECK(bench.d->up);
	stop(&bench);

	start(&bench, "qede");
	bench.d->wants_up = true;
	bench_write(&bench, ERR_DEVICE);
	CHECK_STR(bench.err.text, "eth0: ETHTOOL_FLASHDEV: Network is down");
	stop(&bench);
}

static void regions(void)
{
	struct bench bench;

	start(&bench, "bnxt_en");
	add_flag(&bench, "ethtool-region=65535");
	bench_write(&bench, 0);
	CHECK_INT(bench.d->region_asked, 65535);
	bench.flags[0] = "ethtool-region=4294967296";
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	bench.flags[0] = "ethtool-region=-1";
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	bench.flags[0] = "ethtool-region=1x";
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	bench.flags[0] = "ata-mode=3";
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	stop(&bench);

	start(&bench, "mlx5_core");
	add_flag(&bench, "ethtool-region=1");
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	CHECK_STR(bench.err.text, "the driver mlx5_core knows no regions");
	bench.flags[0] = "ethtool-region=0";
	CHECK_INT(bench_check(&bench), 0);
	stop(&bench);
}

static void refusals(void)
{
	static const struct {
		int errnum, want;
	} rows[] = { { EIO, ERR_DEVICE },
		     { EBUSY, ERR_BUSY },
		     { EOPNOTSUPP, ERR_UNSUPPORTED },
		     { ENODEV, ERR_DEVICE_GONE },
		     { EPERM, ERR_DEVICE } };
	struct bench bench;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		start(&bench, "cxgb4");
		bench.d->refuse_errnum = rows[i].errnum;
		bench_write(&bench, rows[i].want);
		CHECK_CONTAINS(bench.err.text, "eth0: ETHTOOL_FLASHDEV: ");
		CHECK_INT(bench_recover(&bench), RECOVER_WRITE_AGAIN);
		stop(&bench);
	}
}

/* i40e takes a flash command for a DDP profile: it never gets one. */
static void what_is_no_flash(void)
{
	struct bench bench;

	start(&bench, "i40e");
	CHECK(!bench.dev->updateable);
	CHECK_STR(prop(bench.dev, "bar"), "NO_BACKEND");
	CHECK_CONTAINS(prop(bench.dev, "bar.text"), "loads a DDP profile into RAM");
	CHECK_STR(prop(bench.dev, "ethtool.fw"), "1.0.0");
	CHECK_INT(bench_check(&bench), ERR_UNSUPPORTED);
	bench_write(&bench, ERR_UNSUPPORTED);
	CHECK_INT(bench.d->flashes, 0);
	CHECK_INT(bench.intents, 0);
	stop(&bench);

	start(&bench, "e1000e"); /* nobody has looked at it */
	CHECK_STR(bench.dev->backend, "");
	CHECK(!bench.dev->updateable);
	CHECK_STR(bench.dev->version, "1.0.0");
	bench_write(&bench, ERR_UNSUPPORTED);
	CHECK_INT(bench.d->flashes, 0);
	stop(&bench);
}

static void the_table(void)
{
	static const char *const flash[] = { "bna",	"be2net", "qede",
					     "bnxt_en", "cxgb4",  "mlx5_core" };

	for (size_t i = 0; i < sizeof(flash) / sizeof(*flash); i++) {
		const struct ethtool_driver_fact *fact = ethtool_driver_find(flash[i]);

		CHECK(fact && fact->flashes && !fact->why);
	}
	CHECK(!ethtool_driver_find("i40e")->flashes && ethtool_driver_find("i40e")->why);
	CHECK(!ethtool_driver_find("virtio_net"));
}

static void second_functions_and_ports(void)
{
	struct bench bench;
	struct device *other;

	bench_make(&bench, &backend_ethtool, "ethtool.fw");
	add_function(&bench, CARD);
	add_function(&bench, "pci:0000:03:00.1");
	add_function(&bench, "pci:0000:04:00.0");
	bench.d = add_interface(&bench, "eth0", "0000:03:00.0", "qede");
	add_interface(&bench, "eth1", "0000:03:00.0", "qede")->ethtool_fw = "other port";
	add_interface(&bench, "eth2", "0000:03:00.1", "qede");
	add_interface(&bench, "eth3", "0000:04:00.0", "qede");
	add_interface(&bench, "bond0", "N/A", "bonding");
	bench_find(&bench, CARD);
	CHECK_STR(prop(bench.dev, "ethtool.interface"), "eth0");
	CHECK(bench.dev->updateable);
	other = inventory_find(&bench.inv, "pci:0000:03:00.1");
	CHECK(!other->updateable);
	CHECK_STR(prop(other, "ethtool.same_device"), CARD);
	CHECK_STR(prop(other, "ethtool.error"),
		  "the same card as " CARD ", with the same firmware");
	CHECK(inventory_find(&bench.inv, "pci:0000:04:00.0")->updateable);
	CHECK_INT(bench.inv.count, 3);
	/* Under another name it is found by its function. */
	bench.d->interface = "ens1f0";
	bench.net->device[1].interface = NULL;
	CHECK_STR(reads(&bench, "ethtool.interface"), "ens1f0");
	bench.d->interface = NULL;
	CHECK_INT(backend_ethtool.refresh(&bench.net->hw, bench.dev, &bench.err), ERR_DEVICE_GONE);
	stop(&bench);
}

/* What devlink flashes is devlink's; what it only describes may be flashed the old way. */
static void beside_devlink(void)
{
	struct bench bench;

	bench_make(&bench, &backend_ethtool, "ethtool.fw");
	add_function(&bench, CARD);
	bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
	bench.d->driver = "qede";
	bench.d->key = "fw.app";
	bench.d->tells_stored = false;
	bench.d->interface = "eth0";
	bench.d->ethtool_bus = "0000:03:00.0";
	bench.d->ethtool_fw = "mfw 1.0.0";
	CHECK_INT(backend_devlink.probe(&bench.net->hw, &bench.inv, &bench.err), 0);
	bench_find(&bench, CARD);
	CHECK_STR(bench.dev->backend, "ethtool");
	CHECK_STR(bench.dev->version, "1.0.0");
	CHECK_STR(prop(bench.dev, "devlink.fw.app"), "1.0.0");
	CHECK_STR(prop(bench.dev, "ethtool.fw"), "mfw 1.0.0");
	bench_write(&bench, 0);
	CHECK(image_arrived(&bench));
	hwio_net_restart(bench.net);
	CHECK_STR(reads(&bench, "devlink.fw.app"), "2.0.0");
	stop(&bench);

	bench_make(&bench, &backend_ethtool, "ethtool.fw");
	add_function(&bench, CARD);
	bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
	bench.d->driver = "bnxt_en";
	bench.d->interface = "eth0";
	bench.d->ethtool_bus = "0000:03:00.0";
	CHECK_INT(backend_devlink.probe(&bench.net->hw, &bench.inv, &bench.err), 0);
	bench_find(&bench, CARD);
	CHECK_STR(bench.dev->backend, "devlink");
	CHECK_STR(prop(bench.dev, "ethtool.fw"), "");
	stop(&bench);
}

static void what_a_step_has_left(void)
{
	struct bench bench;

	start(&bench, "bna");
	snprintf(bench.d->running, sizeof(bench.d->running), "1.5.0");
	CHECK_INT(bench_recover(&bench), RECOVER_NEEDS_HUMAN);
	bench.dev->version[0] = '\0';
	CHECK_INT(bench_recover(&bench), RECOVER_WRITE_AGAIN);
	bench.comp.proof.field = "";
	snprintf(bench.d->running, sizeof(bench.d->running), BENCH_VERSION);
	CHECK_INT(bench_recover(&bench), RECOVER_NEW_RUNS);
	stop(&bench);
}

static void without_sockets(void)
{
	struct bench bench;

	start(&bench, "bna");
	bench.net->no_sockets = true;
	CHECK_INT(bench_check(&bench), ERR_DEVICE_GONE);
	stop(&bench);
}

int main(void)
{
	TAP_RUN(inventory_of_a_card);
	TAP_RUN(flashed_and_restarted);
	TAP_RUN(what_is_to_be_done);
	TAP_RUN(the_interface_must_be_up);
	TAP_RUN(regions);
	TAP_RUN(refusals);
	TAP_RUN(what_is_no_flash);
	TAP_RUN(the_table);
	TAP_RUN(second_functions_and_ports);
	TAP_RUN(beside_devlink);
	TAP_RUN(what_a_step_has_left);
	TAP_RUN(without_sockets);
	return TAP_END();
}
