/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ioctl_table.h"

#include <string.h>
#include <sys/ioctl.h>
#include <linux/ipmi.h>
#include <linux/nvme_ioctl.h>

/* The macros make an int of some numbers. */
#define REQUEST(name) (unsigned long)(name)

/*
 * What is kept back. NVMe 2.0 figure 88: 11h firmware image download, 81h security send, 82h
 * security receive (passwords and keys of self-encrypting drives travel in them).
 */
static const struct {
	unsigned long request;
	uint8_t opcode;
	enum trace_rule rule;
	const char *why;
} redactions[] = {
	{ REQUEST(NVME_IOCTL_ADMIN_CMD), 0x11, TRACE_HASH, "firmware" },
	{ REQUEST(NVME_IOCTL_ADMIN_CMD), 0x81, TRACE_NOTHING, "security send" },
	{ REQUEST(NVME_IOCTL_ADMIN_CMD), 0x82, TRACE_NOTHING, "security receive" },
};

/* Keys of NVMe in-band authentication, drivers/nvme/host/sysfs.c. */
static const char *const secret_files[] = { "dhchap_secret", "dhchap_ctrl_secret" };

static void redact(struct ioctl_data *data, unsigned long request, uint8_t opcode)
{
	for (size_t i = 0; i < sizeof(redactions) / sizeof(*redactions); i++)
		if (redactions[i].request == request && redactions[i].opcode == opcode) {
			data->rule = redactions[i].rule;
			data->rule_why = redactions[i].why;
		}
}

/* The direction stands in the opcode: bit 0 to the controller, bit 1 from it (NVMe 2.0 5). */
static void describe_nvme_admin(const void *arg, struct ioctl_data *ret)
{
	struct nvme_passthru_cmd cmd;
	const uint8_t *data;

	memcpy(&cmd, arg, sizeof(cmd));
	data = (const uint8_t *)(uintptr_t)cmd.addr;
	if (data && cmd.opcode & 1) {
		ret->out = data;
		ret->out_len = cmd.data_len;
	}
	if (data && cmd.opcode & 2) {
		ret->in = data;
		ret->in_len = cmd.data_len;
	}
	redact(ret, REQUEST(NVME_IOCTL_ADMIN_CMD), cmd.opcode);
	cmd.addr = 0;
	cmd.metadata = 0;
	memcpy(ret->arg, &cmd, sizeof(cmd));
}

/*
 * By network function and command (IPMI 2.0 appendix G): 06h/47h user passwords, 06h/56h channel
 * keys; 2Ch/02h credentials of the Redfish host interface
 * (DSP0270 8.2; 52h is the group), 2Ch/32h firmware (HPM.1). The answer has the function plus one.
 */
static const struct {
	uint8_t netfn, cmd;
	enum trace_rule rule;
	const char *why;
} ipmi_redactions[] = {
	{ 0x06, 0x47, TRACE_NOTHING, "set user password" },
	{ 0x06, 0x56, TRACE_NOTHING, "channel security keys" },
	{ 0x2c, 0x02, TRACE_NOTHING, "bootstrap credentials" },
	{ 0x2c, 0x32, TRACE_HASH, "firmware" },
};

static void redact_ipmi(struct ioctl_data *data, const struct ipmi_msg *msg)
{
	for (size_t i = 0; i < sizeof(ipmi_redactions) / sizeof(*ipmi_redactions); i++)
		if (ipmi_redactions[i].netfn == (msg->netfn & ~1) &&
		    ipmi_redactions[i].cmd == msg->cmd) {
			data->rule = ipmi_redactions[i].rule;
			data->rule_why = ipmi_redactions[i].why;
		}
}

static void describe_ipmi_send(const void *arg, struct ioctl_data *ret)
{
	struct ipmi_req req;

	memcpy(&req, arg, sizeof(req));
	ret->out = req.msg.data_len ? req.msg.data : NULL;
	ret->out_len = req.msg.data_len;
	redact_ipmi(ret, &req.msg);
	req.addr = NULL;
	req.msg.data = NULL;
	memcpy(ret->arg, &req, sizeof(req));
}

/* Before the call data_len is the room in the buffer, after it what is there. */
static void describe_ipmi_receive(const void *arg, struct ioctl_data *ret)
{
	struct ipmi_recv recv;

	memcpy(&recv, arg, sizeof(recv));
	ret->in = recv.msg.data;
	ret->in_len = recv.msg.data_len;
	redact_ipmi(ret, &recv.msg);
	recv.addr = NULL;
	recv.msg.data = NULL;
	memcpy(ret->arg, &recv, sizeof(recv));
}

static const struct shape {
	unsigned long request;
	const char *name;
	size_t arg_len;
	void (*describe)(const void *arg, struct ioctl_data *ret); /* NULL = no argument */
} shapes[] = {
	{ REQUEST(NVME_IOCTL_ADMIN_CMD), "NVME_IOCTL_ADMIN_CMD", sizeof(struct nvme_passthru_cmd),
	  describe_nvme_admin },
	{ REQUEST(NVME_IOCTL_RESET), "NVME_IOCTL_RESET", 0, NULL },
	{ REQUEST(NVME_IOCTL_SUBSYS_RESET), "NVME_IOCTL_SUBSYS_RESET", 0, NULL },
	{ REQUEST(NVME_IOCTL_RESCAN), "NVME_IOCTL_RESCAN", 0, NULL },
	{ REQUEST(IPMICTL_SEND_COMMAND), "IPMICTL_SEND_COMMAND", sizeof(struct ipmi_req),
	  describe_ipmi_send },
	{ REQUEST(IPMICTL_RECEIVE_MSG_TRUNC), "IPMICTL_RECEIVE_MSG_TRUNC", sizeof(struct ipmi_recv),
	  describe_ipmi_receive },
};

_Static_assert(sizeof(struct nvme_passthru_cmd) == 72, "linux/nvme_ioctl.h");
_Static_assert(sizeof(struct nvme_passthru_cmd) <= IOCTL_ARG_MAX, "room for the largest argument");

void ioctl_describe(unsigned long request, const void *arg, struct ioctl_data *ret)
{
	*ret = (struct ioctl_data){ .rule = TRACE_BYTES, .rule_why = "" };
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		if (shapes[i].request != request)
			continue;
		ret->name = shapes[i].name;
		ret->arg_len = shapes[i].arg_len;
		if (shapes[i].describe)
			shapes[i].describe(arg, ret);
	}
}

enum trace_rule trace_rule_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(secret_files) / sizeof(*secret_files); i++)
		if (strcmp(name, secret_files[i]) == 0)
			return TRACE_NOTHING;
	return TRACE_BYTES;
}
