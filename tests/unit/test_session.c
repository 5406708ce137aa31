/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session says of its medium, and what it leaves in the journal when it cannot go on. */
#include "run/session_internal.h"
#include "tap.h"
#include "tmpdir.h"

#define RUN_ID "0123456789abcdef0123456789abcdef"

struct world {
	struct tmpdir dir;
	struct session_options options;
	struct session session;
	struct err err;
	char said[8192];
};

static void make(struct world *world)
{
	struct session *s = &world->session;

	*world = (struct world){ 0 };
	tmpdir_make(&world->dir);
	s->options = &world->options;
	s->real = s->hw = hwio_real_new(NULL);
	snprintf(s->run_id, sizeof(s->run_id), RUN_ID);
	CHECK_INT(console_open(NULL, &s->console, &world->err), 0);
	CHECK_INT(console_add_transcript(s->console, tmpdir_file(&world->dir, "said"), &world->err),
		  0);
	CHECK_INT(events_open(NULL, &s->events, &world->err), 0);
	CHECK_INT(journal_open_volatile("SERIAL", &s->journal, &world->err), 0);
}

static void append(struct world *world, enum journal_type type)
{
	struct journal_record record = { .type = type, .run_id = RUN_ID };

	CHECK_INT(journal_append(world->session.journal, &record, &world->err), 0);
}

static const char *said(struct world *world)
{
	uint8_t *text = NULL;
	size_t len = 0;

	CHECK_INT(fsio_read_file(tmpdir_file(&world->dir, "said"), 8000, &text, &len, &world->err),
		  0);
	snprintf(world->said, sizeof(world->said), "%.*s", (int)len, text ? (char *)text : "");
	free(text);
	return world->said;
}

static void drop(struct world *world)
{
	struct session *s = &world->session;

	store_free(s->store);
	journal_close(s->journal);
	events_close(s->events);
	console_close(s->console);
	logs_close(s->logs);
	hwio_real_free(s->real);
	tmpdir_drop(&world->dir);
}

static void open_logs(struct world *world, const char *medium_dir)
{
	char ram[512];

	snprintf(ram, sizeof(ram), "%s", tmpdir_file(&world->dir, "ram"));
	CHECK_INT(logs_open(ram, medium_dir, &world->session.logs, &world->err), 0);
}

/* init's watcher tells of a medium; at once, however often that is. */
static void tell(struct world *world, const char *text)
{
	static char path[512];

	tmpdir_write(&world->dir, "medium", text, strlen(text));
	snprintf(path, sizeof(path), "%s", tmpdir_file(&world->dir, "medium"));
	world->options.medium_file = path;
	world->session.looked_ms = 0;
	session_look_at_medium(&world->session);
}

static void tell_here(struct world *world, unsigned int change)
{
	char text[1024];

	snprintf(text, sizeof(text), "state=here\nlog=%s\njournal=\nrepo=\ndisk=sdb\nchange=%u\n",
		 tmpdir_file(&world->dir, "spare"), change);
	tell(world, text);
}

static const char gone_first[] = "state=gone\nlog=\njournal=\nrepo=\ndisk=\nchange=1\n";

/* A server that was started from a virtual CD: nothing was removed. */
static void test_none_to_begin_with_is_not_gone(void)
{
	struct world world;

	make(&world);
	open_logs(&world, NULL);
	append(&world, JOURNAL_RUN_BEGIN);
	tell(&world, gone_first);
	CHECK(!strstr(said(&world), "THE MEDIUM IS GONE"));
	drop(&world);
}

/* It went before the first look. */
static void test_gone_at_the_first_look(void)
{
	struct world world;

	make(&world);
	world.options.log_dir = tmpdir_file(&world.dir, "logs");
	open_logs(&world, NULL);
	tell(&world, gone_first);
	CHECK_CONTAINS(said(&world), "THE MEDIUM IS GONE");
	drop(&world);
}

/* Another medium takes the logs: nobody may read that the journal is there, too. */
static void test_logs_alone_are_not_the_journal(void)
{
	struct world world;

	make(&world);
	open_logs(&world, NULL);
	append(&world, JOURNAL_RUN_BEGIN);
	tell(&world, gone_first);
	tell_here(&world, 2);
	CHECK_CONTAINS(said(&world), "The medium is back");
	CHECK_CONTAINS(said(&world), "the journal stays in RAM");
	CHECK(!strstr(said(&world), "THE MEDIUM IS GONE"));
	drop(&world);
}

