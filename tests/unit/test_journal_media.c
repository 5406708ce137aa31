/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is a journal and what is not, whose region is whose, and real files. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal_medium.h"
#include "tap.h"

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const uint8_t medium_id[16] = { 0x5a, 1 };
static struct medium medium;

static int try_open(const char *serial, struct journal **ret)
{
	return journal_open_on(medium_io(&medium), serial, false, ret, NULL);
}

static int note(struct journal *journal, enum journal_type type)
{
	struct journal_record record = { .type = type, .run_id = RUN_A };

	return journal_append(journal, &record, NULL);
}

/* A machine that begins a run and perhaps ends it. */
static int visit(const char *serial, bool finish)
{
	struct journal *journal = NULL;
	int rc = try_open(serial, &journal);

	if (rc)
		return rc;
	CHECK_INT(note(journal, JOURNAL_RUN_BEGIN), 0);
	if (finish)
		CHECK_INT(note(journal, JOURNAL_RUN_END), 0);
	journal_close(journal);
	return 0;
}

static size_t records_of(const char *serial)
{
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	size_t count = 0;

	if (journal_open_on(medium_io(&medium), serial, true, &journal, NULL))
		return 0;
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	free(list);
	journal_close(journal);
	return count;
}

static void test_each_machine_has_its_region(void)
{
	char serial[16];

	medium_format(&medium);
	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++) {
		snprintf(serial, sizeof(serial), "CZ%u", i);
		CHECK_INT(visit(serial, false), 0);
		CHECK_INT(visit(serial, i % 2 == 0), 0);
	}
	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++) {
		snprintf(serial, sizeof(serial), "CZ%u", i);
		CHECK_INT(records_of(serial), i % 2 == 0 ? 3 : 2);
	}
}

/* 8 and more machines: the longest unused finished one gives way, an unfinished one never. */
static void test_regions_are_given_up_when_finished(void)
{
	struct journal *journal = NULL;

	medium_format(&medium);
	CHECK_INT(visit("unfinished", false), 0);
	CHECK_INT(visit("old", true), 0);
	CHECK_INT(visit("older-but-used-again", true), 0);
	for (unsigned int i = 3; i < JOURNAL_REGIONS; i++) {
		char serial[16];

		snprintf(serial, sizeof(serial), "CZ%u", i);
		CHECK_INT(visit(serial, true), 0);
	}
	CHECK_INT(visit("older-but-used-again", true), 0);
	CHECK_INT(visit("new-1", true), 0);
	CHECK_INT(records_of("old"), 0);
	CHECK_INT(visit("new-2", true), 0);
	CHECK_INT(records_of("CZ3"), 0);
	CHECK_INT(records_of("older-but-used-again"), 4);
	CHECK_INT(records_of("unfinished"), 1);
	/* Records of the owner before are not taken for one's own. */
	CHECK_INT(records_of("new-1"), 2);
	CHECK_INT(try_open("new-3", &journal), 0);
	CHECK_INT(journal_last_run(journal, (char[33]){ 0 }, &(bool){ false }, NULL),
		  ERR_NOT_FOUND);
	journal_close(journal);
}

static void test_unfinished_runs_fill_the_journal(void)
{
	struct journal *journal = NULL;
	char serial[16];

	medium_format(&medium);
	for (unsigned int i = 0; i < JOURNAL_REGIONS; i++) {
		snprintf(serial, sizeof(serial), "CZ%u", i);
		CHECK_INT(visit(serial, false), 0);
	}
	medium.writes = 0;
	CHECK_INT(visit("one-too-many", true), ERR_FULL);
	CHECK_INT(medium.writes, 0);
	CHECK_INT(try_open("CZ3", &journal), 0);
	CHECK_INT(note(journal, JOURNAL_RUN_END), 0);
	journal_close(journal);
	CHECK_INT(visit("one-too-many", true), 0);
	CHECK_INT(records_of("CZ3"), 0);
	CHECK_INT(records_of("CZ4"), 1);
}

