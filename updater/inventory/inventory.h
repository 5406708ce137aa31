/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What has firmware on this machine. A device is a name for people, a stable id, what it runs,
 * and two lists of text that everything else is decided by: the targets by which components find
 * it, and the properties by which a result is proven.
 */
#ifndef DRYDOCK_INVENTORY_H
#define DRYDOCK_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DEVICE_ID_MAX	      96
#define DEVICE_TARGET_MAX     128
#define DEVICE_VERSION_MAX    64
#define DEVICE_MAX_PROPS      512
#define DEVICE_MAX_TARGETS    64
#define INVENTORY_MAX_DEVICES 4096
#define INVENTORY_MAX_BYTES   (16u << 20) /* of its JSON form */

enum device_kind {
	DEVICE_SYSTEM = 1, /* the server itself: SMBIOS, system ROM */
	DEVICE_PCI,
	DEVICE_NVME,
	DEVICE_ENCLOSURE, /* what drives are plugged into: a SES processor, a backplane */
	DEVICE_BMC,
	DEVICE_ESRT,	 /* an entry of the EFI System Resource Table: what takes capsules */
	DEVICE_DRIVE,	 /* a drive that speaks SCSI or ATA, however it is connected */
	DEVICE_NIC,	 /* a network device that is on no PCI function */
	DEVICE_FIRMWARE, /* firmware that SMBIOS type 45 names and nothing else does */
	DEVICE_KIND_LAST = DEVICE_FIRMWARE
};

/* What a backend was tried on for a family of devices; ordered, more is better. */
enum evidence {
	EVIDENCE_NONE = 1,
	EVIDENCE_EMULATOR,
	EVIDENCE_TRACE, /* a recorded trace of real hardware */
	EVIDENCE_HARDWARE,
	EVIDENCE_LAST = EVIDENCE_HARDWARE
};

struct property {
	char key[48];	 /* "nvme.fr", "nvme.slot2": lower case, dots */
	char value[208]; /* printable */
};

struct device {
	char id[DEVICE_ID_MAX]; /* survives a reboot: "nvme:<serial>", "pci:0000:03:00.0", "system"
				 */
	enum device_kind kind;
	char name[128]; /* for people */
	char vendor[96];
	char model[96];
	char serial[64];
	char version[DEVICE_VERSION_MAX]; /* what runs now; "" = not readable */
	char node[64];			  /* "/dev/nvme0": true for this boot only; "" = none */
	char parent[DEVICE_ID_MAX];	  /* id of the device it hangs from; "" = the system */
	char slot[48];			  /* the slot name of the chassis; "" = unknown */
	char backend[24];		  /* who can write it; "" = nobody */
	enum evidence evidence;		  /* of that backend for this device */
	bool updateable;		  /* the device itself says that it takes firmware */
	struct property *props;
	size_t prop_count;
	char (*targets)[DEVICE_TARGET_MAX]; /* see target.h; most specific first */
	size_t target_count;
};

struct inventory {
	struct device *devices;
	size_t count;
};

const char *device_kind_name(enum device_kind kind);	  /* "pci" */
enum device_kind device_kind_from_name(const char *name); /* 0 = no such word */
const char *evidence_name(enum evidence evidence);	  /* "emulator" */
enum evidence evidence_from_name(const char *name);	  /* 0 = no such word */

/* All start from {0}; inventory_free() may be called on one that was never filled. */
void inventory_free(struct inventory *inv);

/*
 * Appends an empty device of that kind and id and returns it through *ret (valid until the next
 * call). When the id is taken already "#2", "#3" ... is appended, so that ids stay unique.
 * ERR_NOMEM, ERR_TOO_LARGE.
 */
int inventory_add(struct inventory *inv, enum device_kind kind, const char *id, struct device **ret,
		  struct err *err);

/* NULL when there is none. */
struct device *inventory_find(const struct inventory *inv, const char *id);

/*
 * Sets or replaces a property; an empty value removes it. The key is of a-z, 0-9, '.', '_' and '-'
 * (else ERR_FORMAT); the value is cut at its size above and goes through text_copy(). ERR_NOMEM,
 * ERR_TOO_LARGE.
 */
int device_set_prop(struct device *dev, const char *key, const char *value);
const char *device_prop(const struct device *dev, const char *key); /* NULL = not there */

/*
 * Says why nothing can be written to the device although a backend knows it: reason is a stable id
 * of plan/reason.h ("BEHIND_RAID"), text a sentence without a full stop. The plan gives this reason
 * for every component that fits. NULL or "" removes it. Kept as the properties "bar", "bar.text".
 * ERR_NOMEM, ERR_TOO_LARGE.
 */
int device_set_bar(struct device *dev, const char *reason, const char *text);

/* Appends a target unless it is there. ERR_FORMAT (empty or too long), ERR_NOMEM, ERR_TOO_LARGE. */
int device_add_target(struct device *dev, const char *target);

/* Deep copy; *ret must be {0} or freed, and is freed on error. ERR_NOMEM. */
int device_copy(const struct device *dev, struct device *ret);
void device_free(struct device *dev);

/*
 * JSON, shaped like a collection of Redfish SoftwareInventory ("Members": [{"Id", "Name",
 * "Manufacturer", "Version", "Updateable", "SoftwareId": the most specific target}]) with what is
 * ours under "Oem"."Drydock", so that it can be compared with an online inventory. What is not
 * known is left out; "WhyNot" says why nothing can update a device (why_not.h) and is not read
 * back. *ret_text is malloc'ed, one line a member's field, with a final newline.
 */
int inventory_to_json(const struct inventory *inv, char **ret_text, size_t *ret_len,
		      struct err *err);

/* Reads it back, for plan --inventory FILE: at most INVENTORY_MAX_BYTES. ERR_FORMAT, ... */
int inventory_from_json(const uint8_t *buf, size_t len, struct inventory *ret, struct err *err);

/*
 * A table for people, at most width columns, malloc'ed text of several lines. Below a device that
 * something bars stands why, in lines of its own; with every_reason also below those that merely no
 * backend knows. ERR_NOMEM.
 */
int inventory_to_table(const struct inventory *inv, unsigned int width, bool every_reason,
		       char **ret_text, struct err *err);

#endif
