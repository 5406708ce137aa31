/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP through the seams that record, replay and disturb. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hw/bmc_access.h"
#include "hw/http.h"
#include "hw/hwio_fault.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "hw/trace_http.h"
#include "tap.h"
#include "temp_tree.h"

#define PASSWORD "pw-7f3a"
#define TOKEN	 "tok-91bc"
#define IMAGE	 100000u

/* A BMC that answers as a table says. */
static struct {
	struct hwio hw;
	struct bmc_access access;
	int rc;
	const char *head, *body;
	unsigned int asked;
	uint64_t read; /* of all parts */
	uint64_t now_ms;
} bmc;

static int bmc_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	uint8_t byte;

	(void)hw;
	bmc.asked++;
	for (size_t i = 0; i < request->part_count; i++)
		for (uint64_t at = 0; request->parts[i].read && at < request->parts[i].size; at++) {
			if (request->parts[i].read(request->parts[i].ctx, at, &byte, 1))
				return -ECANCELED;
			bmc.read++;
		}
	if (bmc.rc)
		return bmc.rc;
	ret->status = 201;
	ret->head = strdup(bmc.head);
	ret->head_len = strlen(bmc.head);
	ret->body = strdup(bmc.body);
	ret->body_len = strlen(bmc.body);
	ret->sent = 77;
	snprintf(ret->pin, sizeof(ret->pin), "%064d", 7);
	return 0;
}

static uint64_t bmc_now(struct hwio *hw)
{
	(void)hw;
	return bmc.now_ms;
}

static void bmc_sleep(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	bmc.now_ms += ms;
}

static const struct hwio_ops bmc_ops = {
	.name = "bmc",
	.http = bmc_http,
	.now_ms = bmc_now,
	.sleep_ms = bmc_sleep,
};

static struct hwio *fresh(void)
{
	memset(&bmc, 0, sizeof(bmc));
	bmc.hw.ops = &bmc_ops;
	bmc.hw.bmc = &bmc.access;
	bmc.head = "X-Auth-Token: " TOKEN "\r\nSet-Cookie: a=" TOKEN "\r\nETag: \"1\"\r\n";
	bmc.body = "{\"Name\":\"iLO\",\"Password\": \"" PASSWORD "\",\"n\":\"\xc3\xa4\"}";
	snprintf(bmc.access.url, sizeof(bmc.access.url), "https://ilo");
	snprintf(bmc.access.user, sizeof(bmc.access.user), "nobody-7");
	snprintf(bmc.access.password, sizeof(bmc.access.password), PASSWORD);
	return &bmc.hw;
}

static int read_image(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	(void)ctx;
	for (size_t i = 0; i < len; i++)
		buf[i] = (uint8_t)((offset + i) * 13);
	return 0;
}

static const char *const headers[] = { "Accept: application/json", "X-Auth-Token: " TOKEN,
				       "Cookie: sessionKey=" TOKEN, "authorization: Basic " TOKEN,
				       NULL };

static const struct http_part parts[] = {
	{ .name = "sessionKey", .size = 8, .data = TOKEN, .secret = true },
	{ .name = "parameters",
	  .content_type = "application/json",
	  .size = 21,
	  .data = "{\"UpdateTarget\":true}" },
	{ .name = "file",
	  .file_name = "a.bin",
	  .content_type = "application/octet-stream",
	  .size = IMAGE,
	  .read = read_image,
	  .firmware = true },
};

enum { GET, LOGIN, SCRIPT, UPLOAD, REQUESTS };

static struct http_request request_of(int which)
{
	static const char login[] = "{\"UserName\":\"nobody-7\",\"Password\":\"" PASSWORD "\"}";
	static const char script[] = "<LOGIN USER_LOGIN=\"a\" PASSWORD=\"" PASSWORD "\\\"/>\r\n";
	const struct http_request all[REQUESTS] = {
		[GET] = { .method = "GET", .url = "https://ilo/redfish/v1/", .headers = headers },
		[LOGIN] = { .method = "POST",
			    .url = "https://ilo/redfish/v1/SessionService/Sessions/",
			    .body = login,
			    .body_len = sizeof(login) - 1,
			    .secret = true },
		[SCRIPT] = { .method = "POST",
			     .url = "https://ilo/ribcl",
			     .body = script,
			     .body_len = sizeof(script) - 1 },
		[UPLOAD] = { .method = "POST",
			     .url = "https://ilo/cgi-bin/uploadFile",
			     .headers = headers,
			     .parts = parts,
			     .part_count = 3 },
	};

	return all[which];
}

