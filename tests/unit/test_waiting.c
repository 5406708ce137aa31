/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/waiting.h"

#include <stdatomic.h>
#include <unistd.h>

#include "tap.h"

static _Atomic unsigned int said_slow, said_quick;

static void say(void *ctx, const char *what, unsigned int seconds)
{
	CHECK(ctx == &said_slow);
	CHECK(seconds < 60);
	if (strcmp(what, "slow") == 0)
		said_slow++;
	else
		said_quick++;
}

/* Nothing of what is quick, and of what is slow again and again. */
static void only_long_waits_are_told(void)
{
	struct waiting *waiting = waiting_start(say, &said_slow, 200, 50);
	unsigned int after;

	CHECK(waiting != NULL);
	for (int i = 0; i < 10; i++) {
		waiting_at(waiting, "quick");
		usleep(1000);
	}
	waiting_at(waiting, "slow");
	for (int i = 0; i < 1000 && said_slow < 3; i++)
		usleep(10000);
	CHECK(said_slow >= 3);
	CHECK_INT(said_quick, 0);
	waiting_stop(waiting);
	after = said_slow;
	usleep(120000);
	CHECK_INT(said_slow, after);
}

static void one_that_never_began(void)
{
	struct waiting *waiting = waiting_start(say, &said_slow, 0, 1);

	usleep(20000);
	waiting_stop(waiting);
	waiting_at(NULL, "x");
	waiting_stop(NULL);
	CHECK_INT(said_quick, 0);
}

int main(void)
{
	TAP_RUN(only_long_waits_are_told);
	TAP_RUN(one_that_never_began);
	return TAP_END();
}
