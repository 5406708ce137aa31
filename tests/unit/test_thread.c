/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <unistd.h>

#include "base/thread.h"
#include "tap.h"

static void *look_at_mask(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
	return NULL;
}

static void test_blocked_in_the_thread_only(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1 };
	pthread_t thread;
	sigset_t inside, outside;

	sigemptyset(&inside);
	CHECK_INT(thread_start(&thread, look_at_mask, &inside), 0);
	CHECK_INT(pthread_join(thread, NULL), 0);
	pthread_sigmask(SIG_SETMASK, NULL, &outside);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		CHECK_INT(sigismember(&inside, signals[i]), 1);
		CHECK_INT(sigismember(&outside, signals[i]), 0);
	}
}

static void *wait_for_word(void *arg)
{
	char word;

	return read(*(int *)arg, &word, 1) == 1 ? arg : NULL;
}

/* As a run does it: the main thread blocks SIGTERM after its helpers were started. */
static void test_signal_waits_for_the_main_thread(void)
{
	pthread_t thread;
	sigset_t term, pending;
	void *came_to_its_end;
	int ends[2], sig;

	CHECK_INT(pipe(ends), 0);
	CHECK_INT(thread_start(&thread, wait_for_word, &ends[0]), 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &term, NULL);
	CHECK_INT(kill(getpid(), SIGTERM), 0);
	sigpending(&pending);
	CHECK_INT(sigismember(&pending, SIGTERM), 1);
	CHECK_INT(sigwait(&term, &sig), 0);
	CHECK_INT(write(ends[1], "x", 1), 1);
	CHECK_INT(pthread_join(thread, &came_to_its_end), 0);
	CHECK(came_to_its_end != NULL);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	TAP_RUN(test_blocked_in_the_thread_only);
	TAP_RUN(test_signal_waits_for_the_main_thread);
	return TAP_END();
}
