/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A way of writing firmware: one file, one const struct backend, one line in backends.c.
 * Only apply.c calls write and activate.
 */
#ifndef DRYDOCK_BACKENDS_BACKEND_H
#define DRYDOCK_BACKENDS_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "repo/catalog.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"

/*
 * The bytes to write. Each chunk is checked against its signed hash when it is read from the
 * medium, in RAM, and only from there handed out: what the medium does later has no part in it.
 * read() fills buf with len bytes from offset (a range inside the payload) or returns ERR_HASH,
 * ERR_IO: then nothing in buf may go to a device.
 */
struct payload_source {
	uint64_t size;
	int (*read)(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		    struct err *err);
};

/* A small file of the vendor's that goes with the payload (catalog.h, attachment), verified. */
struct backend_file {
	const char *role, *name; /* "compsig", "cp012345.compsig" */
	const uint8_t *data;
	size_t len;
};

/* What a step is worked on with. */
struct backend_io {
	struct hwio *hw;
	const struct device *dev;
	const struct component *comp;
	struct payload_source *payload;
	struct payload_source *runtime; /* what comp's tool runs in; NULL = it needs none */
	/* For write(): those of the component's attachments that devices want (step_files.h). */
	const struct backend_file *files;
	size_t file_count;
	/*
	 * Called by write() before its first command that changes the device and by activate():
	 * returns 0 only when the journal holds the intent on stable storage. A backend must not
	 * go on when it fails.
	 */
	int (*intent)(void *ctx, struct err *err);
	/* Bytes that the device has accepted; the cheapest call there is, from any thread. */
	void (*progress)(void *ctx, uint64_t done_bytes);
	void *ctx;
	bool reset_allowed; /* nothing of the run lives on this device */
	bool tpm_consent;   /* the operator has said yes to other TPM measurements */
	/* A folder in RAM for what must be there as a whole (payload_file.h); NULL = there is none.
	 */
	const char *ram_dir;
	/* "/dev/sda": the disk that this run was booted from; NULL = not known. */
	const char *boot_disk;
};

/* What write() or activate() achieved. */
enum backend_result {
	BACKEND_DONE = 1,	/* runs already: read back now */
	BACKEND_NEEDS_ACTIVATE, /* accepted; activate() must follow */
	BACKEND_NEEDS_REBOOT,	/* accepted; runs after a reboot */
	BACKEND_NEEDS_POWER_CYCLE,
};

/* What recover() found: what an interrupted step has left. */
enum backend_recovery {
	RECOVER_OLD_RUNS = 1, /* nothing happened, may be written again */
	RECOVER_NEW_RUNS,
	RECOVER_PENDING,     /* written, activation outstanding */
	RECOVER_WRITE_AGAIN, /* half written, the device is waiting for the rest or a restart */
	RECOVER_NEEDS_HUMAN,
};

struct backend {
	const char *name;	   /* "nvme": what components name in "backend" */
	const char *description;   /* for people: "NVMe drives (firmware download and commit)" */
	const char *evidence_note; /* what it was tried on, in words */
	enum evidence evidence;

	/* Adds its devices to the inventory; reads only. */
	int (*probe)(struct hwio *hw, struct inventory *inv, struct err *err);
	/*
	 * Reads one device again, live, into *dev (id and kind stay): the proof. ERR_DEVICE_GONE
	 * when it does not answer any more.
	 */
	int (*refresh)(struct hwio *hw, struct device *dev, struct err *err);
	/*
	 * Would the device refuse? Reads only. 0 = no; else an ERR_* with the cause: ERR_BUSY,
	 * ERR_UNSUPPORTED, ERR_FORMAT and ERR_TOO_LARGE (the payload), ERR_DEVICE,
	 * ERR_DEVICE_GONE.
	 */
	int (*check)(struct backend_io *io, struct err *err);
	/*
	 * Writes the payload. On error err says what the device was told last and the cause,
	 * without a full stop: the caller puts the device's name before it, reads the device again
	 * and adds what it runs. After ERR_OVERDUE and ERR_DEVICE_GONE it may have taken the
	 * payload or not: recover() finds out.
	 */
	int (*write)(struct backend_io *io, enum backend_result *ret, struct err *err);
	int (*activate)(struct backend_io *io, enum backend_result *ret, struct err *err);
	/*
	 * Asks the device what an unfinished step has left. Reads only. dev->version is what ran
	 * before the step ("" = not known). io has no payload, no intent and no progress then. With
	 * 0 err->text may say why the old firmware still runs ("the firmware refused it: ...").
	 */
	int (*recover)(struct backend_io *io, enum backend_recovery *ret, struct err *err);
};

/*
 * Does value, which the device shows as one of the proof fields that begin with prefix ("nvme.") or
 * as drive.rev, say that the component's firmware runs or is stored? Where the component is proven
 * by another field, or not at all, its version must be equal.
 */
bool backend_is_wanted(const struct component *comp, const char *prefix, const char *value);

extern const struct backend backend_nvme, backend_scsi, backend_ses, backend_ata, backend_devlink,
	backend_ethtool, backend_uefi_capsule, backend_ilo_redfish, backend_ilo_ribcl,
	backend_redfish, backend_vendor_tool;

/* All of them, NULL-terminated. */
extern const struct backend *const backends[];

const struct backend *backend_find(const char *name); /* NULL = no such backend */

#endif
