/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BootNext through the real libefivar on a folder that stands for efivarfs. A variable that cannot
 * be written is a link to a file that takes nothing.
 */
#include "efivars_place.h"
#include "hw/boot_next.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <stdlib.h>
#include <unistd.h>

#include "format/load_option.h"
#include "tap.h"

#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static struct temp_tree tree;
static struct hwio *real;

/* The seam of these tests: the real one, and what was noted. */
static char notes[2048];
static bool keeps_its_own; /* firmware that takes BootNext and keeps another one */

static void put(const char *name, const void *value, size_t len);

static void keep_note(struct hwio *hw, const char *subject, const char *text)
{
	size_t len = strlen(notes);

	(void)hw;
	snprintf(notes + len, sizeof(notes) - len, "%s: %s\n", subject, text);
	if (keeps_its_own && strncmp(text, "set BootNext", 12) == 0)
		put("BootNext", "\x05\0", 2);
}

static struct hwio_ops ops;
static struct hwio seam = { .ops = &ops };

static const char *path_of(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s" GLOBAL, tree.dir, name);
	return path;
}

/* efivarfs: four bytes of attributes, then the value. */
static void put(const char *name, const void *value, size_t len)
{
	uint8_t file[128] = { 0x07 };
	char path[96];

	memcpy(file + 4, value, len);
	snprintf(path, sizeof(path), "/%s" GLOBAL, name);
	temp_tree_put(&tree, path, file, 4 + len);
}

static const char option[] =
	"\x01\0\0\0" /* active */
	"\x04\0"     /* length of the device path */
	"U\0S\0B\0 \0\xe9\0\0\0"
	"\x7f\xff\x04\0";

/* A server that was started by entry 1A03. */
static void fresh(void)
{
	temp_tree_remove(&tree);
	CHECK_INT(mkdir(tree.dir, 0700), 0);
	put("BootCurrent", "\x03\x1a", 2);
	put("Boot1A03", option, sizeof(option) - 1);
	put("BootOrder", "\x01\0\x03\x1a", 4);
	notes[0] = '\0';
}

static int set(uint16_t *entry, char title[32], struct err *err)
{
	*entry = 0;
	*title = '\0';
	err->code = 0;
	return boot_next_set(&seam, entry, title, 32, err);
}

static int set_fails(char text[512])
{
	struct err err = { 0 };
	uint16_t entry;
	char title[32];
	int rc = set(&entry, title, &err);

	CHECK_INT(err.code, rc);
	CHECK_INT(entry != 0 && rc != ERR_PROOF, 0);
	snprintf(text, 512, "%s", err.text);
	return rc;
}

