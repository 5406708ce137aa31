/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layouts are those of linux/cciss_ioctl.h; command statuses those of linux/cciss_defs.h. */
#include "hw/cciss.h"

#include <errno.h>
#include <linux/cciss_ioctl.h>
#include <stdlib.h>
#include <string.h>

#include "format/scsi.h"

enum { BMIC_READ = 0x26, BMIC_IDENTIFY_PHYSICAL = 0x15 };

#define ENTRY_BYTES  8
#define HEADER_BYTES 8
#define PIECE_BYTES  65536u /* of CCISS_BIG_PASSTHRU; the driver allows up to MAX_KMALLOC_SIZE */

_Static_assert(PIECE_BYTES <= MAX_KMALLOC_SIZE && CCISS_DATA_MAX <= 31 * PIECE_BYTES,
	       "what the driver takes");

static const struct {
	unsigned int status;
	int code; /* 0 = the drive answered */
	const char *words;
} statuses[] = {
	{ CMD_SUCCESS, 0, "" },
	{ CMD_TARGET_STATUS, 0, "" },
	{ CMD_DATA_UNDERRUN, 0, "" }, /* less came than there was room for */
	{ CMD_DATA_OVERRUN, ERR_DEVICE, "more data came than was asked for" },
	{ CMD_INVALID, ERR_UNSUPPORTED, "the controller does not pass this command on" },
	{ CMD_PROTOCOL_ERR, ERR_DEVICE, "protocol error" },
	{ CMD_HARDWARE_ERR, ERR_DEVICE, "error of its hardware" },
	{ CMD_CONNECTION_LOST, ERR_DEVICE_GONE, "the drive is gone" },
	{ CMD_ABORTED, ERR_OVERDUE, "the command was aborted" },
	{ CMD_UNSOLICITED_ABORT, ERR_OVERDUE, "a reset ended the command" },
	{ CMD_TIMEOUT, ERR_OVERDUE, "no answer within the time" },
};

static int command_err(unsigned int status, struct err *err)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].code ? err_set(err, statuses[i].code,
							  "the controller says: %s (status %u)",
							  statuses[i].words, status)
						: 0;
	return err_set(err, ERR_DEVICE, "the controller failed (status %u)", status);
}

static int driver_err(int errnum, struct err *err)
{
	switch (errnum) {
	case ENODEV:
	case ENXIO:
		return err_set_errno(err, ERR_DEVICE_GONE, errnum, "the controller is gone");
	case EAGAIN:
	case EBUSY:
		return err_set_errno(err, ERR_BUSY, errnum, "the controller is busy");
	case ENOTTY:
	case EPERM:
		return err_set_errno(err, ERR_UNSUPPORTED, errnum, "no pass-through");
	default:
		return err_set_errno(err, ERR_DEVICE, errnum, "the driver refused");
	}
}

static unsigned int direction_of(enum scsi_direction direction)
{
	switch (direction) {
	case SCSI_TO_DEVICE:
		return XFER_WRITE;
	case SCSI_FROM_DEVICE:
		return XFER_READ;
	case SCSI_NO_DATA:
		break;
	}
	return XFER_NONE;
}

static void take_answer(const ErrorInfo_struct *info, const struct scsi_command *cmd,
			struct scsi_answer *ret)
{
	size_t sense = info->SenseLen;
	uint32_t residual = info->ResidualCnt;

	ret->status = info->CommandStatus ? info->ScsiStatus : SCSI_GOOD;
	ret->sense_len = sense < SENSEINFOBYTES ? sense : SENSEINFOBYTES;
	memcpy(ret->sense, info->SenseInfo, ret->sense_len);
	if (cmd->direction != SCSI_NO_DATA && residual <= cmd->data_len)
		ret->transferred = cmd->data_len - residual;
}

static void make_request(const struct scsi_path *path, const struct scsi_command *cmd,
			 LUNAddr_struct *ret_lun, RequestBlock_struct *ret)
{
	uint32_t seconds = (cmd->timeout_ms + 999) / 1000;

	memcpy(ret_lun->LunAddrBytes, path->lun, sizeof(path->lun));
	memcpy(ret->CDB, cmd->cdb, cmd->cdb_len);
	ret->CDBLen = cmd->cdb_len;
	ret->Type.Type = TYPE_CMD;
	ret->Type.Attribute = ATTR_SIMPLE & 7;
	ret->Type.Direction = direction_of(cmd->direction) & 3u;
	ret->Timeout = seconds < UINT16_MAX ? (uint16_t)seconds : UINT16_MAX;
}

static int run_small(struct scsi_path *path, const struct scsi_command *cmd,
		     ErrorInfo_struct *ret_info)
{
	IOCTL_Command_struct io;
	int rc;

	memset(&io, 0, sizeof(io));
	make_request(path, cmd, &io.LUN_info, &io.Request);
	io.buf_size = cmd->direction == SCSI_NO_DATA ? 0 : (uint16_t)cmd->data_len;
	io.buf = cmd->direction == SCSI_NO_DATA ? NULL : cmd->data;
	rc = path->hw->ops->ioctl(path->hw, path->fd, CCISS_PASSTHRU, &io);
	*ret_info = io.error_info;
	return rc;
}

