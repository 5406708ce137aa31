/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repository on the workstation: read without signatures, because its owner is changing it.
 * What the updater does with it is decided by catalog_open() alone.
 */
#ifndef FWREPO_REPO_H
#define FWREPO_REPO_H

#include <stdbool.h>

#include "base/err.h"
#include "repo/catalog.h"
#include "repo/catalog_head.h"

struct repo {
	const char *dir;
	struct head head;
	struct catalog cat;
	uint8_t index_sha256[32]; /* of index.json as it is now */
	uint64_t index_size;
	bool locked; /* opened to be changed */
	int lock_fd;
};

/* Makes dir with an empty index and a head that was never signed. ERR_DUPLICATE, ERR_IO, ... */
int repo_create(const char *dir, const char *id, struct err *err);

/* ret must be {0}. ERR_NOT_FOUND (no repository), ERR_FORMAT ... */
int repo_open(const char *dir, struct repo *ret, struct err *err);
/* The same for whoever is going to write: nobody else can until repo_close(). And ERR_BUSY. */
int repo_open_to_change(const char *dir, struct repo *ret, struct err *err);
void repo_close(struct repo *repo); /* takes {0} */

/* Was index.json changed since the head was signed, or was it never signed? */
bool repo_is_unsigned(const struct repo *repo);

/* Is what would be written something that the updater reads? Writes nothing. */
int repo_check_index(const struct catalog *cat, struct err *err);

/* Writes index.json; the repository counts as unsigned afterwards. */
int repo_write_index(const struct repo *repo, struct err *err);

/* Removes what lies below blobs/ for comp alone: no component in repo->cat names it. ERR_IO. */
int repo_remove_unused(const struct repo *repo, const struct component *comp, struct err *err);

/* Writes a file of the repository, atomically. */
int repo_write_file(const char *dir, const char *name, const void *buf, size_t len,
		    struct err *err);

#endif
