/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware through the Download Microcode pages, SES-4 §6.1.19 and §6.1.20. */
#include <string.h>

#include "backends/ses_box.h"
#include "backends/ses_plan.h"
#include "hw/ses.h"

#define POLL_MS	    1000u
#define REPEATS_MAX 8 /* pieces that the enclosure wants again */

int ses_check(struct backend_io *io, struct err *err)
{
	struct ses_microcode_status status;
	struct ses_plan plan;
	struct ses_box box;
	size_t sub;
	int rc = ses_box_open(io->hw, io->dev, &box, &sub, err);

	if (rc)
		return rc;
	rc = ses_box_read_status(&box, &status, err);
	if (!rc)
		rc = ses_plan_make(&status, box.config.list[sub].id, io->comp, io->payload->size,
				   &plan, err);
	ses_box_close(&box);
	return rc;
}

static int read_state(struct ses_box *box, size_t sub, struct ses_microcode *ret, struct err *err)
{
	struct ses_microcode_status status;
	const struct ses_microcode *found;
	int rc = ses_box_read_status(box, &status, err);

	if (rc)
		return rc;
	found = ses_microcode_of(&status, box->config.list[sub].id);
	if (!found)
		return err_set(err, ERR_DEVICE, "the status page says nothing about it any more");
	*ret = *found;
	return 0;
}

/* Opens it when it is closed; the status then, or why there is none. */
static int ask_once(struct hwio *hw, const struct device *dev, struct ses_box *box, size_t *sub,
		    struct ses_microcode *ret, struct err *err)
{
	int rc = box->page ? 0 : ses_box_open(hw, dev, box, sub, err);

	if (!rc) {
		rc = read_state(box, *sub, ret, err);
		if (rc)
			ses_box_close(box);
	}
	return rc;
}

int ses_wait_stored(struct hwio *hw, const struct device *dev, struct ses_box *box, size_t *sub,
		    uint32_t timeout_ms, struct ses_microcode *ret, struct err *err)
{
	uint64_t deadline_ms = hw->ops->now_ms(hw) + timeout_ms;
	int rc;

	for (;;) {
		rc = ask_once(hw, dev, box, sub, ret, err);
		if (!rc && ses_status_find(ret->status)->meaning != SES_UPDATING)
			return 0;
		if (hw->ops->now_ms(hw) >= deadline_ms)
			break;
		hw->ops->sleep_ms(hw, POLL_MS);
	}
	if (!rc)
		return err_set(err, ERR_OVERDUE, "the image is not stored after %u s",
			       timeout_ms / 1000);
	if (rc != ERR_DEVICE_GONE && err)
		err->code = ERR_OVERDUE; /* it is there and may still come to its end */
	return err_prefix(err, "it did not come back within %u s", timeout_ms / 1000);
}

/* The offset that comes next after a piece that was not the last one. */
static int next_offset(const struct ses_microcode *state, uint32_t end, uint32_t image_len,
		       uint32_t *ret, struct err *err)
{
	const struct ses_status *status = ses_status_find(state->status);

	if (status->meaning == SES_FAILED)
		return ses_status_err(state, err);
	if (status->meaning != SES_EXPECTS_MORE)
		return err_set(err, ERR_DEVICE,
			       "the enclosure takes the image to end here: %s (status %02Xh)",
			       status->words, state->status);
	/* 0 is what those say that do not count. */
	*ret = state->expected_offset ? state->expected_offset : end;
	if (*ret > end || *ret >= image_len || *ret % 4)
		return err_set(err, ERR_DEVICE,
			       "the enclosure expects offset %u, %u of %u bytes were sent", *ret,
			       end, image_len);
	return 0;
}

static int send_piece(struct backend_io *io, struct ses_box *box, const struct ses_plan *plan,
		      uint32_t offset, uint32_t len, struct err *err)
{
	const struct ses_control control = {
		.mode = plan->mode,
		.subenclosure = plan->subenclosure,
		.buffer_id = plan->buffer_id,
		.generation = plan->generation,
		.image_len = plan->image_len,
		.offset = offset,
	};
	uint8_t buf[SES_PIECE_BYTES];
	int rc = io->payload->read(io->payload, offset, buf, len, err);

	return rc ? rc : ses_send_microcode(&box->path, &control, buf, len, plan->timeout_ms, err);
}

/* What became of a piece that was not the last one; it is not stored yet, so it answers at once. */
static int after_piece(struct ses_box *box, size_t sub, const struct ses_plan *plan, uint32_t end,
		       uint32_t *ret_next, struct err *err)
{
	struct ses_microcode_status status;
	const struct ses_microcode *state;
	int rc = ses_box_read_status(box, &status, err);

	if (rc)
		return rc;
	if (status.generation != plan->generation)
		return err_set(err, ERR_DEVICE,
			       "the enclosure was rebuilt meanwhile (generation %08Xh, was %08Xh)",
			       status.generation, plan->generation);
	state = ses_microcode_of(&status, box->config.list[sub].id);
	if (!state)
		return err_set(err, ERR_DEVICE, "the status page says nothing about it any more");
	return next_offset(state, end, plan->image_len, ret_next, err);
}

