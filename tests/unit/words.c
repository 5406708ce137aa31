/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "words.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t words_split(char *line, struct word words[WORDS_MAX])
{
	size_t count = 0;

	while (*(line += strspn(line, " \t")) && count < WORDS_MAX) {
		bool quoted = false;
		char *out = line;
		char *equals;

		words[count].key = line;
		for (; *line && (quoted || !strchr(" \t", *line)); line++) {
			if (*line == '"')
				quoted = !quoted;
			else
				*out++ = *line;
		}
		line += *line != '\0';
		*out = '\0';
		equals = strchr(words[count].key, '=');
		words[count].value = equals ? equals + 1 : out;
		if (equals)
			*equals = '\0';
		count++;
	}
	return count;
}

void words_read(char *text, void (*on_line)(void *ctx, char section, char *line), void *ctx)
{
	char section = 0;
	char *next;

	for (char *line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[0] == '[')
			section = line[1];
		else if (line[0] && line[0] != '#')
			on_line(ctx, section, line);
	}
}

static int is_test(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".test") == 0;
}

int words_run_files(const char *dir, void (*run)(const char *path, const char *name))
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_test, alphasort);
	char path[512];

	if (count < 0)
		return 0;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		run(path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return count;
}