static void check_file(const char *name, const void *want, size_t len)
{
	uint8_t got[64] = { 0 };
	int fd = open(path_of(name), O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK_INT(read(fd, got, sizeof(got)), len);
	CHECK_INT(memcmp(got, want, len), 0);
	close(fd);
}

/* NV | BS | RT, and the number in little-endian order. */
static void comes_back_to_the_entry_that_started_it(void)
{
	struct err err = { 0 };
	uint16_t entry;
	char title[32];

	fresh();
	CHECK_INT(set(&entry, title, &err), 0);
	CHECK_INT(entry, 0x1a03);
	CHECK_STR(title, "USB ?");
	check_file("BootNext", "\x07\0\0\0\x03\x1a", 6);
	check_file("BootOrder", "\x07\0\0\0\x01\0\x03\x1a", 8);
	CHECK_CONTAINS(notes, "libefivar: get BootCurrent: 2 bytes");
	CHECK_CONTAINS(notes, "libefivar: set BootNext: 2 bytes");
}

static void replaces_what_was_wished_before(void)
{
	struct err err = { 0 };
	uint16_t entry;
	char title[32];

	fresh();
	put("BootNext", "\x01\0", 2);
	CHECK_INT(set(&entry, title, &err), 0);
	check_file("BootNext", "\x07\0\0\0\x03\x1a", 6);
}

static void no_boot_current(void)
{
	char text[512];

	fresh();
	CHECK_INT(unlink(path_of("BootCurrent")), 0);
	CHECK_INT(set_fails(text), ERR_UNSUPPORTED);
	CHECK_CONTAINS(text, "boot menu");
	CHECK_CONTAINS(notes, "get BootCurrent: errno 2, No such file");
	CHECK_INT(access(path_of("BootNext"), F_OK), -1);
}

static void boot_current_of_another_size(void)
{
	char text[512];

	fresh();
	put("BootCurrent", "\x03", 1);
	CHECK_INT(set_fails(text), ERR_IO);
	CHECK_INT(access(path_of("BootNext"), F_OK), -1);
}

static void entry_is_deleted(void)
{
	char text[512];

	fresh();
	CHECK_INT(unlink(path_of("Boot1A03")), 0);
	CHECK_INT(set_fails(text), ERR_NOT_FOUND);
	CHECK_CONTAINS(text, "Boot1A03");
	CHECK_CONTAINS(text, "boot menu");
	CHECK_INT(access(path_of("BootNext"), F_OK), -1);
}

static void entry_without_a_title(void)
{
	struct err err = { 0 };
	uint16_t entry;
	char title[32];

	fresh();
	put("Boot1A03", "\x01\0\0", 3);
	CHECK_INT(set(&entry, title, &err), 0);
	CHECK_STR(title, "(no title)");
}

static void link_next_to(const char *target)
{
	fresh();
	temp_tree_link(&tree, "/BootNext" GLOBAL, target);
}

static void no_room(void)
{
	char text[512];

	link_next_to("/dev/full");
	CHECK_INT(set_fails(text), ERR_FULL);
	CHECK_CONTAINS(text, "no room");
	CHECK_CONTAINS(text, "dump-type0");
	CHECK_CONTAINS(notes, "set BootNext: errno 28, No space left");
}

/* An attribute of sysfs that nobody can write: EACCES, or EROFS where all of sysfs is read-only. */
static void read_only(void)
{
	char text[512];

	link_next_to("/sys/kernel/uevent_seqnum");
	CHECK_INT(set_fails(text), ERR_POLICY);
	CHECK_CONTAINS(text, "read-only");
	CHECK_CONTAINS(text, "boot menu");
}

static void nothing_reads_back(void)
{
	char text[512];

	link_next_to("/dev/null");
	CHECK_INT(set_fails(text), ERR_PROOF);
}

static void something_else_reads_back(void)
{
	char text[512];

	fresh();
	keeps_its_own = true;
	CHECK_INT(set_fails(text), ERR_PROOF);
	keeps_its_own = false;
	CHECK_CONTAINS(text, "written as 1A03 and reads 0005");
}

static void taken_back(void)
{
	struct err err = { 0 };
	uint16_t entry;
	char title[32];

	fresh();
	CHECK_INT(boot_next_clear(&seam, &err), 0);
	CHECK_INT(set(&entry, title, &err), 0);
	CHECK_INT(boot_next_clear(&seam, &err), 0);
	CHECK_INT(access(path_of("BootNext"), F_OK), -1);
}

static void the_wish_of_somebody_else_stays(void)
{
	struct err err = { 0 };

	fresh();
	put("BootNext", "\x01\0", 2);
	CHECK_INT(boot_next_clear(&seam, &err), 0);
	check_file("BootNext", "\x07\0\0\0\x01\0", 6);
}

int main(int argc, char **argv)
{
	(void)argc;
	tree = efivars_place(argv);
	real = hwio_real_new(NULL);
	ops = *real->ops;
	ops.note = keep_note;
	TAP_RUN(comes_back_to_the_entry_that_started_it);
	TAP_RUN(replaces_what_was_wished_before);
	TAP_RUN(no_boot_current);
	TAP_RUN(boot_current_of_another_size);
	TAP_RUN(entry_is_deleted);
	TAP_RUN(entry_without_a_title);
	TAP_RUN(no_room);
	TAP_RUN(read_only);
	TAP_RUN(nothing_reads_back);
	TAP_RUN(something_else_reads_back);
	TAP_RUN(taken_back);
	TAP_RUN(the_wish_of_somebody_else_stays);
	hwio_real_free(real);
	temp_tree_remove(&tree);
	return TAP_END();
}
