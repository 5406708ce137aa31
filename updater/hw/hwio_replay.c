/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_replay.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"
#include "base/text.h"
#include "hw/ioctl_table.h"
#include "hw/replay_lanes.h"

#define FDS_MAX	 256
#define DEVIATES (-EPROTO)

struct open_node {
	const struct trace_call *open; /* NULL = free */
};

struct hwio_replay {
	struct hwio hw;
	struct replay_lanes lanes;
	bool without_payload;
	pthread_mutex_t lock; /* of what is below, and of the lanes' places */
	char phase[HWIO_PHASE_MAX];
	uint64_t now_ms;
	size_t answered;
	struct err deviation; /* the first of this phase */
	struct open_node nodes[FDS_MAX];
};

/* What came, in words, and the recorded call that it is held against. */
struct asked {
	struct hwio_replay *replay;
	const struct trace_call *call; /* NULL = it deviates, or: */
	bool absent;		       /* the recorded program never asked for it */
	char came[192];
};

static void say_call(const struct trace_call *call, char *text, size_t size)
{
	const char *name = trace_text(call, "name");

	if (call->kind != TRACE_IOCTL)
		snprintf(text, size, "%s %s", trace_kind_name(call->kind), call->path);
	else
		snprintf(text, size, "ioctl %s %s", name[0] ? name : trace_text(call, "request"),
			 call->path);
}

/* "trace-nvme0.jsonl, call 17: expected open /dev/nvme0, came ioctl ...: why" */
__attribute__((format(printf, 2, 3))) static void deviate(struct asked *asked, const char *fmt, ...)
{
	const struct trace_call *call = asked->call;
	struct err *err = &asked->replay->deviation;
	char expected[192], why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	asked->call = NULL;
	if (err->code)
		return;
	say_call(call, expected, sizeof(expected));
	err_set(err, ERR_PROOF, "%s, call %" PRIu64 ": expected %.150s, came %.150s%s%s",
		call->file, call->seq, expected, asked->came, why[0] ? ": " : "", why);
}

static void deviate_at_end(struct asked *asked, const char *path)
{
	struct hwio_replay *replay = asked->replay;

	if (!replay->deviation.code)
		err_set(&replay->deviation, ERR_PROOF,
			"%s%s%s: nothing more was recorded of it, came %s", path,
			replay->phase[0] ? ", " : "", replay->phase, asked->came);
}

/*
 * A later program looks for more in an inventory than the recorded one did: what that never asked
 * for is not there, and what it asked for less often reads as it did then.
 */
static struct replay_lane *find_lane(struct asked *asked, enum trace_kind kind, const char *path)
{
	struct hwio_replay *replay = asked->replay;
	struct replay_lane *lane = replay_lane_find(&replay->lanes, replay->phase, path);

	if (strncmp(replay->phase, "inventory", 9) != 0)
		return lane;
	if (!lane)
		asked->absent = kind == TRACE_OPEN || kind == TRACE_LIST || kind == TRACE_READLINK;
	else if (strncmp(path, "/dev/", 5) != 0 && !replay_lane_next(lane))
		replay_lane_again(lane);
	return lane;
}

/* The call that is to come now on this path, when it is of that kind. */
static void take(struct asked *asked, enum trace_kind kind, const char *path)
{
	struct hwio_replay *replay = asked->replay;
	struct replay_lane *lane = find_lane(asked, kind, path);

	asked->call = lane && !replay->deviation.code ? replay_lane_next(lane) : NULL;
	if (asked->absent)
		return;
	if (!asked->call) {
		deviate_at_end(asked, path);
		return;
	}
	if (asked->call->kind != kind || strcmp(asked->call->path, path) != 0) {
		deviate(asked, "%s", "");
		return;
	}
	lane->next++;
	replay->answered++;
	if (asked->call->at_ms + asked->call->ms > replay->now_ms)
		replay->now_ms = asked->call->at_ms + asked->call->ms;
}