/*
 * What read() hands out was checked against its signed hash when it left the medium (law 3). A
 * first piece may be answered with the end of an earlier download that was cut off: it is repeated.
 */
static int download(struct backend_io *io, struct ses_box *box, size_t sub,
		    const struct ses_plan *plan, struct err *err)
{
	uint32_t offset = 0, highest = 0, next;
	unsigned int repeats = 0;

	while (offset < plan->image_len) {
		uint32_t left = plan->image_len - offset;
		uint32_t len = left < SES_PIECE_BYTES ? left : SES_PIECE_BYTES;
		int rc = send_piece(io, box, plan, offset, len, err);

		next = offset + len;
		if (!rc && next < plan->image_len)
			rc = after_piece(box, sub, plan, offset + len, &next, err);
		if (rc == ERR_DEVICE && offset == 0 && repeats++ == 0)
			continue;
		if (!rc && next <= offset && ++repeats > REPEATS_MAX)
			rc = err_set(err, ERR_DEVICE, "the enclosure wants it again and again");
		if (rc)
			return err_prefix(err, "download, offset %u of %u", offset,
					  plan->image_len);
		offset = next;
		if (next > highest) {
			highest = next;
			io->progress(io->ctx, highest);
		}
	}
	return 0;
}

static int outcome(const struct backend_io *io, const struct ses_microcode *state,
		   enum backend_result *ret, struct err *err)
{
	switch (ses_status_find(state->status)->meaning) {
	case SES_IDLE:
	case SES_STARTS_NOW:
		*ret = BACKEND_DONE;
		return 0;
	case SES_AFTER_ACTIVATE:
		*ret = io->reset_allowed && io->comp->activation != ACTIVATION_POWER_CYCLE
			       ? BACKEND_NEEDS_ACTIVATE
			       : BACKEND_NEEDS_POWER_CYCLE;
		return 0;
	case SES_AFTER_POWER:
		*ret = BACKEND_NEEDS_POWER_CYCLE;
		return 0;
	case SES_EXPECTS_MORE:
		return err_set(err, ERR_DEVICE,
			       "all was sent, and the enclosure expects more from offset %u on",
			       state->expected_offset);
	default:
		return ses_status_err(state, err);
	}
}

static int write_open_box(struct backend_io *io, struct ses_box *box, size_t *sub,
			  enum backend_result *ret, struct err *err)
{
	struct ses_microcode_status status;
	struct ses_microcode state;
	struct ses_plan plan = { 0 };
	int rc = ses_box_read_status(box, &status, err);

	if (!rc)
		rc = ses_plan_make(&status, box->config.list[*sub].id, io->comp, io->payload->size,
				   &plan, err);
	if (!rc)
		rc = io->intent(io->ctx, err);
	if (!rc)
		rc = download(io, box, *sub, &plan, err);
	if (!rc)
		rc = ses_wait_stored(io->hw, io->dev, box, sub, plan.timeout_ms, &state, err);
	return rc ? rc : outcome(io, &state, ret, err);
}

int ses_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ses_box box;
	size_t sub;
	int rc = ses_box_open(io->hw, io->dev, &box, &sub, err);

	if (rc)
		return rc;
	rc = write_open_box(io, &box, &sub, ret, err);
	ses_box_close(&box);
	return rc;
}

static int activate_open_box(struct backend_io *io, struct ses_box *box, size_t *sub,
			     enum backend_result *ret, struct err *err)
{
	struct ses_control control = { .mode = SES_MODE_ACTIVATE,
				       .subenclosure = box->config.list[*sub].id };
	struct ses_microcode_status status;
	struct ses_microcode state;
	int rc = ses_box_read_status(box, &status, err);

	if (rc)
		return rc;
	control.generation = status.generation;
	rc = io->intent(io->ctx, err);
	if (!rc)
		rc = ses_send_microcode(&box->path, &control, NULL, 0, SCSI_WRITE_TIMEOUT_MS, err);
	if (!rc)
		rc = ses_wait_stored(io->hw, io->dev, box, sub, SCSI_WRITE_TIMEOUT_MS, &state, err);
	if (!rc)
		rc = outcome(io, &state, ret, err);
	/* Activated, and it still waits: then only power helps. */
	if (!rc && *ret == BACKEND_NEEDS_ACTIVATE)
		*ret = BACKEND_NEEDS_POWER_CYCLE;
	return rc;
}

int ses_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ses_box box;
	size_t sub;
	int rc;

	*ret = BACKEND_NEEDS_POWER_CYCLE;
	if (!io->reset_allowed || io->comp->activation == ACTIVATION_POWER_CYCLE)
		return 0;
	rc = ses_box_open(io->hw, io->dev, &box, &sub, err);
	if (rc)
		return rc;
	rc = activate_open_box(io, &box, &sub, ret, err);
	ses_box_close(&box);
	return rc ? err_prefix(err, "activation") : 0;
}
