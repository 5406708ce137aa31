/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dumps that "lspci -x" (-xxx, -xxxx) wrote. libpci reads them, but trusts them: an offset of
 * eight digits makes it write before its buffer. So they are checked first, and libpci gets a
 * private copy of the bytes that were checked.
 */
#ifndef DRYDOCK_HW_PCI_DUMP_H
#define DRYDOCK_HW_PCI_DUMP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PCI_DUMP_MAX_BYTES (64u << 20)

/*
 * Checks a dump: lines of at most 250 bytes of text, at least one function, at most
 * INVENTORY_MAX_DEVICES, each with its first 64 bytes of configuration space at least, in order
 * and without a gap, and 4096 at most. ERR_FORMAT names the line.
 */
int pci_dump_check(const uint8_t *buf, size_t len, struct err *err);

/*
 * Reads the file, which may be a pipe, checks it, and returns a descriptor of a copy in memory.
 * ERR_IO, ERR_TOO_LARGE, ERR_FORMAT, ERR_NOMEM.
 */
int pci_dump_open(const char *path, int *ret_fd, struct err *err);

#endif
