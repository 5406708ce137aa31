/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads copied into RAM from media that lie, stall, forget and vanish. The clock is the test's
 * own: it moves when somebody sleeps, and when a read is said to take long.
 */
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "blob.h"
#include "repo/payload.h"
#include "run/store_copy.h"
#include "temp_tree.h"
#include "tmpdir.h"

#define MIB   ((size_t)CATALOG_CHUNK_BYTES)
#define STEPS 4

/* What a test makes of one read: 0 = go on, or an ERR_*. It may spoil buf after the read. */
struct world;
typedef int read_hook(struct world *world, const char *name, uint64_t offset, uint8_t *buf,
		      size_t len, bool again);

struct world {
	struct tmpdir repo, ram;
	struct temp_tree tree; /* /proc and /sys */
	struct hwio *real, hw;
	struct hwio_ops ops;
	_Atomic uint64_t now_ms;
	struct component comps[STEPS];
	struct device devs[STEPS];
	struct step steps[STEPS];
	struct plan plan;
	struct store_source files, source;
	struct store_options options;
	struct store *store;
	struct err err;
	char *said;
	read_hook *before, *after;
	unsigned int reads, counter;
	uint64_t first_ms, last_ms;
	struct payload_ref *victim;
};

static uint64_t fake_now(struct hwio *hw)
{
	return ((struct world *)hw->priv)->now_ms;
}

static void fake_sleep(struct hwio *hw, uint32_t ms)
{
	((struct world *)hw->priv)->now_ms += ms;
}

/* Everything else goes to the tree's files. */
static int tree_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio *real = ((struct world *)hw->priv)->real;

	return real->ops->open(real, path, flags);
}

static ssize_t tree_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio *real = ((struct world *)hw->priv)->real;

	return real->ops->readlink(real, path, buf, size);
}

static int hooked_read(void *ctx, const char *name, uint64_t offset, void *buf, size_t len,
		       bool again, struct err *err)
{
	struct world *world = ctx;
	int rc = 0;

	world->reads++;
	if (world->before)
		rc = world->before(world, name, offset, buf, len, again);
	if (rc)
		return err_set(err, rc, "as the test wants it");
	rc = world->files.read(world->files.ctx, name, offset, buf, len, again, err);
	if (!rc && world->after)
		world->after(world, name, offset, buf, len, again);
	return rc;
}

static void make_seam(struct world *world)
{
	world->tree = temp_tree_make();
	world->real = hwio_real_new(world->tree.dir);
	world->ops = *world->real->ops;
	world->ops.now_ms = fake_now;
	world->ops.sleep_ms = fake_sleep;
	world->ops.open = tree_open;
	world->ops.readlink = tree_readlink;
	world->hw = (struct hwio){ &world->ops, world };
	world->now_ms = 1000000;
}

static void set_available(struct world *world, uint64_t mib)
{
	char text[128];

	snprintf(text, sizeof(text), "MemTotal:       99 kB\nMemAvailable:   %llu kB\nX: 1 kB\n",
		 (unsigned long long)mib * 1024);
	temp_tree_text(&world->tree, "/proc/meminfo", text);
}

/* A step with a payload of its own. */
static void add_step(struct world *world, size_t bytes, const char *backend)
{
	size_t i = world->plan.step_count++;
	struct component *comp = &world->comps[i];
	uint8_t *content = malloc(bytes);
	uint32_t x = (uint32_t)i + 1;

	for (size_t k = 0; content && k < bytes; k++) {
		x = x * 1664525 + 1013904223;
		content[k] = (uint8_t)(x >> 24);
	}
	tmpdir_write(&world->repo, "source", content, bytes);
	CHECK_INT(blob_add(world->repo.path, tmpdir_file(&world->repo, "source"), 2 * MIB,
			   &comp->payload, NULL),
		  0);
	free(content);
	unlink(tmpdir_file(&world->repo, "source"));
	snprintf(comp->id, sizeof(comp->id), "comp-%zu", i);
	snprintf(comp->class_name, sizeof(comp->class_name), "drive");
	snprintf(comp->backend, sizeof(comp->backend), "%s", backend);
	world->steps[i] = (struct step){ .number = (unsigned int)i + 1,
					 .comp = comp,
					 .dev = &world->devs[i] };
}

