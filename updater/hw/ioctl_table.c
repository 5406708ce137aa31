/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ioctl_table.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/cciss_ioctl.h>
#include <linux/ethtool.h>
#include <linux/ipmi.h>
#include <linux/nvme_ioctl.h>
#include <linux/sockios.h>
#include <scsi/sg.h>

/* The macros make an int of some numbers. */
#define REQUEST(name) (unsigned long)(name)

static const struct trace_keep as_it_is = { TRACE_BYTES, "" };

static void add(struct ioctl_data *ret, const char *key, const void *data, size_t len,
		bool from_device, struct trace_keep keep)
{
	if (data && len)
		ret->buffers[ret->count++] = (struct ioctl_buffer){
			.key = key,
			.data = (uint8_t *)(uintptr_t)data,
			.len = len,
			.from_device = from_device,
			.keep = keep,
		};
}

/* The direction stands in the opcode: bit 0 to the controller, bit 1 from it (NVMe 2.0 5). */
static void describe_nvme_admin(const void *arg, bool done, struct ioctl_data *ret)
{
	struct nvme_passthru_cmd cmd;
	const void *data;

	(void)done;
	memcpy(&cmd, arg, sizeof(cmd));
	data = (const void *)(uintptr_t)cmd.addr;
	if (cmd.opcode & 1)
		add(ret, "out", data, cmd.data_len, false, trace_keep_nvme(cmd.opcode));
	if (cmd.opcode & 2)
		add(ret, "in", data, cmd.data_len, true, trace_keep_nvme(cmd.opcode));
}

static void describe_ipmi_send(const void *arg, bool done, struct ioctl_data *ret)
{
	struct ipmi_req req;

	(void)done;
	memcpy(&req, arg, sizeof(req));
	add(ret, "out", req.msg.data, req.msg.data_len, false,
	    trace_keep_ipmi(req.msg.netfn, req.msg.cmd));
}

/* Before the call data_len is the room in the buffer, after it what is there. */
static void describe_ipmi_receive(const void *arg, bool done, struct ioctl_data *ret)
{
	struct ipmi_recv recv;

	(void)done;
	memcpy(&recv, arg, sizeof(recv));
	add(ret, "in", recv.msg.data, recv.msg.data_len, true,
	    trace_keep_ipmi(recv.msg.netfn, recv.msg.cmd));
}

/* Nothing is known of the data of a command that the host adapter or its driver has failed. */
static size_t sg_received(const sg_io_hdr_t *io)
{
	unsigned int missing = io->resid > 0 ? (unsigned int)io->resid : 0;

	return io->host_status || missing > io->dxfer_len ? 0 : io->dxfer_len - missing;
}

/* Version 3 (interface 'S') with one buffer for data, which is all that we use. */
static void describe_sg_io(const void *arg, bool done, struct ioctl_data *ret)
{
	struct trace_keep keep;
	sg_io_hdr_t io;
	bool out;

	memcpy(&io, arg, sizeof(io));
	if (io.interface_id != 'S' || !io.cmdp || io.iovec_count)
		return;
	out = io.dxfer_direction == SG_DXFER_TO_DEV;
	keep = trace_keep_scsi(io.cmdp, io.cmd_len, out ? io.dxferp : NULL, io.dxfer_len);
	add(ret, "cdb", io.cmdp, io.cmd_len, false, as_it_is);
	if (out)
		add(ret, "out", io.dxferp, io.dxfer_len, false, keep);
	else if (io.dxfer_direction == SG_DXFER_FROM_DEV)
		add(ret, "in", io.dxferp, done ? sg_received(&io) : io.dxfer_len, true, keep);
	add(ret, "sense", io.sbp, done ? io.sb_len_wr : io.mx_sb_len, true, as_it_is);
}

static void describe_cciss_data(const RequestBlock_struct *request, const void *data, size_t len,
				struct ioctl_data *ret)
{
	bool out = request->Type.Direction == XFER_WRITE;
	size_t cdb_len = request->CDBLen < 16 ? request->CDBLen : 16;
	struct trace_keep keep = trace_keep_scsi(request->CDB, cdb_len, out ? data : NULL, len);

