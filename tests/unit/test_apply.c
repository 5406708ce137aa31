/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What apply does when drives, media and journals do what they may do. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "apply_world.h"
#include "base/fsio.h"
#include "tap.h"

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
	struct world *world = apply_world_start_one("revision=1.0,serial=A1,activate_now=0");

	CHECK_INT(apply_world_go(world), EXIT_CHANGED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_VERIFIED);
	CHECK_STR(apply_result(world->run, 1).found, "2.0");
	CHECK_STR(journal_states(world, 1), "begun writing written activated verified");
	CHECK_INT(world->lab->drive[0].model.download.size, IMAGE_BYTES);
	CHECK_INT(memcmp(world->lab->drive[0].model.download.bytes, world->image, IMAGE_BYTES), 0);
	apply_world_stop(world);
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
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	states_at_download[0] = '\0';
	world->before = note_journal;
	CHECK_INT(apply_world_go(world), EXIT_CHANGED);
	CHECK_STR(states_at_download, "begun writing");
	apply_world_stop(world);
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
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	flip_bit(world->blob, IMAGE_BYTES - 1);
	CHECK_INT(apply_world_go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "HASH");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "it runs 1.0; nothing was written to it");
	CHECK_STR(journal_states(world, 1), "begun failed");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
}

/* A medium that returns other bytes at the second reading, from the second chunk on. */
static void lie_later(struct world *world, unsigned int opcode)
{
	if (opcode == DOWNLOAD && hwio_nvme_count(world->lab, DOWNLOAD) == 0)
		flip_bit(world->blob, 2 * CATALOG_CHUNK_BYTES - 1);
}

static void test_medium_that_changes_its_mind(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");
	const struct nvme_model_download *download = &world->lab->drive[0].model.download;

	world->before = lie_later;
	CHECK_INT(apply_world_go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "HASH");
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 0);
	CHECK_INT(download->size, CATALOG_CHUNK_BYTES);
	CHECK_INT(memcmp(download->bytes, world->image, download->size), 0);
	CHECK_CONTAINS(apply_result(world->run, 1).text, "nothing was committed");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "Read back: it runs 1.0.");
	apply_world_stop(world);
}

static void test_missing_blob(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	CHECK_INT(unlink(world->blob), 0);
	CHECK_INT(apply_world_go(world), EXIT_REPOSITORY);
	CHECK_STR(apply_result(world->run, 1).reason, "NOT_FOUND");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
}

static void test_drive_rejects_the_image(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1,reject_image=1");

	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_FAILED);
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "107h");
	CHECK_STR(journal_states(world, 1), "begun writing failed");
	apply_world_stop(world);
}

static void test_drive_needs_a_reset_we_cannot_give(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1,commit_status=0x10b");

	CHECK_INT(apply_world_go(world), EXIT_NEEDS_REBOOT);
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(apply_result(world->run, 1).text, "2.0 runs after a");
	apply_world_stop(world);
}

/* Law 5: success that is not read back is none. */
static void test_drive_claims_success(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1,commit_lie=1");

	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "PROOF");
	CHECK_STR(apply_result(world->run, 1).found, "1.0");
	CHECK_CONTAINS(world->said, "[PROOF]");
	apply_world_stop(world);
}

static void test_drive_disappears(void)
{
	struct world *world =
		apply_world_start_one("revision=1.0,serial=A1,gone_at_offset=1500000");

	CHECK_INT(apply_world_go(world), EXIT_NEEDS_HUMAN);
	CHECK_INT(apply_result(world->run, 1).state, STEP_UNKNOWN);
	CHECK_CONTAINS(apply_result(world->run, 1).text, "what it runs is not known");
	CHECK_STR(journal_states(world, 1), "begun writing unknown");
	CHECK_CONTAINS(world->said, "Safe to power off: NOT KNOWN");
	apply_world_stop(world);
}

/* Law 6: the first one fails, its sibling is not touched. */
static void test_component_is_withdrawn(void)
{
	struct world *world =
		apply_world_start((const char *const[]){ "revision=1.0,serial=A1,reject_image=1",
							 "revision=1.0,serial=B2" },
				  2);

	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 2).state, STEP_WITHDRAWN);
	CHECK_STR(apply_result(world->run, 2).reason, "COMPONENT_WITHDRAWN");
	CHECK_INT(world->lab->drive[1].model.n_downloads, 0);
	CHECK_CONTAINS(world->said, "COMPONENT_WITHDRAWN");
	apply_world_stop(world);
}

