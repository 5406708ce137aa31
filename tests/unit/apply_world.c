/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply_world.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "backends/backend.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "fwimage.h"

/* A test without its machine says nothing. */
#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static struct world *world_of(struct hwio *hw)
{
	return hw->priv;
}

/* /proc/self/mountinfo and /proc/swaps are answered here: descriptors above the lab's own. */
enum { MOUNTINFO_FD = 1000, SWAPS_FD };
static size_t table_offset;

static int world_open(struct hwio *hw, const char *path, int flags)
{
	struct world *world = world_of(hw);

	table_offset = 0;
	if (strcmp(path, "/proc/self/mountinfo") == 0)
		return MOUNTINFO_FD;
	if (strcmp(path, "/proc/swaps") == 0)
		return SWAPS_FD;
	return world->lab->hw.ops->open(&world->lab->hw, path, flags);
}

static int world_close(struct hwio *hw, int fd)
{
	struct world *world = world_of(hw);

	return fd >= MOUNTINFO_FD ? 0 : world->lab->hw.ops->close(&world->lab->hw, fd);
}

static ssize_t world_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct world *world = world_of(hw);
	const char *table = fd == MOUNTINFO_FD ? world->mountinfo : "Filename Type\n";
	size_t left;

	if (fd < MOUNTINFO_FD)
		return world->lab->hw.ops->read(&world->lab->hw, fd, buf, size);
	left = strlen(table) - table_offset;
	size = size < left ? size : left;
	memcpy(buf, table + table_offset, size);
	table_offset += size;
	return (ssize_t)size;
}

static int world_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct world *world = world_of(hw);
	unsigned int opcode = 0;

	if (request == NVME_IOCTL_ADMIN_CMD)
		opcode = ((struct nvme_passthru_cmd *)arg)->opcode;
	if (world->before)
		world->before(world, opcode);
	pthread_mutex_lock(&world->lock);
	if (world->hold && opcode == COMMIT) {
		world->lab->now_ms += 3600u * 1000;
		while (world->hold)
			pthread_cond_wait(&world->changed, &world->lock);
	}
	pthread_mutex_unlock(&world->lock);
	return world->lab->hw.ops->ioctl(&world->lab->hw, fd, request, arg);
}

static int world_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		      size_t *ret_count)
{
	struct world *world = world_of(hw);

	if (strcmp(path, "/sys/class/block") == 0) {
		*ret_names = calloc(1, sizeof(**ret_names));
		*ret_count = 0;
		return 0;
	}
	return world->lab->hw.ops->list(&world->lab->hw, path, ret_names, ret_count);
}

/* 259:1 is a partition of the first drive. */
static ssize_t world_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	static const char link[] = "../../devices/pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1/p1";

	(void)hw;
	if (strcmp(path, "/sys/dev/block/259:1") != 0)
		return -ENOENT;
	size = size < sizeof(link) - 1 ? size : sizeof(link) - 1;
	memcpy(buf, link, size);
	return (ssize_t)size;
}

static uint64_t world_now_ms(struct hwio *hw)
{
	return world_of(hw)->lab->now_ms;
}

static void world_sleep_ms(struct hwio *hw, uint32_t ms)
{
	world_of(hw)->lab->now_ms += ms;
}

static const struct hwio_ops world_ops = {
	.name = "world",
	.open = world_open,
	.close = world_close,
	.ioctl = world_ioctl,
	.read = world_read,
	.list = world_list,
	.readlink = world_readlink,
	.now_ms = world_now_ms,
	.sleep_ms = world_sleep_ms,
};

static void make_image(struct world *world)
{
	struct fwimage image = { .payload_bytes = IMAGE_BYTES - FWIMAGE_HEADER_BYTES };

	snprintf(image.model, sizeof(image.model), "%s", world->lab->drive[0].model.config.model);
	snprintf(image.revision, sizeof(image.revision), "2.0");
	for (uint32_t i = FWIMAGE_HEADER_BYTES; i < IMAGE_BYTES; i++)
		world->image[i] = (uint8_t)(i * 2654435761u >> 24);
	image.payload_crc =
		fwimage_crc32(0, world->image + FWIMAGE_HEADER_BYTES, image.payload_bytes);
	fwimage_write_header(&image, world->image);
}

