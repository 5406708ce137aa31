/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a release in a metainfo document to a component. */
#ifndef FWREPO_LVFS_COMPONENT_H
#define FWREPO_LVFS_COMPONENT_H

#include "format/capsule.h"
#include "import/import.h"
#include "parse/metainfo.h"

/* What a payload that is a UEFI capsule says of itself. */
struct lvfs_capsule {
	bool seen;	      /* it is one, and was read */
	char guid[GUID_TEXT]; /* the ESRT entry that it updates */
	bool has_version;
	uint32_t version, lowest_version;
};

/* How a protocol is written to devices; NULL when nothing here is meant for it. */
struct lvfs_protocol {
	const char *word;    /* "org.nvmexpress" */
	const char *vendor;  /* only devices of this vendor; NULL = any */
	const char *backend; /* target.h */
	const char *proof;   /* the field, "" = the package does not tell which */
	const char *class_name;
};

const struct lvfs_protocol *lvfs_protocol_of(const struct metainfo *info);

/* From the first bytes of a capsule that is size bytes long. */
void lvfs_look_at_capsule(const uint8_t *head, size_t len, uint64_t size, struct lvfs_capsule *ret);

/*
 * Fills all but payload and attachments; what cannot be said in a component becomes a note about
 * name. ERR_FORMAT, ERR_TOO_LARGE, ERR_NOMEM.
 */
int lvfs_component_fill(struct import *imp, const struct metainfo *info,
			const struct metainfo_release *rel, const struct lvfs_capsule *capsule,
			const char *name, struct component *comp, struct err *err);

#endif
