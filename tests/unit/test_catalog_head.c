/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads, signatures and who must have signed; then whole repositories, opened in order. */
#include "tap.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "repo/catalog_head.h"
#include "tmpdir.h"

/* Three signers with both algorithms each. */
#define SIGNERS 3
static struct sign_key keys[SIGNERS][SIGN_ALGORITHM_LAST + 1];
static const char *const signer_names[SIGNERS] = { "site", "vendor", "audit" };

static const uint8_t message[] = "{\"what\":\"is signed\"}";
#define MESSAGE_LEN (sizeof(message) - 1)

static void make_keys(void)
{
	for (size_t s = 0; s < SIGNERS; s++)
		for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++)
			if (sign_generate(a, &keys[s][a], NULL))
				exit(1);
}

static void drop_keys(void)
{
	for (size_t s = 0; s < SIGNERS; s++)
		for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++)
			sign_key_free(&keys[s][a]);
}

/* The keys stay ours: such a policy is not freed. */
static struct policy policy_of(size_t signers, unsigned int threshold)
{
	struct policy policy = { .threshold = threshold };

	for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++) {
		policy.need[a] = true;
		for (size_t s = 0; s < signers; s++) {
			struct trust_key *key = &policy.keys[policy.key_count++];

			snprintf(key->signer, sizeof(key->signer), "%s", signer_names[s]);
			key->key = keys[s][a];
		}
	}
	return policy;
}

/* What a test makes of a signature. */
enum made {
	MADE_END,
	MADE_GOOD,
	MADE_FLIPPED,
	MADE_OTHER_BYTES, /* holds, over something else */
	MADE_SHORT,
	MADE_EMPTY,
	MADE_WRONG_ID,	 /* signer 0's bytes under signer 1's id */
	MADE_WRONG_WORD, /* under the other algorithm's name */
};

static void make(struct signature *ret, size_t signer, enum sign_algorithm a, enum made how)
{
	const struct sign_key *key = &keys[signer][a];
	size_t len = how == MADE_OTHER_BYTES ? MESSAGE_LEN - 1 : MESSAGE_LEN;

	*ret = (struct signature){ .algorithm = a };
	memcpy(ret->key_id, key->id, sizeof(ret->key_id));
	CHECK_INT(sign_make(key, message, len, ret->bytes, &ret->len, NULL), 0);
	if (how == MADE_FLIPPED)
		ret->bytes[ret->len / 2] ^= 4;
	if (how == MADE_SHORT)
		ret->len--;
	if (how == MADE_EMPTY)
		ret->len = 0;
	if (how == MADE_WRONG_ID)
		memcpy(ret->key_id, keys[1][a].id, sizeof(ret->key_id));
	if (how == MADE_WRONG_WORD)
		ret->algorithm = a == SIGN_ED25519 ? SIGN_ML_DSA_65 : SIGN_ED25519;
}

#define ED SIGN_ED25519
#define ML SIGN_ML_DSA_65

