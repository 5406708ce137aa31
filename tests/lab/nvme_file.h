/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The drive model with its state in a folder, so that the firmware outlives the program:
 *
 *   state         slots, active slot, running revision: text, replaced as a whole
 *   received.bin  the bytes of the last download, each at its offset, as they came in
 *   io.log        one line for each read and write of namespace 1, when that is a disk
 *   commands.log  one line for each admin command and each reset, with the host's clock (ms)
 */
#ifndef LAB_NVME_FILE_H
#define LAB_NVME_FILE_H

#include "nvme_model.h"

struct nvme_file {
	struct nvme_model *model;
	int dir, log, received, io_log;
	uint8_t *disk; /* what namespace 1 holds, shared with a file; NULL = RAM of the transport */
};

/*
 * Opens or makes the folder at path. A state that is there is loaded into *model and counts as
 * power on; without one the model's firmware is saved as that of a new drive.
 * Returns 0 or a negative errno; -EBADMSG for a state file that is not understood.
 */
int nvme_file_open(struct nvme_file *file, struct nvme_model *model, const char *path);

/*
 * Namespace 1 is the file at path from here on, as large as that is: at most 1 GiB, whole MiB.
 * Returns 0 or a negative errno; -EINVAL for another size.
 */
int nvme_file_disk(struct nvme_file *file, const char *path);

/* As nvme_model_admin(), and records it. What cannot be stored is NVME_INTERNAL_ERROR. */
int nvme_file_admin(struct nvme_file *file, const struct nvme_model_cmd *cmd, uint8_t *data,
		    size_t len, uint32_t *ret_result);

/* Adds a read or write of namespace 1 to io.log, when that is a disk. */
void nvme_file_log_io(struct nvme_file *file, bool is_write, uint64_t lba, uint64_t blocks);

/* As nvme_model_reset(), and records it. */
void nvme_file_reset(struct nvme_file *file, enum nvme_model_reset kind);

/* Adds a command that the model does not see (queues) to commands.log. */
void nvme_file_log(struct nvme_file *file, const struct nvme_model_cmd *cmd, size_t len,
		   int status);

#endif
