/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The PCI functions of a captured server as far as their configuration space goes: what they are,
 * and nothing behind it. No BAR, no interrupt: a driver that binds finds nothing to work with and
 * gives up at once. One thread a function; ends when all clients have gone.
 */
#include <errno.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "le.h"
#include "vfio_user.h"

#define FUNCTIONS_MAX 64
#define CONFIG_BYTES  256
#define AT_EXPRESS    0x40

static const char usage[] =
	"usage: lab_pci FILE.tsv DIR\n"
	"\n"
	"  FILE.tsv  a captured server, see tests/data/pci\n"
	"  DIR       gets a socket SLOT.sock for each function with firmware of its own\n"
	"\n"
	"Prints a line for each: SLOT SOCKET. QEMU may connect then.\n";

struct function {
	char slot[16]; /* "0000:5c:00.0" */
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class_revision;
	int listen_fd;
	pthread_t thread;
	struct vfio_user server;
	uint8_t config[CONFIG_BYTES];
};

static struct function functions[FUNCTIONS_MAX];
static size_t n_functions;

/*
 * What carries firmware that vendors publish: storage, network, Fibre Channel and InfiniBand, BMCs.
 * A screen is QEMU's own.
 */
static bool is_wanted(const char *class_code, const char *ids)
{
	static const char *const classes[] = { "01", "02", "0c04", "0c06", "0c07", "12" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (!strncmp(class_code, classes[i], strlen(classes[i])))
			return true;
	return !strncmp(ids, "103c:330", 8); /* the iLO */
}

static void reset_config(struct function *f)
{
	uint8_t *c = f->config;

	memset(c, 0, sizeof(f->config));
	put_le16(c + PCI_VENDOR_ID, f->vendor);
	put_le16(c + PCI_DEVICE_ID, f->device);
	put_le16(c + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put_le32(c + PCI_CLASS_REVISION, f->class_revision);
	put_le16(c + PCI_SUBSYSTEM_VENDOR_ID, f->subvendor);
	put_le16(c + PCI_SUBSYSTEM_ID, f->subdevice);
	c[PCI_CAPABILITY_LIST] = AT_EXPRESS;
	c[AT_EXPRESS] = PCI_CAP_ID_EXP;
	put_le16(c + AT_EXPRESS + PCI_EXP_FLAGS, 2); /* version 2, endpoint */
	put_le32(c + AT_EXPRESS + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER);
}

static void on_read(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len)
{
	const struct function *f = device;

	(void)region; /* there is no other */
	memcpy(buf, f->config + offset, len);
}

static void on_write(void *device, uint32_t region, uint64_t offset, const uint8_t *buf, size_t len)
{
	struct function *f = device;

	(void)region;
	for (size_t i = 0; i < len; i++)
		if (offset + i == PCI_COMMAND || offset + i == PCI_INTERRUPT_LINE)
			f->config[offset + i] = buf[i];
}

static void on_reset(void *device)
{
	reset_config(device);
}

static const struct vfio_user_ops ops = { .read = on_read, .write = on_write, .reset = on_reset };

/* slot, class, prog-if, revision, vendor:device, subsystem, driver, name, label */
static bool parse_line(char *line, struct function *ret)
{
	unsigned int class_code, interface, revision, vendor, device, subvendor = 0, subdevice = 0;
	char *field[6];

	for (int i = 0; i < 6; i++)
		if (!(field[i] = strsep(&line, "\t")))
			return false;
	if (strlen(field[0]) >= sizeof(ret->slot) || !is_wanted(field[1], field[4]) ||
	    sscanf(field[1], "%x", &class_code) != 1 || sscanf(field[2], "%x", &interface) != 1 ||
	    sscanf(field[3], "%x", &revision) != 1 ||
	    sscanf(field[4], "%x:%x", &vendor, &device) != 2)
		return false;
	(void)sscanf(field[5], "%x:%x", &subvendor, &subdevice);
	memcpy(ret->slot, field[0], strlen(field[0]) + 1);
	ret->vendor = (uint16_t)vendor;
	ret->device = (uint16_t)device;
	ret->subvendor = (uint16_t)subvendor;
	ret->subdevice = (uint16_t)subdevice;
	ret->class_revision = class_code << 16 | interface << 8 | revision;
	return true;
}

static int read_functions(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[1024];

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file) && n_functions < FUNCTIONS_MAX)
		if (line[0] != '#' && parse_line(line, &functions[n_functions]))
			n_functions++;
	(void)fclose(file);
	return n_functions ? 0 : -ENODATA;
}

static int start(struct function *f, const char *dir)
{
	char path[108]; /* sun_path, unix(7) */
	int len = snprintf(path, sizeof(path), "%s/%s.sock", dir, f->slot);

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	reset_config(f);
	vfio_user_init(&f->server, &ops, f);
	f->server.region_bytes[VFIO_PCI_CONFIG_REGION_INDEX] = sizeof(f->config);
	f->listen_fd = vfio_user_listen(path);
	if (f->listen_fd < 0)
		return f->listen_fd;
	printf("%s %s\n", f->slot, path);
	return 0;
}

static void *serve(void *arg)
{
	struct function *f = arg;
	int error = vfio_user_serve(&f->server, f->listen_fd);

	if (error)
		(void)fprintf(stderr, "lab_pci: %s: %s\n", f->slot, strerror(-error));
	(void)close(f->listen_fd);
	return NULL;
}

static int fail(const char *what, int error)
{
	(void)fprintf(stderr, "lab_pci: %s: %s\n", what, strerror(-error));
	return 1;
}

int main(int argc, char **argv)
{
	int error;

	if (argc != 3) {
		(void)fputs(usage, stderr);
		return 2;
	}
	error = read_functions(argv[1]);
	if (error)
		return fail(argv[1], error);
	for (size_t i = 0; i < n_functions; i++) {
		error = start(&functions[i], argv[2]);
		if (!error)
			error = -pthread_create(&functions[i].thread, NULL, serve, &functions[i]);
		if (error)
			return fail(functions[i].slot, error);
	}
	(void)fflush(stdout);
	for (size_t i = 0; i < n_functions; i++)
		(void)pthread_join(functions[i].thread, NULL);
	return 0;
}