/* What a recording of all of them keeps; the BMC refuses the last to answer. */
static char *record_all(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;

	CHECK_INT(hwio_record_new(fresh(), tree->dir, &hw, NULL), 0);
	CHECK(hw->bmc == &bmc.access);
	for (int i = 0; i < REQUESTS; i++) {
		struct http_request request = request_of(i);
		struct http_answer answer;

		bmc.rc = i == UPLOAD ? -ECONNRESET : 0;
		CHECK_INT(http_ask(hw, &request, &answer), bmc.rc);
		http_answer_free(&answer);
	}
	hwio_record_free(hw);
	return temp_tree_read(tree, "/trace-socket-http.jsonl");
}

static void keeps_what_is_no_secret(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *text = record_all(&tree);

	CHECK_CONTAINS(text, "\"call\":\"http\"");
	CHECK_CONTAINS(text, "\"method\":\"GET\",\"url\":\"https://ilo/redfish/v1/\"");
	CHECK_CONTAINS(text, "\"Accept: application/json\",\"X-Auth-Token: (kept back)\"");
	CHECK_CONTAINS(text, "\"status\":201,\"head\":[\"X-Auth-Token: (kept back)\"");
	CHECK_CONTAINS(text, "\"ETag: \\\"1\\\"\"");
	CHECK_CONTAINS(text, "{\\\"Name\\\":\\\"iLO\\\",\\\"Password\\\": \\\"(kept back)\\\",");
	CHECK_CONTAINS(text, "\\\"n\\\":\\\"\xc3\xa4\\\"}");
	CHECK_CONTAINS(text, "\"out\":{\"len\":0,\"redacted\":\"credentials\"}");
	CHECK_CONTAINS(text, "PASSWORD=\\\"(kept back)\\\"/>\\r\\n");
	CHECK_CONTAINS(text, "{\"name\":\"sessionKey\",\"data\":{\"len\":0,\"redacted\":");
	CHECK_CONTAINS(text, "\"text\":\"{\\\"UpdateTarget\\\":true}\"");
	CHECK_CONTAINS(text, "\"file_name\":\"a.bin\",");
	CHECK_CONTAINS(text, "\"data\":{\"len\":100000,\"sha256\":\"");
	CHECK_CONTAINS(text, "\"result\":-104");
}

static void keeps_no_secret(void)
{
	static const char *const names[] = { "/trace-socket-http.jsonl", "/trace-sys.jsonl" };
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *first = record_all(&tree);

	for (size_t i = 0; i < 2; i++) {
		CLEANUP_FREE char *text = temp_tree_read(&tree, names[i]);

		CHECK(text);
		CHECK(text && !strstr(text, PASSWORD));
		CHECK(text && !strstr(text, TOKEN));
		CHECK(text && !strstr(text, "nobody-7"));
		/* Nor as hex: "pw-7f3a". */
		CHECK(text && !strstr(text, "70772d37663361"));
	}
	CHECK_CONTAINS(first, "(kept back)");
}

static void scrubs(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "{\"Password\":\"a\\\"b\",\"x\":1}", "{\"Password\":\"(kept back)\",\"x\":1}" },
		{ "{\"NewPassword\" : \"a\"}", "{\"NewPassword\" : \"(kept back)\"}" },
		{ "PASSWORD='a\"b' x", "PASSWORD='(kept back)' x" },
		{ "token=\"\"token=\"\"", "token=\"(kept back)\"token=\"(kept back)\"" },
		{ "\"MinPasswordLength\":8", "\"MinPasswordLength\":8" },
		{ "the password is old", "the password is old" },
		{ "\"Password\":\"cut of", "\"Password\":\"(kept back)" },
		{ "\"Password\":\"cut\\", "\"Password\":\"(kept back)" },
		{ "\"Password\":", "\"Password\":" },
		{ "password", "password" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len;
		CLEANUP_FREE char *clean =
			trace_http_scrub(rows[i].text, strlen(rows[i].text), &len);

		CHECK_STR(clean, rows[i].want);
		CHECK_INT(len, strlen(rows[i].want));
	}
}

static void replayed(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *text = record_all(&tree);
	struct hwio *hw = NULL;
	struct err err = { 0 };
	char etag[8];

	CHECK_INT(hwio_replay_new(tree.dir, &hw, &err), 0);
	CHECK_STR(err.text, "");
	if (!hw)
		return;
	/* The way is the recorded one; who it was is not known. */
	CHECK(bmc_is_remote(hw));
	CHECK_STR(hw->bmc->url, "https://ilo");
	CHECK_STR(hw->bmc->user, "recorded");
	for (int i = 0; i < REQUESTS; i++) {
		struct http_request request = request_of(i);
		struct http_answer answer;

		CHECK_INT(http_ask(hw, &request, &answer), i == UPLOAD ? -ECONNRESET : 0);
		if (i == UPLOAD)
			continue;
		CHECK_INT(answer.status, 201);
		CHECK_INT(answer.sent, 77);
		CHECK(http_header(answer.head, answer.head_len, "etag", etag, sizeof(etag)));
		CHECK_STR(etag, "\"1\"");
		if (i == GET) {
			CHECK_CONTAINS(answer.body, "{\"Name\":\"iLO\",");
			CHECK_INT(answer.body_len, strlen(answer.body));
		}
		if (i == LOGIN)
			CHECK_STR(answer.body, "");
		http_answer_free(&answer);
	}
	hwio_replay_free(hw);
	CHECK(text);
}