/* The clock of a wait, and the second at which the medium is back (0 = never). */
static struct world *waiting;
static unsigned int waited_s, back_at_s;

static uint64_t waited_ms(struct hwio *hw)
{
	(void)hw;
	return 5000 + waited_s * 1000u;
}

static void wait_a_second(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	CHECK_INT(ms, 1000);
	if (++waited_s == back_at_s)
		tell_here(waiting, 2);
}

/* How long is a medium waited for that went with the BMC, and is back after so many seconds? */
static unsigned int await(unsigned int back_at)
{
	static const struct hwio_ops ops = { .now_ms = waited_ms, .sleep_ms = wait_a_second };
	struct hwio clock = { .ops = &ops };
	struct world world;

	make(&world);
	world.session.hw = &clock;
	waiting = &world;
	waited_s = 0;
	back_at_s = back_at;
	world.options.log_dir = tmpdir_file(&world.dir, "logs");
	open_logs(&world, NULL);
	tell(&world, gone_first);
	session_await_medium(&world.session);
	CHECK(world.session.medium_gone == !back_at);
	CHECK_CONTAINS(said(&world), back_at ? "The medium is back" : "waiting for it");
	drop(&world);
	return waited_s;
}

static void test_a_medium_that_went_with_the_bmc_is_waited_for(void)
{
	CHECK_INT(await(7), 7);
	CHECK_INT(await(0), 60);
}

/* Nothing is missing: nothing is waited for. */
static void test_a_medium_that_is_here_is_not_waited_for(void)
{
	struct world world;

	make(&world);
	open_logs(&world, NULL);
	tell_here(&world, 1);
	session_await_medium(&world.session);
	CHECK(!strstr(said(&world), "waiting for it"));
	drop(&world);
}

/* A run without a log folder goes on in RAM like any other. */
static void test_let_go_without_logs(void)
{
	struct world world;

	make(&world);
	append(&world, JOURNAL_RUN_BEGIN);
	world.options.ram_dir = tmpdir_file(&world.dir, "store");
	world.options.choices.repo_dir = world.dir.path;
	CHECK_INT(session_fill_store(&world.session, &world.err), 0);
	CHECK_CONTAINS(said(&world), "may now be removed");
	drop(&world);
}

/* How the run that waits for its reboot stands after a boot that ended like this. */
static enum history_end after_boot(const char *error)
{
	struct journal_record *records = NULL;
	struct inventory inv = { 0 };
	struct catalog cat = { 0 };
	struct history history = { 0 };
	enum history_end end;
	struct world world;
	size_t count = 0;

	make(&world);
	append(&world, JOURNAL_RUN_BEGIN);
	append(&world, JOURNAL_RUN_REBOOT);
	world.session.goes_on = true;
	session_end_journal(&world.session, EXIT_CHANGED, error);
	CHECK_INT(journal_read(world.session.journal, &records, &count, &world.err), 0);
	CHECK_INT(history_read(records, count, &inv, &cat, &history, &world.err), 0);
	end = history.end;
	history_free(&history);
	free(records);
	drop(&world);
	return end;
}

static void test_ends_when_nothing_is_left(void)
{
	CHECK_INT(after_boot(""), HISTORY_ENDED);
}

/* What waits for the reboot was not asked: ended, nobody would ask any more. */
static void test_an_error_does_not_end_what_waits(void)
{
	CHECK_INT(after_boot("repository: the index cannot be read"), HISTORY_REBOOT);
}

int main(void)
{
	TAP_RUN(test_none_to_begin_with_is_not_gone);
	TAP_RUN(test_gone_at_the_first_look);
	TAP_RUN(test_logs_alone_are_not_the_journal);
	TAP_RUN(test_a_medium_that_went_with_the_bmc_is_waited_for);
	TAP_RUN(test_a_medium_that_is_here_is_not_waited_for);
	TAP_RUN(test_let_go_without_logs);
	TAP_RUN(test_ends_when_nothing_is_left);
	TAP_RUN(test_an_error_does_not_end_what_waits);
	return TAP_END();
}
