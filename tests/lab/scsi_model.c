/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scsi_model.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

enum { NOT_READY = 2, ILLEGAL_REQUEST = 5, UNIT_ATTENTION = 6 };

#define NUMBER(key)                                              \
	{                                                        \
#key, offsetof(struct scsi_model, config.key), 0 \
	}
#define FAULT(key)                                               \
	{                                                        \
#key, offsetof(struct scsi_model, faults.key), 0 \
	}
#define TEXT(key)                                                        \
	{                                                                \
#key, offsetof(struct scsi_model, config.key),           \
			sizeof(((struct scsi_model *)0)->config.key) - 1 \
	}

static const struct sg_setting settings_table[] = {
	TEXT(vendor),
	TEXT(product),
	TEXT(revision),
	TEXT(serial),
	NUMBER(type),
	NUMBER(wwn),
	NUMBER(pages),
	NUMBER(modes),
	NUMBER(takes),
	NUMBER(activate),
	NUMBER(buffer),
	NUMBER(boundary),
	NUMBER(capacity),
	NUMBER(inquiry_bytes),
	NUMBER(self_test),
	NUMBER(protected),
	FAULT(attention_at),
	FAULT(attention),
	FAULT(attentions),
	FAULT(fail_at),
	FAULT(fail),
	FAULT(status_at),
	FAULT(status),
	FAULT(statuses),
	FAULT(not_ready),
	FAULT(reserved),
	FAULT(hang_at),
	FAULT(gone_at),
	FAULT(lie),
	FAULT(away),
	FAULT(power_bound),
	FAULT(descriptor_sense),
	{ "wrong_revision", offsetof(struct scsi_model, faults.wrong_revision), 4 },
	{ "junk_serial", offsetof(struct scsi_model, faults.junk_serial), 20 },
};

void scsi_model_init(struct scsi_model *model)
{
	memset(model, 0, sizeof(*model));
	if (scsi_model_set(model,
			   "vendor=DRYDOCK,product=LABSAS0000001,revision=0100,"
			   "serial=LAB0000001,wwn=1,pages=1,buffer=1,boundary=9,"
			   "takes=0xe0b0"))
		abort();
	model->bytes = calloc(1, SCSI_MODEL_IMAGE_MAX);
	if (!model->bytes)
		abort();
}

void scsi_model_free(struct scsi_model *model)
{
	free(model->bytes);
}

int scsi_model_set(struct scsi_model *model, const char *settings)
{
	int rc = sg_settings(model, settings_table,
			     sizeof(settings_table) / sizeof(*settings_table), settings);

	memcpy(model->running, model->config.revision, sizeof(model->running));
	return rc;
}

static void refuse(const struct scsi_model *model, struct sg_request *req, uint32_t sense)
{
	uint8_t key = (uint8_t)(sense >> 16), asc = (uint8_t)(sense >> 8), ascq = (uint8_t)sense;
	const uint8_t descriptors[8] = { 0x72, key, asc, ascq };

	sg_refuse(req, key, asc, ascq);
	if (!model->faults.descriptor_sense)
		return;
	memcpy(req->sense, descriptors, sizeof(descriptors));
	req->sense_len = sizeof(descriptors);
}

static void activate(struct scsi_model *model)
{
	model->activations++;
	model->has_saved = false;
	model->away_left = model->faults.away;
	if (!model->faults.lie)
		memcpy(model->running,
		       model->faults.wrong_revision[0] ? model->faults.wrong_revision
						       : model->saved,
		       sizeof(model->running));
}

void scsi_model_reset(struct scsi_model *model, bool power)
{
	model->mode = 0;
	if (power && model->has_saved)
		activate(model);
}

/* Is what arrived an image for this drive? */
static bool image_fits(struct scsi_model *model)
{
	struct fwimage image;

	if (fwimage_parse(model->bytes, model->size, 1, &image) ||
	    strcmp(image.model, model->config.product) != 0)
		return false;
	snprintf(model->saved, sizeof(model->saved), "%.4s", image.revision);
	return true;
}

/* A whole image is there when its header says so. */
static bool image_ends_here(const struct scsi_model *model)
{
	struct fwimage image;

	return !fwimage_parse(model->bytes, model->size, 1, &image);
}

static bool offset_fits(const struct scsi_model *model, uint32_t offset)
{
	if (!model->config.buffer)
		return true;
	if (model->config.boundary == 0xff)
		return offset == 0;
	return offset % (1u << model->config.boundary) == 0;
}

static void take_piece(struct scsi_model *model, struct sg_request *req, uint32_t mode,
		       uint32_t offset)
{
	bool whole = mode == 5;

	if (offset == 0) {
		model->mode = mode;
		model->size = 0;
	}
	if (offset != model->size || mode != model->mode) {
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2c00);
		return;
	}
	memcpy(model->bytes + offset, req->data, req->data_len);
	model->size += req->data_len;
	req->transferred = req->data_len;
	if (!whole && !image_ends_here(model))
		return;
	model->mode = 0;
	if (!image_fits(model))
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2600);
	else if (mode >= 0xd || model->faults.power_bound)
		model->has_saved = true;
	else
		activate(model);
}

