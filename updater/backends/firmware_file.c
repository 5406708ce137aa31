/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/firmware_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define PATH_PARAMETER "/sys/module/firmware_class/parameters/path"

/* The loader's folder: there is one for the whole machine. */
static struct {
	pthread_mutex_t lock;
	size_t users;
	char ours[FIRMWARE_PATH_MAX + 1];
	char before[FIRMWARE_PATH_MAX + 1];
} place = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int set_folder(struct hwio *hw, const char *folder, struct err *err)
{
	/* sysfs does not see a write of nothing; a NUL alone is an empty text. */
	size_t size = folder[0] ? strlen(folder) : 1;
	int fd = hw->ops->open(hw, PATH_PARAMETER, O_WRONLY);
	ssize_t len;

	if (fd < 0)
		return err_set_errno(err, ERR_UNSUPPORTED, -fd, PATH_PARAMETER);
	do
		len = hw->ops->write(hw, fd, folder, size);
	while (len == -EINTR);
	hw->ops->close(hw, fd);
	if (len < 0)
		return err_set_errno(err, ERR_IO, (int)-len, PATH_PARAMETER);
	return (size_t)len == size ? 0 : err_set(err, ERR_IO, PATH_PARAMETER ": cut");
}

static int get_folder(struct hwio *hw, char folder[FIRMWARE_PATH_MAX + 1], struct err *err)
{
	int rc = hwio_read_attr(hw, PATH_PARAMETER, folder, FIRMWARE_PATH_MAX + 1);

	if (rc < 0)
		return err_set_errno(err, ERR_UNSUPPORTED, -rc, PATH_PARAMETER);
	return 0;
}

static int take_folder(struct hwio *hw, const char *folder, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&place.lock);
	if (place.users == 0) {
		rc = get_folder(hw, place.before, err);
		if (!rc)
			rc = set_folder(hw, folder, err);
		snprintf(place.ours, sizeof(place.ours), "%s", folder);
	} else if (strcmp(place.ours, folder) != 0) {
		rc = err_set(err, ERR_BUSY, "firmware is loaded from %s at the moment", place.ours);
	}
	if (!rc)
		place.users++;
	pthread_mutex_unlock(&place.lock);
	return rc;
}

/* That it cannot be set back harms nobody: the folder is empty then, and gone after a reboot. */
static void leave_folder(struct hwio *hw)
{
	pthread_mutex_lock(&place.lock);
	if (--place.users == 0)
		(void)set_folder(hw, place.before, NULL);
	pthread_mutex_unlock(&place.lock);
}

int firmware_file_check(const struct backend_io *io, struct err *err)
{
	char folder[FIRMWARE_PATH_MAX + 1];

	if (!io->ram_dir)
		return err_set(err, ERR_UNSUPPORTED, "there is no folder in RAM for a copy");
	if (io->ram_dir[0] != '/' || strlen(io->ram_dir) > FIRMWARE_PATH_MAX)
		return err_set(err, ERR_UNSUPPORTED,
			       "the kernel loads firmware from a folder with at most %d characters",
			       FIRMWARE_PATH_MAX);
	if (io->payload->size == 0)
		return err_set(err, ERR_FORMAT, "the image is empty");
	if (io->payload->size > FIRMWARE_SIZE_MAX)
		return err_set(err, ERR_TOO_LARGE,
			       "%llu bytes are more than the kernel loads for a driver",
			       (unsigned long long)io->payload->size);
	return get_folder(io->hw, folder, err);
}

/* "pci/0000:03:00.0" as "drydock-pci-0000-03-00.0.bin": the same in every run, one a device. */
static void name_file(char name[FIRMWARE_NAME_MAX + 1], const char *device)
{
	snprintf(name, FIRMWARE_NAME_MAX + 1, "drydock-%.100s.bin", device);
	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    *c))
			*c = '-';
}

int firmware_file_make(const struct backend_io *io, const char *device, struct firmware_file *ret,
		       struct err *err)
{
	int rc = firmware_file_check(io, err);

	*ret = (struct firmware_file){ .hw = io->hw };
	name_file(ret->name, device);
	if (!rc)
		rc = payload_file_make(io, ret->name, &ret->payload, err);
	if (!rc)
		rc = take_folder(io->hw, io->ram_dir, err);
	ret->held = !rc;
	if (rc)
		firmware_file_remove(ret);
	return rc;
}

void firmware_file_remove(struct firmware_file *file)
{
	if (file->held)
		leave_folder(file->hw);
	file->held = false;
	payload_file_remove(&file->payload);
}
