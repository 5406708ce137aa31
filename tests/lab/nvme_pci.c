/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PCI function: config space, and where accesses and resets go. */
#include "nvme_pci.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

#include "le.h"

enum { AT_MSIX = 0x40, AT_EXPRESS = 0x50, AT_VPD = 0x90, DEVICE_ID = 0x0001 };

/* QEMU answers for the BARs and the MSI-X table; the rest of config space is what stands here. */
static void reset_config(struct nvme_pci *pci)
{
	uint8_t *c = pci->config;
	uint16_t vid = (uint16_t)pci->file->model->config.vid;

	memset(c, 0, sizeof(pci->config));
	put_le16(c + PCI_VENDOR_ID, vid);
	put_le16(c + PCI_DEVICE_ID, DEVICE_ID);
	put_le16(c + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put_le32(c + PCI_CLASS_REVISION, 0x01080201); /* PCIe transport §3.8: NVM Express */
	put_le32(c + PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_MEM_TYPE_64);
	put_le16(c + PCI_SUBSYSTEM_VENDOR_ID, vid);
	put_le16(c + PCI_SUBSYSTEM_ID, DEVICE_ID);
	c[PCI_CAPABILITY_LIST] = AT_MSIX;

	c[AT_MSIX] = PCI_CAP_ID_MSIX;
	c[AT_MSIX + PCI_CAP_LIST_NEXT] = AT_EXPRESS;
	put_le16(c + AT_MSIX + PCI_MSIX_FLAGS, NVME_PCI_VECTORS - 1);
	put_le32(c + AT_MSIX + PCI_MSIX_TABLE, NVME_PCI_MSIX_TABLE);
	put_le32(c + AT_MSIX + PCI_MSIX_PBA, NVME_PCI_MSIX_PBA);

	c[AT_EXPRESS] = PCI_CAP_ID_EXP;
	c[AT_EXPRESS + PCI_CAP_LIST_NEXT] = pci->vpd_len ? AT_VPD : 0;
	put_le16(c + AT_EXPRESS + PCI_EXP_FLAGS, 2); /* version 2, endpoint */
	put_le32(c + AT_EXPRESS + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_FLR | PCI_EXP_DEVCAP_RBER);
	put_le32(c + AT_EXPRESS + PCI_EXP_LNKCAP, PCI_EXP_LNKCAP_SLS_8_0GB | 4 << 4);
	put_le16(c + AT_EXPRESS + PCI_EXP_LNKSTA, PCI_EXP_LNKSTA_CLS_8_0GB | 4 << 4);
	if (pci->vpd_len)
		c[AT_VPD] = PCI_CAP_ID_VPD;
}

/* The bits of one config byte that the guest may change. */
static uint8_t config_mask(size_t at)
{
	switch (at) {
	case PCI_COMMAND:
		return PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY;
	case PCI_COMMAND + 1:
		return (PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE) >> 8;
	case AT_VPD + PCI_VPD_ADDR:
	case AT_VPD + PCI_VPD_ADDR + 1:
	case PCI_INTERRUPT_LINE:
		return 0xff;
	case AT_MSIX + PCI_MSIX_FLAGS + 1:
		return (PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL) >> 8;
	case AT_EXPRESS + PCI_EXP_DEVCTL:
	case AT_EXPRESS + PCI_EXP_DEVCTL + 1:
		return 0xff;
	default:
		return 0;
	}
}

/*
 * PCI 3.0 Appendix I: an address written with the flag clear asks for four bytes, and the flag is
 * set when they are there. With the flag set it is a write, which this function does not take: the
 * flag stays set.
 */
static void vpd_request(struct nvme_pci *pci)
{
	uint8_t *c = pci->config + AT_VPD;
	size_t at = get_le16(c + PCI_VPD_ADDR) & PCI_VPD_ADDR_MASK & ~3u;

	if (get_le16(c + PCI_VPD_ADDR) & PCI_VPD_ADDR_F || pci->file->model->faults.vpd_silent)
		return;
	for (size_t i = 0; i < 4; i++)
		c[PCI_VPD_DATA + i] = at + i < pci->vpd_len ? pci->vpd[at + i] : 0;
	c[PCI_VPD_ADDR + 1] |= PCI_VPD_ADDR_F >> 8;
}

static bool covers(uint64_t offset, size_t len, uint64_t byte)
{
	return offset <= byte && byte < offset + len;
}

static void write_config(struct nvme_pci *pci, uint64_t offset, const uint8_t *buf, size_t len)
{
	const uint64_t flr = AT_EXPRESS + PCI_EXP_DEVCTL + 1;

	for (size_t i = 0; i < len; i++) {
		uint8_t mask = config_mask(offset + i);
		uint8_t *byte = &pci->config[offset + i];

		*byte = (uint8_t)((*byte & ~mask) | (buf[i] & mask));
	}
	if (pci->vpd_len && covers(offset, len, AT_VPD + PCI_VPD_ADDR + 1))
		vpd_request(pci);
	if (covers(offset, len, flr) && buf[flr - offset] & PCI_EXP_DEVCTL_BCR_FLR >> 8) {
		nvme_regs_reset(pci, NVME_RESET_CONTROLLER);
		reset_config(pci);
	}
}

static void on_read(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len)
{
	struct nvme_pci *pci = device;

	if (pci->file->model->gone)
		memset(buf, 0xff, len); /* nobody answers on the bus */
	else if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		memcpy(buf, pci->config + offset, len);
	else
		nvme_regs_read(pci, offset, buf, len);
}

static void on_write(void *device, uint32_t region, uint64_t offset, const uint8_t *buf, size_t len)
{
	struct nvme_pci *pci = device;

	if (pci->file->model->gone)
		return;
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		write_config(pci, offset, buf, len);
	else
		nvme_regs_write(pci, offset, buf, len);
}

static void on_reset(void *device)
{
	struct nvme_pci *pci = device;

	nvme_regs_reset(pci, NVME_RESET_CONVENTIONAL);
	reset_config(pci);
}

static int on_tick(void *device)
{
	return nvme_queue_tick(device);
}

int nvme_pci_init(struct nvme_pci *pci, struct nvme_file *file)
{
	static const struct vfio_user_ops ops = {
		.read = on_read, .write = on_write, .reset = on_reset, .tick = on_tick
	};
	size_t bytes = (size_t)nvme_model_blocks(file->model) * NVME_MODEL_LBA_BYTES;

	memset(pci, 0, sizeof(*pci));
	vfio_user_init(&pci->server, &ops, pci);
	pci->server.region_bytes[VFIO_PCI_BAR0_REGION_INDEX] = NVME_PCI_BAR_BYTES;
	pci->server.region_bytes[VFIO_PCI_CONFIG_REGION_INDEX] = sizeof(pci->config);
	pci->server.irq_vectors[VFIO_PCI_MSIX_IRQ_INDEX] = NVME_PCI_VECTORS;
	pci->file = file;
	pci->blocks = file->disk ? file->disk : calloc(1, bytes ? bytes : 1);
	pci->buffer = malloc(NVME_PCI_TRANSFER);
	if (pci->blocks && pci->buffer)
		return 0;
	nvme_pci_free(pci);
	return -ENOMEM;
}

void nvme_pci_free(struct nvme_pci *pci)
{
	if (pci->blocks != pci->file->disk)
		free(pci->blocks);
	free(pci->buffer);
	pci->blocks = pci->buffer = NULL;
}

bool nvme_pci_set_vpd(struct nvme_pci *pci, const uint8_t *vpd, size_t len)
{
	if (len > sizeof(pci->vpd))
		return false;
	memcpy(pci->vpd, vpd, len);
	pci->vpd_len = len;
	return true;
}

void nvme_pci_power_on(struct nvme_pci *pci)
{
	nvme_regs_reset(pci, NVME_RESET_POWER);
	reset_config(pci);
}
