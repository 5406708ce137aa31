/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reaches the medium, in which order, and what of it is there after each single failure. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "run/mirror.h"
#include "tmpdir.h"

#define BIG (3 * MIRROR_PIECE_BYTES + 77)

/* Two folders, what was done to the medium, and which operation fails. */
struct world {
	struct tmpdir ram, medium;
	struct mirror *mirror;
	char said[2048];
	unsigned int count, fails_at; /* 0 = none */
	int errnum;
	unsigned int moved;
	struct err err;
};

static int note(void *ctx, const char *operation, const char *name)
{
	struct world *world = ctx;
	size_t len = strlen(world->said);

	snprintf(world->said + len, sizeof(world->said) - len, "%s %s; ", operation, name);
	return ++world->count == world->fails_at ? world->errnum : 0;
}

static void note_moved(void *ctx)
{
	((struct world *)ctx)->moved++;
}

static void forget(struct world *world)
{
	world->said[0] = '\0';
	world->count = world->fails_at = world->moved = 0;
	world->err = (struct err){ 0 };
}

static void make(struct world *world)
{
	const struct mirror_hooks hooks = { note, note_moved, world };

	*world = (struct world){ 0 };
	tmpdir_make(&world->ram);
	tmpdir_make(&world->medium);
	CHECK_INT(mirror_open(world->ram.path, world->medium.path, &hooks, &world->mirror,
			      &world->err),
		  0);
	forget(world);
}

static void drop(struct world *world)
{
	mirror_close(world->mirror);
	tmpdir_drop(&world->ram);
	tmpdir_drop(&world->medium);
}

static int sync_all(struct world *world)
{
	return mirror_all(world->mirror, &world->err);
}

