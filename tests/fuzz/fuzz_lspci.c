/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lspci -x" dumps, through the check and libpci's own reader behind it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsio.h"
#include "hw/pci_dump.h"
#include "inventory/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int checked = pci_dump_check(data, size, NULL);
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct inventory inv = { 0 };
	struct err err = { 0 };
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || fsio_write_all(fd, data, size))
		abort();
	struct probe_source source = {
		.hw = hwio_real_new(NULL),
		.lspci_dump = path,
		.pci_ids = "/dev/null",
	};
	rc = probe_pci(&source, &inv, &err);
	/* What passed the check is read, but for an address that stands there twice. */
	if (checked ? rc != checked : rc && rc != ERR_FORMAT)
		abort();
	if (!rc && !inv.count)
		abort();
	inventory_free(&inv);
	hwio_real_free(source.hw);
	close(fd);
	return 0;
}
