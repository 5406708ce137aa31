/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated NVMe drive as a process that QEMU connects to; README.md shows how. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nvme_pci.h"

static const char usage[] =
	"usage: lab_nvme --socket PATH --state DIR [--model TEXT] [--serial TEXT]\n"
	"                [--version TEXT] [--faults KEY=VALUE,...] [--disk FILE] [--vpd FILE] "
	"[--keep]\n"
	"\n"
	"  --version  firmware of a drive that is new (without a state in DIR)\n"
	"  --faults   properties and faults, see tests/lab/README.md\n"
	"  --disk     what namespace 1 holds; default: RAM, zeros at first\n"
	"  --vpd      Vital Product Data of the PCI function, at most 1024 bytes\n"
	"  --keep     wait for another client when one has gone; each one is a power cycle\n";

struct options {
	const char *socket, *state, *disk, *vpd;
	bool keep;
};

/* One property, given as an option of its own so that it may hold a comma-free sentence. */
static bool set_property(struct nvme_model *model, const char *key, const char *value)
{
	char text[80];
	int len = snprintf(text, sizeof(text), "%s=%s", key, value);

	return len > 0 && (size_t)len < sizeof(text) && !strchr(value, ',') &&
	       !nvme_model_set(model, text);
}

static bool set_faults(struct nvme_model *model, const char *text)
{
	const char *wrong = nvme_model_set(model, text);

	if (wrong)
		(void)fprintf(stderr, "lab_nvme: not understood: %s\n", wrong);
	return !wrong;
}

static bool parse_options(int argc, char **argv, struct options *options, struct nvme_model *model)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "state", required_argument, NULL, 'd' },
		{ "model", required_argument, NULL, 'm' },
		{ "serial", required_argument, NULL, 'n' },
		{ "version", required_argument, NULL, 'v' },
		{ "faults", required_argument, NULL, 'f' },
		{ "disk", required_argument, NULL, 'b' },
		{ "vpd", required_argument, NULL, 'p' },
		{ "keep", no_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int option;
	bool ok = true;

	while (ok && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 's')
			options->socket = optarg;
		else if (option == 'd')
			options->state = optarg;
		else if (option == 'm')
			ok = set_property(model, "model", optarg);
		else if (option == 'n')
			ok = set_property(model, "serial", optarg);
		else if (option == 'v')
			ok = set_property(model, "revision", optarg);
		else if (option == 'f')
			ok = set_faults(model, optarg);
		else if (option == 'b')
			options->disk = optarg;
		else if (option == 'p')
			options->vpd = optarg;
		else if (option == 'k')
			options->keep = true;
		else
			ok = false;
	}
	return ok && optind == argc && options->socket && options->state;
}

static int fail(const char *what, int error)
{
	(void)fprintf(stderr, "lab_nvme: %s: %s\n", what, strerror(-error));
	return 1;
}

static int read_vpd(struct nvme_pci *pci, const char *path)
{
	uint8_t vpd[NVME_PCI_VPD_BYTES + 1];
	FILE *in = fopen(path, "rb");
	size_t len;

	if (!in)
		return -errno;
	len = fread(vpd, 1, sizeof(vpd), in);
	(void)fclose(in);
	return nvme_pci_set_vpd(pci, vpd, len) ? 0 : -EFBIG;
}

static int serve(struct nvme_pci *pci, const struct options *options)
{
	int listen_fd = vfio_user_listen(options->socket);
	int error;

	if (listen_fd < 0)
		return fail(options->socket, listen_fd);
	do {
		nvme_pci_power_on(pci);
		error = vfio_user_serve(&pci->server, listen_fd);
	} while (!error && options->keep);
	(void)close(listen_fd);
	return error ? fail("client", error) : 0;
}

int main(int argc, char **argv)
{
	struct options options = { .keep = false };
	static struct nvme_model model;
	static struct nvme_file file;
	static struct nvme_pci pci;
	int error, code;

	nvme_model_init(&model);
	if (!parse_options(argc, argv, &options, &model)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	error = nvme_file_open(&file, &model, options.state);
	if (error)
		return fail(options.state, error);
	error = options.disk ? nvme_file_disk(&file, options.disk) : 0;
	if (error)
		return fail(options.disk, error);
	error = nvme_pci_init(&pci, &file);
	if (error)
		return fail("memory", error);
	error = options.vpd ? read_vpd(&pci, options.vpd) : 0;
	if (error)
		return fail(options.vpd, error);
	code = serve(&pci, &options);
	nvme_pci_free(&pci);
	nvme_model_free(&model);
	return code;
}
