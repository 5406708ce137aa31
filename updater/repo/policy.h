/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the image allows: trust/policy.json and trust/keys/ in the initramfs, nowhere else. The
 * command line can only choose within it (policy_restrict() and the allow_ members).
 */
#ifndef DRYDOCK_POLICY_H
#define DRYDOCK_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sign.h"
#include "inventory/inventory.h"

#define POLICY_MAX_BYTES (64u << 10)
#define POLICY_MAX_KEYS	 32

#define POLICY_SIGNER_MAX 64

/* A public key of trust/keys/: NAME.ed25519.pub or NAME.ml-dsa-65.pub. */
struct trust_key {
	char signer[POLICY_SIGNER_MAX]; /* NAME: who; one signer has a key of each algorithm */
	struct sign_key key;
};

struct policy {
	struct trust_key keys[POLICY_MAX_KEYS];
	size_t key_count;
	/* Signatures that must hold: of at least threshold signers, by each of these algorithms. */
	unsigned int threshold;
	bool need[SIGN_ALGORITHM_LAST + 1]; /* by enum sign_algorithm; default both */
	enum evidence min_evidence;	    /* for unattended runs; default hardware */
	bool allow_downgrade;
	bool allow_rewrite;
	bool allow_volatile;	/* no medium for the journal */
	bool allow_tpm_consent; /* the site has suspended what depends on measurements */
	bool allow_bmc_network; /* an iLO's virtual network card may be switched on for a while */
	bool allow_bmc_account; /* a temporary account may be made on the BMC */
};

/*
 * Parses policy.json: {"format": 1, "threshold": 1, "algorithms": ["ed25519", "ml-dsa-65"],
 * "min_evidence": "hardware", "allow": ["downgrade", "rewrite", "volatile", "tpm-consent",
 * "bmc-network", "bmc-account"]}; all members but format may be absent, unknown members are
 * ERR_FORMAT: a policy is never guessed.
 */
int policy_parse(const uint8_t *buf, size_t len, struct policy *ret, struct err *err);

/*
 * Reads dir/policy.json and dir/keys/ *.pub. ERR_NOT_FOUND (no directory, no policy, no key),
 * ERR_FORMAT (also: fewer signers than the threshold), ERR_DUPLICATE (one key under two names
 * would count as two signers), ERR_TOO_LARGE, ERR_IO. ret must be {0}; policy_free() releases
 * the keys.
 */
int policy_load(const char *dir, struct policy *ret, struct err *err);
void policy_free(struct policy *policy);

#endif
