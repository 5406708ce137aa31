/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Generic netlink (linux/genetlink.h of Linux 6.12) through the seam: families by name, requests
 * and their answers, multicast groups. The kernel works a request off while it is sent: write()
 * returns when the driver is done, after minutes if need be, and the answer is there then.
 */
#ifndef DRYDOCK_HW_GENL_H
#define DRYDOCK_HW_GENL_H

#include "base/err.h"
#include "format/netlink.h"
#include "hw/hwio.h"

#define GENL_TIMEOUT_MS	    (60u * 1000) /* for the answer to a question */
#define GENL_TIMEOUT_MAX_MS 0x7fffffffu

struct genl {
	struct hwio *hw;
	int fd;	      /* -1 = closed */
	uint8_t *buf; /* one datagram */
	uint32_t seq;
	struct netlink_ack ack; /* of the last request */
	bool interrupted;	/* the last dump has holes: something changed meanwhile */
};

struct genl_family {
	uint16_t id;
	uint32_t group; /* of the multicast group that was asked for */
};

/* One message of a family; what it returns other than 0 ends the work with that. */
typedef int (*genl_each)(void *ctx, const struct netlink_generic *message);

/*
 * Opens a socket, a member of the multicast group when that is not 0. ERR_UNSUPPORTED (the kernel
 * has none: not this machine, or no netlink), ERR_IO, ERR_NOMEM. genl_close() may be called twice.
 */
int genl_open(struct hwio *hw, uint32_t group, struct genl *ret, struct err *err);
void genl_close(struct genl *genl);

/* Looks a family and one of its groups up (CTRL_CMD_GETFAMILY). ERR_NOT_FOUND, and as below. */
int genl_find(struct genl *genl, const char *family, const char *group, struct genl_family *ret,
	      struct err *err);

/*
 * Sends a request that netlink_begin() began with NLM_F_REQUEST | NLM_F_ACK, or with NLM_F_DUMP,
 * and hands every message of the answer to each() (NULL = none is wanted). What belongs to another
 * request is passed over. timeout_ms counts from when the kernel has taken the request, and is at
 * most GENL_TIMEOUT_MAX_MS.
 *
 * ERR_DEVICE: the kernel refused, genl->ack says why. ERR_OVERDUE: no answer. ERR_FORMAT: one that
 * cannot be read. ERR_IO: not sent, or the answer was lost; ERR_DEVICE_GONE.
 */
int genl_call(struct genl *genl, struct netlink_writer *request, uint32_t timeout_ms,
	      genl_each each, void *ctx, struct err *err);

/*
 * Hands the events that come within timeout_ms (0 = only those that are there) to each(); messages
 * that cannot be read are passed over, they are news only. Returns 0, ERR_IO (the socket is of no
 * use any more), or what each() returned. Events that the kernel had to drop are gone, no error.
 */
int genl_events(struct genl *genl, uint16_t family, uint32_t timeout_ms, genl_each each, void *ctx,
		struct err *err);

#endif
