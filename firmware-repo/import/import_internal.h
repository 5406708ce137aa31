/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of "fwrepo import": shared by its parts, not by the importers. */
#ifndef FWREPO_IMPORT_INTERNAL_H
#define FWREPO_IMPORT_INTERNAL_H

#include "import/import.h"
#include "repo.h"

#define IMPORT_MAX_NESTING 4

struct import_options {
	const struct inventory *servers;
	size_t server_count;
	bool keep_undecided; /* also what the given inventories cannot tell about */
	bool all_versions;   /* also what a newer one in the same import supersedes */
	bool vendor_tools;   /* also what only a vendor's own program applies */
	bool dry_run;	     /* tell, copy nothing */
};

struct report_line {
	enum note note;
	char *file;	    /* what was being imported */
	char *name;	    /* what inside it; may be "" */
	char *text;	    /* may be "" */
	char component[96]; /* its id, when it is one now */
	uint64_t size;	    /* bytes, 0 = not told */
};

struct import_report {
	struct report_line *lines;
	size_t count;
};

struct import {
	struct repo *repo;
	const struct import_options *options;
	const struct importer *importer; /* at work now */
	const struct import_file *file;	 /* and what it works on */
	bool hashed;			 /* file_sha256 is that of file */
	uint8_t file_sha256[32];
	unsigned int nesting;
	size_t first_new;	       /* components from here on are new */
	struct payload_ref *new_blobs; /* to be removed should the import fail */
	size_t new_blob_count;
	struct import_cache *cache; /* of what earlier imports took; NULL until it is needed */
	struct import_report report;
};

/* import.c: all of one path, a package, folder or ISO. */
int import_path(struct import *imp, const char *path, struct err *err);
/* Takes back what was copied; the index was not written. */
void import_undo(struct import *imp);
void import_free(struct import *imp);

/* import_bytes.c: copies what a draft names into the repository. ERR_HASH, ... */
int import_bytes(struct import *imp, const struct draft_bytes *bytes,
		 const struct draft_checksum *checksums, size_t checksum_count, const char *label,
		 struct payload_ref *ret, struct err *err);
/* The SHA-256 of all bytes of a source, or what it was when they were last read. */
int import_hash(struct import *imp, const struct source *src, uint8_t ret[32], struct err *err);

/* import_report.c. ERR_NOMEM. */
int report_add(struct import_report *report, const struct report_line *line, struct err *err);
void report_print(const struct import_report *report, bool dry_run);
/* Pretty JSON, malloc'ed. failure NULL = the import ended well. */
int report_json(const struct import_report *report, const struct err *failure, char **ret,
		size_t *ret_len, struct err *err);
size_t report_count(const struct import_report *report, enum note note);
void import_report_free(struct import_report *report);

#endif
