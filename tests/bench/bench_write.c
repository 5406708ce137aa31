/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_write REPO TRUST DIR: one whole run of `drydock apply`, the code that ships from its first
 * line to its report, on this machine, with one drive behind the seam. The drive keeps nothing: of
 * what arrives it checks the order and the SHA-256, so that the memory of this process is that of
 * a run on a real drive, and a few hundred KiB for the drive. DIR takes log and journal. The last
 * line says what the drive received.
 */
#include <inttypes.h>
#include <linux/nvme_ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "hwio_nvme.h"
#include "run/session.h"

/* Not the numbers of a drive that this machine may have. */
#define DRIVE_NUMBER  90
#define DRIVE_ADDRESS "fffe:00:00.0"
#define DRIVE_FD      (1 << 20) /* the drive's descriptors begin here */

static struct {
	const struct hwio_ops *real;
	struct hwio_nvme *lab;
	const struct component *comp; /* what it will be sent */
	struct hash *hash;
	uint64_t received;
	uint8_t sha256[HASH_BYTES]; /* of what was committed */
} seam;

static bool is_drive(const char *path)
{
	return strncmp(path, "/dev/nvme", 9) == 0 || strncmp(path, "/sys/class/nvme", 15) == 0;
}

static int seam_open(struct hwio *hw, const char *path, int flags)
{
	int fd;

	if (!is_drive(path))
		return seam.real->open(hw, path, flags);
	fd = seam.lab->hw.ops->open(&seam.lab->hw, path, flags);
	return fd < 0 ? fd : fd + DRIVE_FD;
}

static int seam_close(struct hwio *hw, int fd)
{
	if (fd < DRIVE_FD)
		return seam.real->close(hw, fd);
	return seam.lab->hw.ops->close(&seam.lab->hw, fd - DRIVE_FD);
}

static ssize_t seam_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	if (fd < DRIVE_FD)
		return seam.real->read(hw, fd, buf, size);
	return seam.lab->hw.ops->read(&seam.lab->hw, fd - DRIVE_FD, buf, size);
}

static int seam_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		     size_t *ret_count)
{
	if (!is_drive(path))
		return seam.real->list(hw, path, ret_names, ret_count);
	return seam.lab->hw.ops->list(&seam.lab->hw, path, ret_names, ret_count);
}

/* NVMe 2.0 §5.13: NUMD counts dwords from 0, OFST counts dwords. */
static int take_block(const struct nvme_passthru_cmd *cmd)
{
	uint64_t len = ((uint64_t)cmd->cdw10 + 1) * 4;

	if ((uint64_t)cmd->cdw11 * 4 != seam.received || len != cmd->data_len)
		return NVME_INVALID_FIELD;
	if (hash_update(seam.hash, (const void *)(uintptr_t)cmd->addr, len))
		return NVME_INTERNAL_ERROR;
	seam.received += len;
	return NVME_OK;
}

/* NVMe 2.0 §5.12: the slot is in bits 2:0. The image runs after the next reset. */
static int take_commit(const struct nvme_passthru_cmd *cmd)
{
	struct nvme_model_firmware *firmware = &seam.lab->drive[0].model.firmware;
	unsigned int slot = cmd->cdw10 & 7;

	if (slot < 1 || slot > seam.lab->drive[0].model.config.slots)
		return NVME_INVALID_SLOT;
	if (hash_final(seam.hash, seam.sha256))
		return NVME_INTERNAL_ERROR;
	if (seam.received != seam.comp->payload.size ||
	    memcmp(seam.sha256, seam.comp->payload.sha256, HASH_BYTES) != 0)
		return NVME_INVALID_IMAGE;
	snprintf(firmware->slot[slot], sizeof(firmware->slot[slot]), "%s", seam.comp->version);
	firmware->next = (uint8_t)slot;
	firmware->next_reset = NVME_RESET_CONTROLLER;
	return NVME_OK;
}

static int seam_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	const struct nvme_passthru_cmd *cmd = arg;

	if (fd < DRIVE_FD)
		return seam.real->ioctl(hw, fd, request, arg);
	if (request == NVME_IOCTL_ADMIN_CMD && cmd->opcode == NVME_ADMIN_FW_DOWNLOAD)
		return take_block(cmd);
	if (request == NVME_IOCTL_ADMIN_CMD && cmd->opcode == NVME_ADMIN_FW_COMMIT)
		return take_commit(cmd);
	return seam.lab->hw.ops->ioctl(&seam.lab->hw, fd - DRIVE_FD, request, arg);
}

/* The drive is put between the recorder and this machine. */
static void insert_drive(struct session *s)
{
	static struct hwio_ops ops;
	struct hwio_nvme_drive *drive;

	seam.real = s->real->ops;
	seam.lab = hwio_nvme_new();
	seam.hash = hash_new();
	drive = hwio_nvme_add(seam.lab, "model=BENCH,serial=BENCH1,revision=1.0,activate_now=0");
	drive->number = drive->number_after_reset = DRIVE_NUMBER;
	drive->address = DRIVE_ADDRESS;
	ops = *seam.real;
	ops.open = seam_open;
	ops.close = seam_close;
	ops.read = seam_read;
	ops.list = seam_list;
	ops.ioctl = seam_ioctl;
	s->real->ops = &ops;
}

static int run(struct session *s, enum exit_status *status, struct err *err)
{
	int rc = session_plan(s, err);

	if (!rc && s->plan.step_count != 1)
		rc = err_set(err, ERR_INTERNAL, "the plan has not one step");
	if (rc)
		return rc;
	seam.comp = s->plan.steps[0].comp;
	rc = session_begin(s, err);
	return rc ? rc : session_apply(s, status, err);
}

static void print_received(void)
{
	char sha256[2 * HASH_BYTES + 1];

	hex_encode(seam.sha256, HASH_BYTES, sha256);
	printf("received %" PRIu64 " bytes, SHA-256 %s\n", seam.received, sha256);
}

int main(int argc, char **argv)
{
	struct session_options options = { .unattended = true };
	enum exit_status status = EXIT_INTERNAL;
	char journal[FSIO_PATH_MAX];
	struct session session;
	struct err err = { 0 };
	int rc;

	if (argc != 4) {
		fprintf(stderr, "usage: bench_write REPO TRUST DIR\n");
		return EXIT_USAGE;
	}
	options.choices.repo_dir = argv[1];
	options.choices.trust_dir = argv[2];
	options.log_dir = argv[3];
	options.journal_path = journal;
	rc = fsio_join(journal, argv[3], "DRYDOCK.JNL", &err);
	rc = rc ? rc : session_open(&session, &options, &err);
	if (rc) {
		fprintf(stderr, "bench_write: %s\n", err.text);
		return EXIT_INTERNAL;
	}
	insert_drive(&session);
	rc = run(&session, &status, &err);
	session_close(&session, status, rc ? &err : NULL);
	print_received();
	hash_free(seam.hash);
	hwio_nvme_free(seam.lab);
	return rc ? EXIT_INTERNAL : (int)status;
}