/* The journal's sequence number at which a step has reached a state; 0 = it has not. */
static uint64_t seq_of(struct world *world, unsigned int step, enum step_state state)
{
	struct journal_record *records = NULL;
	size_t count = 0;
	uint64_t seq = 0;

	CHECK_INT(journal_read(world->journal, &records, &count, &world->err), 0);
	for (size_t i = 0; i < count; i++)
		if (records[i].type == JOURNAL_STEP && records[i].step == step &&
		    records[i].state == state)
			seq = records[i].seq;
	free(records);
	return seq;
}

/* Each commit waits until another one waits as well: it ends only when two are at work at once. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int commits, waiting;
} meeting = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };

static void meet_after_the_first(struct world *world, unsigned int opcode)
{
	(void)world;
	if (opcode != COMMIT)
		return;
	pthread_mutex_lock(&meeting.lock);
	if (meeting.commits++ > 0) {
		meeting.waiting++;
		pthread_cond_broadcast(&meeting.changed);
		while (meeting.waiting < 2)
			pthread_cond_wait(&meeting.changed, &meeting.lock);
	}
	pthread_mutex_unlock(&meeting.lock);
}

/* Law 6: the first alone, proven before its siblings begin; these side by side. */
static void test_canary_then_siblings(void)
{
	struct world *world = apply_world_start((const char *const[]){ "revision=1.0,serial=A1",
								       "revision=1.0,serial=B2",
								       "revision=1.0,serial=C3" },
						3);

	meeting.commits = meeting.waiting = 0;
	world->before = meet_after_the_first;
	CHECK_INT(apply_world_go(world), EXIT_CHANGED);
	for (size_t i = 0; i < 3; i++)
		CHECK_STR(world->lab->drive[i].model.firmware.running, "2.0");
	CHECK_INT(meeting.waiting, 2);
	CHECK(seq_of(world, 1, STEP_VERIFIED) < seq_of(world, 2, STEP_BEGUN));
	CHECK(seq_of(world, 1, STEP_VERIFIED) < seq_of(world, 3, STEP_BEGUN));
	CHECK(seq_of(world, 1, STEP_VERIFIED) > 0);
	apply_world_stop(world);
}

/* The commit of the second drive hangs until the third is done: one hung write stops nobody. */
static void hang_second(struct world *world, unsigned int opcode)
{
	static const struct timespec nap = { .tv_nsec = 10000000 };

	if (opcode != COMMIT)
		return;
	pthread_mutex_lock(&meeting.lock);
	meeting.commits++;
	if (meeting.commits == 2) {
		pthread_mutex_unlock(&meeting.lock);
		while (seq_of(world, 2, STEP_VERIFIED) + seq_of(world, 3, STEP_VERIFIED) == 0)
			nanosleep(&nap, NULL);
		return;
	}
	pthread_mutex_unlock(&meeting.lock);
}

static void test_one_hangs_the_other_ends(void)
{
	struct world *world = apply_world_start((const char *const[]){ "revision=1.0,serial=A1",
								       "revision=1.0,serial=B2",
								       "revision=1.0,serial=C3" },
						3);

	meeting.commits = 0;
	world->before = hang_second;
	CHECK_INT(apply_world_go(world), EXIT_CHANGED);
	CHECK_INT(meeting.commits, 3);
	apply_world_stop(world);
}

static void let_go_and_wait(struct world *world)
{
	char transcript[128];
	int out;

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
	snprintf(transcript, sizeof(transcript), "%s/console.txt", world->dir);
	apply_world_read_transcript(world, transcript);
}

/* Law 8: past the deadline the wait ends, the write does not; when it ends well, that counts. */
static void test_overdue(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	world->hold = true;
	CHECK_INT(apply_world_go(world), EXIT_NEEDS_HUMAN);
	CHECK_INT(apply_overdue(world->run), 1);
	CHECK_INT(apply_result(world->run, 1).state, STEP_OVERDUE);
	CHECK_CONTAINS(world->said, "Do not power off");
	CHECK_STR(journal_states(world, 1), "begun writing overdue");
	let_go_and_wait(world);
	CHECK_INT(apply_exit_status(world->run, &world->plan), EXIT_CHANGED);
	CHECK_CONTAINS(world->said, "verified");
	apply_world_stop(world);
}

static void hang_when_checked(struct world *world, unsigned int opcode)
{
	(void)opcode;
	if (!seq_of(world, 1, STEP_BEGUN))
		return;
	pthread_mutex_lock(&world->lock);
	if (world->hold)
		world->lab->now_ms += 3600u * 1000;
	while (world->hold)
		pthread_cond_wait(&world->changed, &world->lock);
	pthread_mutex_unlock(&world->lock);
}

