/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log folder: nobody waits for its medium longer than stated, and nothing is lost with it. */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "run/events.h"
#include "run/logs.h"
#include "tmpdir.h"

#define WAIT_MS 100

/* A medium that fails, or holds whoever touches it until it is let go. */
struct world {
	struct tmpdir dir;
	struct logs *logs;
	struct err err;
	char why[256];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int errnum; /* 0 = works */
	bool hangs, touched;
	unsigned int operations;
	sigset_t mask; /* of the thread that touches */
};

static int touch(void *ctx, const char *operation, const char *name)
{
	struct world *world = ctx;
	int errnum;

	(void)operation;
	(void)name;
	pthread_mutex_lock(&world->lock);
	world->touched = true;
	world->operations++;
	pthread_sigmask(SIG_SETMASK, NULL, &world->mask);
	pthread_cond_broadcast(&world->changed);
	while (world->hangs)
		pthread_cond_wait(&world->changed, &world->lock);
	errnum = world->errnum;
	pthread_mutex_unlock(&world->lock);
	return errnum;
}

static void set(struct world *world, bool hangs, int errnum)
{
	pthread_mutex_lock(&world->lock);
	world->hangs = hangs;
	world->errnum = errnum;
	world->touched = false;
	pthread_cond_broadcast(&world->changed);
	pthread_mutex_unlock(&world->lock);
}

static void wait_touched(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	while (!world->touched)
		pthread_cond_wait(&world->changed, &world->lock);
	pthread_mutex_unlock(&world->lock);
}

static const char *ram(const struct world *world)
{
	return tmpdir_file(&world->dir, "ram");
}

static const char *medium(const struct world *world)
{
	return tmpdir_file(&world->dir, "medium");
}

/* every_ms: how often it looks by itself; an hour where a test is about being asked. */
static void open_logs(struct world *world, const char *medium_dir, uint32_t every_ms)
{
	const struct logs_tuning tuning = {
		.hooks = { .before = touch, .ctx = world },
		.wait_ms = WAIT_MS,
		.stall_ms = 5 * WAIT_MS,
		.every_ms = every_ms,
		.retry_ms = every_ms,
	};

	CHECK_INT(logs_open_tuned(ram(world), medium_dir, &tuning, &world->logs, &world->err), 0);
}

static void make_folders(struct world *world)
{
	*world = (struct world){ .lock = PTHREAD_MUTEX_INITIALIZER,
				 .changed = PTHREAD_COND_INITIALIZER };
	tmpdir_make(&world->dir);
	CHECK_INT(mkdir(medium(world), 0755), 0);
}

static void make(struct world *world)
{
	make_folders(world);
	open_logs(world, medium(world), 3600000);
}

/* With the times of a real run: what is asked for is there afterwards, however slow the disk. */
static void make_patient(struct world *world)
{
	const struct logs_tuning tuning = { .hooks = { .before = touch, .ctx = world },
					    .wait_ms = 60000 };

	make_folders(world);
	CHECK_INT(logs_open_tuned(ram(world), medium(world), &tuning, &world->logs, &world->err),
		  0);
}

static void drop(struct world *world)
{
	set(world, false, world->errnum);
	logs_close(world->logs);
	tmpdir_drop(&world->dir);
}

static void write_ram(const struct world *world, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "ram/%s", name);
	tmpdir_write_text(&world->dir, path, text);
}

static bool has(const struct world *world, const char *folder, const char *name, const char *want)
{
	uint8_t *text = NULL;
	char path[64];
	size_t len;
	bool same;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (fsio_read_file(tmpdir_file(&world->dir, path), 1 << 20, &text, &len, NULL))
		return want == NULL;
	same = want && strcmp((char *)text, want) == 0;
	free(text);
	return same;
}

static bool gone(struct world *world)
{
	return logs_gone(world->logs, world->why, sizeof(world->why));
}

