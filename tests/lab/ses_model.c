/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ses_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

#define C(name, n)                                                \
	{                                                         \
#name, offsetof(struct ses_model, config.name), n \
	}
#define F(name, n)                                                \
	{                                                         \
#name, offsetof(struct ses_model, faults.name), n \
	}

static const struct sg_setting settings[] = {
	C(product, 16),	  C(revision, 4),      C(logical_id, 0),     C(secondaries, 0),
	C(pages, 0),	  C(download, 0),      C(max_size, 0),	     C(buffer_id, 0),
	C(generation, 0), C(counts, 0),	       F(refuse_at, 0),	     F(discard_at, 0),
	F(hang_at, 0),	  F(gone_at, 0),       F(busy_at, 0),	     F(rebuilt_at, 0),
	F(forget_at, 0),  F(forget_always, 0), F(early, 0),	     F(skip, 0),
	F(stale, 0),	  F(status_set, 0),    F(status, 0),	     F(final_set, 0),
	F(final, 0),	  F(storing, 0),       F(storing_errors, 0), F(attention, 0),
	F(lie, 0),	  F(revert, 0),	       F(page_bytes, 0),     F(wrong_revision, 4),
};

static uint32_t get_be(const uint8_t *p, unsigned int bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

static void set_running(struct ses_model *model)
{
	for (size_t i = 0; i < sizeof(model->running) / sizeof(*model->running); i++)
		snprintf(model->running[i], sizeof(model->running[i]), "%s",
			 model->config.revision);
}

void ses_model_init(struct ses_model *model)
{
	*model = (struct ses_model){
		.config = { .product = "LAB ENCLOSURE",
			    .revision = "0100",
			    .logical_id = 0x1000,
			    .pages = 1,
			    .download = 1,
			    .max_size = SES_MODEL_IMAGE_MAX,
			    .generation = 7,
			    .counts = 1 },
		.bytes = calloc(1, SES_MODEL_IMAGE_MAX),
	};
	if (!model->bytes)
		abort();
	set_running(model);
}

void ses_model_free(struct ses_model *model)
{
	free(model->bytes);
	model->bytes = NULL;
}

int ses_model_set(struct ses_model *model, const char *text)
{
	int rc = sg_settings(model, settings, sizeof(settings) / sizeof(*settings), text);

	set_running(model);
	if (model->faults.status_set)
		model->status = (uint8_t)model->faults.status;
	if (model->faults.stale)
		model->status = 0x01;
	return rc;
}

static void activate(struct ses_model *model)
{
	if (model->saved[0] && !model->faults.revert)
		snprintf(model->running[model->saved_for], sizeof(model->running[0]), "%s",
			 model->faults.wrong_revision[0] ? model->faults.wrong_revision
							 : model->saved);
	model->saved[0] = '\0';
}

void ses_model_reset(struct ses_model *model, bool power)
{
	if (power) {
		activate(model);
		model->gone = false;
		model->faults.gone_at = 0;
	}
	if (power || model->status < 0x10)
		model->status = 0;
	model->next_status = 0;
	model->open = false;
	model->expected = 0;
}

/* All is there: what SES-4 table 53 has for it. */
static void finish(struct ses_model *model, unsigned int mode)
{
	struct fwimage image;
	const char *product = model->sub ? "LAB BACKPLANE" : model->config.product;
	uint8_t end = mode == 0x0e ? 0x13 : 0x10;

	if (model->faults.lie) {
		end = 0x10;
	} else if (fwimage_parse(model->bytes, model->size, 4, &image) ||
		   strcmp(image.model, product) != 0) {
		end = 0x81;
	} else {
		if (model->faults.final_set)
			end = (uint8_t)model->faults.final;
		if (end < 0x80 && end != 0x01) {
			snprintf(model->saved, sizeof(model->saved), "%.4s", image.revision);
			model->saved_for = model->sub;
		}
	}
	if (end == 0x10 || end == 0x00)
		activate(model);
	model->status = end;
	if (model->faults.storing) {
		model->next_status = end;
		model->status = mode == 0x0e ? 0x03 : 0x02;
	}
}

static bool take(struct ses_model *model, const uint8_t *page, uint32_t len)
{
	uint32_t offset = get_be(page + 12, 4), total = get_be(page + 16, 4);

	if (offset == 0) {
		model->size = 0;
		model->open = true;
	}
	if (!model->open || offset > model->size || offset + len > SES_MODEL_IMAGE_MAX ||
	    offset % 4)
		return false;
	if (model->pieces == model->faults.forget_at ||
	    (model->faults.forget_always && model->pieces > model->faults.forget_at)) {
		model->expected = offset ? offset : 0;
		model->status = 0x01;
		return true;
	}
	memcpy(model->bytes + offset, page + 24, len);
	model->size = offset + len;
	model->expected = model->size + (model->faults.skip ? 4096 : 0);
	model->status = model->faults.early ? 0x10 : 0x01;
	if (model->size >= total)
		finish(model, page[8]);
	return true;
}

static bool page_is_sound(const struct ses_model *model, const struct sg_request *req)
{
	const uint8_t *page = req->data;
	uint32_t len = get_be(page + 20, 4);

	return req->to_device && req->data_len >= 24 && req->cdb[1] == 0x10 &&
	       get_be(req->cdb + 3, 2) == req->data_len && page[0] == 0x0e &&
	       get_be(page + 2, 2) + 4 == req->data_len &&
	       ((24 + len + 3) & ~3u) == req->data_len && page[1] <= model->config.secondaries &&
	       page[11] == model->config.buffer_id && (len == 0) == (page[8] == 0x0f);
}

static void piece(struct ses_model *model, struct sg_request *req)
{
	const struct ses_model_faults *faults = &model->faults;

	model->sub = req->data[1];
	if (model->pieces == faults->discard_at || (faults->stale && model->pieces == 1)) {
		model->status = 0x80;
		model->open = false;
	} else if (!take(model, req->data, get_be(req->data + 20, 4))) {
		model->status = 0x80;
	}
}

static enum sg_outcome send_diagnostic(struct ses_model *model, struct sg_request *req)
{
	const struct ses_model_faults *faults = &model->faults;
	bool sound = page_is_sound(model, req);

	model->protocol_errors += !sound && req->data[11] == model->config.buffer_id;
	model->last_mode = req->data[8];
	if (sound && req->data[8] == 0x0f) {
		model->activations++;
		if (model->saved[0] && model->status == 0x13 && !faults->final_set) {
			activate(model);
			model->status = 0x10;
		} else if (!model->saved[0]) {
			model->status = 0x85;
		}
		return SG_ANSWERED;
	}
	model->pieces++;
	if (model->pieces == faults->hang_at)
		return SG_NO_ANSWER;
	if (model->pieces == faults->gone_at) {
		model->gone = true;
		return SG_GONE;
	}
	if (model->pieces == faults->busy_at) {
		req->status = 0x08;
		return SG_ANSWERED;
	}
	if (model->pieces == faults->rebuilt_at)
		model->config.generation++;
	if (!sound || model->pieces == faults->refuse_at ||
	    get_be(req->data + 4, 4) != model->config.generation) {
		sg_refuse(req, 0x05, 0x26, 0x00);
		if (model->pieces == faults->rebuilt_at)
			req->status = 0; /* taken all the same: the status page tells */
		return SG_ANSWERED;
	}
	piece(model, req);
	return SG_ANSWERED;
}

static void receive_diagnostic(struct ses_model *model, struct sg_request *req)
{
	uint8_t buf[4096], page = req->cdb[2];
	uint32_t len;

	if (!(req->cdb[1] & 1) || get_be(req->cdb + 3, 2) != req->data_len ||
	    (page != 0x00 && page != 0x01 && page != 0x0a && page != 0x0e) ||
	    (page == 0x00 && !model->config.pages) || (page == 0x0e && !model->config.download)) {
		sg_refuse(req, 0x05, 0x24, 0x00);
		return;
	}
	if (page == 0x0e && model->next_status) {
		if (model->faults.storing_errors) {
			model->faults.storing_errors--;
			sg_refuse(req, 0x02, 0x04, 0x01);
			return;
		}
		if (model->faults.storing-- == 1) {
			model->status = model->next_status;
			model->next_status = 0;
		}
	}
	len = ses_model_page(model, page, buf);
	if (model->faults.page_bytes && model->faults.page_bytes < len)
		len = model->faults.page_bytes;
	sg_answer(req, buf, len);
}

enum sg_outcome ses_model_run(struct ses_model *model, struct sg_request *req)
{
	if (model->gone)
		return SG_GONE;
	if (model->faults.attention) {
		model->faults.attention--;
		sg_refuse(req, 0x06, 0x29, 0x00);
		return SG_ANSWERED;
	}
	switch (req->cdb[0]) {
	case 0x12:
		sg_inquiry(req, 0x0d, "DRYDOCK", model->config.product, model->running[0]);
		return SG_ANSWERED;
	case 0x1c:
		receive_diagnostic(model, req);
		return SG_ANSWERED;
	case 0x1d:
		return send_diagnostic(model, req);
	default:
		sg_refuse(req, 0x05, 0x20, 0x00);
		return SG_ANSWERED;
	}
}
