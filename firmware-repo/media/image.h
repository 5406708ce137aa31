/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finished medium: the system of a released image at its old places, new directory tables and
 * files behind it, then the ESP, a FAT and the journal at whole MiB (iso/README.md).
 */
#ifndef FWREPO_IMAGE_H
#define FWREPO_IMAGE_H

#include "base/err.h"
#include "media/base.h"
#include "media/files.h"
#include "media/trust.h"

#define IMAGE_SERVERS_MAX 64

struct image_request {
	const char *base;
	const char *repo, *trust, *policy, *conf; /* NULL = none */
	const char *const *servers;		  /* "SERIAL=FILE" */
	size_t server_count;
	bool iso;      /* the repository in the ISO tree, else on the FAT */
	uint64_t size; /* bytes of the whole; 0 = as small as possible */
	uint64_t room; /* bytes that are to be free on the FAT, at least */
};

struct image {
	struct media_base base;
	struct trust trust;
	struct media_files files;
	struct iso_tree tree;
	struct iso_tables rock_ridge, joliet;
	uint32_t tables; /* block of the first of them */
	uint32_t end;	 /* block behind the ISO, a whole MiB */
	struct gpt gpt;
	uint64_t sectors; /* of the whole */
	bool has_trust;
	bool esp_is_small; /* its capsules do not fit into it all at once, as large as it can be */
	uint32_t fat_serial;
};

/*
 * Reads and checks everything, and decides where it goes; nothing is written. ERR_USAGE (what does
 * not fit together), ERR_SIGNATURE, ERR_HASH, ERR_FORMAT, ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_FULL
 * (size is too small), ERR_IO, ERR_NOMEM. ret must be {0}; image_close() in any case.
 */
int image_open(const struct image_request *request, struct image *ret, struct err *err);

/* Into an empty file, which becomes as long as it has to; zeros are left out. ERR_FULL, ERR_IO. */
int image_write(const struct image *image, int fd, struct err *err);

uint64_t image_fat_bytes(const struct image *image);
uint64_t image_esp_bytes(const struct image *image);
void image_close(struct image *image);

#endif