	if (out)
		add(ret, "out", data, len, false, keep);
	else if (request->Type.Direction == XFER_READ)
		add(ret, "in", data, len, true, keep);
}

/* Command and sense are part of the argument. */
static void describe_cciss(const void *arg, bool done, struct ioctl_data *ret)
{
	IOCTL_Command_struct cmd;

	(void)done;
	memcpy(&cmd, arg, sizeof(cmd));
	describe_cciss_data(&cmd.Request, cmd.buf, cmd.buf_size, ret);
}

static void describe_cciss_big(const void *arg, bool done, struct ioctl_data *ret)
{
	BIG_IOCTL_Command_struct cmd;

	(void)done;
	memcpy(&cmd, arg, sizeof(cmd));
	describe_cciss_data(&cmd.Request, cmd.buf, cmd.buf_size, ret);
}

/* The first number of what ifr_data points to tells what it is; both ways. */
static void describe_ethtool(const void *arg, bool done, struct ioctl_data *ret)
{
	static const struct {
		uint32_t cmd;
		size_t len;
	} sizes[] = {
		{ ETHTOOL_GDRVINFO, sizeof(struct ethtool_drvinfo) },
		{ ETHTOOL_FLASHDEV, sizeof(struct ethtool_flash) },
	};
	struct ifreq ifr;
	uint32_t cmd;

	(void)done;
	memcpy(&ifr, arg, sizeof(ifr));
	if (!ifr.ifr_data)
		return;
	memcpy(&cmd, ifr.ifr_data, sizeof(cmd));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		if (sizes[i].cmd == cmd) {
			add(ret, "out", ifr.ifr_data, sizes[i].len, false, as_it_is);
			add(ret, "in", ifr.ifr_data, sizes[i].len, true, as_it_is);
		}
}

/* Flags and addresses of interfaces: all of it stands in the argument. */
static void describe_interface(const void *arg, bool done, struct ioctl_data *ret)
{
	(void)arg;
	(void)done;
	(void)ret;
}

/* Bytes of an argument that are no value: pointers, and what the compiler fills up with. */
struct span {
	size_t offset, len;
};

#define SPANS_MAX 3

static const struct shape {
	unsigned long request;
	const char *name;
	size_t arg_len;
	void (*describe)(const void *arg, bool done,
			 struct ioctl_data *ret); /* NULL = no argument */
	struct span blank[SPANS_MAX];		  /* those of length 0 are none */
} shapes[] = {
	{ REQUEST(NVME_IOCTL_ADMIN_CMD),
	  "NVME_IOCTL_ADMIN_CMD",
	  sizeof(struct nvme_passthru_cmd),
	  describe_nvme_admin,
	  { { 16, 16 } } },
	{ REQUEST(NVME_IOCTL_RESET), "NVME_IOCTL_RESET", 0, NULL, { { 0 } } },
	{ REQUEST(NVME_IOCTL_SUBSYS_RESET), "NVME_IOCTL_SUBSYS_RESET", 0, NULL, { { 0 } } },
	{ REQUEST(NVME_IOCTL_RESCAN), "NVME_IOCTL_RESCAN", 0, NULL, { { 0 } } },
	{ REQUEST(IPMICTL_SEND_COMMAND),
	  "IPMICTL_SEND_COMMAND",
	  sizeof(struct ipmi_req),
	  describe_ipmi_send,
	  { { 0, 8 }, { 12, 4 }, { 28, 12 } } },
	{ REQUEST(IPMICTL_RECEIVE_MSG_TRUNC),
	  "IPMICTL_RECEIVE_MSG_TRUNC",
	  sizeof(struct ipmi_recv),
	  describe_ipmi_receive,
	  { { 4, 12 }, { 20, 4 }, { 36, 12 } } },
	{ REQUEST(SG_IO),
	  "SG_IO",
	  sizeof(sg_io_hdr_t),
	  describe_sg_io,
	  { { 16, 24 }, { 52, 12 }, { 84, 4 } } },
	{ REQUEST(CCISS_PASSTHRU),
	  "CCISS_PASSTHRU",
	  sizeof(IOCTL_Command_struct),
	  describe_cciss,
	  { { 78, 10 } } },
	{ REQUEST(CCISS_BIG_PASSTHRU),
	  "CCISS_BIG_PASSTHRU",
	  sizeof(BIG_IOCTL_Command_struct),
	  describe_cciss_big,
	  { { 84, 12 } } },
	{ REQUEST(SIOCGIFFLAGS),
	  "SIOCGIFFLAGS",
	  sizeof(struct ifreq),
	  describe_interface,
	  { { 18, 22 } } },
	{ REQUEST(SIOCSIFFLAGS),
	  "SIOCSIFFLAGS",
	  sizeof(struct ifreq),
	  describe_interface,
	  { { 18, 22 } } },
	{ REQUEST(SIOCGIFADDR),
	  "SIOCGIFADDR",
	  sizeof(struct ifreq),
	  describe_interface,
	  { { 32, 8 } } },
	{ REQUEST(SIOCSIFADDR),
	  "SIOCSIFADDR",
	  sizeof(struct ifreq),
	  describe_interface,
	  { { 32, 8 } } },
	{ REQUEST(SIOCSIFNETMASK),
	  "SIOCSIFNETMASK",
	  sizeof(struct ifreq),
	  describe_interface,
	  { { 32, 8 } } },
	{ REQUEST(SIOCETHTOOL),
	  "SIOCETHTOOL",
	  sizeof(struct ifreq),
	  describe_ethtool,
	  { { 16, 24 } } },
};

