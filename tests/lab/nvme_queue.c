/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues in guest memory, NVMe 2.0 §3.3, and the data that PRPs point to, §4.1.1. */
#include "nvme_pci.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "le.h"

enum { SQE_BYTES = 64, CQE_BYTES = 16 };

#define STATUS_DNR 0x4000 /* do not retry: bit 14 of the status field */

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int copy(const struct nvme_pci *pci, uint64_t addr, uint8_t *buf, size_t len, bool to_guest)
{
	const struct vfio_memory *memory = &pci->server.memory;

	return to_guest ? vfio_memory_write(memory, addr, buf, len)
			: vfio_memory_read(memory, addr, buf, len);
}

/* A list of page addresses; the last place of a list page leads to the next when more follow. */
static int copy_list(const struct nvme_pci *pci, uint64_t list, uint8_t *buf, size_t len,
		     bool to_guest)
{
	while (len > 0) {
		size_t run = len < NVME_PCI_PAGE ? len : NVME_PCI_PAGE;
		bool last = list % NVME_PCI_PAGE == NVME_PCI_PAGE - 8;
		uint8_t raw[8];
		uint64_t addr;

		if (vfio_memory_read(&pci->server.memory, list, raw, sizeof(raw)))
			return NVME_TRANSFER_ERROR;
		addr = get_le64(raw);
		if (addr % NVME_PCI_PAGE)
			return NVME_INVALID_FIELD;
		if (last && len > NVME_PCI_PAGE) {
			list = addr;
			continue;
		}
		if (copy(pci, addr, buf, run, to_guest))
			return NVME_TRANSFER_ERROR;
		list += 8;
		buf += run;
		len -= run;
	}
	return NVME_OK;
}

int nvme_queue_copy(const struct nvme_pci *pci, const struct nvme_entry *entry, uint8_t *buf,
		    size_t len, bool to_guest)
{
	size_t first = NVME_PCI_PAGE - entry->prp1 % NVME_PCI_PAGE;

	first = first < len ? first : len;
	if (copy(pci, entry->prp1, buf, first, to_guest))
		return NVME_TRANSFER_ERROR;
	buf += first;
	len -= first;
	if (len > NVME_PCI_PAGE)
		return copy_list(pci, entry->prp2, buf, len, to_guest);
	return copy(pci, entry->prp2, buf, len, to_guest) ? NVME_TRANSFER_ERROR : NVME_OK;
}

static bool is_full(const struct nvme_cq *cq)
{
	return (cq->tail + 1) % cq->entries == cq->head;
}

/* Writes the entry, its phase bit last (the guest polls for it), and interrupts. */
static void post(struct nvme_pci *pci, const struct nvme_completion *completion)
{
	const struct nvme_sq *sq = &pci->sq[completion->sq];
	struct nvme_cq *cq = &pci->cq[sq->cq];
	uint64_t addr = cq->addr + (uint64_t)cq->tail * CQE_BYTES;
	uint16_t dnr = completion->status ? STATUS_DNR : 0;
	uint8_t cqe[CQE_BYTES] = { 0 };

	put_le32(cqe, completion->result);
	put_le16(cqe + 8, (uint16_t)sq->head);
	put_le16(cqe + 10, completion->sq);
	put_le16(cqe + 12, completion->cid);
	put_le16(cqe + 14, (uint16_t)((completion->status | dnr) << 1 | cq->phase));
	(void)vfio_memory_write(&pci->server.memory, addr, cqe, 12);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	(void)vfio_memory_write(&pci->server.memory, addr + 12, cqe + 12, 4);
	cq->tail = (cq->tail + 1) % cq->entries;
	if (cq->tail == 0)
		cq->phase = !cq->phase;
	if (cq->interrupts)
		vfio_user_raise(&pci->server, VFIO_PCI_MSIX_IRQ_INDEX, cq->vector);
}

/* Answers now, or after delay_ms; without a place to remember it, now. */
static void complete(struct nvme_pci *pci, const struct nvme_completion *completion,
		     uint32_t delay_ms)
{
	for (size_t i = 0; delay_ms > 0 && i < NVME_PCI_LATE; i++) {
		struct nvme_late *late = &pci->late[i];

		if (late->used)
			continue;
		*late = (struct nvme_late){ true, now_ms() + delay_ms, *completion };
		return;
	}
	post(pci, completion);
}