static void test_one_damaged_header_costs_nothing(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		medium_format(&medium);
		CHECK_INT(visit("CZ1", false), 0);
		medium_region_slot(&medium, copy, 0, 0)[40] ^= 1;
		CHECK_INT(visit("CZ1", false), 0);
		CHECK_INT(records_of("CZ1"), 2);
		/* It was repaired: now the other one may go. */
		medium_region_slot(&medium, 1 - copy, 0, 0)[40] ^= 1;
		CHECK_INT(visit("CZ1", false), 0);
		CHECK_INT(records_of("CZ1"), 3);
	}
}

/* Both headers of a region gone: its next owner must not inherit the records. */
static void test_lost_headers_hide_the_records(void)
{
	medium_format(&medium);
	CHECK_INT(visit("CZ1", true), 0);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		memset(medium_region_slot(&medium, copy, 0, 0), 0xff, JOURNAL_SLOT_BYTES);
	CHECK_INT(records_of("CZ1"), 0);
	CHECK_INT(visit("CZ2", false), 0);
	CHECK_INT(records_of("CZ2"), 1);
}

static void test_long_serials_are_cut(void)
{
	char serial[100];

	memset(serial, 'S', sizeof(serial));
	serial[99] = '\0';
	medium_format(&medium);
	CHECK_INT(visit(serial, false), 0);
	CHECK_INT(visit(serial, false), 0);
	CHECK_INT(records_of(serial), 2);
	serial[64] = '\0';
	CHECK_INT(records_of(serial), 2);
	serial[63] = '\0';
	CHECK_INT(records_of(serial), 0);
}

enum damage { DAMAGE_FLIP, DAMAGE_ZEROS, DAMAGE_ONES, DAMAGE_UNREADABLE, DAMAGE_LAST };

static void damage_superblock(unsigned int copy, enum damage damage)
{
	unsigned int number = copy * MEDIUM_SLOTS / 2;
	uint8_t *slot = medium_slot(&medium, number);

	if (damage == DAMAGE_FLIP)
		slot[300] ^= 4;
	else if (damage == DAMAGE_UNREADABLE)
		medium.unreadable[number] = true;
	else
		memset(slot, damage == DAMAGE_ONES ? 0xff : 0, JOURNAL_SLOT_BYTES);
}

static void test_one_superblock_is_enough(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		for (unsigned int damage = 0; damage < DAMAGE_LAST; damage++) {
			struct journal *journal = NULL;

			medium_format(&medium);
			CHECK_INT(visit("CZ1", false), 0);
			damage_superblock(copy, (enum damage)damage);
			CHECK_INT(journal_open_on(medium_io(&medium), "CZ1", true, &journal, NULL),
				  0);
			CHECK(journal && journal_is_degraded(journal));
			journal_close(journal);
			CHECK_INT(visit("CZ1", false), 0);
			CHECK_INT(records_of("CZ1"), 2);
			if (damage == DAMAGE_UNREADABLE)
				continue;
			/* It was repaired. */
			damage_superblock(1 - copy, DAMAGE_FLIP);
			CHECK_INT(visit("CZ1", false), 0);
		}
	}
}

static void test_no_superblock_is_no_journal(void)
{
	for (unsigned int damage = 0; damage < DAMAGE_LAST; damage++) {
		struct journal *journal = NULL;

		medium_format(&medium);
		CHECK_INT(visit("CZ1", false), 0);
		damage_superblock(0, (enum damage)damage);
		damage_superblock(1, (enum damage)damage);
		medium.writes = 0;
		CHECK_INT(try_open("CZ1", &journal), ERR_FORMAT);
		CHECK_INT(medium.writes, 0);
	}
}

struct foreign {
	const char *what;
	size_t offset; /* in the first slot */
	const char *bytes;
};

/*
 * File systems over what was a journal: its second superblock and, where the first sectors are left
 * alone (ext4 writes from 1024 on, ISO 9660 from 32768), the first one are still there.
 */
