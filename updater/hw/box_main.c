/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process that makes the box and reads what the program says; in it the first process of the
 * PID namespace, which waits for all others; in it the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "hw/box_internal.h"

#define NODES_MAX 256

/* Goes to whoever waits for the result, if anybody still does. */
__attribute__((format(printf, 1, 2))) static void tell(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vdprintf(BOX_RESULT_FD, fmt, ap);
	va_end(ap);
}

_Noreturn static void give_up(const struct err *err)
{
	tell("failed: %s\n", err->text);
	_exit(1);
}

/* A terminal that hangs up, an impatient person, an init that ends everything: not in mid-write. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
}

_Noreturn static void be_program(const struct box *box, int output)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					   "HOME=/tmp",
					   "TMPDIR=/tmp",
					   "LANG=C",
					   "LC_ALL=C",
					   NULL };
	struct err err = { 0 };

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
	    fcntl(BOX_RESULT_FD, F_SETFD, FD_CLOEXEC) || setsid() < 0) {
		err_set_errno(&err, ERR_IO, errno, "the program's descriptors");
		give_up(&err);
	}
	close(output);
	if (box_limit(box, &err))
		give_up(&err);
	/* execve() changes neither, whatever its prototype says. */
	execve(box->argv[0], (char **)(uintptr_t)box->argv, (char **)(uintptr_t)env);
	err_set_errno(&err, ERR_IO, errno, "%s", box->argv[0]);
	give_up(&err);
}

/* PID 1: when it ends the kernel kills all others, so it waits for them, too. */
_Noreturn static void be_first(const struct box *box, int output)
{
	struct err err = { 0 };
	int status = 0, last = 0;
	pid_t program, ended;

	if (box_root_enter(box, &err))
		give_up(&err);
	program = fork();
	if (program < 0) {
		err_set_errno(&err, ERR_IO, errno, "fork");
		give_up(&err);
	}
	if (program == 0)
		be_program(box, output);
	close(output);
	while ((ended = wait(&status)) > 0 || errno == EINTR)
		if (ended == program)
			last = status;
	if (WIFSIGNALED(last))
		tell("signal %d\n", WTERMSIG(last));
	else
		tell("exit %d\n", WEXITSTATUS(last));
	_exit(0);
}

/* The end of the output, as far as it was not written to the log already. */
struct tail {
	char bytes[BOX_LOG_TAIL];
	uint64_t seen; /* bytes that went through here */
};

static void tail_add(struct tail *tail, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		tail->bytes[tail->seen++ % sizeof(tail->bytes)] = buf[i];
}

static void tail_write(const struct tail *tail, int log)
{
	size_t len = tail->seen < sizeof(tail->bytes) ? (size_t)tail->seen : sizeof(tail->bytes);
	uint64_t from = tail->seen - len;

	if (from)
		(void)dprintf(log, "\n[%llu bytes left out]\n", (unsigned long long)from);
	for (size_t i = 0; i < len; i++)
		(void)fsio_write_all(log, &tail->bytes[(from + i) % sizeof(tail->bytes)], 1);
}

/* Reads to the end of the output; more than the log takes is left out in its middle. */
static void drain(int output, int log)
{
	static struct tail tail;
	char buf[4096];
	size_t room = BOX_LOG_BYTES - BOX_LOG_TAIL;
	ssize_t got;

	while ((got = read(output, buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR)) {
		size_t len = got > 0 ? (size_t)got : 0;
		size_t now = len < room ? len : room;

		(void)fsio_write_all(log, buf, now);
		room -= now;
		tail_add(&tail, buf + now, len - now);
	}
	tail_write(&tail, log);
}

static int open_log(const struct box *box, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int fd, rc = fsio_join(path, box->dir, "log", err);

	if (rc)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? err_set_errno(err, ERR_IO, errno, "%s", path) : fd;
}

/* "dir=/run/x", "admin": what box_run() wrote. */
static void take_arg(struct box *box, const char **nodes, const char **prefix, const char *arg)
{
	if (strncmp(arg, "dir=", 4) == 0)
		box->dir = arg + 4;
	else if (strncmp(arg, "prefix=", 7) == 0)
		*prefix = arg + 7;
	else if (strncmp(arg, "node=", 5) == 0 && box->node_count < NODES_MAX)
		nodes[box->node_count++] = arg + 5;
	else if (strcmp(arg, "runtime") == 0)
		box->has_runtime = true;
	else if (strcmp(arg, "admin") == 0)
		box->admin = true;
	else if (strcmp(arg, "sysfs=ro") == 0)
		box->sysfs = true;
	else if (strcmp(arg, "sysfs=rw") == 0)
		box->sysfs = box->sysfs_write = true;
	else
		_exit(2);
}

static void read_args(int argc, char **argv, struct box *box, const char **nodes,
		      const char **prefix)
{
	int i;

	for (i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		take_arg(box, nodes, prefix, argv[i]);
	if (i + 1 >= argc || !box->dir)
		_exit(2);
	box->nodes = nodes;
	box->argv = (const char *const *)argv + i + 1;
}

_Noreturn void box_main(int argc, char **argv)
{
	const char *nodes[NODES_MAX], *prefix = "";
	struct box box = { 0 };
	struct err err = { 0 };
	int log, output[2];
	pid_t first;

	ignore_signals();
	(void)setsid();
	(void)syscall(SYS_close_range, BOX_RESULT_FD + 1, ~0u, 0);
	read_args(argc, argv, &box, nodes, &prefix);
	log = open_log(&box, &err);
	if (log < 0 || box_root_make(&box, prefix, &err))
		give_up(&err);
	if (pipe2(output, O_CLOEXEC) || (first = fork()) < 0) {
		err_set_errno(&err, ERR_IO, errno, "fork");
		give_up(&err);
	}
	if (first == 0) {
		close(output[0]);
		close(log);
		be_first(&box, output[1]);
	}
	close(output[1]);
	drain(output[0], log);
	close(log);
	while (waitpid(first, NULL, 0) < 0 && errno == EINTR)
		;
	_exit(0);
}
