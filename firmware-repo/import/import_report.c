/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of everything that was found: nothing is left out silently. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/json.h"
#include "base/text.h"
#include "import/import_internal.h"

int report_add(struct import_report *report, const struct report_line *line, struct err *err)
{
	struct report_line *grown = array_grow(report->lines, report->count, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	report->lines = grown;
	grown += report->count++;
	*grown = *line;
	grown->file = strdup(line->file ? line->file : "");
	grown->name = strdup(line->name ? line->name : "");
	grown->text = strdup(line->text ? line->text : "");
	if (!grown->file || !grown->name || !grown->text)
		return err_set(err, ERR_NOMEM, "out of memory");
	return 0;
}

void import_report_free(struct import_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->lines[i].file);
		free(report->lines[i].name);
		free(report->lines[i].text);
	}
	free(report->lines);
	*report = (struct import_report){ 0 };
}

size_t report_count(const struct import_report *report, enum note note)
{
	size_t count = 0;

	for (size_t i = 0; i < report->count; i++)
		count += report->lines[i].note == note;
	return count;
}

static void size_text(uint64_t bytes, char ret[24])
{
	if (bytes >= 10u << 20)
		snprintf(ret, 24, "%" PRIu64 " MiB", bytes >> 20);
	else
		snprintf(ret, 24, "%" PRIu64 " KiB", (bytes + 1023) >> 10);
}

static void print_size(uint64_t bytes)
{
	char text[24] = "";

	if (bytes)
		size_text(bytes, text);
	printf(" %10s", text);
}

/* Texts come from packages: nothing of them reaches a terminal but what can be printed. */
static void print_clean(const char *before, const char *text)
{
	char clean[512];

	text_copy(clean, sizeof(clean), text);
	if (clean[0])
		printf("%s%s", before, clean);
}

static void print_line(const struct report_line *line)
{
	printf("  %-20s", note_id(line->note));
	print_size(line->size);
	print_clean("  ", line->file);
	if (strcmp(line->name, line->file) != 0)
		print_clean(": ", line->name);
	print_clean(" -> ", line->component);
	print_clean(": ", line->text);
	putchar('\n');
}

/* The lines of one reason, under a sentence that says what it means and what they add up to. */
static void print_note(const struct import_report *report, enum note note, bool dry_run)
{
	size_t count = report_count(report, note);
	char size[24];
	uint64_t bytes = 0;

	if (!count)
		return;
	for (size_t i = 0; i < report->count; i++)
		bytes += report->lines[i].note == note ? report->lines[i].size : 0;
	printf("%zu %s", count,
	       dry_run && note == NOTE_IMPORTED ? "would be imported" : note_sentence(note));
	size_text(bytes, size);
	if (bytes)
		printf(" (%s)", size);
	printf("\n");
	for (size_t i = 0; i < report->count; i++)
		if (report->lines[i].note == note)
			print_line(&report->lines[i]);
}

void report_print(const struct import_report *report, bool dry_run)
{
	for (enum note note = NOTE_IMPORTED; note <= NOTE_LAST; note++)
		print_note(report, note, dry_run);
	if (!report->count)
		printf("nothing was found\n");
}

static void add_line(yyjson_mut_doc *doc, yyjson_mut_val *list, const struct report_line *line)
{
	yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

	yyjson_mut_obj_add_str(doc, obj, "reason", note_id(line->note));
	yyjson_mut_obj_add_bool(doc, obj, "dropped", note_is_dropped(line->note));
	yyjson_mut_obj_add_strcpy(doc, obj, "file", line->file);
	if (line->name[0])
		yyjson_mut_obj_add_strcpy(doc, obj, "name", line->name);
	if (line->component[0])
		yyjson_mut_obj_add_strcpy(doc, obj, "component", line->component);
	if (line->size)
		yyjson_mut_obj_add_uint(doc, obj, "size", line->size);
	if (line->text[0])
		yyjson_mut_obj_add_strcpy(doc, obj, "text", line->text);
}

int report_json(const struct import_report *report, const struct err *failure, char **ret,
		size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root, *list;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "format", "drydock-import");
	yyjson_mut_obj_add_uint(doc, root, "version", 1);
	yyjson_mut_obj_add_bool(doc, root, "ok", !failure);
	if (failure) {
		yyjson_mut_obj_add_str(doc, root, "reason", err_id(failure->code));
		yyjson_mut_obj_add_strcpy(doc, root, "text", failure->text);
	}
	list = yyjson_mut_obj_add_arr(doc, root, "lines");
	for (size_t i = 0; i < report->count; i++)
		add_line(doc, list, &report->lines[i]);
	return json_write_pretty(doc, ret, ret_len, err);
}
