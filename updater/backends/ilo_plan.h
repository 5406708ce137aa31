/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a file goes to an iLO, or why it would not take it: decided from what it says. */
#ifndef DRYDOCK_BACKENDS_ILO_PLAN_H
#define DRYDOCK_BACKENDS_ILO_PLAN_H

#include "backends/backend.h"
#include "hw/ilo_queue.h"

/* Flags of a component. */
#define ILO_FLAG_FWPKG "hpe-fwpkg"    /* the payload is a whole .fwpkg */
#define ILO_FLAG_UEFI  "ilo-uefi"     /* the system ROM writes it at the next start: HPE's type C */
#define ILO_FLAG_BOTH  "ilo-bmc-uefi" /* whichever of the two the iLO's inventory says */

#define ILO_TAG_MAX 64

struct ilo_facts {
	unsigned int generation;
	const char *ilo_version; /* "2.96" */
	bool is_ilo;		 /* the device is the iLO itself */
	bool updateable;	 /* it says so of the device, or it is a card in a slot */
	const char *running;	 /* of the device */
	struct redfish_update update;
	struct ilo_queue queue;		  /* looked at for what the system ROM writes */
	struct ilo_repository repository; /* the same */
	bool has_tpm, tpm_consent;
};

enum ilo_way {
	ILO_NOW = 1,  /* types A and B: it flashes at once */
	ILO_AT_START, /* type C: kept, and written by the system ROM */
};

struct ilo_plan {
	enum ilo_way way;
	enum backend_result result;
	bool restarts; /* it is the iLO, which resets itself */
	bool tpm_override;
	char file[96]; /* the name that the file gets there */
	uint32_t stall_ms;
};

/*
 * ERR_UNSUPPORTED (generation, a flag, not updateable, an older iLO that needs a version between),
 * ERR_FORMAT (no file), ERR_BUSY (it works, or somebody else's task is in the way), ERR_POLICY
 * (downgrade, TPM), ERR_FULL (repository).
 */
int ilo_plan_make(const struct ilo_facts *facts, const struct component *comp, uint64_t size_bytes,
		  struct ilo_plan *ret, struct err *err);

/*
 * How the names of the tasks for this device and payload begin: ILO_NAME_PREFIX and what tells them
 * apart. The boot they were made in comes behind it.
 */
void ilo_plan_task(const struct component *comp, const struct device *dev, char buf[ILO_TAG_MAX]);

/*
 * What uploads are known by: the payload, the boot of this machine (boot_id: of the kernel) and the
 * moment; the part before the moment is what recover() knows it again by.
 */
void ilo_plan_etag(const struct component *comp, const char *boot_id, char buf[ILO_TAG_MAX]);

#endif
