/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ata_model.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

#define C(name, n)                                                \
	{                                                         \
#name, offsetof(struct ata_model, config.name), n \
	}
#define F(name, n)                                                \
	{                                                         \
#name, offsetof(struct ata_model, faults.name), n \
	}

static const struct sg_setting settings[] = {
	C(serial, 20),	     C(model, 40),	   C(revision, 8),
	C(wwn, 0),	     C(download, 0),	   C(dma, 0),
	C(offsets, 0),	     C(deferred, 0),	   C(log, 0),
	C(smart, 0),	     C(sanitize, 0),	   C(min_blocks, 0),
	C(max_blocks, 0),    C(security, 0),	   C(checksum, 0),
	C(atapi, 0),	     C(pass_through, 0),   C(fixed_sense, 0),
	C(no_registers, 0),  F(abort_at, 0),	   F(icrc_at, 0),
	F(hang_at, 0),	     F(gone_at, 0),	   F(busy_at, 0),
	F(df_at, 0),	     F(reset_at, 0),	   F(attention, 0),
	F(lie, 0),	     F(revert, 0),	   F(power_only, 0),
	F(count_set, 0),     F(count, 0),	   F(early, 0),
	F(reject, 0),	     F(identify_bytes, 0), F(identify_abort, 0),
	F(identify_hang, 0), F(sanitize_state, 0), F(self_test, 0),
	F(away, 0),	     F(wrong_revision, 8),
};

/* The registers that a command arrives with and ends with. */
struct taskfile {
	uint8_t protocol, command, feature, error, status;
	bool ext, ck_cond;
	uint16_t count;
	uint64_t lba;
};

enum { ABRT = 0x04, ICRC = 0x80, READY = 0x50, ERR = 0x01, DF = 0x20 };

void ata_model_init(struct ata_model *model)
{
	*model = (struct ata_model){
		.config = { .serial = "LABATA0001",
			    .model = "DRYDOCK LAB SATA DRIVE",
			    .revision = "1.00",
			    .wwn = 1,
			    .download = 1,
			    .offsets = 1,
			    .log = 1,
			    .smart = 1,
			    .checksum = 1,
			    .pass_through = 1 },
		.faults = { .identify_bytes = 512 },
		.bytes = calloc(1, ATA_MODEL_IMAGE_MAX),
	};
	if (!model->bytes)
		abort();
	snprintf(model->running, sizeof(model->running), "%s", model->config.revision);
}

void ata_model_free(struct ata_model *model)
{
	free(model->bytes);
	model->bytes = NULL;
}

int ata_model_set(struct ata_model *model, const char *text)
{
	int rc = sg_settings(model, settings, sizeof(settings) / sizeof(*settings), text);

	snprintf(model->running, sizeof(model->running), "%s", model->config.revision);
	return rc;
}

static void activate(struct ata_model *model)
{
	const char *revision =
		model->faults.wrong_revision[0] ? model->faults.wrong_revision : model->saved;

	if (model->saved[0] && !model->faults.revert)
		snprintf(model->running, sizeof(model->running), "%s", revision);
	model->saved[0] = '\0';
	model->power_bound = false;
}

void ata_model_reset(struct ata_model *model, bool power)
{
	if (power) {
		activate(model);
		model->gone = false;
		model->faults.gone_at = 0;
	}
	model->open = false;
}

static bool fail(struct taskfile *tf, uint8_t error)
{
	tf->error = error;
	tf->status = READY | ERR;
	tf->count = 0;
	tf->lba = 0;
	return false;
}

/* The image is there: what happens with it depends on the subcommand. */
static bool finish(struct ata_model *model, struct taskfile *tf)
{
	struct fwimage image;

	if (model->faults.lie) {
		tf->count = 2;
		return true;
	}
	if (model->faults.reject || fwimage_parse(model->bytes, model->size, 512, &image) ||
	    strcmp(image.model, model->config.model) != 0)
		return fail(tf, ABRT);
	snprintf(model->saved, sizeof(model->saved), "%s", image.revision);
	model->power_bound = model->faults.power_only;
	tf->count = 3;
	if (tf->feature != 0x0e && !model->power_bound) {
		activate(model);
		tf->count = 2;
	}
	return true;
}