/* Begins a call on a path; the lock is held until answer(). */
__attribute__((format(printf, 5, 6))) static void ask(struct asked *asked, struct hwio *hw,
						      enum trace_kind kind, const char *path,
						      const char *fmt, ...)
{
	va_list ap;

	asked->replay = hw->priv;
	asked->absent = false;
	va_start(ap, fmt);
	vsnprintf(asked->came, sizeof(asked->came), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&asked->replay->lock);
	take(asked, kind, path);
}

/* The same on a descriptor, which must be the one of then. */
static void ask_fd(struct asked *asked, struct hwio *hw, enum trace_kind kind, int fd,
		   const char *what)
{
	struct hwio_replay *replay = hw->priv;
	const struct trace_call *open = NULL;

	asked->replay = replay;
	asked->call = NULL;
	asked->absent = false;
	pthread_mutex_lock(&replay->lock);
	if (fd >= 0 && fd < FDS_MAX)
		open = replay->nodes[fd].open;
	snprintf(asked->came, sizeof(asked->came), "%s %s", what,
		 open ? open->path : "on what is not open");
	if (!open) {
		deviate_at_end(asked, "a closed descriptor");
		return;
	}
	take(asked, kind, open->path);
	if (asked->call && asked->call->fd != open->result && strncmp(open->path, "/dev/", 5) == 0)
		deviate(asked, "on another descriptor");
}

/* Ends a call: what it returns. */
static int64_t answer(struct asked *asked)
{
	int64_t result = asked->absent ? -ENOENT : asked->call ? asked->call->result : DEVIATES;

	pthread_mutex_unlock(&asked->replay->lock);
	return result;
}

static void same_number(struct asked *asked, const char *key, int64_t came)
{
	int64_t want = asked->call ? trace_number(asked->call, key) : came;

	if (want != came)
		deviate(asked, "%s %" PRId64 " instead of %" PRId64, key, came, want);
}

static uint8_t nibble(char digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static uint8_t byte_at(const char *hex, size_t index)
{
	return (uint8_t)(nibble(hex[2 * index]) << 4 | nibble(hex[2 * index + 1]));
}

static void same_bytes(struct asked *asked, const char *key, const char *hex, const uint8_t *came,
		       size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (byte_at(hex, i) != came[i]) {
			deviate(asked, "byte %zu of \"%s\" is %02x instead of %02x", i, key,
				came[i], byte_at(hex, i));
			return;
		}
}

static void same_hash(struct asked *asked, const char *key, const char *want, const void *came,
		      size_t len)
{
	uint8_t hash[HASH_BYTES];
	char text[2 * HASH_BYTES + 1] = "";

	if (asked->replay->without_payload)
		return;
	if (hash_sha256(came, len, hash) == 0)
		hex_encode(hash, sizeof(hash), text);
	if (strcmp(text, want) != 0)
		deviate(asked, "the %zu bytes of \"%s\" are others (SHA-256)", len, key);
}

/* Data that goes to the device. What was kept back as a secret is compared by its length. */
static void same_data(struct asked *asked, const char *key, const void *came, size_t len)
{
	struct trace_data want;

	if (!asked->call)
		return;
	want = trace_data(asked->call, key);
	if (want.len != len)
		deviate(asked, "\"%s\" has %zu bytes instead of %zu", key, len, want.len);
	else if (want.hex)
		same_bytes(asked, key, want.hex, came, len);
	else if (want.sha256)
		same_hash(asked, key, want.sha256, came, len);
}

/* Data that came from the device; zeros where its bytes were not kept. */
static void give_data(struct asked *asked, const char *key, void *buf, size_t room)
{
	struct trace_data data;

	if (!asked->call)
		return;
	data = trace_data(asked->call, key);
	if (data.len > room) {
		deviate(asked, "room for %zu bytes of \"%s\" instead of %zu", room, key, data.len);
		return;
	}
	for (size_t i = 0; i < data.len; i++)
		((uint8_t *)buf)[i] = data.hex ? byte_at(data.hex, i) : 0;
}

static int replay_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_replay *replay = hw->priv;
	struct asked asked;
	int fd = 0;

	ask(&asked, hw, TRACE_OPEN, path, "open %s", path);
	same_number(&asked, "flags", flags);
	while (fd < FDS_MAX && replay->nodes[fd].open)
		fd++;
	if (asked.call && fd == FDS_MAX)
		deviate(&asked, "more than %d descriptors", FDS_MAX);
	if (!asked.call || asked.call->result < 0)
		return (int)answer(&asked);
	replay->nodes[fd].open = asked.call;
	answer(&asked);
	return fd;
}

