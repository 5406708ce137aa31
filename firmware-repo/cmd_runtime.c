/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vendors' tools are linked against: packages become a squashfs, and that a component. */
#include "fwrepo.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "add.h"
#include "base/cleanup.h"
#include "base/fsio.h"
#include "edit.h"
#include "runtime/pack.h"
#include "say.h"

/* Of both architectures, for many flashers are 32-bit programs; a shell and its tools once. */
static const char *const usual[] = { "libc6:amd64",	    "libc6:i386",   "libstdc++6:amd64",
				     "libstdc++6:i386",	    "zlib1g:amd64", "zlib1g:i386",
				     "busybox-static:amd64" };

struct maker {
	const char *repo, *id, *version;
	struct opt_list packages, files;
	char dir[64];			   /* for everything on the way */
	char *names[RUNTIME_MAX_PACKAGES]; /* of .deb files, by name */
	struct runtime_package found[RUNTIME_MAX_PACKAGES];
	size_t count;
};

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int compare_packages(const void *a, const void *b)
{
	const struct runtime_package *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	if (!order)
		order = strcmp(one->architecture, other->architecture);
	return order ? order : strcmp(one->version, other->version);
}

static int add_deb(struct maker *m, const char *path, struct err *err)
{
	if (m->count == RUNTIME_MAX_PACKAGES)
		return err_set(err, ERR_TOO_LARGE, "more than %d packages", RUNTIME_MAX_PACKAGES);
	m->names[m->count] = strdup(path);
	if (!m->names[m->count])
		return err_set(err, ERR_NOMEM, "out of memory");
	m->count++;
	return 0;
}

static int fetch(struct maker *m, struct err *err)
{
	const char *const *names = m->packages.count ? m->packages.items : usual;
	size_t count = m->packages.count ? m->packages.count : sizeof(usual) / sizeof(*usual);
	CLEANUP_CLOSEDIR DIR *dir = NULL;
	const struct dirent *entry;
	char path[FSIO_PATH_MAX];
	int rc = runtime_fetch(m->dir, names, count, err);

	if (rc)
		return rc;
	dir = opendir(m->dir);
	while (dir && !rc && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 4, ".deb") != 0)
			continue;
		rc = fsio_join(path, m->dir, entry->d_name, err);
		if (!rc)
			rc = add_deb(m, path, err);
	}
	if (!rc && !m->count)
		rc = err_set(err, ERR_NOT_FOUND, "apt-get has fetched no package");
	return rc;
}

/* In an order that does not depend on who named them how. */
static int read_packages(struct maker *m, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < m->count && !rc; i++)
		rc = runtime_package_read(m->names[i], &m->found[i], err);
	if (!rc)
		qsort(m->found, m->count, sizeof(*m->found), compare_packages);
	for (size_t i = 0; i + 1 < m->count && !rc; i++)
		if (strcmp(m->found[i].name, m->found[i + 1].name) == 0 &&
		    strcmp(m->found[i].architecture, m->found[i + 1].architecture) == 0)
			rc = err_set(err, ERR_DUPLICATE, "package %s:%s twice", m->found[i].name,
				     m->found[i].architecture);
	return rc;
}

/* The C library's version, when nobody says another. */
static const char *version_of(const struct maker *m)
{
	for (size_t i = 0; i < m->count && !m->version; i++)
		if (strcmp(m->found[i].name, "libc6") == 0)
			return m->found[i].version;
	return m->version ? m->version : "1";
}

/*
 * The same bytes of the same packages: one processor, no times, no owners, xz, which any kernel
 * with squashfs that matters here reads (SQUASHFS_XZ).
 */
static int make_squashfs(const struct maker *m, const char *manifest, size_t len, char *path,
			 struct err *err)
{
	char words[][16] = { "mksquashfs",   "-",      "-tar",	      "-noappend",
			     "-no-progress", "-quiet", "-no-xattrs",  "-all-root",
			     "-all-time",    "0",      "-mkfs-time",  "0",
			     "-comp",	     "xz",     "-processors", "1" };
	char *argv[sizeof(words) / sizeof(*words) + 2];
	size_t count = 0;
	long pid;
	int fd = -1, rc;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		argv[count++] = words[i];
		if (i == 1)
			argv[count++] = path;
	}
	argv[count] = NULL;
	rc = runtime_start(argv, &pid, &fd, err);
	if (rc)
		return rc;
	rc = runtime_pack(m->found, m->count, &m->files, manifest, len, fd, err);
	close(fd);
	if (rc) {
		(void)runtime_wait(pid, "mksquashfs", NULL);
		return rc;
	}
	return runtime_wait(pid, "mksquashfs", err);
}

