/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repo/policy.h"

#include <string.h>

#include "base/json.h"

static const char *const members[] = { "format",       "threshold", "algorithms",
				       "min_evidence", "allow",	    NULL };

static int parse_algorithms(yyjson_val *root, struct policy *ret, struct err *err)
{
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(root, "algorithms", SIGN_ALGORITHM_LAST, &list, err);

	if (rc || !list)
		return rc;
	if (yyjson_arr_size(list) == 0)
		return err_set(err, ERR_FORMAT, "\"algorithms\" is empty: nothing would be needed");
	memset(ret->need, 0, sizeof(ret->need));
	yyjson_arr_foreach(list, idx, max, item)
	{
		const char *name = yyjson_get_str(item);
		enum sign_algorithm algorithm = name ? sign_algorithm_from_name(name) : 0;

		if (!algorithm)
			return err_set(err, ERR_FORMAT, "unknown algorithm \"%.64s\"",
				       name ? name : "(no string)");
		if (ret->need[algorithm])
			return err_set(err, ERR_DUPLICATE, "algorithm \"%s\" twice", name);
		ret->need[algorithm] = true;
	}
	return 0;
}

static int parse_evidence(yyjson_val *root, struct policy *ret, struct err *err)
{
	char word[32] = "hardware";
	int rc = json_opt_str(root, "min_evidence", word, sizeof(word), err);

	if (rc)
		return rc;
	ret->min_evidence = evidence_from_name(word);
	if (!ret->min_evidence)
		return err_set(err, ERR_FORMAT, "unknown evidence \"%s\"", word);
	return 0;
}

static int parse_allow(yyjson_val *root, struct policy *ret, struct err *err)
{
	const struct {
		const char *word;
		bool *flag;
	} words[] = {
		{ "downgrade", &ret->allow_downgrade },
		{ "rewrite", &ret->allow_rewrite },
		{ "volatile", &ret->allow_volatile },
		{ "tpm-consent", &ret->allow_tpm_consent },
		{ "bmc-network", &ret->allow_bmc_network },
		{ "bmc-account", &ret->allow_bmc_account },
	};
	yyjson_val *list, *item;
	size_t idx, max;
	int rc = json_opt_arr(root, "allow", sizeof(words) / sizeof(*words), &list, err);

	if (rc || !list)
		return rc;
	yyjson_arr_foreach(list, idx, max, item)
	{
		bool *flag = NULL;

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (yyjson_equals_str(item, words[i].word))
				flag = words[i].flag;
		if (!flag)
			return err_set(err, ERR_FORMAT, "\"allow\" holds an unknown word");
		*flag = true;
	}
	return 0;
}

int policy_parse(const uint8_t *buf, size_t len, struct policy *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	uint64_t format, threshold = 1;
	yyjson_val *root;
	int rc = json_parse(buf, len, POLICY_MAX_BYTES, &doc, err);

	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	for (size_t i = 1; i <= SIGN_ALGORITHM_LAST; i++)
		ret->need[i] = true;
	rc = json_get_u64(root, "format", 1, 1, &format, err);
	if (!rc)
		rc = json_check_members(root, members, err);
	if (!rc)
		rc = json_opt_u64(root, "threshold", 1, POLICY_MAX_KEYS, &threshold, err);
	if (!rc)
		rc = parse_algorithms(root, ret, err);
	if (!rc)
		rc = parse_evidence(root, ret, err);
	if (!rc)
		rc = parse_allow(root, ret, err);
	ret->threshold = (unsigned int)threshold;
	return rc;
}

void policy_free(struct policy *policy)
{
	for (size_t i = 0; i < policy->key_count; i++)
		sign_key_free(&policy->keys[i].key);
	*policy = (struct policy){ 0 };
}
