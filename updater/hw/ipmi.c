/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ipmi.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ipmi.h>

#define NODE "/dev/ipmi0"

int ipmi_open(struct hwio *hw, struct ipmi *ret, struct err *err)
{
	*ret = (struct ipmi){ .hw = hw };
	ret->fd = hw->ops->open(hw, NODE, O_RDWR);
	if (ret->fd >= 0)
		return 0;
	if (ret->fd == -ENOENT || ret->fd == -ENXIO || ret->fd == -ENODEV)
		return err_set_errno(err, ERR_NOT_FOUND, -ret->fd, NODE);
	return err_set_errno(err, ERR_IO, -ret->fd, NODE);
}

void ipmi_close(struct ipmi *ipmi)
{
	if (ipmi->fd >= 0)
		ipmi->hw->ops->close(ipmi->hw, ipmi->fd);
	ipmi->fd = -1;
}

static int send_request(struct ipmi *ipmi, const struct ipmi_request *request, struct err *err)
{
	struct ipmi_system_interface_addr address = {
		.addr_type = IPMI_SYSTEM_INTERFACE_ADDR_TYPE,
		.channel = IPMI_BMC_CHANNEL,
	};
	uint8_t data[IPMI_DATA_MAX] = { 0 }; /* the driver's structure wants it writable */
	struct ipmi_req req = { 0 };
	int rc;

	if (request->len > sizeof(data))
		return err_set(err, ERR_TOO_LARGE, "%u bytes for the BMC",
			       (unsigned int)request->len);
	if (request->len)
		memcpy(data, request->data, request->len);
	req.addr = (unsigned char *)&address;
	req.addr_len = sizeof(address);
	req.msgid = ++ipmi->sent;
	req.msg.netfn = request->netfn;
	req.msg.cmd = request->cmd;
	req.msg.data_len = request->len;
	req.msg.data = data;
	rc = ipmi->hw->ops->ioctl(ipmi->hw, ipmi->fd, IPMICTL_SEND_COMMAND, &req);
	return rc < 0 ? err_set_errno(err, ERR_IO, -rc, "sending to the BMC") : 0;
}

/* Takes what has come. ERR_NOT_FOUND: it was something else. */
static int take(struct ipmi *ipmi, const struct ipmi_request *request, struct ipmi_answer *ret,
		struct err *err)
{
	struct ipmi_system_interface_addr address = { 0 };
	uint8_t data[1 + IPMI_DATA_MAX] = { 0 };
	struct ipmi_recv recv = { 0 };
	int rc;

	recv.addr = (unsigned char *)&address;
	recv.addr_len = sizeof(address);
	/* What is expected: a trace knows by it how to treat the data. */
	recv.msg.netfn = request->netfn | 1;
	recv.msg.cmd = request->cmd;
	recv.msg.data = data;
	recv.msg.data_len = sizeof(data);
	rc = ipmi->hw->ops->ioctl(ipmi->hw, ipmi->fd, IPMICTL_RECEIVE_MSG_TRUNC, &recv);
	if (rc == -EAGAIN || rc == -EINTR)
		return ERR_NOT_FOUND;
	if (rc < 0 && rc != -EMSGSIZE) /* longer than any answer may be: cut, and here */
		return err_set_errno(err, ERR_IO, -rc, "receiving from the BMC");
	if (recv.recv_type != IPMI_RESPONSE_RECV_TYPE || recv.msgid != ipmi->sent)
		return ERR_NOT_FOUND;
	if (recv.msg.data_len < 1 || recv.msg.data_len > sizeof(data))
		return err_set(err, ERR_IO, "the driver gave an answer of %u bytes",
			       (unsigned int)recv.msg.data_len);
	ret->code = data[0];
	ret->len = recv.msg.data_len - 1u;
	memcpy(ret->data, data + 1, ret->len);
	return 0;
}

static int wait_for_answer(struct ipmi *ipmi, const struct ipmi_request *request,
			   struct ipmi_answer *ret, struct err *err)
{
	struct hwio *hw = ipmi->hw;
	uint64_t end = hw->ops->now_ms(hw) + request->timeout_ms;
	int rc;

	for (;;) {
		uint64_t now = hw->ops->now_ms(hw);

		if (now >= end)
			return err_set(err, ERR_OVERDUE, "the BMC did not answer within %u ms",
				       request->timeout_ms);
		rc = hw->ops->poll(hw, ipmi->fd, POLLIN, (int)(end - now));
		if (rc < 0 && rc != -EINTR)
			return err_set_errno(err, ERR_IO, -rc, "waiting for the BMC");
		rc = rc > 0 ? take(ipmi, request, ret, err) : ERR_NOT_FOUND;
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
}

int ipmi_ask(struct ipmi *ipmi, const struct ipmi_request *request, struct ipmi_answer *ret,
	     struct err *err)
{
	int rc = send_request(ipmi, request, err);

	ret->code = 0;
	ret->len = 0;
	if (!rc)
		rc = wait_for_answer(ipmi, request, ret, err);
	if (!rc && ret->code)
		rc = err_set(err, ERR_DEVICE, "the BMC answered with completion code %02Xh",
			     (unsigned int)ret->code);
	return rc ? err_prefix(err, "IPMI command %02Xh/%02Xh", (unsigned int)request->netfn,
			       (unsigned int)request->cmd)
		  : 0;
}