/* Before anything is written a wait has its end, too; and nothing is written after it. */
static void test_overdue_before_the_write(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	world->before = hang_when_checked;
	world->hold = true;
	CHECK_INT(apply_world_go(world), EXIT_NEEDS_HUMAN);
	CHECK_INT(apply_overdue(world->run), 1);
	CHECK_CONTAINS(apply_result(world->run, 1).text, "nothing was written to it");
	CHECK_CONTAINS(world->said, "Safe to power off: YES");
	let_go_and_wait(world);
	CHECK_INT(apply_exit_status(world->run, &world->plan), EXIT_STEPS_FAILED);
	CHECK_STR(journal_states(world, 1), "begun overdue failed");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
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
	struct world *world =
		apply_world_start_one("revision=1.0,serial=A1,download_delay_ms=60000");

	world->before = slowly;
	CHECK_INT(apply_world_go(world), EXIT_CHANGED);
	CHECK_STR(journal_states(world, 1), "begun writing written verified");
	CHECK_CONTAINS(world->said, "Safe to power off: NO");
	apply_world_stop(world);
}

/* A drive that carries a mounted file system is not reset. */
static void test_drive_in_use_is_not_reset(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1,activate_now=0");

	snprintf(world->mountinfo, sizeof(world->mountinfo),
		 "30 1 259:1 / /mnt rw - ext4 /dev/nvme0n1p1 rw\n");
	CHECK_INT(apply_world_go(world), EXIT_NEEDS_REBOOT);
	CHECK_INT(apply_result(world->run, 1).state, STEP_NEEDS_REBOOT);
	CHECK_INT(hwio_nvme_count(world->lab, HWIO_NVME_RESET), 0);
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 1);
	apply_world_stop(world);
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
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	meanwhile = revision;
	world->before = update_meanwhile;
	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "BUSY");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
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

/* A busy drive says nothing of the component: the next one goes first in its place. */
static void test_busy_canary_withdraws_nothing(void)
{
	struct world *world = apply_world_start(
		(const char *const[]){ "revision=1.0,serial=A1", "revision=1.0,serial=B2" }, 2);

	meanwhile = "3.0";
	world->before = update_meanwhile;
	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "BUSY");
	CHECK_INT(apply_result(world->run, 2).state, STEP_VERIFIED);
	apply_world_stop(world);
}

/* A journal without room refuses the intent, and then nothing is written. */
static void test_journal_full(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");
	struct journal_record record = { .type = JOURNAL_RUN_BEGIN };

	snprintf(record.run_id, sizeof(record.run_id), "ffffffffffffffffffffffffffffffff");
	CHECK_INT(journal_append(world->journal, &record, &world->err), 0);
	record.type = JOURNAL_STEP;
	record.state = STEP_BEGUN;
	record.step = 1000;
	while (journal_append(world->journal, &record, &world->err) == 0)
		;
	CHECK_INT(world->err.code, ERR_FULL);
	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_STR(apply_result(world->run, 1).reason, "FULL");
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
}

static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void test_interrupted_between_steps(void)
{
	struct world *world = apply_world_start_one("revision=1.0,serial=A1");

	world->apply.interrupted = always;
	CHECK_INT(apply_world_go(world), EXIT_INTERRUPTED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_WITHDRAWN);
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	apply_world_stop(world);
}

static void test_same_version_is_never_verified(void)
{
	struct world *world = apply_world_start_one("revision=2.0,serial=A1");

	world->options.rewrite = true;
	CHECK_INT(apply_world_go(world), EXIT_STEPS_FAILED);
	CHECK_INT(apply_result(world->run, 1).state, STEP_ACCEPTED);
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 1);
	apply_world_stop(world);
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
	TAP_RUN(test_canary_then_siblings);
	TAP_RUN(test_one_hangs_the_other_ends);
	TAP_RUN(test_overdue);
	TAP_RUN(test_overdue_before_the_write);
	TAP_RUN(test_slow_is_not_overdue);
	TAP_RUN(test_drive_in_use_is_not_reset);
	TAP_RUN(test_updated_meanwhile);
	TAP_RUN(test_newer_meanwhile);
	TAP_RUN(test_busy_canary_withdraws_nothing);
	TAP_RUN(test_journal_full);
	TAP_RUN(test_interrupted_between_steps);
	TAP_RUN(test_same_version_is_never_verified);
	return TAP_END();
}
