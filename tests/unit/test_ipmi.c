/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The BMC in the inventory: what it answers, answers late or never, and what that costs. */
#include <errno.h>
#include <linux/ipmi.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "format/ipmi.h"
#include "inventory/identity.h"
#include "inventory/probe.h"
#include "tap.h"

#define ILO "\x20\x01\x02\x72\x02\x8f\x0b\x00\x00\x00\x20\x01\x02\x03\x04"

/* A BMC that answers Get Device ID; the clock moves when somebody waits. */
struct bmc {
	struct hwio hw;
	int open_errno, send_errno;
	bool silent;
	uint8_t code;	   /* completion code */
	unsigned int busy; /* this many answers carry busy_code first */
	uint8_t busy_code;
	const void *answer; /* behind the completion code */
	size_t answer_len;
	uint64_t now_ms;
	unsigned int asked, open;
	long id;
	bool waiting;
};

static int bmc_open(struct hwio *hw, const char *path, int flags)
{
	struct bmc *bmc = hw->priv;

	(void)flags;
	if (strcmp(path, "/dev/ipmi0") != 0)
		return -ENOENT;
	bmc->open += !bmc->open_errno;
	return bmc->open_errno ? -bmc->open_errno : 7;
}

static int bmc_close(struct hwio *hw, int fd)
{
	struct bmc *bmc = hw->priv;

	CHECK_INT(fd, 7);
	bmc->open--;
	return 0;
}

static int bmc_send(struct bmc *bmc, const struct ipmi_req *req)
{
	CHECK_INT(req->msg.netfn, 6);
	CHECK_INT(req->msg.cmd, 1);
	CHECK_INT(req->msg.data_len, 0);
	bmc->asked++;
	bmc->id = req->msgid;
	bmc->waiting = !bmc->silent;
	return -bmc->send_errno;
}

static int bmc_receive(struct bmc *bmc, struct ipmi_recv *recv)
{
	uint8_t code = bmc->code;
	size_t len = 1 + bmc->answer_len;

	if (!bmc->waiting)
		return -EAGAIN;
	bmc->waiting = false;
	if (bmc->busy) {
		bmc->busy--;
		code = bmc->busy_code;
	}
	recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	recv->msgid = bmc->id;
	recv->msg.data[0] = code;
	if (code)
		len = 1;
	if (len > 1)
		memcpy(recv->msg.data + 1, bmc->answer, len - 1);
	recv->msg.data_len = (unsigned short)len;
	return 0;
}

static int bmc_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	const unsigned long send = IPMICTL_SEND_COMMAND;

	(void)fd;
	return request == send ? bmc_send(hw->priv, arg) : bmc_receive(hw->priv, arg);
}

static int bmc_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct bmc *bmc = hw->priv;

	(void)fd;
	(void)events;
	CHECK(timeout_ms >= 0);
	bmc->now_ms += bmc->waiting ? 20 : (uint64_t)timeout_ms;
	return bmc->waiting;
}

static uint64_t bmc_now(struct hwio *hw)
{
	return ((struct bmc *)hw->priv)->now_ms;
}

static void bmc_sleep(struct hwio *hw, uint32_t ms)
{
	((struct bmc *)hw->priv)->now_ms += ms;
}

static const struct hwio_ops ops = {
	.name = "bmc",
	.open = bmc_open,
	.close = bmc_close,
	.ioctl = bmc_ioctl,
	.poll = bmc_poll,
	.now_ms = bmc_now,
	.sleep_ms = bmc_sleep,
};

static struct inventory probe(struct bmc *bmc)
{
	struct probe_source source = { .hw = &bmc->hw };
	struct inventory inv = { 0 };

	bmc->hw.ops = &ops;
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
