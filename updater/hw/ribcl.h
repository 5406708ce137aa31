/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An iLO that is asked by RIBCL over HTTPS (format/ribcl.h), at hw->bmc->url: no other way leads to
 * an iLO 3 or 4 that takes files. Each call is a connection of its own. All say of an iLO that does
 * not answer ERR_DEVICE_GONE or ERR_OVERDUE; ERR_UNSUPPORTED: no TLS 1.2 in common; ERR_SIGNATURE:
 * not the pinned one.
 */
#ifndef DRYDOCK_HW_RIBCL_H
#define DRYDOCK_HW_RIBCL_H

#include <stdint.h>

#include "base/err.h"
#include "format/ribcl.h"
#include "hw/hwio.h"

#define RIBCL_COOKIE_MAX 256

/* Who answers there, without a login. ERR_NOT_FOUND: it tells nobody, or is no iLO. */
int ribcl_identify(struct hwio *hw, uint32_t wait_ms, struct ribcl_identity *ret, struct err *err);

/*
 * The rest logs in with the user and password of hw->bmc. ERR_POLICY: there are none, or they were
 * refused; ERR_NOT_FOUND: it speaks no RIBCL over HTTP (an iLO 2, or no iLO); ERR_DEVICE: it says
 * no, in its words; ERR_BUSY: not now; ERR_FORMAT: no answer of an iLO.
 */
int ribcl_get_firmware(struct hwio *hw, uint32_t wait_ms, struct ribcl_firmware *ret,
		       struct err *err);
int ribcl_get_host(struct hwio *hw, uint32_t wait_ms, struct ribcl_host *ret, struct err *err);
int ribcl_get_tpm(struct hwio *hw, uint32_t wait_ms, bool *ret, struct err *err);

struct ribcl_image {
	const char *name; /* what the iLO is told: at most RIBCL_NAME_MAX - 1 characters */
	uint64_t size;
	/* As http_part's; progress() hears bytes of the image, at most size. */
	int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t len);
	void (*progress)(void *ctx, uint64_t sent);
	void *ctx;
};

/*
 * Gives it the image; nothing is flashed by that. cookie is what the script names it by. ERR_IO:
 * read() failed; ERR_DEVICE: it was refused.
 */
int ribcl_upload(struct hwio *hw, const struct ribcl_image *image, char cookie[RIBCL_COOKIE_MAX],
		 struct err *err);

/*
 * Flashes what was uploaded: the answer comes at the end. 0: it says that it has; ERR_DEVICE,
 * ERR_POLICY (it wants TPM_ENABLED), ERR_BUSY: it says that it has not; else the connection ended,
 * and only the version can tell. What it said meanwhile goes into the trace (hwio_note()).
 */
int ribcl_flash(struct hwio *hw, enum ribcl_command command, const struct ribcl_image *image,
		const char *cookie, bool tpm, struct ribcl_result *ret, struct err *err);

#endif
