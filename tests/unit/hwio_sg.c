/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_sg.h"

#include <errno.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES	     "/sys/bus/scsi/devices"
#define DID_TIME_OUT 0x03

static struct hwio_sg *lab_of(struct hwio *hw)
{
	return hw->priv;
}

/* The device of "<prefix><number><rest>"; -1 = there is none. */
static int find(const struct hwio_sg *lab, const char *prefix, const char *path,
		const char **ret_rest)
{
	size_t len = strlen(prefix);
	unsigned long number;
	char *rest;

	if (strncmp(path, prefix, len) != 0 || path[len] < '0' || path[len] > '9')
		return -1;
	number = strtoul(path + len, &rest, 10);
	*ret_rest = rest;
	for (size_t i = 0; i < lab->n_devices; i++)
		if (!lab->device[i].removed && lab->device[i].number == number)
			return (int)i;
	return -1;
}

/* False: no such attribute. rev is stale, as it is after an update (sd of 6.12). */
static bool attribute(const struct hwio_sg_device *device, const char *name, char *buf, size_t size)
{
	char type[8];
	const struct {
		const char *name, *value;
	} texts[] = {
		{ ":0/vendor", device->vendor },
		{ ":0/model", device->name },
		{ ":0/rev", "STAL" },
		{ ":0/state", "running" },
		{ ":0/type", type },
		{ ":0/sas_address", device->sas_address },
	};

	snprintf(type, sizeof(type), "%u", device->type);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].value && !strcmp(name, texts[i].name)) {
			snprintf(buf, size, "%s\n", texts[i].value);
			return true;
		}
	return false;
}

static int open_fd(struct hwio_sg *lab, int device)
{
	for (int fd = 0; fd < HWIO_SG_FDS; fd++)
		if (!lab->fd[fd].used) {
			lab->fd[fd].used = true;
			lab->fd[fd].device = device;
			lab->fd[fd].offset = 0;
			lab->n_open++;
			return fd;
		}
	return -EMFILE;
}

static int lab_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_sg *lab = lab_of(hw);
	const char *rest;
	char text[80];
	int fd, device = find(lab, "/dev/sg", path, &rest);

	(void)flags;
	if (device >= 0 && !*rest)
		return open_fd(lab, device);
	device = find(lab, DEVICES "/0:0:", path, &rest);
	if (!strcmp(path, "/sys/class/scsi_host/host0/proc_name"))
		snprintf(text, sizeof(text), "%s\n", lab->device[0].driver);
	else if (device < 0 || !attribute(&lab->device[device], rest, text, sizeof(text)))
		return -ENOENT;
	fd = open_fd(lab, -1);
	if (fd >= 0)
		memcpy(lab->fd[fd].text, text, sizeof(text));
	return fd;
}

static int lab_close(struct hwio *hw, int fd)
{
	struct hwio_sg *lab = lab_of(hw);

	if (fd < 0 || fd >= HWIO_SG_FDS || !lab->fd[fd].used)
		abort(); /* closed twice */
	lab->fd[fd].used = false;
	lab->n_open--;
	return 0;
}

static ssize_t lab_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_sg *lab = lab_of(hw);
	size_t left = strlen(lab->fd[fd].text) - lab->fd[fd].offset;
	size_t len = size < left ? size : left;

	memcpy(buf, lab->fd[fd].text + lab->fd[fd].offset, len);
	lab->fd[fd].offset += len;
	return (ssize_t)len;
}

static void give_up(struct hwio_sg *lab, sg_io_hdr_t *io)
{
	lab->now_ms += io->timeout;
	io->host_status = DID_TIME_OUT;
	io->resid = (int)io->dxfer_len;
}

static void answer(struct hwio_sg *lab, sg_io_hdr_t *io, const struct sg_request *req)
{
	lab->now_ms += req->took_ms;
	io->status = req->status;
	io->sb_len_wr =
		req->sense_len < io->mx_sb_len ? (unsigned char)req->sense_len : io->mx_sb_len;
	memcpy(io->sbp, req->sense, io->sb_len_wr);
	io->resid = (int)(io->dxfer_len - req->transferred);
}

static void keep(struct hwio_sg *lab, unsigned int index, const sg_io_hdr_t *io)
{
	struct hwio_sg_command *command = &lab->command[lab->n_commands++];
	size_t len = io->dxfer_len;

	if (lab->n_commands == HWIO_SG_COMMANDS)
		abort();
	*command = (struct hwio_sg_command){ .device = index,
					     .data_len = io->dxfer_len,
					     .timeout_ms = io->timeout };
	memcpy(command->cdb, io->cmdp, io->cmd_len);
	if (len > sizeof(command->parameters))
		len = sizeof(command->parameters);
	if (io->dxfer_direction == SG_DXFER_TO_DEV && len)
		memcpy(command->parameters, io->dxferp, len);
}

