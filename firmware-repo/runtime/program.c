/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs of the host's: mksquashfs and apt-get. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/pack.h"

/* Nothing of the caller's settings (SOURCE_DATE_EPOCH, LANG) changes what comes out. */
int runtime_start(char *const *argv, long *ret_pid, int *ret_fd, struct err *err)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	char noninteractive[] = "DEBIAN_FRONTEND=noninteractive";
	char *env[] = { path, locale, noninteractive, NULL };
	posix_spawn_file_actions_t files;
	int fds[2] = { -1, -1 };
	pid_t pid = 0;
	int rc;

	if (ret_fd && pipe2(fds, O_CLOEXEC))
		return err_set_errno(err, ERR_IO, errno, "pipe");
	posix_spawn_file_actions_init(&files);
	rc = ret_fd ? posix_spawn_file_actions_adddup2(&files, fds[0], STDIN_FILENO)
		    : posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
						       0);
	/* Its words are for people: what is printed here is the result. */
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	if (!rc)
		rc = posix_spawnp(&pid, argv[0], &files, NULL, argv, env);
	posix_spawn_file_actions_destroy(&files);
	if (ret_fd)
		close(fds[0]);
	if (rc && ret_fd)
		close(fds[1]);
	if (rc)
		return err_set_errno(err, ERR_IO, rc, "%s cannot be started", argv[0]);
	if (ret_fd)
		*ret_fd = fds[1];
	*ret_pid = pid;
	return 0;
}

int runtime_wait(long pid, const char *name, struct err *err)
{
	int status;

	while (waitpid((pid_t)pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set_errno(err, ERR_IO, errno, "%s", name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return err_set(err, ERR_IO, "%s failed (%s %d)", name,
		       WIFEXITED(status) ? "status" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
