/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads copied into RAM from media that lie, stall, forget and vanish. */
#include "tap.h"

#include <sys/stat.h>

#include "store_world.h"

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (const char *at = text; at && (at = strstr(at, part)); at += strlen(part))
		n++;
	return n;
}

static void everything(void)
{
	struct world world;

	store_world_make_three(&world);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		store_world_check_there(&world, i);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "Copying 5.2 MB into RAM, 3 payloads ...");
	CHECK_CONTAINS(world.said, "5.2 MB in RAM and verified after");
	CHECK(!strstr(world.said, "again"));
	/* Each byte once: four pieces a MiB, and the lists. */
	CHECK_INT(world.reads, 3 + 12 + 1 + 1 + 8);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(rmdir(world.ram.path), 0); /* empty */
	store_world_drop(&world);
}

static void from_files(void)
{
	struct world world;

	store_world_make_three(&world);
	world.options.source = NULL;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		store_world_check_there(&world, i);
	store_world_drop(&world);
}

/* The medium goes when it is said that it may: nothing of it is needed any more. */
static void medium_removed_after(void)
{
	struct world world;

	store_world_make_three(&world);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	tmpdir_drop(&world.repo);
	for (size_t i = 0; i < 3; i++)
		store_world_check_there(&world, i);
	store_world_drop(&world);
}

static void same_payload_twice(void)
{
	struct world world;
	struct store_need need;

	store_world_make_three(&world);
	world.comps[3] = world.comps[0];
	world.steps[3] = (struct step){ .number = 4, .comp = &world.comps[3] };
	world.plan.step_count = 4;
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.payload_bytes, 5 * MIB + 6);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(world.reads, 3 + 12 + 1 + 1 + 8);
	store_world_check_there(&world, 3);
	store_world_drop(&world);
}

/* The vendor's signatures go with the payload; what two steps share is copied once. */
static void attachments(void)
{
	struct attachment first[2] = { { .role = "compsig" }, { .role = "metadata" } };
	struct attachment second = { .role = "compsig" };
	struct world world;
	struct store_need need;

	store_world_make(&world);
	for (size_t i = 0; i < STEPS; i++)
		store_world_add(&world, MIB + i, "nvme");
	world.plan.step_count = 2;
	first[0].ref = second.ref = world.comps[2].payload;
	first[1].ref = world.comps[3].payload;
	world.comps[0].attachments = first;
	world.comps[0].attachment_count = 2;
	world.comps[1].attachments = &second;
	world.comps[1].attachment_count = 1;
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.payload_bytes, 4 * MIB + 6);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_CONTAINS(world.said, "4 payloads ...");
	for (size_t i = 0; i < STEPS; i++)
		store_world_check_there(&world, i);
	store_world_drop(&world);
}

/* One that cannot be copied: the step's payload is there, the store does not hold all. */
static void attachment_missing(void)
{
	struct attachment attached = { .role = "compsig" };
	char name[PAYLOAD_NAME_MAX];
	struct world world;

	store_world_make_three(&world);
	world.plan.step_count = 1;
	attached.ref = world.comps[1].payload;
	world.comps[0].attachments = &attached;
	world.comps[0].attachment_count = 1;
	payload_name(attached.ref.sha256, PAYLOAD_WHOLE, name);
	CHECK_INT(unlink(tmpdir_file(&world.repo, name)), 0);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(!store_holds_all(world.store));
	store_world_check_there(&world, 0);
	store_world_check_absent(&world, 1);
	store_world_drop(&world);
}

static void nothing_to_do(void)
{
	struct world world;

	store_world_make(&world);
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_INT(world.reads, 0);
	store_world_drop(&world);
}

static bool is_of(const struct payload_ref *ref, const char *name, int part)
{
	char want[PAYLOAD_NAME_MAX];

	payload_name(ref->sha256, part, want);
	return strcmp(name, want) == 0;
}

/* The second chunk of the first payload cannot be read, as often as counter says. */
static int fails_for_a_while(struct world *world, const char *name, uint64_t offset, uint8_t *buf,
			     size_t len, bool again)
{
	(void)buf;
	(void)len;
	(void)again;
	if (!is_of(world->victim, name, 0) || offset != MIB || !world->counter)
		return 0;
	world->counter--;
	return ERR_IO;
}

static void read_error_once(void)
{
	struct world world;

	store_world_make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	store_world_check_there(&world, 0);
	CHECK_CONTAINS(world.said,
		       "comp-0: chunk 2 of 4 cannot be used (as the test wants it); "
		       "it is read again");
	store_world_drop(&world);
}

static void read_error_five_times(void)
{
	struct world world;
	uint64_t begun;

	store_world_make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 5;
	begun = world.now_ms;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK(world.now_ms - begun >= 60000);
	CHECK_INT(count(world.said, "it is read again"), 1);
	store_world_drop(&world);
}

