/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nvme_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The state as text, one "key value" a line; a revision may hold spaces. */
static int format_state(const struct nvme_model_firmware *firmware, char *text, size_t size)
{
	size_t len = 0;
	int n = snprintf(text, size, "active %d\nnext %d\nnext_reset %d\nrunning %s\n",
			 firmware->active, firmware->next, firmware->next_reset, firmware->running);

	for (size_t slot = 1; n > 0 && slot <= NVME_MODEL_SLOTS; slot++) {
		len += (size_t)n;
		n = snprintf(text + len, size - len, "slot%zu %s\n", slot, firmware->slot[slot]);
	}
	return n > 0 && len + (size_t)n < size ? (int)len + n : -ENOBUFS;
}

static int save(const struct nvme_file *file)
{
	char text[512];
	int len = format_state(&file->model->firmware, text, sizeof(text));
	int fd = openat(file->dir, "state.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool written;

	if (fd < 0)
		return -errno;
	written = len > 0 && write(fd, text, (size_t)len) == len;
	if (close(fd) || !written || renameat(file->dir, "state.new", file->dir, "state"))
		return errno ? -errno : -EIO;
	return 0;
}

/* A single digit of at most max. */
static bool parse_digit(const char *value, uint8_t max, uint8_t *ret_digit)
{
	if (value[0] < '0' || value[0] > '0' + max || value[1])
		return false;
	*ret_digit = (uint8_t)(value[0] - '0');
	return true;
}

static bool parse_revision(const char *value, char *ret_revision)
{
	size_t len = strlen(value);

	if (len > 8)
		return false;
	memset(ret_revision, 0, 9);
	memcpy(ret_revision, value, len);
	return true;
}

static bool parse_line(const char *line, struct nvme_model_firmware *firmware)
{
	const char *value = strchr(line, ' ');
	size_t key_len;

	if (!value)
		return false;
	key_len = (size_t)(value++ - line);
	if (key_len == 6 && !memcmp(line, "active", 6))
		return parse_digit(value, NVME_MODEL_SLOTS, &firmware->active);
	if (key_len == 4 && !memcmp(line, "next", 4))
		return parse_digit(value, NVME_MODEL_SLOTS, &firmware->next);
	if (key_len == 10 && !memcmp(line, "next_reset", 10))
		return parse_digit(value, NVME_RESET_SUBSYSTEM, &firmware->next_reset);
	if (key_len == 7 && !memcmp(line, "running", 7))
		return parse_revision(value, firmware->running);
	if (key_len == 5 && !memcmp(line, "slot", 4) && line[4] >= '1' &&
	    line[4] <= '0' + NVME_MODEL_SLOTS)
		return parse_revision(value, firmware->slot[line[4] - '0']);
	return false;
}

static int load(struct nvme_file *file, int fd)
{
	struct nvme_model_firmware firmware = { .active = 0 };
	char text[512], *line = text, *end;
	ssize_t len = read(fd, text, sizeof(text) - 1);

	if (len < 0)
		return -errno;
	text[len] = '\0';
	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return -EBADMSG; /* cut */
		*end = '\0';
		if (!parse_line(line, &firmware))
			return -EBADMSG;
	}
	if (firmware.active == 0 || !firmware.running[0])
		return -EBADMSG;
	file->model->firmware = firmware;
	return 0;
}

