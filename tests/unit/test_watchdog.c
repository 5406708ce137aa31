/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/watchdog.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hw/hwio_record.h"
#include "hw/ipmi.h"
#include "hwio_watchdog.h"
#include "tap.h"
#include "temp_tree.h"

#define WRITE_MS (30 * 60 * 1000u) /* a write of half an hour */

struct test {
	struct hwio_watchdog *lab;
	struct temp_tree log;
	struct logs *logs;
	struct console *console;
	struct events *events;
	struct watchdog *watchdog;
	char why[256];
};

static struct test test_make(void)
{
	struct test test = { .lab = hwio_watchdog_new(), .log = temp_tree_make() };

	CHECK_INT(console_open(NULL, &test.console, NULL), 0);
	CHECK_INT(logs_open(test.log.dir, NULL, &test.logs, NULL), 0);
	CHECK_INT(events_open(test.logs, &test.events, NULL), 0);
	return test;
}

static void start(struct test *test)
{
	CHECK_INT(
		watchdog_start(&test->lab->hw, test->console, test->events, &test->watchdog, NULL),
		0);
}

static void stop(struct test *test)
{
	hwio_watchdog_release(test->lab);
	watchdog_stop(test->watchdog);
	test->watchdog = NULL;
	CHECK_INT(test->lab->n_open, 0);
}

static void test_free(struct test *test)
{
	if (test->watchdog)
		stop(test);
	console_close(test->console);
	events_close(test->events);
	logs_close(test->logs);
	hwio_watchdog_free(test->lab);
	temp_tree_remove(&test->log);
}

#define CLEANUP_TEST __attribute__((cleanup(test_free)))

static bool unfed(struct test *test)
{
	test->why[0] = '\0';
	return watchdog_unfed(test->watchdog, test->why, sizeof(test->why));
}

/* What a thread had to say has been said when it was stopped. */
static void check_event(const struct test *test, const char *text)
{
	CLEANUP_FREE char *events = temp_tree_read(&test->log, "/events.jsonl");

	CHECK_CONTAINS(events, text);
}

static struct hwio_dog *put_dog(struct test *test, unsigned int index, uint32_t timeout_s)
{
	struct hwio_dog *dog = &test->lab->dog[index];

	dog->exists = dog->active = true;
	dog->timeout_s = timeout_s;
	dog->fed_ms = test->lab->now_ms;
	return dog;
}

static struct hwio_bmc *put_bmc(struct test *test, uint16_t counts)
{
	struct hwio_bmc *bmc = &test->lab->bmc;

	bmc->exists = bmc->running = true;
	bmc->use = 3; /* OS load */
	bmc->action = 1;
	bmc->initial_counts = counts;
	bmc->reset_ms = test->lab->now_ms;
	return bmc;
}

/* What the emulator does when nobody feeds: else the tests below would say nothing. */
static void nobody_feeds_and_they_bite(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 60);
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	hwio_watchdog_pass(test.lab, 0, 59900);
	CHECK(!dog->bitten && !bmc->bitten);
	hwio_watchdog_pass(test.lab, 0, 100);
	CHECK(dog->bitten && bmc->bitten);
}

static void a_machine_without_watchdogs(void)
{
	CLEANUP_TEST struct test test = test_make();

	start(&test);
	CHECK(!unfed(&test));
	hwio_watchdog_pass(test.lab, 0, WRITE_MS); /* no thread waits: there is none */
	stop(&test);
	watchdog_stop(NULL);
}

static void an_active_one_is_fed_through_a_long_write(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 1, 60);

	start(&test);
	check_event(&test, "watchdog1 (Test dog) was found running: it is fed until the run ends");
	hwio_watchdog_pass(test.lab, 1, WRITE_MS);
	CHECK(!dog->bitten);
	CHECK(!unfed(&test));
	CHECK_INT(dog->opened, 1);
	CHECK(dog->longest_ms <= 20200);
	CHECK(dog->fed >= 90 && dog->fed <= 92);
	stop(&test);
	/* Handed to the kernel: it never bites. */
	CHECK(!dog->active && !dog->kernel_feeds);
	hwio_watchdog_pass(test.lab, 0, WRITE_MS);
	CHECK(!dog->bitten);
	check_event(&test, "was handed to the kernel, which stops it");
}

static void what_cannot_be_stopped_goes_to_the_kernel(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	dog->no_stop = true;
	start(&test);
	stop(&test);
	hwio_watchdog_pass(test.lab, 0, WRITE_MS);
	CHECK(dog->kernel_feeds && !dog->bitten);
}

static void nowayout_is_fed_a_last_time_and_said(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	dog->nowayout = true;
	start(&test);
	hwio_watchdog_pass(test.lab, 1, 5000);
	stop(&test);
	CHECK(dog->active && dog->fed_ms == test.lab->now_ms);
	check_event(&test, "CANNOT BE STOPPED: it resets the machine 30 s from now");
}

