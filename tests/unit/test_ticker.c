/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said while something runs, and that nothing is said after it has ended. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "ui/ticker.h"

static char transcript[] = "/tmp/drydock-ticker-XXXXXX";
static char said[4096];

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

static void read_transcript(void)
{
	int fd = open(transcript, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, said, sizeof(said) - 1);

	said[len > 0 ? len : 0] = '\0';
	close(fd);
}

static void nap_ms(long ms)
{
	const struct timespec nap = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&nap, NULL);
}

static void says_while_it_lasts(void)
{
	struct console *console = NULL;
	struct ticker *ticker;
	struct err err = { 0 };
	int out = dup(STDOUT_FILENO);
	size_t n;

	CHECK_INT(console_open(NULL, &console, &err), 0);
	CHECK_INT(console_add_transcript(console, transcript, &err), 0);
	fflush(stdout);
	CHECK(freopen("/dev/null", "w", stdout) != NULL);
	ticker = ticker_start(console, "looking", 20);
	CHECK(ticker != NULL);
	for (int i = 0; i < 500 && count(said, "looking") < 3; i++) {
		nap_ms(10);
		read_transcript();
	}
	ticker_stop(ticker);
	read_transcript();
	n = count(said, "  looking ... (0 s)\n");
	nap_ms(100);
	read_transcript();
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	CHECK(n >= 3);
	CHECK_INT(count(said, "looking"), n);
	console_close(console);
}

static void a_short_one_says_nothing(void)
{
	struct console *console = NULL;
	struct err err = { 0 };

	CHECK_INT(console_open(NULL, &console, &err), 0);
	CHECK_INT(truncate(transcript, 0), 0);
	CHECK_INT(console_add_transcript(console, transcript, &err), 0);
	ticker_stop(ticker_start(console, "looking", TICKER_INTERVAL_MS));
	ticker_stop(NULL);
	read_transcript();
	CHECK_STR(said, "");
	console_close(console);
}

int main(void)
{
	int fd = mkstemp(transcript);

	CHECK(fd >= 0);
	close(fd);
	TAP_RUN(says_while_it_lasts);
	TAP_RUN(a_short_one_says_nothing);
	unlink(transcript);
	return TAP_END();
}
