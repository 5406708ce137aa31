/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_nvme.h"

#include <errno.h>
#include <linux/nvme_ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define ADMIN_TIMEOUT_MS 60000 /* nvme_core.admin_timeout, for timeout_ms 0 */
#define DNR		 0x4000

static struct hwio_nvme *lab_of(struct hwio *hw)
{
	return hw->priv;
}

static const char *state_of(const struct hwio_nvme *lab, const struct hwio_nvme_drive *drive)
{
	if (drive->state)
		return drive->state;
	return lab->now_ms < drive->live_at_ms ? "resetting" : "live";
}

/* The drive of "<prefix>nvme<N>" and what follows the number; -1 = there is none. */
static int find_drive(const struct hwio_nvme *lab, const char *prefix, const char *path,
		      const char **ret_rest)
{
	size_t len = strlen(prefix);
	unsigned long number;
	char *rest;

	if (strncmp(path, prefix, len) != 0 || strncmp(path + len, "nvme", 4) != 0 ||
	    path[len + 4] < '0' || path[len + 4] > '9')
		return -1;
	number = strtoul(path + len + 4, &rest, 10);
	*ret_rest = rest;
	for (size_t i = 0; i < lab->n_drives && (*rest == '/' || *rest == 0); i++)
		if (!lab->drive[i].removed && lab->drive[i].number == number)
			return (int)i;
	return -1;
}

/* False: no such attribute. firmware_rev is stale, as it is after an activation (nvme.ko 6.12). */
static bool attribute(const struct hwio_nvme *lab, const struct hwio_nvme_drive *drive,
		      const char *name, char *buf, size_t size)
{
	const struct {
		const char *name, *value;
		int width; /* padded with blanks, as nvme.ko hands them on */
	} texts[] = {
		{ "/address", drive->address, 0 },
		{ "/transport", drive->transport, 0 },
		{ "/state", state_of(lab, drive), 0 },
		{ "/serial", drive->model.config.serial, 20 },
		{ "/model", drive->model.config.model, 40 },
		{ "/firmware_rev", "STALE", 8 },
		{ "/device/device", "0xa80a", 0 },
		{ "/device/subsystem_vendor", "0x103c", 0 },
		{ "/device/subsystem_device", "0x01f4", 0 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].value && !strcmp(name, texts[i].name)) {
			snprintf(buf, size, "%-*s\n", texts[i].width, texts[i].value);
			return true;
		}
	if (strcmp(name, "/device/vendor") != 0)
		return false;
	snprintf(buf, size, "0x%04x\n", drive->model.config.vid);
	return true;
}

static int open_fd(struct hwio_nvme *lab, int drive)
{
	for (int fd = 0; fd < HWIO_NVME_FDS; fd++)
		if (!lab->fd[fd].used) {
			lab->fd[fd].used = true;
			lab->fd[fd].drive = drive;
			lab->fd[fd].offset = 0;
			lab->n_open++;
			return fd;
		}
	return -EMFILE;
}

static int open_path(struct hwio_nvme *lab, const char *path)
{
	const char *rest;
	char text[80];
	int fd, drive = find_drive(lab, "/dev/", path, &rest);

	if (drive >= 0 && !*rest)
		return strcmp(state_of(lab, &lab->drive[drive]), "live") != 0 ? -EAGAIN
									      : open_fd(lab, drive);
	drive = find_drive(lab, "/sys/class/nvme/", path, &rest);
	if (drive < 0 || !attribute(lab, &lab->drive[drive], rest, text, sizeof(text)))
		return -ENOENT;
	fd = open_fd(lab, -1);
	if (fd >= 0)
		memcpy(lab->fd[fd].text, text, sizeof(text));
	return fd;
}

static int lab_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_nvme *lab = lab_of(hw);
	int fd;

	(void)flags;
	pthread_mutex_lock(&lab->lock);
	lab->n_opened++;
	fd = open_path(lab, path);
	pthread_mutex_unlock(&lab->lock);
	return fd;
}

