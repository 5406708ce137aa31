/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/mirror.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "run/mirror_copy.h"

static struct entry *find_entry(struct mirror *mirror, const char *name)
{
	struct entry *entry = mirror->entries;

	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->next;
	if (entry || strlen(name) >= MIRROR_NAME_MAX)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->fd = -1;
	entry->next = mirror->entries;
	mirror->entries = entry;
	return entry;
}

static void free_entry(struct entry *entry)
{
	if (entry->fd >= 0)
		close(entry->fd);
	free(entry);
}

/* After an error of the medium nobody knows what of the last writes has arrived. */
static void doubt_everything(struct mirror *mirror)
{
	for (struct entry *entry = mirror->entries; entry; entry = entry->next) {
		if (entry->busy)
			continue;
		entry->whole = false;
		if (entry->fd >= 0)
			close(entry->fd);
		entry->fd = -1;
	}
}

static bool is_gone(const struct mirror *mirror, const char *name)
{
	struct stat st;

	return fstatat(mirror->from, name, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT;
}

static int remove_gone(struct mirror *mirror, struct err *err)
{
	struct entry **link = &mirror->entries;

	while (*link) {
		struct entry *entry = *link;
		int errnum = 0;

		if (!is_gone(mirror, entry->name)) {
			link = &entry->next;
			continue;
		}
		errnum = mirror_before(mirror, "remove", entry->name);
		if (!errnum && unlinkat(mirror->to, entry->name, 0) && errno != ENOENT)
			errnum = errno;
		if (errnum)
			return mirror_fail(err, errnum, entry->name, "remove it");
		*link = entry->next;
		free_entry(entry);
	}
	return 0;
}

struct found {
	char name[MIRROR_NAME_MAX];
	off_t size;
};

static int smaller_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->size > y->size) - (x->size < y->size);
}

static int add_found(struct found **list, size_t *count, const char *name, off_t size)
{
	struct found *longer = *list;

	/* Room is doubled whenever the count reaches a power of two. */
	if ((*count & (*count - 1)) == 0)
		longer = reallocarray(*list, *count ? 2 * *count : 1, sizeof(**list));
	if (!longer)
		return -1;
	*list = longer;
	snprintf(longer[*count].name, MIRROR_NAME_MAX, "%s", name);
	longer[*count].size = size;
	*count += 1;
	return 0;
}

static int look(struct mirror *mirror, struct found **ret, size_t *ret_count, struct err *err)
{
	int fd = openat(mirror->from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_CLOSEDIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *file;
	struct stat st;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_NOMEM, "the log folder cannot be listed");
	}
	while ((file = readdir(dir)))
		if (file->d_name[0] != '.' && strlen(file->d_name) < MIRROR_NAME_MAX &&
		    fstatat(mirror->from, file->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && add_found(ret, ret_count, file->d_name, st.st_size))
			return err_set(err, ERR_NOMEM, "out of memory");
	if (*ret_count)
		qsort(*ret, *ret_count, sizeof(**ret), smaller_first);
	return 0;
}

int mirror_all(struct mirror *mirror, struct err *err)
{
	CLEANUP_FREE struct found *files = NULL;
	struct err full = { 0 };
	size_t count = 0;
	int rc = look(mirror, &files, &count, err);

	for (size_t i = 0; i < count && !rc; i++) {
		struct entry *entry = find_entry(mirror, files[i].name);

		rc = entry ? mirror_bring(mirror, entry, err)
			   : err_set(err, ERR_NOMEM, "out of memory");
		if (rc == ERR_FULL) {
			full = *err;
			rc = 0;
		}
	}
	if (!rc)
		rc = remove_gone(mirror, err);
	if (rc)
		doubt_everything(mirror);
	if (!rc && full.code) {
		*err = full;
		rc = full.code;
	}
	return rc;
}

int mirror_file(struct mirror *mirror, const char *name, struct err *err)
{
	struct entry *entry = find_entry(mirror, name);
	int rc;

	if (!entry)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (entry->busy)
		return err_set(err, ERR_BUSY, "%s is on its way", name);
	entry->grows = true;
	rc = mirror_bring(mirror, entry, err);
	if (rc && rc != ERR_FULL)
		doubt_everything(mirror);
	return rc;
}

static int open_folders(struct mirror *mirror, const char *from, const char *to, struct err *err)
{
	int errnum = mirror_before(mirror, "open", to);
	int rc;

	mirror->from = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mirror->from < 0)
		return err_set_errno(err, ERR_NOT_FOUND, errno, "%s", from);
	if (errnum)
		return mirror_fail(err, errnum, to, "open it");
	rc = fsio_mkdir_p(to, 0755, err);
	if (rc)
		return rc;
	mirror->to = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return mirror->to < 0 ? mirror_fail(err, errno, to, "open it") : 0;
}

int mirror_open(const char *from, const char *to, const struct mirror_hooks *hooks,
		struct mirror **ret, struct err *err)
{
	struct mirror *mirror = calloc(1, sizeof(*mirror));
	int rc;

	if (!mirror)
		return err_set(err, ERR_NOMEM, "out of memory");
	mirror->from = mirror->to = -1;
	if (hooks)
		mirror->hooks = *hooks;
	rc = open_folders(mirror, from, to, err);
	if (rc) {
		mirror_close(mirror);
		return rc;
	}
	*ret = mirror;
	return 0;
}

void mirror_close(struct mirror *mirror)
{
	struct entry *next;

	if (!mirror)
		return;
	for (struct entry *entry = mirror->entries; entry; entry = next) {
		next = entry->next;
		free_entry(entry);
	}
	if (mirror->from >= 0)
		close(mirror->from);
	if (mirror->to >= 0)
		close(mirror->to);
	free(mirror);
}
