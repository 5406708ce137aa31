/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A finished stick or CD from the released image, by this program alone. */
#include "fwrepo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "media/device.h"
#include "media/image.h"
#include "media/new_file.h"

#define MIB		 (1ull << 20)
#define DEFAULT_ROOM_MIB 64

struct media_command {
	struct image_request request;
	const char *kind, *out, *device, *overwrite, *size, *room;
	struct opt_list servers;
};

/* "512M", "8G", or "whole": of the device. */
static int parse_size(const struct media_command *command, uint64_t *ret, struct err *err)
{
	CLEANUP_FREE char *digits = strdup(command->size);
	size_t len = strlen(command->size);
	uint64_t unit = 0;
	int rc;

	if (!digits)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (command->device && strcmp(command->size, "whole") == 0) {
		CLEANUP_CLOSE int fd = open(command->device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

		if (end <= 0)
			return err_set(err, ERR_IO, "%s: cannot be opened", command->device);
		*ret = (uint64_t)end;
		return 0;
	}
	if (len > 1 && command->size[len - 1] == 'M')
		unit = MIB;
	if (len > 1 && command->size[len - 1] == 'G')
		unit = 1024 * MIB;
	if (!unit)
		return err_set(err, ERR_USAGE, "--size \"%.40s\": want 512M, 8G%s", command->size,
			       command->device ? " or whole" : "");
	digits[len - 1] = '\0';
	rc = fwrepo_number("--size", digits, UINT32_MAX, ret, err);
	*ret *= unit;
	return rc;
}

static int check(struct media_command *command, struct err *err)
{
	struct image_request *request = &command->request;
	uint64_t room = DEFAULT_ROOM_MIB;
	int rc = 0;

	request->iso = strcmp(command->kind, "iso") == 0;
	request->servers = command->servers.items;
	request->server_count = command->servers.count;
	if (!request->iso && strcmp(command->kind, "stick") != 0)
		return err_set(err, ERR_USAGE, "--kind \"%.40s\": want stick or iso",
			       command->kind);
	if (!command->out && !command->device)
		return err_set(err, ERR_USAGE, "--out FILE or --device DEVICE is needed");
	if (command->overwrite && !command->device)
		return err_set(err, ERR_USAGE, "--overwrite goes with --device");
	if (command->room)
		rc = fwrepo_number("--room", command->room, 1u << 20, &room, err);
	request->room = room * MIB;
	return rc || !command->size ? rc : parse_size(command, &request->size, err);
}

static void say_result(const struct media_command *command, const struct image *image)
{
	printf("%s: %llu MiB, FAT of %llu MiB; ", command->out ? command->out : command->device,
	       (unsigned long long)(image->sectors * GPT_SECTOR / MIB),
	       (unsigned long long)(image_fat_bytes(image) / MIB));
	if (command->request.repo)
		printf("the repository %s, signed by %s\n",
		       command->request.iso ? "is in the ISO" : "is on the FAT",
		       image->files.signer_names);
	else
		printf("no repository\n");
	if (image_esp_bytes(image) != image->base.esp.size || image->esp_is_small)
		printf("ESP of %llu MiB, for the repository's UEFI capsules%s\n",
		       (unsigned long long)(image_esp_bytes(image) / MIB),
		       image->esp_is_small ? ": not for all of them at once, it cannot be larger"
					   : "");
}

static struct device_request device_of(const struct media_command *command)
{
	return (struct device_request){ .device = command->device,
					.again = command->overwrite,
					.sys = "/sys",
					.proc = "/proc" };
}

static int write_device(const struct media_command *command, const struct image *image, int fd,
			struct err *err)
{
	struct source src = { .fd = fd, .size = image->sectors * GPT_SECTOR, .name = "the image" };
	struct device_request request = device_of(command);

	request.image = &src;
	return device_write(&request, err);
}

/* For a device alone the image has no name: it is gone with the process. */
static int write_medium(const struct media_command *command, const struct image *image,
			struct err *err)
{
	const char *dir = getenv("TMPDIR");
	struct new_file file;
	char path[256];
	int rc;

	snprintf(path, sizeof(path), "%s/fwrepo-%d.img", dir && *dir ? dir : "/var/tmp",
		 (int)getpid());
	rc = new_file_open(command->out ? command->out : path, &file, err);
	if (!rc) {
		rc = image_write(image, file.fd, err);
		if (rc)
			err_prefix(err, "%s", file.path);
	}
	if (!rc && command->out)
		rc = new_file_keep(&file, err);
	if (!rc && command->device)
		rc = write_device(command, image, file.fd, err);
	new_file_drop(&file);
	return rc;
}

static int make_media(struct media_command *command, struct err *err)
{
	struct image image = { .base.image.fd = -1 };
	const struct device_request device = device_of(command);
	int rc = check(command, err);

	if (!rc && command->device)
		rc = device_look(&device, err);
	if (!rc)
		rc = image_open(&command->request, &image, err);
	if (!rc)
		rc = write_medium(command, &image, err);
	if (!rc)
		say_result(command, &image);
	image_close(&image);
	return rc;
}

int fwrepo_media(int argc, char **argv)
{
	struct media_command command = { .kind = "stick" };
	const struct opt opts[] = {
		{ "base", OPT_TEXT, &command.request.base, "FILE",
		  "the released image, drydock.iso; it is not changed" },
		{ "out", OPT_TEXT, &command.out, "FILE", "the image to make; must not exist" },
		{ "device", OPT_TEXT, &command.device, "DEVICE",
		  "the stick to write, read back and compare: /dev/sdX" },
		{ "overwrite", OPT_TEXT, &command.overwrite, "DEVICE",
		  "the same device once more, when it is not surely a stick" },
		{ "kind", OPT_TEXT, &command.kind, "WORD",
		  "where the repository is: stick, on the FAT partition (default); iso, in the "
		  "ISO, "
		  "for virtual CDs" },
		{ "repo", OPT_TEXT, &command.request.repo, "DIR",
		  "the signed repository; all of it is verified first" },
		{ "trust", OPT_TEXT, &command.request.trust, "DIR",
		  "policy.json and keys/*.pub: whom the image believes" },
		{ "policy", OPT_TEXT, &command.request.policy, "FILE",
		  "a policy in place of the trust directory's" },
		{ "conf", OPT_TEXT, &command.request.conf, "FILE",
		  "drydock.conf: settings for all servers" },
		{ "server", OPT_LIST, &command.servers, "SERIAL=FILE",
		  "settings of the server with this serial number, instead of drydock.conf; "
		  "repeat" },
		{ "size", OPT_TEXT, &command.size, "SIZE",
		  "of the whole: 512M, 8G, or with --device: whole; default: as small as "
		  "possible" },
		{ "room", OPT_TEXT, &command.room, "MIB",
		  "at least so much free on the FAT partition for logs; default: 64" },
		{ 0 },
	};
	const struct needed needed[] = { { "--base FILE", &command.request.base }, { 0 } };
	struct err err = { 0 };
	int first;
	int status = fwrepo_begin(opts, argc, argv, 0, 0, needed, &first);

	if (status >= 0)
		return status;
	return make_media(&command, &err) ? opts_fail(&fwrepo_program, argv[0], &err) : 0;
}