static int lab_close(struct hwio *hw, int fd)
{
	struct hwio_nvme *lab = lab_of(hw);

	pthread_mutex_lock(&lab->lock);
	if (fd < 0 || fd >= HWIO_NVME_FDS || !lab->fd[fd].used)
		abort(); /* closed twice */
	lab->fd[fd].used = false;
	lab->n_open--;
	pthread_mutex_unlock(&lab->lock);
	return 0;
}

static ssize_t lab_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_nvme *lab = lab_of(hw);
	size_t left, len;

	pthread_mutex_lock(&lab->lock);
	left = strlen(lab->fd[fd].text) - lab->fd[fd].offset;
	len = size < left ? size : left;
	memcpy(buf, lab->fd[fd].text + lab->fd[fd].offset, len);
	lab->fd[fd].offset += len;
	pthread_mutex_unlock(&lab->lock);
	return (ssize_t)len;
}

/* nvme.ko gives up: it resets the controller and ends the command. */
static int timed_out(struct hwio_nvme *lab, struct hwio_nvme_drive *drive, uint32_t timeout_ms)
{
	lab->now_ms += timeout_ms;
	nvme_model_reset(&drive->model, NVME_RESET_CONTROLLER);
	return -EINTR;
}

static int lab_admin(struct hwio_nvme *lab, struct hwio_nvme_drive *drive,
		     struct nvme_passthru_cmd *cmd)
{
	const struct nvme_model_cmd request = {
		.opcode = cmd->opcode,
		.nsid = cmd->nsid,
		.cdw10 = cmd->cdw10,
		.cdw11 = cmd->cdw11,
		.cdw12 = cmd->cdw12,
		.cdw13 = cmd->cdw13,
		.cdw14 = cmd->cdw14,
		.cdw15 = cmd->cdw15,
	};
	uint32_t timeout_ms = cmd->timeout_ms ? cmd->timeout_ms : ADMIN_TIMEOUT_MS;
	int status;

	if (drive->removed)
		return -ENODEV;
	if (drive->admin_errno)
		return -drive->admin_errno;
	/*
	 * A law of every test: boot partitions are left alone. Of a commit nothing but the slot and
	 * an action below 4 is set: no BPID (bit 31), no action 6 or 7 (NVMe 2.0 §5.12).
	 */
	if (cmd->opcode == NVME_ADMIN_FW_COMMIT && (cmd->cdw10 & ~0x1fu || cmd->cdw11))
		abort();
	status = nvme_model_admin(&drive->model, &request, (uint8_t *)(uintptr_t)cmd->addr,
				  cmd->data_len, &cmd->result);
	if (status == NVME_MODEL_GONE) {
		drive->removed = true;
		lab->now_ms += drive->no_hotplug ? timeout_ms : 0;
		return -EINTR; /* was under way when the drive was pulled */
	}
	if (status == NVME_MODEL_NO_ANSWER || drive->model.delay_ms >= timeout_ms)
		return timed_out(lab, drive, timeout_ms);
	lab->now_ms += drive->model.delay_ms;
	return status ? status | DNR : 0;
}

static int lab_reset(struct hwio_nvme *lab, struct hwio_nvme_drive *drive)
{
	if (drive->removed)
		return -ENODEV;
	if (drive->reset_errno)
		return -drive->reset_errno;
	nvme_model_reset(&drive->model, NVME_RESET_CONTROLLER);
	drive->live_at_ms = lab->now_ms + drive->reset_ms;
	drive->number = drive->number_after_reset;
	drive->removed = drive->lost_in_reset;
	return 0;
}

static int lab_request(struct hwio_nvme *lab, int index, unsigned long request, void *arg)
{
	static struct nvme_passthru_cmd none;
	struct nvme_passthru_cmd *cmd = &none;
	struct hwio_nvme_command entry = { .opcode = HWIO_NVME_RESET };

	if (index < 0 || lab->n_commands == HWIO_NVME_COMMANDS)
		abort();
	entry.drive = (unsigned int)index;
	if (request == (unsigned long)NVME_IOCTL_RESET) {
		entry.answer = lab_reset(lab, &lab->drive[index]);
	} else if (request == NVME_IOCTL_ADMIN_CMD) {
		cmd = arg;
		entry.opcode = cmd->opcode;
		entry.answer = lab_admin(lab, &lab->drive[index], cmd);
	} else {
		return -ENOTTY;
	}
	entry.cdw10 = cmd->cdw10;
	entry.cdw11 = cmd->cdw11;
	entry.data_len = cmd->data_len;
	entry.timeout_ms = cmd->timeout_ms;
	lab->command[lab->n_commands] = entry;
	lab->n_commands++; /* whoever counts sees whole entries only */
	return entry.answer;
}

