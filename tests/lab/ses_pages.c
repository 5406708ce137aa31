/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the emulated enclosure says: SES-4 §6.1.2, §6.1.13 and §6.1.20. */
#include <string.h>

#include "fwimage.h"
#include "ses_model.h"

static void put_be(uint8_t *p, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static uint32_t finish_page(const struct ses_model *model, uint8_t page, uint8_t *buf,
			    uint32_t size)
{
	buf[0] = page;
	put_be(buf + 2, size - 4, 2);
	if (page)
		put_be(buf + 4, model->config.generation, 4);
	return size;
}

static uint32_t configuration(const struct ses_model *model, uint8_t *buf)
{
	uint8_t *at = buf + 8;

	buf[1] = (uint8_t)model->config.secondaries;
	for (uint32_t i = 0; i <= model->config.secondaries; i++, at += 44) {
		at[0] = 0x11;
		at[1] = (uint8_t)i;
		at[3] = 40; /* four bytes of the vendor's own behind the rest */
		put_be(at + 4, 0x5000000000000000u + model->config.logical_id + i, 8);
		fwimage_pad(at + 12, 8, "DRYDOCK");
		fwimage_pad(at + 20, 16, i ? "LAB BACKPLANE" : model->config.product);
		fwimage_pad(at + 36, 4, model->running[i]);
	}
	return finish_page(model, 0x01, buf, (uint32_t)(at - buf));
}

/* An array device slot with one phy, behind it an element that has no device (a connector). */
static uint32_t additional(const struct ses_model *model, uint8_t *buf)
{
	uint8_t *at = buf + 8;

	for (uint8_t slot = 0; slot < SES_MODEL_SLOTS; slot++, at += 36) {
		at[0] = 0x16;
		at[1] = 34;
		at[3] = slot;
		at[4] = 1;
		at[7] = (uint8_t)(slot + 1);
		put_be(at + 8 + 4, 0x500000000000ffffu, 8); /* of the expander */
		put_be(at + 8 + 12, model->slot_address[slot], 8);
	}
	at[0] = 0x96;
	at[1] = 6;
	return finish_page(model, 0x0a, buf, (uint32_t)(at + 8 - buf));
}

static uint32_t microcode(const struct ses_model *model, uint8_t *buf)
{
	uint8_t *at = buf + 8;

	buf[1] = (uint8_t)model->config.secondaries;
	for (uint32_t i = 0; i <= model->config.secondaries; i++, at += 16) {
		at[1] = (uint8_t)i;
		at[2] = i == model->sub ? model->status : 0;
		at[3] = at[2] >= 0x80 ? 0x05 : 0;
		put_be(at + 4, model->config.max_size, 4);
		at[11] = (uint8_t)model->config.buffer_id;
		if (i == model->sub && model->config.counts && model->status == 0x01)
			put_be(at + 12, model->expected, 4);
	}
	return finish_page(model, 0x0e, buf, (uint32_t)(at - buf));
}

uint32_t ses_model_page(const struct ses_model *model, uint8_t page, uint8_t *buf)
{
	memset(buf, 0, 4096);
	switch (page) {
	case 0x00:
		buf[5] = 0x01;
		buf[6] = 0x0a;
		buf[7] = 0x0e;
		return finish_page(model, 0x00, buf, model->config.download ? 8 : 7);
	case 0x01:
		return configuration(model, buf);
	case 0x0a:
		return additional(model, buf);
	default:
		return microcode(model, buf);
	}
}
