/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Giving a file to an iLO 5 or newer, and what becomes of it. The upload is a form: sessionKey,
 * parameters, compsig, file, in this order; beyond 32 MiB what has a signature of its own for each
 * part goes in parts, one after another.
 */
#ifndef DRYDOCK_HW_ILO_UPDATE_H
#define DRYDOCK_HW_ILO_UPDATE_H

#include "hw/ilo_service.h"

#define ILO_SECTION_BYTES (32u << 20)

struct ilo_signature {
	const char *name; /* "cp012345.compsig", "cp012345_part1.compsig" */
	const uint8_t *data;
	size_t len;
};

struct ilo_upload {
	const char *file; /* the name that it gets there */
	uint64_t size;
	int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t len);
	void (*progress)(void *ctx, uint64_t done_bytes); /* of the file; may be NULL */
	void *ctx;
	const struct ilo_signature *signatures;
	size_t signature_count;
	bool store; /* into the repository; else it is flashed at once */
	bool tpm_override;
	const char *etag; /* what the state is told by */
};

/*
 * Sends it. 0: the iLO has it and says so; nothing more. ERR_DEVICE: refused, in its words, nothing
 * will come of it; ERR_POLICY: it wants the TPM override; ERR_NOT_FOUND: a part has no signature;
 * ERR_BUSY; ERR_IO: read() failed. ERR_DEVICE_GONE, ERR_OVERDUE: it ended without an answer, and
 * what the iLO has taken ilo_update_get() tells.
 */
int ilo_upload(struct redfish *rf, const struct redfish_update *update,
	       const struct ilo_upload *upload, struct err *err);

/* What the state must come to, and how long nothing may move. */
struct ilo_flash {
	const struct ilo_service *ilo;
	const char *etag;
	uint32_t stall_ms;
	bool restarts; /* the iLO itself: that it goes away belongs to it */
	void (*percent)(void *ctx, unsigned int percent); /* may be NULL */
	void *ctx;
};

/*
 * Follows the state until the file is flashed. A connection that ends is made again; the client is
 * replaced then, *rf is NULL when there is none. 0: it is done, as far as the iLO says, or it has
 * gone away at the end of its own update: only the version can tell. ERR_DEVICE: state Error, with
 * its words; ERR_POLICY: the TPM override is missing; ERR_OVERDUE: nothing moved for stall_ms, it
 * may still go on.
 */
int ilo_flash_wait(struct hwio *hw, struct redfish **rf, const struct ilo_flash *flash,
		   struct err *err);

/* The code for what an iLO says by this message: ERR_POLICY, ERR_BUSY, ERR_FULL or ERR_DEVICE. */
int ilo_message_code(const char *message);

#endif