/* The blob and its chunk list, as firmware-repo/FORMAT.md says. */
static void make_blob(struct world *world, struct payload_ref *ref)
{
	uint8_t list[3 * 32];
	char name[65], folder[128], path[300];

	ref->size = IMAGE_BYTES;
	MUST(hash_sha256(world->image, IMAGE_BYTES, ref->sha256) == 0);
	for (size_t i = 0; i < 3; i++)
		MUST(hash_sha256(world->image + i * CATALOG_CHUNK_BYTES,
				 i < 2 ? CATALOG_CHUNK_BYTES : 4096, list + 32 * i) == 0);
	MUST(hash_sha256(list, sizeof(list), ref->chunks_sha256) == 0);
	hex_encode(ref->sha256, 32, name);
	snprintf(folder, sizeof(folder), "%s/blobs/%.2s", world->dir, name);
	MUST(fsio_mkdir_p(folder, 0755, &world->err) == 0);
	snprintf(world->blob, sizeof(world->blob), "%s/%s", folder, name);
	MUST(fsio_write_atomic(world->blob, world->image, IMAGE_BYTES, 0644, &world->err) == 0);
	snprintf(path, sizeof(path), "%s.chunks", world->blob);
	MUST(fsio_write_atomic(path, list, sizeof(list), 0644, &world->err) == 0);
}

static void make_component(struct world *world)
{
	struct component *comp = &world->comps[0];

	comp->id = "lab-2.0";
	comp->version = "2.0";
	comp->backend = "nvme";
	comp->proof.field = "nvme.fr";
	comp->proof.value = "2.0";
	snprintf(world->target, sizeof(world->target), "nvme-model:%s",
		 world->lab->drive[0].model.config.model);
	world->targets[0] = world->target;
	comp->proof.match = PROOF_EQUALS;
	comp->scheme = VERSION_DOTTED;
	comp->targets = world->targets;
	comp->target_count = 1;
	comp->activation = ACTIVATION_DEVICE_RESET;
	comp->expected_seconds = 20;
	component_complete(comp);
	make_blob(world, &comp->payload);
	world->cat.components = world->comps;
	world->cat.count = 1;
}

struct world *apply_world_start(const char *const *drives, size_t count)
{
	struct world *world = calloc(1, sizeof(*world));

	world->hw = (struct hwio){ .ops = &world_ops, .priv = world };
	world->lab = hwio_nvme_new();
	for (size_t i = 0; i < count; i++)
		hwio_nvme_add(world->lab, drives[i]);
	pthread_mutex_init(&world->lock, NULL);
	pthread_cond_init(&world->changed, NULL);
	snprintf(world->mountinfo, sizeof(world->mountinfo),
		 "22 1 0:20 / /run rw - tmpfs tmpfs rw\n");
	snprintf(world->dir, sizeof(world->dir), "/tmp/drydock-apply-XXXXXX");
	MUST(mkdtemp(world->dir) != NULL);
	world->image = malloc(IMAGE_BYTES);
	make_image(world);
	make_component(world);
	MUST(backend_nvme.probe(&world->hw, &world->inv, &world->err) == 0);
	world->options.min_evidence = EVIDENCE_EMULATOR;
	MUST(journal_open_volatile("S1", &world->journal, &world->err) == 0);
	MUST(events_open(NULL, &world->events, &world->err) == 0);
	MUST(console_open(NULL, &world->console, &world->err) == 0);
	return world;
}

struct world *apply_world_start_one(const char *settings)
{
	return apply_world_start((const char *const[]){ settings }, 1);
}

void apply_world_read_transcript(struct world *world, const char *path)
{
	FILE *file = fopen(path, "r");

	MUST(file != NULL);
	if (!file)
		return;
	world->said[fread(world->said, 1, sizeof(world->said) - 1, file)] = '\0';
	fclose(file);
}

enum exit_status apply_world_go(struct world *world)
{
	char transcript[128];
	int out;

	snprintf(transcript, sizeof(transcript), "%s/console.txt", world->dir);
	MUST(console_add_transcript(world->console, transcript, &world->err) == 0);
	MUST(plan_make(&world->inv, &world->cat, &world->options, &world->plan, &world->err) == 0);
	MUST(schedule_make(&world->plan, &world->inv, &world->order, &world->apply.schedule,
			   &world->err) == 0);
	world->apply.hw = &world->hw;
	world->apply.repo_dir = world->dir;
	world->apply.plan = &world->plan;
	world->apply.journal = world->journal;
	world->apply.events = world->events;
	world->apply.console = world->console;
	world->apply.run_id = "0123456789abcdef0123456789abcdef";
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	MUST(freopen("/dev/null", "w", stdout) != NULL);
	MUST(apply_steps(&world->apply, &world->run, &world->err) == 0);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	apply_world_read_transcript(world, transcript);
	return apply_exit_status(world->run, &world->plan);
}

void apply_world_stop(struct world *world)
{
	char command[128];

	MUST(world->lab->n_open == 0);
	apply_free(world->run);
	schedule_free(world->apply.schedule);
	plan_free(&world->plan);
	inventory_free(&world->inv);
	journal_close(world->journal);
	events_close(world->events);
	console_close(world->console);
	hwio_nvme_free(world->lab);
	snprintf(command, sizeof(command), "rm -rf %s", world->dir);
	MUST(system(command) == 0);
	free(world->image);
	free(world);
}
