/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "run/store_copy.h"

#define MEMINFO_MAX 8192

/* Their payload is handed over in one piece: the kernel keeps a copy, a tool or a request holds it.
 */
static const char *const copied_by_kernel[] = { "devlink", "ethtool", "uefi-capsule", "redfish",
						"vendor-tool" };

struct store {
	char *dir;
	char *repo_dir;
	struct copy_job *jobs;
	size_t job_count;
	bool all_of_plan;
};

static int read_available(struct hwio *hw, uint64_t *ret, struct err *err)
{
	char text[MEMINFO_MAX + 1];
	ssize_t len = hwio_read_file(hw, "/proc/meminfo", text, MEMINFO_MAX);
	unsigned long long kib;
	const char *line;

	if (len < 0)
		return err_set_errno(err, ERR_IO, (int)-len, "/proc/meminfo");
	text[len] = '\0';
	line = strstr(text, "MemAvailable:");
	if (!line || sscanf(line, "MemAvailable: %llu kB", &kib) != 1)
		return err_set(err, ERR_IO, "/proc/meminfo: no MemAvailable");
	*ret = kib * 1024;
	return 0;
}

static bool is_same(const struct payload_ref *a, const struct payload_ref *b)
{
	return memcmp(a->sha256, b->sha256, sizeof(a->sha256)) == 0;
}

static bool is_chosen(const bool *chosen, size_t i)
{
	return !chosen || chosen[i];
}

/* Are these bytes among the first count of comp? */
static bool is_among(const struct component *comp, size_t count, const struct payload_ref *ref)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(component_ref(comp, i), ref))
			return true;
	return false;
}

/* Is number which of step i's payload and attachments in a chosen step before it, or before? */
static bool is_repeated(const struct plan *plan, const bool *chosen, size_t i, size_t which)
{
	const struct component *comp = plan->steps[i].comp;
	const struct payload_ref *ref = component_ref(comp, which);

	for (size_t k = 0; k < i; k++) {
		const struct component *other = plan->steps[k].comp;

		if (is_chosen(chosen, k) && is_among(other, component_ref_count(other), ref))
			return true;
	}
	return is_among(comp, which, ref);
}

/* Bytes that step i needs and no chosen step before it. */
static uint64_t new_bytes(const struct plan *plan, const bool *chosen, size_t i)
{
	const struct component *comp = plan->steps[i].comp;
	uint64_t bytes = 0;

	for (size_t k = 0; k < component_ref_count(comp); k++)
		if (!is_repeated(plan, chosen, i, k))
			bytes += component_ref(comp, k)->size;
	return bytes;
}

static bool kernel_copies(const struct component *comp)
{
	for (size_t i = 0; i < sizeof(copied_by_kernel) / sizeof(*copied_by_kernel); i++)
		if (strcmp(comp->backend, copied_by_kernel[i]) == 0)
			return true;
	return false;
}

/* Of the chosen steps; chosen NULL = of all. */
static int measure(struct hwio *hw, const struct plan *plan, const bool *chosen,
		   struct store_need *ret, struct err *err)
{
	struct store_need need = { 0 };
	uint64_t wanted;
	int rc = read_available(hw, &need.available, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct component *comp = plan->steps[i].comp;

		if (!is_chosen(chosen, i))
			continue;
		need.payload_bytes += new_bytes(plan, chosen, i);
		if (kernel_copies(comp))
			need.kernel_bytes += comp->payload.size;
		if (comp->tool)
			need.kernel_bytes += comp->tool->runtime_ref.size + STORE_TOOL_BYTES;
	}
	wanted = need.payload_bytes + need.kernel_bytes + STORE_RESERVE_BYTES;
	need.missing = wanted > need.available ? wanted - need.available : 0;
	*ret = need;
	return 0;
}

int store_measure(struct hwio *hw, const struct plan *plan, struct store_need *ret, struct err *err)
{
	return measure(hw, plan, NULL, ret, err);
}

static int refuse(struct err *err, uint64_t missing, const char *of)
{
	return err_set(err, ERR_FULL, "%llu MiB of %s are missing for the payloads",
		       (unsigned long long)((missing + (1u << 20) - 1) >> 20), of);
}

/* Removes what lies in a folder; its sub-folders when depth allows, and these, too. */
static void empty_folder(int parent, const char *name, unsigned int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_CLOSEDIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *file;

	while (dir && (file = readdir(dir))) {
		if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, file->d_name, 0) == 0 || !depth)
			continue;
		empty_folder(fd, file->d_name, depth - 1);
		unlinkat(fd, file->d_name, AT_REMOVEDIR);
	}
}

/* What a run that died has left there is in the way, and takes memory. */
static void empty_store(int dir)
{
	empty_folder(dir, "blobs", 1);
	unlinkat(dir, "blobs", AT_REMOVEDIR);
}

