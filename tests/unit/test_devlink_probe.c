/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network devices in the inventory by devlink: where they are, what they run, what cannot be asked.
 */
#include <errno.h>

#include "backends/devlink_plan.h"
#include "hw/devlink.h"
#include "net_bench.h"

#define CARD "pci:0000:03:00.0"

static void begin(struct bench *bench)
{
	struct device *dev;

	bench_make(bench, &backend_devlink, "devlink.fw.mgmt");
	CHECK_INT(inventory_add(&bench->inv, DEVICE_PCI, CARD, &dev, &bench->err), 0);
	snprintf(dev->name, sizeof(dev->name), "Maker Ethernet 25G");
	CHECK_INT(device_add_target(dev, "pci:8086:1593"), 0);
}

static void end(struct bench *bench)
{
	bench->dev = NULL;
	stop(bench);
}

static int probe(struct bench *bench)
{
	return backend_devlink.probe(&bench->net->hw, &bench->inv, &bench->err);
}

/* The function that libpci found gets what devlink knows; no second device appears. */
static void a_pci_function_is_filled_in(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
	bench.d->driver = "ice";
	bench.d->serial = "00-11-22";
	bench.d->board_serial = "BOARD7";
	bench.d->key = "fw.bundle_id";
	bench.d->fixed_key = "board.id";
	bench.d->fixed_value = "K58132-000";
	bench_find(&bench, CARD);
	CHECK_INT(bench.inv.count, 1);
	CHECK_STR(bench.dev->name, "Maker Ethernet 25G");
	CHECK_STR(bench.dev->version, "1.0.0");
	CHECK_STR(bench.dev->serial, "BOARD7");
	CHECK_STR(bench.dev->backend, "devlink");
	CHECK(bench.dev->updateable);
	CHECK_INT(bench.dev->evidence, EVIDENCE_EMULATOR);
	CHECK_STR(prop(bench.dev, "devlink.fw.bundle_id"), "1.0.0");
	CHECK_STR(prop(bench.dev, "devlink.stored.fw.bundle_id"), "1.0.0");
	CHECK_STR(prop(bench.dev, "devlink.fixed.board.id"), "K58132-000");
	CHECK_STR(prop(bench.dev, "devlink.driver"), "ice");
	CHECK_STR(prop(bench.dev, "devlink.serial"), "00-11-22");
	CHECK_STR(prop(bench.dev, "devlink.reload"), "fw_activate");
	CHECK(has_target(bench.dev, "pci:8086:1593"));
	CHECK(has_target(bench.dev, "devlink:ice"));
	CHECK(has_target(bench.dev, "devlink:ice:board.id=K58132-000"));
	stop(&bench);
}

static void one_that_is_on_no_pci_function(void)
{
	struct bench bench;
	struct device *dev;

	begin(&bench);
	hwio_net_add(bench.net, "netdevsim", "netdevsim4")->fw_activate = false;
	CHECK_INT(probe(&bench), 0);
	CHECK_INT(bench.inv.count, 2);
	dev = inventory_find(&bench.inv, "nic:netdevsim/netdevsim4");
	CHECK_INT(dev->kind, DEVICE_NIC);
	CHECK_STR(dev->name, "netdevsim4 (netdevsim, S/N unknown)");
	CHECK_STR(prop(dev, "devlink.reload"), "");
	CHECK(dev->updateable);
	end(&bench);
}

/* A subfunction has a handle of its own and the firmware of its function. */
static void parts_of_functions_are_no_devices(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "auxiliary", "mlx5_core.sf.4");
	bench.d->link = "../../../devices/pci0000:00/0000:00:01.0/0000:03:00.0/mlx5_core.sf.4";
	bench.d->driver = "mlx5_core.sf";
	CHECK_INT(probe(&bench), 0);
	CHECK_INT(bench.inv.count, 1);
	CHECK_STR(prop(bench.inv.devices, "devlink.handle"), "");
	end(&bench);
}

