/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

#include <stdbool.h>
#include <string.h>

int fwrepo_begin(const struct opt *opts, int argc, char **argv, int min, int max,
		 const struct needed *needed, int *ret_first)
{
	struct err err = { 0 };
	int rc = opts_parse(&fwrepo_program, opts, argc, argv, ret_first, &err);

	if (rc > 0)
		return 0;
	if (!rc && argc - *ret_first < min)
		rc = err_set(&err, ERR_USAGE, "an operand is missing (try --help)");
	if (!rc && argc - *ret_first > max)
		rc = err_set(&err, ERR_USAGE, "\"%s\" is one operand too many",
			     argv[*ret_first + max]);
	for (; !rc && needed && needed->name; needed++)
		if (!*needed->value)
			rc = err_set(&err, ERR_USAGE, "%s is needed", needed->name);
	return rc ? opts_fail(&fwrepo_program, argv[0], &err) : -1;
}

int fwrepo_number(const char *what, const char *text, uint64_t max, uint64_t *ret, struct err *err)
{
	uint64_t value = 0;
	bool good = text[0] != '\0';

	for (const char *at = text; good && *at; at++) {
		good = *at >= '0' && *at <= '9' && value <= max / 10;
		value = value * 10 + (uint64_t)(*at - '0');
	}
	if (!good || value > max)
		return err_set(err, ERR_USAGE, "%s: \"%.40s\" is not a number from 0 to %llu", what,
			       text, (unsigned long long)max);
	*ret = value;
	return 0;
}