static void test_foreign_data_is_left_alone(void)
{
	static const struct foreign list[] = {
		{ "ext4 superblock (magic 0xEF53)", 1024 + 0x38, "\x53\xef" },
		{ "XFS", 0, "XFSB" },
		{ "FAT boot sector", 0, "\xeb\x58\x90mkfs.fat" },
		{ "swap", 4086, "SWAPSPACE2" },
		{ "LVM label", 512, "LABELONE" },
		{ "LUKS", 0, "LUKS\xba\xbe" },
		{ "MD superblock 1.2", 4096, "\xfc\x4e\x2b\xa9" },
		{ "ISO 9660", 32769, "CD001" },
		{ "btrfs", 0x10040, "_BHRfS_M" },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
		unsigned int number = (unsigned int)(list[i].offset / JOURNAL_SLOT_BYTES);
		struct journal *journal = NULL;

		medium_format(&medium);
		CHECK_INT(visit("CZ1", true), 0);
		memcpy(medium_slot(&medium, number) + list[i].offset % JOURNAL_SLOT_BYTES,
		       list[i].bytes, strlen(list[i].bytes));
		medium.writes = 0;
		if (try_open("CZ1", &journal) != ERR_FORMAT) {
			printf("# %s\n", list[i].what);
			CHECK(!"refused");
			journal_close(journal);
		}
		CHECK_INT(medium.writes, 0);
	}
}

static void test_format_over_old_data(void)
{
	struct journal_io io = medium_io(&medium);

	medium_clear(&medium);
	for (unsigned int i = 0; i < MEDIUM_SLOTS; i++)
		memset(medium_slot(&medium, i), 0xe5, JOURNAL_SLOT_BYTES);
	CHECK_INT(journal_format_on(&io, medium_id, NULL), 0);
	CHECK_INT(visit("CZ1", true), 0);
	CHECK_INT(records_of("CZ1"), 2);
	CHECK_INT(journal_format_on(&io, medium_id, NULL), 0);
	CHECK_INT(records_of("CZ1"), 0);
}

/* Cut anywhere in a format: no journal, or an empty one. */
static void test_format_cut_short(void)
{
	struct journal_io io = medium_io(&medium);
	unsigned int good = 0;

	for (unsigned int n = 1; n <= MEDIUM_SLOTS + 3; n += n < 300 || n > 4000 ? 1 : 97) {
		struct journal *journal = NULL;
		int rc;

		medium_format(&medium);
		CHECK_INT(visit("CZ1", true), 0);
		medium_power_on(&medium);
		medium.cut_at = n;
		medium.cut = CUT_TORN;
		medium.cut_bytes = 700;
		CHECK_INT(journal_format_on(&io, medium_id, NULL), ERR_IO);
		medium_power_on(&medium);
		rc = try_open("CZ1", &journal);
		good += rc == 0;
		/* Before the first copy's header is reached, what is left is the journal it was. */
		if (rc == 0 && n > JOURNAL_REGION_SLOTS + 2)
			CHECK_INT(
				journal_last_run(journal, (char[33]){ 0 }, &(bool){ false }, NULL),
				ERR_NOT_FOUND);
		if (rc)
			CHECK_INT(rc, ERR_FORMAT);
		journal_close(journal);
	}
	CHECK_INT(good, 3); /* the first write, and the last two */
}

static char dir[64];

static const char *file_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void test_file(void)
{
	const char *path = file_path("DRYDOCK.JNL");
	struct journal *journal = NULL;
	struct stat st;

	CHECK_INT(journal_probe(path, NULL), ERR_NOT_FOUND);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), ERR_NOT_FOUND);
	CHECK_INT(journal_format(path, medium_id, NULL), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_size, JOURNAL_BYTES);
	CHECK(st.st_blocks * 512 >= (off_t)JOURNAL_BYTES);
	CHECK_INT(journal_probe(path, NULL), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	CHECK_INT(note(journal, JOURNAL_RUN_BEGIN), 0);
	CHECK(!journal_is_degraded(journal));
	CHECK(!journal_is_volatile(journal));
	journal_close(journal);
	CHECK_INT(journal_open(path, "CZ1", true, &journal, NULL), 0);
	CHECK_INT(journal_last_run(journal, (char[33]){ 0 }, &(bool){ false }, NULL), 0);
	journal_close(journal);
	unlink(path);
}

