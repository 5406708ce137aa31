/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "journal/journal_internal.h"
#include "world_machine.h"
#include "world_repo.h"

#define TIMEOUT_S 120 /* real time of one boot: it hangs */

static void die(const char *what)
{
	perror(what);
	abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folder(const char *path)
{
	if (fsio_mkdir_p(path, 0755, NULL))
		die(path);
}

/* In memory where that is possible: thousands of boots write and sync. */
static void make_dir(struct world *world)
{
	snprintf(world->dir, sizeof(world->dir), "/dev/shm/drydock-loop-XXXXXX");
	if (mkdtemp(world->dir))
		return;
	snprintf(world->dir, sizeof(world->dir), "/tmp/drydock-loop-XXXXXX");
	if (!mkdtemp(world->dir))
		die("mkdtemp");
}

void world_make(struct world *world)
{
	*world = (struct world){ 0 };
	make_dir(world);
	snprintf(world->medium, sizeof(world->medium), "%s/medium", world->dir);
	snprintf(world->journal, sizeof(world->journal), "%s/DRYDOCK.JNL", world->medium);
	world->shared = mmap(NULL, sizeof(*world->shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world->shared == MAP_FAILED)
		die("mmap");
	world_repo_make(world->dir);
	world_machine_make_root(world->dir);
	world_renew(world);
}

void world_remove(struct world *world)
{
	remove_tree(world->dir);
	munmap(world->shared, sizeof(*world->shared));
}

/* As journal_format() leaves it, but with holes for zeros. */
static void renew_journal(const struct world *world)
{
	static const uint8_t id[JOURNAL_MEDIUM_ID_BYTES] = { 0x10, 0x0b };
	static uint8_t slot[JOURNAL_SLOT_BYTES];
	int fd = open(world->journal, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || ftruncate(fd, JOURNAL_BYTES))
		die(world->journal);
	journal_encode_superblock(id, slot);
	for (unsigned int copy = 0; copy < JOURNAL_COPIES; copy++)
		if (pwrite(fd, slot, sizeof(slot), (off_t)copy * JOURNAL_COPY_BYTES) !=
		    (ssize_t)sizeof(slot))
			die(world->journal);
	close(fd);
}

void world_renew(struct world *world)
{
	char path[128];

	remove_tree(world->medium);
	snprintf(path, sizeof(path), "%s/logs", world->medium);
	make_folder(path);
	renew_journal(world);
	memset(world->shared, 0, sizeof(*world->shared));
	for (unsigned int i = 0; i < WORLD_DRIVES; i++)
		world_machine_new_drive(i, &world->shared->drive[i]);
	world->boots = 0;
	world->medium_lost = false;
}

static enum world_end wait_for(pid_t child, const struct world *world)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == DURABLE_DEAD)
		return WORLD_DIED;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 && world->shared->ended ? WORLD_ENDED
										     : WORLD_BROKE;
}

void world_log_dir(const struct world *world, char *path, size_t size)
{
	snprintf(path, size, "%s/logs/%u", world->medium, world->boots);
}

enum world_end world_boot(struct world *world, const struct world_boot *boot)
{
	struct world_shared *shared = world->shared;
	char log_dir[160];
	pid_t child;

	world->boots++;
	world->medium_lost = world->medium_lost || boot->kind == DURABLE_LOST;
	snprintf(log_dir, sizeof(log_dir), "%s/ram", world->dir);
	remove_tree(log_dir); /* without power nothing is left of it */
	make_folder(log_dir);
	world_log_dir(world, log_dir, sizeof(log_dir));
	make_folder(log_dir);
	shared->ended = false;
	shared->durable = (struct durable){
		.kind = boot->kind ? boot->kind : DURABLE_COUNT,
		.at = boot->at,
	};
	fflush(stdout);
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		alarm(TIMEOUT_S);
		world_machine_run(world, boot, log_dir);
	}
	return wait_for(child, world);
}

char *world_said(const struct world *world)
{
	char path[96];
	uint8_t *text;
	size_t len;

	snprintf(path, sizeof(path), "%s/said", world->dir);
	return fsio_read_file(path, 1 << 20, &text, &len, NULL) ? NULL : (char *)text;
}

struct journal_record *world_records(const struct world *world, size_t *ret_count)
{
	struct journal_record *records = NULL;
	struct journal *journal = NULL;
	struct err err = { 0 };
	int rc = journal_open(world->journal, WORLD_SERIAL, true, &journal, &err);

	*ret_count = 0;
	if (rc == ERR_NOT_FOUND)
		return NULL; /* no run has come so far */
	if (!rc)
		rc = journal_read(journal, &records, ret_count, &err);
	if (rc) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	journal_close(journal);
	return records;
}
