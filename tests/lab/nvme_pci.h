/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drive model as a PCI function that the unmodified nvme.ko drives: config space, controller
 * registers, queues and I/O commands around nvme_file.h, on top of vfio_user.h.
 *
 * "PCIe transport" is the NVMe over PCIe Transport Specification, revision 1.0.
 */
#ifndef LAB_NVME_PCI_H
#define LAB_NVME_PCI_H

#include "nvme_file.h"
#include "vfio_user.h"

enum {
	NVME_PCI_QUEUES = 5,	     /* the admin pair and up to four I/O pairs */
	NVME_PCI_VECTORS = 8,	     /* of MSI-X */
	NVME_PCI_PAGE = 4096,	     /* CAP.MPSMIN = CAP.MPSMAX = 0 */
	NVME_PCI_MAX_ENTRIES = 1024, /* of a queue: CAP.MQES + 1 */
	NVME_PCI_BAR_BYTES = 0x4000,
	NVME_PCI_DOORBELLS = 0x1000,
	NVME_PCI_MSIX_TABLE = 0x2000,
	NVME_PCI_MSIX_PBA = 0x3000,
	NVME_PCI_TRANSFER = 8 << 20, /* data of one command, bytes, at most */
	NVME_PCI_LATE = 64,
	NVME_PCI_VPD_BYTES = 1024,
};

struct nvme_sq {
	uint64_t addr;		      /* in guest memory */
	uint32_t entries, head, tail; /* entries 0 = no such queue */
	uint16_t cq;
};

struct nvme_cq {
	uint64_t addr;
	uint32_t entries, head, tail;
	uint16_t vector;
	bool interrupts, phase;
};

/* A completion queue entry, NVMe 2.0 §3.3.3.2. */
struct nvme_completion {
	uint32_t result;
	uint16_t sq, cid, status;
};

/* A command that was carried out and will be answered later. */
struct nvme_late {
	bool used;
	uint64_t due_ms;
	struct nvme_completion completion;
};

struct nvme_pci {
	struct vfio_user server;
	struct nvme_file *file;
	uint8_t config[256];
	uint8_t vpd[NVME_PCI_VPD_BYTES];
	size_t vpd_len; /* 0 = no VPD capability */
	uint32_t cc, csts, aqa;
	uint64_t asq, acq;
	struct nvme_sq sq[NVME_PCI_QUEUES];
	struct nvme_cq cq[NVME_PCI_QUEUES];
	struct nvme_late late[NVME_PCI_LATE];
	uint8_t *blocks; /* contents of namespace 1: the file's disk, or RAM, zeros at first */
	uint8_t *buffer; /* NVME_PCI_TRANSFER bytes */
};

/* A submission queue entry, NVMe 2.0 §3.3.3.1. */
struct nvme_entry {
	uint16_t cid;
	uint8_t psdt;
	uint64_t prp1, prp2;
	struct nvme_model_cmd cmd;
};

/* Makes the device; file stays the caller's. Returns 0 or -ENOMEM. */
int nvme_pci_init(struct nvme_pci *pci, struct nvme_file *file);
void nvme_pci_free(struct nvme_pci *pci);

/* Power is there: for each new client, before it is served. */
/* Vital Product Data from now on, at the latest before power on. False: too long. */
bool nvme_pci_set_vpd(struct nvme_pci *pci, const uint8_t *vpd, size_t len);
void nvme_pci_power_on(struct nvme_pci *pci);

/* nvme_regs.c: BAR 0. */
void nvme_regs_read(const struct nvme_pci *pci, uint64_t offset, uint8_t *buf, size_t len);
void nvme_regs_write(struct nvme_pci *pci, uint64_t offset, const uint8_t *buf, size_t len);
/* Stops the controller as a reset of this kind does; the model is told. */
void nvme_regs_reset(struct nvme_pci *pci, enum nvme_model_reset kind);

/* nvme_queue.c: submission, completion, data. */
void nvme_queue_doorbell(struct nvme_pci *pci, uint32_t index, uint32_t value);
void nvme_queue_stop_all(struct nvme_pci *pci);
int nvme_queue_tick(struct nvme_pci *pci);
/* Copies len bytes between buf and the command's PRPs. Returns an NVMe status. */
int nvme_queue_copy(const struct nvme_pci *pci, const struct nvme_entry *entry, uint8_t *buf,
		    size_t len, bool to_guest);

/* nvme_exec.c: what commands do. Return a status or enum nvme_model_silence. */
int nvme_exec_admin(struct nvme_pci *pci, const struct nvme_entry *entry, uint32_t *ret_result);
int nvme_exec_io(struct nvme_pci *pci, const struct nvme_entry *entry);

#endif
