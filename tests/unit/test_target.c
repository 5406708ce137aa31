/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include "base/err.h"
#include "inventory/target.h"

static const struct {
	const char *text;
	unsigned int rank; /* 0 = refused */
} rows[] = {
	{ "pci:8086:1593", 1 },
	{ "pci:8086:1593:103c:1234", 3 },
	{ "nvme-model:LAB NVME X100", 4 },
	{ "nvme-model:X", 4 },
	{ "nvme-model:0123456789012345678901234567890123456789", 4 },
	{ "nvme-model:01234567890123456789012345678901234567890", 0 },
	{ "nvme-model:", 0 },
	{ "nvme-model:X ", 0 },
	{ "nvme-model: X", 0 },
	{ "nvme-model:X\tY", 0 },
	{ "nvme-model:X\xc3\xa9", 0 },
	{ "nvme-model:pci:8086:1593", 4 },
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
	{ "guid:6dcbd5ed-e82d-4c44-bda1-7194199ad92a", 2 },
	{ "guid:6DCBD5ED-E82D-4C44-BDA1-7194199AD92A", 0 },
	{ "guid:6dcbd5ed-e82d-4c44-bda1-7194199ad92", 0 },
	{ "guid:6dcbd5ed-e82d-4c44-bda1-7194199ad92aa", 0 },
	{ "guid:6dcbd5ede82d-4c44-bda1-7194199ad92a0", 0 },
	{ "pldm-uuid:162023c9-3ec5-4115-95f4-48701d49d675", 3 },
	{ "hpe-target:a6b1a447-382a-5a4f-14e4-16d815900212", 3 },
	{ "hpe-target:", 0 },
	{ "hpe-rom:U30", 3 },
	{ "hpe-rom:u30", 0 },
	{ "hpe-rom:", 0 },
	{ "hpe-rom:U3000000", 0 },
	{ "ilo:5", 3 },
	{ "ilo:12", 3 },
	{ "ilo:", 0 },
	{ "ilo:0", 0 },
	{ "ilo:123", 0 },
	{ "drive-model:MO001600KYLEC", 4 },
	{ "drive-model:", 0 },
	{ "enclosure-model:D3710", 4 },
	{ "devlink:ice", 1 },
	{ "devlink:", 0 },
	{ "devlink:ice ", 0 },
	{ "devlink:mlx5_core:fw.psid=MT_0000000008", 4 },
	{ "devlink:mlx5_core:fw.psid=", 0 },
	{ "devlink:mlx5_core:=MT", 0 },
	{ "devlink::fw.psid=MT", 0 },
	{ "devlink:mlx5_core:fw.psid", 0 },
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

/* Flags with a value have one. */
static void flags(void)
{
	CHECK(component_flag_known("nvme-ca1"));
	CHECK(!component_flag_known("nvme-ca"));
	CHECK(!component_flag_known("nvme-ca1="));
	CHECK(component_flag_known("devlink-component=fw.mgmt"));
	CHECK(!component_flag_known("devlink-component="));
	CHECK(!component_flag_known("devlink-component"));
	CHECK(!component_flag_known(""));
}

int main(void)
{
	TAP_RUN(flags);
	TAP_RUN(table);
	TAP_RUN(proofs);
	return TAP_END();
}
