/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what vendors publish to components. One importer is one format: it recognises a file by its
 * content, reads the metadata, and offers each component that it finds as a draft. Whether a draft
 * is wanted (--for, a newer one, already there), copying its bytes, the report and the index are
 * the business of the import, not of the importer.
 *
 * An import is all or nothing: what is damaged anywhere leaves the repository as it was.
 */
#ifndef FWREPO_IMPORT_H
#define FWREPO_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/note.h"
#include "import/source.h"
#include "import/tree.h"
#include "inventory/inventory.h"
#include "repo/catalog.h"

#define IMPORT_HEAD_BYTES     (64u << 10) /* what an importer may look at to recognise a file */
#define IMPORT_METADATA_MAX   (32u << 20) /* bytes of one metadata file */
#define DRAFT_MAX_ATTACHMENTS 64
#define DRAFT_MAX_CHECKSUMS   4

/* Where bytes come from that go into the repository. */
enum bytes_from {
	BYTES_SOURCE = 1, /* a file or a stretch of one */
	BYTES_MEMBER,	  /* a member of an archive, by name */
	BYTES_MEMORY,
};

struct draft_bytes {
	enum bytes_from from;
	struct source source; /* BYTES_SOURCE: these bytes; BYTES_MEMBER: the archive */
	const char *member;   /* BYTES_MEMBER */
	const uint8_t *memory;
	size_t memory_len;
};

/* What the vendor says of the payload's bytes; checked while they are copied (ERR_HASH). */
struct draft_checksum {
	const char *algorithm; /* as OpenSSL calls it: "SHA256", "SHA1", "MD5" */
	uint8_t value[64];
	size_t len;
};

struct draft_attachment {
	const char *role; /* see component_add_attachment() */
	const char *name;
	struct draft_bytes bytes;
};

/*
 * A component without payload, provenance and attachments, and where these come from. What it
 * points to needs to live only until import_offer() returns. Begins as {0}.
 */
struct draft {
	struct component comp; /* see edit.h; import_offer() takes it over and leaves {0} */
	const char *name;      /* what the report calls it: "packages/cp0123.fwpkg: X.HPb" */
	struct draft_bytes payload;
	uint64_t payload_size; /* as far as it is known before, for the report; 0 = unknown */
	struct draft_checksum checksums[DRAFT_MAX_CHECKSUMS];
	size_t checksum_count;
	struct draft_attachment attachments[DRAFT_MAX_ATTACHMENTS];
	size_t attachment_count;
	bool cannot_match; /* its targets are of a kind that inventories show only sometimes */
};

/* The file that is being imported. */
struct import_file {
	struct source source;
	const struct tree *tree;       /* what it lies among; never NULL */
	const struct tree_file *entry; /* it, in the tree */
	const char *label;	       /* what messages and reports call it */
};

struct import; /* one run of "fwrepo import" */

struct importer {
	const char *name; /* "fwpkg": goes into the provenance */
	/* By content first, by the name's ending only where the content cannot tell. */
	bool (*recognise)(const struct import_file *file, const uint8_t *head, size_t head_len);
	/*
	 * Reads it and calls import_offer() and import_note(). ERR_FORMAT, ERR_HASH, ERR_TOO_LARGE
	 * ... for a file that is damaged: the whole import ends. Whatever is sound but of no use is
	 * a note, not an error.
	 */
	int (*import)(struct import *imp, const struct import_file *file, struct err *err);
};

extern const struct importer importer_spp;     /* spp.c: a tree, see there */
extern const struct importer importer_fwpkg;   /* fwpkg.c */
extern const struct importer importer_cab;     /* lvfs.c */
extern const struct importer importer_pldm;    /* pldm.c */
extern const struct importer importer_scexe;   /* smart_component.c */
extern const struct importer importer_rpm;     /* smart_component.c */
extern const struct importer importer_zip;     /* smart_component.c: a zip without payload.json */
extern const struct importer importer_exe;     /* smart_component.c: a program, maybe with a zip */
extern const struct importer importer_hpimage; /* hpimage.c: HPE signed images */
extern const struct importer importer_capsule; /* capsule.c: UEFI capsules */

/*
 * Offers a draft. Decides whether it is wanted, then copies payload and attachments and adds it to
 * the repository's index in memory. The draft's component is gone afterwards, whatever happens.
 * 0 also when it was not wanted (the report says why). ERR_HASH, ERR_FORMAT, ERR_FULL, ERR_IO ...
 */
int import_offer(struct import *imp, struct draft *draft, struct err *err);

/*
 * Would anything with these targets be wanted? For importers that can spare themselves opening a
 * package: false only if --for is given and no server has one of them. NULL-terminated.
 */
bool import_wants_targets(const struct import *imp, const char *const *targets);

/* The servers given by --for; count 0 = no restriction. */
const struct inventory *import_servers(const struct import *imp, size_t *ret_count);
bool import_vendor_tools(const struct import *imp); /* --vendor-tools */

/* A line of the report about something inside the file. size 0 = not told. ERR_NOMEM. */
int import_note(struct import *imp, enum note note, const char *name, uint64_t size,
		struct err *err, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Imports a file that another importer found (a package of a Service Pack, an image in a zip). */
int import_nested(struct import *imp, const struct import_file *file, struct err *err);

#endif