static void one_card_is_written_once(void)
{
	static const struct {
		const char *name;
		const char *serial, *board_serial, *driver;
		bool same;
	} rows[] = {
		{ "0000:03:00.1", NULL, NULL, "mlx5_core", true },
		{ "0000:03:00.1", "OTHER", NULL, "mlx5_core", true }, /* a port has its own */
		{ "0000:07:00.0", "S1", NULL, "mlx5_core", true },
		{ "0000:07:00.0", "S2", NULL, "mlx5_core", false },
		{ "0000:07:00.0", NULL, "B1", "mlx5_core", false }, /* the first has a serial */
		{ "0000:07:00.0", NULL, NULL, "mlx5_core", false },
		{ "0000:03:00.1", "S1", NULL, "ice", false },
	};
	char id[DEVICE_ID_MAX];
	struct bench bench;
	struct device *dev;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&bench);
		snprintf(id, sizeof(id), "pci:%s", rows[i].name);
		CHECK_INT(inventory_add(&bench.inv, DEVICE_PCI, id, &dev, &bench.err), 0);
		bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
		bench.d->driver = "mlx5_core";
		bench.d->serial = rows[i].serial ? "S1" : NULL;
		if (rows[i].board_serial)
			bench.d->serial = "S9";
		bench.d->board_serial = rows[i].board_serial;
		bench.d = hwio_net_add(bench.net, "pci", rows[i].name);
		bench.d->driver = rows[i].driver;
		bench.d->serial = rows[i].serial;
		bench.d->board_serial = rows[i].board_serial;
		CHECK_INT(probe(&bench), 0);
		CHECK(inventory_find(&bench.inv, CARD)->updateable);
		dev = inventory_find(&bench.inv, id);
		CHECK_INT(dev->updateable, !rows[i].same);
		CHECK_STR(prop(dev, "devlink.same_device"), rows[i].same ? CARD : "");
		/* Asking again changes nothing about it. */
		CHECK_INT(backend_devlink.refresh(&bench.net->hw, dev, &bench.err), 0);
		CHECK_INT(dev->updateable, !rows[i].same);
		end(&bench);
	}
}

static void boards_with_one_serial_number(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "a", "first");
	bench.d->board_serial = "B1";
	bench.d = hwio_net_add(bench.net, "a", "second");
	bench.d->board_serial = "B1";
	bench.d = hwio_net_add(bench.net, "a", "third");
	bench.d->board_serial = "B2";
	CHECK_INT(probe(&bench), 0);
	CHECK(inventory_find(&bench.inv, "nic:a/first")->updateable);
	CHECK(!inventory_find(&bench.inv, "nic:a/second")->updateable);
	CHECK(inventory_find(&bench.inv, "nic:a/third")->updateable);
	end(&bench);
}

/* One that fails costs its siblings nothing, and says why. */
static void those_that_do_not_answer(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
	bench.d->info_errnum = EIO;
	hwio_net_add(bench.net, "netdevsim", "silent")->tells_nothing = true;
	hwio_net_add(bench.net, "netdevsim", "gone")->info_errnum = ENODEV;
	hwio_net_add(bench.net, "netdevsim", "good");
	CHECK_INT(probe(&bench), 0);
	CHECK_INT(bench.inv.count, 3);
	CHECK_CONTAINS(prop(bench.inv.devices, "devlink.error"), "refused: ");
	CHECK(!bench.inv.devices->updateable);
	CHECK_STR(prop(inventory_find(&bench.inv, "nic:netdevsim/silent"), "devlink.error"), "");
	CHECK(inventory_find(&bench.inv, "nic:netdevsim/good")->updateable);
	end(&bench);
}

static void answers_that_cannot_be_read(void)
{
	static const struct {
		enum hwio_net_answer answer;
		const char *says;
	} rows[] = {
		{ ANSWER_CUT, "wrong lengths" },
		{ ANSWER_LIE_MESSAGE, "wrong lengths" },
		{ ANSWER_SHORT, "cut off" },
		{ ANSWER_WRONG_SEQ, "no answer of the kernel within 60 s" },
		{ ANSWER_SILENCE, "no answer of the kernel within 60 s" },
		{ ANSWER_ENOBUFS, "the kernel's answer was lost" },
		{ ANSWER_OTHER_DEVICE, "about another device" },
	};
	struct bench bench;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(&bench);
		hwio_net_add(bench.net, "pci", "0000:03:00.0");
		bench.net->info_answer = rows[i].answer;
		CHECK_INT(probe(&bench), 0);
		CHECK_INT(bench.inv.count, 1);
		CHECK_CONTAINS(prop(bench.inv.devices, "devlink.error"), rows[i].says);
		CHECK(!bench.inv.devices->updateable);
		end(&bench);
	}
}