static int lab_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_nvme *lab = lab_of(hw);
	int answer;

	pthread_mutex_lock(&lab->lock);
	answer = lab_request(lab, lab->fd[fd].drive, request, arg);
	pthread_mutex_unlock(&lab->lock);
	return answer;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int lab_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count)
{
	struct hwio_nvme *lab = lab_of(hw);
	char(*names)[HWIO_NAME_MAX] = calloc(HWIO_NVME_DRIVES + 2, HWIO_NAME_MAX);
	size_t count = 0;

	if (strcmp(path, "/sys/class/nvme") != 0 || !lab->n_drives || !names) {
		free(names);
		return names ? -ENOENT : -ENOMEM;
	}
	pthread_mutex_lock(&lab->lock);
	for (size_t i = 0; i < lab->n_drives; i++)
		if (!lab->drive[i].removed)
			snprintf(names[count++], HWIO_NAME_MAX, "nvme%u", lab->drive[i].number);
	pthread_mutex_unlock(&lab->lock);
	/* Neither is a controller: a namespace's path, and what somebody may add one day. */
	snprintf(names[count++], HWIO_NAME_MAX, "nvme0c0n1");
	snprintf(names[count++], HWIO_NAME_MAX, "nvme");
	qsort(names, count, HWIO_NAME_MAX, by_name);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static uint64_t lab_now_ms(struct hwio *hw)
{
	return lab_of(hw)->now_ms;
}

static void lab_sleep_ms(struct hwio *hw, uint32_t ms)
{
	lab_of(hw)->now_ms += ms;
}

static const struct hwio_ops lab_ops = {
	.name = "nvme-lab",
	.open = lab_open,
	.close = lab_close,
	.ioctl = lab_ioctl,
	.read = lab_read,
	.list = lab_list,
	.now_ms = lab_now_ms,
	.sleep_ms = lab_sleep_ms,
};

struct hwio_nvme *hwio_nvme_new(void)
{
	struct hwio_nvme *lab = calloc(1, sizeof(*lab));

	if (!lab)
		abort();
	lab->hw.ops = &lab_ops;
	lab->hw.priv = lab;
	pthread_mutex_init(&lab->lock, NULL);
	lab->now_ms = 1000;
	return lab;
}

void hwio_nvme_free(struct hwio_nvme *lab)
{
	for (size_t i = 0; i < lab->n_drives; i++)
		nvme_model_free(&lab->drive[i].model);
	pthread_mutex_destroy(&lab->lock);
	free(lab);
}

struct hwio_nvme_drive *hwio_nvme_add(struct hwio_nvme *lab, const char *settings)
{
	struct hwio_nvme_drive *drive = &lab->drive[lab->n_drives];

	if (lab->n_drives == HWIO_NVME_DRIVES)
		abort();
	nvme_model_init(&drive->model);
	if (nvme_model_set(&drive->model, settings)) {
		fprintf(stderr, "not understood: %s\n", settings);
		abort();
	}
	drive->number = drive->number_after_reset = (unsigned int)lab->n_drives++;
	snprintf(drive->own_address, sizeof(drive->own_address), "0000:%02x:00.0",
		 drive->number + 1);
	drive->address = drive->own_address;
	drive->transport = "pcie";
	return drive;
}

const struct hwio_nvme_command *hwio_nvme_nth(const struct hwio_nvme *lab, unsigned int opcode,
					      size_t index)
{
	for (size_t i = 0; i < lab->n_commands; i++)
		if (lab->command[i].opcode == opcode && index-- == 0)
			return &lab->command[i];
	return NULL;
}

size_t hwio_nvme_count(const struct hwio_nvme *lab, unsigned int opcode)
{
	size_t count = 0;

	while (hwio_nvme_nth(lab, opcode, count))
		count++;
	return count;
}
