/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The init of the test's guest: loads the modules in /modules and does what the kernel line's
 * lab_steps=STEP,STEP,… says to /dev/nvme0, as any program would by the driver's ioctls. Every
 * step prints one line "lab: …".
 *
 *   show             model, serial, revision in sysfs; revision by Identify; firmware slot log
 *   download=BYTES   downloads /firmware in chunks of BYTES; the driver gives up after 5 s
 *   commit=SLOT:ACT  Firmware Commit
 *   reset, subsystem, bus  controller reset, NVM subsystem reset, reset by the PCI bus
 *   disk             writes to the namespace and reads back
 *   until=REVISION   ends here, with power off, when this is what runs
 *   reboot, off
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE	   "/dev/nvme0"
#define NAMESPACE  "/dev/nvme0n1"
#define ATTRIBUTES "/sys/class/nvme/nvme0/"

enum { WAIT_S = 60, PAGE = 4096 };

static _Alignas(PAGE) uint8_t buffer[1 << 20];

static void load_module(const char *name)
{
	char path[300];
	int fd;

	(void)snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (syscall(SYS_finit_module, fd, "", 0))
		printf("lab: %s: %s\n", name, strerror(errno));
	(void)close(fd);
}

static void load_modules(void)
{
	struct dirent **names;
	int n = scandir("/modules", &names, NULL, alphasort);

	for (int i = 0; i < n; i++)
		if (names[i]->d_name[0] != '.')
			load_module(names[i]->d_name);
}

/* Opens the device; the driver needs a moment after its start and after a reset. */
static int open_device(const char *path, int flags)
{
	for (int tenths = 0; tenths < WAIT_S * 10; tenths++) {
		int fd = open(path, flags | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		(void)usleep(100000);
	}
	printf("lab: %s: %s\n", path, strerror(errno));
	return -1;
}

static int admin(struct nvme_admin_cmd *cmd)
{
	int fd = open_device(DEVICE, O_RDWR);
	int status = ioctl(fd, NVME_IOCTL_ADMIN_CMD, cmd);

	status = status < 0 ? -errno : status;
	(void)close(fd);
	return status;
}

static int get(uint8_t opcode, uint32_t nsid, uint32_t cdw10, uint32_t len)
{
	struct nvme_admin_cmd cmd = { .opcode = opcode,
				      .nsid = nsid,
				      .addr = (uintptr_t)buffer,
				      .data_len = len,
				      .cdw10 = cdw10 };

	return admin(&cmd);
}

/* The text of a field of len bytes that is padded with spaces or zeros; "-" when it is empty. */
static const char *field(const void *bytes, size_t len)
{
	static char text[8][64];
	static unsigned int turn;
	char *value = text[turn++ % 8];

	len = strnlen(bytes, len);
	memcpy(value, bytes, len);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\n'))
		len--;
	value[len] = '\0';
	return len ? value : "-";
}

static const char *attribute(const char *name)
{
	char path[64], value[64] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), ATTRIBUTES "%s", name);
	file = fopen(path, "r");
	if (file && !fgets(value, sizeof(value), file))
		value[0] = '\0';
	if (file)
		(void)fclose(file);
	return field(value, sizeof(value) - 1);
}

static void show(void)
{
	int status = get(0x06, 0, 1, 4096);
	const char *revision = field(buffer + 64, 8);

	if (status || get(0x02, 0xffffffff, 127u << 16 | 3, 512)) {
		printf("lab: show failed: %d\n", status);
		return;
	}
	printf("lab: model=%s serial=%s sysfs=%s identify=%s afi=%02x slots=%s|%s|%s\n",
	       attribute("model"), attribute("serial"), attribute("firmware_rev"), revision,
	       buffer[0], field(buffer + 8, 8), field(buffer + 16, 8), field(buffer + 24, 8));
}

