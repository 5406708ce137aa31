/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an NVMe drive says about itself, as far as firmware is concerned: the Identify Controller
 * data structure (NVMe 2.0 §5.17.2.1) and the Firmware Slot Information log page (§5.16.1.4).
 * "NVMe 2.0" is the NVM Express Base Specification, revision 2.0.
 */
#ifndef DRYDOCK_FORMAT_NVME_H
#define DRYDOCK_FORMAT_NVME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define NVME_IDENTIFY_BYTES  4096
#define NVME_FW_LOG_BYTES    512
#define NVME_SELF_TEST_BYTES 4 /* of log page 06h, what is under way */
#define NVME_SANITIZE_BYTES  8 /* of log page 81h: progress and status */
#define NVME_SLOT_MAX	     7
#define NVME_FWUG_ANY	     0xff /* FWUG: no restriction */

/* Texts are without the blanks around them; what is not printable ASCII became '?'. */
struct nvme_identity {
	uint16_t vid;	/* PCI vendor id */
	uint16_t ssvid; /* PCI subsystem vendor id */
	char serial[21];
	char model[41];
	char revision[9];	     /* FR: the firmware that runs */
	uint8_t mdts;		     /* largest transfer, 2^n pages of CAP.MPSMIN; 0 = no limit */
	bool firmware_commands;	     /* OACS bit 2: download and commit are supported */
	bool slot1_readonly;	     /* FRMW bit 0 */
	uint8_t slots;		     /* FRMW bits 3:1; 1 to 7, 0 breaks the specification */
	bool activate_without_reset; /* FRMW bit 4 */
	uint16_t mtfa_100ms;	     /* longest pause at an activation without reset; 0 = unknown */
	uint8_t fwug;	    /* granularity of a download, x 4 KiB; 0 = unknown, NVME_FWUG_ANY */
	uint8_t fguid[16];  /* all zero = none */
	bool can_format;    /* OACS bit 1 */
	bool can_self_test; /* OACS bit 4 */
	bool can_sanitize;  /* any of SANICAP bits 2:0 */
};

struct nvme_fw_log {
	uint8_t active; /* slot that the running firmware came from; 0 breaks the specification */
	uint8_t next;	/* slot that the next Controller Level Reset activates; 0 = none */
	char revision[NVME_SLOT_MAX + 1][9]; /* by slot, [0] unused; "" = empty */
};

/*
 * buf holds what Identify with CNS 01h returned. ERR_FORMAT: not NVME_IDENTIFY_BYTES long, or
 * filled with nothing (a controller that is starting or broken answers zeros or ones).
 */
int nvme_parse_identify(const uint8_t *buf, size_t len, struct nvme_identity *ret, struct err *err);

/* buf holds log page 03h. ERR_FORMAT: not NVME_FW_LOG_BYTES long, or nothing but ones. */
int nvme_parse_fw_log(const uint8_t *buf, size_t len, struct nvme_fw_log *ret, struct err *err);

/*
 * What keeps a drive busy for minutes or hours, from the first bytes of the Device Self-test log
 * (06h, §5.16.1.7), of the Sanitize Status log (81h, §5.16.1.25) and from Identify Namespace
 * (NVM Command Set 1.0 §4.1.5.1). True: it is going on, and ret_percent says how far (done).
 * A buffer that is too short is not busy.
 */
bool nvme_self_test_running(const uint8_t *buf, size_t len, unsigned int *ret_percent);
bool nvme_sanitize_running(const uint8_t *buf, size_t len, unsigned int *ret_percent);
bool nvme_format_running(const uint8_t *buf, size_t len, unsigned int *ret_percent);

/* The slot that waits for a reset to be activated, 0 = none. */
uint8_t nvme_pending_slot(const struct nvme_fw_log *log);

#endif
