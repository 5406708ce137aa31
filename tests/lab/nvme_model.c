/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive: defaults, dispatch of admin commands, features, reset. */
#include "nvme_model.h"

#include <stdlib.h>
#include <string.h>

void nvme_model_init(struct nvme_model *model)
{
	static const struct nvme_model_config config = {
		.model = "DRYDOCK LAB NVME",
		.serial = "LAB0000001",
		.vid = 0xdd1a,
		.firmware = 1,
		.slots = 3,
		.activate_now = 1,
		.overlap = 1,
		.fwug = 1,
		.short_tail = 1,
		.mdts = 5,
		.mtfa = 20,
		.max_image_mb = 2048,
		.ns_mb = 16,
		.io_queues = 2,
	};

	memset(model, 0, sizeof(*model));
	model->config = config;
	model->faults.download_fail_status = NVME_INTERNAL_ERROR;
	model->faults.hang_at_offset = NVME_MODEL_NEVER;
	model->faults.gone_at_offset = NVME_MODEL_NEVER;
	model->firmware.active = 1;
	(void)nvme_model_set(model, "revision=1.0.0");
}

void nvme_model_free(struct nvme_model *model)
{
	free(model->download.bytes);
	memset(&model->download, 0, sizeof(model->download));
}

size_t nvme_model_max_transfer(const struct nvme_model *model)
{
	/* NVMe 2.0 §5.17.2.1, MDTS: 2^n units of CAP.MPSMIN, which is 4 KiB here. */
	return model->config.mdts ? (size_t)4096 << model->config.mdts : SIZE_MAX;
}

uint64_t nvme_model_blocks(const struct nvme_model *model)
{
	return (uint64_t)model->config.ns_mb * (1024 * 1024 / NVME_MODEL_LBA_BYTES);
}

/* Feature 07h, number of queues: both counts are 0-based, NVMe 2.0 §5.27.1.5. */
static int features(const struct nvme_model *model, const struct nvme_model_cmd *cmd,
		    uint32_t *ret_result)
{
	enum { NUMBER_OF_QUEUES = 0x07, VOLATILE_WRITE_CACHE = 0x06, ASYNC_EVENT_CONFIG = 0x0b };
	uint32_t queues = model->config.io_queues - 1;

	switch (cmd->cdw10 & 0xff) {
	case NUMBER_OF_QUEUES:
		*ret_result = queues << 16 | queues;
		return NVME_OK;
	case VOLATILE_WRITE_CACHE:
	case ASYNC_EVENT_CONFIG:
		return NVME_OK; /* no cache to switch, no event to mask */
	default:
		return NVME_INVALID_FIELD;
	}
}

int nvme_model_under_way(const struct nvme_model *model)
{
	const struct nvme_model_faults *faults = &model->faults;

	if (faults->sanitize && faults->sanitize != NVME_MODEL_IDLE)
		return NVME_SANITIZING;
	return faults->format && faults->format != NVME_MODEL_IDLE ? NVME_FORMATTING : NVME_OK;
}

/* Busy with what was downloaded: nothing but another download is taken. */
static bool is_busy(struct nvme_model *model, uint8_t opcode)
{
	if (!model->busy_left || opcode == NVME_ADMIN_FW_DOWNLOAD)
		return false;
	model->busy_left--;
	return true;
}

static int dispatch(struct nvme_model *model, const struct nvme_model_cmd *cmd, uint8_t *data,
		    size_t len, uint32_t *ret_result)
{
	switch (cmd->opcode) {
	case NVME_ADMIN_IDENTIFY:
		return nvme_model_identify(model, cmd, data, len);
	case NVME_ADMIN_GET_LOG:
		return nvme_model_get_log(model, cmd, data, len);
	case NVME_ADMIN_SET_FEATURES:
	case NVME_ADMIN_GET_FEATURES:
		return features(model, cmd, ret_result);
	case NVME_ADMIN_ABORT:
		*ret_result = 1; /* bit 0: the command was not aborted, NVMe 2.0 §5.1 */
		return NVME_OK;
	case NVME_ADMIN_ASYNC_EVENT:
		return NVME_MODEL_NO_ANSWER; /* waits for an event, and there is none */
	case NVME_ADMIN_FW_DOWNLOAD:
		return nvme_model_fw_download(model, cmd, data, len);
	case NVME_ADMIN_FW_COMMIT:
		return nvme_model_fw_commit(model, cmd);
	default:
		return NVME_INVALID_OPCODE;
	}
}

int nvme_model_admin(struct nvme_model *model, const struct nvme_model_cmd *cmd, uint8_t *data,
		     size_t len, uint32_t *ret_result)
{
	int status;

	*ret_result = 0;
	model->delay_ms = 0;
	model->n_commands++;
	if (model->n_commands == model->faults.gone_at_command) {
		model->faults.gone_at_command = 0;
		model->gone = true;
	}
	if (model->gone)
		return NVME_MODEL_GONE;
	if (is_busy(model, cmd->opcode))
		return NVME_INTERRUPTED;
	status = dispatch(model, cmd, data, len, ret_result);
	if (status == NVME_MODEL_GONE)
		model->gone = true;
	return status;
}

void nvme_model_reset(struct nvme_model *model, enum nvme_model_reset kind)
{
	if (kind == NVME_RESET_POWER) {
		model->gone = false;
		model->n_commands = model->n_downloads = model->n_commits = 0;
	}
	if (!model->gone)
		nvme_model_fw_reset(model, kind);
}
