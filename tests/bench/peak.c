/* SPDX-License-Identifier: GPL-3.0-or-later */
/* peak FILE COMMAND...: runs it and writes its peak resident set in KiB (wait4(2)) to FILE. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int save(const char *path, long peak_kib)
{
	FILE *file = fopen(path, "w");
	int printed = file ? fprintf(file, "%ld\n", peak_kib) : -1;

	return file && fclose(file) == 0 && printed > 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: peak FILE COMMAND...\n");
		return 2;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || save(argv[1], usage.ru_maxrss)) {
		perror("peak");
		return 1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