static void make(struct world *world)
{
	*world = (struct world){ 0 };
	tmpdir_make(&world->repo);
	tmpdir_make(&world->ram);
	make_seam(world);
	set_available(world, 4096);
	world->plan.steps = world->steps;
	CHECK_INT(files_source_make(world->repo.path, &world->files, NULL), 0);
	world->source = (struct store_source){ hooked_read, world };
	CHECK_INT(console_open(NULL, &world->options.console, NULL), 0);
	CHECK_INT(console_add_transcript(world->options.console,
					 tmpdir_file(&world->repo, "console.txt"), NULL),
		  0);
	CHECK_INT(events_open(NULL, &world->options.events, NULL), 0);
	world->options.hw = &world->hw;
	world->options.repo_dir = world->repo.path;
	world->options.ram_dir = world->ram.path;
	world->options.source = &world->source;
	world->options.part_bytes = 2 * MIB;
}

/* Three payloads, one in two parts, one of a single byte. */
static void make_three(struct world *world)
{
	make(world);
	add_step(world, 3 * MIB + 5, "nvme");
	add_step(world, 1, "nvme");
	add_step(world, 2 * MIB, "nvme");
	world->victim = &world->comps[0].payload;
}

static void drop(struct world *world)
{
	store_free(world->store);
	console_close(world->options.console);
	events_close(world->options.events);
	files_source_free(&world->files);
	hwio_real_free(world->real);
	temp_tree_remove(&world->tree);
	free(world->said);
	tmpdir_drop(&world->repo);
	tmpdir_drop(&world->ram);
}

static int fill(struct world *world, const bool *chosen)
{
	int rc = store_fill(&world->options, &world->plan, chosen, &world->store, &world->err);
	uint8_t *said;
	size_t len;

	free(world->said);
	world->said = NULL;
	if (fsio_read_file(tmpdir_file(&world->repo, "console.txt"), 1 << 20, &said, &len, NULL) ==
	    0)
		world->said = (char *)said;
	return rc;
}

static bool in_ram(const struct world *world, size_t i)
{
	return strcmp(store_dir(world->store, &world->comps[i].payload), world->ram.path) == 0;
}

/* It opens and holds, as a step would find out, and what it gives is what was put in. */
static void check_payload(const struct world *world, size_t i)
{
	const struct payload_ref *ref = &world->comps[i].payload;
	struct payload *payload = NULL;

	CHECK(in_ram(world, i));
	CHECK_INT(payload_open_parts(world->ram.path, ref, 2 * MIB, &payload, NULL), 0);
	if (payload)
		CHECK_INT(payload_verify(payload, 2, NULL, NULL, NULL), 0);
	payload_close(payload);
}

static void check_absent(const struct world *world, size_t i)
{
	const struct payload_ref *ref = &world->comps[i].payload;
	struct payload *payload = NULL;
	char name[PAYLOAD_NAME_MAX];

	CHECK_STR(store_dir(world->store, ref), world->repo.path);
	for (int part = PAYLOAD_CHUNKS; part < 3; part++) {
		payload_name(ref->sha256, part, name);
		CHECK(access(tmpdir_file(&world->ram, name), F_OK) != 0);
	}
	CHECK_INT(payload_open_parts(world->ram.path, ref, 2 * MIB, &payload, NULL), ERR_NOT_FOUND);
}

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

	make_three(&world);
	CHECK_INT(fill(&world, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		check_payload(&world, i);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "Copying 5.2 MB into RAM, 3 payloads ...");
	CHECK_CONTAINS(world.said, "5.2 MB in RAM and verified after");
	CHECK(!strstr(world.said, "again"));
	/* Each byte once: four pieces a MiB, and the lists. */
	CHECK_INT(world.reads, 3 + 12 + 1 + 1 + 8);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(rmdir(world.ram.path), 0); /* empty */
	drop(&world);
}