/* Ours alone: what lies in a folder of others could be changed by them. */
static int open_folder(const char *path, int *ret, struct err *err)
{
	struct stat st;
	int rc = fsio_mkdir_p(path, 0700, err);

	if (rc)
		return rc == ERR_NOT_FOUND ? (err->code = ERR_IO) : rc;
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret < 0 || fstat(*ret, &st))
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	if (st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(err, ERR_IO, "%s: others may write there", path);
	empty_store(*ret);
	if (mkdirat(*ret, "blobs", 0700))
		return err_set_errno(err, ERR_IO, errno, "%s/blobs", path);
	return 0;
}

/* A RAM file system may be smaller than the memory; one without a size has no limit. */
static int check_room(int dir, uint64_t bytes, struct err *err)
{
	struct statvfs fs;
	uint64_t room;

	if (fstatvfs(dir, &fs))
		return err_set_errno(err, ERR_IO, errno, "the folder in RAM");
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (fs.f_blocks == 0 || room >= bytes)
		return 0;
	return refuse(err, bytes - room, "room in the RAM file system");
}

static int make_jobs_of(struct store *store, const struct plan *plan, const bool *chosen, size_t i,
			uint64_t part_bytes, struct err *err)
{
	const struct component *comp = plan->steps[i].comp;
	int rc = 0;

	for (size_t k = 0; k < component_ref_count(comp) && !rc; k++)
		if (!is_repeated(plan, chosen, i, k))
			rc = copy_job_init(&store->jobs[store->job_count++], comp->id,
					   component_ref(comp, k), part_bytes, err);
	return rc;
}

static int make_jobs(struct store *store, const struct plan *plan, const bool *chosen,
		     uint64_t part_bytes, struct err *err)
{
	size_t room = 1;
	int rc = 0;

	for (size_t i = 0; i < plan->step_count; i++)
		room += component_ref_count(plan->steps[i].comp);
	store->jobs = calloc(room, sizeof(*store->jobs));
	if (!store->jobs)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < plan->step_count && !rc; i++)
		if (is_chosen(chosen, i))
			rc = make_jobs_of(store, plan, chosen, i, part_bytes, err);
	return rc;
}

static int copy_all(struct store *store, const struct store_options *options, int dir,
		    struct err *err)
{
	struct store_source files = { 0 };
	int rc = 0;

	if (!options->source)
		rc = files_source_make(options->repo_dir, &files, err);
	if (!rc)
		rc = copy_run(options, options->source ? options->source : &files, dir, store->jobs,
			      store->job_count, err);
	files_source_free(&files);
	return rc;
}

static int fill(struct store *store, const struct store_options *options, const struct plan *plan,
		const bool *chosen, uint64_t bytes, struct err *err)
{
	uint64_t part_bytes = options->part_bytes ? options->part_bytes : CATALOG_PART_BYTES;
	CLEANUP_CLOSE int dir = -1;
	int rc = open_folder(options->ram_dir, &dir, err);

	if (!rc)
		rc = check_room(dir, bytes, err);
	if (!rc)
		rc = make_jobs(store, plan, chosen, part_bytes, err);
	if (!rc && store->job_count)
		rc = copy_all(store, options, dir, err);
	return rc;
}

int store_fill(const struct store_options *options, const struct plan *plan, const bool *chosen,
	       struct store **ret, struct err *err)
{
	static const bool none[PLAN_MAX_STEPS];
	struct store *store = calloc(1, sizeof(*store));
	struct store_need need;
	int rc;

	if (!store)
		return err_set(err, ERR_NOMEM, "out of memory");
	store->dir = strdup(options->ram_dir);
	store->repo_dir = strdup(options->repo_dir);
	rc = store->dir && store->repo_dir ? measure(options->hw, plan, NULL, &need, err)
					   : err_set(err, ERR_NOMEM, "out of memory");
	store->all_of_plan = !rc && !need.missing;
	if (!rc && need.missing) {
		chosen = chosen ? chosen : none;
		rc = measure(options->hw, plan, chosen, &need, err);
		if (!rc && need.payload_bytes && need.missing)
			rc = refuse(err, need.missing, "memory");
	}
	if (!rc)
		rc = fill(store, options, plan, store->all_of_plan ? NULL : chosen,
			  need.payload_bytes, err);
	if (rc) {
		store_free(store);
		return rc;
	}
	*ret = store;
	return 0;
}

const char *store_dir(const struct store *store, const struct payload_ref *ref)
{
	for (size_t i = 0; i < store->job_count; i++)
		if (is_same(&store->jobs[i].ref, ref) && copy_job_is_complete(&store->jobs[i]))
			return store->dir;
	return store->repo_dir;
}

bool store_holds_all(const struct store *store)
{
	for (size_t i = 0; i < store->job_count; i++)
		if (!copy_job_is_complete(&store->jobs[i]))
			return false;
	return store->all_of_plan;
}

void store_free(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->job_count; i++)
		copy_job_free(&store->jobs[i]);
	if (store->dir) {
		CLEANUP_CLOSE int dir =
			open(store->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (dir >= 0)
			empty_store(dir);
	}
	free(store->jobs);
	free(store->dir);
	free(store->repo_dir);
	free(store);
}
