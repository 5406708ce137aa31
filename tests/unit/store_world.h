/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repository, a plan, a folder in RAM and a machine around store_fill(). The clock is the test's
 * own: it moves when somebody sleeps, and when a read is said to take long.
 */
#ifndef DRYDOCK_TESTS_STORE_WORLD_H
#define DRYDOCK_TESTS_STORE_WORLD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

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

static inline uint64_t fake_now(struct hwio *hw)
{
	return ((struct world *)hw->priv)->now_ms;
}

static inline void fake_sleep(struct hwio *hw, uint32_t ms)
{
	((struct world *)hw->priv)->now_ms += ms;
}

/* Everything else goes to the tree's files. */
static inline int tree_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio *real = ((struct world *)hw->priv)->real;

	return real->ops->open(real, path, flags);
}

static inline ssize_t tree_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio *real = ((struct world *)hw->priv)->real;

	return real->ops->readlink(real, path, buf, size);
}

static inline int hooked_read(void *ctx, const char *name, uint64_t offset, void *buf, size_t len,
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

static inline void make_seam(struct world *world)
{
	world->tree = temp_tree_make();
	world->real = hwio_real_new(world->tree.dir);
	world->ops = *world->real->ops;
	world->ops.now_ms = fake_now;
	world->ops.sleep_ms = fake_sleep;
	world->ops.open = tree_open;
	world->ops.readlink = tree_readlink;
	world->hw = (struct hwio){ .ops = &world->ops, .priv = world };
	world->now_ms = 1000000;
}

static inline void store_world_set_available(struct world *world, uint64_t mib)
{
	char text[128];

	snprintf(text, sizeof(text), "MemTotal:       99 kB\nMemAvailable:   %llu kB\nX: 1 kB\n",
		 (unsigned long long)mib * 1024);
	temp_tree_text(&world->tree, "/proc/meminfo", text);
}

/* A step with a payload of its own. */
static inline void store_world_add(struct world *world, size_t bytes, const char *backend)
{
	static const char *const ids[STEPS] = { "comp-0", "comp-1", "comp-2", "comp-3" };
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
	comp->id = ids[i];
	comp->class_name = "drive";
	comp->backend = backend;
	component_complete(comp);
	world->steps[i] = (struct step){ .number = (unsigned int)i + 1,
					 .comp = comp,
					 .dev = &world->devs[i] };
}

static inline void store_world_make(struct world *world)
{
	*world = (struct world){ 0 };
	tmpdir_make(&world->repo);
	tmpdir_make(&world->ram);
	make_seam(world);
	store_world_set_available(world, 4096);
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

/* Three payloads, one in two parts, one of a single byte; the first is the victim. */
static inline void store_world_make_three(struct world *world)
{
	store_world_make(world);
	store_world_add(world, 3 * MIB + 5, "nvme");
	store_world_add(world, 1, "nvme");
	store_world_add(world, 2 * MIB, "nvme");
	world->victim = &world->comps[0].payload;
}

static inline void store_world_drop(struct world *world)
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

/* store_fill(); what was said is then in said. */
static inline int store_world_fill(struct world *world, const bool *chosen)
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

static inline bool in_ram(const struct world *world, size_t i)
{
	return strcmp(store_dir(world->store, &world->comps[i].payload), world->ram.path) == 0;
}

/* It opens and holds, as a step would find out. */
static inline void store_world_check_there(const struct world *world, size_t i)
{
	const struct payload_ref *ref = &world->comps[i].payload;
	struct payload *payload = NULL;

	CHECK(in_ram(world, i));
	CHECK_INT(payload_open_parts(world->ram.path, ref, 2 * MIB, &payload, NULL), 0);
	if (payload)
		CHECK_INT(payload_verify(payload, 2, NULL, NULL, NULL), 0);
	payload_close(payload);
}

/* A step is sent to the medium, and nothing of it is left in RAM. */
static inline void store_world_check_absent(const struct world *world, size_t i)
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

#endif
