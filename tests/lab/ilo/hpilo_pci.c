/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PCI function: config space, registers, the memory with the control blocks, doorbells. */
#include "hpilo_pci.h"

#include <linux/pci_regs.h>
#include <string.h>

#include "le.h"

/* hpilo.h; bit 26 of DB_OUT is the reset, DB_RESET */
enum { DB_IRQ = 0xb2, DB_OUT = 0xd4, OUT_RESET = 1 << 26, DOORBELL_SHIFT = 14, DOORBELL_SET = 1 };
/* The memory is larger than what the control blocks need: they are at its end, in BAR 5. */
enum { MMIO_BYTES = 0x1000, MEMORY_BYTES = 0x10000, MEMORY_TAIL = 0x2000, AT_EXPRESS = 0x40 };

static void reset_config(struct hpilo *hpilo)
{
	uint8_t *c = hpilo->config;

	memset(c, 0, sizeof(hpilo->config));
	put_le16(c + PCI_VENDOR_ID, 0x103c);
	put_le16(c + PCI_DEVICE_ID, 0x3307);
	put_le16(c + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put_le32(c + PCI_CLASS_REVISION, 0x08800000u | hpilo->revision);
	put_le16(c + PCI_SUBSYSTEM_VENDOR_ID, hpilo->subvendor);
	put_le16(c + PCI_SUBSYSTEM_ID, hpilo->subdevice);
	c[PCI_CAPABILITY_LIST] = AT_EXPRESS;
	c[PCI_INTERRUPT_PIN] = 1;
	c[AT_EXPRESS] = PCI_CAP_ID_EXP;
	put_le16(c + AT_EXPRESS + PCI_EXP_FLAGS, 2); /* version 2, endpoint */
	put_le32(c + AT_EXPRESS + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER);
}

static void write_config(struct hpilo *hpilo, uint64_t offset, const uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (offset + i == PCI_COMMAND || offset + i == PCI_COMMAND + 1 ||
		    offset + i == PCI_INTERRUPT_LINE)
			hpilo->config[offset + i] = buf[i];
}

/* Where in the region of the memory the control blocks begin. */
static uint64_t ccbs_at(const struct hpilo *hpilo)
{
	return hpilo->revision >= HPILO_REVISION_BAR5 ? MEMORY_BYTES - MEMORY_TAIL : 0;
}

static uint32_t memory_region(const struct hpilo *hpilo)
{
	return hpilo->revision >= HPILO_REVISION_BAR5 ? VFIO_PCI_BAR5_REGION_INDEX
						      : VFIO_PCI_BAR2_REGION_INDEX;
}

/* The byte of a control block, or NULL for memory that is nobody's. */
static uint8_t *ccb_byte(struct hpilo *hpilo, uint64_t offset)
{
	uint64_t from = ccbs_at(hpilo);

	return offset >= from && offset - from < sizeof(hpilo->ccbs) ? hpilo->ccbs + (offset - from)
								     : NULL;
}

static void read_memory(struct hpilo *hpilo, uint64_t offset, uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const uint8_t *byte = ccb_byte(hpilo, offset + i);

		buf[i] = hpilo->down ? 0xff : byte ? *byte : 0;
	}
}

static void write_memory(struct hpilo *hpilo, uint64_t offset, const uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t *byte = ccb_byte(hpilo, offset + i);

		if (byte && !hpilo->down)
			*byte = buf[i];
	}
}

static void read_mmio(const struct hpilo *hpilo, uint64_t offset, uint8_t *buf, size_t len)
{
	memset(buf, 0, len);
	if (offset == DB_OUT && len == 4)
		put_le32(buf, hpilo->outbound);
	if (offset == DB_IRQ && len == 1)
		buf[0] = hpilo->irq_enable;
}

static void write_mmio(struct hpilo *hpilo, uint64_t offset, const uint8_t *buf, size_t len)
{
	if (offset == DB_OUT && len == 4)
		hpilo->outbound &= ~get_le32(buf);
	if (offset == DB_IRQ && len == 1) {
		hpilo->irq_enable = buf[0];
		hpilo_interrupt(hpilo);
	}
}

