/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Updates of an enclosure, recorded from the SES model and answered by their traces alone. */
#include "ses_bench.h"

#define BACKEND backend_ses
#include "replay_bench.h"

static void updates_are_replayed(void)
{
	static const struct {
		const char *settings;
		int write;
		const char *version;
	} cases[] = {
		{ "", 0, "0200" },
		{ "storing=5", 0, "0200" },
		{ "forget_at=2", 0, "0200" },
		{ "final_set=1,final=0x81", ERR_DEVICE, "0100" },
		{ "final_set=1,final=0x12", 0, "0100" },
		{ "hang_at=2", ERR_OVERDUE, "0100" },
		{ "refuse_at=2", ERR_DEVICE, "0100" },
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
