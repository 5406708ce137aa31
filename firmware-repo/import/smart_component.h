/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPE's Smart Components, inside: what the importers of their shapes share. */
#ifndef FWREPO_SMART_COMPONENT_H
#define FWREPO_SMART_COMPONENT_H

#include "import/archive.h"
#include "import/hpe_common.h"
#include "import/hpe_sidecar.h"
#include "import/import.h"
#include "parse/hpe_package.h"
#include "parse/hpimage.h"

#define SMART_MAX_IMAGES 64

/* A firmware image that was recognised by its content. */
struct smart_image {
	char *member; /* its name in the archive */
	uint64_t size;
	struct hpimage *info;
};

struct smart {
	struct import *imp;
	const struct import_file *file;
	struct source archive; /* the stretch of file that is one */
	bool opened;	       /* archive could be read */
	struct hpe_package pkg;
	bool described; /* pkg was read from a cp*.xml inside or beside */
	struct smart_image images[SMART_MAX_IMAGES];
	size_t image_count;
	struct hpe_sidecar sidecar;
	struct hpe_signatures signatures;
	uint8_t *head; /* room for IMPORT_HEAD_BYTES */
};

/*
 * Walks the archive for images and its description, which else may lie beside the file. ERR_FORMAT
 * with the file's name: the archive, the description or an image is damaged.
 */
int smart_read(struct smart *smart, struct err *err);
void smart_free(struct smart *smart);

/* Is it what has a description of its own, or what else would be a driver or program? */
bool smart_is_software(const struct smart *smart);

#endif
