/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON in and out, over yyjson. What is read here comes from files that anybody may have changed:
 * every reader states its maximum, and objects with the same key twice are refused (two readers
 * of one signed text must never see different things).
 */
#ifndef DRYDOCK_BASE_JSON_H
#define DRYDOCK_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "base/err.h"

#define JSON_MAX_DEPTH 32

static inline void json_cleanup_doc(yyjson_doc **doc)
{
	yyjson_doc_free(*doc);
}

static inline void json_cleanup_mut_doc(yyjson_mut_doc **doc)
{
	yyjson_mut_doc_free(*doc);
}

#define CLEANUP_JSON	 __attribute__((cleanup(json_cleanup_doc)))
#define CLEANUP_JSON_MUT __attribute__((cleanup(json_cleanup_mut_doc)))

/*
 * Parses len bytes at buf (RFC 8259, UTF-8, no trailing bytes) of at most max_bytes, nesting at
 * most JSON_MAX_DEPTH, no key twice in one object. The root must be an object.
 * Errors: ERR_TOO_LARGE, ERR_FORMAT, ERR_DUPLICATE, ERR_NOMEM.
 */
int json_parse(const uint8_t *buf, size_t len, size_t max_bytes, yyjson_doc **ret_doc,
	       struct err *err);

/* The same for bytes of a stated size whose nesting was counted before. */
int json_parse_shallow(const uint8_t *buf, size_t len, yyjson_doc **ret_doc, struct err *err);

/*
 * The member key of obj, copied to buf of size bytes including the NUL. It must be a string that
 * fits, without control characters. json_get_* want it to be there (ERR_FORMAT); json_opt_* leave
 * the caller's value untouched when it is absent. Errors: ERR_FORMAT.
 */
int json_get_str(yyjson_val *obj, const char *key, char *buf, size_t size, struct err *err);
int json_opt_str(yyjson_val *obj, const char *key, char *buf, size_t size, struct err *err);

/* The same for a value in hand, an array's entry; what names it in the error. */
int json_str(yyjson_val *val, const char *what, char *buf, size_t size, struct err *err);

/* The same where it lies in the document, its length without the NUL at the end. */
int json_text(yyjson_val *val, const char *what, size_t size, const char **ret_text,
	      size_t *ret_len, struct err *err);

/* Are all members of obj among names (NULL-terminated)? ERR_FORMAT. */
int json_check_members(yyjson_val *obj, const char *const *names, struct err *err);

/* A whole number from min to max; 1.0, "1" and -1 are ERR_FORMAT. */
int json_get_u64(yyjson_val *obj, const char *key, uint64_t min, uint64_t max, uint64_t *ret,
		 struct err *err);
int json_opt_u64(yyjson_val *obj, const char *key, uint64_t min, uint64_t max, uint64_t *ret,
		 struct err *err);

int json_opt_bool(yyjson_val *obj, const char *key, bool *ret, struct err *err);

/* Members that must be an object or an array of at most max entries. */
int json_get_obj(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err);
int json_get_arr(yyjson_val *obj, const char *key, size_t max, yyjson_val **ret, struct err *err);
/* Absent: *ret is NULL. */
int json_opt_obj(yyjson_val *obj, const char *key, yyjson_val **ret, struct err *err);
int json_opt_arr(yyjson_val *obj, const char *key, size_t max, yyjson_val **ret, struct err *err);

/* Exactly 64 lower-case hex digits at key, as 32 bytes. ERR_FORMAT. */
int json_get_sha256(yyjson_val *obj, const char *key, uint8_t ret[32], struct err *err);

/*
 * Canonical text of a document: keys sorted by byte value at every level, no white space, no
 * escape that is not needed, one line without a final newline. *ret_text is malloc'ed.
 */
int json_write_canonical(yyjson_mut_doc *doc, char **ret_text, size_t *ret_len, struct err *err);

/* The same for people and tools: indented, keys in the order in which they were added. */
int json_write_pretty(yyjson_mut_doc *doc, char **ret_text, size_t *ret_len, struct err *err);

#endif
