/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/run_note.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"

#define NOTE_MAX (4 * RUN_NOTE_SAID_BYTES)

/* Each argument with its NUL, so that "a b" is not "a", "b". */
static int hash_arguments(const struct box *box, char ret[2 * HASH_BYTES + 1])
{
	struct hash *hash = hash_new();
	uint8_t sum[HASH_BYTES];
	int rc = hash ? 0 : ERR_NOMEM;

	for (size_t i = 0; box->argv[i] && !rc; i++)
		rc = hash_update(hash, box->argv[i], strlen(box->argv[i]) + 1);
	if (!rc)
		rc = hash_final(hash, sum);
	if (!rc)
		hex_encode(sum, sizeof(sum), ret);
	hash_free(hash);
	return rc;
}

/* The end of its log, as text. */
static void read_said(const struct box *box, char ret[RUN_NOTE_SAID_BYTES + 1])
{
	CLEANUP_FREE uint8_t *log = NULL;
	char path[FSIO_PATH_MAX];
	size_t len = 0, from;

	ret[0] = '\0';
	if (fsio_join(path, box->dir, "log", NULL) ||
	    fsio_read_file(path, BOX_LOG_BYTES + 4096, &log, &len, NULL))
		return;
	from = len > RUN_NOTE_SAID_BYTES ? len - RUN_NOTE_SAID_BYTES : 0;
	for (size_t i = from; i < len; i++) {
		bool plain = log[i] == '\n' || (log[i] >= 0x20 && log[i] < 0x7f);

		ret[i - from] = plain ? (char)log[i] : '?';
	}
	ret[len - from] = '\0';
}

char *run_note_make(const struct box *box, int rc, const struct box_end *end)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	char said[RUN_NOTE_SAID_BYTES + 1], arguments[2 * HASH_BYTES + 1];
	char *text = NULL;
	size_t len;

	if (hash_arguments(box, arguments))
		return NULL;
	read_said(box, said);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "arguments", arguments);
	yyjson_mut_obj_add_uint(doc, root, "errno", (uint64_t)-rc);
	yyjson_mut_obj_add_uint(doc, root, "result", rc ? BOX_LOST : end->result);
	yyjson_mut_obj_add_uint(doc, root, "code", rc ? 0 : (uint64_t)end->code);
	yyjson_mut_obj_add_str(doc, root, "text", rc ? "" : end->text);
	yyjson_mut_obj_add_str(doc, root, "said", said);
	return json_write_canonical(doc, &text, &len, NULL) ? NULL : text;
}

static int write_said(const struct box *box, yyjson_val *root, struct err *err)
{
	const char *said = yyjson_get_str(yyjson_obj_get(root, "said"));
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, box->dir, "log", err);

	if (!rc && !said)
		rc = err_set(err, ERR_FORMAT, "\"said\" is no text");
	return rc ? rc : fsio_write_atomic(path, said, strlen(said), 0600, err);
}

static int read_end(yyjson_val *root, int *ret_rc, struct box_end *ret, struct err *err)
{
	uint64_t errnum = 0, result = 0, code = 0;
	int rc = json_get_u64(root, "errno", 0, 4095, &errnum, err);

	rc = rc ? rc : json_get_u64(root, "result", BOX_EXITED, BOX_LOST, &result, err);
	rc = rc ? rc : json_get_u64(root, "code", 0, 255, &code, err);
	rc = rc ? rc : json_get_str(root, "text", ret->text, sizeof(ret->text), err);
	*ret_rc = -(int)errnum;
	ret->result = (enum box_result)result;
	ret->code = (int)code;
	return rc;
}

int run_note_take(const char *text, const struct box *box, int *ret_rc, struct box_end *ret,
		  struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	char now[2 * HASH_BYTES + 1], then[2 * HASH_BYTES + 1];
	yyjson_val *root;
	int rc = json_parse((const uint8_t *)text, strlen(text), NOTE_MAX, &doc, err);

	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	rc = json_get_str(root, "arguments", then, sizeof(then), err);
	if (!rc && (hash_arguments(box, now) || strcmp(now, then) != 0))
		rc = err_set(err, ERR_PROOF, "it was run with other arguments");
	rc = rc ? rc : read_end(root, ret_rc, ret, err);
	return rc ? rc : write_said(box, root, err);
}
