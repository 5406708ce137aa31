/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `plan` and `apply` have in common: their options, and everything a plan is made of, loaded
 * in the order of trust.
 */
#ifndef DRYDOCK_CHOICES_H
#define DRYDOCK_CHOICES_H

#include "base/opts.h"
#include "repo/catalog.h"
#include "hw/bmc_options.h"
#include "hw/hwio.h"
#include "inventory/inventory.h"
#include "plan/plan.h"
#include "repo/policy.h"

/* Where keys and policy are in the image. */
#define TRUST_DIR "/etc/drydock/trust"

struct choices {
	const char *repo_dir;
	const char *trust_dir;
	const char *root;
	struct opt_list only;
	struct opt_list skip;
	bool allow_downgrade;
	bool rewrite;
	bool tpm_consent;
	bool enable_vnic;
	bool temporary_account;
	struct bmc_options bmc;
};

/* The rows of the option table for these; the program's own rows go around them. */
#define CHOICES_OPTS(c)                                                                            \
	{ "repo", OPT_TEXT, &(c).repo_dir, "DIR", "the repository" },                              \
		{ "trust", OPT_TEXT, &(c).trust_dir, "DIR",                                        \
		  "keys and policy (default " TRUST_DIR ")" },                                     \
		{ "root", OPT_TEXT, &(c).root, "DIR", "another sysfs and dev root" },              \
		{ "only", OPT_LIST, &(c).only, "ID", "only this component or device" },            \
		{ "skip", OPT_LIST, &(c).skip, "ID", "not this component or device" },             \
		{ "allow-downgrade", OPT_FLAG, &(c).allow_downgrade, NULL, "older versions too" }, \
		{ "rewrite", OPT_FLAG, &(c).rewrite, NULL, "write again what runs already" },      \
		{ "tpm-consent", OPT_FLAG, &(c).tpm_consent, NULL,                                 \
		  "what changes TPM measurements too" },                                           \
		{ "enable-vnic", OPT_FLAG, &(c).enable_vnic, NULL,                                 \
		  "switch an iLO's virtual network card on for the run (resets the iLO)" },        \
		{ "temporary-account", OPT_FLAG, &(c).temporary_account, NULL,                     \
		  "make an account on the iLO for the run" },                                      \
		BMC_OPTS((c).bmc)

/*
 * The choices as plan_make() takes them, within what the policy allows. unattended: nobody is
 * there to say yes, so downgrade, rewrite and TPM consent need the policy, and so does evidence
 * below its minimum; a person at a console may go beyond all of these.
 * ERR_POLICY names what is not allowed. ret points into choices.
 */
int choices_to_options(const struct choices *choices, const struct policy *policy, bool unattended,
		       struct plan_options *ret, struct err *err);

/* ERR_USAGE when --repo is missing. */
int choices_check(const struct choices *choices, struct err *err);

#endif
