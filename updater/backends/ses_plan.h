/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an image will go into an enclosure: decided from what it says, before anything is sent. */
#ifndef DRYDOCK_BACKENDS_SES_PLAN_H
#define DRYDOCK_BACKENDS_SES_PLAN_H

#include <stdint.h>

#include "format/ses.h"
#include "hw/ses.h"
#include "repo/catalog.h"

/*
 * Flags of a component. The mode is "6" (activated, gone with the power), "7" (saved and activated,
 * what is done without a flag) or "e" (saved, activated later). A subenclosure is a device of its
 * own; the flag says that the component is for the one of this number only.
 */
#define SES_FLAG_MODE	      "ses-mode="
#define SES_FLAG_SUBENCLOSURE "ses-subenclosure="

struct ses_plan {
	enum ses_mode mode;
	uint8_t subenclosure, buffer_id;
	uint32_t generation;
	uint32_t image_len;
	uint32_t timeout_ms; /* of each command, and of the wait until the image is stored */
};

/*
 * Everything above, or the reason why the enclosure would refuse: ERR_UNSUPPORTED (a flag that is
 * not known or names another subenclosure, nothing about it on the status page), ERR_FORMAT (no
 * image), ERR_TOO_LARGE, ERR_BUSY (an image is being stored or waits to be activated).
 */
int ses_plan_make(const struct ses_microcode_status *status, uint8_t subenclosure,
		  const struct component *comp, uint64_t size_bytes, struct ses_plan *ret,
		  struct err *err);

#endif
