/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call of a replay, held against the recorded one. Used by hwio_replay.c. */
#ifndef DRYDOCK_HW_REPLAY_ASKED_H
#define DRYDOCK_HW_REPLAY_ASKED_H

#include <pthread.h>

#include "hw/hwio.h"
#include "hw/replay_lanes.h"

#define REPLAY_MAX_FDS 256

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
	struct open_node nodes[REPLAY_MAX_FDS];
};

/* What came, in words, and the recorded call that it is held against. */
struct asked {
	struct hwio_replay *replay;
	const struct trace_call *call; /* NULL = it deviates, or: */
	bool absent;		       /* the recorded program never asked for it */
	bool in_vain;		       /* a poll, and nothing comes */
	char came[192];
};

/* "ioctl NVME_IOCTL_ADMIN_CMD /dev/nvme0" */
void replay_say_call(const struct trace_call *call, char *text, size_t size);

/* Begins a call on a path, or on a descriptor that must be the one of then: the lock is held. */
void replay_ask(struct asked *asked, struct hwio *hw, enum trace_kind kind, const char *path);
void replay_ask_fd(struct asked *asked, struct hwio *hw, enum trace_kind kind, int fd,
		   const char *what);

/* Ends it: what it returns. EPROTO when it deviates. */
int64_t replay_answer(struct asked *asked);

/* It deviates; fmt says why, beside what was expected and what came. */
void replay_deviate(struct asked *asked, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void replay_same_number(struct asked *asked, const char *key, int64_t came);

/* Data that goes to the device. What was kept back as a secret is compared by its length. */
void replay_same_data(struct asked *asked, const char *key, const void *came, size_t len);

/* Data that came from the device; zeros where its bytes were not kept. */
void replay_give_data(struct asked *asked, const char *key, void *buf, size_t room);

/* hw.bmc as the recording notes it: the address, and whether there was a login. ERR_NOMEM. */
int replay_access(struct hwio_replay *replay);

/* The member http of the seam. */
int replay_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret);

#endif
