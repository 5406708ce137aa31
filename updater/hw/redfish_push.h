/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file for a standard UpdateService, and the task that comes of it (DSP0266 12.6 "Pushing
 * updates", 13.2 "Asynchronous operations").
 */
#ifndef DRYDOCK_HW_REDFISH_PUSH_H
#define DRYDOCK_HW_REDFISH_PUSH_H

#include "format/redfish_standard.h"
#include "hw/redfish.h"

struct redfish_push {
	const struct redfish_uploads *uploads;
	const char *file;   /* the name that it gets there */
	const char *target; /* what it is for: a URI of the service */
	uint64_t size;
	int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t len);
	void (*progress)(void *ctx, uint64_t done_bytes); /* of the file; may be NULL */
	void *ctx;
};

/*
 * Sends it, by MultipartHttpPushUri if there is one, else by HttpPushUri (in memory as a whole
 * then). 0: it was taken; monitor is what to ask about it, "" = nothing, it is done. ERR_DEVICE:
 * refused, in its words; ERR_BUSY; ERR_UNSUPPORTED: it takes no files; ERR_IO: read() failed;
 * ERR_DEVICE_GONE, ERR_OVERDUE: ended without an answer, it may have been taken.
 */
int redfish_push(struct redfish *rf, const struct redfish_push *push,
		 char monitor[REDFISH_STANDARD_REF], struct err *err);

/*
 * Follows a task until it ends; one that ends with the service (a BMC that restarts) ends well, as
 * far as anybody can tell. *rf is replaced when a connection ends, NULL when there is none. 0: only
 * the version can tell what it has done. ERR_DEVICE: it failed, with its words; ERR_OVERDUE:
 * nothing moved for stall_ms, or nobody came back; it may still go on.
 */
int redfish_follow(struct hwio *hw, struct redfish **rf, const char *monitor, uint32_t stall_ms,
		   struct err *err);

#endif