static int replay_close(struct hwio *hw, int fd)
{
	struct hwio_replay *replay = hw->priv;
	struct asked asked;

	ask_fd(&asked, hw, TRACE_CLOSE, fd, "close");
	if (fd >= 0 && fd < FDS_MAX)
		replay->nodes[fd].open = NULL;
	return (int)answer(&asked);
}

static void same_request(struct asked *asked, unsigned long request, const struct ioctl_data *data)
{
	char text[24];

	if (!asked->call)
		return;
	snprintf(text, sizeof(text), "%lx", request);
	if (strcmp(text, trace_text(asked->call, "request")) != 0)
		deviate(asked, "%s", "");
	same_data(asked, "arg", data->arg, data->arg_len);
	for (size_t i = 0; i < data->count; i++)
		if (!data->buffers[i].from_device)
			same_data(asked, data->buffers[i].key, data->buffers[i].data,
				  data->buffers[i].len);
}

static void give_answer(struct asked *asked, unsigned long request, void *arg,
			const struct ioctl_data *data)
{
	uint8_t after[IOCTL_ARG_MAX];
	struct trace_data changed;

	for (size_t i = 0; i < data->count && asked->call && asked->call->result == 0; i++)
		if (data->buffers[i].from_device)
			give_data(asked, data->buffers[i].key, data->buffers[i].data,
				  data->buffers[i].len);
	if (!asked->call)
		return;
	changed = trace_data(asked->call, "arg_after");
	if (!changed.there)
		return;
	if (changed.len != data->arg_len) {
		deviate(asked, "\"arg_after\" has %zu bytes", changed.len);
		return;
	}
	give_data(asked, "arg_after", after, data->arg_len);
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
	ask_fd(&asked, hw, TRACE_IOCTL, fd, what);
	same_request(&asked, request, &data);
	give_answer(&asked, request, arg, &data);
	return (int)answer(&asked);
}

static ssize_t replay_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct asked asked;

	ask_fd(&asked, hw, TRACE_READ, fd, "read");
	same_number(&asked, "size", (int64_t)size);
	give_data(&asked, "in", buf, size);
	return (ssize_t)answer(&asked);
}

static ssize_t replay_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct asked asked;

	ask_fd(&asked, hw, TRACE_WRITE, fd, "write");
	same_data(&asked, "out", buf, size);
	return (ssize_t)answer(&asked);
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

	(void)timeout_ms;
	ask_fd(&asked, hw, TRACE_POLL, fd, "poll");
	same_number(&asked, "events", events);
	return (int)answer(&asked);
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

	ask(&asked, hw, TRACE_LIST, path, "list %s", path);
	if (!asked.call || asked.call->result)
		return (int)answer(&asked);
	rc = give_names(asked.call, ret_names, ret_count);
	answer(&asked);
	return rc;
}

static ssize_t replay_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct asked asked;

	ask(&asked, hw, TRACE_READLINK, path, "readlink %s", path);
	same_number(&asked, "size", (int64_t)size);
	give_data(&asked, "in", buf, size);
	return (ssize_t)answer(&asked);
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
	.now_ms = replay_now_ms,
	.sleep_ms = replay_sleep_ms,
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
	*ret = &replay->hw;
	return 0;
}

void hwio_replay_free(struct hwio *hw)
{
	struct hwio_replay *replay = hw ? hw->priv : NULL;

	if (!replay)
		return;
	replay_lanes_free(&replay->lanes);
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
	say_call(left, expected, sizeof(expected));
	return err_set(err, ERR_PROOF, "%s, call %" PRIu64 ": expected %s, nothing came",
		       left->file, left->seq, expected);
}

size_t hwio_replay_answered(const struct hwio *hw)
{
	const struct hwio_replay *replay = hw->priv;

	return replay->answered;
}
