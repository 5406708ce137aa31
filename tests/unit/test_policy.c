/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tap.h"

#include "base/cleanup.h"
#include "repo/policy.h"
#include "tmpdir.h"

static int parse(const char *text, struct policy *ret, struct err *err)
{
	*ret = (struct policy){ 0 };
	return policy_parse((const uint8_t *)text, strlen(text), ret, err);
}

/* The least that can be said asks for the most. */
static void defaults(void)
{
	struct policy policy;

	CHECK_INT(parse("{\"format\":1}", &policy, NULL), 0);
	CHECK_INT(policy.threshold, 1);
	CHECK(policy.need[SIGN_ED25519] && policy.need[SIGN_ML_DSA_65]);
	CHECK_INT(policy.min_evidence, EVIDENCE_HARDWARE);
	CHECK(!policy.allow_downgrade && !policy.allow_rewrite && !policy.allow_volatile &&
	      !policy.allow_tpm_consent);
}

static void everything(void)
{
	struct policy policy;

	CHECK_INT(parse("{\"format\":1,\"threshold\":2,\"algorithms\":[\"ml-dsa-65\"],"
			"\"min_evidence\":\"emulator\",\"allow\":[\"downgrade\",\"volatile\"]}",
			&policy, NULL),
		  0);
	CHECK_INT(policy.threshold, 2);
	CHECK(!policy.need[SIGN_ED25519] && policy.need[SIGN_ML_DSA_65]);
	CHECK_INT(policy.min_evidence, EVIDENCE_EMULATOR);
	CHECK(policy.allow_downgrade && policy.allow_volatile);
	CHECK(!policy.allow_rewrite && !policy.allow_tpm_consent);
	CHECK_INT(parse("{\"format\":1,\"allow\":[\"rewrite\",\"tpm-consent\"]}", &policy, NULL),
		  0);
	CHECK(policy.allow_rewrite && policy.allow_tpm_consent);
	CHECK(!policy.allow_downgrade && !policy.allow_volatile);
	CHECK(!policy.allow_bmc_network && !policy.allow_bmc_account);
	CHECK_INT(parse("{\"format\":1,\"allow\":[\"bmc-account\"]}", &policy, NULL), 0);
	CHECK(policy.allow_bmc_account && !policy.allow_bmc_network);
	CHECK_INT(parse("{\"format\":1,\"allow\":[\"bmc-network\"]}", &policy, NULL), 0);
	CHECK(policy.allow_bmc_network && !policy.allow_bmc_account);
}

static void refused(void)
{
	static const struct {
		const char *text;
		int code;
	} rows[] = {
		{ "{}", ERR_FORMAT },
		{ "", ERR_FORMAT },
		{ "[]", ERR_FORMAT },
		{ "{\"format\":2}", ERR_FORMAT },
		{ "{\"format\":\"1\"}", ERR_FORMAT },
		{ "{\"format\":1,\"format\":1}", ERR_DUPLICATE },
		{ "{\"format\":1,\"treshold\":2}", ERR_FORMAT },
		{ "{\"format\":1,\"threshold\":0}", ERR_FORMAT },
		{ "{\"format\":1,\"threshold\":33}", ERR_FORMAT },
		{ "{\"format\":1,\"threshold\":-1}", ERR_FORMAT },
		{ "{\"format\":1,\"threshold\":1.0}", ERR_FORMAT },
		{ "{\"format\":1,\"threshold\":null}", ERR_FORMAT },
		{ "{\"format\":1,\"algorithms\":[]}", ERR_FORMAT },
		{ "{\"format\":1,\"algorithms\":\"ed25519\"}", ERR_FORMAT },
		{ "{\"format\":1,\"algorithms\":[\"rsa\"]}", ERR_FORMAT },
		{ "{\"format\":1,\"algorithms\":[1]}", ERR_FORMAT },
		{ "{\"format\":1,\"algorithms\":[\"ed25519\",\"ed25519\"]}", ERR_DUPLICATE },
		{ "{\"format\":1,\"min_evidence\":\"any\"}", ERR_FORMAT },
		{ "{\"format\":1,\"min_evidence\":1}", ERR_FORMAT },
		{ "{\"format\":1,\"allow\":[\"everything\"]}", ERR_FORMAT },
		{ "{\"format\":1,\"allow\":{}}", ERR_FORMAT },
		{ "{\"format\":1,\"allow\":[true]}", ERR_FORMAT },
	};
	struct policy policy;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int rc = parse(rows[i].text, &policy, NULL);

		if (rc != rows[i].code)
			printf("# %s\n", rows[i].text);
		CHECK_INT(rc, rows[i].code);
	}
}

static void write_key(const struct tmpdir *dir, const char *name, const struct sign_key *key)
{
	CLEANUP_FREE char *pem = NULL;
	size_t len = 0;

	CHECK_INT(sign_write_public(key, &pem, &len, NULL), 0);
	tmpdir_write(dir, name, pem, len);
}

static void make_pair(struct sign_key keys[2])
{
	CHECK_INT(sign_generate(SIGN_ED25519, &keys[0], NULL), 0);
	CHECK_INT(sign_generate(SIGN_ML_DSA_65, &keys[1], NULL), 0);
}

