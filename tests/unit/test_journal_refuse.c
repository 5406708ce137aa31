/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Something else comes in place of the medium that went: it is refused and nothing is written to
 * it, and the right one is still taken after it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal_run.h"
#include "tap.h"

static struct medium medium, other, reference;

static void be_blank(void)
{
	medium_clear(&other);
}

static void be_of_another_id(void)
{
	const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 0x18 };

	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		journal_encode_superblock(id, medium_slot(&other, copy * MEDIUM_SLOTS / 2));
}

static void be_without_superblocks(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		memset(medium_slot(&other, copy * MEDIUM_SLOTS / 2), 0, JOURNAL_SLOT_BYTES);
}

static void be_a_file_system(void)
{
	memcpy(medium_slot(&other, 0) + 3, "mkfs.fat", 8);
}

static void be_empty(void)
{
	medium_format(&other);
}

static void be_of_another_machine(void)
{
	medium_format(&other);
	journal_close(run_begin_on(&other));
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		const struct journal_header header = { .claim = 1, .use = 1, .serial = "CZ2" };

		journal_encode_header(&header, medium_region_slot(&other, copy, 0, 0));
	}
}

/* The sister of our stick, used on this machine before. */
static void be_another_stick_of_this_machine(void)
{
	struct journal_record record = { .type = JOURNAL_RUN_BEGIN, .run_id = RUN_B };
	struct journal *journal;

	medium_format(&other);
	journal = run_open(&other, "CZ1");
	CHECK_INT(journal_append(journal, &record, NULL), 0);
	journal_close(journal);
}

static void be_claimed_anew(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		const struct journal_header header = { .claim = 9, .use = 1, .serial = "CZ1" };

		journal_encode_header(&header, medium_region_slot(&other, copy, 0, 0));
	}
}

static void be_opened_elsewhere(void)
{
	journal_close(run_open(&other, "CZ1"));
}

/* A header that does not tell: as if written by something that does not follow the rules. */
static void be_written_by_somebody(void)
{
	const struct journal_record record = {
		.seq = 1000, .claim = 1, .run_id = RUN_B, .type = JOURNAL_RUN_BEGIN
	};

	journal_encode(&record, medium_region_slot(&other, 1, 0, 200));
}

static void be_changed(void)
{
	struct journal_record record;

	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++) {
		uint8_t *slot = medium_region_slot(&other, copy, 0, 3);

		CHECK_INT(journal_decode(slot, JOURNAL_SLOT_BYTES, &record), 0);
		record.state = STEP_VERIFIED;
		journal_encode(&record, slot);
	}
}

/* A copy of the stick from before the newest record. */
static void be_restored(void)
{
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		memset(medium_region_slot(&other, copy, 0, 8), 0, JOURNAL_SLOT_BYTES);
}

static void be_unreadable(void)
{
	for (unsigned int i = 0; i < MEDIUM_SLOTS; i++)
		other.unreadable[i] = i % (MEDIUM_SLOTS / 2) > JOURNAL_REGION_SLOTS;
}

static const struct refusal {
	const char *what;
	void (*be)(void);
	int rc;
} refusals[] = {
	{ "blank", be_blank, ERR_FORMAT },
	{ "without superblocks", be_without_superblocks, ERR_FORMAT },
	{ "a file system", be_a_file_system, ERR_FORMAT },
	{ "another id", be_of_another_id, ERR_NOT_FOUND },
	{ "an empty journal", be_empty, ERR_NOT_FOUND },
	{ "another machine's", be_of_another_machine, ERR_NOT_FOUND },
	{ "another claim", be_claimed_anew, ERR_NOT_FOUND },
	{ "another stick of this machine", be_another_stick_of_this_machine, ERR_FORMAT },
	{ "opened elsewhere", be_opened_elsewhere, ERR_FORMAT },
	{ "written by somebody", be_written_by_somebody, ERR_FORMAT },
	{ "changed", be_changed, ERR_FORMAT },
	{ "restored", be_restored, ERR_FORMAT },
	{ "unreadable", be_unreadable, ERR_IO },
};