static void from_files(void)
{
	struct world world;

	make_three(&world);
	world.options.source = NULL;
	CHECK_INT(fill(&world, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		check_payload(&world, i);
	drop(&world);
}

/* The medium goes when it is said that it may: nothing of it is needed any more. */
static void medium_removed_after(void)
{
	struct world world;

	make_three(&world);
	CHECK_INT(fill(&world, NULL), 0);
	tmpdir_drop(&world.repo);
	for (size_t i = 0; i < 3; i++)
		check_payload(&world, i);
	drop(&world);
}

static void same_payload_twice(void)
{
	struct world world;
	struct store_need need;

	make_three(&world);
	world.comps[3] = world.comps[0];
	world.steps[3] = (struct step){ .number = 4, .comp = &world.comps[3] };
	world.plan.step_count = 4;
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.payload_bytes, 5 * MIB + 6);
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(world.reads, 3 + 12 + 1 + 1 + 8);
	check_payload(&world, 3);
	drop(&world);
}

static void nothing_to_do(void)
{
	struct world world;

	make(&world);
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_INT(world.reads, 0);
	drop(&world);
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

	make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	check_payload(&world, 0);
	CHECK_CONTAINS(world.said,
		       "comp-0: chunk 2 of 4 cannot be used (as the test wants it); "
		       "it is read again");
	drop(&world);
}

static void read_error_five_times(void)
{
	struct world world;
	uint64_t begun;

	make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 5;
	begun = world.now_ms;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK(world.now_ms - begun >= 60000);
	CHECK_INT(count(world.said, "it is read again"), 1);
	drop(&world);
}

/* For good: the others are copied at once, the one that is not is left out, and nothing of it. */
static void read_error_always(void)
{
	struct world world;
	uint64_t begun;

	make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1000;
	begun = world.now_ms;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(1000 - world.counter, 6);
	CHECK(world.now_ms - begun >= 60000 && world.now_ms - begun < 90000);
	CHECK(!store_holds_all(world.store));
	check_absent(&world, 0);
	check_payload(&world, 1);
	check_payload(&world, 2);
	CHECK_CONTAINS(world.said, "comp-0 CANNOT BE COPIED INTO RAM: chunk 2 of 4: as the test");
	CHECK_CONTAINS(world.said, "2.0 MB in RAM and verified");
	drop(&world);
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

	make_three(&world);
	world.before = notes_the_others;
	world.counter = 5;
	world.first_ms = world.now_ms;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(world.last_ms - world.first_ms, 0);
	drop(&world);
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

	make_three(&world);
	world.after = lies_unless_asked_again;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(world.counter, 1);
	CHECK(store_holds_all(world.store));
	check_payload(&world, 0);
	CHECK_CONTAINS(world.said, "chunk 3 of 4 cannot be used (SHA-256");
	drop(&world);
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

	make_three(&world);
	world.after = lies;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(world.counter, 6);
	CHECK(!store_holds_all(world.store));
	check_absent(&world, 0);
	check_payload(&world, 2);
	drop(&world);
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

	make_three(&world);
	world.after = list_lies;
	world.counter = 2;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "comp-0: its chunk list cannot be used");
	drop(&world);
	make_three(&world);
	world.after = list_lies;
	world.counter = 1000;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK_INT(1000 - world.counter, 6);
	check_absent(&world, 0);
	check_payload(&world, 1);
	check_payload(&world, 2);
	drop(&world);
}

/* The files are there and too short, or not there at all. */
static void short_and_missing_files(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	make_three(&world);
	payload_name(world.comps[0].payload.sha256, 1, name);
	CHECK_INT(truncate(tmpdir_file(&world.repo, name), (off_t)MIB), 0);
	payload_name(world.comps[1].payload.sha256, PAYLOAD_CHUNKS, name);
	CHECK_INT(unlink(tmpdir_file(&world.repo, name)), 0);
	world.options.source = NULL;
	CHECK_INT(fill(&world, NULL), 0);
	check_absent(&world, 0);
	check_absent(&world, 1);
	check_payload(&world, 2);
	CHECK_CONTAINS(world.said, "the file is too short");
	CHECK_CONTAINS(world.said, "No such file");
	drop(&world);
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

		make_three(&world);
		world.before = vanishes;
		world.counter = at;
		world.last_ms = 20000;
		CHECK_INT(fill(&world, NULL), 0);
		CHECK(store_holds_all(world.store));
		for (size_t i = 0; i < 3; i++)
			check_payload(&world, i);
		drop(&world);
	}
}

static void vanishes_for_good(void)
{
	struct world world;
	uint64_t begun;

	make_three(&world);
	world.before = vanishes;
	world.counter = 10;
	world.last_ms = UINT32_MAX;
	begun = world.now_ms;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(!store_holds_all(world.store));
	check_absent(&world, 0);
	check_absent(&world, 2);
	CHECK(world.now_ms - begun < 120000);
	drop(&world);
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

	make_three(&world);
	world.before = is_slow;
	begun = world.now_ms;
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	/* 5.2 MB take 100 s. */
	CHECK(world.now_ms - begun > 90000);
	CHECK(count(world.said, "Copying into RAM: ") >= (world.now_ms - begun) / 1000 / 15);
	CHECK_CONTAINS(world.said, "(0 KB of 5.2 MB), 53 KB/s, about");
	CHECK_CONTAINS(world.said, " left\n");
	drop(&world);
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

	make_three(&world);
	world.before = stalls;
	world.first_ms = strlen("Copying 5.2 MB into RAM, 3 payloads ...\n");
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	CHECK_CONTAINS(world.said, "Copying into RAM: ");
	drop(&world);
}

