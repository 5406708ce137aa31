/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The result of a replay, for people and for programs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "run/replay.h"

static const char *const verdicts[] = {
	[REPLAY_SAME] = "same",
	[REPLAY_DEVIATES] = "deviates",
	[REPLAY_LEFT_OUT] = "left out",
};

const char *replay_verdict_name(enum replay_verdict verdict)
{
	return verdicts[verdict];
}

static void put_row(FILE *out, const struct replay_row *row)
{
	fprintf(out, "%-22s %-9s %6zu calls  %s\n", row->what, verdicts[row->verdict], row->calls,
		row->device);
	if (row->recorded[0])
		fprintf(out, "    recorded: %s\n", row->recorded);
	if (row->replayed[0])
		fprintf(out, "    replayed: %s\n", row->replayed);
	if (row->text[0])
		fprintf(out, "    %s\n", row->text);
}

int replay_to_text(const struct replay *replay, char **ret_text, struct err *err)
{
	size_t len;
	FILE *out = open_memstream(ret_text, &len);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < replay->count; i++)
		put_row(out, &replay->rows[i]);
	if (replay->deviating)
		fprintf(out, "%zu of %zu deviate.\n", replay->deviating, replay->count);
	else
		fprintf(out, "All as it was recorded.\n");
	return fclose(out) ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}

int replay_to_json(const struct replay *replay, char **ret_text, size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *list;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_uint(doc, root, "deviating", replay->deviating);
	list = yyjson_mut_obj_add_arr(doc, root, "replayed");
	for (size_t i = 0; i < replay->count; i++) {
		const struct replay_row *row = &replay->rows[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, obj, "what", row->what);
		yyjson_mut_obj_add_str(doc, obj, "device", row->device);
		yyjson_mut_obj_add_str(doc, obj, "verdict", verdicts[row->verdict]);
		yyjson_mut_obj_add_uint(doc, obj, "calls", row->calls);
		yyjson_mut_obj_add_str(doc, obj, "recorded", row->recorded);
		yyjson_mut_obj_add_str(doc, obj, "replayed", row->replayed);
		yyjson_mut_obj_add_str(doc, obj, "text", row->text);
	}
	return json_write_pretty(doc, ret_text, ret_len, err);
}