/* Whatever comes instead is left as it is, and the right one is still taken after it. */
static void test_what_is_not_the_same_is_refused(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct journal *journal;
		int rc;

		medium_format(&medium);
		journal = run_begin_on(&medium);
		run_go_on(journal, 0, 3);
		medium.dead = true;
		run_go_on(journal, 3, 5);
		medium.dead = false;
		medium_copy(&other, &medium);
		refusals[i].be();
		medium_copy(&reference, &other);
		medium_power_on(&other);
		rc = journal_return_on(journal, medium_io(&other), NULL);
		if (rc != refusals[i].rc)
			printf("# %s\n", refusals[i].what);
		CHECK_INT(rc, refusals[i].rc);
		CHECK_INT(other.writes, 0);
		CHECK(medium_same(&other, &reference));
		CHECK_INT(journal_owed(journal), 2);
		medium.dead = true;
		run_go_on(journal, 5, 6);
		medium.dead = false;
		CHECK_INT(journal_return_on(journal, medium_io(&medium), NULL), 0);
		journal_close(journal);
		CHECK(run_is_whole(&medium, 6));
	}
}

static char dir[64];

static const char *file_path(const char *name)
{
	static char paths[2][128];
	static unsigned int turn;
	char *path = paths[turn++ % 2];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static size_t records_in(const char *path)
{
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	size_t count = 0;

	CHECK_INT(journal_open(path, "CZ1", true, &journal, NULL), 0);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	free(list);
	journal_close(journal);
	return count;
}

static void copy_file(const char *from, const char *to)
{
	static uint8_t buf[JOURNAL_BYTES];
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK_INT(read(in, buf, sizeof(buf)), sizeof(buf));
	CHECK_INT(write(out, buf, sizeof(buf)), sizeof(buf));
	close(in);
	close(out);
}

static int return_in_child(const char *path)
{
	struct journal *journal = run_begin_volatile(1);
	struct err err = { 0 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(journal_return(journal, path, &err) == ERR_BUSY && err.text[0] ? 7 : 0);
	waitpid(pid, &status, 0);
	journal_close(journal);
	return WEXITSTATUS(status) == 7 ? ERR_BUSY : 0;
}

static void test_files(void)
{
	const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 3 };
	const char *path = file_path("DRYDOCK.JNL");
	const char *copy = file_path("copy");
	struct journal *journal = NULL, *reader = NULL;

	CHECK_INT(journal_format(path, id, NULL), 0);
	CHECK_INT(journal_open(path, "CZ1", false, &journal, NULL), 0);
	CHECK_INT(run_note(journal, JOURNAL_RUN_BEGIN, 0, (enum step_state)0), 0);
	journal_let_go(journal);
	CHECK_INT(journal_return(journal, copy, NULL), ERR_NOT_FOUND);
	CHECK_INT(run_note(journal, JOURNAL_STEP, 1, STEP_PLANNED), 0);
	/* The same file: its own lock is no obstacle, that of others is. */
	CHECK_INT(return_in_child(path), ERR_BUSY);
	CHECK_INT(journal_return(journal, path, NULL), 0);
	CHECK_INT(run_note(journal, JOURNAL_STEP, 2, STEP_PLANNED), 0);
	CHECK_INT(return_in_child(path), ERR_BUSY);
	CHECK_INT(journal_owed(journal), 0);
	CHECK_INT(records_in(path), 3);
	/* Nothing is owed, but what was open is not what has this name now. */
	copy_file(path, copy);
	CHECK_INT(rename(copy, path), 0);
	CHECK_INT(journal_return(journal, path, NULL), 0);
	CHECK_INT(run_note(journal, JOURNAL_STEP, 2, STEP_BEGUN), 0);
	CHECK_INT(records_in(path), 4);
	/* The same content under another path, as after a new mount. */
	copy_file(path, copy);
	CHECK_INT(journal_return(journal, copy, NULL), 0);
	CHECK_INT(run_note(journal, JOURNAL_STEP, 3, STEP_PLANNED), 0);
	CHECK_INT(records_in(copy), 5);
	CHECK_INT(records_in(path), 4);
	CHECK_INT(journal_return(journal, path, NULL), ERR_FORMAT);
	/* Cut to half its size. */
	CHECK_INT(truncate(copy, JOURNAL_BYTES / 2), 0);
	CHECK_INT(journal_return(journal, copy, NULL), ERR_FORMAT);
	CHECK_INT(run_note(journal, JOURNAL_STEP, 4, STEP_PLANNED), 0);
	CHECK_INT(journal_owed(journal), 1);
	CHECK_INT(journal_open(path, "CZ1", true, &reader, NULL), 0);
	CHECK_INT(journal_return(reader, path, NULL), ERR_POLICY);
	journal_close(reader);
	journal_close(journal);
	unlink(path);
	unlink(copy);
}

int main(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test_journal.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	TAP_RUN(test_what_is_not_the_same_is_refused);
	TAP_RUN(test_files);
	rmdir(dir);
	medium_clear(&medium);
	medium_clear(&other);
	medium_clear(&reference);
	return TAP_END();
}
