/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_replay.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "hw/ioctl_table.h"
#include "hw/replay_asked.h"
#include "hw/run_note.h"

static int replay_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_replay *replay = hw->priv;
	struct asked asked;
	int fd = 0;

	replay_ask(&asked, hw, TRACE_OPEN, path);
	replay_same_number(&asked, "flags", flags);
	while (fd < REPLAY_MAX_FDS && replay->nodes[fd].open)
		fd++;
	if (asked.call && fd == REPLAY_MAX_FDS)
		replay_deviate(&asked, "more than %d descriptors", REPLAY_MAX_FDS);
	if (!asked.call || asked.call->result < 0)
		return (int)replay_answer(&asked);
	replay->nodes[fd].open = asked.call;
	replay_answer(&asked);
	return fd;
}

static int replay_close(struct hwio *hw, int fd)
{
	struct hwio_replay *replay = hw->priv;
	struct asked asked;

	replay_ask_fd(&asked, hw, TRACE_CLOSE, fd, "close");
	if (fd >= 0 && fd < REPLAY_MAX_FDS)
		replay->nodes[fd].open = NULL;
	return (int)replay_answer(&asked);
}

static void same_request(struct asked *asked, unsigned long request, const struct ioctl_data *data)
{
	char text[24];

	if (!asked->call)
		return;
	snprintf(text, sizeof(text), "%lx", request);
	if (strcmp(text, trace_text(asked->call, "request")) != 0)
		replay_deviate(asked, "%s", "");
	replay_same_data(asked, "arg", data->arg, data->arg_len);
	for (size_t i = 0; i < data->count; i++)
		if (!data->buffers[i].from_device)
			replay_same_data(asked, data->buffers[i].key, data->buffers[i].data,
					 data->buffers[i].len);
}

static void give_answer(struct asked *asked, unsigned long request, void *arg,
			const struct ioctl_data *data)
{
	uint8_t after[IOCTL_ARG_MAX];
	struct trace_data changed;

	for (size_t i = 0; i < data->count && asked->call && asked->call->result == 0; i++)
		if (data->buffers[i].from_device)
			replay_give_data(asked, data->buffers[i].key, data->buffers[i].data,
					 data->buffers[i].len);
	if (!asked->call)
		return;
	changed = trace_data(asked->call, "arg_after");
	if (!changed.there)
		return;
	if (changed.len != data->arg_len) {
		replay_deviate(asked, "\"arg_after\" has %zu bytes", changed.len);
		return;
	}
	replay_give_data(asked, "arg_after", after, data->arg_len);
	ioctl_restore(request, arg, after);
}

static int replay_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct ioctl_data data;
	struct asked asked;
	char what[64];

	ioctl_describe(request, arg, false, &data);
	if (data.name)
		snprintf(what, sizeof(what), "ioctl %s", data.name);
	else
		snprintf(what, sizeof(what), "ioctl %lx", request);
	replay_ask_fd(&asked, hw, TRACE_IOCTL, fd, what);
	same_request(&asked, request, &data);
	give_answer(&asked, request, arg, &data);
	return (int)replay_answer(&asked);
}

static ssize_t replay_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct asked asked;

	replay_ask_fd(&asked, hw, TRACE_READ, fd, "read");
	replay_same_number(&asked, "size", (int64_t)size);
	replay_give_data(&asked, "in", buf, size);
	return (ssize_t)replay_answer(&asked);
}

static ssize_t replay_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct asked asked;

	replay_ask_fd(&asked, hw, TRACE_WRITE, fd, "write");
	replay_same_data(&asked, "out", buf, size);
	return (ssize_t)replay_answer(&asked);
}

/* What drives store is in no trace. */
static ssize_t replay_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	(void)hw;
	(void)fd;
	(void)buf;
	(void)size;
	(void)offset;
	return -ENOSYS;
}

/* The time that is waited at most comes from the clock: it is not compared. */
static int replay_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct asked asked;

	replay_ask_fd(&asked, hw, TRACE_POLL, fd, "poll");
	replay_same_number(&asked, "events", events);
	if (asked.in_vain && timeout_ms > 0)
		asked.replay->now_ms += (uint64_t)timeout_ms;
	return (int)replay_answer(&asked);
}

static int give_names(const struct trace_call *call, char (**ret_names)[HWIO_NAME_MAX],
		      size_t *ret_count)
{
	size_t count = 0;

	while (trace_name(call, count))
		count++;
	*ret_names = calloc(count + 1, HWIO_NAME_MAX);
	if (!*ret_names)
		return -ENOMEM;
	for (*ret_count = 0; *ret_count < count; (*ret_count)++)
		text_copy((*ret_names)[*ret_count], HWIO_NAME_MAX, trace_name(call, *ret_count));
	return 0;
}

static int replay_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		       size_t *ret_count)
{
	struct asked asked;
	int rc;

	replay_ask(&asked, hw, TRACE_LIST, path);
	if (!asked.call || asked.call->result)
		return (int)replay_answer(&asked);
	rc = give_names(asked.call, ret_names, ret_count);
	replay_answer(&asked);
	return rc;
}