static void append(const struct tmpdir *dir, const char *name, const char *text, size_t len)
{
	int fd = open(tmpdir_file(dir, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static void append_text(const struct tmpdir *dir, const char *name, const char *text)
{
	append(dir, name, text, strlen(text));
}

/* NULL-terminated; static, for the next call to use again. */
static const char *content(const struct tmpdir *dir, const char *name)
{
	static char buf[2][BIG + 1024];
	static unsigned int next;
	char *text = buf[next++ % 2];
	FILE *file = fopen(tmpdir_file(dir, name), "r");
	size_t len;

	if (!file)
		return "(none)";
	len = fread(text, 1, sizeof(buf[0]) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

static bool same(const struct world *world, const char *name)
{
	return strcmp(content(&world->ram, name), content(&world->medium, name)) == 0;
}

static void created_then_appended(void)
{
	struct world world;

	make(&world);
	append_text(&world.ram, "a", "one\n");
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(content(&world.medium, "a"), "one\n");
	/* Nothing is there under its name before it is durable, and the folder's entry is, too. */
	CHECK_STR(world.said, "open a.new; write a; sync a; rename a; sync a; sync folder a; ");
	forget(&world);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(world.said, "");
	append_text(&world.ram, "a", "two\n");
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(world.said, "open a; write a; sync a; ");
	CHECK_STR(content(&world.medium, "a"), "one\ntwo\n");
	drop(&world);
}

static void changed_is_replaced(void)
{
	struct world world;

	make(&world);
	tmpdir_write_text(&world.ram, "a", "first");
	CHECK_INT(sync_all(&world), 0);
	/* Another file under the name; the beginning is the same. */
	tmpdir_write_text(&world.ram, "a", "first and second");
	forget(&world);
	CHECK_INT(sync_all(&world), 0);
	CHECK_CONTAINS(world.said, "open a.new");
	CHECK_STR(content(&world.medium, "a"), "first and second");
	/* The same file written over in place, longer than before. */
	forget(&world);
	CHECK_INT(truncate(tmpdir_file(&world.ram, "a"), 0), 0);
	append_text(&world.ram, "a", "and now something longer than it was");
	CHECK_INT(sync_all(&world), 0);
	CHECK_CONTAINS(world.said, "open a.new");
	CHECK(same(&world, "a"));
	/* Shorter. */
	CHECK_INT(truncate(tmpdir_file(&world.ram, "a"), 3), 0);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(content(&world.medium, "a"), "and");
	drop(&world);
}

/* Somebody has written to the file on the medium: ours counts. */
static void touched_on_the_medium(void)
{
	struct world world;

	make(&world);
	append_text(&world.ram, "a", "one\n");
	CHECK_INT(sync_all(&world), 0);
	append_text(&world.medium, "a", "not ours\n");
	append_text(&world.ram, "a", "two\n");
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(content(&world.medium, "a"), "one\ntwo\n");
	CHECK_INT(unlink(tmpdir_file(&world.medium, "a")), 0);
	append_text(&world.ram, "a", "three\n");
	/* Noticed with an error, made good by the next. */
	CHECK_INT(sync_all(&world), ERR_IO);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(content(&world.medium, "a"), "one\ntwo\nthree\n");
	drop(&world);
}

static void removed(void)
{
	struct world world;

	make(&world);
	append_text(&world.ram, "temporary", "x");
	append_text(&world.ram, "stays", "y");
	tmpdir_write_text(&world.medium, "foreign", "z");
	CHECK_INT(sync_all(&world), 0);
	CHECK_INT(unlink(tmpdir_file(&world.ram, "temporary")), 0);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(content(&world.medium, "temporary"), "(none)");
	CHECK_STR(content(&world.medium, "stays"), "y");
	CHECK_STR(content(&world.medium, "foreign"), "z");
	drop(&world);
}

static void passed_over(void)
{
	struct world world;

	make(&world);
	CHECK_INT(mkdir(tmpdir_file(&world.ram, "folder"), 0755), 0);
	CHECK_INT(mkfifo(tmpdir_file(&world.ram, "fifo"), 0600), 0);
	CHECK_INT(symlink("/etc/hostname", tmpdir_file(&world.ram, "link")), 0);
	append_text(&world.ram, ".hidden", "x");
	CHECK_INT(sync_all(&world), 0);
	CHECK_INT(mirror_file(world.mirror, "not-there", &world.err), 0);
	CHECK_STR(world.said, "");
	drop(&world);
}

static void small_first(void)
{
	static char big[BIG];
	struct world world;

	make(&world);
	memset(big, 'b', sizeof(big));
	append(&world.ram, "a-big", big, sizeof(big));
	append_text(&world.ram, "z-small", "s");
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(world.said,
		  "open z-small.new; write z-small; sync z-small; rename z-small; sync z-small; "
		  "sync folder z-small; open a-big.new; write a-big; sync a-big; write a-big; "
		  "sync a-big; write a-big; sync a-big; write a-big; sync a-big; rename a-big; "
		  "sync a-big; sync folder a-big; ");
	CHECK_INT(world.moved, 5);
	CHECK(same(&world, "a-big"));
	drop(&world);
}

/* Appended to an open file with room behind it; the file has the size of its content. */
static void growing(void)
{
	struct world world;
	struct stat st;

	make(&world);
	append_text(&world.ram, "events", "1\n");
	CHECK_INT(mirror_file(world.mirror, "events", &world.err), 0);
	CHECK_INT(stat(tmpdir_file(&world.medium, "events"), &st), 0);
	CHECK_INT(st.st_size, 2);
	CHECK(st.st_blocks * 512 >= MIRROR_GROW_BYTES);
	for (int i = 0; i < 3; i++) {
		forget(&world);
		append_text(&world.ram, "events", "more\n");
		CHECK_INT(mirror_file(world.mirror, "events", &world.err), 0);
		CHECK_STR(world.said, "write events; sync events; ");
		CHECK(same(&world, "events"));
	}
	forget(&world);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(world.said, "");
	drop(&world);
}

/* Three states of a folder, as a run would make them. */
static void change(const struct tmpdir *ram, int step)
{
	static char big[BIG];

	append_text(ram, "events", step == 0 ? "begin\n" : "goes on\n");
	tmpdir_write_text(ram, "report", step < 2 ? "early" : "the whole report");
	if (step == 1) {
		memset(big, 'x', sizeof(big));
		append(ram, "trace", big, sizeof(big));
	}
	if (step == 2) {
		append_text(ram, "trace", "its end");
		unlink(tmpdir_file(ram, "gone"));
	} else {
		append_text(ram, "gone", "x");
	}
}

static void check_all_same(const struct world *world)
{
	CHECK(same(world, "events"));
	CHECK(same(world, "report"));
	CHECK(same(world, "trace"));
	CHECK_STR(content(&world->medium, "gone"), "(none)");
	CHECK_STR(content(&world->medium, "trace.new"), "(none)");
}

/* True when the n-th operation was reached. What is there under its name is never a mixture. */
static bool fail_at(unsigned int n, int errnum, int want)
{
	struct world world;
	int failed = 0;

	make(&world);
	world.errnum = errnum;
	world.fails_at = n;
	for (int step = 0; step < 3; step++) {
		int rc;

		change(&world.ram, step);
		rc = mirror_file(world.mirror, "events", &world.err);
		failed += rc != 0;
		CHECK(rc == 0 || rc == want);
		rc = sync_all(&world);
		failed += rc != 0;
		CHECK(rc == 0 || rc == want);
		CHECK(strncmp(content(&world.ram, "trace"), content(&world.medium, "trace"),
			      strlen(content(&world.medium, "trace"))) == 0 ||
		      strcmp(content(&world.medium, "trace"), "(none)") == 0);
	}
	CHECK_INT(failed > 0, world.count >= n);
	CHECK(failed <= 1);
	CHECK_INT(sync_all(&world), 0);
	check_all_same(&world);
	drop(&world);
	return failed > 0;
}

static void nth_operation_fails(void)
{
	static const struct {
		int errnum, want;
	} rows[] = { { EIO, ERR_IO }, { ENODEV, ERR_IO }, { EROFS, ERR_IO }, { ENOSPC, ERR_FULL } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned int n = 1;

		while (n < 200 && fail_at(n, rows[i].errnum, rows[i].want))
			n++;
		CHECK(n > 30 && n < 200);
	}
}

/* No room for one file: all others are there, and what was there of it stays. */
static void no_room_for_one(void)
{
	struct world world;

	make(&world);
	append_text(&world.ram, "a", "a");
	append_text(&world.ram, "bb", "bb");
	append_text(&world.ram, "ccc", "ccc");
	CHECK_INT(sync_all(&world), 0);
	forget(&world);
	append_text(&world.ram, "a", "+");
	append_text(&world.ram, "bb", "++");
	append_text(&world.ram, "ccc", "+++");
	world.errnum = ENOSPC;
	world.fails_at = 5; /* open, write and sync of a; open, write of bb */
	CHECK_INT(sync_all(&world), ERR_FULL);
	CHECK_CONTAINS(world.err.text, "bb: cannot write it");
	CHECK(same(&world, "a"));
	CHECK(same(&world, "ccc"));
	CHECK_STR(content(&world.medium, "bb"), "bb");
	forget(&world);
	CHECK_INT(sync_all(&world), 0);
	CHECK_STR(world.said, "open bb; write bb; sync bb; ");
	CHECK(same(&world, "bb"));
	drop(&world);
}

static void folders(void)
{
	struct mirror *mirror = NULL;
	struct tmpdir dir;
	struct err err = { 0 };

	tmpdir_make(&dir);
	CHECK_INT(mirror_open("/nonexistent/from", dir.path, NULL, &mirror, &err), ERR_NOT_FOUND);
	CHECK_INT(mirror_open(dir.path, "/proc/cannot/be/made", NULL, &mirror, &err),
		  ERR_NOT_FOUND);
	tmpdir_write_text(&dir, "file", "");
	CHECK(mirror_open(dir.path, tmpdir_file(&dir, "file"), NULL, &mirror, &err) < 0);
	CHECK_INT(mirror_open(dir.path, tmpdir_file(&dir, "new/folder"), NULL, &mirror, &err), 0);
	mirror_close(mirror);
	mirror_close(NULL);
	tmpdir_drop(&dir);
}

int main(void)
{
	TAP_RUN(created_then_appended);
	TAP_RUN(changed_is_replaced);
	TAP_RUN(touched_on_the_medium);
	TAP_RUN(removed);
	TAP_RUN(passed_over);
	TAP_RUN(small_first);
	TAP_RUN(growing);
	TAP_RUN(nth_operation_fails);
	TAP_RUN(no_room_for_one);
	TAP_RUN(folders);
	return TAP_END();
}