/* For good: the others are copied at once, the one that is not is left out, and nothing of it. */
static void read_error_always(void)
{
	struct world world;
	uint64_t begun;

	store_world_make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1000;
	begun = world.now_ms;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(1000 - world.counter, 6);
	CHECK(world.now_ms - begun >= 60000 && world.now_ms - begun < 90000);
	CHECK(!store_holds_all(world.store));
	store_world_check_absent(&world, 0);
	store_world_check_there(&world, 1);
	store_world_check_there(&world, 2);
	CHECK_CONTAINS(world.said, "comp-0 CANNOT BE COPIED INTO RAM: chunk 2 of 4: as the test");
	CHECK_CONTAINS(world.said, "2.0 MB in RAM and verified");
	store_world_drop(&world);
}

/* While one chunk waits for its turn nothing else does. */
static int notes_the_others(struct world *world, const char *name, uint64_t offset, uint8_t *buf,
			    size_t len, bool again)
{
	if (is_of(&world->comps[2].payload, name, PAYLOAD_WHOLE))
		world->last_ms = world->now_ms;
	return fails_for_a_while(world, name, offset, buf, len, again);
}

static void others_go_on(void)
{
	struct world world;

	store_world_make_three(&world);
	world.before = notes_the_others;
	world.counter = 5;
	world.first_ms = world.now_ms;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(world.last_ms - world.first_ms, 0);
	store_world_drop(&world);
}

/* Wrong bytes: from the medium's cache they stay wrong, so the second read must ask for others. */
static int lies_unless_asked_again(struct world *world, const char *name, uint64_t offset,
				   uint8_t *buf, size_t len, bool again)
{
	if (is_of(world->victim, name, 1) && offset == 0 && !again) {
		buf[len - 1] ^= 1;
		world->counter++;
	}
	return 0;
}

static void wrong_bytes_once(void)
{
	struct world world;

	store_world_make_three(&world);
	world.after = lies_unless_asked_again;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(world.counter, 1);
	CHECK(store_holds_all(world.store));
	store_world_check_there(&world, 0);
	CHECK_CONTAINS(world.said, "chunk 3 of 4 cannot be used (SHA-256");
	store_world_drop(&world);
}

static int lies(struct world *world, const char *name, uint64_t offset, uint8_t *buf, size_t len,
		bool again)
{
	(void)again;
	if (is_of(world->victim, name, 1) && offset == 0) {
		buf[len - 1] ^= 1;
		world->counter++;
	}
	return 0;
}

static void wrong_bytes_always(void)
{
	struct world world;

	store_world_make_three(&world);
	world.after = lies;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(world.counter, 4);
	CHECK(!store_holds_all(world.store));
	store_world_check_absent(&world, 0);
	store_world_check_there(&world, 2);
	store_world_drop(&world);
}

static int list_lies(struct world *world, const char *name, uint64_t offset, uint8_t *buf,
		     size_t len, bool again)
{
	(void)offset;
	(void)len;
	(void)again;
	if (is_of(world->victim, name, PAYLOAD_CHUNKS) && world->counter) {
		world->counter--;
		buf[0] ^= 1;
	}
	return 0;
}

static void chunk_list_damaged(void)
{
	struct world world;

	store_world_make_three(&world);
	world.after = list_lies;
	world.counter = 2;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "comp-0: its chunk list cannot be used");
	store_world_drop(&world);
	store_world_make_three(&world);
	world.after = list_lies;
	world.counter = 1000;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK_INT(1000 - world.counter, 4);
	store_world_check_absent(&world, 0);
	store_world_check_there(&world, 1);
	store_world_check_there(&world, 2);
	store_world_drop(&world);
}

/* The files are there and too short, or not there at all. */
static void short_and_missing_files(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	store_world_make_three(&world);
	payload_name(world.comps[0].payload.sha256, 1, name);
	CHECK_INT(truncate(tmpdir_file(&world.repo, name), (off_t)MIB), 0);
	payload_name(world.comps[1].payload.sha256, PAYLOAD_CHUNKS, name);
	CHECK_INT(unlink(tmpdir_file(&world.repo, name)), 0);
	world.options.source = NULL;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	store_world_check_absent(&world, 0);
	store_world_check_absent(&world, 1);
	store_world_check_there(&world, 2);
	CHECK_CONTAINS(world.said, "the file is too short");
	CHECK_CONTAINS(world.said, "No such file");
	store_world_drop(&world);
}

/* Taken away after some reads; back after `last_ms`, or never. */
static int vanishes(struct world *world, const char *name, uint64_t offset, uint8_t *buf,
		    size_t len, bool again)
{
	(void)name;
	(void)offset;
	(void)buf;
	(void)len;
	(void)again;
	if (world->reads == world->counter)
		world->first_ms = world->now_ms;
	return world->reads >= world->counter && world->now_ms < world->first_ms + world->last_ms
		       ? ERR_IO
		       : 0;
}

