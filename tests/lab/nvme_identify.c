/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the drive says about itself: Identify (NVMe 2.0 §5.17) and Get Log Page (§5.16). */
#include "nvme_model.h"

#include <stdio.h>
#include <string.h>

#include "fwimage.h"
#include "le.h"

enum { NSID = 1 };

/* A namespace needs an identity of its own (EUI-64): derived from the serial number by FNV-1a. */
static uint64_t eui64(const struct nvme_model *model)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (const char *c = model->config.serial; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	return hash;
}

/* FRMW, byte 260, NVMe 2.0 §5.17.2.1. */
static uint8_t frmw(const struct nvme_model_config *config)
{
	return (uint8_t)(config->slot1_ro | config->slots << 1 | config->activate_now << 4 |
			 config->overlap << 5);
}

/* OACS: format, firmware commands, self-test. */
static uint16_t oacs(const struct nvme_model *model)
{
	return (uint16_t)((model->faults.format ? 1 << 1 : 0) | model->config.firmware << 2 |
			  (model->faults.self_test ? 1 << 4 : 0));
}

/* CNS 01h, NVMe 2.0 §5.17.2.1; the numbers are byte offsets. */
static void identify_controller(const struct nvme_model *model, uint8_t *id)
{
	const struct nvme_model_config *config = &model->config;

	put_le16(id, (uint16_t)config->vid);
	put_le16(id + 2, (uint16_t)config->vid);
	fwimage_pad(id + 4, 20, config->serial);
	fwimage_pad(id + 24, 40, config->model);
	fwimage_pad(id + 64, 8, model->firmware.running);
	id[77] = (uint8_t)config->mdts;
	put_le16(id + 78, 1);	       /* CNTLID */
	put_le32(id + 80, 0x00020000); /* VER 2.0 */
	id[111] = 1;		       /* CNTRLTYPE: I/O controller */
	put_le16(id + 256, oacs(model));
	id[258] = 3; /* ACL, 0-based */
	id[259] = 3; /* AERL, 0-based */
	id[260] = frmw(config);
	id[261] = 1 << 2;	 /* LPA: Get Log Page has 32 bit lengths and offsets */
	put_le16(id + 266, 343); /* WCTEMP, Kelvin */
	put_le16(id + 268, 353); /* CCTEMP, Kelvin */
	put_le16(id + 270, (uint16_t)config->mtfa);
	id[319] = (uint8_t)config->fwug;
	put_le32(id + 328, model->faults.sanitize ? 2 : 0); /* SANICAP: block erase */
	id[512] = 0x66;					    /* SQES: 64 bytes */
	id[513] = 0x44;					    /* CQES: 16 bytes */
	put_le32(id + 516, config->ns_mb ? 1 : 0);
	(void)snprintf((char *)id + 768, 256, "nqn.2026-01.lab.drydock:%s", config->serial);
}

/* CNS 00h, NVM Command Set Specification 1.0 §4.1.5.1: one format, 512 byte blocks. */
static void identify_namespace(const struct nvme_model *model, uint8_t *id)
{
	put_le64(id, nvme_model_blocks(model));
	put_le64(id + 8, nvme_model_blocks(model));
	put_le64(id + 16, nvme_model_blocks(model));
	put_le64(id + 120, eui64(model));
	id[128 + 2] = 9;	  /* LBAF0, LBADS */
	if (model->faults.format) /* FPI: what remains */
		id[32] = (uint8_t)(0x80 |
				   (model->faults.format < 100 ? 100 - model->faults.format : 0));
}

/* CNS 03h, NVMe 2.0 §5.17.2.3: type 1 (EUI-64), 8 bytes. */
static void identify_descriptors(const struct nvme_model *model, uint8_t *id)
{
	id[0] = 1;
	id[1] = 8;
	put_le64(id + 4, eui64(model));
}