static int run(struct hwio_sg *lab, unsigned int index, sg_io_hdr_t *io)
{
	struct hwio_sg_device *device = &lab->device[index];
	struct sg_request req = { .cdb = io->cmdp,
				  .cdb_len = io->cmd_len,
				  .data = io->dxferp,
				  .data_len = io->dxfer_len,
				  .to_device = io->dxfer_direction == SG_DXFER_TO_DEV };

	if (device->removed)
		return -ENODEV;
	if (device->sg_errno)
		return -device->sg_errno;
	if (io->interface_id != 'S' ||
	    (io->dxfer_len > 0) == (io->dxfer_direction == SG_DXFER_NONE))
		return -EINVAL;
	keep(lab, index, io);
	if (device->host_status) {
		io->host_status = (unsigned short)device->host_status;
		return 0;
	}
	switch (device->run(device->model, &req)) {
	case SG_GONE:
		device->removed = true;
		io->host_status = 0x01; /* DID_NO_CONNECT */
		break;
	case SG_NO_ANSWER:
		give_up(lab, io);
		break;
	case SG_ANSWERED:
		lab->command[lab->n_commands - 1].status = req.status;
		answer(lab, io, &req);
		break;
	}
	return 0;
}

static int lab_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_sg *lab = lab_of(hw);

	if (lab->fd[fd].device < 0 || request != SG_IO)
		return -ENOTTY;
	return run(lab, (unsigned int)lab->fd[fd].device, arg);
}

static int one_name(char (**ret_names)[HWIO_NAME_MAX], size_t *ret_count, const char *prefix,
		    unsigned int number)
{
	*ret_names = calloc(1, HWIO_NAME_MAX);
	if (!*ret_names)
		return -ENOMEM;
	if (!strcmp(prefix, "sd"))
		snprintf(**ret_names, HWIO_NAME_MAX, "sd%c", 'a' + (char)number);
	else
		snprintf(**ret_names, HWIO_NAME_MAX, "%s%u", prefix, number);
	*ret_count = 1;
	return 0;
}

static int all_names(const struct hwio_sg *lab, char (**ret_names)[HWIO_NAME_MAX],
		     size_t *ret_count)
{
	size_t count = 0;

	*ret_names = calloc(HWIO_SG_DEVICES + 2, HWIO_NAME_MAX);
	if (!*ret_names)
		return -ENOMEM;
	for (size_t i = 0; i < lab->n_devices; i++)
		if (!lab->device[i].removed)
			snprintf((*ret_names)[count++], HWIO_NAME_MAX, "0:0:%u:0",
				 lab->device[i].number);
	snprintf((*ret_names)[count++], HWIO_NAME_MAX, "host0");
	snprintf((*ret_names)[count++], HWIO_NAME_MAX, "target0:0:0");
	*ret_count = count;
	return 0;
}

static int lab_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count)
{
	const struct hwio_sg *lab = lab_of(hw);
	const char *rest;
	int device = find(lab, DEVICES "/0:0:", path, &rest);

	if (!strcmp(path, DEVICES) && lab->n_devices)
		return all_names(lab, ret_names, ret_count);
	if (device >= 0 && !strcmp(rest, ":0/scsi_generic"))
		return one_name(ret_names, ret_count, "sg", lab->device[device].number);
	if (device >= 0 && !strcmp(rest, ":0/block") && lab->device[device].block)
		return one_name(ret_names, ret_count, "sd", lab->device[device].number);
	return -ENOENT;
}

static ssize_t lab_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	const struct hwio_sg *lab = lab_of(hw);
	const char *rest;
	int len, device = find(lab, DEVICES "/0:0:", path, &rest);
	char link[128];

	if (device < 0 || strcmp(rest, ":0") != 0)
		return -ENOENT;
	len = snprintf(link, sizeof(link), "../../../devices/%s/host0/target0:0:%u/0:0:%u:0",
		       lab->device[device].usb ? "platform/x" : "pci0000:00/0000:00:1f.2",
		       lab->device[device].number, lab->device[device].number);
	if ((size_t)len > size)
		len = (int)size;
	memcpy(buf, link, (size_t)len);
	return len;
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
	.name = "sg-lab",
	.open = lab_open,
	.close = lab_close,
	.ioctl = lab_ioctl,
	.read = lab_read,
	.list = lab_list,
	.readlink = lab_readlink,
	.now_ms = lab_now_ms,
	.sleep_ms = lab_sleep_ms,
};

struct hwio_sg *hwio_sg_new(void)
{
	struct hwio_sg *lab = calloc(1, sizeof(*lab));

	if (!lab)
		abort();
	lab->hw.ops = &lab_ops;
	lab->hw.priv = lab;
	lab->now_ms = 1000;
	return lab;
}

void hwio_sg_free(struct hwio_sg *lab)
{
	free(lab);
}

struct hwio_sg_device *hwio_sg_add(struct hwio_sg *lab, void *model,
				   enum sg_outcome (*run_model)(void *model,
								struct sg_request *req))
{
	struct hwio_sg_device *device = &lab->device[lab->n_devices];

	if (lab->n_devices == HWIO_SG_DEVICES)
		abort();
	*device = (struct hwio_sg_device){ .run = run_model,
					   .model = model,
					   .number = (unsigned int)lab->n_devices++,
					   .driver = "ahci" };
	return device;
}

const struct hwio_sg_command *hwio_sg_nth(const struct hwio_sg *lab, uint8_t opcode,
					  unsigned int at, uint8_t value, size_t index)
{
	for (size_t i = 0; i < lab->n_commands; i++)
		if (lab->command[i].cdb[0] == opcode && lab->command[i].cdb[at] == value &&
		    index-- == 0)
			return &lab->command[i];
	return NULL;
}

size_t hwio_sg_count(const struct hwio_sg *lab, uint8_t opcode, unsigned int at, uint8_t value)
{
	size_t count = 0;

	while (hwio_sg_nth(lab, opcode, at, value, count))
		count++;
	return count;
}
