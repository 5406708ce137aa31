/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the firmware that an update of the system ROM may reset: each boot saves them in its
 * log folder, and a boot that goes on with a run compares them with what the run began with.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/boot_settings.h"
#include "run/session_internal.h"

#define FILE_NAME "boot-settings.txt"
#define FILE_MAX  (256u << 10)

/* The first line says whose they are. */
static void first_line(const struct session *s, char *line, size_t size)
{
	snprintf(line, size, "run: %s\n", s->run_id);
}

/* What this file says when it is of this run, malloc'ed; NULL when it is not. */
static char *settings_in(const struct session *s, const char *path)
{
	CLEANUP_FREE uint8_t *text = NULL;
	char line[64], *settings = NULL;
	size_t len, line_len;

	if (fsio_read_file(path, FILE_MAX, &text, &len, NULL))
		return NULL;
	first_line(s, line, sizeof(line));
	line_len = strlen(line);
	if (len >= line_len && memcmp(text, line, line_len) == 0)
		settings = strndup((const char *)text + line_len, len - line_len);
	return settings;
}

/* Names begin with the machine and go on with the time: the first is the oldest. */
static char *settings_of_first_boot(const struct session *s)
{
	struct dirent **entries = NULL;
	char path[FSIO_PATH_MAX], *settings = NULL;
	int count;

	snprintf(path, sizeof(path), "%s/..", s->options->log_dir);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/../%s/" FILE_NAME, s->options->log_dir,
			 entries[i]->d_name);
		if (!settings)
			settings = settings_in(s, path);
		free(entries[i]);
	}
	free(entries);
	return settings;
}

static void compare(struct session *s, const char *now)
{
	CLEANUP_FREE char *before = settings_of_first_boot(s);
	CLEANUP_FREE char *changes = NULL;
	struct err err = { 0 };

	if (before && boot_settings_compare(before, now, &changes, &err) == 0 && changes)
		session_warn(s, changes);
}

void session_keep_settings(struct session *s)
{
	CLEANUP_FREE char *now = NULL;
	CLEANUP_FREE char *text = NULL;
	struct err err = { 0 };
	char line[64];

	if (!s->logs || bmc_is_remote(s->hw))
		return;
	if (boot_settings_read(s->hw, &now, &err)) {
		session_warn(s, err.text);
		return;
	}
	if (!now[0])
		return;
	if (s->goes_on && s->options->log_dir)
		compare(s, now);
	first_line(s, line, sizeof(line));
	if (asprintf(&text, "%s%s", line, now) >= 0)
		session_save(s, FILE_NAME, text, strlen(text));
}
