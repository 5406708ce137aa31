/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vendor's flasher, as far as the updater can tell: it is run for a node and a payload, does what
 * its first argument says, and ends with an exit code. Built by tests as a static or dynamic
 * program, of 32 or 64 bits.
 *
 *     flasher WORD NODE [TEXT] [CODE]
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static void pause_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static int put(const char *node, const char *text)
{
	int fd = open(node, O_WRONLY | O_TRUNC);
	int bad = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd);

	if (bad)
		perror(node);
	return bad;
}

/* How many of these succeeded. Each must not. */
static int reach_out(void)
{
	struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(63999) };
	struct if_nameindex *interfaces = if_nameindex();
	int fd = socket(AF_INET, SOCK_STREAM, 0), found = 0;

	local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (size_t i = 0; interfaces && interfaces[i].if_index; i++)
		found += strcmp(interfaces[i].if_name, "lo") != 0;
	if (fd >= 0 && connect(fd, (struct sockaddr *)&local, sizeof(local)) == 0)
		found += 100;
	else
		printf("connect: %s\n", strerror(errno));
	return found;
}

static int try_to(const char *what, int failed)
{
	printf("%s: %s\n", what, failed ? strerror(errno) : "DONE");
	return !failed;
}

static int break_out(void)
{
	int got = 0;

	got += try_to("write /", open("/new", O_WRONLY | O_CREAT, 0600) < 0);
	got += try_to("write /etc", open("/etc/new", O_WRONLY | O_CREAT, 0600) < 0);
	got += try_to("write /dev", open("/dev/new", O_WRONLY | O_CREAT, 0600) < 0);
	got += try_to("write the payload", open("/run/payload", O_WRONLY) < 0);
	got += try_to("write /proc", open("/proc/sysrq-trigger", O_WRONLY) < 0);
	got += try_to("mknod", mknod("/tmp/mem", S_IFCHR | 0600, makedev(1, 1)) != 0);
	got += try_to("mount", mount("none", "/tmp", "devtmpfs", 0, NULL) != 0);
	got += try_to("umount", umount2("/tmp", MNT_DETACH) != 0);
	got += try_to("unshare", unshare(CLONE_NEWNS) != 0);
	got += try_to("chroot", chroot("/tmp") != 0);
	got += try_to("other processes", getppid() == 1 && getpid() == 2);
	got += try_to("another node", open("/dev/mem", O_RDONLY) < 0);
	got += try_to("sysfs", access("/sys/kernel", F_OK) != 0);
	got += try_to("setuid programs", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return got;
}

/* Its end is not the end of what it began. */
static int leave_behind(const char *node, const char *text)
{
	pid_t pid = fork();

	if (pid < 0)
		return 1;
	if (pid > 0)
		return 0;
	setsid();
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	pause_ms(700);
	_exit(put(node, text));
}

static int flood(void)
{
	static char line[1024];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	puts("the first line");
	fflush(stdout);
	for (size_t i = 0; i < 32 * 1024; i++)
		if (write(STDOUT_FILENO, line, sizeof(line)) < 0)
			return 1;
	puts("the last line");
	return 0;
}

static int wait_for(const char *node, const char *text)
{
	char got[64] = "";

	while (strncmp(got, text, strlen(text)) != 0) {
		int fd = open(node, O_RDONLY);
		ssize_t len = fd < 0 ? -1 : read(fd, got, sizeof(got) - 1);

		if (len < 0)
			return 1;
		got[len] = '\0';
		close(fd);
		pause_ms(50);
	}
	return put(node, "waited");
}

/* /tmp takes something, but not everything. */
static int fill_tmp(void)
{
	static char block[1 << 20];
	int fd = open("/tmp/fill", O_WRONLY | O_CREAT, 0600);
	size_t count = 0;

	while (fd >= 0 && count < 4096 && write(fd, block, sizeof(block)) == sizeof(block))
		count++;
	printf("%zu MiB\n", count);
	return count < 16 || count > 1024 || errno != ENOSPC;
}

static int limits(void)
{
	struct rlimit core;
	int fd = open("/dev/null", O_RDWR);

	printf("uid %d, cwd %s, bits %zu\n", (int)getuid(), getenv("HOME"), 8 * sizeof(void *));
	for (int i = 3; i < 64; i++)
		if (i != fd && fcntl(i, F_GETFD) >= 0)
			return 2;
	return getrlimit(RLIMIT_CORE, &core) || core.rlim_max || getenv("OLDPWD") || fd < 0;
}

static int nvme_command(int fd, uint8_t opcode, void *data, uint32_t len, uint32_t dw10,
			uint32_t dw11)
{
	struct nvme_admin_cmd cmd = {
		.opcode = opcode,
		.addr = (uint64_t)(uintptr_t)data,
		.data_len = len,
		.cdw10 = dw10,
		.cdw11 = dw11,
		.timeout_ms = 900000,
	};
	int rc = ioctl(fd, NVME_IOCTL_ADMIN_CMD, &cmd);

	if (rc)
		printf("opcode %02x: %d %s\n", opcode, rc, rc < 0 ? strerror(errno) : "");
	return rc;
}

/* Firmware Image Download and Firmware Commit, NVMe 2.0 §5.12, §5.13. */
static int nvme(const char *node, const char *image)
{
	static uint8_t block[4096] __attribute__((aligned(4096)));
	int fd = open(node, O_RDONLY), file = open(image, O_RDONLY);
	uint32_t at = 0;
	ssize_t len;

	if (fd < 0 || file < 0) {
		perror(fd < 0 ? node : image);
		return 3;
	}
	while ((len = read(file, block, sizeof(block))) > 0) {
		memset(block + len, 0xff, sizeof(block) - (size_t)len);
		if (nvme_command(fd, 0x11, block, sizeof(block), sizeof(block) / 4 - 1, at / 4))
			return 3;
		at += sizeof(block);
	}
	printf("%u bytes sent\n", (unsigned int)at);
	return nvme_command(fd, 0x10, NULL, 0, 2 | 1u << 3, 0) ? 3 : 0;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "", *node = argc > 2 ? argv[2] : "";
	const char *text = argc > 3 ? argv[3] : "";
	int code = argc > 4 ? atoi(argv[4]) : 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("flasher %s\n", word);
	if (strcmp(word, "put") == 0)
		return put(node, text) ? 99 : code;
	if (strcmp(word, "end") == 0)
		return code;
	if (strcmp(word, "network") == 0)
		return reach_out();
	if (strcmp(word, "outside") == 0)
		return break_out();
	if (strcmp(word, "daemon") == 0)
		return leave_behind(node, text);
	if (strcmp(word, "flood") == 0)
		return flood();
	if (strcmp(word, "hang") == 0)
		return wait_for(node, text);
	if (strcmp(word, "crash") == 0)
		return raise(SIGSEGV);
	if (strcmp(word, "tmp") == 0)
		return fill_tmp();
	if (strcmp(word, "limits") == 0)
		return limits();
	if (strcmp(word, "nvme") == 0)
		return nvme(node, text);
	return 98;
}
