/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "base/grow.h"

static int append(struct media_files *files, const char *path, const char *from,
		  const struct source *src, unsigned int places, struct err *err)
{
	struct media_file *file = array_grow(files->items, files->count, sizeof(*file));

	if (!file)
		return err_set(err, ERR_NOMEM, "out of memory");
	files->items = file;
	file += files->count;
	*file = (struct media_file){ .source = *src, .places = places };
	file->path = strdup(path);
	file->from = from ? strdup(from) : NULL;
	files->count++;
	return file->path && (!from || file->from) ? 0 : err_set(err, ERR_NOMEM, "out of memory");
}

int media_files_add(struct media_files *files, const char *path, const char *from,
		    unsigned int places, struct err *err)
{
	struct source src;
	int rc = source_open(from, &src, err);

	if (rc)
		return rc;
	source_close(&(struct source){ .fd = src.fd });
	src.fd = -1;
	return append(files, path, from, &src, places, err);
}

int media_files_add_source(struct media_files *files, const char *path, const struct source *src,
			   unsigned int places, struct err *err)
{
	return append(files, path, NULL, src, places, err);
}

static int conf_path(const char *serial, char *path, size_t size, struct err *err)
{
	char safe[65];
	size_t len = 0;

	for (const char *at = serial; *at && len < sizeof(safe) - 1; at++)
		if (isalnum((unsigned char)*at) || strchr("._-", *at))
			safe[len++] = *at;
	safe[len] = '\0';
	if (len == 0 || strcmp(safe, ".") == 0 || strcmp(safe, "..") == 0)
		return err_set(err, ERR_USAGE, "\"%.64s\" is not a serial number", serial);
	snprintf(path, size, "servers/%s.conf", safe);
	return 0;
}

int media_files_add_conf(struct media_files *files, const char *serial, const char *from,
			 struct err *err)
{
	char path[96] = "drydock.conf";
	int rc = serial ? conf_path(serial, path, sizeof(path), err) : 0;

	if (!rc)
		rc = media_files_add(files, path, from, MEDIA_ON_FAT | MEDIA_ON_ISO, err);
	if (!rc && files->items[files->count - 1].source.size > MEDIA_CONF_MAX)
		rc = err_set(err, ERR_TOO_LARGE, "%s: larger than %d bytes: it would not be read",
			     from, MEDIA_CONF_MAX);
	return rc;
}

int media_file_open(const struct media_file *file, struct source *ret, struct err *err)
{
	int rc;

	if (!file->from) {
		*ret = file->source;
		return 0;
	}
	rc = source_open(file->from, ret, err);
	if (!rc && ret->size != file->source.size) {
		source_close(ret);
		rc = err_set(err, ERR_IO, "%s: it changed while it was read", file->from);
	}
	return rc;
}

void media_file_close(const struct media_file *file, struct source *src)
{
	if (file->from)
		source_close(src);
}

void media_files_free(struct media_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->items[i].path);
		free(files->items[i].from);
	}
	free(files->items);
	*files = (struct media_files){ 0 };
}
