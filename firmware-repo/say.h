/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands print with --json. */
#ifndef FWREPO_SAY_H
#define FWREPO_SAY_H

#include "base/err.h"
#include "base/json.h"

/* Prints it with indentation. ERR_NOMEM, ERR_FORMAT (a text that is not UTF-8). */
int say_json(yyjson_mut_doc *doc, struct err *err);

/* Prints an object: "format":1 and pairs of texts, key and value, ended by a NULL. */
int say_pairs(const char *const *pairs, struct err *err);

#endif