/* Opening one starts it. */
static void an_inactive_one_is_never_opened(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 60);

	dog->active = false;
	start(&test);
	CHECK_INT(dog->opened, 0);
	CHECK(!unfed(&test));
	stop(&test);
	CHECK_INT(dog->opened, 0);
	CHECK(!dog->active);
}

static void a_pretimeout_is_a_bite(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 60);

	dog->pretimeout_s = 54;
	start(&test);
	hwio_watchdog_pass(test.lab, 1, 60000);
	CHECK(dog->longest_ms <= 2200);
}

static void one_without_a_timeout_is_fed_often(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 0);

	dog->fed_ms = test.lab->now_ms;
	start(&test);
	hwio_watchdog_pass(test.lab, 1, 60000);
	CHECK(dog->longest_ms <= 3600);
	CHECK(dog->fed > 15);
}

static void somebody_elses_is_left_alone_until_he_dies(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	dog->open = true;
	start(&test);
	CHECK(!unfed(&test));
	CHECK_INT(dog->fed, 0);
	check_event(&test, "belongs to another process: it is left to itself");
	hwio_watchdog_pass(test.lab, 1, 25000);
	dog->open = false; /* died just now, without the 'V': the kernel feeds once */
	dog->fed_ms = test.lab->now_ms;
	hwio_watchdog_pass(test.lab, 1, WRITE_MS);
	CHECK(!dog->bitten);
	CHECK(dog->fed > 100);
}

static void one_that_cannot_be_opened_forbids_writing(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	dog->open_errno = EACCES;
	start(&test);
	CHECK(unfed(&test));
	CHECK_STR(test.why,
		  "watchdog0 (Test dog) runs and cannot be fed: "
		  "/dev/watchdog0: Permission denied");
	dog->open_errno = 0;
	hwio_watchdog_pass(test.lab, 1, 2000); /* it is tried every second */
	CHECK(!unfed(&test));
	stop(&test);
	check_event(&test, "cannot be fed: /dev/watchdog0: Permission denied");
	check_event(&test, "is fed again");
}

/* One that stopped before it could be opened is not started by it. */
static void one_that_stopped_is_not_opened(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	dog->open_errno = EIO;
	start(&test);
	CHECK(unfed(&test));
	dog->active = false;
	dog->open_errno = 0;
	hwio_watchdog_pass(test.lab, 1, 60000);
	CHECK(!unfed(&test));
	CHECK_INT(dog->opened, 0);
}

/* One feeding may get lost; two thirds of the time without one is too long. */
static void feeding_that_fails_later(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 30);

	start(&test);
	hwio_watchdog_pass(test.lab, 1, 60000);
	CHECK(!unfed(&test));
	dog->write_errno = EIO;
	hwio_watchdog_pass(test.lab, 1, 9000);
	CHECK(!unfed(&test));
	hwio_watchdog_pass(test.lab, 1, 12000);
	CHECK(unfed(&test));
	CHECK_CONTAINS(test.why, "cannot be fed: /dev/watchdog0: ");
	dog->write_errno = 0;
	hwio_watchdog_pass(test.lab, 1, 2000);
	CHECK(!unfed(&test) && !dog->bitten);
}

static void what_cannot_be_told_is_said(void)
{
	CLEANUP_TEST struct test test = test_make();

	put_dog(&test, 0, 30)->no_state = true;
	put_bmc(&test, 100)->silent = true;
	start(&test);
	check_event(&test, "whether watchdog0 runs cannot be told");
	check_event(&test,
		    "whether the BMC's watchdog runs cannot be told: IPMI command 06h/25h: "
		    "the BMC did not answer within 5000 ms");
	CHECK(!unfed(&test));
	CHECK_INT(test.lab->dog[0].opened, 0);
}

/* -- the BMC -------------------------------------------------------------- */

static void the_bmcs_timer_is_fed_through_a_long_write(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 3000); /* 300 s */
	unsigned int resets;

	start(&test);
	check_event(&test, "the BMC's watchdog (OS load, leads to a reset) was found running");
	hwio_watchdog_pass(test.lab, 1, WRITE_MS);
	CHECK(!bmc->bitten && !unfed(&test));
	CHECK(bmc->resets >= 18 && bmc->resets <= 20);
	CHECK_INT(bmc->others, 0); /* never Set: its settings are their owner's */
	resets = bmc->resets;
	stop(&test);
	/* Left running, as it was found, with its whole time. */
	CHECK(bmc->running && bmc->resets == resets + 1 && bmc->reset_ms == test.lab->now_ms);
	check_event(&test, "was left running, as it was found: it goes off 300 s from now");
	hwio_watchdog_pass(test.lab, 0, 300000);
	CHECK(bmc->bitten);
}

