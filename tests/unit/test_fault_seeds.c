/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole runs while every n-th call on a drive fails, fails after the deed, stalls, is answered with
 * a lie, or takes the drive away, as a seed has it (hw/hwio_fault.h). Whatever happens: the run
 * comes to its end, nothing is called verified that does not run, the exit status is no better than
 * the truth, and undisturbed boots after it bring every drive to its version.
 *
 *     test_fault_seeds [FIRST COUNT]     other seeds than the usual ones
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault/world_check.h"
#include "tap.h"

#define WORKERS	  2 /* side by side, each with every second seed */
#define MAX_WRONG 3 /* seeds that are told, then a worker gives up */

#ifdef __SANITIZE_ADDRESS__
static unsigned long first_seed = 1, seed_count = 40;
#else
static unsigned long first_seed = 1, seed_count = 200;
#endif

static struct world world;

/* What the seeds have met, so that one sees that they met something. */
static struct tally {
	unsigned int seeds, clean, statuses[16];
	unsigned long long calls, disturbed;
} tally;

/* Every call on a drive or few of them; in every third run drives may go away. */
static struct world_boot boot_of(unsigned long seed)
{
	static const unsigned int rates[] = { 8, 30, 100, 250 };

	return (struct world_boot){
		.power = NVME_RESET_POWER,
		.in_ram = seed % 2,
		.seed = seed,
		.one_in = rates[seed % 4],
		.gone = seed % 3 == 0,
	};
}

static const char *try(unsigned long seed)
{
	const struct world_boot boot = boot_of(seed);
	const char *wrong;

	world_renew(&world);
	if (world_boot(&world, &boot) != WORLD_ENDED)
		return "the run did not come to its end";
	tally.seeds++;
	tally.clean += world.shared->disturbed == 0;
	tally.calls += world.shared->calls;
	tally.disturbed += world.shared->disturbed;
	tally.statuses[world.shared->status & 15]++;
	wrong = world_check_disturbed(&world);
	return wrong ? wrong : world_boot_to_the_end(&world, NVME_RESET_POWER);
}

static void tell(unsigned long seed, const char *wrong)
{
	char *said = world_said(&world);
	const char *rest = said ? said : "";

	printf("# seed %lu, boot %u: %s\n", seed, world.boots, wrong);
	for (size_t len; *rest; rest += len + (rest[len] == '\n')) {
		len = strcspn(rest, "\n");
		printf("#   | %.*s\n", (int)len, rest);
	}
	free(said);
}

static void print_tally(void)
{
	printf("# %u seeds, %u of them without a disturbance; %llu of %llu calls disturbed; ended "
	       "with",
	       tally.seeds, tally.clean, tally.disturbed, tally.calls);
	for (int i = 0; i < 16; i++)
		if (tally.statuses[i])
			printf(" %d: %u,", i, tally.statuses[i]);
	printf("\n");
}

static _Noreturn void work(unsigned int index)
{
	unsigned int wrong_count = 0;

	world_make(&world);
	for (unsigned long i = index; i < seed_count && wrong_count < MAX_WRONG; i += WORKERS) {
		const char *wrong = try(first_seed + i);

		if (!wrong)
			continue;
		tell(first_seed + i, wrong);
		wrong_count++;
	}
	print_tally();
	world_remove(&world);
	fflush(stdout);
	_exit(wrong_count || (tally.seeds > 3 && tally.disturbed == 0) ? 1 : 0);
}

static void random_disturbance(void)
{
	pid_t workers[WORKERS];
	int status;

	fflush(stdout);
	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (workers[i] == 0)
			work(i);
	}
	for (unsigned int i = 0; i < WORKERS; i++) {
		CHECK_INT(waitpid(workers[i], &status, 0), workers[i]);
		CHECK_INT(status, 0);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3) {
		first_seed = strtoul(argv[1], NULL, 10);
		seed_count = strtoul(argv[2], NULL, 10);
	}
	if ((argc != 1 && argc != 3) || first_seed == 0 || seed_count == 0) {
		fprintf(stderr, "usage: test_fault_seeds [FIRST COUNT]\n");
		return 2;
	}
	TAP_RUN(random_disturbance);
	return TAP_END();
}
