/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands to the BMC of this machine through the kernel's IPMI driver: Linux,
 * Documentation/driver-api/ipmi.rst, include/uapi/linux/ipmi.h; the commands themselves: IPMI 2.0.
 */
#ifndef DRYDOCK_HW_IPMI_H
#define DRYDOCK_HW_IPMI_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/hwio.h"

#define IPMI_DATA_MAX 272u /* IPMI_MAX_MSG_LENGTH */

/* Network functions of requests (IPMI 2.0 §5.1); answers have the next one. */
#define IPMI_NETFN_APP 0x06

/* A channel to the BMC, of one thread. */
struct ipmi {
	struct hwio *hw;
	int fd;
	long sent; /* number of the last request: an answer to another one is dropped */
};

struct ipmi_request {
	uint8_t netfn;
	uint8_t cmd;
	const uint8_t *data; /* may be NULL when len is 0 */
	uint16_t len;
	uint32_t timeout_ms; /* of the wait for the answer */
};

struct ipmi_answer {
	uint8_t code;		     /* completion code (IPMI 2.0 §5.2), 0 = done */
	uint8_t data[IPMI_DATA_MAX]; /* what follows it */
	size_t len;
};

/* /dev/ipmi0. ERR_NOT_FOUND: no BMC, or no driver for it; ERR_IO. */
int ipmi_open(struct hwio *hw, struct ipmi *ret, struct err *err);
void ipmi_close(struct ipmi *ipmi);

/*
 * Sends a request and waits for its answer. 0: done, ret->data is what came; ERR_DEVICE: the BMC
 * says no, why is in ret->code; ERR_OVERDUE: it says nothing; ERR_IO: the driver says no;
 * ERR_TOO_LARGE: len.
 */
int ipmi_ask(struct ipmi *ipmi, const struct ipmi_request *request, struct ipmi_answer *ret,
	     struct err *err);

#endif