static void a_stopped_timer_is_never_reset(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 3000);

	bmc->running = false;
	start(&test);
	hwio_watchdog_pass(test.lab, 0, WRITE_MS);
	stop(&test);
	CHECK_INT(bmc->resets, 0);
	CHECK(!bmc->running);
}

/* QEMU's BMC, for one: the countdown tells. */
static void one_that_does_not_say_that_it_runs(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);
	unsigned int resets;

	bmc->mute = true;
	start(&test);
	hwio_watchdog_pass(test.lab, 1, WRITE_MS + 5000); /* not in the middle of a look */
	CHECK(!bmc->bitten && !unfed(&test));
	CHECK(bmc->resets > 80);
	bmc->running = false;
	bmc->stopped_counts = 400;
	resets = bmc->resets;
	hwio_watchdog_pass(test.lab, 1, WRITE_MS);
	CHECK_INT(bmc->resets, resets);
	CHECK(!unfed(&test));
}

/* Somebody stops it while we feed: the next reset would start it again. */
static void one_that_is_stopped_later_stays_so(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 300);
	unsigned int resets;

	start(&test);
	hwio_watchdog_pass(test.lab, 1, 60000);
	resets = bmc->resets;
	bmc->running = false;
	hwio_watchdog_pass(test.lab, 1, 600000);
	CHECK_INT(bmc->resets, resets);
	CHECK(!unfed(&test));
	stop(&test);
	CHECK_INT(bmc->resets, resets);
	CHECK(!bmc->running);
}

static void its_pre_timeout_is_respected(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	bmc->action = 0x21; /* an NMI before a reset */
	bmc->pretimeout_s = 51;
	start(&test);
	hwio_watchdog_pass(test.lab, 1, WRITE_MS);
	CHECK(!bmc->interrupted && !bmc->bitten && !unfed(&test));
	CHECK(bmc->resets > WRITE_MS / 3500);
}

static void past_its_pre_timeout_it_cannot_be_fed(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	bmc->action = 0x21;
	bmc->pretimeout_s = 30;
	bmc->present_ms = 20000;
	start(&test);
	CHECK(unfed(&test));
	CHECK_CONTAINS(test.why, "past its pre-timeout and takes no reset any more: 20000 ms");
	CHECK_INT(bmc->others, 0);
}

static void one_that_takes_no_reset_cannot_be_fed(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	bmc->deaf = true;
	bmc->present_ms = 25000;
	start(&test);
	CHECK(unfed(&test));
	CHECK_CONTAINS(test.why, "it takes no reset: 25000 ms are left");
}

/* §27.6: reset would fire it at once. */
static void one_that_counts_from_nothing_is_not_reset(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 0);

	bmc->present_ms = 10000;
	start(&test);
	CHECK(unfed(&test));
	CHECK_INT(bmc->resets, 0);
	stop(&test);
	CHECK(!bmc->bitten && bmc->resets == 0);
}

static void a_bmc_without_a_watchdog(void)
{
	CLEANUP_TEST struct test test = test_make();
	CLEANUP_FREE char *events = NULL;

	put_bmc(&test, 600)->no_watchdog = true;
	start(&test);
	CHECK(!unfed(&test));
	stop(&test);
	events = temp_tree_read(&test.log, "/events.jsonl");
	CHECK_STR(events, "");
}

static void answers_to_older_requests_are_dropped(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	bmc->running = false;
	bmc->late = true; /* what comes late says that it runs */
	start(&test);
	stop(&test);
	CHECK_INT(bmc->resets, 0);
	CHECK_INT(bmc->queued, 0);
}

/* A BMC that is flashed says nothing for a while; its timer is stopped by its restart. */
static void a_bmc_that_goes_away_and_comes_back(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	start(&test);
	hwio_watchdog_pass(test.lab, 1, 60000);
	bmc->silent = true;
	hwio_watchdog_pass(test.lab, 1, 19000);
	CHECK(!unfed(&test));
	hwio_watchdog_pass(test.lab, 1, 35000);
	CHECK(unfed(&test));
	CHECK_CONTAINS(test.why, "did not answer");
	bmc->silent = false;
	bmc->running = false;
	hwio_watchdog_pass(test.lab, 1, 10000);
	CHECK(!unfed(&test));
	CHECK(!bmc->running);
}

/* The driver says no: the same. */
static void a_driver_that_fails(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	start(&test);
	bmc->send_errno = ENODEV;
	hwio_watchdog_pass(test.lab, 1, 45000);
	CHECK(unfed(&test));
	CHECK_CONTAINS(test.why, "sending to the BMC: No such device");
}

