/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/replay_lanes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "hw/hwio_replay.h"
#include "hw/trace.h"

/* Of sysfs and procfs each path is a lane of its own, of a device all that was done to it. */
static const char *key_of_call(const struct trace_file *file, const struct trace_call *call)
{
	return strcmp(file->device, "sys") == 0 ? call->path : file->device;
}

static int is_trace(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return strncmp(entry->d_name, "trace-", 6) == 0 && len > 12 &&
	       strcmp(entry->d_name + len - 6, ".jsonl") == 0;
}

static int add_file(struct replay_lanes *lanes, const char *path, struct err *err)
{
	struct trace_file *files = array_grow(lanes->files, lanes->file_count, sizeof(*files));

	if (!files)
		return err_set(err, ERR_NOMEM, "out of memory");
	lanes->files = files;
	if (lanes->file_count == HWIO_REPLAY_MAX_FILES)
		return err_set(err, ERR_TOO_LARGE, "more than %d traces", HWIO_REPLAY_MAX_FILES);
	memset(&files[lanes->file_count], 0, sizeof(*files));
	return trace_file_read(path, &files[lanes->file_count++], err);
}

static int add_folder(struct replay_lanes *lanes, const char *dir, struct err *err)
{
	struct dirent **entries = NULL;
	char path[FSIO_PATH_MAX];
	int count = scandir(dir, &entries, is_trace, alphasort);
	int rc = 0;

	if (count < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     dir);
	if (count == 0)
		rc = err_set(err, ERR_NOT_FOUND, "%s: there are no traces (trace-*.jsonl)", dir);
	for (int i = 0; i < count; i++) {
		rc = rc ? rc : fsio_join(path, dir, entries[i]->d_name, err);
		rc = rc ? rc : add_file(lanes, path, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

struct keyed {
	const struct trace_call *call;
	const char *key;
};

static int compare_lanes(const char *phase_a, const char *key_a, const char *phase_b,
			 const char *key_b)
{
	int order = strcmp(phase_a, phase_b);

	return order ? order : strcmp(key_a, key_b);
}

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;
	int order = compare_lanes(x->call->phase, x->key, y->call->phase, y->key);

	return order ? order : (x->call->seq > y->call->seq) - (x->call->seq < y->call->seq);
}

static int compare_seq(const void *a, const void *b)
{
	const struct trace_call *x = *(const struct trace_call *const *)a;
	const struct trace_call *y = *(const struct trace_call *const *)b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static int gather(struct replay_lanes *lanes, struct keyed **ret, struct err *err)
{
	size_t count = 0;
	struct keyed *keyed;

	for (size_t i = 0; i < lanes->file_count; i++)
		count += lanes->files[i].count;
	lanes->calls = calloc(count + 1, sizeof(*lanes->calls));
	lanes->lanes = calloc(count + 1, sizeof(*lanes->lanes));
	*ret = keyed = calloc(count + 1, sizeof(*keyed));
	if (!lanes->calls || !lanes->lanes || !keyed)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < lanes->file_count; i++)
		for (size_t j = 0; j < lanes->files[i].count; j++) {
			const struct trace_call *call = &lanes->files[i].calls[j];

			keyed[lanes->call_count].key = key_of_call(&lanes->files[i], call);
			keyed[lanes->call_count].call = call;
			lanes->calls[lanes->call_count++] = call;
		}
	return 0;
}

static int check_numbers(struct replay_lanes *lanes, struct err *err)
{
	qsort(lanes->calls, lanes->call_count, sizeof(*lanes->calls), compare_seq);
	for (size_t i = 1; i < lanes->call_count; i++)
		if (lanes->calls[i]->seq == lanes->calls[i - 1]->seq)
			return err_set(err, ERR_DUPLICATE,
				       "call %llu is in %s and in %s: traces of more than one run",
				       (unsigned long long)lanes->calls[i]->seq,
				       lanes->calls[i - 1]->file, lanes->calls[i]->file);
	return 0;
}

/* The calls, sorted by lane, take the place of those sorted by number. */
static void make_lanes(struct replay_lanes *lanes, struct keyed *keyed)
{
	struct replay_lane *lane = lanes->lanes;

	qsort(keyed, lanes->call_count, sizeof(*keyed), compare_keyed);
	for (size_t i = 0; i < lanes->call_count; i++) {
		const struct trace_call *call = keyed[i].call;

		lanes->calls[i] = call;
		if (i == 0 || compare_lanes(lane->phase, lane->key, call->phase, keyed[i].key)) {
			lane = &lanes->lanes[lanes->lane_count++];
			*lane = (struct replay_lane){ .phase = call->phase,
						      .key = keyed[i].key,
						      .calls = &lanes->calls[i] };
		}
		lane->count++;
	}
}

int replay_lanes_read(struct replay_lanes *ret, const char *path, struct err *err)
{
	CLEANUP_FREE struct keyed *keyed = NULL;
	struct stat st;
	int rc;

	if (stat(path, &st))
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     path);
	rc = S_ISDIR(st.st_mode) ? add_folder(ret, path, err) : add_file(ret, path, err);
	rc = rc ? rc : gather(ret, &keyed, err);
	rc = rc ? rc : check_numbers(ret, err);
	if (!rc && ret->call_count)
		make_lanes(ret, keyed);
	return rc;
}

void replay_lanes_free(struct replay_lanes *lanes)
{
	for (size_t i = 0; i < lanes->file_count; i++)
		trace_file_free(&lanes->files[i]);
	free(lanes->files);
	free(lanes->calls);
	free(lanes->lanes);
	*lanes = (struct replay_lanes){ 0 };
}

static int compare_lane(const void *a, const void *b)
{
	const struct replay_lane *x = a, *y = b;

	return compare_lanes(x->phase, x->key, y->phase, y->key);
}

struct replay_lane *replay_lane_find(const struct replay_lanes *lanes, const char *phase,
				     const char *path)
{
	char device[TRACE_DEVICE_MAX];
	struct replay_lane wanted = { .phase = phase, .key = path };

	trace_device_name(path, device);
	if (strcmp(device, "sys") != 0)
		wanted.key = device;
	if (!lanes->lane_count)
		return NULL;
	return bsearch(&wanted, lanes->lanes, lanes->lane_count, sizeof(wanted), compare_lane);
}

const struct trace_call *replay_phase_begin(const struct replay_lanes *lanes, const char *phase)
{
	const struct trace_call *first = NULL;

	for (size_t i = 0; i < lanes->lane_count; i++) {
		const struct replay_lane *lane = &lanes->lanes[i];

		if (strcmp(lane->phase, phase) == 0 && (!first || lane->calls[0]->seq < first->seq))
			first = lane->calls[0];
	}
	return first;
}

/*
 * What a drive stores is not in the trace, and how often a poll ended without news is a matter of
 * time: nothing waits for either.
 */
static bool is_passed_over(const struct trace_call *call)
{
	return call->kind == TRACE_PREAD || (call->kind == TRACE_POLL && call->result == 0);
}

const struct trace_call *replay_lane_next(struct replay_lane *lane)
{
	while (lane->next < lane->count && is_passed_over(lane->calls[lane->next]))
		lane->next++;
	return lane->next < lane->count ? lane->calls[lane->next] : NULL;
}

void replay_lane_again(struct replay_lane *lane)
{
	lane->next = 0;
	lane->again = true;
}

const struct trace_call *replay_left_over(const struct replay_lanes *lanes, const char *phase)
{
	const struct trace_call *first = NULL;

	for (size_t i = 0; i < lanes->lane_count; i++) {
		const struct trace_call *call = NULL;

		if (!lanes->lanes[i].again && strcmp(lanes->lanes[i].phase, phase) == 0)
			call = replay_lane_next(&lanes->lanes[i]);
		if (call && call->kind != TRACE_NOTE && (!first || call->seq < first->seq))
			first = call;
	}
	return first;
}
