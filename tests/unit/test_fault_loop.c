/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The n-th durable operation of a whole run goes wrong, for n = 1, 2, 3 ... until a run comes
 * through without reaching n: a write, sync or rename on the medium, or a command that changes a
 * drive, fails, or the process dies before it, in it or after it. Then the power comes back and the
 * same session is run, undisturbed, until there is nothing left to do. Whatever n was, the end is
 * the same, and the laws hold at each moment in between (fault/world_check.h).
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "drydock.h"
#include "fault/world_check.h"
#include "tap.h"

#define MAX_WRONG 3 /* cases that are told, then the loop is given up */

#ifdef __SANITIZE_ADDRESS__
#define STRIDE 7 /* this flavour is slow and looks for other mistakes: every 7th n */
#else
#define STRIDE 1
#endif

static struct world world;
static char wanted_report[2048];
static char hit[160]; /* the operation that was disturbed */

static void without_disturbance(void)
{
	const struct world_boot boot = { .power = NVME_RESET_POWER };
	const char *wrong;

	world_renew(&world);
	CHECK_INT(world_boot(&world, &boot), WORLD_ENDED);
	CHECK_INT(world.shared->status, EXIT_NEEDS_REBOOT);
	printf("# %llu durable operations\n", (unsigned long long)world.shared->durable.count);
	wrong = world_check_status(&world);
	CHECK_STR(wrong ? wrong : "", "");
	wrong = world_boot_to_the_end(&world, NVME_RESET_CONVENTIONAL);
	CHECK_STR(wrong ? wrong : "", "");
	snprintf(wanted_report, sizeof(wanted_report), "%s", world_final_report(&world));
	CHECK_STR(wanted_report,
		  "A0 2.0 verified, runs 2.0\n"
		  "A1 2.0 verified, runs 2.0\n"
		  "A2 2.0 verified, runs 2.0\n"
		  "A3 2.0 verified, runs 2.0\n"
		  "A4 2.0 verified, runs 2.0\n"
		  "B0 2.0 verified, runs 2.0\n"
		  "B1 2.0 verified, runs 2.0\n"
		  "B2 2.0 verified, runs 2.0\n"
		  "C0 1.5 verified, runs 2.0\n"
		  "C0 2.0 verified, runs 2.0\n"
		  "C1 1.5 verified, runs 2.0\n"
		  "C1 2.0 verified, runs 2.0\n");
	if (tap_broken)
		printf("# it said:\n%s\n", world_said(&world));
}

static bool dies(enum durable_kind kind)
{
	return kind == DURABLE_BEFORE || kind == DURABLE_TORN || kind == DURABLE_AFTER;
}

/*
 * To die before the n-th is to die after the one before it: one of the two with the payloads in
 * RAM, the other on the medium. Where the medium is lost, both in turn.
 */
static bool is_in_ram(enum durable_kind kind, uint64_t n)
{
	return kind == DURABLE_BEFORE || ((kind == DURABLE_LOST || kind == DURABLE_TORN) && n % 2);
}

/* One n: what is wrong, or NULL. */
static const char *try(enum durable_kind kind, uint64_t n)
{
	const struct world_boot boot = {
		.power = NVME_RESET_POWER,
		.kind = kind,
		.at = n,
		.in_ram = is_in_ram(kind, n),
	};
	const char *wrong, *report;
	enum world_end end;

	world_renew(&world);
	end = world_boot(&world, &boot);
	snprintf(hit, sizeof(hit), "%s", world.shared->durable.what);
	if (!world.shared->durable.reached)
		return end == WORLD_ENDED ? NULL : "it crashed";
	if (end != (dies(kind) ? WORLD_DIED : WORLD_ENDED))
		return "the disturbed boot came to another end";
	wrong = dies(kind) ? world_check_laws(&world) : world_check_status(&world);
	if (wrong)
		return wrong;
	wrong = world_boot_to_the_end(&world, NVME_RESET_POWER);
	if (wrong)
		return wrong;
	report = world_final_report(&world);
	return strcmp(report, wanted_report) == 0 ? NULL : report;
}