static void on_read(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len)
{
	struct hpilo *hpilo = device;

	memset(buf, 0, len);
	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		memcpy(buf, hpilo->config + offset, len);
	else if (region == VFIO_PCI_BAR1_REGION_INDEX)
		read_mmio(hpilo, offset, buf, len);
	else if (region == memory_region(hpilo))
		read_memory(hpilo, offset, buf, len);
}

static void on_write(void *device, uint32_t region, uint64_t offset, const uint8_t *buf, size_t len)
{
	struct hpilo *hpilo = device;

	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		write_config(hpilo, offset, buf, len);
	else if (region == VFIO_PCI_BAR1_REGION_INDEX)
		write_mmio(hpilo, offset, buf, len);
	else if (region == memory_region(hpilo))
		write_memory(hpilo, offset, buf, len);
	else if (region == VFIO_PCI_BAR3_REGION_INDEX && buf[0] & DOORBELL_SET &&
		 offset % (1 << DOORBELL_SHIFT) == 0)
		hpilo_queue_ring(hpilo, (unsigned int)(offset >> DOORBELL_SHIFT));
}

static void forget_channels(struct hpilo *hpilo)
{
	memset(hpilo->ccbs, 0, sizeof(hpilo->ccbs));
	memset(hpilo->channel, 0, sizeof(hpilo->channel));
}

static void on_reset(void *device)
{
	struct hpilo *hpilo = device;

	forget_channels(hpilo);
	hpilo->irq_enable = 0;
	hpilo->outbound = 0;
	reset_config(hpilo);
}

/* The line is level triggered: it is up as long as something is outstanding. */
static void on_unmask(void *device, uint32_t irq)
{
	if (irq == VFIO_PCI_INTX_IRQ_INDEX)
		hpilo_interrupt(device);
}

const struct vfio_user_ops hpilo_ops = {
	.read = on_read, .write = on_write, .reset = on_reset, .unmask = on_unmask
};

void hpilo_init(struct hpilo *hpilo, uint8_t revision, hpilo_answer *answer, void *ctx)
{
	memset(hpilo, 0, sizeof(*hpilo));
	hpilo->revision = revision;
	hpilo->answer = answer;
	hpilo->ctx = ctx;
	hpilo->subvendor = revision >= HPILO_REVISION_BAR5 ? 0x1590 : 0x103c;
	hpilo->subdevice = revision >= HPILO_REVISION_BAR5 ? 0x00e4 : 0x3381;
	vfio_user_init(&hpilo->server, &hpilo_ops, hpilo);
	hpilo->server.region_bytes[VFIO_PCI_CONFIG_REGION_INDEX] = sizeof(hpilo->config);
	hpilo->server.region_bytes[VFIO_PCI_BAR1_REGION_INDEX] = MMIO_BYTES;
	hpilo->server.region_bytes[memory_region(hpilo)] = MEMORY_BYTES;
	hpilo->server.region_bytes[VFIO_PCI_BAR3_REGION_INDEX] = HPILO_CHANNELS << DOORBELL_SHIFT;
	hpilo->server.irq_vectors[VFIO_PCI_INTX_IRQ_INDEX] = 1;
	reset_config(hpilo);
}

void hpilo_down(struct hpilo *hpilo)
{
	forget_channels(hpilo);
	hpilo->down = true;
	hpilo->outbound = OUT_RESET;
}

void hpilo_up(struct hpilo *hpilo)
{
	hpilo->down = false;
}

bool hpilo_poll(struct hpilo *hpilo)
{
	bool waiting = false;

	hpilo_interrupt(hpilo);
	for (unsigned int i = 0; i < HPILO_CHANNELS && !hpilo->down; i++) {
		if (!hpilo->channel[i].waiting)
			continue;
		hpilo_queue_deliver(hpilo, i);
		if (!hpilo->channel[i].waiting)
			hpilo_queue_ring(hpilo, i); /* packets behind the one that waited */
		waiting = waiting || hpilo->channel[i].waiting;
	}
	return waiting;
}
