/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPE's JSON: payload.json of a .fwpkg (FWPKG and FWPKG-v2), the same members in an entry of a
 * Service Pack's manifest.json. Keys are compared without case (DirectFlashOk and DirectFlashOK
 * occur), booleans and numbers may be strings, lists may be one object or hidden in an object with
 * one member, as programs do that make JSON of XML. A member that is missing is "not told".
 */
#ifndef FWREPO_PARSE_FWPKG_JSON_H
#define FWREPO_PARSE_FWPKG_JSON_H

#include <yyjson.h>

#include "parse/hpe_package.h"

#define FWPKG_JSON_MAX_BYTES (8u << 20)

/*
 * Parses a payload.json: UTF-8 with or without byte order mark, or UTF-16 with one. ret must be
 * {0}; on error it is {0} again. ERR_FORMAT, ERR_DUPLICATE (a key twice, case aside, with different
 * values), ERR_TOO_LARGE, ERR_NOMEM.
 */
int fwpkg_json_parse(const uint8_t *buf, size_t len, struct hpe_package *ret, struct err *err);

/* The same of an object that was parsed already, an entry of "manifest" in manifest.json. */
int fwpkg_json_entry(yyjson_val *entry, struct hpe_package *ret, struct err *err);

/*
 * What fwpkg_json_parse() begins with, for other JSON of HPE's: bytes in any of those encodings to
 * a document as json_parse() makes it.
 */
int hpe_json_parse(const uint8_t *buf, size_t len, size_t max_bytes, yyjson_doc **ret,
		   struct err *err);

/*
 * The member of an object by its name, case aside. NULL when there is none. ERR_DUPLICATE when two
 * of them differ. obj may be anything: only objects have members.
 */
int hpe_json_member(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err);

/*
 * A text in one of HPE's ways: a string, or translations ([{"Lang", "Value"}], [{"key",
 * "languages":
 * [{"lang", "x_late"}]}], {"lang": .., "x_late": ..}). Copied to buf by text_copy(); language "en"
 * or "ja". buf is left as it is when there is none in that language.
 */
void hpe_json_text(yyjson_val *val, const char *language, char *buf, size_t size);

#endif
