/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.json: whatever is accepted must ask for somebody and for something. */
#include <stdlib.h>

#include "repo/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy policy = { 0 };
	unsigned int needed = 0;
	struct err err;

	if (policy_parse(data, size, &policy, &err))
		return 0;
	for (size_t a = 1; a <= SIGN_ALGORITHM_LAST; a++)
		needed += policy.need[a];
	if (needed == 0 || policy.threshold == 0 || policy.threshold > POLICY_MAX_KEYS ||
	    policy.min_evidence < 1 || policy.min_evidence > EVIDENCE_LAST)
		abort();
	return 0;
}