static void tell(enum durable_kind kind, uint64_t n, const char *wrong)
{
	char *said = world_said(&world);
	const char *rest = said ? said : "";

	printf("# %s, n = %llu (%s), boot %u: %s\n", durable_kind_name(kind), (unsigned long long)n,
	       hit, world.boots, wrong);
	for (size_t len; *rest; rest += len + (rest[len] == '\n')) {
		len = strcspn(rest, "\n");
		printf("#   | %.*s\n", (int)len, rest);
	}
	free(said);
}

/* To lose the medium or to tear a write is more than was asked for: every third n will do. */
static unsigned int stride_of(enum durable_kind kind)
{
	return kind == DURABLE_LOST || kind == DURABLE_TORN ? 3 * STRIDE : STRIDE;
}

static void loop(enum durable_kind kind)
{
	const unsigned int stride = stride_of(kind);
	struct timespec begin, end;
	unsigned int wrong_count = 0;
	uint64_t n = 1, tried = 0;
	unsigned int boots = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;; n += stride) {
		const char *wrong = try(kind, n);

		boots += world.boots;
		if (wrong) {
			tell(kind, n, wrong);
			tap_broken++;
			if (++wrong_count == MAX_WRONG)
				break;
			continue;
		}
		if (world.boots == 1)
			break; /* it came through without reaching n */
		tried++;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("# %s: n = 1 to %llu, every %u., %llu attempts, %u boots, %ld s\n",
	       durable_kind_name(kind), (unsigned long long)n, stride, (unsigned long long)tried,
	       boots, (long)(end.tv_sec - begin.tv_sec));
	CHECK(tried > 200 / stride);
}

/* Each in a process and a world of its own, side by side: what they say is printed in order. */
static struct worker {
	enum durable_kind kind;
	pid_t pid;
	FILE *said;
} workers[] = {
	{ .kind = DURABLE_FAIL }, { .kind = DURABLE_LOST },  { .kind = DURABLE_BEFORE },
	{ .kind = DURABLE_TORN }, { .kind = DURABLE_AFTER },
};

#define WORKERS (sizeof(workers) / sizeof(*workers))

static void start(struct worker *worker)
{
	worker->said = tmpfile();
	fflush(stdout);
	worker->pid = worker->said ? fork() : -1;
	if (worker->pid < 0)
		abort();
	if (worker->pid > 0)
		return;
	dup2(fileno(worker->said), STDOUT_FILENO);
	tap_broken = 0;
	world_make(&world);
	loop(worker->kind);
	world_remove(&world);
	fflush(stdout);
	_exit(tap_broken ? 1 : 0);
}

static void finish(struct worker *worker)
{
	char line[1024];
	int status;

	CHECK_INT(waitpid(worker->pid, &status, 0), worker->pid);
	CHECK_INT(status, 0);
	rewind(worker->said);
	while (fgets(line, sizeof(line), worker->said))
		fputs(line, stdout);
	fclose(worker->said);
}

static void the_operation_fails(void)
{
	finish(&workers[0]);
}

static void the_medium_is_lost(void)
{
	finish(&workers[1]);
}

static void death_before_it(void)
{
	finish(&workers[2]);
}

static void death_in_it(void)
{
	finish(&workers[3]);
}

static void death_after_it(void)
{
	finish(&workers[4]);
}

/* "test_fault_loop KIND N": one case once more, with all that is said. */
static int one_case(const char *kind, const char *n)
{
	enum durable_kind wanted = (enum durable_kind)strtoul(kind, NULL, 10);
	const char *wrong = wanted >= DURABLE_FAIL && wanted <= DURABLE_AFTER
				    ? try(wanted, strtoull(n, NULL, 10))
				    : "KIND is 2 to 6";

	tell(wanted, strtoull(n, NULL, 10), wrong ? wrong : "well");
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	int rc = 0;

	world_make(&world);
	TAP_RUN(without_disturbance);
	if (argc == 3)
		rc = one_case(argv[1], argv[2]);
	world_remove(&world);
	if (argc == 3 || tap_failed)
		return rc ? rc : TAP_END();
	for (size_t i = 0; i < WORKERS; i++)
		start(&workers[i]);
	TAP_RUN(the_operation_fails);
	TAP_RUN(the_medium_is_lost);
	TAP_RUN(death_before_it);
	TAP_RUN(death_in_it);
	TAP_RUN(death_after_it);
	return TAP_END();
}
