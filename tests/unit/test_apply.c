/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole runs in this process: inventory, plan, journal and apply against emulated drives behind the
 * seam, with a repository's blob on disk. What is wrong is in the drive, the medium or the journal;
 * asserted are the commands that reached the drive, the journal, and what was said.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "run/apply.h"
#include "backends/backend.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "fwimage.h"
#include "hwio_nvme.h"
#include "tap.h"

enum { DOWNLOAD = 0x11, COMMIT = 0x10 };
#define IMAGE_BYTES (2 * CATALOG_CHUNK_BYTES + 4096)

/* A machine: the emulated drives, and in front of them a seam that can disturb. */
struct world {
	struct hwio hw;
	struct hwio_nvme *lab;
	char dir[64]; /* the repository */
	char blob[256];
	uint8_t *image;
	char mountinfo[256];
	/* Called before each admin command; may disturb. */
	void (*before)(struct world *world, unsigned int opcode);
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool hold; /* commits wait while this is set */

	struct inventory inv;
	struct component comps[2];
	char targets[2][1][128];
	struct catalog cat;
	struct plan_options options;
	struct plan plan;
	struct journal *journal;
	struct events *events;
	struct console *console;
	struct apply apply;
	struct apply_run *run;
	struct err err;
	char said[16384];
};

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
	CHECK_INT(hash_sha256(world->image, IMAGE_BYTES, ref->sha256), 0);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(hash_sha256(world->image + i * CATALOG_CHUNK_BYTES,
				      i < 2 ? CATALOG_CHUNK_BYTES : 4096, list + 32 * i),
			  0);
	CHECK_INT(hash_sha256(list, sizeof(list), ref->chunks_sha256), 0);
	hex_encode(ref->sha256, 32, name);
	snprintf(folder, sizeof(folder), "%s/blobs/%.2s", world->dir, name);
	CHECK_INT(fsio_mkdir_p(folder, 0755, &world->err), 0);
	snprintf(world->blob, sizeof(world->blob), "%s/%s", folder, name);
	CHECK_INT(fsio_write_atomic(world->blob, world->image, IMAGE_BYTES, 0644, &world->err), 0);
	snprintf(path, sizeof(path), "%s.chunks", world->blob);
	CHECK_INT(fsio_write_atomic(path, list, sizeof(list), 0644, &world->err), 0);
}

static void make_component(struct world *world)
{
	struct component *comp = &world->comps[0];

	snprintf(comp->id, sizeof(comp->id), "lab-2.0");
	snprintf(comp->version, sizeof(comp->version), "2.0");
	snprintf(comp->backend, sizeof(comp->backend), "nvme");
	snprintf(comp->proof.field, sizeof(comp->proof.field), "nvme.fr");
	snprintf(comp->proof.value, sizeof(comp->proof.value), "2.0");
	snprintf(world->targets[0][0], sizeof(world->targets[0][0]), "nvme-model:%s",
		 world->lab->drive[0].model.config.model);
	comp->proof.match = PROOF_EQUALS;
	comp->scheme = VERSION_DOTTED;
	comp->targets = world->targets[0];
	comp->target_count = 1;
	comp->activation = ACTIVATION_DEVICE_RESET;
	comp->expected_seconds = 20;
	make_blob(world, &comp->payload);
	world->cat.components = world->comps;
	world->cat.count = 1;
}

/* A machine with these drives (settings of the model), all fit for the component 2.0. */
static struct world *start(const char *const *drives, size_t count)
{
	struct world *world = calloc(1, sizeof(*world));

	world->hw = (struct hwio){ &world_ops, world };
	world->lab = hwio_nvme_new();
	for (size_t i = 0; i < count; i++)
		hwio_nvme_add(world->lab, drives[i]);
	pthread_mutex_init(&world->lock, NULL);
	pthread_cond_init(&world->changed, NULL);
	snprintf(world->mountinfo, sizeof(world->mountinfo),
		 "22 1 0:20 / /run rw - tmpfs tmpfs rw\n");
	snprintf(world->dir, sizeof(world->dir), "/tmp/drydock-apply-XXXXXX");
	CHECK(mkdtemp(world->dir) != NULL);
	world->image = malloc(IMAGE_BYTES);
	make_image(world);
	make_component(world);
	CHECK_INT(backend_nvme.probe(&world->hw, &world->inv, &world->err), 0);
	world->options.min_evidence = EVIDENCE_EMULATOR;
	CHECK_INT(journal_open_volatile("S1", &world->journal, &world->err), 0);
	CHECK_INT(events_open(NULL, &world->events, &world->err), 0);
	CHECK_INT(console_open(NULL, &world->console, &world->err), 0);
	return world;
}