/* What the spans above count on: traces are of 64-bit machines. */
#define LIES_AT(type, member, offset)                                         \
	_Static_assert(offsetof(type, member) == (offset) &&                  \
			       sizeof(((type *)0)->member) == sizeof(void *), \
		       #type "." #member)
LIES_AT(struct nvme_passthru_cmd, metadata, 16);
LIES_AT(struct nvme_passthru_cmd, addr, 24);
LIES_AT(struct ipmi_req, addr, 0);
LIES_AT(struct ipmi_req, msg.data, 32);
LIES_AT(struct ipmi_recv, addr, 8);
LIES_AT(struct ipmi_recv, msg.data, 40);
LIES_AT(sg_io_hdr_t, dxferp, 16);
LIES_AT(sg_io_hdr_t, sbp, 32);
LIES_AT(sg_io_hdr_t, usr_ptr, 56);
LIES_AT(IOCTL_Command_struct, buf, 80);
LIES_AT(BIG_IOCTL_Command_struct, buf, 88);
LIES_AT(struct ifreq, ifr_data, 16);
_Static_assert(sizeof(BIG_IOCTL_Command_struct) <= IOCTL_ARG_MAX, "room for the largest argument");

static const struct shape *find_shape(unsigned long request)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		if (shapes[i].request == request)
			return &shapes[i];
	return NULL;
}

void ioctl_describe(unsigned long request, const void *arg, bool done, struct ioctl_data *ret)
{
	const struct shape *shape = find_shape(request);

	memset(ret, 0, sizeof(*ret));
	if (!shape)
		return;
	ret->name = shape->name;
	if (!shape->describe)
		return;
	shape->describe(arg, done, ret);
	ret->arg_len = shape->arg_len;
	memcpy(ret->arg, arg, shape->arg_len);
	for (size_t i = 0; i < SPANS_MAX; i++)
		memset(ret->arg + shape->blank[i].offset, 0, shape->blank[i].len);
}

const struct ioctl_buffer *ioctl_buffer(const struct ioctl_data *data, const char *key)
{
	for (size_t i = 0; i < data->count; i++)
		if (strcmp(data->buffers[i].key, key) == 0)
			return &data->buffers[i];
	return NULL;
}

void ioctl_restore(unsigned long request, void *arg, const uint8_t *after)
{
	const struct shape *shape = find_shape(request);
	uint8_t whole[IOCTL_ARG_MAX];

	if (!shape || !shape->describe)
		return;
	memcpy(whole, after, shape->arg_len);
	for (size_t i = 0; i < SPANS_MAX; i++)
		memcpy(whole + shape->blank[i].offset,
		       (const uint8_t *)arg + shape->blank[i].offset, shape->blank[i].len);
	memcpy(arg, whole, shape->arg_len);
}