/* Each has its own thread: five seconds of silence again and again are nothing to the other. */
static void a_bmc_that_hangs_starves_nobody(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct hwio_dog *dog = put_dog(&test, 0, 3), *other = put_dog(&test, 2, 60);
	struct hwio_bmc *bmc = put_bmc(&test, 600);

	start(&test);
	bmc->silent = true;
	hwio_watchdog_pass(test.lab, 3, WRITE_MS);
	CHECK(bmc->bitten && unfed(&test));
	CHECK(!dog->bitten && !other->bitten);
	CHECK(dog->longest_ms <= 1200 && other->longest_ms <= 20200);
}

static void no_driver_is_no_bmc(void)
{
	CLEANUP_TEST struct test test = test_make();
	struct ipmi ipmi;

	CHECK_INT(ipmi_open(&test.lab->hw, &ipmi, NULL), ERR_NOT_FOUND);
	put_bmc(&test, 1)->open_errno = EACCES;
	CHECK_INT(ipmi_open(&test.lab->hw, &ipmi, NULL), ERR_IO);
	start(&test);
	check_event(&test, "/dev/ipmi0: Permission denied");
}

/* Commands and answers are in the trace, secrets are not. */
static void traces_of_the_bmc(void)
{
	static const uint8_t password[] = "\x02\x02geheim";
	const struct ipmi_request get = { .netfn = 6, .cmd = 0x25, .timeout_ms = 10 };
	const struct ipmi_request set = { .netfn = 6,
					  .cmd = 0x47,
					  .data = password,
					  .len = sizeof(password) - 1,
					  .timeout_ms = 10 };
	CLEANUP_TEST struct test test = test_make();
	CLEANUP_FREE char *trace = NULL;
	struct hwio *hw = NULL;
	struct ipmi_answer answer;
	struct ipmi ipmi;

	put_bmc(&test, 0x0102)->running = false;
	CHECK_INT(hwio_record_new(&test.lab->hw, test.log.dir, &hw, NULL), 0);
	CHECK_INT(ipmi_open(hw, &ipmi, NULL), 0);
	CHECK_INT(ipmi_ask(&ipmi, &get, &answer, NULL), 0);
	CHECK_INT(answer.len, 8);
	CHECK_INT(answer.data[0], 3);
	CHECK_INT(ipmi_ask(&ipmi, &set, &answer, NULL), 0);
	ipmi_close(&ipmi);
	hwio_record_free(hw);
	trace = temp_tree_read(&test.log, "/trace-ipmi0.jsonl");
	CHECK_CONTAINS(trace, "IPMICTL_SEND_COMMAND");
	CHECK_CONTAINS(trace, "\"in\":{\"len\":9,\"hex\":\"000301000002010201\"}");
	CHECK_CONTAINS(trace, "\"out\":{\"len\":8,\"redacted\":\"set user password\"}");
	CHECK_CONTAINS(trace, "\"in\":{\"len\":1,\"redacted\":\"set user password\"}");
	CHECK(trace && !strstr(trace, "67656865696d"));
}

int main(void)
{
	TAP_RUN(nobody_feeds_and_they_bite);
	TAP_RUN(a_machine_without_watchdogs);
	TAP_RUN(an_active_one_is_fed_through_a_long_write);
	TAP_RUN(what_cannot_be_stopped_goes_to_the_kernel);
	TAP_RUN(nowayout_is_fed_a_last_time_and_said);
	TAP_RUN(an_inactive_one_is_never_opened);
	TAP_RUN(a_pretimeout_is_a_bite);
	TAP_RUN(one_without_a_timeout_is_fed_often);
	TAP_RUN(somebody_elses_is_left_alone_until_he_dies);
	TAP_RUN(one_that_cannot_be_opened_forbids_writing);
	TAP_RUN(one_that_stopped_is_not_opened);
	TAP_RUN(feeding_that_fails_later);
	TAP_RUN(what_cannot_be_told_is_said);
	TAP_RUN(the_bmcs_timer_is_fed_through_a_long_write);
	TAP_RUN(a_stopped_timer_is_never_reset);
	TAP_RUN(one_that_does_not_say_that_it_runs);
	TAP_RUN(one_that_is_stopped_later_stays_so);
	TAP_RUN(its_pre_timeout_is_respected);
	TAP_RUN(past_its_pre_timeout_it_cannot_be_fed);
	TAP_RUN(one_that_takes_no_reset_cannot_be_fed);
	TAP_RUN(one_that_counts_from_nothing_is_not_reset);
	TAP_RUN(a_bmc_without_a_watchdog);
	TAP_RUN(answers_to_older_requests_are_dropped);
	TAP_RUN(a_bmc_that_goes_away_and_comes_back);
	TAP_RUN(a_driver_that_fails);
	TAP_RUN(a_bmc_that_hangs_starves_nobody);
	TAP_RUN(no_driver_is_no_bmc);
	TAP_RUN(traces_of_the_bmc);
	return TAP_END();
}