static struct world *start_one(const char *settings)
{
	return start((const char *const[]){ settings }, 1);
}

static void read_transcript(struct world *world, const char *path)
{
	FILE *file = fopen(path, "r");

	CHECK(file != NULL);
	if (!file)
		return;
	world->said[fread(world->said, 1, sizeof(world->said) - 1, file)] = '\0';
	fclose(file);
}

/* Plans and applies with standard output set aside; what people would see goes to said. */
static enum exit_status go(struct world *world)
{
	char transcript[128];
	int out;

	snprintf(transcript, sizeof(transcript), "%s/console.txt", world->dir);
	CHECK_INT(console_add_transcript(world->console, transcript, &world->err), 0);
	CHECK_INT(plan_make(&world->inv, &world->cat, &world->options, &world->plan, &world->err),
		  0);
	world->apply.hw = &world->hw;
	world->apply.repo_dir = world->dir;
	world->apply.plan = &world->plan;
	world->apply.journal = world->journal;
	world->apply.events = world->events;
	world->apply.console = world->console;
	world->apply.run_id = "0123456789abcdef0123456789abcdef";
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	CHECK(freopen("/dev/null", "w", stdout) != NULL);
	CHECK_INT(apply_steps(&world->apply, &world->run, &world->err), 0);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	read_transcript(world, transcript);
	return apply_exit_status(world->run, &world->plan);
}

static void stop(struct world *world)
{
	char command[128];

	CHECK_INT(world->lab->n_open, 0);
	apply_free(world->run);
	plan_free(&world->plan);
	inventory_free(&world->inv);
	journal_close(world->journal);
	events_close(world->events);
	console_close(world->console);
	hwio_nvme_free(world->lab);
	snprintf(command, sizeof(command), "rm -rf %s", world->dir);
	CHECK_INT(system(command), 0);
	free(world->image);
	free(world);
}

/* The states of a step in the journal, "begun writing written ...". */
static const char *journal_states(struct world *world, unsigned int step)
{
	static char states[256];
	struct journal_record *records = NULL;
	size_t count = 0;

	states[0] = '\0';
	CHECK_INT(journal_read(world->journal, &records, &count, &world->err), 0);
	for (size_t i = 0; i < count; i++)
		if (records[i].type == JOURNAL_STEP && records[i].step == step)
			snprintf(states + strlen(states), sizeof(states) - strlen(states), "%s%s",
				 states[0] ? " " : "", step_state_name(records[i].state));
	free(records);
	return states;
}

static void test_update(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,activate_now=0");

	CHECK_INT(go(world), EXIT_CHANGED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_VERIFIED);
	CHECK_STR(apply_result(world->run, 1).found, "2.0");
	CHECK_STR(journal_states(world, 1), "begun writing written activated verified");
	CHECK_INT(world->lab->drive[0].model.download.size, IMAGE_BYTES);
	CHECK_INT(memcmp(world->lab->drive[0].model.download.bytes, world->image, IMAGE_BYTES), 0);
	stop(world);
}

/* Law 4: at the first download the journal says "writing" already. */
static char states_at_download[256];

static void note_journal(struct world *world, unsigned int opcode)
{
	if (opcode == DOWNLOAD && !states_at_download[0])
		snprintf(states_at_download, sizeof(states_at_download), "%s",
			 journal_states(world, 1));
}

static void test_intent_is_durable_before_the_first_byte(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");

	states_at_download[0] = '\0';
	world->before = note_journal;
	CHECK_INT(go(world), EXIT_CHANGED);
	CHECK_STR(states_at_download, "begun writing");
	stop(world);
}