/* The driver copies the data in pieces of malloc_size, of which a command has at most 31. */
static int run_big(struct scsi_path *path, const struct scsi_command *cmd,
		   ErrorInfo_struct *ret_info)
{
	BIG_IOCTL_Command_struct io;
	int rc;

	memset(&io, 0, sizeof(io));
	make_request(path, cmd, &io.LUN_info, &io.Request);
	io.malloc_size = cmd->data_len < PIECE_BYTES ? cmd->data_len : PIECE_BYTES;
	io.buf_size = cmd->data_len;
	io.buf = cmd->data;
	rc = path->hw->ops->ioctl(path->hw, path->fd, CCISS_BIG_PASSTHRU, &io);
	*ret_info = io.error_info;
	return rc;
}

static int cciss_run(struct scsi_path *path, const struct scsi_command *cmd,
		     struct scsi_answer *ret, struct err *err)
{
	bool big = cmd->direction != SCSI_NO_DATA && cmd->data_len > UINT16_MAX;
	ErrorInfo_struct info;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (cmd->data_len > CCISS_DATA_MAX)
		return err_set(err, ERR_UNSUPPORTED,
			       "%u bytes are more than the pass-through takes", cmd->data_len);
	if (cmd->cdb_len > sizeof(((RequestBlock_struct *)NULL)->CDB))
		return err_set(err, ERR_INTERNAL, "a command of %u bytes", cmd->cdb_len);
	rc = big ? run_big(path, cmd, &info) : run_small(path, cmd, &info);
	if (rc < 0)
		return driver_err(-rc, err);
	rc = command_err(info.CommandStatus, err);
	if (!rc)
		take_answer(&info, cmd, ret);
	return rc;
}

const struct scsi_transport scsi_cciss = { .name = "CCISS", .run = cciss_run };

static uint32_t be32_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Length of the list in bytes, then LUN addresses of 8 bytes: as SPC-5 §6.33 has it. */
static int take_luns(const uint8_t *buf, size_t len, uint8_t (**ret_luns)[8], size_t *ret_count,
		     struct err *err)
{
	size_t count = len < HEADER_BYTES ? 0 : be32_at(buf) / ENTRY_BYTES;

	if (len < HEADER_BYTES)
		return err_set(err, ERR_FORMAT, "REPORT PHYSICAL LUNS: %zu bytes", len);
	if (count > (len - HEADER_BYTES) / ENTRY_BYTES)
		count = (len - HEADER_BYTES) / ENTRY_BYTES;
	*ret_luns = calloc(count + 1, ENTRY_BYTES);
	if (!*ret_luns)
		return err_set(err, ERR_NOMEM, "out of memory");
	memcpy(*ret_luns, buf + HEADER_BYTES, count * ENTRY_BYTES);
	*ret_count = count;
	return 0;
}

int cciss_report_physical(struct scsi_path *path, uint8_t (**ret_luns)[8], size_t *ret_count,
			  struct err *err)
{
	static const uint32_t size = HEADER_BYTES + CCISS_LUNS_MAX * ENTRY_BYTES;
	uint8_t buf[HEADER_BYTES + CCISS_LUNS_MAX * ENTRY_BYTES] = { 0 };
	const uint8_t cdb[12] = { 0xc3, [8] = (uint8_t)(size >> 8), [9] = (uint8_t)size };
	const struct scsi_command cmd = { .cdb = cdb,
					  .cdb_len = sizeof(cdb),
					  .direction = SCSI_FROM_DEVICE,
					  .data = buf,
					  .data_len = size,
					  .timeout_ms = SCSI_READ_TIMEOUT_MS };
	struct scsi_answer answer;
	int rc = scsi_run(path, &cmd, &answer, err);

	*ret_luns = NULL;
	*ret_count = 0;
	if (!rc && answer.status != SCSI_GOOD)
		rc = err_set(err, ERR_DEVICE, "refused (SCSI status %02Xh)",
			     (unsigned int)answer.status);
	if (rc)
		return err_prefix(err, "REPORT PHYSICAL LUNS");
	return take_luns(buf, answer.transferred, ret_luns, ret_count, err);
}

int cciss_identify_physical(struct scsi_path *path, const uint8_t lun[8], uint8_t *buf,
			    size_t *ret_len, struct err *err)
{
	unsigned int bus = lun[7] & 0x3f, index = (bus - 1) << 8 | lun[6];
	const uint8_t cdb[10] = { BMIC_READ,
				  [2] = (uint8_t)index,
				  [6] = BMIC_IDENTIFY_PHYSICAL,
				  [7] = SCSI_BMIC_DRIVE_BYTES >> 8,
				  [8] = SCSI_BMIC_DRIVE_BYTES & 0xff,
				  [9] = (uint8_t)(index >> 8) };
	const struct scsi_command cmd = { .cdb = cdb,
					  .cdb_len = sizeof(cdb),
					  .direction = SCSI_FROM_DEVICE,
					  .data = buf,
					  .data_len = SCSI_BMIC_DRIVE_BYTES,
					  .timeout_ms = SCSI_READ_TIMEOUT_MS };
	struct scsi_path controller = *path;
	struct scsi_answer answer;
	int rc;

	*ret_len = 0;
	if (!bus)
		return err_set(err, ERR_UNSUPPORTED, "the drive has no number at its controller");
	memset(controller.lun, 0, sizeof(controller.lun));
	memset(buf, 0, SCSI_BMIC_DRIVE_BYTES);
	rc = scsi_run(&controller, &cmd, &answer, err);
	if (!rc && answer.status != SCSI_GOOD)
		rc = err_set(err, ERR_DEVICE, "refused (SCSI status %02Xh)",
			     (unsigned int)answer.status);
	*ret_len = rc ? 0 : answer.transferred;
	return rc ? err_prefix(err, "identify physical device") : 0;
}
