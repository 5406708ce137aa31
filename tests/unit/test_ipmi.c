/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The BMC in the inventory: what it answers, answers late or never, and what that costs. */
#include <stdlib.h>

#include "format/ipmi.h"
#include "inventory/identity.h"
#include "inventory/probe.h"
#include "ipmi_bench.h"
#include "tap.h"

static struct inventory probe(struct bmc *bmc)
{
	struct probe_source source = { .hw = &bmc->hw };
	struct inventory inv = { 0 };

	bmc->hw.ops = &bmc_ops;
	bmc->hw.priv = bmc;
	CHECK_INT(probe_ipmi(&source, &inv, NULL), 0);
	CHECK_INT(bmc->open, 0);
	return inv;
}

static const char *prop(const struct inventory *inv, const char *key)
{
	const char *value = inv->count ? device_prop(inv->devices, key) : "(no device)";

	return value ? value : "(none)";
}

static void an_ilo(void)
{
	struct bmc bmc = { .answer = ILO, .answer_len = sizeof(ILO) - 1 };
	struct inventory inv = probe(&bmc);
	struct device *system;

	CHECK_INT(inv.count, 1);
	CHECK_STR(inv.devices->id, "bmc");
	CHECK_INT(inv.devices->kind, DEVICE_BMC);
	CHECK_STR(inv.devices->version, "2.72");
	CHECK_STR(inv.devices->vendor, "HPE");
	CHECK_STR(inv.devices->node, "/dev/ipmi0");
	CHECK_STR(prop(&inv, "ipmi.version"), "2.72");
	CHECK_STR(prop(&inv, "bmc.version"), "2.72");
	CHECK_STR(prop(&inv, "ipmi.specification"), "2.0");
	CHECK_STR(prop(&inv, "ipmi.manufacturer"), "11");
	CHECK_STR(prop(&inv, "ipmi.product"), "8192");
	CHECK_STR(prop(&inv, "ipmi.aux-revision"), "01020304");
	CHECK_STR(prop(&inv, "ipmi.update"), "(none)");
	CHECK_STR(prop(&inv, "ipmi.error"), "(none)");
	/* The server's name tells the generation, and the target goes to the BMC. */
	CHECK_INT(inventory_add(&inv, DEVICE_SYSTEM, "system", &system, NULL), 0);
	strcpy(system->vendor, "HPE");
	strcpy(system->model, "ProLiant DL380 Gen10");
	CHECK_INT(identity_add(&inv, NULL), 0);
	CHECK_INT(inventory_find(&inv, "bmc")->target_count, 1);
	CHECK_STR(inventory_find(&inv, "bmc")->targets[0], "ilo:5");
	inventory_free(&inv);
}

static void versions_are_decimal_and_bcd(void)
{
	static const struct {
		uint8_t major, minor;
		const char *want;
		bool updating;
	} cases[] = {
		{ 2, 0x72, "2.72", false },   { 0x82, 0x72, "2.72", true },
		{ 1, 0x05, "1.05", false },   { 0, 0, "0.00", false },
		{ 10, 0x99, "10.99", false }, { 127, 0x00, "127.00", false },
		{ 3, 0x0a, "3.0a", false }, /* no BCD: as it is, in hex */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t answer[11] = { 0x20, 1, cases[i].major, cases[i].minor, 0x51, 0, 0xa2, 2 };
		struct bmc bmc = { .answer = answer, .answer_len = sizeof(answer) };
		struct inventory inv = probe(&bmc);

		CHECK_STR(prop(&inv, "ipmi.version"), cases[i].want);
		CHECK_STR(prop(&inv, "ipmi.update"), cases[i].updating ? "in progress" : "(none)");
		CHECK_STR(prop(&inv, "ipmi.specification"), "1.5");
		CHECK_STR(prop(&inv, "ipmi.aux-revision"), "(none)");
		CHECK_STR(inv.devices->vendor, "Dell");
		inventory_free(&inv);
	}
}

static void makers_have_names(void)
{
	CHECK_STR(ipmi_manufacturer_name(47196), "HPE");
	CHECK_STR(ipmi_manufacturer_name(10876), "Supermicro");
	CHECK_STR(ipmi_manufacturer_name(19046), "Lenovo");
	CHECK_STR(ipmi_manufacturer_name(2), "IBM");
	CHECK(!ipmi_manufacturer_name(1));
}

static void no_driver_is_no_device(void)
{
	struct bmc bmc = { .open_errno = ENOENT };
	struct inventory inv = probe(&bmc);

	CHECK_INT(inv.count, 0);
	inventory_free(&inv);
}

/* Law 11, and a few seconds at most. */
static void what_went_wrong_is_said(void)
{
	static const struct {
		struct bmc bmc;
		const char *want;
		unsigned int asked;
	} cases[] = {
		{ { .open_errno = EACCES }, "/dev/ipmi0: Permission denied", 0 },
		{ { .send_errno = EIO }, "sending to the BMC: ", 1 },
		{ { .silent = true }, "did not answer within 3000 ms", 1 },
		{ { .code = 0xc1 }, "completion code C1h", 1 },
		{ { .busy = 1000, .busy_code = 0xc0 }, "the BMC is busy: ", 10 },
		{ { .busy = 1000, .busy_code = 0xd1 }, "completion code D1h", 10 },
		{ { .answer = ILO, .answer_len = 10 }, "10 bytes instead of 11", 1 },
		{ { .answer = "", .answer_len = 0 }, "0 bytes instead of 11", 1 },
		{ { .answer = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		    .answer_len = 15 },
		  "the BMC says nothing",
		  1 },
		{ { .answer = "\0\0\0\0\0\0\0\0\0\0\0", .answer_len = 11 },
		  "the BMC says nothing",
		  1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bmc bmc = cases[i].bmc;
		struct inventory inv = probe(&bmc);

		CHECK_INT(inv.count, 1);
		CHECK_STR(inv.devices->id, "bmc");
		CHECK_STR(inv.devices->version, "");
		CHECK_CONTAINS(prop(&inv, "ipmi.error"), cases[i].want);
		CHECK_INT(bmc.asked, cases[i].asked);
		CHECK(bmc.now_ms <= 3500);
		inventory_free(&inv);
	}
}

static void one_that_is_busy_is_asked_again(void)
{
	static const uint8_t codes[] = { 0xc0, 0xc3, 0xd0, 0xd1, 0xd2 };

	for (size_t i = 0; i < sizeof(codes); i++) {
		struct bmc bmc = { .answer = ILO,
				   .answer_len = sizeof(ILO) - 1,
				   .busy = 2,
				   .busy_code = codes[i] };
		struct inventory inv = probe(&bmc);

		CHECK_STR(prop(&inv, "ipmi.version"), "2.72");
		CHECK_INT(bmc.asked, 3);
		inventory_free(&inv);
	}
}

int main(void)
{
	TAP_RUN(an_ilo);
	TAP_RUN(versions_are_decimal_and_bcd);
	TAP_RUN(makers_have_names);
	TAP_RUN(no_driver_is_no_device);
	TAP_RUN(what_went_wrong_is_said);
	TAP_RUN(one_that_is_busy_is_asked_again);
	return TAP_END();
}
