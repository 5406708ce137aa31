/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of tests/plan and tests/schedule: sections ("[devices]") of lines, each made of words
 * "key=value" (a value with blanks stands in double quotes); '#' begins a comment.
 */
#ifndef DRYDOCK_TESTS_WORDS_H
#define DRYDOCK_TESTS_WORDS_H

#include <stddef.h>

#define WORDS_MAX 32

struct word {
	char *key;
	char *value; /* "" for a word alone */
};

/* Cuts a line into words in place and returns how many. */
size_t words_split(char *line, struct word words[WORDS_MAX]);

/* Cuts text in place and calls on_line for each line with the first letter of its section. */
void words_read(char *text, void (*on_line)(void *ctx, char section, char *line), void *ctx);

/* Calls run for each file *.test of the folder, by name. Returns how many there were. */
int words_run_files(const char *dir, void (*run)(const char *path, const char *name));

#endif
