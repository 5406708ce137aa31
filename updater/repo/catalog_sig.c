/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head.sig: reading and writing it, and judging what it holds against the policy. */
#include "repo/catalog_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/hex.h"
#include "base/json.h"

static const char *const members[] = { "format", "signatures", NULL };
static const char *const entry_members[] = { "algorithm", "key_id", "signature", NULL };

/* *ret_known is false for an algorithm that is still to come: the entry is left out. */
static int parse_entry(yyjson_val *entry, struct signature *ret, bool *ret_known, struct err *err)
{
	char text[BASE64_TEXT_BYTES(SIGN_MAX_BYTES)];
	char algorithm[32];
	int rc;

	if (!yyjson_is_obj(entry))
		return err_set(err, ERR_FORMAT, "not an object");
	rc = json_check_members(entry, entry_members, err);
	if (!rc)
		rc = json_get_str(entry, "algorithm", algorithm, sizeof(algorithm), err);
	if (!rc)
		rc = json_get_sha256(entry, "key_id", ret->key_id, err);
	if (rc)
		return rc;
	ret->algorithm = sign_algorithm_from_name(algorithm);
	*ret_known = ret->algorithm != 0;
	if (!*ret_known)
		return 0;
	rc = json_get_str(entry, "signature", text, sizeof(text), err);
	if (!rc && base64_decode(text, ret->bytes, sizeof(ret->bytes), &ret->len))
		rc = err_set(err, ERR_FORMAT, "\"signature\" is not Base64");
	return rc;
}

static int parse_list(yyjson_val *list, struct signature *sigs, size_t *ret_count, struct err *err)
{
	yyjson_val *entry;
	size_t idx, max;

	yyjson_arr_foreach(list, idx, max, entry)
	{
		bool known;
		int rc = parse_entry(entry, &sigs[*ret_count], &known, err);

		if (rc)
			return err_prefix(err, "signature %zu", idx + 1);
		*ret_count += known;
	}
	return 0;
}

int signatures_parse(const uint8_t *buf, size_t len, struct signature **ret, size_t *ret_count,
		     struct err *err)
{
	CLEANUP_FREE struct signature *sigs = NULL;
	CLEANUP_JSON yyjson_doc *doc = NULL;
	yyjson_val *root, *list;
	uint64_t format;
	int rc = json_parse(buf, len, CATALOG_SIG_MAX_BYTES, &doc, err);

	*ret = NULL;
	*ret_count = 0;
	if (rc)
		return rc;
	root = yyjson_doc_get_root(doc);
	rc = json_get_u64(root, "format", 1, 1, &format, err);
	if (!rc)
		rc = json_check_members(root, members, err);
	if (!rc)
		rc = json_get_arr(root, "signatures", CATALOG_MAX_SIGNATURES, &list, err);
	if (rc || yyjson_arr_size(list) == 0)
		return rc;
	sigs = calloc(yyjson_arr_size(list), sizeof(*sigs));
	if (!sigs)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = parse_list(list, sigs, ret_count, err);
	if (rc)
		return rc;
	*ret = sigs;
	sigs = NULL;
	return 0;
}

int signatures_write(const struct signature *sigs, size_t count, char **ret_text, size_t *ret_len,
		     struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	char text[BASE64_TEXT_BYTES(SIGN_MAX_BYTES)];
	char key_id[2 * SIGN_KEY_ID_BYTES + 1];
	yyjson_mut_val *root, *list;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	list = yyjson_mut_obj_add_arr(doc, root, "signatures");
	for (size_t i = 0; i < count; i++) {
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		hex_encode(sigs[i].key_id, sizeof(sigs[i].key_id), key_id);
		base64_encode(sigs[i].bytes, sigs[i].len, text);
		yyjson_mut_obj_add_str(doc, entry, "algorithm",
				       sign_algorithm_name(sigs[i].algorithm));
		yyjson_mut_obj_add_strcpy(doc, entry, "key_id", key_id);
		yyjson_mut_obj_add_strcpy(doc, entry, "signature", text);
	}
	return json_write_canonical(doc, ret_text, ret_len, err);
}

enum outcome { OUTCOME_MISSING, OUTCOME_WRONG, OUTCOME_HELD };