static void loaded(void)
{
	struct sign_key keys[2] = { 0 };
	struct policy policy = { 0 };
	struct err err = { 0 };
	struct tmpdir dir;

	tmpdir_make(&dir);
	make_pair(keys);
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1}");
	write_key(&dir, "keys/site.a.ed25519.pub", &keys[0]);
	write_key(&dir, "keys/site.a.ml-dsa-65.pub", &keys[1]);
	tmpdir_write_text(&dir, "keys/README", "not a key, and not called one");
	CHECK_INT(policy_load(dir.path, &policy, &err), 0);
	CHECK_INT(policy.key_count, 2);
	for (size_t i = 0; i < policy.key_count; i++) {
		enum sign_algorithm a = policy.keys[i].key.algorithm;

		CHECK_STR(policy.keys[i].signer, "site.a");
		CHECK(memcmp(policy.keys[i].key.id, keys[a - 1].id, SIGN_KEY_ID_BYTES) == 0);
	}
	policy_free(&policy);
	CHECK_INT(policy.key_count, 0);
	for (size_t i = 0; i < 2; i++)
		sign_key_free(&keys[i]);
	tmpdir_drop(&dir);
}

static void check_load(const struct tmpdir *dir, int code, const char *part)
{
	struct policy policy = { 0 };
	struct err err = { 0 };

	CHECK_INT(policy_load(dir->path, &policy, &err), code);
	CHECK_CONTAINS(err.text, part);
	CHECK_INT(policy.key_count, 0);
	CHECK_INT(policy.threshold, 0);
}

/* One thing is wrong after the other; each is mended before the next. */
static void load_refused(void)
{
	struct sign_key keys[2] = { 0 };
	struct tmpdir dir;

	tmpdir_make(&dir);
	make_pair(keys);
	check_load(&dir, ERR_NOT_FOUND, "policy.json");
	tmpdir_write_text(&dir, "policy.json", "{\"format\":7}");
	check_load(&dir, ERR_FORMAT, "policy.json: \"format\"");
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1}");
	check_load(&dir, ERR_NOT_FOUND, "keys: no directory");
	tmpdir_write_text(&dir, "keys/README", "");
	check_load(&dir, ERR_NOT_FOUND, "keys: no key");
	write_key(&dir, "keys/a.ml-dsa-65.pub", &keys[0]);
	check_load(&dir, ERR_FORMAT, "the name says ml-dsa-65, the key is ed25519");
	write_key(&dir, "keys/a.ml-dsa-65.pub", &keys[1]);
	write_key(&dir, "keys/a.ed25519.pub", &keys[0]);
	write_key(&dir, "keys/b.ed25519.pub", &keys[0]);
	check_load(&dir, ERR_DUPLICATE, "the same key as signer \"a\" has");
	unlink(tmpdir_file(&dir, "keys/b.ed25519.pub"));
	tmpdir_write_text(&dir, "keys/.ed25519.pub", "");
	check_load(&dir, ERR_FORMAT, "want NAME.ed25519.pub");
	unlink(tmpdir_file(&dir, "keys/.ed25519.pub"));
	write_key(&dir, "keys/a.rsa.pub", &keys[0]);
	check_load(&dir, ERR_FORMAT, "want NAME.ed25519.pub");
	unlink(tmpdir_file(&dir, "keys/a.rsa.pub"));
	tmpdir_write_text(&dir, "keys/c.ed25519.pub", "-----BEGIN PUBLIC KEY-----\n");
	check_load(&dir, ERR_FORMAT, "c.ed25519.pub: not a PEM public key");
	unlink(tmpdir_file(&dir, "keys/c.ed25519.pub"));
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1,\"threshold\":2}");
	check_load(&dir, ERR_FORMAT, "2 signers are needed, keys/ names only 1");
	for (size_t i = 0; i < 2; i++)
		sign_key_free(&keys[i]);
	tmpdir_drop(&dir);
}

/* "a" and "a.b" sort into one another: still two signers. */
static void signers_counted(void)
{
	struct policy policy = { 0 };
	struct tmpdir dir;

	tmpdir_make(&dir);
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1,\"threshold\":2}");
	for (size_t i = 0; i < 2; i++) {
		struct sign_key keys[2] = { 0 };

		make_pair(keys);
		write_key(&dir, i ? "keys/a.ed25519.pub" : "keys/a.f.ed25519.pub", &keys[0]);
		write_key(&dir, i ? "keys/a.ml-dsa-65.pub" : "keys/a.f.ml-dsa-65.pub", &keys[1]);
		sign_key_free(&keys[0]);
		sign_key_free(&keys[1]);
	}
	CHECK_INT(policy_load(dir.path, &policy, NULL), 0);
	CHECK_INT(policy.key_count, 4);
	policy_free(&policy);
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1,\"threshold\":3}");
	CHECK_INT(policy_load(dir.path, &policy, NULL), ERR_FORMAT);
	tmpdir_drop(&dir);
}

static void too_many_keys(void)
{
	struct policy policy = { 0 };
	struct tmpdir dir;
	char name[64];

	tmpdir_make(&dir);
	tmpdir_write_text(&dir, "policy.json", "{\"format\":1}");
	for (int i = 0; i <= POLICY_MAX_KEYS; i++) {
		struct sign_key key = { 0 };

		CHECK_INT(sign_generate(SIGN_ED25519, &key, NULL), 0);
		snprintf(name, sizeof(name), "keys/s%d.ed25519.pub", i);
		write_key(&dir, name, &key);
		sign_key_free(&key);
	}
	CHECK_INT(policy_load(dir.path, &policy, NULL), ERR_TOO_LARGE);
	unlink(tmpdir_file(&dir, "keys/s0.ed25519.pub"));
	CHECK_INT(policy_load(dir.path, &policy, NULL), 0);
	CHECK_INT(policy.key_count, POLICY_MAX_KEYS);
	policy_free(&policy);
	tmpdir_drop(&dir);
}

int main(void)
{
	TAP_RUN(defaults);
	TAP_RUN(everything);
	TAP_RUN(refused);
	TAP_RUN(loaded);
	TAP_RUN(load_refused);
	TAP_RUN(signers_counted);
	TAP_RUN(too_many_keys);
	return TAP_END();
}