static void no_devlink_at_all(void)
{
	struct bench bench;

	begin(&bench);
	bench.net->no_sockets = true;
	CHECK_INT(probe(&bench), 0);
	bench.net->no_sockets = false;
	bench.net->open_errnum = EPROTONOSUPPORT;
	CHECK_INT(probe(&bench), 0);
	bench.net->open_errnum = EMFILE;
	CHECK_INT(probe(&bench), ERR_IO);
	bench.net->open_errnum = 0;
	bench.net->no_family = true;
	CHECK_INT(probe(&bench), 0);
	bench.net->no_family = false;
	bench.net->no_group = true;
	CHECK_INT(probe(&bench), ERR_FORMAT);
	CHECK_INT(bench.inv.count, 1);
	end(&bench);
}

/* A list that changed while it was told is asked for again; what came twice is there once. */
static void a_list_with_holes(void)
{
	struct bench bench;

	begin(&bench);
	hwio_net_add(bench.net, "netdevsim", "netdevsim1");
	hwio_net_add(bench.net, "netdevsim", "netdevsim2");
	bench.net->dumps_interrupted = 2;
	CHECK_INT(probe(&bench), 0);
	CHECK_INT(bench.net->dumps_interrupted, 0);
	CHECK_INT(bench.inv.count, 3);
	bench.net->list_answer = ANSWER_CUT;
	CHECK_INT(probe(&bench), ERR_FORMAT);
	end(&bench);
}

/* A driver without a flash is described, and left to who else may write it. */
static void described_only(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "pci", "0000:03:00.0");
	bench.d->driver = "i40e";
	bench.d->tells_stored = false;
	CHECK_INT(probe(&bench), 0);
	CHECK_STR(bench.inv.devices->backend, "");
	CHECK(!bench.inv.devices->updateable);
	CHECK_STR(bench.inv.devices->version, "1.0.0");
	CHECK_STR(prop(bench.inv.devices, "devlink.error"),
		  "the driver i40e does not flash by devlink");
	end(&bench);
}

/* A version that is no longer told must not stay as if it had been read. */
static void what_is_not_told_any_more(void)
{
	struct bench bench;

	begin(&bench);
	bench.d = hwio_net_add(bench.net, "netdevsim", "netdevsim1");
	bench_find(&bench, "nic:netdevsim/netdevsim1");
	CHECK_STR(reads(&bench, "devlink.stored.fw.mgmt"), "1.0.0");
	bench.d->tells_stored = false;
	bench.d->key = "FW Odd/Name";
	CHECK_STR(reads(&bench, "devlink.stored.fw.mgmt"), "");
	CHECK_STR(prop(bench.dev, "devlink.fw.mgmt"), "");
	CHECK_STR(prop(bench.dev, "devlink.fw_odd_name"), "1.0.0");
	CHECK_STR(prop(bench.dev, "devlink.reload"), "fw_activate");
	stop(&bench);
}

static void the_version_that_stands_for_all(void)
{
	static const struct {
		const char *names[4];
		const char *want;
	} rows[] = {
		{ { "fw.mgmt", "fw", "fw.bundle_id" }, "fw.bundle_id" },
		{ { "fw.mgmt", "fw.undi", "fw" }, "fw" },
		{ { "fw.psid", "fw.version" }, "fw.version" },
		{ { "fw.undi", "fw.mgmt" }, "fw.mgmt" },
		{ { "fw.roce", "fw.undi" }, "fw.roce" },
		{ { NULL }, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct devlink_info info = { 0 };

		for (size_t n = 0; rows[i].names[n]; n++) {
			info.versions[n].group = DEVLINK_RUNNING;
			snprintf(info.versions[n].name, sizeof(info.versions[n].name), "%s",
				 rows[i].names[n]);
			info.count++;
		}
		if (rows[i].want)
			CHECK_STR(devlink_plan_main(&info), rows[i].want);
		else
			CHECK(!devlink_plan_main(&info));
	}
}

int main(void)
{
	TAP_RUN(a_pci_function_is_filled_in);
	TAP_RUN(one_that_is_on_no_pci_function);
	TAP_RUN(parts_of_functions_are_no_devices);
	TAP_RUN(one_card_is_written_once);
	TAP_RUN(boards_with_one_serial_number);
	TAP_RUN(those_that_do_not_answer);
	TAP_RUN(answers_that_cannot_be_read);
	TAP_RUN(no_devlink_at_all);
	TAP_RUN(a_list_with_holes);
	TAP_RUN(described_only);
	TAP_RUN(what_is_not_told_any_more);
	TAP_RUN(the_version_that_stands_for_all);
	return TAP_END();
}