static bool stop_at(void *ctx)
{
	struct world *world = ctx;

	return world->reads >= 5;
}

static void interrupted(void)
{
	struct world world;

	make_three(&world);
	world.options.interrupted = stop_at;
	world.options.ctx = &world;
	CHECK_INT(fill(&world, NULL), ERR_INTERRUPTED);
	CHECK(world.reads <= 6);
	CHECK(!world.store);
	CHECK_INT(rmdir(world.ram.path), 0); /* empty */
	drop(&world);
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

	make_three(&world);
	world.before = fails_for_a_while;
	world.counter = 1000;
	world.first_ms = world.now_ms;
	world.options.interrupted = stop_after_ten_seconds;
	world.options.ctx = &world;
	CHECK_INT(fill(&world, NULL), ERR_INTERRUPTED);
	CHECK(world.now_ms - world.first_ms < 12000);
	drop(&world);
}

static void measured(void)
{
	struct world world;
	struct store_need need;

	make(&world);
	add_step(&world, 3 * MIB, "nvme");
	add_step(&world, 2 * MIB, "devlink");
	add_step(&world, 1 * MIB, "uefi-capsule");
	set_available(&world, 256 + 6 + 3);
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.payload_bytes, 6 * MIB);
	CHECK_INT(need.kernel_bytes, 3 * MIB);
	CHECK_INT(need.available, 265 * MIB);
	CHECK_INT(need.missing, 0);
	set_available(&world, 256 + 6 + 2);
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), 0);
	CHECK_INT(need.missing, MIB);
	temp_tree_text(&world.tree, "/proc/meminfo", "MemFree: 17 kB\n");
	CHECK_INT(store_measure(&world.hw, &world.plan, &need, &world.err), ERR_IO);
	drop(&world);
}

static void not_all_fits(void)
{
	static const bool second[STEPS] = { false, false, true, false };
	static const bool first_and_second[STEPS] = { true, false, true, false };
	struct world world;

	make_three(&world);
	set_available(&world, 256 + 3);
	CHECK_INT(fill(&world, second), 0);
	CHECK(!store_holds_all(world.store));
	check_absent(&world, 0);
	check_absent(&world, 1);
	check_payload(&world, 2);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(fill(&world, first_and_second), ERR_FULL);
	CHECK_CONTAINS(world.err.text, "3 MiB of memory are missing");
	CHECK(!world.store);
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(!store_holds_all(world.store));
	check_absent(&world, 2);
	drop(&world);
}

/* What fits is copied whole, whatever was chosen. */
static void all_fits_despite_choice(void)
{
	static const bool second[STEPS] = { false, false, true, false };
	struct world world;

	make_three(&world);
	CHECK_INT(fill(&world, second), 0);
	CHECK(store_holds_all(world.store));
	drop(&world);
}

/* What a run that died has left is removed; a folder that others can write to is not used. */
static void folder(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	make_three(&world);
	payload_name(world.comps[0].payload.sha256, 0, name);
	tmpdir_write_text(&world.ram, name, "a part of what was copied then");
	tmpdir_write_text(&world.ram, "blobs/00/0000", "something else");
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	check_payload(&world, 0);
	CHECK(access(tmpdir_file(&world.ram, "blobs/00/0000"), F_OK) != 0);
	store_free(world.store);
	world.store = NULL;
	CHECK_INT(chmod(world.ram.path, 0777), 0);
	CHECK_INT(fill(&world, NULL), ERR_IO);
	CHECK_CONTAINS(world.err.text, "others may write there");
	world.options.ram_dir = "/proc/no/such";
	CHECK_INT(fill(&world, NULL), ERR_IO);
	world.options.ram_dir = tmpdir_file(&world.repo, "new/folder");
	CHECK_INT(fill(&world, NULL), 0);
	CHECK(store_holds_all(world.store));
	drop(&world);
}