static const char *const outcome_words[] = { "missing", "wrong", "good" };

/* A key counts once, however often it is named; a signature that holds outweighs others. */
static enum outcome judge_key(const struct sign_key *key, const struct signature *sigs,
			      size_t count, const uint8_t *msg, size_t msg_len)
{
	enum outcome ret = OUTCOME_MISSING;

	for (size_t i = 0; i < count && ret != OUTCOME_HELD; i++) {
		if (memcmp(sigs[i].key_id, key->id, SIGN_KEY_ID_BYTES) != 0 ||
		    sigs[i].algorithm != key->algorithm)
			continue;
		ret = OUTCOME_WRONG;
		if (!sign_verify(key, msg, msg_len, sigs[i].bytes, sigs[i].len))
			ret = OUTCOME_HELD;
	}
	return ret;
}

/* Text that grows in a fixed buffer and is cut at its end. */
struct notes {
	char *text;
	size_t size;
	size_t len;
};

static void note(struct notes *notes, const char *a, const char *b, const char *c, const char *d)
{
	int len;

	if (notes->len >= notes->size)
		return;
	len = snprintf(notes->text + notes->len, notes->size - notes->len, "%s%s%s%s", a, b, c, d);
	if (len > 0)
		notes->len += (size_t)len;
}

/* All keys of one signer: true when each needed algorithm has a signature that holds. */
static bool judge_signer(const struct policy *policy, const char *signer,
			 const enum outcome *outcomes, struct notes *good, struct notes *all)
{
	const char *before_good = " (", *before_all = ": ";
	unsigned int needed = 0, held = 0;

	note(good, good->len ? ", " : "", signer, "", "");
	note(all, all->len ? "; " : "", signer, "", "");
	for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++) {
		enum outcome best = OUTCOME_MISSING;

		if (!policy->need[a])
			continue;
		for (size_t i = 0; i < policy->key_count; i++)
			if (policy->keys[i].key.algorithm == a && outcomes[i] > best &&
			    strcmp(policy->keys[i].signer, signer) == 0)
				best = outcomes[i];
		needed++;
		held += best == OUTCOME_HELD;
		note(good, before_good, sign_algorithm_name(a), "", "");
		note(all, before_all, sign_algorithm_name(a), " ", outcome_words[best]);
		before_good = " + ";
		before_all = ", ";
	}
	note(good, ")", "", "", "");
	return needed > 0 && held == needed;
}

static bool is_first_of_signer(const struct policy *policy, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(policy->keys[i].signer, policy->keys[index].signer) == 0)
			return false;
	return true;
}

static size_t count_strangers(const struct policy *policy, const struct signature *sigs,
			      size_t count)
{
	size_t strangers = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < policy->key_count &&
		       memcmp(policy->keys[k].key.id, sigs[i].key_id, SIGN_KEY_ID_BYTES) != 0)
			k++;
		strangers += k == policy->key_count;
	}
	return strangers;
}

int signatures_check(const struct policy *policy, const struct signature *sigs, size_t count,
		     const uint8_t *msg, size_t msg_len, char *names, size_t size, struct err *err)
{
	enum outcome outcomes[POLICY_MAX_KEYS];
	char text[384] = "";
	struct notes good = { names, size, 0 };
	struct notes all = { text, sizeof(text), 0 };
	unsigned int signers = 0;

	names[0] = '\0';
	for (size_t i = 0; i < policy->key_count; i++)
		outcomes[i] = judge_key(&policy->keys[i].key, sigs, count, msg, msg_len);
	for (size_t i = 0; i < policy->key_count; i++) {
		size_t before = good.len;

		if (!is_first_of_signer(policy, i))
			continue;
		if (judge_signer(policy, policy->keys[i].signer, outcomes, &good, &all)) {
			signers++;
		} else if (before < size) {
			good.len = before;
			names[before] = '\0';
		}
	}
	if (signers > 0 && signers >= policy->threshold)
		return 0;
	names[0] = '\0';
	return err_set(err, ERR_SIGNATURE,
		       "%u of %u needed signers hold (%s); of %zu signatures %zu are by keys that "
		       "are not trusted here",
		       signers, policy->threshold, text, count,
		       count_strangers(policy, sigs, count));
}