/* Signatures in, by signers of whom the policy knows some; who must have signed. */
static const struct {
	const char *what;
	size_t signers;
	unsigned int threshold;
	struct {
		size_t signer;
		enum sign_algorithm algorithm;
		enum made made;
	} sigs[6];
	const char *names; /* NULL = refused */
	const char *told;
} judged[] = {
	{ "hybrid pair",
	  1,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_GOOD } },
	  "site (ed25519 + ml-dsa-65)",
	  "" },
	{ "none",
	  1,
	  1,
	  { { 0 } },
	  NULL,
	  "0 of 1 needed signers hold (site: ed25519 missing, "
	  "ml-dsa-65 missing); of 0 signatures" },
	{ "half a pair", 1, 1, { { 0, ED, MADE_GOOD } }, NULL, "ed25519 good, ml-dsa-65 missing" },
	{ "the other half",
	  1,
	  1,
	  { { 0, ML, MADE_GOOD } },
	  NULL,
	  "ed25519 missing, ml-dsa-65 good" },
	{ "half twice",
	  1,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ED, MADE_GOOD } },
	  NULL,
	  "ml-dsa-65 missing" },
	{ "ed25519 wrong",
	  1,
	  1,
	  { { 0, ED, MADE_FLIPPED }, { 0, ML, MADE_GOOD } },
	  NULL,
	  "ed25519 wrong, ml-dsa-65 good" },
	{ "ml-dsa-65 wrong",
	  1,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_FLIPPED } },
	  NULL,
	  "ed25519 good, ml-dsa-65 wrong" },
	{ "over other bytes",
	  1,
	  1,
	  { { 0, ED, MADE_OTHER_BYTES }, { 0, ML, MADE_OTHER_BYTES } },
	  NULL,
	  "ed25519 wrong, ml-dsa-65 wrong" },
	{ "one over other bytes",
	  1,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_OTHER_BYTES } },
	  NULL,
	  "ml-dsa-65 wrong" },
	{ "short", 1, 1, { { 0, ED, MADE_SHORT }, { 0, ML, MADE_SHORT } }, NULL, "wrong" },
	{ "empty", 1, 1, { { 0, ED, MADE_EMPTY }, { 0, ML, MADE_EMPTY } }, NULL, "wrong" },
	{ "bad, then good",
	  1,
	  1,
	  { { 0, ED, MADE_FLIPPED }, { 0, ED, MADE_GOOD }, { 0, ML, MADE_GOOD } },
	  "site (ed25519 + ml-dsa-65)",
	  "" },
	{ "good, then bad",
	  1,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_GOOD }, { 0, ML, MADE_FLIPPED } },
	  "site (ed25519 + ml-dsa-65)",
	  "" },
	{ "words exchanged",
	  1,
	  1,
	  { { 0, ED, MADE_WRONG_WORD }, { 0, ML, MADE_WRONG_WORD } },
	  NULL,
	  "missing" },
	{ "unknown signer",
	  1,
	  1,
	  { { 1, ED, MADE_GOOD }, { 1, ML, MADE_GOOD } },
	  NULL,
	  "of 2 signatures 2 are by keys that are not trusted here" },
	{ "unknown beside known",
	  1,
	  1,
	  { { 1, ED, MADE_GOOD },
	    { 0, ED, MADE_GOOD },
	    { 1, ML, MADE_GOOD },
	    { 0, ML, MADE_GOOD } },
	  "site (ed25519 + ml-dsa-65)",
	  "" },
	{ "a pair of two signers",
	  2,
	  1,
	  { { 0, ED, MADE_GOOD }, { 1, ML, MADE_GOOD } },
	  NULL,
	  "site: ed25519 good, ml-dsa-65 missing; vendor: ed25519 missing, ml-dsa-65 good" },
	{ "another's id",
	  2,
	  1,
	  { { 0, ED, MADE_WRONG_ID }, { 0, ML, MADE_GOOD } },
	  NULL,
	  "vendor: ed25519 wrong" },
	{ "two of two",
	  2,
	  2,
	  { { 0, ED, MADE_GOOD },
	    { 0, ML, MADE_GOOD },
	    { 1, ED, MADE_GOOD },
	    { 1, ML, MADE_GOOD } },
	  "site (ed25519 + ml-dsa-65), vendor (ed25519 + ml-dsa-65)",
	  "" },
	{ "one of two",
	  2,
	  2,
	  { { 1, ED, MADE_GOOD }, { 1, ML, MADE_GOOD } },
	  NULL,
	  "1 of 2 needed signers" },
	{ "the same signer twice",
	  2,
	  2,
	  { { 0, ED, MADE_GOOD },
	    { 0, ML, MADE_GOOD },
	    { 0, ED, MADE_GOOD },
	    { 0, ML, MADE_GOOD } },
	  NULL,
	  "1 of 2 needed signers" },
	{ "two of three",
	  3,
	  2,
	  { { 2, ED, MADE_GOOD },
	    { 2, ML, MADE_GOOD },
	    { 1, ED, MADE_FLIPPED },
	    { 0, ED, MADE_GOOD },
	    { 0, ML, MADE_GOOD } },
	  "site (ed25519 + ml-dsa-65), audit (ed25519 + ml-dsa-65)",
	  "" },
	{ "nobody is known",
	  0,
	  1,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_GOOD } },
	  NULL,
	  "0 of 1 needed signers" },
	{ "a policy of nothing",
	  0,
	  0,
	  { { 0, ED, MADE_GOOD }, { 0, ML, MADE_GOOD } },
	  NULL,
	  "0 of 0 needed signers" },
};