/* A symbolic link in the place of the folder, or of a file in it, is not followed. */
static void links(void)
{
	struct world world;
	char name[PAYLOAD_NAME_MAX];

	make_three(&world);
	CHECK_INT(symlink(world.ram.path, tmpdir_file(&world.repo, "link")), 0);
	world.options.ram_dir = tmpdir_file(&world.repo, "link");
	CHECK_INT(fill(&world, NULL), ERR_IO);
	world.options.ram_dir = world.ram.path;
	payload_name(world.comps[0].payload.sha256, 0, name);
	tmpdir_write_text(&world.repo, "precious", "precious");
	tmpdir_write_text(&world.ram, name, "");
	CHECK_INT(unlink(tmpdir_file(&world.ram, name)), 0);
	CHECK_INT(symlink(tmpdir_file(&world.repo, "precious"), tmpdir_file(&world.ram, name)), 0);
	CHECK_INT(fill(&world, NULL), 0);
	check_payload(&world, 0);
	CHECK_INT(truncate(tmpdir_file(&world.repo, "precious"), 8), 0);
	drop(&world);
}

static void disturbing(void)
{
	static const struct {
		const char *id, *parent, *node, *class_name, *backend, *disk;
		enum device_kind kind;
		bool want;
	} rows[] = {
		{ "ilo", "", "", "bmc", "ilo-redfish", "/dev/sda", DEVICE_SYSTEM, true },
		{ "system", "", "", "system-rom", "ilo-redfish", "/dev/sda", DEVICE_SYSTEM, true },
		{ "system", "", "", "system-rom", "uefi-capsule", "/dev/sda", DEVICE_SYSTEM,
		  false },
		{ "pci:0000:00:14.0", "", "", "controller", "x", "/dev/sda", DEVICE_PCI, true },
		{ "pci:0000:00:14.0", "", "", "other", "x", "/dev/sda1", DEVICE_PCI, true },
		{ "pci:0000:00:14", "", "", "other", "x", "/dev/sda", DEVICE_PCI, false },
		{ "pci:0000:03:00.0", "", "", "controller", "x", "/dev/sda", DEVICE_PCI, false },
		{ "pci:0000:03:00.0", "", "", "controller", "x", NULL, DEVICE_PCI, true },
		{ "pci:0000:03:00.0", "", "", "controller", "x", "/dev/sdz", DEVICE_PCI, true },
		{ "pci:0000:03:00.0", "", "", "nic", "devlink", NULL, DEVICE_PCI, false },
		{ "ses:1", "pci:0000:00:14.0", "/dev/sg1", "other", "x", "/dev/sda", DEVICE_PCI,
		  true },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/nvme0n1",
		  DEVICE_NVME, true },
		{ "nvme:2", "pci:0000:04:00.0", "/dev/nvme1", "drive", "nvme", "/dev/nvme0n1",
		  DEVICE_NVME, false },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/nvme9n1",
		  DEVICE_NVME, true },
		{ "nvme:1", "pci:0000:04:00.0", "/dev/nvme0", "drive", "nvme", "/dev/sda",
		  DEVICE_NVME, false },
	};
	struct world world;

	make(&world);
	temp_tree_link(&world.tree, "/sys/class/block/sda",
		       "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/host6/block/sda");
	temp_tree_link(&world.tree, "/sys/class/block/sda1",
		       "../../devices/pci0000:00/0000:00:14.0/usb1/1-2/host6/block/sda/sda1");
	temp_tree_link(&world.tree, "/sys/class/block/nvme0n1",
		       "../../devices/pci0000:00/0000:04:00.0/nvme/nvme0/nvme0n1");
	temp_tree_link(&world.tree, "/sys/class/block/nvme9n1",
		       "../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme9n1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct device dev = { .kind = rows[i].kind };
		struct component comp = { 0 };
		struct step step = { .dev = &dev, .comp = &comp };

		snprintf(dev.id, sizeof(dev.id), "%s", rows[i].id);
		snprintf(dev.parent, sizeof(dev.parent), "%s", rows[i].parent);
		snprintf(dev.node, sizeof(dev.node), "%s", rows[i].node);
		snprintf(comp.class_name, sizeof(comp.class_name), "%s", rows[i].class_name);
		snprintf(comp.backend, sizeof(comp.backend), "%s", rows[i].backend);
		if (store_disturbs_medium(&world.hw, &step, rows[i].disk) != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(store_disturbs_medium(&world.hw, &step, rows[i].disk), rows[i].want);
	}
	drop(&world);
}

int main(void)
{
	TAP_RUN(everything);
	TAP_RUN(from_files);
	TAP_RUN(medium_removed_after);
	TAP_RUN(same_payload_twice);
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
	TAP_RUN(measured);
	TAP_RUN(not_all_fits);
	TAP_RUN(all_fits_despite_choice);
	TAP_RUN(folder);
	TAP_RUN(links);
	TAP_RUN(disturbing);
	return TAP_END();
}
