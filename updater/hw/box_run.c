/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This side of the box: starting the process that makes it, and its answer. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "hw/box_internal.h"

#define FIXED_ARGS 8

/* "word[=value]"s, "--", the program's own. The texts are owned by the first text_count. */
struct args {
	char **list;
	size_t count;
};

static void args_free(struct args *args, size_t own)
{
	for (size_t i = 0; args->list && i < own; i++)
		free(args->list[i]);
	free(args->list);
}

static int add(struct args *args, const char *word, const char *value)
{
	if (asprintf(&args->list[args->count], "%s%s", word, value) < 0) {
		args->list[args->count] = NULL;
		return -ENOMEM;
	}
	args->count++;
	return 0;
}

static size_t count_of(const char *const *argv)
{
	size_t count = 0;

	while (argv[count])
		count++;
	return count;
}

static int make_args(const char *root, const struct box *box, struct args *args)
{
	int rc = 0;

	args->list =
		calloc(FIXED_ARGS + box->node_count + count_of(box->argv) + 1, sizeof(*args->list));
	if (!args->list)
		return -ENOMEM;
	rc = add(args, "drydock", "");
	rc = rc ? rc : add(args, BOX_WORD, "");
	rc = rc ? rc : add(args, "dir=", box->dir);
	rc = rc ? rc : add(args, "prefix=", root);
	if (!rc && box->has_runtime)
		rc = add(args, "runtime", "");
	if (!rc && (box->sysfs || box->sysfs_write))
		rc = add(args, "sysfs=", box->sysfs_write ? "rw" : "ro");
	if (!rc && box->admin)
		rc = add(args, "admin", "");
	for (size_t i = 0; i < box->node_count && !rc; i++)
		rc = add(args, "node=", box->nodes[i]);
	rc = rc ? rc : add(args, "--", "");
	for (size_t i = 0; box->argv[i] && !rc; i++)
		rc = add(args, "", box->argv[i]);
	return rc;
}

/* No signal of ours is blocked or caught there, and no descriptor but three is open. */
static int spawn(char **argv, int result_fd, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *env[] = { NULL };
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	rc = posix_spawn_file_actions_adddup2(&files, result_fd, BOX_RESULT_FD);
	for (int fd = 0; fd <= 2 && !rc; fd++)
		rc = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	if (!rc)
		rc = posix_spawn(ret, "/proc/self/exe", &files, &attr, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -rc;
}

/* "exit 3", "signal 9", "failed: text"; of several lines the first is the cause. */
static void read_result(char *text, struct box_end *ret)
{
	text[strcspn(text, "\n")] = '\0';
	*ret = (struct box_end){ .result = BOX_LOST };
	if (sscanf(text, "exit %d", &ret->code) == 1)
		ret->result = BOX_EXITED;
	else if (sscanf(text, "signal %d", &ret->code) == 1)
		ret->result = BOX_SIGNALLED;
	else if (strncmp(text, "failed: ", 8) == 0)
		ret->result = BOX_NOT_BEGUN;
	if (ret->result == BOX_NOT_BEGUN)
		snprintf(ret->text, sizeof(ret->text), "%s", text + 8);
}

static void wait_for(pid_t pid, int fd, struct box_end *ret)
{
	char text[1024] = "";
	size_t len = 0;
	ssize_t got = 1;

	while (len < sizeof(text) - 1 && (got > 0 || (got < 0 && errno == EINTR))) {
		got = read(fd, text + len, sizeof(text) - 1 - len);
		len += got > 0 ? (size_t)got : 0;
	}
	text[len] = '\0';
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	read_result(text, ret);
}

int box_run(const char *root, const struct box *box, struct box_end *ret)
{
	struct args args = { 0 };
	int fds[2] = { -1, -1 };
	pid_t pid;
	int rc = make_args(root, box, &args);

	if (!rc && pipe2(fds, O_CLOEXEC))
		rc = -errno;
	if (!rc)
		rc = spawn(args.list, fds[1], &pid);
	if (fds[1] >= 0)
		close(fds[1]);
	if (!rc)
		wait_for(pid, fds[0], ret);
	if (fds[0] >= 0)
		close(fds[0]);
	args_free(&args, args.count);
	return rc;
}