static void flip_bit(const char *path, off_t offset)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte = 0;

	CHECK_INT(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	CHECK_INT(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

/* Law 3: one bit in the last chunk, and the write never begins. */
static void test_damaged_payload_never_begins(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");

	flip_bit(world->blob, IMAGE_BYTES - 1);
	CHECK_INT(go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "HASH");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "it runs 1.0; nothing was written to it");
	CHECK_STR(journal_states(world, 1), "begun failed");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	stop(world);
}

/* A medium that returns other bytes at the second reading, from the second chunk on. */
static void lie_later(struct world *world, unsigned int opcode)
{
	if (opcode == DOWNLOAD && hwio_nvme_count(world->lab, DOWNLOAD) == 0)
		flip_bit(world->blob, 2 * CATALOG_CHUNK_BYTES - 1);
}

static void test_medium_that_changes_its_mind(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");
	const struct nvme_model_download *download = &world->lab->drive[0].model.download;

	world->before = lie_later;
	CHECK_INT(go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "HASH");
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 0);
	CHECK_INT(download->size, CATALOG_CHUNK_BYTES);
	CHECK_INT(memcmp(download->bytes, world->image, download->size), 0);
	CHECK_CONTAINS(apply_result(world->run, 1).text, "nothing was committed");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "Read back: it runs 1.0.");
	stop(world);
}

static void test_missing_blob(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");

	CHECK_INT(unlink(world->blob), 0);
	CHECK_INT(go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "NOT_FOUND");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	stop(world);
}

static void test_drive_rejects_the_image(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,reject_image=1");

	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_FAILED);
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "107h");
	CHECK_STR(journal_states(world, 1), "begun writing failed");
	stop(world);
}

static void test_drive_needs_a_reset_we_cannot_give(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,commit_status=0x10b");

	CHECK_INT(go(world), EXIT_NEEDS_REBOOT);
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "2.0 runs after a");
	stop(world);
}

/* Law 5: success that is not read back is none. */
static void test_drive_claims_success(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,commit_lie=1");

	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "PROOF");
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(world->said, "[PROOF]");
	stop(world);
}

static void test_drive_disappears(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,gone_at_offset=1500000");

	CHECK_INT(go(world), EXIT_NEEDS_HUMAN);
	CHECK_INT(apply_result(world->run, 1).state, STEP_UNKNOWN);
	CHECK_CONTAINS(apply_result(world->run, 1).text, "what it runs is not known");
	CHECK_STR(journal_states(world, 1), "begun writing unknown");
	CHECK_CONTAINS(world->said, "Safe to power off: NOT KNOWN");
	stop(world);
}

/* Law 6: the first one fails, its sibling is not touched. */
static void test_component_is_withdrawn(void)
{
	struct world *world = start((const char *const[]){ "revision=1.0,serial=A1,reject_image=1",
							   "revision=1.0,serial=B2" },
				    2);

	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 2).state, STEP_WITHDRAWN);
	CHECK_STR(apply_result(world->run, 2).reason, "COMPONENT_WITHDRAWN");
	CHECK_INT(world->lab->drive[1].model.n_downloads, 0);
	CHECK_CONTAINS(world->said, "COMPONENT_WITHDRAWN");
	stop(world);
}

static void test_siblings_one_after_another(void)
{
	struct world *world = start(
		(const char *const[]){ "revision=1.0,serial=A1", "revision=1.0,serial=B2" }, 2);

	CHECK_INT(go(world), EXIT_CHANGED);
	CHECK_STR(world->lab->drive[0].model.firmware.running, "2.0");
	CHECK_STR(world->lab->drive[1].model.firmware.running, "2.0");
	stop(world);
}

/* Law 8: past the deadline the wait ends, the write does not; when it ends well, that counts. */
static void test_overdue(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");
	char transcript[128];
	int out;

	world->hold = true;
	CHECK_INT(go(world), EXIT_NEEDS_HUMAN);
	CHECK_INT(apply_overdue(world->run), 1);
	CHECK_INT(apply_result(world->run, 1).state, STEP_OVERDUE);
	CHECK_CONTAINS(world->said, "Do not power off");
	CHECK_STR(journal_states(world, 1), "begun writing overdue");
	pthread_mutex_lock(&world->lock);
	world->hold = false;
	pthread_cond_broadcast(&world->changed);
	pthread_mutex_unlock(&world->lock);
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	CHECK(freopen("/dev/null", "w", stdout) != NULL);
	apply_wait(world->run);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	CHECK_INT(apply_overdue(world->run), 0);
	CHECK_INT(apply_exit_status(world->run, &world->plan), EXIT_CHANGED);
	snprintf(transcript, sizeof(transcript), "%s/console.txt", world->dir);
	read_transcript(world, transcript);
	CHECK_CONTAINS(world->said, "verified");
	stop(world);
}

