/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packages by the host's apt-get (apt-get(8), apt.conf(5)): its sources, keys and signatures, with
 * lists, cache and status of our own, in which nothing is installed: so that everything a package
 * depends on is fetched, for both architectures, and the host stays as it is.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "runtime/pack.h"

#define OPTIONS_MAX 32

struct options {
	char *list[OPTIONS_MAX + RUNTIME_MAX_PACKAGES + 8];
	size_t count;
	int error;
};

__attribute__((format(printf, 2, 3))) static void add(struct options *options, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&options->list[options->count], fmt, ap) < 0) {
		options->list[options->count] = NULL;
		options->error = ERR_NOMEM;
	} else {
		options->count++;
	}
	va_end(ap);
}

static void begin(struct options *options, const char *dir)
{
	static const char *const fixed[] = {
		"apt-get",
		"-qq",
		"-oAPT::Architecture=amd64",
		"-oAPT::Architectures::=amd64",
		"-oAPT::Architectures::=i386",
		"-oAPT::Sandbox::User=root",
		"-oAPT::Get::AllowUnauthenticated=false",
		"-oDpkg::Use-Pty=false",
		"-oAcquire::Languages=none",
		"-oAPT::Install-Recommends=false",
		"-oDebug::NoLocking=true",
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		add(options, "%s", fixed[i]);
	add(options, "-oDir::State=%s/state", dir);
	add(options, "-oDir::State::Lists=%s/state/lists", dir);
	add(options, "-oDir::State::status=%s/state/status", dir);
	add(options, "-oDir::Cache=%s/cache", dir);
	add(options, "-oDir::Cache::archives=%s", dir);
}

static int run(struct options *options, struct err *err)
{
	long pid;
	int rc = options->error ? err_set(err, ERR_NOMEM, "out of memory")
				: runtime_start(options->list, &pid, NULL, err);

	for (size_t i = 0; i < options->count; i++) {
		/* The names are freed when the program is done with them: it has its own copy. */
		free(options->list[i]);
		options->list[i] = NULL;
	}
	return rc ? rc : runtime_wait(pid, "apt-get", err);
}

static int make_folders(const char *dir, struct err *err)
{
	static const char *const names[] = { "state/lists/partial", "cache", "partial" };
	char path[FSIO_PATH_MAX];
	int fd, rc = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !rc; i++) {
		rc = fsio_join(path, dir, names[i], err);
		if (!rc)
			rc = fsio_mkdir_p(path, 0755, err);
	}
	if (!rc)
		rc = fsio_join(path, dir, "state/status", err);
	if (rc)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(err, ERR_IO, "%s cannot be made", path);
	close(fd);
	return 0;
}

int runtime_fetch(const char *dir, const char *const *names, size_t count, struct err *err)
{
	struct options options = { .count = 0 };
	int rc = make_folders(dir, err);

	if (rc)
		return rc;
	begin(&options, dir);
	add(&options, "update");
	/* One source of many that is out of order: whether the packages are there is seen next. */
	rc = run(&options, err);
	if (rc && rc != ERR_IO)
		return rc;
	options = (struct options){ .count = 0 };
	begin(&options, dir);
	add(&options, "--yes");
	add(&options, "--download-only");
	add(&options, "install");
	for (size_t i = 0; i < count; i++)
		add(&options, "%s", names[i]);
	return run(&options, err);
}