static void deviations(void)
{
	static const char other_body[] = "<LOGIN USER_LOGIN=\"b\"/>";
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *text = record_all(&tree);

	for (int mistake = 0; mistake < 5; mistake++) {
		struct http_part changed[3];
		struct hwio *hw = NULL;
		struct err err = { 0 };
		int rc = 0;

		CHECK_INT(hwio_replay_new(tree.dir, &hw, &err), 0);
		memcpy(changed, parts, sizeof(changed));
		changed[2].size--;
		for (int i = 0; i < REQUESTS && rc != -EPROTO; i++) {
			struct http_request request = request_of(i);
			struct http_answer answer;

			if (mistake == 0 && i == GET)
				request.url = "https://ilo/other";
			if (mistake == 1 && i == LOGIN)
				request.method = "PUT";
			if (mistake == 2 && i == SCRIPT) {
				request.body = other_body;
				request.body_len = sizeof(other_body) - 1;
			}
			if (mistake == 3 && i == UPLOAD)
				request.parts = changed;
			if (mistake == 4 && i == GET)
				request.headers = NULL;
			rc = http_ask(hw, &request, &answer);
			http_answer_free(&answer);
		}
		CHECK_INT(rc, -EPROTO);
		CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
		CHECK_CONTAINS(err.text, "trace-socket-http.jsonl");
		CHECK_CONTAINS(err.text, "is another one");
		hwio_replay_free(hw);
	}
	CHECK(text);
}

/* What each disturbance makes of a request, and whether the BMC has seen it. */
static void disturbed(void)
{
	static const struct {
		enum hwio_fault_kind kind;
		int which, want;
		unsigned int asked;
	} rows[] = {
		{ HWIO_FAULT_ERROR, GET, -ETIMEDOUT, 0 },
		{ HWIO_FAULT_LATE_ERROR, GET, -ETIMEDOUT, 1 },
		{ HWIO_FAULT_SHORT, GET, -ECONNRESET, 1 },
		{ HWIO_FAULT_SHORT, UPLOAD, -ECONNRESET, 1 },
		{ HWIO_FAULT_LIE, GET, 0, 0 },
		{ HWIO_FAULT_GONE, GET, -ENETUNREACH, 0 },
		{ HWIO_FAULT_STALL, GET, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hwio_fault_rule rule = { .path = HWIO_HTTP,
						.call = HWIO_CALL_HTTP,
						.at = 2,
						.kind = rows[i].kind,
						.errnum = ETIMEDOUT,
						.stall_ms = 90000 };
		struct http_request request = request_of(rows[i].which);
		struct http_answer answer;
		struct hwio *hw = NULL;
		uint64_t begin;

		CHECK_INT(hwio_fault_new(fresh(), &rule, 1, &hw, NULL), 0);
		CHECK_INT(http_ask(hw, &request, &answer), 0);
		http_answer_free(&answer);
		bmc.asked = 0;
		bmc.read = 0;
		begin = hw->ops->now_ms(hw);
		CHECK_INT(http_ask(hw, &request, &answer), rows[i].want);
		CHECK_INT(bmc.asked, rows[i].asked);
		CHECK_INT(answer.status, rows[i].want			  ? 0
					 : rows[i].kind == HWIO_FAULT_LIE ? 200
									  : 201);
		CHECK(!rows[i].want == !!answer.head && !rows[i].want == !!answer.body);
		if (rows[i].which == UPLOAD)
			CHECK_INT(bmc.read, IMAGE / 2);
		if (rows[i].kind == HWIO_FAULT_STALL)
			CHECK(hw->ops->now_ms(hw) - begin >= 90000);
		http_answer_free(&answer);
		/* A way that is gone stays gone; the rest was that once. */
		CHECK_INT(http_ask(hw, &request, &answer),
			  rows[i].kind == HWIO_FAULT_GONE ? -ENETUNREACH : 0);
		http_answer_free(&answer);
		hwio_fault_free(hw);
	}
}

static void another_root_has_none(void)
{
	struct http_request request = request_of(GET);
	struct hwio *hw = hwio_real_new("/tmp");
	struct http_answer answer;

	CHECK_INT(http_ask(hw, &request, &answer), -ENOSYS);
	hwio_real_free(hw);
}

int main(void)
{
	TAP_RUN(keeps_what_is_no_secret);
	TAP_RUN(keeps_no_secret);
	TAP_RUN(scrubs);
	TAP_RUN(replayed);
	TAP_RUN(deviations);
	TAP_RUN(disturbed);
	TAP_RUN(another_root_has_none);
	return TAP_END();
}