/* Real time for the one that waits to look, while the machine's clock runs a minute a block. */
static void slowly(struct world *world, unsigned int opcode)
{
	const struct timespec nap = { .tv_nsec = 300000000 };

	if (opcode == DOWNLOAD && hwio_nvme_count(world->lab, DOWNLOAD) < 8)
		nanosleep(&nap, NULL);
}

/* What moves is not overdue, however long it takes in all: 17 minutes here, 5 are the deadline. */
static void test_slow_is_not_overdue(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,download_delay_ms=60000");

	world->before = slowly;
	CHECK_INT(go(world), EXIT_CHANGED);
	CHECK_STR(journal_states(world, 1), "begun writing written verified");
	CHECK_CONTAINS(world->said, "Safe to power off: NO");
	stop(world);
}

/* A drive that carries a mounted file system is not reset. */
static void test_drive_in_use_is_not_reset(void)
{
	struct world *world = start_one("revision=1.0,serial=A1,activate_now=0");

	snprintf(world->mountinfo, sizeof(world->mountinfo),
		 "30 1 259:1 / /mnt rw - ext4 /dev/nvme0n1p1 rw\n");
	CHECK_INT(go(world), EXIT_NEEDS_REBOOT);
	CHECK_INT(apply_result(world->run, 1).state, STEP_NEEDS_REBOOT);
	CHECK_INT(hwio_nvme_count(world->lab, HWIO_NVME_RESET), 0);
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 1);
	stop(world);
}

/* Somebody else was faster: what the plan was made for is not there any more. */
static const char *meanwhile;

static void update_meanwhile(struct world *world, unsigned int opcode)
{
	(void)opcode;
	snprintf(world->lab->drive[0].model.firmware.running,
		 sizeof(world->lab->drive[0].model.firmware.running), "%s", meanwhile);
}

static void check_updated_meanwhile(const char *revision)
{
	struct world *world = start_one("revision=1.0,serial=A1");

	meanwhile = revision;
	world->before = update_meanwhile;
	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "BUSY");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	stop(world);
}

static void test_updated_meanwhile(void)
{
	check_updated_meanwhile("2.0");
}

/* Writing 2.0 now would go back without anybody having allowed it. */
static void test_newer_meanwhile(void)
{
	check_updated_meanwhile("3.0");
}

/* A journal without room refuses the intent, and then nothing is written. */
static void test_journal_full(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");
	struct journal_record record = { .type = JOURNAL_RUN_BEGIN };

	snprintf(record.run_id, sizeof(record.run_id), "ffffffffffffffffffffffffffffffff");
	CHECK_INT(journal_append(world->journal, &record, &world->err), 0);
	record.type = JOURNAL_STEP;
	record.state = STEP_BEGUN;
	record.step = 1000;
	while (journal_append(world->journal, &record, &world->err) == 0)
		;
	CHECK_INT(world->err.code, ERR_FULL);
	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "FULL");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	stop(world);
}

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void test_interrupted_between_steps(void)
{
	struct world *world = start_one("revision=1.0,serial=A1");

	world->apply.interrupted = always;
	CHECK_INT(go(world), EXIT_INTERRUPTED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_WITHDRAWN);
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	stop(world);
}

static void test_same_version_is_never_verified(void)
{
	struct world *world = start_one("revision=2.0,serial=A1");

	world->options.rewrite = true;
	CHECK_INT(go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_ACCEPTED);
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 1);
	stop(world);
}

int main(void)
{
	TAP_RUN(test_update);
	TAP_RUN(test_intent_is_durable_before_the_first_byte);
	TAP_RUN(test_damaged_payload_never_begins);
	TAP_RUN(test_medium_that_changes_its_mind);
	TAP_RUN(test_missing_blob);
	TAP_RUN(test_drive_rejects_the_image);
	TAP_RUN(test_drive_needs_a_reset_we_cannot_give);
	TAP_RUN(test_drive_claims_success);
	TAP_RUN(test_drive_disappears);
	TAP_RUN(test_component_is_withdrawn);
	TAP_RUN(test_siblings_one_after_another);
	TAP_RUN(test_overdue);
	TAP_RUN(test_slow_is_not_overdue);
	TAP_RUN(test_drive_in_use_is_not_reset);
	TAP_RUN(test_updated_meanwhile);
	TAP_RUN(test_newer_meanwhile);
	TAP_RUN(test_journal_full);
	TAP_RUN(test_interrupted_between_steps);
	TAP_RUN(test_same_version_is_never_verified);
	return TAP_END();
}
