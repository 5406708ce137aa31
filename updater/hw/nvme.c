/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nvme.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>

/* Admin opcodes, NVMe 2.0 §5. */
enum { OP_GET_LOG = 0x02, OP_IDENTIFY = 0x06, OP_FW_COMMIT = 0x10, OP_FW_DOWNLOAD = 0x11 };

enum { CNS_NAMESPACE = 0x00, CNS_CONTROLLER = 0x01 };

#define NSID_ALL 0xffffffffu

/*
 * EINTR is how nvme.ko says that it gave a command up, because the time-out passed or because the
 * drive went away meanwhile; the clock tells which. Signals never interrupt these commands.
 */
static int gave_up(uint64_t waited_ms, uint32_t timeout_ms, struct err *err)
{
	if (waited_ms < timeout_ms)
		return err_set(err, ERR_DEVICE_GONE,
			       "the driver gave the command up: the drive vanished or was reset");
	return err_set(err, ERR_OVERDUE, "no answer within %u s, the driver has reset the drive",
		       timeout_ms / 1000);
}

static int driver_err(int errnum, struct err *err)
{
	switch (errnum) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
	case EIO: /* what the block layer answers for a queue that is dying */
	case ESHUTDOWN:
		return err_set_errno(err, ERR_DEVICE_GONE, errnum, "the drive is gone");
	case EAGAIN:
	case EBUSY:
		return err_set_errno(err, ERR_BUSY, errnum, "the drive is being reset");
	case ETIME:
	case ETIMEDOUT:
		return err_set_errno(err, ERR_OVERDUE, errnum, "no answer");
	case ENETRESET:
		return err_set(err, ERR_OVERDUE, "the drive did not come back from a reset");
	case ENOMEM:
		return err_set_errno(err, ERR_NOMEM, errnum, "the driver refused");
	default:
		return err_set_errno(err, ERR_DEVICE, errnum, "the driver refused");
	}
}

/* Returns 0, a positive NVMe status, or ERR_*. */
static int admin(struct hwio *hw, int fd, struct nvme_passthru_cmd *cmd, struct err *err)
{
	uint64_t start_ms = hw->ops->now_ms(hw);
	int rc = hw->ops->ioctl(hw, fd, NVME_IOCTL_ADMIN_CMD, cmd);

	if (rc == -EINTR)
		return gave_up(hw->ops->now_ms(hw) - start_ms, cmd->timeout_ms, err);
	return rc < 0 ? driver_err(-rc, err) : rc;
}

/* For commands that have no status that is not an error. */
static int admin_strict(struct hwio *hw, int fd, struct nvme_passthru_cmd *cmd, const char *what,
			struct err *err)
{
	int rc = admin(hw, fd, cmd, err);

	if (rc > 0)
		rc = nvme_status_err(rc, err);
	return rc ? err_prefix(err, "%s", what) : 0;
}

int nvme_open(struct hwio *hw, const char *node, int *ret_fd, struct err *err)
{
	int fd = hw->ops->open(hw, node, O_RDONLY | O_CLOEXEC);

	*ret_fd = fd < 0 ? -1 : fd;
	if (fd >= 0)
		return 0;
	driver_err(-fd, err);
	return err_prefix(err, "open %s", node);
}

int nvme_identify(struct hwio *hw, int fd, uint8_t *buf, size_t size, struct err *err)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = OP_IDENTIFY,
		.addr = (uintptr_t)buf,
		.data_len = (uint32_t)size,
		.cdw10 = CNS_CONTROLLER,
		.timeout_ms = NVME_READ_TIMEOUT_MS,
	};

	return admin_strict(hw, fd, &cmd, "Identify Controller", err);
}

int nvme_identify_namespace(struct hwio *hw, int fd, uint32_t nsid, uint8_t *buf, size_t size,
			    struct err *err)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = OP_IDENTIFY,
		.nsid = nsid,
		.addr = (uintptr_t)buf,
		.data_len = (uint32_t)size,
		.cdw10 = CNS_NAMESPACE,
		.timeout_ms = NVME_READ_TIMEOUT_MS,
	};

	return admin_strict(hw, fd, &cmd, "Identify Namespace", err);
}

static const char *log_name(enum nvme_log page)
{
	return page == NVME_LOG_FW_SLOTS    ? "firmware slot log"
	       : page == NVME_LOG_SELF_TEST ? "self-test log"
					    : "sanitize status log";
}

int nvme_get_log(struct hwio *hw, int fd, enum nvme_log page, uint8_t *buf, size_t size,
		 struct err *err)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = OP_GET_LOG,
		.nsid = NSID_ALL,
		.addr = (uintptr_t)buf,
		.data_len = (uint32_t)size,
		.cdw10 = ((uint32_t)size / 4 - 1) << 16 | page, /* NUMDL, 0-based */
		.timeout_ms = NVME_READ_TIMEOUT_MS,
	};

	assert(size >= 4 && size % 4 == 0 && size <= 4u << 16);
	return admin_strict(hw, fd, &cmd, log_name(page), err);
}

int nvme_fw_download(struct hwio *hw, int fd, uint8_t *data, uint32_t len, uint64_t offset,
		     struct err *err)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = OP_FW_DOWNLOAD,
		.addr = (uintptr_t)data,
		.data_len = len,
		.cdw10 = len / 4 - 1,		 /* NUMD, 0-based */
		.cdw11 = (uint32_t)(offset / 4), /* OFST */
		.timeout_ms = NVME_WRITE_TIMEOUT_MS,
	};

	assert(len > 0 && len % 4 == 0 && offset % 4 == 0 && offset / 4 <= UINT32_MAX);
	return admin(hw, fd, &cmd, err);
}

int nvme_fw_commit(struct hwio *hw, int fd, uint8_t slot, enum nvme_commit_action action,
		   uint32_t timeout_ms, struct err *err)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = OP_FW_COMMIT,
		.cdw10 = slot | (uint32_t)action << 3,
		.timeout_ms = timeout_ms,
	};

	assert(slot >= 1 && slot <= 7 && timeout_ms >= NVME_WRITE_TIMEOUT_MS);
	return admin(hw, fd, &cmd, err);
}

int nvme_reset(struct hwio *hw, int fd, struct err *err)
{
	int rc = hw->ops->ioctl(hw, fd, (unsigned long)NVME_IOCTL_RESET, NULL);

	if (rc >= 0)
		return 0;
	driver_err(-rc, err);
	return err_prefix(err, "reset of the drive");
}