static void signers(void)
{
	for (size_t i = 0; i < sizeof(judged) / sizeof(*judged); i++) {
		struct policy policy = policy_of(judged[i].signers, judged[i].threshold);
		static struct signature sigs[6];
		struct err err = { 0 };
		char names[256] = "unset";
		int before = tap_broken, rc;
		size_t count = 0;

		for (; count < 6 && judged[i].sigs[count].made; count++)
			make(&sigs[count], judged[i].sigs[count].signer,
			     judged[i].sigs[count].algorithm, judged[i].sigs[count].made);
		rc = signatures_check(&policy, sigs, count, message, MESSAGE_LEN, names,
				      sizeof(names), &err);
		CHECK_INT(rc, judged[i].names ? 0 : ERR_SIGNATURE);
		CHECK_STR(names, judged[i].names ? judged[i].names : "");
		CHECK_CONTAINS(err.text, judged[i].told);
		if (tap_broken > before)
			printf("# %s\n", judged[i].what);
	}
}

/* Only what the policy needs counts, and a policy that needs nothing accepts nothing. */
static void algorithms(void)
{
	struct policy policy = policy_of(1, 1);
	struct signature sig;
	char names[64];

	make(&sig, 0, ED, MADE_GOOD);
	policy.need[ML] = false;
	CHECK_INT(signatures_check(&policy, &sig, 1, message, MESSAGE_LEN, names, sizeof(names),
				   NULL),
		  0);
	CHECK_STR(names, "site (ed25519)");
	policy.need[ML] = true;
	policy.need[ED] = false;
	CHECK_INT(signatures_check(&policy, &sig, 1, message, MESSAGE_LEN, names, sizeof(names),
				   NULL),
		  ERR_SIGNATURE);
	policy.need[ML] = false;
	CHECK_INT(signatures_check(&policy, &sig, 1, message, MESSAGE_LEN, names, sizeof(names),
				   NULL),
		  ERR_SIGNATURE);
}

/* Names longer than their room are cut, never overrun, and the verdict stays. */
static void names_cut(void)
{
	struct policy policy = policy_of(2, 1);
	static struct signature sigs[4];
	char names[12];

	make(&sigs[0], 0, ED, MADE_GOOD);
	make(&sigs[1], 0, ML, MADE_GOOD);
	make(&sigs[2], 1, ED, MADE_GOOD);
	make(&sigs[3], 1, ML, MADE_GOOD);
	CHECK_INT(signatures_check(&policy, sigs, 4, message, MESSAGE_LEN, names, sizeof(names),
				   NULL),
		  0);
	CHECK_STR(names, "site (ed255");
}

static void sig_written_and_read(void)
{
	CLEANUP_FREE struct signature *read = NULL;
	CLEANUP_FREE char *text = NULL;
	static struct signature sigs[2];
	size_t len, count;

	make(&sigs[0], 0, ED, MADE_GOOD);
	make(&sigs[1], 1, ML, MADE_GOOD);
	CHECK_INT(signatures_write(sigs, 2, &text, &len, NULL), 0);
	CHECK_INT(signatures_parse((uint8_t *)text, len, &read, &count, NULL), 0);
	CHECK_INT(count, 2);
	for (size_t i = 0; i < count; i++) {
		CHECK_INT(read[i].algorithm, sigs[i].algorithm);
		CHECK_INT(read[i].len, sigs[i].len);
		CHECK(memcmp(read[i].bytes, sigs[i].bytes, sigs[i].len) == 0);
		CHECK(memcmp(read[i].key_id, sigs[i].key_id, sizeof(sigs[i].key_id)) == 0);
	}
}

#define ID "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ENTRY(word, signature) \
	"{\"algorithm\":\"" word "\",\"key_id\":\"" ID "\",\"signature\":" signature "}"
#define SIG(entries) "{\"format\":1,\"signatures\":[" entries "]}"

