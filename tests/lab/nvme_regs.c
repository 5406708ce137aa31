/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controller properties in BAR 0, NVMe 2.0 §3.1.3; doorbells, PCIe transport §3.1.2. */
#include "nvme_pci.h"

#include <string.h>

#include "le.h"

enum {
	REG_CAP = 0x00,
	REG_VS = 0x08,
	REG_CC = 0x14,
	REG_CSTS = 0x1c,
	REG_NSSR = 0x20,
	REG_AQA = 0x24,
	REG_ASQ = 0x28,
	REG_ACQ = 0x30,
	REG_BYTES = 0x38,
};

enum { CC_EN = 1, CC_SHN = 3 << 14, CC_CSS_MPS = 0x7f0 };
enum { CSTS_RDY = 1, CSTS_CFS = 1 << 1, CSTS_SHST_DONE = 2 << 2, CSTS_NSSRO = 1 << 4 };

#define NSSR_MAGIC 0x4e564d65u /* "NVMe", NVMe 2.0 §3.1.3.7 */

/* CAP: MQES, CQR, TO in 500 ms, NSSRS, CSS bit 0 (NVM command set); stride and pages smallest. */
static uint64_t capabilities(void)
{
	return (NVME_PCI_MAX_ENTRIES - 1) | UINT64_C(1) << 16 | UINT64_C(20) << 24 |
	       UINT64_C(1) << 36 | UINT64_C(1) << 37;
}

void nvme_regs_read(const struct nvme_pci *pci, uint64_t offset, uint8_t *buf, size_t len)
{
	uint8_t regs[REG_BYTES] = { 0 };

	put_le64(regs + REG_CAP, capabilities());
	put_le32(regs + REG_VS, 0x00020000);
	put_le32(regs + REG_CC, pci->cc);
	put_le32(regs + REG_CSTS, pci->csts);
	put_le32(regs + REG_AQA, pci->aqa);
	put_le64(regs + REG_ASQ, pci->asq);
	put_le64(regs + REG_ACQ, pci->acq);
	memset(buf, 0, len);
	if (offset < REG_BYTES)
		memcpy(buf, regs + offset, len < REG_BYTES - offset ? len : REG_BYTES - offset);
}

void nvme_regs_reset(struct nvme_pci *pci, enum nvme_model_reset kind)
{
	nvme_queue_stop_all(pci);
	pci->cc = 0;
	pci->csts = kind == NVME_RESET_SUBSYSTEM ? CSTS_NSSRO : 0;
	if (kind != NVME_RESET_CONTROLLER) /* which keeps the admin queue, NVMe 2.0 §3.7.2 */
		pci->aqa = 0, pci->asq = pci->acq = 0;
	nvme_file_reset(pci->file, kind);
}

/* CC.EN 0 to 1: the admin queue pair comes to life. */
static void enable(struct nvme_pci *pci)
{
	uint32_t sq_entries = (pci->aqa & 0xfff) + 1, cq_entries = (pci->aqa >> 16 & 0xfff) + 1;

	if (pci->cc & CC_CSS_MPS || sq_entries < 2 || cq_entries < 2) {
		pci->csts |= CSTS_CFS;
		return;
	}
	pci->sq[0] = (struct nvme_sq){ .addr = pci->asq, .entries = sq_entries };
	pci->cq[0] = (struct nvme_cq){
		.addr = pci->acq, .entries = cq_entries, .interrupts = true, .phase = true
	};
	pci->csts |= CSTS_RDY;
}

static void write_cc(struct nvme_pci *pci, uint32_t value)
{
	uint32_t before = pci->cc;

	if (before & CC_EN && !(value & CC_EN))
		nvme_regs_reset(pci, NVME_RESET_CONTROLLER);
	pci->cc = value;
	if (value & CC_SHN)
		pci->csts |= CSTS_SHST_DONE;
	if (value & CC_EN && !(before & CC_EN))
		enable(pci);
}

static void write32(struct nvme_pci *pci, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case REG_CC:
		write_cc(pci, value);
		break;
	case REG_CSTS:
		pci->csts &= ~(value & CSTS_NSSRO); /* write 1 to clear */
		break;
	case REG_NSSR:
		if (value == NSSR_MAGIC)
			nvme_regs_reset(pci, NVME_RESET_SUBSYSTEM);
		break;
	case REG_AQA:
		pci->aqa = value;
		break;
	case REG_ASQ:
		pci->asq = (pci->asq & ~UINT64_C(0xffffffff)) | (value & ~0xfffu);
		break;
	case REG_ASQ + 4:
		pci->asq = (pci->asq & 0xffffffff) | (uint64_t)value << 32;
		break;
	case REG_ACQ:
		pci->acq = (pci->acq & ~UINT64_C(0xffffffff)) | (value & ~0xfffu);
		break;
	case REG_ACQ + 4:
		pci->acq = (pci->acq & 0xffffffff) | (uint64_t)value << 32;
		break;
	default:
		if (offset >= NVME_PCI_DOORBELLS && offset < NVME_PCI_MSIX_TABLE)
			nvme_queue_doorbell(pci, (uint32_t)(offset - NVME_PCI_DOORBELLS) / 4,
					    value);
	}
}

void nvme_regs_write(struct nvme_pci *pci, uint64_t offset, const uint8_t *buf, size_t len)
{
	for (size_t i = 0; offset % 4 == 0 && i + 4 <= len; i += 4)
		write32(pci, offset + i, get_le32(buf + i));
}
