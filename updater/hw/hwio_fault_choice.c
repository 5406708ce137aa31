/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_fault_choice.h"

#include <errno.h>
#include <string.h>

bool fault_path_is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static bool fits(const struct fault_rule *rule, const char *path, enum hwio_fault_call call,
		 unsigned long request)
{
	const struct hwio_fault_rule *want = &rule->rule;

	return (!rule->path || fault_path_is_below(path, rule->path)) &&
	       (want->call == HWIO_CALL_ANY || want->call == call) &&
	       (want->request == 0 || (call == HWIO_CALL_IOCTL && want->request == request));
}

struct fault_choice fault_choose_by_rule(struct fault_rule *rules, size_t count, const char *path,
					 enum hwio_fault_call call, unsigned long request)
{
	struct fault_choice choice = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct hwio_fault_rule *rule = &rules[i].rule;

		if (!fits(&rules[i], path, call, request))
			continue;
		rules[i].seen++;
		if (!choice.kind && (rule->at == 0 || rule->at == rules[i].seen))
			choice = (struct fault_choice){ rule->kind, rule->errnum, rule->stall_ms };
	}
	return choice;
}

/* The next of a sequence of numbers that look random: SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t next_number(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t begin_numbers(uint64_t seed, const char *path, uint64_t number)
{
	uint64_t state = seed;

	for (; *path; path++) {
		state ^= (uint8_t)*path;
		state = next_number(&state);
	}
	state ^= number;
	return next_number(&state);
}

/* GONE last: left out unless it is wanted. */
static const enum hwio_fault_kind kinds[] = { HWIO_FAULT_ERROR, HWIO_FAULT_LATE_ERROR,
					      HWIO_FAULT_SHORT, HWIO_FAULT_STALL,
					      HWIO_FAULT_LIE,	HWIO_FAULT_GONE };

static bool makes_sense(enum hwio_fault_kind kind, enum hwio_fault_call call)
{
	switch (kind) {
	case HWIO_FAULT_SHORT:
		return call == HWIO_CALL_READ || call == HWIO_CALL_WRITE || call == HWIO_CALL_HTTP;
	case HWIO_FAULT_LIE:
		return call != HWIO_CALL_OPEN && call != HWIO_CALL_POLL;
	case HWIO_FAULT_ERROR:
	case HWIO_FAULT_LATE_ERROR:
	case HWIO_FAULT_STALL:
	case HWIO_FAULT_GONE:
		break;
	}
	return true;
}

struct fault_choice fault_choose_by_seed(const struct fault_seed *seed, const char *path,
					 enum hwio_fault_call call, uint64_t number)
{
	static const int errnums[] = { EIO, EINTR, EBUSY, EAGAIN, ENOMEM, ETIMEDOUT, ENODEV };
	static const int http_errnums[] = { ENETUNREACH, ECONNREFUSED, ETIMEDOUT, ECONNRESET };
	/* Around what is waited for: a reset, the silence that is called overdue, a time-out. */
	static const uint32_t stalls_ms[] = { 50, 5000, 130000, 290000, 310000, 2000000 };
	uint64_t state = begin_numbers(seed->seed, path, number);
	size_t count = sizeof(kinds) / sizeof(*kinds) - !seed->gone;
	struct fault_choice choice = { 0 };
	uint64_t pick;

	if (seed->one_in == 0 || next_number(&state) % seed->one_in != 0)
		return choice;
	do
		choice.kind = kinds[next_number(&state) % count];
	while (!makes_sense(choice.kind, call));
	pick = next_number(&state);
	choice.errnum =
		call == HWIO_CALL_HTTP
			? http_errnums[pick % (sizeof(http_errnums) / sizeof(*http_errnums))]
			: errnums[pick % (sizeof(errnums) / sizeof(*errnums))];
	choice.stall_ms = stalls_ms[next_number(&state) % (sizeof(stalls_ms) / sizeof(*stalls_ms))];
	return choice;
}
