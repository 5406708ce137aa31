/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An NVMe drive as a pure model: admin commands go in, statuses and data come out. No sockets, no
 * files, no clock, no globals, nothing but libc. The emulated PCI drive (nvme_pci.c) and unit tests
 * that stand behind the ioctl seam use the same code.
 *
 * "NVMe 2.0" below is the NVM Express Base Specification, revision 2.0.
 */
#ifndef LAB_NVME_MODEL_H
#define LAB_NVME_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Admin opcodes, NVMe 2.0 §5. Create/delete queue belong to the transport. */
enum nvme_model_opcode {
	NVME_ADMIN_DELETE_SQ = 0x00,
	NVME_ADMIN_CREATE_SQ = 0x01,
	NVME_ADMIN_GET_LOG = 0x02,
	NVME_ADMIN_DELETE_CQ = 0x04,
	NVME_ADMIN_CREATE_CQ = 0x05,
	NVME_ADMIN_IDENTIFY = 0x06,
	NVME_ADMIN_ABORT = 0x08,
	NVME_ADMIN_SET_FEATURES = 0x09,
	NVME_ADMIN_GET_FEATURES = 0x0a,
	NVME_ADMIN_ASYNC_EVENT = 0x0c,
	NVME_ADMIN_FW_COMMIT = 0x10,
	NVME_ADMIN_FW_DOWNLOAD = 0x11,
};

/* Status: SCT << 8 | SC, NVMe 2.0 §3.3.3.2.1. */
enum nvme_model_status {
	NVME_OK = 0x000,
	NVME_INVALID_OPCODE = 0x001,
	NVME_INVALID_FIELD = 0x002,
	NVME_TRANSFER_ERROR = 0x004,
	NVME_INTERNAL_ERROR = 0x006,
	NVME_INVALID_NAMESPACE = 0x00b,
	NVME_SANITIZING = 0x01d,
	NVME_INTERRUPTED = 0x021,
	NVME_FORMATTING = 0x084,
	NVME_LBA_OUT_OF_RANGE = 0x080,
	NVME_INVALID_CQ = 0x100,
	NVME_INVALID_QID = 0x101,
	NVME_INVALID_QUEUE_SIZE = 0x102,
	NVME_INVALID_SLOT = 0x106,
	NVME_INVALID_IMAGE = 0x107,
	NVME_INVALID_VECTOR = 0x108,
	NVME_INVALID_LOG_PAGE = 0x109,
	NVME_NEEDS_CONVENTIONAL_RESET = 0x10b,
	NVME_INVALID_QUEUE_DELETION = 0x10c,
	NVME_NEEDS_SUBSYSTEM_RESET = 0x110,
	NVME_NEEDS_CONTROLLER_RESET = 0x111,
	NVME_NEEDS_MAX_TIME = 0x112,
	NVME_ACTIVATION_PROHIBITED = 0x113,
	NVME_OVERLAPPING_RANGE = 0x114,
};

/* What nvme_model_admin() returns instead of a status. */
enum nvme_model_silence {
	NVME_MODEL_NO_ANSWER = -1, /* the command never completes */
	NVME_MODEL_GONE = -2,	   /* the device is not there any more (until power comes back) */
};

/* The resets that differ in what they activate, NVMe 2.0 §3.7. */
enum nvme_model_reset {
	NVME_RESET_NONE = 0,
	NVME_RESET_CONTROLLER = 1,   /* CC.EN 1 to 0, or a function level reset */
	NVME_RESET_CONVENTIONAL = 2, /* PCI Express conventional reset: a warm reboot */
	NVME_RESET_SUBSYSTEM = 3,    /* NSSR */
	NVME_RESET_POWER = 4,	     /* power cycle: counts as every one of the above */
};

#define NVME_MODEL_SLOTS     7 /* NVMe 2.0 §5.12: slots 1 to 7 */
#define NVME_MODEL_EXTENTS   64
#define NVME_MODEL_IDENTIFY  4096
#define NVME_MODEL_LBA_BYTES 512

/* What the drive is. Set by nvme_model_init(), then by nvme_model_set(). */
struct nvme_model_config {
	char model[41];
	char serial[21];
	char revision[9];      /* what slot 1 holds in a drive that is new */
	uint32_t vid;	       /* PCI vendor id */
	uint32_t firmware;     /* 0: OACS bit 2 clear, download and commit are invalid opcodes */
	uint32_t slots;	       /* 1..7, FRMW bits 3:1 */
	uint32_t slot1_ro;     /* FRMW bit 0 */
	uint32_t activate_now; /* FRMW bit 4: activation without reset */
	uint32_t overlap;      /* FRMW bit 5: overlapping downloads are detected */
	uint32_t fwug;	       /* download granularity x 4 KiB; 0 no information, 255 none */
	uint32_t short_tail;   /* 1: the last chunk may be shorter than the granularity */
	uint32_t mdts;	       /* largest transfer: 4 KiB << mdts; 0 = no limit */
	uint32_t mtfa;	       /* x 100 ms, informative */
	uint32_t max_image_mb; /* a download beyond it is an invalid field */
	uint32_t ns_mb;	       /* size of namespace 1; 0 = no namespace */
	uint32_t io_queues;    /* I/O queue pairs that Set Features 07h grants */
};

#define NVME_MODEL_NEVER UINT32_MAX
#define NVME_MODEL_IDLE	 101 /* of sanitize, self_test, format: offered, and not under way */

