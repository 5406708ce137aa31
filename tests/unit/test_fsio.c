/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "tmpdir.h"

static void read_with_maximum(void)
{
	CLEANUP_FREE uint8_t *buf = NULL, *again = NULL, *none = NULL;
	struct err err = { 0 };
	struct tmpdir dir;
	size_t len = 0;

	tmpdir_make(&dir);
	tmpdir_write(&dir, "five", "12345", 5);
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "five"), 5, &buf, &len, &err), 0);
	CHECK_INT(len, 5);
	CHECK(buf && memcmp(buf, "12345", 6) == 0); /* with the NUL behind it */
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "five"), 4, &none, &len, &err), ERR_TOO_LARGE);
	CHECK(!none);
	tmpdir_write(&dir, "empty", "", 0);
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "empty"), 0, &again, &len, &err), 0);
	CHECK_INT(len, 0);
	CHECK(again && again[0] == '\0');
	tmpdir_drop(&dir);
}

/* Longer than the first buffer, and of a size that the buffer has exactly at one time. */
static void read_long(void)
{
	static const size_t sizes[] = { 16383, 16384, 16385, 32768, 100000 };
	static uint8_t bytes[100000];
	struct tmpdir dir;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 251);
	tmpdir_make(&dir);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		CLEANUP_FREE uint8_t *buf = NULL;
		size_t len = 0;

		tmpdir_write(&dir, "long", bytes, sizes[i]);
		CHECK_INT(fsio_read_file(tmpdir_file(&dir, "long"), sizes[i], &buf, &len, NULL), 0);
		CHECK_INT(len, sizes[i]);
		CHECK(buf && memcmp(buf, bytes, len) == 0);
	}
	tmpdir_drop(&dir);
}

static void read_refused(void)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	struct err err = { 0 };
	struct tmpdir dir;
	size_t len;

	tmpdir_make(&dir);
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "none"), 9, &buf, &len, &err), ERR_NOT_FOUND);
	CHECK_CONTAINS(err.text, "/none: cannot open: No such file");
	CHECK_INT(fsio_read_file(dir.path, 9, &buf, &len, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "not a regular file");
	CHECK_INT(mkfifo(tmpdir_file(&dir, "fifo"), 0600), 0);
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "fifo"), 9, &buf, &len, &err), ERR_IO);
	CHECK(!buf);
	tmpdir_drop(&dir);
}

static size_t count_files(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count - 2; /* "." and ".." */
}

static void written_whole(void)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	struct tmpdir dir;
	struct stat st;
	size_t len = 0;

	tmpdir_make(&dir);
	CHECK_INT(fsio_write_atomic(tmpdir_file(&dir, "a"), "old", 3, 0644, NULL), 0);
	CHECK_INT(fsio_write_atomic(tmpdir_file(&dir, "a"), "newer", 5, 0600, NULL), 0);
	CHECK_INT(fsio_read_file(tmpdir_file(&dir, "a"), 99, &buf, &len, NULL), 0);
	CHECK_STR((char *)buf, "newer");
	CHECK_INT(stat(tmpdir_file(&dir, "a"), &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(count_files(dir.path), 1);
	tmpdir_drop(&dir);
}

/* A directory in the place of the file: rename fails, and nothing is left behind. */
static void write_refused(void)
{
	struct err err = { 0 };
	struct tmpdir dir;

	tmpdir_make(&dir);
	tmpdir_write(&dir, "taken/inside", "x", 1);
	CHECK_INT(fsio_write_atomic(tmpdir_file(&dir, "taken"), "y", 1, 0644, &err), ERR_IO);
	CHECK_INT(count_files(dir.path), 1);
	CHECK_INT(fsio_write_atomic(tmpdir_file(&dir, "no/such"), "y", 1, 0644, &err),
		  ERR_NOT_FOUND);
	CHECK_INT(count_files(dir.path), 1);
	tmpdir_drop(&dir);
}

/* /dev/full answers every write with ENOSPC. */
static void write_full(void)
{
	FILE *full = fopen("/dev/full", "w");

	CHECK(full);
	if (!full)
		return;
	CHECK_INT(fsio_write_all(fileno(full), "abc", 3), -28);
	fclose(full);
}

static void directories(void)
{
	struct err err = { 0 };
	struct tmpdir dir;
	struct stat st;

	tmpdir_make(&dir);
	CHECK_INT(fsio_mkdir_p(tmpdir_file(&dir, "a/b/c"), 0755, &err), 0);
	CHECK_INT(fsio_mkdir_p(tmpdir_file(&dir, "a/b/c"), 0755, &err), 0);
	CHECK_INT(fsio_mkdir_p(tmpdir_file(&dir, "a/b/d/"), 0755, &err), 0);
	CHECK_INT(stat(tmpdir_file(&dir, "a/b/c"), &st), 0);
	CHECK_INT(stat(tmpdir_file(&dir, "a/b/d"), &st), 0);
	tmpdir_write(&dir, "file", "", 0);
	CHECK(fsio_mkdir_p(tmpdir_file(&dir, "file"), 0755, &err) != 0);
	CHECK(fsio_mkdir_p(tmpdir_file(&dir, "file/x"), 0755, &err) != 0);
	CHECK_INT(fsio_sync_parent(tmpdir_file(&dir, "a/b"), &err), 0);
	CHECK_INT(fsio_sync_parent("relative", &err), 0);
	CHECK_INT(fsio_sync_dir(tmpdir_file(&dir, "none"), &err), ERR_NOT_FOUND);
	tmpdir_drop(&dir);
}

static void joined(void)
{
	char path[FSIO_PATH_MAX], long_name[FSIO_PATH_MAX];

	CHECK_INT(fsio_join(path, "/a", "b", NULL), 0);
	CHECK_STR(path, "/a/b");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	CHECK_INT(fsio_join(path, "/a", long_name, NULL), ERR_TOO_LARGE);
	long_name[FSIO_PATH_MAX - 4] = '\0';
	CHECK_INT(fsio_join(path, "/a", long_name, NULL), 0);
	CHECK_INT(strlen(path), FSIO_PATH_MAX - 1);
}

int main(void)
{
	TAP_RUN(read_with_maximum);
	TAP_RUN(read_long);
	TAP_RUN(read_refused);
	TAP_RUN(written_whole);
	TAP_RUN(write_refused);
	TAP_RUN(write_full);
	TAP_RUN(directories);
	TAP_RUN(joined);
	return TAP_END();
}
