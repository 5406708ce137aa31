/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FWREPO_IMPORTERS_H
#define FWREPO_IMPORTERS_H

#include "import/import.h"

/*
 * The importer for a file by its first bytes, or (len 0) for a tree as a whole: then file->entry is
 * NULL and file->source the ISO image, or a source with fd -1 for a folder. NULL when none wants
 * it.
 */
const struct importer *importer_of(const struct import_file *file, const uint8_t *head, size_t len);

extern const struct importer *const importers[]; /* NULL-terminated */

#endif