static void sig_texts(void)
{
	static const struct {
		const char *text;
		int code;
		size_t count;
	} rows[] = {
		{ SIG(""), 0, 0 },
		{ SIG(ENTRY("ed25519", "\"AAAA\"")), 0, 1 },
		{ SIG(ENTRY("ed25519", "\"\"")), 0, 1 },
		/* an algorithm to come is left out, whatever its signature looks like */
		{ SIG(ENTRY("slh-dsa", "7") "," ENTRY("ed25519", "\"AAAA\"")), 0, 1 },
		{ SIG(ENTRY("slh-dsa", "7")), 0, 0 },
		{ "", ERR_FORMAT, 0 },
		{ "{}", ERR_FORMAT, 0 },
		{ "{\"format\":1}", ERR_FORMAT, 0 },
		{ "{\"format\":2,\"signatures\":[]}", ERR_FORMAT, 0 },
		{ "{\"format\":1,\"signatures\":{}}", ERR_FORMAT, 0 },
		{ "{\"format\":1,\"signatures\":[],\"x\":1}", ERR_FORMAT, 0 },
		{ "{\"format\":1,\"signatures\":[],\"signatures\":[]}", ERR_DUPLICATE, 0 },
		{ SIG("1"), ERR_FORMAT, 0 },
		{ SIG("{}"), ERR_FORMAT, 0 },
		{ SIG(ENTRY("ed25519", "7")), ERR_FORMAT, 0 },
		{ SIG(ENTRY("ed25519", "\"AAA\"")), ERR_FORMAT, 0 },
		{ SIG(ENTRY("ed25519", "\"A\\nAA\"")), ERR_FORMAT, 0 },
		{ SIG("{\"algorithm\":\"ed25519\",\"key_id\":\"00\",\"signature\":\"\"}"),
		  ERR_FORMAT, 0 },
		{ SIG("{\"algorithm\":\"ed25519\",\"signature\":\"\"}"), ERR_FORMAT, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CLEANUP_FREE struct signature *sigs = NULL;
		struct err err = { 0 };
		size_t count = 99;
		int rc = signatures_parse((const uint8_t *)rows[i].text, strlen(rows[i].text),
					  &sigs, &count, &err);

		if (rc != rows[i].code || (!rc && count != rows[i].count))
			printf("# %s\n", rows[i].text);
		CHECK_INT(rc, rows[i].code);
		if (!rc)
			CHECK_INT(count, rows[i].count);
		else
			CHECK(!sigs);
	}
}

static void too_many_signatures(void)
{
	CLEANUP_FREE struct signature *sigs = NULL;
	char text[16384] = "{\"format\":1,\"signatures\":[";
	size_t count;

	for (int i = 0; i <= CATALOG_MAX_SIGNATURES; i++) {
		size_t at = strlen(text);

		snprintf(text + at, sizeof(text) - at, "%s" ENTRY("ed25519", "\"\""), i ? "," : "");
	}
	strcat(text, "]}");
	CHECK_INT(signatures_parse((uint8_t *)text, strlen(text), &sigs, &count, NULL), ERR_FORMAT);
	CHECK(!sigs);
}

static struct head some_head(void)
{
	struct head head = { .repo_id = "lab",
			     .serial = 7,
			     .created = "2026-01-31T12:00:00Z",
			     .index_size = 28,
			     .threshold = 1 };

	head.algorithms[ED] = head.algorithms[ML] = true;
	return head;
}

static const char head_text[] =
	"{\"created\":\"2026-01-31T12:00:00Z\",\"format\":1,\"id\":\"lab\",\"index\":{\"sha256\":\""
	"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":28},"
	"\"serial\":7,\"signer_policy\":{\"algorithms\":[\"ed25519\",\"ml-dsa-65\"],"
	"\"threshold\":1}}";

static void head_written_and_read(void)
{
	CLEANUP_FREE char *text = NULL;
	struct head head = some_head(), again;
	size_t len;

	CHECK_INT(head_write(&head, &text, &len, NULL), 0);
	CHECK_STR(text, head_text);
	CHECK_INT(head_parse((uint8_t *)text, len, &again, NULL), 0);
	CHECK_STR(again.repo_id, "lab");
	CHECK_INT(again.serial, 7);
	CHECK_STR(again.created, head.created);
	CHECK_INT(again.index_size, 28);
	CHECK_INT(again.threshold, 1);
	CHECK(again.algorithms[ED] && again.algorithms[ML]);
}

