/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How HPE writes JSON, whatever is in it: encodings, keys without case, texts in languages. */
#ifndef FWREPO_PARSE_HPE_JSON_H
#define FWREPO_PARSE_HPE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "base/err.h"

/*
 * Bytes to a document as json_parse() makes it: UTF-8 with or without byte order mark, or UTF-16
 * (by its mark, or by a zero beside the first character: RFC 4627 section 3). At most max_bytes,
 * as they are in the file. ERR_FORMAT, ERR_DUPLICATE, ERR_TOO_LARGE, ERR_NOMEM.
 */
int hpe_json_parse(const uint8_t *buf, size_t len, size_t max_bytes, yyjson_doc **ret,
		   struct err *err);

/*
 * The member of an object by its name, case aside. *ret is NULL when there is none or when it is
 * null. ERR_DUPLICATE when there are two that differ. obj may be anything, NULL too: only objects
 * have members.
 */
int hpe_json_member(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err);

/*
 * A string, number or boolean as text: "true", "12". False when it is something else, or does not
 * fit, or has a NUL inside. NULL and null are "".
 */
bool hpe_json_scalar(yyjson_val *val, char *buf, size_t size);

/*
 * A text in one of HPE's ways, in a language ("en", "ja"): a string (which is "en"), or
 * translations: {"Lang", "Value"}, {"lang", "x_late"}, {"key", "languages": [...]}, or a list of
 * those. NULL when there is none; it lives as long as the document.
 */
const char *hpe_json_text(yyjson_val *val, const char *language);

/*
 * Visits the items of a list: an array, one object, or {inner: array or object}. NULL has none.
 * ERR_FORMAT when an item is not an object ("<inner> 3 is not an object"), what visit() returned.
 */
int hpe_json_each(yyjson_val *list, const char *inner,
		  int (*visit)(void *ctx, yyjson_val *item, struct err *err), void *ctx,
		  struct err *err);

#endif
