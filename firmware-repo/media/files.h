/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes onto a medium besides the system: a repository, settings, texts. */
#ifndef FWREPO_FILES_H
#define FWREPO_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"
#include "repo/policy.h"

#define MEDIA_CONF_MAX 16384 /* bytes; what init reads of drydock.conf */

enum media_place { MEDIA_ON_FAT = 1, MEDIA_ON_ISO = 2 };

struct media_file {
	char *path;	      /* on the medium: "repo/head.json" */
	char *from;	      /* on the workstation; NULL = source is open */
	struct source source; /* with from only its size counts */
	unsigned int places;
	uint32_t block; /* on the ISO */
};

struct media_files {
	struct media_file *items;
	size_t count;
	char signer_names[256]; /* of the repository, for people */
	uint64_t capsule_bytes; /* that it may want in the ESP at once, on a disk's clusters */
};

/* A file of the workstation. ERR_NOT_FOUND, ERR_IO (not a file), ERR_NOMEM. */
int media_files_add(struct media_files *files, const char *path, const char *from,
		    unsigned int places, struct err *err);
/* Bytes that are open already. ERR_NOMEM. */
int media_files_add_source(struct media_files *files, const char *path, const struct source *src,
			   unsigned int places, struct err *err);

/*
 * drydock.conf, or with a serial number the settings of one server: "servers/<serial>.conf", the
 * characters of the number as init makes them safe (letters, digits, ". _ -", at most 64).
 * ERR_TOO_LARGE, ERR_USAGE (nothing is left of the number), and those above.
 */
int media_files_add_conf(struct media_files *files, const char *serial, const char *from,
			 struct err *err);

/*
 * A repository, after its signatures, its index and every byte held under this policy; nothing but
 * what belongs to it. Those of catalog_open() and payload_verify().
 */
int media_files_add_repo(struct media_files *files, const char *dir, const struct policy *policy,
			 unsigned int places, struct err *err);

/* Opens one; media_file_close() afterwards. ERR_NOT_FOUND, ERR_IO (another size than before). */
int media_file_open(const struct media_file *file, struct source *ret, struct err *err);
void media_file_close(const struct media_file *file, struct source *src);

void media_files_free(struct media_files *files);

#endif