static void head_refused(void)
{
	static const struct {
		const char *from, *to;
		int code;
	} rows[] = {
		{ "\"format\":1", "\"format\":3", ERR_FORMAT },
		{ "\"id\":\"lab\"", "\"id\":\"/etc\"", ERR_FORMAT },
		{ "\"id\":\"lab\"", "\"id\":\"\"", ERR_FORMAT },
		{ "\"serial\":7", "\"serial\":-7", ERR_FORMAT },
		{ "\"serial\":7", "\"serial\":9223372036854775808", ERR_FORMAT },
		{ "\"serial\":7", "\"serial\":7,\"serial\":8", ERR_DUPLICATE },
		{ "\"serial\":7,", "", ERR_FORMAT },
		{ "12:00:00Z", "12:00:00+01:00", ERR_FORMAT },
		{ "2026-01", "2026/01", ERR_FORMAT },
		{ "\"size\":28", "\"size\":0", ERR_FORMAT },
		{ "\"size\":28", "\"size\":268435457", ERR_FORMAT },
		{ "\"size\":28", "\"size\":28,\"url\":\"x\"", ERR_FORMAT },
		{ "\"sha256\":\"00", "\"sha256\":\"0", ERR_FORMAT },
		{ "\"threshold\":1", "\"threshold\":0", ERR_FORMAT },
		{ "[\"ed25519\",", "[7,", ERR_FORMAT },
		{ "\"serial\"", "\"more\":1,\"serial\"", ERR_FORMAT },
	};
	struct err err = { 0 };
	char text[1024];
	struct head head;
	int rc;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *at = strstr(head_text, rows[i].from);

		CHECK(at);
		if (!at)
			continue;
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - head_text), head_text,
			 rows[i].to, at + strlen(rows[i].from));
		rc = head_parse((uint8_t *)text, strlen(text), &head, &err);
		if (rc != rows[i].code)
			printf("# %s\n", rows[i].to);
		CHECK_INT(rc, rows[i].code);
	}
}

/* An algorithm to come says nothing to this version and harms nothing. */
static void head_of_a_later_time(void)
{
	static const char words[] = "\"ed25519\",\"ml-dsa-65\"";
	const char *at = strstr(head_text, words);
	char text[1024];
	struct head head;

	snprintf(text, sizeof(text), "%.*s\"slh-dsa\"%s", (int)(at - head_text), head_text,
		 at + strlen(words));
	CHECK_INT(head_parse((uint8_t *)text, strlen(text), &head, NULL), 0);
	CHECK(!head.algorithms[ED] && !head.algorithms[ML]);
}

/* A directory as fwrepo makes it, signed by signer 0. */
static void make_repo(struct tmpdir *dir, struct head head, const char *index)
{
	CLEANUP_FREE char *text = NULL, *sig_text = NULL;
	static struct signature sigs[2];
	size_t len, sig_len;

	tmpdir_make(dir);
	head.index_size = strlen(index);
	CHECK_INT(hash_sha256(index, strlen(index), head.index_sha256), 0);
	CHECK_INT(head_write(&head, &text, &len, NULL), 0);
	for (enum sign_algorithm a = 1; a <= SIGN_ALGORITHM_LAST; a++) {
		struct signature *sig = &sigs[a - 1];

		sig->algorithm = a;
		memcpy(sig->key_id, keys[0][a].id, sizeof(sig->key_id));
		CHECK_INT(sign_make(&keys[0][a], (uint8_t *)text, len, sig->bytes, &sig->len, NULL),
			  0);
	}
	CHECK_INT(signatures_write(sigs, 2, &sig_text, &sig_len, NULL), 0);
	tmpdir_write(dir, "head.json", text, len);
	tmpdir_write(dir, "head.sig", sig_text, sig_len);
	tmpdir_write(dir, "index.json", index, strlen(index));
}