static bool away(struct world *world)
{
	return logs_away(world->logs, world->why, sizeof(world->why));
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits until what the keeper does by itself has come. */
static bool comes(const struct world *world, const char *name, const char *want)
{
	uint64_t until = now_ms() + 10000;

	while (!has(world, "medium", name, want)) {
		if (now_ms() > until)
			return false;
		usleep(5000);
	}
	return true;
}

/* Law 8: it is there before a run blocks its signals, and must not be the one that they end. */
static void no_signal_ends_its_thread(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct world world;

	make(&world);
	logs_sync(world.logs);
	pthread_mutex_lock(&world.lock);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		CHECK_INT(sigismember(&world.mask, signals[i]), 1);
	pthread_mutex_unlock(&world.lock);
	drop(&world);
}

static void there_when_asked_for(void)
{
	struct world world;

	make_patient(&world);
	CHECK_STR(logs_dir(world.logs), ram(&world));
	CHECK(!away(&world));
	CHECK(!gone(&world));
	CHECK_STR(world.why, "");
	write_ram(&world, "plan.json", "{}");
	write_ram(&world, "events.jsonl", "1\n");
	logs_sync_file(world.logs, "events.jsonl");
	CHECK(has(&world, "medium", "events.jsonl", "1\n"));
	CHECK(has(&world, "medium", "plan.json", NULL));
	logs_sync(world.logs);
	CHECK(has(&world, "medium", "plan.json", "{}"));
	write_ram(&world, "last", "x");
	logs_close(world.logs);
	world.logs = NULL;
	CHECK(has(&world, "medium", "last", "x"));
	CHECK(has(&world, "ram", "last", "x"));
	drop(&world);
}

static void there_unasked(void)
{
	struct world world;

	make_folders(&world);
	open_logs(&world, medium(&world), 20);
	write_ram(&world, "console.txt", "said\n");
	CHECK(comes(&world, "console.txt", "said\n"));
	drop(&world);
}

static void no_medium_then_one(void)
{
	struct world world;

	make_folders(&world);
	open_logs(&world, NULL, 3600000);
	CHECK(away(&world));
	CHECK(gone(&world));
	CHECK_STR(world.why, "there is no medium");
	write_ram(&world, "a", "a");
	logs_sync(world.logs);
	logs_flush(world.logs);
	CHECK_INT(logs_return(world.logs, tmpdir_file(&world.dir, "medium/logs/S1"), &world.err),
		  0);
	CHECK(!away(&world));
	CHECK(has(&world, "medium/logs/S1", "a", "a"));
	drop(&world);
}

static void medium_folder_missing(void)
{
	struct world world;

	make_folders(&world);
	open_logs(&world, "/nonexistent/logs", 3600000);
	CHECK(away(&world));
	CHECK_CONTAINS(world.why, "/nonexistent/logs: No such file");
	CHECK(access("/nonexistent", F_OK) != 0);
	drop(&world);
}

static void failing(int errnum)
{
	struct world world;

	make_patient(&world);
	write_ram(&world, "a", "a");
	set(&world, false, errnum);
	logs_sync(world.logs);
	CHECK(away(&world));
	CHECK(gone(&world));
	CHECK_CONTAINS(world.why, strerror(errnum));
	/* Left alone from now on, and nobody waits for it. */
	world.operations = 0;
	for (int i = 0; i < 100; i++)
		logs_sync_file(world.logs, "a");
	CHECK_INT(world.operations, 0);
	set(&world, false, 0);
	CHECK_INT(logs_return(world.logs, medium(&world), &world.err), 0);
	CHECK(!away(&world));
	CHECK(has(&world, "medium", "a", "a"));
	drop(&world);
}

static void each_error_is_away(void)
{
	failing(EIO);
	failing(ENODEV);
	failing(EROFS);
}

/* A medium that failed for a moment and was not taken away: the last flush tries it again. */
static void tried_again_at_the_end(void)
{
	struct world world;

	make_patient(&world);
	write_ram(&world, "a", "a");
	set(&world, false, EIO);
	logs_sync(world.logs);
	CHECK(away(&world));
	set(&world, false, 0);
	logs_flush(world.logs);
	CHECK(!away(&world));
	CHECK(has(&world, "medium", "a", "a"));
	drop(&world);
}

static void tried_again_later(void)
{
	struct world world;

	make_folders(&world);
	open_logs(&world, medium(&world), 20);
	set(&world, false, EIO);
	write_ram(&world, "a", "a");
	logs_sync(world.logs);
	CHECK(away(&world));
	set(&world, false, 0);
	CHECK(comes(&world, "a", "a"));
	drop(&world);
}

/* Full: what fits is there, it is said, and it goes on being used. */
static void full(void)
{
	struct world world;

	make_patient(&world);
	set(&world, false, ENOSPC);
	write_ram(&world, "a", "a");
	logs_sync(world.logs);
	CHECK(away(&world));
	CHECK(!gone(&world));
	CHECK_CONTAINS(world.why, "a.new: cannot open it: No space left");
	set(&world, false, 0);
	logs_sync(world.logs);
	CHECK(!away(&world));
	CHECK(has(&world, "medium", "a", "a"));
	drop(&world);
}

/* I/O that does not come back: the first one waits a moment, then nobody does. */
static void hanging(void)
{
	struct world world;
	uint64_t begun;

	make(&world);
	set(&world, true, 0);
	write_ram(&world, "a", "a");
	begun = now_ms();
	logs_sync(world.logs);
	CHECK(now_ms() - begun >= WAIT_MS);
	CHECK(now_ms() - begun < 50 * WAIT_MS);
	CHECK(away(&world));
	CHECK(!gone(&world));
	CHECK_CONTAINS(world.why, "it is slow or hangs");
	begun = now_ms();
	for (int i = 0; i < 1000; i++)
		logs_sync_file(world.logs, "a");
	CHECK(now_ms() - begun < 10 * WAIT_MS);
	/* It was only slow. */
	set(&world, false, 0);
	logs_flush(world.logs);
	CHECK(!away(&world));
	CHECK(has(&world, "medium", "a", "a"));
	drop(&world);
}

static void hanging_at_open(void)
{
	struct world world;
	uint64_t begun = now_ms();

	make_folders(&world);
	set(&world, true, 0);
	open_logs(&world, medium(&world), 3600000);
	CHECK(now_ms() - begun < 50 * WAIT_MS);
	CHECK(away(&world));
	set(&world, false, 0);
	logs_flush(world.logs);
	CHECK(!away(&world));
	drop(&world);
}

/* Closing gives up when nothing moves. What hangs may come back after everything is gone. */
static void hanging_at_the_end(void)
{
	static struct world world; /* the thread that is left behind still uses it */
	uint64_t begun;

	make(&world);
	set(&world, true, 0);
	write_ram(&world, "a", "a");
	begun = now_ms();
	logs_close(world.logs);
	world.logs = NULL;
	CHECK(now_ms() - begun >= 5 * WAIT_MS);
	CHECK(now_ms() - begun < 100 * WAIT_MS);
	CHECK(has(&world, "ram", "a", "a"));
	set(&world, false, 0);
	usleep(50000);
	drop(&world);
}

/* Lost while its thread hangs in it; another one takes over at once. */
static void lost_while_hanging(void)
{
	static struct world world;
	const char *other;

	make(&world);
	set(&world, true, 0);
	write_ram(&world, "a", "a");
	logs_sync(world.logs);
	wait_touched(&world);
	logs_lost(world.logs, "sda was pulled");
	CHECK(away(&world));
	CHECK(gone(&world));
	CHECK_STR(world.why, "sda was pulled");
	logs_sync(world.logs);
	/* The old thread comes back to its operation and begins no other. */
	set(&world, false, 0);
	other = tmpdir_file(&world.dir, "other");
	CHECK_INT(logs_return(world.logs, other, &world.err), 0);
	CHECK(!away(&world));
	CHECK(has(&world, "other", "a", "a"));
	CHECK(has(&world, "medium", "a", NULL));
	drop(&world);
}

static void lost_means_untouched(void)
{
	struct world world;

	make_folders(&world);
	open_logs(&world, medium(&world), 10);
	logs_lost(world.logs, "gone");
	usleep(30000); /* what was under way has ended */
	write_ram(&world, "a", "a");
	world.operations = 0;
	logs_sync(world.logs);
	logs_flush(world.logs);
	usleep(50000);
	CHECK_INT(world.operations, 0);
	CHECK(has(&world, "medium", "a", NULL));
	drop(&world);
}

/* The same medium comes back with other content under our names. */
static void comes_back_changed(void)
{
	struct world world;

	make_patient(&world);
	write_ram(&world, "a", "a");
	logs_sync(world.logs);
	logs_lost(world.logs, "gone");
	tmpdir_write_text(&world.dir, "medium/a", "b");
	tmpdir_write_text(&world.dir, "medium/foreign", "f");
	CHECK_INT(logs_return(world.logs, medium(&world), &world.err), 0);
	CHECK(has(&world, "medium", "a", "a"));
	CHECK(has(&world, "medium", "foreign", "f"));
	drop(&world);
}

static void return_fails(void)
{
	struct world world;

	make_patient(&world);
	logs_lost(world.logs, "gone");
	set(&world, false, EIO);
	CHECK_INT(logs_return(world.logs, medium(&world), &world.err), ERR_IO);
	CHECK_CONTAINS(world.err.text, strerror(EIO));
	CHECK(away(&world));
	drop(&world);
}

/* A folder of our own is left only when its content is nowhere else. */
static void own_folder(void)
{
	struct world world;
	char path[512];

	make_folders(&world);
	CHECK_INT(logs_open(NULL, medium(&world), &world.logs, &world.err), 0);
	snprintf(path, sizeof(path), "%s", logs_dir(world.logs));
	CHECK(access(path, W_OK) == 0);
	logs_close(world.logs);
	CHECK(access(path, F_OK) != 0);
	CHECK_INT(logs_open(NULL, NULL, &world.logs, &world.err), 0);
	snprintf(path, sizeof(path), "%s", logs_dir(world.logs));
	logs_close(world.logs);
	world.logs = NULL;
	CHECK_INT(rmdir(path), 0);
	drop(&world);
}

static void no_ram_folder(void)
{
	struct logs *logs = NULL;

	CHECK(logs_open("/proc/no/such", NULL, &logs, NULL) < 0);
	CHECK(!logs);
	logs_close(NULL);
}

#define EMITTERS 8
#define LINES	 50

static void *emit(void *arg)
{
	for (unsigned int i = 0; i < LINES; i++)
		events_emit(arg, "Test", EVENT_U("i", i), EVENT_S("text", "a\n\"b\"\x80"));
	return NULL;
}

static size_t count_lines(const struct world *world, const char *name)
{
	FILE *file = fopen(tmpdir_file(&world->dir, name), "r");
	char line[512];
	size_t count = 0;

	while (file && fgets(line, sizeof(line), file)) {
		count++;
		CHECK_CONTAINS(line, "\"event\":\"Test\"");
		CHECK(line[0] == '{' && strcmp(line + strlen(line) - 2, "}\n") == 0);
	}
	if (file)
		fclose(file);
	return count;
}

/* Each line is on the medium when its emitter goes on; whole, however many emit. */
static void events_from_many_threads(void)
{
	pthread_t threads[EMITTERS];
	struct events *events = NULL;
	struct world world;

	make_patient(&world);
	CHECK_INT(events_open(world.logs, &events, &world.err), 0);
	CHECK_STR(events_dir(events), ram(&world));
	CHECK(has(&world, "medium", "events.jsonl", ""));
	events_emit(events, "Test", EVENT_S("text", NULL));
	CHECK_INT(count_lines(&world, "medium/events.jsonl"), 1);
	for (int i = 0; i < EMITTERS; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, emit, events), 0);
	for (int i = 0; i < EMITTERS; i++)
		pthread_join(threads[i], NULL);
	CHECK_INT(count_lines(&world, "ram/events.jsonl"), EMITTERS * LINES + 1);
	CHECK_INT(count_lines(&world, "medium/events.jsonl"), EMITTERS * LINES + 1);
	events_close(events);
	drop(&world);
}

