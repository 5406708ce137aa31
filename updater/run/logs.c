/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/logs.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "run/logs_keeper.h"

#define OWN_BASE "/run/drydock"

struct logs {
	struct logs_tuning tuning;
	char *dir;
	bool own; /* made here, nobody else knows of it */

	pthread_mutex_t lock;  /* for what follows */
	struct keeper *keeper; /* NULL = no medium */
	char why[256];	       /* there is none */
};

static int make_own(struct logs *logs, const char *base)
{
	char path[FSIO_PATH_MAX];

	if (fsio_join(path, base, "drydock-log.XXXXXX", NULL) || !mkdtemp(path))
		return ERR_IO;
	logs->own = true;
	logs->dir = strdup(path);
	return logs->dir ? 0 : ERR_NOMEM;
}

static int make_folder(struct logs *logs, const char *ram_dir, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	int rc;

	if (ram_dir) {
		rc = fsio_mkdir_p(ram_dir, 0755, err);
		if (rc)
			return rc;
		logs->dir = strdup(ram_dir);
		return logs->dir ? 0 : err_set(err, ERR_NOMEM, "out of memory");
	}
	rc = fsio_mkdir_p(OWN_BASE, 0755, NULL);
	if (!rc)
		rc = make_own(logs, OWN_BASE);
	if (rc)
		rc = make_own(logs, tmp && tmp[0] ? tmp : "/tmp");
	return rc ? err_set_errno(err, rc, errno, "no place for a log folder in RAM") : 0;
}

static uint32_t or_default(uint32_t value, uint32_t usual)
{
	return value ? value : usual;
}

static void set_tuning(struct logs *logs, const struct logs_tuning *tuning)
{
	if (tuning)
		logs->tuning = *tuning;
	logs->tuning.wait_ms = or_default(logs->tuning.wait_ms, LOGS_WAIT_MS);
	logs->tuning.stall_ms = or_default(logs->tuning.stall_ms, LOGS_STALL_MS);
	logs->tuning.every_ms = or_default(logs->tuning.every_ms, LOGS_EVERY_MS);
	logs->tuning.retry_ms = or_default(logs->tuning.retry_ms, LOGS_RETRY_MS);
}

int logs_open_tuned(const char *ram_dir, const char *medium_dir, const struct logs_tuning *tuning,
		    struct logs **ret, struct err *err)
{
	struct logs *logs = calloc(1, sizeof(*logs));
	int rc;

	if (!logs)
		return err_set(err, ERR_NOMEM, "out of memory");
	pthread_mutex_init(&logs->lock, NULL);
	set_tuning(logs, tuning);
	rc = make_folder(logs, ram_dir, err);
	if (rc) {
		logs_close(logs);
		return rc;
	}
	snprintf(logs->why, sizeof(logs->why), "there is no medium");
	/* What is wrong with the medium is no error here: logs_away() has it. */
	if (medium_dir && access(medium_dir, F_OK))
		snprintf(logs->why, sizeof(logs->why), "%.128s: %s", medium_dir, strerror(errno));
	else if (medium_dir)
		logs_return(logs, medium_dir, NULL);
	*ret = logs;
	return 0;
}

int logs_open(const char *ram_dir, const char *medium_dir, struct logs **ret, struct err *err)
{
	return logs_open_tuned(ram_dir, medium_dir, NULL, ret, err);
}

const char *logs_dir(const struct logs *logs)
{
	return logs->dir;
}

/* The keeper as it is now, held for the caller; NULL = no medium. */
static struct keeper *hold_keeper(struct logs *logs)
{
	struct keeper *keeper;

	pthread_mutex_lock(&logs->lock);
	keeper = logs->keeper ? keeper_get(logs->keeper) : NULL;
	pthread_mutex_unlock(&logs->lock);
	return keeper;
}

static void sync_name(struct logs *logs, const char *name)
{
	struct keeper *keeper = hold_keeper(logs);

	if (!keeper)
		return;
	keeper_sync(keeper, name);
	keeper_put(keeper);
}

void logs_sync(struct logs *logs)
{
	sync_name(logs, NULL);
}

void logs_sync_file(struct logs *logs, const char *name)
{
	sync_name(logs, name);
}

void logs_flush(struct logs *logs)
{
	struct keeper *keeper = hold_keeper(logs);

	if (!keeper)
		return;
	keeper_flush(keeper);
	keeper_put(keeper);
}

/* 0 or an ERR_*; text says why. */
static int state(struct logs *logs, char *text, size_t size)
{
	struct keeper *keeper = hold_keeper(logs);
	int rc;

	if (keeper) {
		rc = keeper_state(keeper, text, size);
		keeper_put(keeper);
		return rc;
	}
	pthread_mutex_lock(&logs->lock);
	snprintf(text, size, "%s", logs->why);
	pthread_mutex_unlock(&logs->lock);
	return ERR_NOT_FOUND;
}

bool logs_away(struct logs *logs, char *text, size_t size)
{
	return state(logs, text, size) != 0;
}

bool logs_gone(struct logs *logs, char *text, size_t size)
{
	int rc = state(logs, text, size);

	return rc && rc != ERR_FULL && rc != ERR_OVERDUE;
}

/*
 * Puts another keeper, or none, in the place of the one that is there, whose thread is waited for
 * at most wait_ms.
 */
static void change_keeper(struct logs *logs, struct keeper *keeper, const char *why,
			  uint32_t wait_ms)
{
	struct keeper *before;

	pthread_mutex_lock(&logs->lock);
	before = logs->keeper;
	logs->keeper = keeper;
	snprintf(logs->why, sizeof(logs->why), "%s", why);
	pthread_mutex_unlock(&logs->lock);
	if (!before)
		return;
	keeper_stop(before, wait_ms);
	keeper_put(before);
}

void logs_lost(struct logs *logs, const char *why)
{
	change_keeper(logs, NULL, why, 0);
}

int logs_return(struct logs *logs, const char *medium_dir, struct err *err)
{
	struct keeper *keeper;
	char text[256];
	int rc;

	/* The one before has let go, or hangs, before the next one begins: they may be the same. */
	change_keeper(logs, NULL, "it is being looked at", logs->tuning.wait_ms);
	rc = keeper_start(logs->dir, medium_dir, &logs->tuning, &keeper, err);
	if (rc) {
		logs_lost(logs, "no thread can be started for it");
		return rc;
	}
	change_keeper(logs, keeper_get(keeper), "", 0);
	keeper_sync(keeper, NULL);
	rc = keeper_state(keeper, text, sizeof(text));
	keeper_put(keeper);
	if (!rc || rc == ERR_OVERDUE)
		return 0;
	return err_set(err, rc, "%s", text);
}

static void remove_own(const char *path)
{
	CLEANUP_CLOSEDIR DIR *dir = opendir(path);
	const struct dirent *file;

	while (dir && (file = readdir(dir)))
		if (file->d_name[0] != '.')
			unlinkat(dirfd(dir), file->d_name, 0);
	rmdir(path);
}

void logs_close(struct logs *logs)
{
	bool everything_there = false;
	char why[256];

	if (!logs)
		return;
	if (logs->keeper) {
		keeper_flush(logs->keeper);
		everything_there = keeper_state(logs->keeper, why, sizeof(why)) == 0;
		keeper_stop(logs->keeper, logs->tuning.wait_ms);
		keeper_put(logs->keeper);
	}
	if (logs->own && logs->dir && everything_there)
		remove_own(logs->dir);
	pthread_mutex_destroy(&logs->lock);
	free(logs->dir);
	free(logs);
}