static void test_file_of_something_else(void)
{
	const char *path = file_path("other");
	struct journal *journal = NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK_INT(pwrite(fd, "hello", 5, 0), 5);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), ERR_FORMAT);
	CHECK_INT(ftruncate(fd, JOURNAL_BYTES), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), ERR_FORMAT);
	CHECK_INT(journal_probe(path, NULL), ERR_FORMAT);
	close(fd);
	unlink(path);
	CHECK_INT(journal_probe(dir, NULL), ERR_FORMAT);
	CHECK_INT(mkfifo(path, 0600), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), ERR_FORMAT);
	unlink(path);
}

static int open_in_child(const char *path, bool read_only)
{
	struct journal *journal = NULL;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(journal_open(path, "CZ2", read_only, &journal, NULL) == ERR_BUSY ? 7 : 0);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status) == 7 ? ERR_BUSY : 0;
}

static void test_two_processes(void)
{
	const char *path = file_path("DRYDOCK.JNL");
	struct journal *journal = NULL, *reader = NULL;

	CHECK_INT(journal_format(path, medium_id, NULL), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	CHECK_INT(open_in_child(path, false), ERR_BUSY);
	CHECK_INT(journal_format(path, medium_id, NULL), ERR_BUSY);
	CHECK_INT(journal_open(path, "CZ1", true, &reader, NULL), 0);
	journal_close(reader);
	journal_close(journal);
	CHECK_INT(open_in_child(path, false), 0);
	unlink(path);
}

static void collect(void *ctx, const char *serial)
{
	char *text = ctx;
	size_t len = strlen(text);

	snprintf(text + len, 100 - len, "[%s]", serial);
}

static void test_machines_are_listed(void)
{
	const char *path = file_path("DRYDOCK.JNL");
	struct journal *journal = NULL;
	char text[100] = "";

	CHECK_INT(journal_format(path, medium_id, NULL), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	journal_close(journal);
	CHECK_INT(journal_open(path, "CZ2", false, &journal, NULL), 0);
	journal_close(journal);
	CHECK_INT(journal_machines(path, collect, text, NULL), 0);
	CHECK_STR(text, "[CZ1][CZ2]");
	unlink(path);
}

/* Room for 4 of the 16 MiB: what was made is removed, what was there before stays. */
static void test_format_without_room(void)
{
	const char *path = file_path("DRYDOCK.JNL");
	struct rlimit all, few = { .rlim_cur = 4 << 20 };

	CHECK_INT(getrlimit(RLIMIT_FSIZE, &all), 0);
	few.rlim_max = all.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &few), 0);
	CHECK_INT(journal_format(path, medium_id, NULL), ERR_FULL);
	CHECK_INT(access(path, F_OK), -1);
	close(open(path, O_WRONLY | O_CREAT, 0644));
	CHECK_INT(journal_format(path, medium_id, NULL), ERR_FULL);
	CHECK_INT(access(path, F_OK), 0);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &all), 0);
	unlink(path);
	CHECK_INT(journal_format("/dev/full", medium_id, NULL), ERR_FORMAT);
	CHECK_INT(journal_format("/nowhere/DRYDOCK.JNL", medium_id, NULL), ERR_NOT_FOUND);
}

int main(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test_journal.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	TAP_RUN(test_each_machine_has_its_region);
	TAP_RUN(test_regions_are_given_up_when_finished);
	TAP_RUN(test_unfinished_runs_fill_the_journal);
	TAP_RUN(test_one_damaged_header_costs_nothing);
	TAP_RUN(test_lost_headers_hide_the_records);
	TAP_RUN(test_long_serials_are_cut);
	TAP_RUN(test_one_superblock_is_enough);
	TAP_RUN(test_no_superblock_is_no_journal);
	TAP_RUN(test_foreign_data_is_left_alone);
	TAP_RUN(test_format_over_old_data);
	TAP_RUN(test_format_cut_short);
	TAP_RUN(test_file);
	TAP_RUN(test_file_of_something_else);
	TAP_RUN(test_two_processes);
	TAP_RUN(test_machines_are_listed);
	TAP_RUN(test_format_without_room);
	rmdir(dir);
	medium_clear(&medium);
	return TAP_END();
}
