/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Updates through SG_IO, recorded from the SCSI model and answered by their traces alone. */
#include "scsi_bench.h"

#define BACKEND backend_scsi
#include "replay_bench.h"

static void updates_are_replayed(void)
{
	static const struct {
		const char *settings;
		int write;
		const char *version;
	} cases[] = {
		{ "", 0, "0200" },
		{ "modes=0x1e", 0, "0200" },
		{ "away=1", 0, "0200" },
		{ "lie=1", 0, "0100" },
		{ "hang_at=2", ERR_OVERDUE, "0100" },
		{ "wrong_revision=0150", 0, "0150" },
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