/* Answers what is due; returns in how many ms the next is, -1 = nothing waits. */
int nvme_queue_tick(struct nvme_pci *pci)
{
	uint64_t now = now_ms(), next = UINT64_MAX;

	for (size_t i = 0; i < NVME_PCI_LATE; i++) {
		struct nvme_late *late = &pci->late[i];

		if (!late->used)
			continue;
		if (late->due_ms <= now && !is_full(&pci->cq[pci->sq[late->completion.sq].cq])) {
			late->used = false;
			post(pci, &late->completion);
		} else {
			uint64_t wait = late->due_ms > now ? late->due_ms - now : 10;

			next = wait < next ? wait : next;
		}
	}
	return next == UINT64_MAX ? -1 : (int)(next < INT32_MAX ? next : INT32_MAX);
}

static void parse_entry(const uint8_t *sqe, struct nvme_entry *entry)
{
	entry->cmd.opcode = sqe[0];
	entry->psdt = sqe[1] >> 6;
	entry->cid = get_le16(sqe + 2);
	entry->cmd.nsid = get_le32(sqe + 4);
	entry->prp1 = get_le64(sqe + 24);
	entry->prp2 = get_le64(sqe + 32);
	entry->cmd.cdw10 = get_le32(sqe + 40);
	entry->cmd.cdw11 = get_le32(sqe + 44);
	entry->cmd.cdw12 = get_le32(sqe + 48);
	entry->cmd.cdw13 = get_le32(sqe + 52);
	entry->cmd.cdw14 = get_le32(sqe + 56);
	entry->cmd.cdw15 = get_le32(sqe + 60);
}

static void execute(struct nvme_pci *pci, uint16_t qid, const struct nvme_entry *entry)
{
	struct nvme_completion completion = { .sq = qid, .cid = entry->cid };
	int status;

	pci->file->model->delay_ms = 0;
	if (entry->psdt) /* scatter-gather lists are not offered */
		status = NVME_INVALID_FIELD;
	else if (qid == 0)
		status = nvme_exec_admin(pci, entry, &completion.result);
	else
		status = nvme_exec_io(pci, entry);
	if (status < 0)
		return;
	completion.status = (uint16_t)status;
	complete(pci, &completion, pci->file->model->delay_ms);
}

static void process(struct nvme_pci *pci, uint16_t qid)
{
	struct nvme_sq *sq = &pci->sq[qid];

	while (sq->entries && sq->head != sq->tail && !pci->file->model->gone &&
	       !is_full(&pci->cq[sq->cq])) {
		uint64_t addr = sq->addr + (uint64_t)sq->head * SQE_BYTES;
		struct nvme_entry entry;
		uint8_t sqe[SQE_BYTES];

		if (vfio_memory_read(&pci->server.memory, addr, sqe, sizeof(sqe)))
			return;
		sq->head = (sq->head + 1) % sq->entries;
		parse_entry(sqe, &entry);
		execute(pci, qid, &entry);
	}
}

void nvme_queue_doorbell(struct nvme_pci *pci, uint32_t index, uint32_t value)
{
	uint16_t qid = (uint16_t)(index / 2);

	if (qid >= NVME_PCI_QUEUES)
		return;
	if (index % 2 == 0 && value < pci->sq[qid].entries) {
		pci->sq[qid].tail = value;
		process(pci, qid);
	}
	if (index % 2 == 1 && value < pci->cq[qid].entries) {
		pci->cq[qid].head = value;
		for (uint16_t sq = 0; sq < NVME_PCI_QUEUES; sq++)
			if (pci->sq[sq].entries && pci->sq[sq].cq == qid)
				process(pci, sq);
	}
}

void nvme_queue_stop_all(struct nvme_pci *pci)
{
	memset(pci->sq, 0, sizeof(pci->sq));
	memset(pci->cq, 0, sizeof(pci->cq));
	memset(pci->late, 0, sizeof(pci->late));
}