static void download(uint32_t chunk)
{
	int fd = open("/firmware", O_RDONLY | O_CLOEXEC), status = 0;
	uint32_t offset = 0;
	ssize_t len;

	chunk = chunk > sizeof(buffer) ? (uint32_t)sizeof(buffer) : chunk;
	while (status == 0 && (len = read(fd, buffer, chunk)) > 0) {
		struct nvme_admin_cmd cmd = { .opcode = 0x11,
					      .addr = (uintptr_t)buffer,
					      .data_len = (uint32_t)len,
					      .cdw10 = (uint32_t)len / 4 - 1,
					      .cdw11 = offset / 4,
					      .timeout_ms = 5000 };

		status = admin(&cmd);
		offset += (uint32_t)len;
	}
	(void)close(fd);
	printf("lab: download %u bytes status %x\n", offset, (unsigned int)status);
}

static void commit(const char *value)
{
	uint32_t slot = (uint32_t)value[0] - '0', action = (uint32_t)value[2] - '0';
	struct nvme_admin_cmd cmd = { .opcode = 0x10,
				      .cdw10 = action << 3 | slot,
				      .timeout_ms = 120000 };

	printf("lab: commit status %x\n", (unsigned int)admin(&cmd));
}

static void reset(const char *name, unsigned long request)
{
	int fd = open_device(DEVICE, O_RDWR);
	int error = ioctl(fd, request) ? errno : 0;

	(void)close(fd);
	printf("lab: %s %s\n", name, error ? strerror(error) : "done");
}

/* A function reset by the PCI core: the bus has a function level reset to offer. */
static void bus_reset(void)
{
	int fd = open(ATTRIBUTES "device/reset", O_WRONLY | O_CLOEXEC);
	bool ok = write(fd, "1", 1) == 1;

	(void)close(fd);
	printf("lab: bus reset %s\n", ok ? "done" : strerror(errno));
}

/* 512 KiB at 1 MiB, by O_DIRECT so that it is the drive that answers. */
static void disk(void)
{
	const size_t len = sizeof(buffer) / 2;
	int fd = open_device(NAMESPACE, O_RDWR | O_DIRECT);
	uint64_t bytes = 0;
	bool ok;

	for (size_t i = 0; i < len; i++)
		buffer[i] = (uint8_t)(i * 13 + i / PAGE);
	ok = ioctl(fd, BLKGETSIZE64, &bytes) == 0 &&
	     pwrite(fd, buffer, len, 1 << 20) == (ssize_t)len && fsync(fd) == 0 &&
	     pread(fd, buffer + len, len, 1 << 20) == (ssize_t)len;
	(void)close(fd);
	ok = ok && memcmp(buffer, buffer + len, len) == 0;
	printf("lab: disk %llu bytes %s\n", (unsigned long long)bytes, ok ? "holds" : "fails");
}

static void end(int how)
{
	sync();
	(void)reboot(how);
}

static void until(const char *revision)
{
	if (get(0x06, 0, 1, 4096) || memcmp(buffer + 64, revision, strlen(revision)) != 0)
		return;
	show();
	end(RB_POWER_OFF);
}

static void step(const char *name, const char *value)
{
	if (!strcmp(name, "show"))
		show();
	else if (!strcmp(name, "download"))
		download((uint32_t)strtoul(value, NULL, 10));
	else if (!strcmp(name, "commit") && strlen(value) == 3)
		commit(value);
	else if (!strcmp(name, "reset"))
		reset(name, NVME_IOCTL_RESET);
	else if (!strcmp(name, "subsystem"))
		reset(name, NVME_IOCTL_SUBSYS_RESET);
	else if (!strcmp(name, "bus"))
		bus_reset();
	else if (!strcmp(name, "disk"))
		disk();
	else if (!strcmp(name, "until"))
		until(value);
	else if (!strcmp(name, "reboot"))
		end(RB_AUTOBOOT);
	else if (!strcmp(name, "off"))
		end(RB_POWER_OFF);
	else
		printf("lab: no step %s\n", name);
}

int main(void)
{
	char *steps = getenv("lab_steps"), *name;

	(void)mount("none", "/dev", "devtmpfs", 0, "");
	(void)mount("none", "/sys", "sysfs", 0, "");
	(void)freopen("/dev/console", "w", stdout);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	load_modules();
	while (steps && (name = strsep(&steps, ","))) {
		char *value = strchr(name, '=');

		if (value)
			*value++ = '\0';
		step(name, value ? value : "");
	}
	end(RB_POWER_OFF);
	return 1;
}
