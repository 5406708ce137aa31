/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/replay_asked.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/hex.h"

#define DEVIATES (-EPROTO)

void replay_say_call(const struct trace_call *call, char *text, size_t size)
{
	const char *name = trace_text(call, "name");

	if (call->kind == TRACE_HTTP)
		snprintf(text, size, "http %s %s", trace_text(call, "method"),
			 trace_text(call, "url"));
	else if (call->kind != TRACE_IOCTL)
		snprintf(text, size, "%s %s", trace_kind_name(call->kind), call->path);
	else
		snprintf(text, size, "ioctl %s %s", name[0] ? name : trace_text(call, "request"),
			 call->path);
}

/* "trace-nvme0.jsonl, call 17: expected open /dev/nvme0, came ioctl ...: why" */
void replay_deviate(struct asked *asked, const char *fmt, ...)
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
	replay_say_call(call, expected, sizeof(expected));
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
		asked->absent = kind == TRACE_OPEN || kind == TRACE_LIST ||
				kind == TRACE_READLINK || kind == TRACE_HTTP;
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
	/* Nothing comes before something else is done: a poll ends with its time. */
	if (kind == TRACE_POLL && !replay->deviation.code &&
	    (!asked->call || asked->call->kind != TRACE_POLL)) {
		asked->call = NULL;
		asked->in_vain = true;
		return;
	}
	if (!asked->call) {
		deviate_at_end(asked, path);
		return;
	}
	if (asked->call->kind != kind || strcmp(asked->call->path, path) != 0) {
		replay_deviate(asked, "%s", "");
		return;
	}
	lane->next++;
	replay->answered++;
	if (asked->call->at_ms + asked->call->ms > replay->now_ms)
		replay->now_ms = asked->call->at_ms + asked->call->ms;
}

void replay_ask(struct asked *asked, struct hwio *hw, enum trace_kind kind, const char *path)
{
	asked->replay = hw->priv;
	asked->absent = false;
	asked->in_vain = false;
	snprintf(asked->came, sizeof(asked->came), "%s %s", trace_kind_name(kind), path);
	pthread_mutex_lock(&asked->replay->lock);
	take(asked, kind, path);
}

void replay_ask_fd(struct asked *asked, struct hwio *hw, enum trace_kind kind, int fd,
		   const char *what)
{
	struct hwio_replay *replay = hw->priv;
	const struct trace_call *open = NULL;

	asked->replay = replay;
	asked->call = NULL;
	asked->absent = false;
	asked->in_vain = false;
	pthread_mutex_lock(&replay->lock);
	if (fd >= 0 && fd < REPLAY_MAX_FDS)
		open = replay->nodes[fd].open;
	snprintf(asked->came, sizeof(asked->came), "%s %s", what,
		 open ? open->path : "on what is not open");
	if (!open) {
		deviate_at_end(asked, "a closed descriptor");
		return;
	}
	take(asked, kind, open->path);
	if (asked->call && asked->call->fd != open->result && strncmp(open->path, "/dev/", 5) == 0)
		replay_deviate(asked, "on another descriptor");
}

int64_t replay_answer(struct asked *asked)
{
	int64_t result = asked->absent	  ? -ENOENT
			 : asked->in_vain ? 0
			 : asked->call	  ? asked->call->result
					  : DEVIATES;

	pthread_mutex_unlock(&asked->replay->lock);
	return result;
}

void replay_same_number(struct asked *asked, const char *key, int64_t came)
{
	int64_t want = asked->call ? trace_number(asked->call, key) : came;

	if (want != came)
		replay_deviate(asked, "%s %" PRId64 " instead of %" PRId64, key, came, want);
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
			replay_deviate(asked, "byte %zu of \"%s\" is %02x instead of %02x", i, key,
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
		replay_deviate(asked, "the %zu bytes of \"%s\" are others (SHA-256)", len, key);
}

void replay_same_data(struct asked *asked, const char *key, const void *came, size_t len)
{
	struct trace_data want;

	if (!asked->call)
		return;
	want = trace_data(asked->call, key);
	if (want.len != len)
		replay_deviate(asked, "\"%s\" has %zu bytes instead of %zu", key, len, want.len);
	else if (want.hex)
		same_bytes(asked, key, want.hex, came, len);
	else if (want.sha256)
		same_hash(asked, key, want.sha256, came, len);
}

void replay_give_data(struct asked *asked, const char *key, void *buf, size_t room)
{
	struct trace_data data;

	if (!asked->call)
		return;
	data = trace_data(asked->call, key);
	if (data.len > room) {
		replay_deviate(asked, "room for %zu bytes of \"%s\" instead of %zu", room, key,
			       data.len);
		return;
	}
	for (size_t i = 0; i < data.len; i++)
		((uint8_t *)buf)[i] = data.hex ? byte_at(data.hex, i) : 0;
}