static bool is_whole(const struct ata_model *model)
{
	uint32_t payload = 0;

	if (model->size < FWIMAGE_HEADER_BYTES)
		return false;
	for (unsigned int i = 0; i < 4; i++)
		payload |= (uint32_t)model->bytes[56 + i] << 8 * i;
	return model->size >= (uint64_t)FWIMAGE_HEADER_BYTES + payload;
}

/* ACS-4 §7.7.3: pieces come in order and within the limits, the first one begins anew. */
static bool take_piece(struct ata_model *model, struct taskfile *tf, const uint8_t *data,
		       uint32_t len)
{
	const struct ata_model_config *config = &model->config;
	uint32_t blocks = len / 512, offset = (uint32_t)(tf->lba >> 8 & 0xffff) * 512;
	uint32_t most = config->max_blocks == 0xffff ? 0 : config->max_blocks;
	uint32_t least = config->min_blocks == 0xffff ? 0 : config->min_blocks;

	if (offset == 0) {
		model->size = 0;
		model->open = true;
	}
	if (!model->open || offset != model->size || offset + len > ATA_MODEL_IMAGE_MAX ||
	    blocks < least || (most && blocks > most))
		return fail(tf, ABRT);
	memcpy(model->bytes + offset, data, len);
	model->size += len;
	if (!is_whole(model)) {
		tf->count = model->faults.early ? 2 : 1;
		return true;
	}
	if (!finish(model, tf))
		return false;
	if (model->faults.count_set)
		tf->count = (uint16_t)model->faults.count;
	return true;
}

static bool activate_deferred(struct ata_model *model, struct taskfile *tf)
{
	model->activations++;
	if (!model->saved[0] && !model->faults.lie)
		return fail(tf, ABRT);
	if (model->power_bound) {
		tf->count = 3;
		return true;
	}
	activate(model);
	tf->count = 2;
	return true;
}

static bool download(struct ata_model *model, struct taskfile *tf, const uint8_t *data,
		     uint32_t len)
{
	const struct ata_model_config *config = &model->config;
	const struct ata_model_faults *faults = &model->faults;
	unsigned int number = model->downloads;
	bool can = tf->command == 0x93 ? config->dma : config->download;

	model->last_subcommand = tf->feature;
	if (!can || number == faults->abort_at || config->security & 4)
		return fail(tf, ABRT);
	if (number == faults->icrc_at)
		return fail(tf, ICRC | ABRT);
	if (number == faults->df_at) {
		tf->status = READY | DF;
		return false;
	}
	switch (tf->feature) {
	case 0x03:
		return config->offsets ? take_piece(model, tf, data, len) : fail(tf, ABRT);
	case 0x0e:
		return config->deferred ? take_piece(model, tf, data, len) : fail(tf, ABRT);
	case 0x0f:
		return config->deferred && !len ? activate_deferred(model, tf) : fail(tf, ABRT);
	case 0x07:
		memcpy(model->bytes, data, len);
		model->size = len;
		return is_whole(model) ? finish(model, tf) : fail(tf, ABRT);
	default:
		return fail(tf, ABRT);
	}
}

static bool smart_data(const struct ata_model *model, struct sg_request *req, struct taskfile *tf)
{
	uint8_t buf[512] = { 0 }, sum = 0;

	if (tf->feature != 0xd0 || tf->lba != 0xc24f00 || !model->config.smart)
		return fail(tf, ABRT);
	buf[363] = model->faults.self_test == 1 ? 0xf7 : 0x00;
	for (size_t i = 0; i < 511; i++)
		sum = (uint8_t)(sum + buf[i]);
	buf[511] = (uint8_t)(-sum + (model->faults.self_test == 2));
	sg_answer(req, buf, sizeof(buf));
	return true;
}

