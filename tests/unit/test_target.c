/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include "base/err.h"
#include "inventory/target.h"

static const struct {
	const char *text;
	unsigned int rank; /* 0 = refused */
} rows[] = {
	{ "pci:8086:1593", 1 },
	{ "pci:8086:1593:103c:1234", 2 },
	{ "nvme-model:LAB NVME X100", 3 },
	{ "nvme-model:X", 3 },
	{ "nvme-model:0123456789012345678901234567890123456789", 3 },
	{ "nvme-model:01234567890123456789012345678901234567890", 0 },
	{ "nvme-model:", 0 },
	{ "nvme-model:X ", 0 },
	{ "nvme-model: X", 0 },
	{ "nvme-model:X\tY", 0 },
	{ "nvme-model:X\xc3\xa9", 0 },
	{ "nvme-model:pci:8086:1593", 3 },
	{ "pci:8086:159A", 0 },
	{ "pci:8086:159", 0 },
	{ "pci:8086:15933", 0 },
	{ "pci:8086:1593:", 0 },
	{ "pci:8086:1593:103c", 0 },
	{ "pci:8086:1593:103c:1234:", 0 },
	{ "pci:8086:1593:103c:1234:0000", 0 },
	{ "pci:8086-1593", 0 },
	{ "pci:8086", 0 },
	{ "pci:", 0 },
	{ "pci", 0 },
	{ "PCI:8086:1593", 0 },
	{ " pci:8086:1593", 0 },
	{ "pci: 086:1593", 0 },
	{ "usb:8086:1593", 0 },
	{ "esrt:6dcbd5ed-e82d-4c44-bda1-7194199ad92a", 0 },
	{ "", 0 },
	{ ":", 0 },
};

static void table(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned int rank = target_rank(rows[i].text);

		if (rank != rows[i].rank)
			printf("# \"%s\"\n", rows[i].text);
		CHECK_INT(rank, rows[i].rank);
		CHECK_INT(target_check(rows[i].text), rows[i].rank ? 0 : ERR_FORMAT);
	}
}

static void proofs(void)
{
	size_t count = 0;

	while (proof_fields[count])
		count++;
	CHECK(count > 0);
	CHECK_STR(proof_fields[0], "nvme.fr");
}

int main(void)
{
	TAP_RUN(table);
	TAP_RUN(proofs);
	return TAP_END();
}
