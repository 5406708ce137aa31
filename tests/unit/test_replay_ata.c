/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Updates through SG_IO, recorded from the ATA model and answered by their traces alone. */
#include "ata_bench.h"

#define BACKEND backend_ata
#include "replay_bench.h"

static void updates_are_replayed(void)
{
	static const struct {
		const char *settings;
		int write;
		const char *version;
	} cases[] = {
		{ "", 0, "2.00" },	 { "download=0,dma=1", 0, "2.00" },
		{ "lie=1", 0, "1.00" },	 { "reject=1", ERR_DEVICE, "1.00" },
		{ "away=1", 0, "2.00" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_replayed(cases[i].settings, "/trace-sg0.jsonl", cases[i].write,
			       cases[i].version);
}

int main(void)
{
	TAP_RUN(updates_are_replayed);
	return TAP_END();
}