static void vanishes_and_returns(void)
{
	for (unsigned int at = 1; at <= 25; at += 3) {
		struct world world;

		store_world_make_three(&world);
		world.before = vanishes;
		world.counter = at;
		world.last_ms = 20000;
		CHECK_INT(store_world_fill(&world, NULL), 0);
		CHECK(store_holds_all(world.store));
		for (size_t i = 0; i < 3; i++)
			store_world_check_there(&world, i);
		store_world_drop(&world);
	}
}

static void vanishes_for_good(void)
{
	struct world world;
	uint64_t begun;

	store_world_make_three(&world);
	world.before = vanishes;
	world.counter = 10;
	world.last_ms = UINT32_MAX;
	begun = world.now_ms;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(!store_holds_all(world.store));
	store_world_check_absent(&world, 0);
	store_world_check_absent(&world, 2);
	CHECK(world.now_ms - begun < 120000);
	store_world_drop(&world);
}

/* 52 KB/s: a line at least every 10 s, with rate, share and what is left. */
static int is_slow(struct world *world, const char *name, uint64_t offset, uint8_t *buf, size_t len,
		   bool again)
{
	(void)name;
	(void)offset;
	(void)buf;
	(void)again;
	world->now_ms += len * 1000 / 52000;
	return 0;
}

static void slow_medium(void)
{
	struct world world;
	uint64_t begun;

	store_world_make_three(&world);
	world.before = is_slow;
	begun = world.now_ms;
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	/* 5.2 MB take 100 s. */
	CHECK(world.now_ms - begun > 90000);
	CHECK(count(world.said, "Copying into RAM: ") >= (world.now_ms - begun) / 1000 / 15);
	CHECK_CONTAINS(world.said, "(0 KB of 5.2 MB), 53 KB/s, about");
	CHECK_CONTAINS(world.said, " left\n");
	store_world_drop(&world);
}

/* One read takes half a minute: said by the next look at the clock, and survived. */
static int stalls(struct world *world, const char *name, uint64_t offset, uint8_t *buf, size_t len,
		  bool again)
{
	(void)name;
	(void)offset;
	(void)buf;
	(void)len;
	(void)again;
	if (world->reads != 7)
		return 0;
	world->now_ms += 30000;
	for (int i = 0; i < 400; i++) {
		struct stat st;

		/* Really held until the other thread has said it. */
		CHECK_INT(stat(tmpdir_file(&world->repo, "console.txt"), &st), 0);
		if ((uint64_t)st.st_size > world->first_ms)
			return 0;
		usleep(10000);
	}
	return ERR_INTERNAL;
}

static void stall(void)
{
	struct world world;

	store_world_make_three(&world);
	world.before = stalls;
	world.first_ms = strlen("Copying 5.2 MB into RAM, 3 payloads ...\n");
	CHECK_INT(store_world_fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "Copying into RAM: ");
	store_world_drop(&world);
}

static bool stop_at(void *ctx)
{
	struct world *world = ctx;

	return world->reads >= 5;
}

static void interrupted(void)
{
	struct world world;

	store_world_make_three(&world);
	world.options.interrupted = stop_at;
	world.options.ctx = &world;
	CHECK_INT(store_world_fill(&world, NULL), ERR_INTERRUPTED);
	CHECK(world.reads <= 6);
	CHECK(!world.store);
	CHECK_INT(rmdir(world.ram.path), 0); /* empty */
	store_world_drop(&world);
}

/* It is seen while everything waits for a bad chunk, too. */
static bool stop_after_ten_seconds(void *ctx)
{
	struct world *world = ctx;

	return world->now_ms >= world->first_ms + 10000;
}

static void interrupted_while_waiting(void)
{
	struct world world;

	store_world_make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1000;
	world.first_ms = world.now_ms;
	world.options.interrupted = stop_after_ten_seconds;
	world.options.ctx = &world;
	CHECK_INT(store_world_fill(&world, NULL), ERR_INTERRUPTED);
	CHECK(world.now_ms - world.first_ms < 12000);
	store_world_drop(&world);
}

int main(void)
{
	TAP_RUN(everything);
	TAP_RUN(from_files);
	TAP_RUN(medium_removed_after);
	TAP_RUN(same_payload_twice);
	TAP_RUN(attachments);
	TAP_RUN(attachment_missing);
	TAP_RUN(nothing_to_do);
	TAP_RUN(read_error_once);
	TAP_RUN(read_error_five_times);
	TAP_RUN(read_error_always);
	TAP_RUN(others_go_on);
	TAP_RUN(wrong_bytes_once);
	TAP_RUN(wrong_bytes_always);
	TAP_RUN(chunk_list_damaged);
	TAP_RUN(short_and_missing_files);
	TAP_RUN(vanishes_and_returns);
	TAP_RUN(vanishes_for_good);
	TAP_RUN(slow_medium);
	TAP_RUN(stall);
	TAP_RUN(interrupted);
	TAP_RUN(interrupted_while_waiting);
	return TAP_END();
}