static ssize_t replay_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct asked asked;

	replay_ask(&asked, hw, TRACE_READLINK, path);
	replay_same_number(&asked, "size", (int64_t)size);
	replay_give_data(&asked, "in", buf, size);
	return (ssize_t)replay_answer(&asked);
}

static uint64_t replay_now_ms(struct hwio *hw)
{
	struct hwio_replay *replay = hw->priv;
	uint64_t now_ms;

	pthread_mutex_lock(&replay->lock);
	now_ms = replay->now_ms;
	pthread_mutex_unlock(&replay->lock);
	return now_ms;
}

static void replay_sleep_ms(struct hwio *hw, uint32_t ms)
{
	struct hwio_replay *replay = hw->priv;

	pthread_mutex_lock(&replay->lock);
	replay->now_ms += ms;
	pthread_mutex_unlock(&replay->lock);
}

static void replay_note(struct hwio *hw, const char *subject, const char *text)
{
	struct hwio_replay *replay = hw->priv;
	const struct trace_call *first;

	if (strcmp(subject, HWIO_PHASE) != 0)
		return;
	pthread_mutex_lock(&replay->lock);
	text_copy(replay->phase, sizeof(replay->phase), text);
	first = replay_phase_begin(&replay->lanes, replay->phase);
	replay->now_ms = first ? first->at_ms : 0;
	replay->deviation = (struct err){ 0 };
	pthread_mutex_unlock(&replay->lock);
}

static char *replay_recall(struct hwio *hw, const char *subject)
{
	struct hwio_replay *replay = hw->priv;
	struct replay_lane *lane;
	char *text = NULL;

	pthread_mutex_lock(&replay->lock);
	lane = replay_lane_find(&replay->lanes, replay->phase, subject);
	if (lane && lane->next < lane->count)
		text = strdup(trace_text(lane->calls[lane->next++], "text"));
	pthread_mutex_unlock(&replay->lock);
	return text;
}

/* Nothing is run: what was noted of the program is what comes of it. */
static int replay_run(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	struct hwio_replay *replay = hw->priv;
	CLEANUP_FREE char *note = replay_recall(hw, RUN_NOTE);
	struct err why = { 0 };
	int rc = 0;

	if (note && run_note_take(note, box, &rc, ret, &why) == 0)
		return rc;
	pthread_mutex_lock(&replay->lock);
	if (!replay->deviation.code)
		err_set(&replay->deviation, ERR_PROOF, "came a vendor's program, %s: %s",
			box->argv[0], note ? why.text : "none was run then");
	pthread_mutex_unlock(&replay->lock);
	return -EPROTO;
}

static const struct hwio_ops replay_ops = {
	.name = "replay",
	.open = replay_open,
	.close = replay_close,
	.ioctl = replay_ioctl,
	.read = replay_read,
	.write = replay_write,
	.pread = replay_pread,
	.poll = replay_poll,
	.list = replay_list,
	.readlink = replay_readlink,
	.http = replay_http,
	.now_ms = replay_now_ms,
	.sleep_ms = replay_sleep_ms,
	.run = replay_run,
	.note = replay_note,
	.recall = replay_recall,
};

int hwio_replay_new(const char *path, struct hwio **ret, struct err *err)
{
	struct hwio_replay *replay = calloc(1, sizeof(*replay));
	int rc;

	if (!replay)
		return err_set(err, ERR_NOMEM, "out of memory");
	replay->hw.ops = &replay_ops;
	replay->hw.priv = replay;
	pthread_mutex_init(&replay->lock, NULL);
	rc = replay_lanes_read(&replay->lanes, path, err);
	if (rc) {
		hwio_replay_free(&replay->hw);
		return rc;
	}
	replay_note(&replay->hw, HWIO_PHASE, "");
	rc = replay_access(replay);
	if (rc) {
		hwio_replay_free(&replay->hw);
		return err_set(err, rc, "out of memory");
	}
	*ret = &replay->hw;
	return 0;
}

void hwio_replay_free(struct hwio *hw)
{
	struct hwio_replay *replay = hw ? hw->priv : NULL;

	if (!replay)
		return;
	replay_lanes_free(&replay->lanes);
	free(replay->hw.bmc);
	pthread_mutex_destroy(&replay->lock);
	free(replay);
}

void hwio_replay_without_payload(struct hwio *hw)
{
	struct hwio_replay *replay = hw->priv;

	replay->without_payload = true;
}

bool hwio_replay_has_phase(const struct hwio *hw, const char *phase)
{
	const struct hwio_replay *replay = hw->priv;

	return replay_phase_begin(&replay->lanes, phase) != NULL;
}

int hwio_replay_check(struct hwio *hw, struct err *err)
{
	struct hwio_replay *replay = hw->priv;
	const struct trace_call *left;
	char expected[192];

	if (replay->deviation.code) {
		if (err)
			*err = replay->deviation;
		return replay->deviation.code;
	}
	left = replay_left_over(&replay->lanes, replay->phase);
	if (!left)
		return 0;
	replay_say_call(left, expected, sizeof(expected));
	return err_set(err, ERR_PROOF, "%s, call %" PRIu64 ": expected %s, nothing came",
		       left->file, left->seq, expected);
}

size_t hwio_replay_answered(const struct hwio *hw)
{
	const struct hwio_replay *replay = hw->priv;

	return replay->answered;
}
