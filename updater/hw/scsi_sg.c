/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SG_IO, version 3: Documentation/scsi/scsi-generic.rst, <scsi/sg.h>. */
#include "hw/scsi.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <string.h>

/*
 * What the host adapter's driver says of a command that did not come back (drivers/scsi,
 * include/scsi/scsi_status.h): not our device's answer.
 */
static const struct {
	unsigned int host_status;
	int code;
	const char *words;
} host_errors[] = {
	{ 0x01, ERR_DEVICE_GONE, "nothing answers at its address" },   /* DID_NO_CONNECT */
	{ 0x02, ERR_BUSY, "the bus is busy" },			       /* DID_BUS_BUSY */
	{ 0x03, ERR_OVERDUE, "no answer within the time" },	       /* DID_TIME_OUT */
	{ 0x04, ERR_DEVICE_GONE, "the address is not the right one" }, /* DID_BAD_TARGET */
	{ 0x05, ERR_OVERDUE, "the command was aborted" },	       /* DID_ABORT */
	{ 0x08, ERR_OVERDUE, "a reset ended the command" },	       /* DID_RESET */
	{ 0x0c, ERR_BUSY, "the driver wants it to be sent again" },    /* DID_IMM_RETRY */
	{ 0x0e, ERR_DEVICE_GONE, "the transport was disrupted" },      /* ..._DISRUPTED */
	{ 0x0f, ERR_DEVICE_GONE, "the transport has given it up" },    /* ..._FAILFAST */
};

static int host_err(unsigned int host_status, struct err *err)
{
	for (size_t i = 0; i < sizeof(host_errors) / sizeof(*host_errors); i++)
		if (host_errors[i].host_status == host_status)
			return err_set(err, host_errors[i].code, "%s (host status %02xh)",
				       host_errors[i].words, host_status);
	return err_set(err, ERR_DEVICE, "the host adapter failed (host status %02xh)", host_status);
}

static int driver_err(int errnum, struct err *err)
{
	switch (errnum) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case ESHUTDOWN:
		return err_set_errno(err, ERR_DEVICE_GONE, errnum, "the device is gone");
	case EAGAIN:
	case EBUSY:
		return err_set_errno(err, ERR_BUSY, errnum, "the device is busy");
	case ETIME:
	case ETIMEDOUT:
	case EINTR:
		return err_set_errno(err, ERR_OVERDUE, errnum, "no answer");
	case ENOMEM:
		return err_set_errno(err, ERR_NOMEM, errnum, "the driver refused");
	default:
		return err_set_errno(err, ERR_DEVICE, errnum, "the driver refused");
	}
}

static int direction_of(enum scsi_direction direction)
{
	switch (direction) {
	case SCSI_TO_DEVICE:
		return SG_DXFER_TO_DEV;
	case SCSI_FROM_DEVICE:
		return SG_DXFER_FROM_DEV;
	case SCSI_NO_DATA:
		break;
	}
	return SG_DXFER_NONE;
}

static int sg_run(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_answer *ret,
		  struct err *err)
{
	uint8_t cdb[16];
	sg_io_hdr_t io = {
		.interface_id = 'S',
		.dxfer_direction = direction_of(cmd->direction),
		.cmd_len = cmd->cdb_len,
		.mx_sb_len = sizeof(ret->sense),
		.dxfer_len = cmd->direction == SCSI_NO_DATA ? 0 : cmd->data_len,
		.dxferp = cmd->data,
		.cmdp = cdb,
		.sbp = ret->sense,
		.timeout = cmd->timeout_ms,
	};
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (cmd->cdb_len > sizeof(cdb))
		return err_set(err, ERR_INTERNAL, "a command of %u bytes", cmd->cdb_len);
	memcpy(cdb, cmd->cdb, cmd->cdb_len);
	rc = path->hw->ops->ioctl(path->hw, path->fd, SG_IO, &io);
	if (rc < 0)
		return driver_err(-rc, err);
	if (io.host_status)
		return host_err(io.host_status, err);
	ret->status = io.status;
	ret->sense_len = io.sb_len_wr < sizeof(ret->sense) ? io.sb_len_wr : sizeof(ret->sense);
	if (io.resid >= 0 && (unsigned int)io.resid <= io.dxfer_len)
		ret->transferred = io.dxfer_len - (unsigned int)io.resid;
	return 0;
}

const struct scsi_transport scsi_sg = { .name = "SG_IO", .run = sg_run };

int scsi_open(struct hwio *hw, const char *node, struct scsi_path *ret, struct err *err)
{
	int fd = hw->ops->open(hw, node, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	*ret = (struct scsi_path){ .hw = hw, .fd = fd < 0 ? -1 : fd, .transport = &scsi_sg };
	if (fd >= 0)
		return 0;
	driver_err(-fd, err);
	return err_prefix(err, "open %s", node);
}

void scsi_close(struct scsi_path *path)
{
	if (path->fd >= 0)
		path->hw->ops->close(path->hw, path->fd);
	path->fd = -1;
}

int scsi_run(struct scsi_path *path, const struct scsi_command *cmd, struct scsi_answer *ret,
	     struct err *err)
{
	return path->transport->run(path, cmd, ret, err);
}