int nvme_file_open(struct nvme_file *file, struct nvme_model *model, const char *path)
{
	int fd, error;

	file->model = model;
	file->disk = NULL;
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	file->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		return -errno;
	file->log =
		openat(file->dir, "commands.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	file->received = openat(file->dir, "received.bin", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (file->log < 0 || file->received < 0)
		return -errno;
	fd = openat(file->dir, "state", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? save(file) : -errno;
	error = load(file, fd);
	(void)close(fd);
	return error;
}

int nvme_file_disk(struct nvme_file *file, const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;
	char size[32];
	void *disk;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	(void)snprintf(size, sizeof(size), "ns_mb=%lld", (long long)st.st_size >> 20);
	if (st.st_size == 0 || st.st_size % (1 << 20) || nvme_model_set(file->model, size))
		return -EINVAL;
	disk = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (disk == MAP_FAILED)
		return -errno;
	file->io_log = openat(file->dir, "io.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (file->io_log < 0)
		return -errno;
	file->disk = disk;
	return 0;
}

static const char *opcode_name(uint8_t opcode)
{
	switch (opcode) {
	case NVME_ADMIN_DELETE_SQ:
		return "delete-sq";
	case NVME_ADMIN_CREATE_SQ:
		return "create-sq";
	case NVME_ADMIN_GET_LOG:
		return "get-log";
	case NVME_ADMIN_DELETE_CQ:
		return "delete-cq";
	case NVME_ADMIN_CREATE_CQ:
		return "create-cq";
	case NVME_ADMIN_IDENTIFY:
		return "identify";
	case NVME_ADMIN_ABORT:
		return "abort";
	case NVME_ADMIN_SET_FEATURES:
		return "set-features";
	case NVME_ADMIN_GET_FEATURES:
		return "get-features";
	case NVME_ADMIN_ASYNC_EVENT:
		return "async-event";
	case NVME_ADMIN_FW_COMMIT:
		return "fw-commit";
	case NVME_ADMIN_FW_DOWNLOAD:
		return "fw-download";
	default:
		return "unknown";
	}
}

/* The host's clock: it puts the logs of several drives in order. */
static unsigned long long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

void nvme_file_log(struct nvme_file *file, const struct nvme_model_cmd *cmd, size_t len, int status)
{
	const char *silence = status == NVME_MODEL_GONE ? "gone" : "no answer";
	char answer[16];

	(void)snprintf(answer, sizeof(answer), "%03x", (unsigned int)status);
	(void)dprintf(file->log,
		      "%s opcode=%02x nsid=%x cdw10=%08x cdw11=%08x len=%zu -> %s ms=%llu\n",
		      opcode_name(cmd->opcode), cmd->opcode, cmd->nsid, cmd->cdw10, cmd->cdw11, len,
		      status < 0 ? silence : answer, now_ms());
}

/* Keeps received.bin equal to what the model received. */
static int record_download(struct nvme_file *file, const struct nvme_model_cmd *cmd, bool first)
{
	size_t offset = (size_t)cmd->cdw11 * 4, len = ((size_t)cmd->cdw10 + 1) * 4;
	ssize_t written;

	if (first && ftruncate(file->received, 0))
		return -errno;
	written = pwrite(file->received, file->model->download.bytes + offset, len, (off_t)offset);
	return written == (ssize_t)len ? 0 : -EIO;
}

int nvme_file_admin(struct nvme_file *file, const struct nvme_model_cmd *cmd, uint8_t *data,
		    size_t len, uint32_t *ret_result)
{
	bool first = !file->model->download.open;
	int status = nvme_model_admin(file->model, cmd, data, len, ret_result);
	int error = 0;

	if (cmd->opcode == NVME_ADMIN_FW_DOWNLOAD && status == NVME_OK)
		error = record_download(file, cmd, first);
	if (cmd->opcode == NVME_ADMIN_FW_COMMIT)
		error = save(file);
	if (error)
		status = NVME_INTERNAL_ERROR;
	nvme_file_log(file, cmd, len, status);
	return status;
}

void nvme_file_log_io(struct nvme_file *file, bool is_write, uint64_t lba, uint64_t blocks)
{
	if (file->disk)
		(void)dprintf(file->io_log, "%s %llu %llu\n", is_write ? "write" : "read",
			      (unsigned long long)lba, (unsigned long long)blocks);
}

void nvme_file_reset(struct nvme_file *file, enum nvme_model_reset kind)
{
	static const char *const names[] = { "none", "controller", "conventional", "subsystem",
					     "power" };
	int error;

	nvme_model_reset(file->model, kind);
	error = save(file);
	(void)dprintf(file->log, "reset %s: running %s, active slot %d%s%s ms=%llu\n", names[kind],
		      file->model->firmware.running, file->model->firmware.active,
		      error ? ", not saved: " : "", error ? strerror(-error) : "", now_ms());
}