int nvme_model_identify(const struct nvme_model *model, const struct nvme_model_cmd *cmd,
			uint8_t *data, size_t len)
{
	enum { CNS_NS, CNS_CTRL, CNS_NS_LIST, CNS_NS_DESC, CNS_CSI_NS = 5, CNS_CSI_CTRL = 6 };
	bool has_ns = model->config.ns_mb && cmd->nsid == NSID;
	uint32_t cns = cmd->cdw10 & 0xff;

	if (cns > CNS_CSI_CTRL || cns == 4)
		return NVME_INVALID_FIELD;
	if (len < NVME_MODEL_IDENTIFY)
		return NVME_TRANSFER_ERROR;
	if ((cns == CNS_NS_DESC || cns == CNS_CSI_NS) && !has_ns)
		return NVME_INVALID_NAMESPACE;
	if (cns == CNS_NS && !has_ns && (cmd->nsid == 0 || cmd->nsid > 1))
		return NVME_INVALID_NAMESPACE;
	memset(data, 0, NVME_MODEL_IDENTIFY);
	if (cns == CNS_CTRL)
		identify_controller(model, data);
	else if (cns == CNS_NS && has_ns)
		identify_namespace(model, data);
	else if (cns == CNS_NS_LIST && model->config.ns_mb && cmd->nsid < NSID)
		put_le32(data, NSID);
	else if (cns == CNS_NS_DESC)
		identify_descriptors(model, data);
	return NVME_OK; /* CNS 05h and 06h for the NVM command set: nothing to declare */
}

/* Log page 03h, NVMe 2.0 §5.16.1.4. */
static void firmware_slot_log(const struct nvme_model *model, uint8_t *log)
{
	const struct nvme_model_firmware *firmware = &model->firmware;

	log[0] = (uint8_t)(firmware->active | firmware->next << 4);
	for (size_t slot = 1; slot <= model->config.slots; slot++)
		if (firmware->slot[slot][0])
			fwimage_pad(log + 8 * slot, 8, firmware->slot[slot]);
}

/* Log page 06h, NVMe 2.0 §5.16.1.7: an extended test. */
static void self_test_log(const struct nvme_model *model, uint8_t *log)
{
	if (model->faults.self_test == NVME_MODEL_IDLE)
		return;
	log[0] = 2;
	log[1] = (uint8_t)model->faults.self_test;
}

/* Log page 81h, NVMe 2.0 §5.16.1.25. */
static void sanitize_log(const struct nvme_model *model, uint8_t *log)
{
	bool idle = model->faults.sanitize == NVME_MODEL_IDLE;

	put_le16(log, idle ? 0xffff : (uint16_t)(model->faults.sanitize * 65535 / 100));
	put_le16(log + 2, idle ? 1 : 2);
}

/* Fills the page in; false: the drive has no such page. */
static bool make_log(const struct nvme_model *model, uint32_t page, uint8_t *log)
{
	enum {
		LOG_ERROR = 1,
		LOG_SMART = 2,
		LOG_FIRMWARE = 3,
		LOG_SELF_TEST = 6,
		LOG_SANITIZE = 0x81
	};

	if (page == LOG_FIRMWARE)
		firmware_slot_log(model, log);
	else if (page == LOG_SELF_TEST && model->faults.self_test)
		self_test_log(model, log);
	else if (page == LOG_SANITIZE && model->faults.sanitize)
		sanitize_log(model, log);
	else
		return page == LOG_ERROR || page == LOG_SMART;
	return true;
}

int nvme_model_get_log(const struct nvme_model *model, const struct nvme_model_cmd *cmd,
		       uint8_t *data, size_t len)
{
	enum { LOG_BYTES = 512 };
	/* NUMD is 0-based, in dwords: cdw10 31:16 low, cdw11 15:0 high; offset in cdw12, 13. */
	uint64_t wanted = (((uint64_t)(cmd->cdw11 & 0xffff) << 16 | cmd->cdw10 >> 16) + 1) * 4;
	uint64_t offset = (uint64_t)cmd->cdw13 << 32 | cmd->cdw12;
	uint32_t page = cmd->cdw10 & 0xff;
	uint8_t log[LOG_BYTES] = { 0 };

	if (!make_log(model, page, log))
		return NVME_INVALID_LOG_PAGE;
	if (offset > LOG_BYTES || offset % 4 || wanted > nvme_model_max_transfer(model))
		return NVME_INVALID_FIELD;
	if (wanted > len)
		return NVME_TRANSFER_ERROR;
	memset(data, 0, wanted);
	memcpy(data, log + offset, wanted < LOG_BYTES - offset ? wanted : LOG_BYTES - offset);
	return NVME_OK;
}
