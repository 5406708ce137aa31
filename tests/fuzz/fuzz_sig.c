/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * head.sig, the one text that is read before anything is proven, and the verdict: nothing that is
 * not a signature may ever be one.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/catalog_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* RFC 8032 section 7.1, the key of TEST 2: seeds name its id. */
static const char pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
	"-----END PUBLIC KEY-----\n";

static struct policy *policy_once(void)
{
	static struct policy policy = { .threshold = 1 };

	if (policy.key_count)
		return &policy;
	policy.need[SIGN_ED25519] = true;
	strcpy(policy.keys[0].signer, "x");
	if (sign_read_public((const uint8_t *)pem, strlen(pem), &policy.keys[0].key, NULL))
		abort();
	policy.key_count = 1;
	return &policy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t message[] = "never signed by anybody";
	struct signature *sigs;
	struct err err;
	char names[32];
	size_t count;

	if (signatures_parse(data, size, &sigs, &count, &err))
		return 0;
	if (count > CATALOG_MAX_SIGNATURES)
		abort();
	for (size_t i = 0; i < count; i++)
		if (sigs[i].len > SIGN_MAX_BYTES || !sign_signature_bytes(sigs[i].algorithm))
			abort();
	if (!signatures_check(policy_once(), sigs, count, message, sizeof(message), names,
			      sizeof(names), &err))
		abort();
	free(sigs);
	return 0;
}
