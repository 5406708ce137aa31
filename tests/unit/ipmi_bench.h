/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A BMC behind the kernel's IPMI driver, at the level of the system calls. */
#ifndef DRYDOCK_TEST_IPMI_BENCH_H
#define DRYDOCK_TEST_IPMI_BENCH_H

#include <errno.h>
#include <linux/ipmi.h>
#include <sys/ioctl.h>

#include "hw/hwio.h"
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

static const struct hwio_ops bmc_ops = {
	.name = "bmc",
	.open = bmc_open,
	.close = bmc_close,
	.ioctl = bmc_ioctl,
	.poll = bmc_poll,
	.now_ms = bmc_now,
	.sleep_ms = bmc_sleep,
};

#endif