/* ACS-4 §7.36.6: COUNT 14 is in progress, 15 completed without an error; LBA 15:0 how far. */
static bool sanitize_status(const struct ata_model *model, struct taskfile *tf)
{
	if (!model->config.sanitize || tf->feature != 0 || !tf->ext)
		return fail(tf, ABRT);
	switch (model->faults.sanitize_state) {
	case 1:
		tf->count = 1 << 14;
		tf->lba = 0x4000;
		return true;
	case 2:
		fail(tf, ABRT);
		tf->lba = 1;
		return false;
	case 3:
		return fail(tf, ABRT);
	default:
		tf->count = 1 << 15;
		return true;
	}
}

static bool execute(struct ata_model *model, struct sg_request *req, struct taskfile *tf)
{
	uint8_t buf[512];

	tf->status = READY;
	switch (tf->command) {
	case 0xec:
		if (model->faults.identify_abort)
			return fail(tf, ABRT);
		ata_model_identify(model, buf);
		sg_answer(req, buf, model->faults.identify_bytes);
		return true;
	case 0x2f:
		if (!model->config.log || tf->lba != 0x330)
			return fail(tf, ABRT);
		ata_model_capabilities(model, buf);
		sg_answer(req, buf, sizeof(buf));
		return true;
	case 0xb0:
		return smart_data(model, req, tf);
	case 0xb4:
		return sanitize_status(model, tf);
	case 0x92:
	case 0x93:
		return download(model, tf, req->data, req->data_len);
	default:
		return fail(tf, ABRT);
	}
}

/* SAT-4 table 176 and 177. */
static void put_registers(const struct ata_model *model, struct sg_request *req,
			  const struct taskfile *tf, uint8_t key, uint8_t ascq)
{
	uint8_t *d = req->sense + 8;
	uint32_t transferred = req->transferred;

	sg_refuse(req, key, 0, ascq);
	req->transferred = transferred;
	if (model->config.fixed_sense) {
		req->sense[3] = tf->error;
		req->sense[4] = tf->status;
		req->sense[6] = (uint8_t)tf->count;
		req->sense[8] = tf->ext ? 0x80 : 0;
		for (unsigned int i = 0; i < 3; i++)
			req->sense[9 + i] = (uint8_t)(tf->lba >> 8 * i);
		return;
	}
	memset(req->sense, 0, sizeof(req->sense));
	req->sense[0] = 0x72;
	req->sense[1] = key;
	req->sense[3] = ascq;
	req->sense[7] = 14;
	req->sense_len = 22;
	d[0] = 0x09;
	d[1] = 12;
	d[2] = tf->ext;
	d[3] = tf->error;
	d[5] = (uint8_t)tf->count;
	d[13] = tf->status;
	for (unsigned int i = 0; i < 3; i++)
		d[7 + 2 * i] = (uint8_t)(tf->lba >> 8 * i);
	if (!tf->ext)
		return;
	d[4] = (uint8_t)(tf->count >> 8);
	for (unsigned int i = 0; i < 3; i++)
		d[6 + 2 * i] = (uint8_t)(tf->lba >> (24 + 8 * i));
}

static void put_sense(const struct ata_model *model, struct sg_request *req,
		      const struct taskfile *tf, bool done)
{
	if (model->config.no_registers) {
		if (!done)
			sg_refuse(req, 0x0b, tf->error & ICRC ? 0x47 : 0x00, 0x00);
	} else if (done ? tf->ck_cond : true) {
		put_registers(model, req, tf, done ? 0x01 : 0x0b, done ? 0x1d : 0x00);
	}
}