static uint32_t be24(const uint8_t *p)
{
	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static void write_buffer(struct scsi_model *model, struct sg_request *req)
{
	uint32_t mode = req->cdb[1] & 0x1f, offset = be24(req->cdb + 3);

	model->specific = req->cdb[1] >> 5;
	if (!(model->config.takes >> mode & 1)) {
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2400);
		return;
	}
	if (be24(req->cdb + 6) != req->data_len || (mode == 0xf) != (req->data_len == 0))
		model->protocol_errors++;
	if (mode == 0xf) {
		if (model->has_saved)
			activate(model);
		else
			refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2c00);
		return;
	}
	if (!offset_fits(model, offset) || offset + req->data_len > SCSI_MODEL_IMAGE_MAX) {
		model->protocol_errors++;
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2400);
		return;
	}
	take_piece(model, req, mode, offset);
}

static enum sg_outcome write_or_fail(struct scsi_model *model, struct sg_request *req)
{
	const struct scsi_model_faults *f = &model->faults;
	unsigned int n = ++model->writes;
	uint32_t statuses = f->statuses ? f->statuses : 1;

	if (n == f->gone_at)
		return SG_GONE;
	if (n == f->hang_at)
		return SG_NO_ANSWER;
	if (n == f->fail_at)
		refuse(model, req, f->fail);
	else if (f->status_at && n >= f->status_at && n < f->status_at + statuses)
		req->status = (uint8_t)f->status;
	else
		write_buffer(model, req);
	return SG_ANSWERED;
}

static void page(const struct scsi_model *model, struct sg_request *req)
{
	static const uint8_t none[1];
	uint8_t buf[64] = { (uint8_t)model->config.type, req->cdb[2] };
	const char *serial =
		model->faults.junk_serial[0] ? model->faults.junk_serial : model->config.serial;
	uint32_t len = 0;

	if (!model->config.pages) {
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2400);
		return;
	}
	switch (req->cdb[2]) {
	case 0x00:
		memcpy(buf + 4, "\x00\x80\x83\x86", len = 4);
		break;
	case 0x80:
		len = 20;
		fwimage_pad(buf + 4, len, serial);
		break;
	case 0x83:
		memcpy(buf + 4, "\x01\x03\x00\x08\x50\x00\xc5\x00\x00\x00\x00", 11);
		buf[15] = (uint8_t)model->config.wwn;
		len = model->config.wwn ? 12 : 0;
		break;
	case 0x86:
		buf[4] = (uint8_t)(model->config.activate << 6);
		buf[19] = (uint8_t)model->config.modes;
		len = 60;
		break;
	default:
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2400);
		sg_answer(req, none, 0);
		return;
	}
	buf[3] = (uint8_t)len;
	sg_answer(req, buf, len + 4);
}

static void inquiry(struct scsi_model *model, struct sg_request *req)
{
	if (req->cdb[1] & 1) {
		page(model, req);
		return;
	}
	sg_inquiry(req, (uint8_t)model->config.type, model->config.vendor, model->config.product,
		   model->running);
	if (model->config.inquiry_bytes && model->config.inquiry_bytes < req->transferred)
		req->transferred = model->config.inquiry_bytes;
}

static void read_buffer(struct scsi_model *model, struct sg_request *req)
{
	uint32_t capacity = model->config.capacity;
	const uint8_t buf[4] = { (uint8_t)model->config.boundary, (uint8_t)(capacity >> 16),
				 (uint8_t)(capacity >> 8), (uint8_t)capacity };

	if (!model->config.buffer || req->cdb[1] != 3)
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2000);
	else
		sg_answer(req, buf, sizeof(buf));
}

static void log_sense(struct scsi_model *model, struct sg_request *req)
{
	const uint8_t buf[24] = {
		0x10, 0, 0, 20, 0, 1, 3, 16, model->config.self_test ? 0x2f : 0x20
	};

	if ((req->cdb[2] & 0x3f) != 0x10)
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2400);
	else
		sg_answer(req, buf, sizeof(buf));
}

static void mode_sense(struct scsi_model *model, struct sg_request *req)
{
	const uint8_t buf[4] = { 3, 0, model->config.protected ? 0x80 : 0x10, 0 };

	sg_answer(req, buf, sizeof(buf));
}

static void test_ready(struct scsi_model *model, struct sg_request *req)
{
	if (model->faults.reserved)
		req->status = 0x18;
	else if (model->faults.not_ready)
		refuse(model, req, NOT_READY << 16 | model->faults.not_ready);
}

/* Unit attentions come before the command is done: SAM-5 §5.14. */
static bool has_attention(struct scsi_model *model, struct sg_request *req)
{
	const struct scsi_model_faults *f = &model->faults;
	uint32_t count = f->attentions ? f->attentions : 1;

	if (req->cdb[0] == 0x12)
		return false;
	model->commands++;
	if (!f->attention_at || model->commands < f->attention_at ||
	    model->commands >= f->attention_at + count)
		return false;
	if (f->attention >> 8 == 0x29)
		scsi_model_reset(model, false);
	refuse(model, req, UNIT_ATTENTION << 16 | f->attention);
	return true;
}

enum sg_outcome scsi_model_run(struct scsi_model *model, struct sg_request *req)
{
	if (model->away_left) {
		model->away_left--;
		return SG_NO_ANSWER;
	}
	if (has_attention(model, req))
		return SG_ANSWERED;
	switch (req->cdb[0]) {
	case 0x00:
		test_ready(model, req);
		break;
	case 0x12:
		inquiry(model, req);
		break;
	case 0x1a:
		mode_sense(model, req);
		break;
	case 0x3b:
		return write_or_fail(model, req);
	case 0x3c:
		read_buffer(model, req);
		break;
	case 0x4d:
		log_sense(model, req);
		break;
	default:
		model->protocol_errors++;
		refuse(model, req, ILLEGAL_REQUEST << 16 | 0x2000);
	}
	return SG_ANSWERED;
}
