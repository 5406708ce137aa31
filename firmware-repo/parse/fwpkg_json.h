/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * payload.json of a .fwpkg (FWPKG and FWPKG-v2), and the same members in an entry of a Service
 * Pack's manifest.json. Keys are compared without case (DirectFlashOk and DirectFlashOK occur),
 * booleans and numbers may be strings. A member that is missing is "not told".
 */
#ifndef FWREPO_PARSE_FWPKG_JSON_H
#define FWREPO_PARSE_FWPKG_JSON_H

#include <yyjson.h>

#include "parse/hpe_json.h"
#include "parse/hpe_package.h"

#define FWPKG_JSON_MAX_BYTES (8u << 20)

/*
 * Parses a payload.json. ret must be {0}; on error it is {0} again. ERR_FORMAT, ERR_DUPLICATE (a
 * key twice, case aside, with different values), ERR_TOO_LARGE, ERR_NOMEM.
 */
int fwpkg_json_parse(const uint8_t *buf, size_t len, struct hpe_package *ret, struct err *err);

/* The same of an object that was parsed already: an entry of "manifest" in manifest.json. */
int fwpkg_json_entry(yyjson_val *entry, struct hpe_package *ret, struct err *err);

#endif
