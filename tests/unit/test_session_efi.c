/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole sessions of a server that was started from a medium which takes nothing: a UEFI variable is
 * the journal. A folder stands for efivarfs.
 */
#include <stdlib.h>
#include <unistd.h>

#include "efivars_place.h"
#include "drydock.h"
#include "fault/world.h"
#include "journal/journal_efi.h"
#include "report/report.h"
#include "tap.h"

static struct world world;
static struct temp_tree variables;
static char variable[256];

static void begin(void)
{
	world_make(&world);
	world_renew(&world);
	snprintf(variable, sizeof(variable), "%s/" JOURNAL_EFI_NAME "-" JOURNAL_EFI_GUID,
		 variables.dir);
}

static void end(void)
{
	unlink(variable);
	world_remove(&world);
}

static enum world_end boot(enum durable_kind kind, uint64_t at)
{
	const struct world_boot how = {
		.power = NVME_RESET_POWER,
		.kind = kind,
		.at = at,
		.no_journal = true,
	};

	return world_boot(&world, &how);
}

static unsigned int stored(void)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < WORLD_DRIVES; i++)
		sum += world.shared->drive[i].stored;
	return sum;
}

/* The report does not call it lost with the power. */
static void check_report(void)
{
	struct report report = { 0 };
	struct err err = { 0 };
	char dir[96];

	snprintf(dir, sizeof(dir), "%s/ram/log", world.dir);
	CHECK_INT(report_read_log(&report, dir, &err), 0);
	CHECK_CONTAINS(report_journal_words(&report), "a UEFI variable");
	report_free(&report);
}

/* It says that there is no journal but the variable, and leaves none when all is done. */
static void test_whole_run(void)
{
	char *said;

	begin();
	CHECK_INT(boot(DURABLE_COUNT, 0), WORLD_ENDED);
	said = world_said(&world);
	CHECK_CONTAINS(said, "a UEFI variable says that this run has begun");
	CHECK_CONTAINS(said, "verified, it reads 2.0");
	check_report();
	CHECK(access(variable, F_OK) != 0);
	free(said);
	end();
}

/*
 * The power goes in the middle. The variable is there, the next boot asks every drive that the run
 * may have begun, writes none a second time that runs the new firmware, and removes the variable.
 */
static void test_cut_in_the_middle(void)
{
	unsigned int before, whole;
	uint64_t middle;
	char *said;

	begin();
	CHECK_INT(boot(DURABLE_COUNT, 0), WORLD_ENDED);
	whole = stored();
	middle = world.shared->durable.count / 2;
	world_renew(&world);
	CHECK_INT(boot(DURABLE_BEFORE, middle), WORLD_DIED);
	CHECK(access(variable, F_OK) == 0);
	before = stored();
	CHECK(before > 0 && before < whole);
	CHECK_INT(boot(DURABLE_COUNT, 0), WORLD_ENDED);
	said = world_said(&world);
	CHECK_CONTAINS(said, "was cut off. What it left behind");
	CHECK_INT(stored(), whole);
	CHECK(access(variable, F_OK) != 0);
	free(said);
	end();
}

/* Without variables either, nobody may begin what leaves no trace: the policy does not allow it. */
static void test_no_variables_either(void)
{
	char away[96];
	char *said;

	begin();
	snprintf(away, sizeof(away), "%s-away", variables.dir);
	CHECK_INT(rename(variables.dir, away), 0);
	CHECK_INT(boot(DURABLE_COUNT, 0), WORLD_ENDED);
	said = world_said(&world);
	CHECK_CONTAINS(said, "the policy does not allow a run without");
	CHECK_INT(world.shared->status, EXIT_POLICY);
	CHECK_INT(stored(), 0);
	CHECK_INT(rename(away, variables.dir), 0);
	free(said);
	end();
}

int main(int argc, char **argv)
{
	(void)argc;
	variables = efivars_place(argv);
	TAP_RUN(test_whole_run);
	TAP_RUN(test_cut_in_the_middle);
	TAP_RUN(test_no_variables_either);
	temp_tree_remove(&variables);
	return TAP_END();
}