/* The medium is pulled between two lines and comes back. */
static void events_outlive_the_medium(void)
{
	struct events *events = NULL;
	struct world world;

	make_patient(&world);
	CHECK_INT(events_open(world.logs, &events, &world.err), 0);
	events_emit(events, "Test", EVENT_U("i", 1));
	set(&world, false, EIO);
	events_emit(events, "Test", EVENT_U("i", 2));
	CHECK(away(&world));
	events_emit(events, "Test", EVENT_U("i", 3));
	CHECK_INT(count_lines(&world, "medium/events.jsonl"), 1);
	CHECK_INT(count_lines(&world, "ram/events.jsonl"), 3);
	set(&world, false, 0);
	CHECK_INT(logs_return(world.logs, tmpdir_file(&world.dir, "medium"), &world.err), 0);
	CHECK_INT(count_lines(&world, "medium/events.jsonl"), 3);
	events_emit(events, "Test", EVENT_U("i", 4));
	CHECK_INT(count_lines(&world, "medium/events.jsonl"), 4);
	events_close(events);
	drop(&world);
}

static void events_without_a_folder(void)
{
	struct events *events = NULL;

	CHECK_INT(events_open(NULL, &events, NULL), 0);
	CHECK(!events_dir(events));
	events_emit(events, "Test", EVENT_U("i", 1));
	events_close(events);
	events_close(NULL);
	events_emit_fields(NULL, "Test", (const struct event_field[]){ { .key = NULL } });
}