static void check_open(const struct tmpdir *dir, int code, const char *part)
{
	struct policy policy = policy_of(1, 1);
	struct catalog cat = { 0 };
	struct err err = { 0 };

	CHECK_INT(catalog_open(dir->path, &policy, &cat, &err), code);
	CHECK_CONTAINS(err.text, part);
	if (!code) {
		CHECK_STR(cat.repo_id, "lab");
		CHECK_INT(cat.serial, 7);
		CHECK_STR(cat.created, "2026-01-31T12:00:00Z");
		CHECK_STR(cat.signer_names, "site (ed25519 + ml-dsa-65)");
	} else {
		CHECK_STR(cat.signer_names, "");
		CHECK(!cat.components);
	}
	catalog_free(&cat);
}

static const char empty_index[] = "{\"components\":[],\"format\":1}";

static void opened(void)
{
	struct tmpdir dir;

	make_repo(&dir, some_head(), empty_index);
	check_open(&dir, 0, "");
	tmpdir_drop(&dir);
}

/* Each file changed, cut, missing; always said by the first step that does not hold. */
static void open_refused(void)
{
	static const struct {
		const char *file;
		long flip;	  /* bit of this byte */
		const char *text; /* written instead; NULL = flip; "" with unlinked */
		int code;
		const char *part;
	} rows[] = {
		{ "head.sig", 0, "", ERR_SIGNATURE, "not signed" },
		{ "head.json", 0, "", ERR_NOT_FOUND, "head.json" },
		{ "index.json", 0, "", ERR_NOT_FOUND, "index.json" },
		{ "head.json", 40, NULL, ERR_SIGNATURE, "head.json: 0 of 1" },
		/* never parsed: the signature is the first to say no */
		{ "head.json", 0, "not json", ERR_SIGNATURE, "head.json: 0 of 1" },
		{ "head.sig", 0, "{\"format\":1,\"signatures\":[]}", ERR_SIGNATURE,
		  "of 0 signatures" },
		{ "head.sig", 0, "x", ERR_FORMAT, "head.sig: not JSON" },
		{ "index.json", 3, NULL, ERR_HASH, "index.json: changed since it was signed" },
		{ "index.json", 0, "not json", ERR_HASH, "changed since it was signed" },
		{ "index.json", 0, "{\"components\":[],\"format\":1}\n", ERR_HASH, "changed" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tmpdir dir;

		make_repo(&dir, some_head(), empty_index);
		if (!rows[i].text)
			tmpdir_flip(&dir, rows[i].file, rows[i].flip);
		else if (!rows[i].text[0])
			unlink(tmpdir_file(&dir, rows[i].file));
		else
			tmpdir_write_text(&dir, rows[i].file, rows[i].text);
		check_open(&dir, rows[i].code, rows[i].part);
		tmpdir_drop(&dir);
	}
}

/* Signed by the right keys and still wrong. */
static void signed_nonsense(void)
{
	struct head draft = some_head();
	struct tmpdir dir;

	make_repo(&dir, some_head(), "{\"components\":7,\"format\":1}");
	check_open(&dir, ERR_FORMAT, "index.json: \"components\" is not an array");
	tmpdir_drop(&dir);
	draft.serial = 0;
	make_repo(&dir, draft, empty_index);
	check_open(&dir, ERR_FORMAT, "a draft");
	tmpdir_drop(&dir);
	snprintf(draft.created, sizeof(draft.created), "yesterday");
	make_repo(&dir, draft, empty_index);
	check_open(&dir, ERR_FORMAT, "\"created\" is not a time");
	tmpdir_drop(&dir);
}

int main(void)
{
	make_keys();
	TAP_RUN(signers);
	TAP_RUN(algorithms);
	TAP_RUN(names_cut);
	TAP_RUN(sig_written_and_read);
	TAP_RUN(sig_texts);
	TAP_RUN(too_many_signatures);
	TAP_RUN(head_written_and_read);
	TAP_RUN(head_refused);
	TAP_RUN(head_of_a_later_time);
	TAP_RUN(opened);
	TAP_RUN(open_refused);
	TAP_RUN(signed_nonsense);
	drop_keys();
	return TAP_END();
}
