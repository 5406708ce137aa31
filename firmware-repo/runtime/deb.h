/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debian packages (deb(5)): an ar archive with control.tar and data.tar in it, by libarchive. */
#ifndef FWREPO_RUNTIME_DEB_H
#define FWREPO_RUNTIME_DEB_H

#include <archive.h>
#include <archive_entry.h>

#include "base/err.h"

/* Called for each entry; a value above 0 ends the walk, one below 0 is an error. */
typedef int deb_visit(void *ctx, struct archive *tar, struct archive_entry *entry, struct err *err);

/* Walks over the member that begins with name ("control.tar", "data.tar"). ERR_FORMAT, ERR_IO. */
int deb_walk(const char *file, const char *name, deb_visit *visit, void *ctx, struct err *err);

/* An entry's name without "./" and "/" at its ends; NULL when it has "..". */
const char *deb_name(struct archive_entry *entry, char *buf, size_t size);

#endif
