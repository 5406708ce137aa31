/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the transport: queues, data of admin commands, and reads and writes. */
#include "nvme_pci.h"

#include <string.h>

/* Create I/O Completion Queue, NVMe 2.0 §5.4. */
static int create_cq(struct nvme_pci *pci, const struct nvme_entry *entry)
{
	uint32_t qid = entry->cmd.cdw10 & 0xffff, entries = (entry->cmd.cdw10 >> 16) + 1;
	uint32_t vector = entry->cmd.cdw11 >> 16;

	if (qid < 1 || qid > pci->file->model->config.io_queues || pci->cq[qid].entries)
		return NVME_INVALID_QID;
	if (entries < 2 || entries > NVME_PCI_MAX_ENTRIES)
		return NVME_INVALID_QUEUE_SIZE;
	if (vector >= NVME_PCI_VECTORS)
		return NVME_INVALID_VECTOR;
	if (!(entry->cmd.cdw11 & 1) || entry->prp1 % NVME_PCI_PAGE) /* contiguous only: CAP.CQR */
		return NVME_INVALID_FIELD;
	pci->cq[qid] = (struct nvme_cq){ .addr = entry->prp1,
					 .entries = entries,
					 .vector = (uint16_t)vector,
					 .interrupts = entry->cmd.cdw11 & 2,
					 .phase = true };
	return NVME_OK;
}

/* Create I/O Submission Queue, NVMe 2.0 §5.5. */
static int create_sq(struct nvme_pci *pci, const struct nvme_entry *entry)
{
	uint32_t qid = entry->cmd.cdw10 & 0xffff, entries = (entry->cmd.cdw10 >> 16) + 1;
	uint32_t cq = entry->cmd.cdw11 >> 16;

	if (qid < 1 || qid > pci->file->model->config.io_queues || pci->sq[qid].entries)
		return NVME_INVALID_QID;
	if (cq < 1 || cq >= NVME_PCI_QUEUES || !pci->cq[cq].entries)
		return NVME_INVALID_CQ;
	if (entries < 2 || entries > NVME_PCI_MAX_ENTRIES)
		return NVME_INVALID_QUEUE_SIZE;
	if (!(entry->cmd.cdw11 & 1) || entry->prp1 % NVME_PCI_PAGE)
		return NVME_INVALID_FIELD;
	pci->sq[qid] =
		(struct nvme_sq){ .addr = entry->prp1, .entries = entries, .cq = (uint16_t)cq };
	return NVME_OK;
}

/* NVMe 2.0 §5.6, §5.7: a completion queue goes after the submission queues that use it. */
static int delete_queue(struct nvme_pci *pci, const struct nvme_entry *entry)
{
	bool is_sq = entry->cmd.opcode == NVME_ADMIN_DELETE_SQ;
	uint32_t qid = entry->cmd.cdw10 & 0xffff;

	if (qid < 1 || qid >= NVME_PCI_QUEUES ||
	    !(is_sq ? pci->sq[qid].entries : pci->cq[qid].entries))
		return NVME_INVALID_QID;
	if (is_sq) {
		memset(&pci->sq[qid], 0, sizeof(pci->sq[qid]));
		return NVME_OK;
	}
	for (size_t i = 1; i < NVME_PCI_QUEUES; i++)
		if (pci->sq[i].entries && pci->sq[i].cq == qid)
			return NVME_INVALID_QUEUE_DELETION;
	memset(&pci->cq[qid], 0, sizeof(pci->cq[qid]));
	return NVME_OK;
}

/* How much data an admin command has, and which way it goes. */
static uint64_t admin_data(const struct nvme_model_cmd *cmd, bool *ret_to_guest)
{
	*ret_to_guest = cmd->opcode != NVME_ADMIN_FW_DOWNLOAD;
	switch (cmd->opcode) {
	case NVME_ADMIN_IDENTIFY:
		return NVME_MODEL_IDENTIFY;
	case NVME_ADMIN_GET_LOG:
		return (((uint64_t)(cmd->cdw11 & 0xffff) << 16 | cmd->cdw10 >> 16) + 1) * 4;
	case NVME_ADMIN_FW_DOWNLOAD:
		return ((uint64_t)cmd->cdw10 + 1) * 4;
	default:
		return 0;
	}
}

static int model_admin(struct nvme_pci *pci, const struct nvme_entry *entry, uint32_t *ret_result)
{
	bool to_guest;
	uint64_t len = admin_data(&entry->cmd, &to_guest);
	int status;

	if (len > NVME_PCI_TRANSFER)
		return NVME_INVALID_FIELD;
	if (len > 0 && !to_guest) {
		status = nvme_queue_copy(pci, entry, pci->buffer, len, false);
		if (status)
			return status;
	}
	status = nvme_file_admin(pci->file, &entry->cmd, pci->buffer, len, ret_result);
	if (status == NVME_OK && len > 0 && to_guest)
		status = nvme_queue_copy(pci, entry, pci->buffer, len, true);
	return status;
}

int nvme_exec_admin(struct nvme_pci *pci, const struct nvme_entry *entry, uint32_t *ret_result)
{
	int status;

	switch (entry->cmd.opcode) {
	case NVME_ADMIN_CREATE_CQ:
		status = create_cq(pci, entry);
		break;
	case NVME_ADMIN_CREATE_SQ:
		status = create_sq(pci, entry);
		break;
	case NVME_ADMIN_DELETE_CQ:
	case NVME_ADMIN_DELETE_SQ:
		status = delete_queue(pci, entry);
		break;
	default:
		return model_admin(pci, entry, ret_result);
	}
	nvme_file_log(pci->file, &entry->cmd, 0, status);
	return status;
}

/* NVM Command Set Specification 1.0 §3.2: Flush 00h, Write 01h, Read 02h. */
int nvme_exec_io(struct nvme_pci *pci, const struct nvme_entry *entry)
{
	enum { FLUSH, WRITE, READ };
	const struct nvme_model *model = pci->file->model;
	uint64_t lba = (uint64_t)entry->cmd.cdw11 << 32 | entry->cmd.cdw10;
	uint64_t count = (entry->cmd.cdw12 & 0xffff) + 1, blocks = nvme_model_blocks(model);
	size_t len = (size_t)count * NVME_MODEL_LBA_BYTES;

	if (entry->cmd.opcode > READ)
		return NVME_INVALID_OPCODE;
	if (blocks == 0 || (entry->cmd.nsid != 1 && entry->cmd.opcode != FLUSH))
		return NVME_INVALID_NAMESPACE;
	if (entry->cmd.opcode == FLUSH)
		return NVME_OK;
	if (lba > blocks || count > blocks - lba)
		return NVME_LBA_OUT_OF_RANGE;
	if (len > nvme_model_max_transfer(model))
		return NVME_INVALID_FIELD;
	nvme_file_log_io(pci->file, entry->cmd.opcode == WRITE, lba, count);
	return nvme_queue_copy(pci, entry, pci->blocks + lba * NVME_MODEL_LBA_BYTES, len,
			       entry->cmd.opcode == READ);
}