static int add_to_repo(const struct maker *m, const char *squashfs, const char *manifest,
		       struct err *err)
{
	char attached[FSIO_PATH_MAX + 16];
	const struct opt_list list = { .items = { attached }, .count = 1 };
	struct component comp = { .scheme = VERSION_PLAIN,
				  .activation = ACTIVATION_NONE,
				  .criticality = CRITICALITY_OPTIONAL };
	const char *const texts[][2] = { { "id", m->id },
					 { "name.en", "Runtime for vendors' tools" },
					 { "class", "runtime" },
					 { "version", version_of(m) },
					 { "backend", "vendor-tool" } };
	int rc = 0;

	snprintf(attached, sizeof(attached), "manifest=%s", manifest);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) && !rc; i++)
		rc = component_set(&comp, texts[i][0], texts[i][1], err);
	if (!rc)
		rc = repo_add_component(m->repo, squashfs, &list, &comp, err);
	component_free(&comp);
	return rc;
}

static int make(struct maker *m, struct err *err)
{
	CLEANUP_FREE char *manifest = NULL;
	char squashfs[FSIO_PATH_MAX] = "", file[FSIO_PATH_MAX] = "";
	size_t len = 0;
	int rc = m->count ? 0 : fetch(m, err);

	if (!rc)
		rc = read_packages(m, err);
	if (!rc)
		rc = runtime_manifest(m->found, m->count, &manifest, &len, err);
	if (!rc)
		rc = fsio_join(squashfs, m->dir, "runtime.squashfs", err);
	if (!rc)
		rc = fsio_join(file, m->dir, "manifest.json", err);
	if (!rc)
		rc = fsio_write_atomic(file, manifest, len, 0644, err);
	if (!rc)
		rc = make_squashfs(m, manifest, len, squashfs, err);
	return rc ? rc : add_to_repo(m, squashfs, file, err);
}

static int make_in_folder(struct maker *m, char **debs, size_t count, struct err *err)
{
	int rc = 0;

	snprintf(m->dir, sizeof(m->dir), "/var/tmp/fwrepo.XXXXXX");
	if (!mkdtemp(m->dir))
		return err_set(err, ERR_IO, "%s cannot be made", m->dir);
	signal(SIGPIPE, SIG_IGN); /* mksquashfs may end early: that is an error of write() */
	for (size_t i = 0; i < count && !rc; i++)
		rc = add_deb(m, debs[i], err);
	if (!rc)
		rc = make(m, err);
	nftw(m->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < RUNTIME_MAX_PACKAGES; i++)
		free(m->names[i]);
	return rc;
}

int fwrepo_runtime(int argc, char **argv)
{
	static struct maker m;
	bool json = false;
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &m.repo, "DIR", "the repository" },
		{ "id", OPT_TEXT, &m.id, "ID", "what tools name it by" },
		{ "version", OPT_TEXT, &m.version, "TEXT", "default: that of libc6" },
		{ "package", OPT_LIST, &m.packages, "NAME:ARCH",
		  "fetched by apt-get with what it depends on, when no .deb is given; default: "
		  "libc6, libstdc++6, zlib1g of amd64 and i386, busybox-static; repeat" },
		{ "file", OPT_LIST, &m.files, "/PATH=FILE", "a file of your own in it; repeat" },
		{ "json", OPT_FLAG, &json, NULL, "the result as JSON" },
		{ 0 },
	};
	const struct needed needed[] = { { "--repo DIR", &m.repo }, { "--id ID", &m.id }, { 0 } };
	struct err err = { 0 };
	int first;
	int status = fwrepo_begin(opts, argc, argv, 0, RUNTIME_MAX_PACKAGES, needed, &first);

	if (status >= 0)
		return status;
	if (make_in_folder(&m, argv + first, (size_t)(argc - first), &err))
		return opts_fail(&fwrepo_program, argv[0], &err);
	if (json)
		return say_pairs((const char *const[]){ "added", m.id, NULL }, &err)
			       ? opts_fail(&fwrepo_program, argv[0], &err)
			       : 0;
	printf("added %s, of %zu packages; the repository is to be signed again\n", m.id, m.count);
	return 0;
}
