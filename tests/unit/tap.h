/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small TAP harness. A test program is a list of functions; TAP_RUN() runs each as one test,
 * which passes when no CHECK in it failed. CHECKs name file and line and go on.
 */
#ifndef DRYDOCK_TESTS_TAP_H
#define DRYDOCK_TESTS_TAP_H

#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed, tap_broken;

#define CHECK(cond)                                                         \
	do {                                                                \
		if (!(cond)) {                                              \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			tap_broken++;                                       \
		}                                                           \
	} while (0)

#define CHECK_INT(got, want)                                                                \
	do {                                                                                \
		long long tap_got = (long long)(got), tap_want = (long long)(want);         \
		if (tap_got != tap_want) {                                                  \
			printf("# %s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #got, \
			       tap_got, tap_want);                                          \
			tap_broken++;                                                       \
		}                                                                           \
	} while (0)

#define CHECK_STR(got, want)                                                                    \
	do {                                                                                    \
		const char *tap_got = (got), *tap_want = (want);                                \
		if (!tap_got || strcmp(tap_got, tap_want) != 0) {                               \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got, \
			       tap_got ? tap_got : "(null)", tap_want);                         \
			tap_broken++;                                                           \
		}                                                                               \
	} while (0)

#define CHECK_CONTAINS(text, part)                                                              \
	do {                                                                                    \
		const char *tap_text = (text);                                                  \
		if (!tap_text || !strstr(tap_text, part)) {                                     \
			printf("# %s:%d: \"%s\" does not contain \"%s\"\n", __FILE__, __LINE__, \
			       tap_text ? tap_text : "(null)", part);                           \
			tap_broken++;                                                           \
		}                                                                               \
	} while (0)

#define TAP_RUN(function) TAP_RUN_NAMED(function, #function)

#define TAP_RUN_NAMED(function, name)                                                \
	do {                                                                         \
		tap_broken = 0;                                                      \
		function();                                                          \
		tap_count++;                                                         \
		tap_failed += tap_broken > 0;                                        \
		printf("%sok %d - %s\n", tap_broken ? "not " : "", tap_count, name); \
		fflush(stdout);                                                      \
	} while (0)

#define TAP_END() (printf("1..%d\n", tap_count), tap_failed ? 1 : 0)

#endif
