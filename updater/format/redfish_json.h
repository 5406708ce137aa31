/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of a Redfish resource that is parsed already. Services differ in the case of names and
 * of enumerated values, and leave out what they like: names are compared without case, and what is
 * absent, null or of another type reads as "not there".
 */
#ifndef DRYDOCK_FORMAT_REDFISH_JSON_H
#define DRYDOCK_FORMAT_REDFISH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

/*
 * The value at path, names with '/' between them ("Oem/Hpe/State"); a name may be a number where an
 * array is. NULL = not there.
 */
yyjson_val *redfish_at(yyjson_val *from, const char *path);

/*
 * The text at path, made fit for terminals (text.h), cut at size. False, and buf "", when there is
 * none.
 */
bool redfish_text(yyjson_val *from, const char *path, char *buf, size_t size);

/*
 * The same where it must come whole, a reference or a file name: one that does not fit, or has
 * other characters than printable ASCII, is not there.
 */
bool redfish_exact(yyjson_val *from, const char *path, char *buf, size_t size);

bool redfish_number(yyjson_val *from, const char *path, uint64_t *ret);
bool redfish_bool(yyjson_val *from, const char *path, bool *ret);

/* What the reference at path ("UpdateService") leads to: its "@odata.id", or iLO 4's "href". */
bool redfish_ref(yyjson_val *from, const char *path, char *buf, size_t size);

/* Where the action leads to; it may be in two places: Oem/Hpe/Actions and Actions/Oem/Hpe. */
bool redfish_oem_action(yyjson_val *resource, const char *action, char *buf, size_t size);

/* The index of the word, without case; 0 when there is no such word. words ends with NULL, its
 * entry 0 is never compared. */
unsigned int redfish_word(const char *word, const char *const *words);

#endif
