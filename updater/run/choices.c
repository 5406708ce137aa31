/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/choices.h"

int choices_check(const struct choices *choices, struct err *err)
{
	if (!choices->repo_dir)
		return err_set(err, ERR_USAGE, "--repo DIR is missing: where is the repository?");
	if (choices->bmc.url && choices->root)
		return err_set(err, ERR_USAGE, "--ilo and --root exclude each other");
	return 0;
}

int choices_to_options(const struct choices *choices, const struct policy *policy, bool unattended,
		       struct plan_options *ret, struct err *err)
{
	const struct {
		bool wanted, allowed;
		const char *option, *word;
	} guarded[] = {
		{ choices->allow_downgrade, policy->allow_downgrade, "allow-downgrade",
		  "downgrade" },
		{ choices->rewrite, policy->allow_rewrite, "rewrite", "rewrite" },
		{ choices->tpm_consent, policy->allow_tpm_consent, "tpm-consent", "tpm-consent" },
		{ choices->enable_vnic, policy->allow_bmc_network, "enable-vnic", "bmc-network" },
		{ choices->temporary_account, policy->allow_bmc_account, "temporary-account",
		  "bmc-account" },
	};

	for (size_t i = 0; i < sizeof(guarded) / sizeof(*guarded); i++)
		if (unattended && guarded[i].wanted && !guarded[i].allowed)
			return err_set(
				err, ERR_POLICY,
				"--%s: the policy of this image does not allow \"%s\" without "
				"a person. Nothing was changed",
				guarded[i].option, guarded[i].word);
	*ret = (struct plan_options){
		.only = choices->only.items,
		.only_count = choices->only.count,
		.skip = choices->skip.items,
		.skip_count = choices->skip.count,
		.allow_downgrade = choices->allow_downgrade,
		.rewrite = choices->rewrite,
		.tpm_consent = choices->tpm_consent,
		.min_evidence = policy->min_evidence,
	};
	return 0;
}
