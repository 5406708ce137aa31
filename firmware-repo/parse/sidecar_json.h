/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .json file that lies beside a published HPE package: sizes and MD5 sums of its files. */
#ifndef FWREPO_PARSE_SIDECAR_JSON_H
#define FWREPO_PARSE_SIDECAR_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SIDECAR_MAX_BYTES (4u << 20)
#define SIDECAR_MAX_FILES 1024

struct sidecar_file {
	char name[256];
	bool has_size, has_md5;
	uint64_t size; /* bytes */
	uint8_t md5[16];
};

struct sidecar {
	char description[1024]; /* English, "" */
	char category[96];
	struct sidecar_file *files;
	size_t file_count;
};

/*
 * Parses Package.{Category, Description, Files[{Name, Bytes, MD5Sum}]}, encodings as in
 * hpe_json_parse(). ret must be {0}; on error it is {0} again. ERR_FORMAT (also: a size or sum that
 * is not one), ERR_NOT_FOUND (JSON, but not such a file), ERR_DUPLICATE, ERR_TOO_LARGE, ERR_NOMEM.
 */
int sidecar_json_parse(const uint8_t *buf, size_t len, struct sidecar *ret, struct err *err);
void sidecar_free(struct sidecar *sidecar);

/* By its name, case aside. NULL when it says nothing of it. */
const struct sidecar_file *sidecar_find(const struct sidecar *sidecar, const char *name);

#endif
