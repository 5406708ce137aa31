/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "inventory/why_not.h"

/* Columns that are cut when a device has more; the last one takes what is left of the width. */
enum column { COLUMN_ID, COLUMN_VERSION, COLUMN_BACKEND, COLUMN_NAME, COLUMN_COUNT };

static const struct {
	const char *title;
	unsigned int max;
} columns[COLUMN_COUNT] = {
	[COLUMN_ID] = { "DEVICE", 30 },
	[COLUMN_VERSION] = { "VERSION", 20 },
	[COLUMN_BACKEND] = { "BACKEND", 12 },
	[COLUMN_NAME] = { "NAME", 0 },
};

static const char *cell(const struct device *dev, enum column column)
{
	const char *const cells[COLUMN_COUNT] = {
		[COLUMN_ID] = dev->id,
		[COLUMN_VERSION] = dev->version,
		[COLUMN_BACKEND] = dev->backend,
		[COLUMN_NAME] = dev->name,
	};

	return *cells[column] ? cells[column] : "-";
}

static void measure(const struct inventory *inv, unsigned int width, unsigned int ret[COLUMN_COUNT])
{
	unsigned int used = 0;

	for (enum column col = 0; col < COLUMN_NAME; col++) {
		size_t widest = strlen(columns[col].title);

		for (size_t i = 0; i < inv->count; i++) {
			size_t need = text_columns(cell(&inv->devices[i], col));

			widest = need > widest ? need : widest;
		}
		ret[col] = widest < columns[col].max ? (unsigned int)widest : columns[col].max;
		used += ret[col] + 2;
	}
	ret[COLUMN_NAME] = width > used + 8 ? width - used : 8;
}

/* The text in at most room columns; ".." in place of what does not fit. */
static void put_cell(FILE *out, const char *text, unsigned int room, bool pad)
{
	char clean[sizeof(((struct device *)0)->name)];
	size_t have, len;

	text_copy(clean, sizeof(clean), text);
	have = text_columns(clean);
	len = strlen(clean);
	if (have > room) {
		while (text_columns(clean) > room - 2)
			clean[--len] = '\0';
		fprintf(out, "%s..", clean);
		have = room;
	} else {
		fputs(clean, out);
	}
	if (pad)
		fprintf(out, "%*s", (int)(room - have + 2), "");
}

static void put_row(FILE *out, const char *const cells[COLUMN_COUNT],
		    const unsigned int widths[COLUMN_COUNT])
{
	for (enum column col = 0; col < COLUMN_COUNT; col++)
		put_cell(out, cells[col], widths[col], col != COLUMN_NAME);
	fputc('\n', out);
}

/* In lines of at most width columns, cut between words where there are any. */
static void put_wrapped(FILE *out, const char *text, unsigned int width)
{
	static const char indent[] = "    ";
	size_t room = width > 24 ? width - sizeof(indent) + 1 : 20;

	while (*text) {
		size_t len = strlen(text);

		if (len > room) {
			len = room;
			while (len > 0 && text[len] != ' ')
				len--;
			len = len ? len : room;
		}
		fprintf(out, "%s%.*s\n", indent, (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
}

static void put_reason(FILE *out, const struct inventory *inv, const struct device *dev,
		       unsigned int width, bool every_reason)
{
	char text[WHY_NOT_MAX], clean[WHY_NOT_MAX];
	enum why_not why = inventory_why_not(inv, dev, text);

	if (why == WHY_NOT_UPDATEABLE || (why != WHY_NOT_BARRED && !every_reason))
		return;
	/* Of device texts as they came: only ASCII, so that a byte is a column. */
	text_from_field(clean, sizeof(clean), (const uint8_t *)text, strlen(text));
	put_wrapped(out, clean, width);
}

static void put_table(FILE *out, const struct inventory *inv, unsigned int width, bool every_reason)
{
	unsigned int widths[COLUMN_COUNT];
	const char *cells[COLUMN_COUNT];

	measure(inv, width, widths);
	for (enum column col = 0; col < COLUMN_COUNT; col++)
		cells[col] = columns[col].title;
	put_row(out, cells, widths);
	for (size_t i = 0; i < inv->count; i++) {
		for (enum column col = 0; col < COLUMN_COUNT; col++)
			cells[col] = cell(&inv->devices[i], col);
		put_row(out, cells, widths);
		put_reason(out, inv, &inv->devices[i], width, every_reason);
	}
}

int inventory_to_table(const struct inventory *inv, unsigned int width, bool every_reason,
		       char **ret_text, struct err *err)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int failed;

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	put_table(out, inv, width, every_reason);
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(text);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	*ret_text = text;
	return 0;
}