/* SAT-4 §12.2.2.3: does the length that the CDB tells fit what comes with it, and the direction? */
static bool parse_cdb(const struct sg_request *req, struct taskfile *tf)
{
	const uint8_t *cdb = req->cdb;
	bool in = cdb[2] & 0x08, blocks = cdb[2] & 0x04;
	unsigned int length = cdb[2] & 3;

	*tf = (struct taskfile){ .protocol = cdb[1] >> 1 & 0xf,
				 .ext = cdb[1] & 1,
				 .ck_cond = cdb[2] & 0x20,
				 .command = cdb[14],
				 .feature = cdb[4],
				 .count = cdb[6] };
	tf->lba = cdb[8] | (uint32_t)cdb[10] << 8 | (uint32_t)cdb[12] << 16;
	if (tf->ext) {
		tf->count = (uint16_t)(tf->count | cdb[5] << 8);
		tf->lba |= ((uint64_t)cdb[7] | (uint64_t)cdb[9] << 8 | (uint64_t)cdb[11] << 16)
			   << 24;
	}
	if (tf->protocol == 3)
		return length == 0 && req->data_len == 0;
	if (length == 0 || !blocks || in == req->to_device || req->data_len % 512 ||
	    (tf->protocol != 4 && tf->protocol != 5 && tf->protocol != 6) ||
	    (tf->protocol == 4) != in)
		return false;
	if (length == 2)
		return tf->count * 512u == req->data_len;
	return length == 3;
}

/* The drive's own fields must agree with what was transferred, ACS-4 §7.7.2. */
static bool download_fits(const struct sg_request *req, const struct taskfile *tf)
{
	uint32_t blocks = tf->count | (uint32_t)(tf->lba & 0xff) << 8;

	return !tf->ext && blocks * 512 == req->data_len &&
	       (tf->protocol == 3 || (tf->protocol == 6) == (tf->command == 0x93));
}

static enum sg_outcome pass_through(struct ata_model *model, struct sg_request *req)
{
	bool is_download = req->cdb[14] == 0x92 || req->cdb[14] == 0x93;
	struct taskfile tf;

	if (!model->config.pass_through) {
		sg_refuse(req, 0x05, 0x20, 0x00);
		return SG_ANSWERED;
	}
	if (!parse_cdb(req, &tf) || (is_download && !download_fits(req, &tf))) {
		model->protocol_errors++;
		sg_refuse(req, 0x05, 0x24, 0x00);
		return SG_ANSWERED;
	}
	if (tf.command == 0xec && model->faults.identify_hang)
		return SG_NO_ANSWER;
	if (is_download) {
		model->downloads++;
		if (model->downloads == model->faults.hang_at)
			return SG_NO_ANSWER;
		if (model->downloads == model->faults.gone_at) {
			model->gone = true;
			return SG_GONE;
		}
		if (model->downloads == model->faults.busy_at) {
			req->status = 0x08;
			return SG_ANSWERED;
		}
	}
	if (req->to_device)
		req->transferred = req->data_len;
	put_sense(model, req, &tf, execute(model, req, &tf));
	return SG_ANSWERED;
}

static bool reset_strikes(struct ata_model *model, const struct sg_request *req)
{
	if (req->cdb[0] != 0x85 || (req->cdb[14] != 0x92 && req->cdb[14] != 0x93) ||
	    !model->faults.reset_at || model->downloads + 1 != model->faults.reset_at)
		return false;
	model->faults.reset_at = 0;
	ata_model_reset(model, false);
	return true;
}

enum sg_outcome ata_model_run(struct ata_model *model, struct sg_request *req)
{
	if (model->gone)
		return SG_GONE;
	if (model->activations + (unsigned int)(model->downloads > 0) && !model->saved[0] &&
	    strcmp(model->running, model->config.revision) != 0 && model->faults.away) {
		model->faults.away--;
		return SG_NO_ANSWER;
	}
	if (model->faults.attention || reset_strikes(model, req)) {
		if (model->faults.attention)
			model->faults.attention--;
		sg_refuse(req, 0x06, 0x29, 0x00);
		return SG_ANSWERED;
	}
	switch (req->cdb[0]) {
	case 0x85:
		return pass_through(model, req);
	case 0x12:
		sg_inquiry(req, 0, "ATA", model->config.model, model->running);
		return SG_ANSWERED;
	case 0x00:
		return SG_ANSWERED;
	default: /* libata's translation knows no WRITE BUFFER */
		sg_refuse(req, 0x05, 0x20, 0x00);
		return SG_ANSWERED;
	}
}