/* The events come through between the pieces of a large file, not after it. */
static void events_overtake(void)
{
	static char big[40 * MIRROR_PIECE_BYTES];
	struct world world;
	uint64_t begun;

	make(&world);
	tmpdir_write(&world.dir, "ram/trace", big, sizeof(big));
	write_ram(&world, "events.jsonl", "1\n");
	set(&world, true, 0);
	logs_sync(world.logs); /* behind: from here on nobody waits */
	logs_sync_file(world.logs, "events.jsonl");
	set(&world, false, 0);
	begun = now_ms();
	while (!has(&world, "medium", "events.jsonl", "1\n") && now_ms() - begun < 10000)
		;
	CHECK(has(&world, "medium", "events.jsonl", "1\n"));
	CHECK(has(&world, "medium", "trace", NULL));
	drop(&world);
}

int main(void)
{
	TAP_RUN(no_signal_ends_its_thread);
	TAP_RUN(there_when_asked_for);
	TAP_RUN(there_unasked);
	TAP_RUN(no_medium_then_one);
	TAP_RUN(medium_folder_missing);
	TAP_RUN(each_error_is_away);
	TAP_RUN(tried_again_at_the_end);
	TAP_RUN(tried_again_later);
	TAP_RUN(full);
	TAP_RUN(hanging);
	TAP_RUN(hanging_at_open);
	TAP_RUN(hanging_at_the_end);
	TAP_RUN(lost_while_hanging);
	TAP_RUN(lost_means_untouched);
	TAP_RUN(comes_back_changed);
	TAP_RUN(return_fails);
	TAP_RUN(own_folder);
	TAP_RUN(no_ram_folder);
	TAP_RUN(events_from_many_threads);
	TAP_RUN(events_outlive_the_medium);
	TAP_RUN(events_overtake);
	TAP_RUN(events_without_a_folder);
	return TAP_END();
}