/* What goes wrong. All zero or NVME_MODEL_NEVER: nothing. Keys are the names, see README.md. */
struct nvme_model_faults {
	uint32_t reject_image;	       /* 1: every commit that stores an image answers 107h */
	uint32_t commit_status;	       /* what commit answers, see README.md */
	uint32_t commit_delay_ms;      /* how long a commit takes */
	uint32_t commit_lie;	       /* 1: commit answers success and does nothing */
	uint32_t revert;	       /* 1: activation silently keeps the old firmware */
	char wrong_revision[9];	       /* the revision that runs after activation, if not empty */
	uint32_t download_delay_ms;    /* how long each download command takes */
	uint32_t download_fail_at;     /* the k-th download since power on is refused, 1 = first */
	uint32_t download_fail_status; /* with this status */
	uint32_t hang_at_offset;       /* the download that reaches this byte is never answered */
	uint32_t gone_at_offset;       /* the drive vanishes at the download reaching this byte */
	uint32_t gone_at_command;      /* the drive vanishes at the k-th admin command, 1 = first */
	uint32_t gone_at_commit;       /* the drive vanishes at the k-th commit, nothing stored */
	uint32_t hang_at_commit;       /* the k-th commit is never answered, nothing stored */
	uint32_t busy_logs;	       /* after a download the drive is busy for so many commands */
	uint32_t vpd_silent;	       /* 1: the PCI function never answers a read of its VPD */
	/* 1..100: under way, so many percent done; 0: the drive does not offer it; 101: idle */
	uint32_t sanitize, self_test, format;
};

/* The firmware on the drive: what survives a loss of power. */
struct nvme_model_firmware {
	char slot[NVME_MODEL_SLOTS + 1][9]; /* revision in each slot, "" = empty; [0] unused */
	char running[9];		    /* revision that Identify shows */
	uint8_t active;			    /* slot the running image was loaded from */
	uint8_t next;			    /* slot to be activated, 0 = none */
	uint8_t next_reset;		    /* enum nvme_model_reset that activates it */
};

/* A range of bytes that was downloaded: [start, end). */
struct nvme_model_extent {
	size_t start, end;
};

/* The image being downloaded; its bytes stay readable until the next download begins. */
struct nvme_model_download {
	uint8_t *bytes;
	size_t size;	 /* end of the highest byte received */
	size_t capacity; /* bytes allocated */
	bool open;	 /* false: the next download begins anew */
	struct nvme_model_extent extent[NVME_MODEL_EXTENTS]; /* ascending, not adjacent */
	size_t n_extents;
};

struct nvme_model {
	struct nvme_model_config config;
	struct nvme_model_faults faults;
	struct nvme_model_firmware firmware;
	struct nvme_model_download download;
	uint32_t n_commands, n_downloads, n_commits; /* since power on */
	uint32_t busy_left; /* commands that a busy drive will still refuse */
	uint32_t delay_ms;  /* how long the last command takes, for the caller to apply */
	bool gone;
};

/* Command dwords as in the submission queue entry (or struct nvme_passthru_cmd). */
struct nvme_model_cmd {
	uint8_t opcode;
	uint32_t nsid;
	uint32_t cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

/* A new drive with default properties, no faults, no memory allocated. */
void nvme_model_init(struct nvme_model *model);

/* Releases what the model allocated; the model may be initialised again. */
void nvme_model_free(struct nvme_model *model);

/*
 * Sets properties and faults from "key=value,key=value" (README.md lists the keys; numbers decimal
 * or 0x…). Setting "revision" also sets the running firmware and slot 1: it describes a new drive.
 * Returns NULL, or the place in text that was not understood (what stands before it was applied).
 */
const char *nvme_model_set(struct nvme_model *model, const char *text);

/*
 * Carries out one admin command. data/len is the data buffer of the command, in or out.
 * Returns an NVMe status (enum nvme_model_status) or enum nvme_model_silence.
 * *ret_result is dword 0 of the completion; model->delay_ms says how long the command takes.
 */
int nvme_model_admin(struct nvme_model *model, const struct nvme_model_cmd *cmd, uint8_t *data,
		     size_t len, uint32_t *ret_result);

/*
 * Resets the drive: a download that was not committed is forgotten (NVMe 2.0 §5.13), firmware that
 * waits for this kind of reset is activated. A drive that is gone comes back with power only, and
 * the fault that took it is then spent.
 */
void nvme_model_reset(struct nvme_model *model, enum nvme_model_reset kind);

/* Largest data transfer in bytes, SIZE_MAX when the drive sets no limit. */
size_t nvme_model_max_transfer(const struct nvme_model *model);

/* Granularity of a download in bytes (at least 4, a dword). */
size_t nvme_model_granularity(const struct nvme_model *model);

/* Size of namespace 1 in logical blocks of NVME_MODEL_LBA_BYTES; 0 = there is none. */
uint64_t nvme_model_blocks(const struct nvme_model *model);

/* NVME_SANITIZING or NVME_FORMATTING when that is under way, as commands are refused with; else 0.
 */
int nvme_model_under_way(const struct nvme_model *model);

/* Parts of nvme_model_admin(), one file each. */
int nvme_model_identify(const struct nvme_model *model, const struct nvme_model_cmd *cmd,
			uint8_t *data, size_t len);
int nvme_model_get_log(const struct nvme_model *model, const struct nvme_model_cmd *cmd,
		       uint8_t *data, size_t len);
int nvme_model_fw_download(struct nvme_model *model, const struct nvme_model_cmd *cmd,
			   const uint8_t *data, size_t len);
int nvme_model_fw_commit(struct nvme_model *model, const struct nvme_model_cmd *cmd);
void nvme_model_fw_reset(struct nvme_model *model, enum nvme_model_reset kind);

#endif
