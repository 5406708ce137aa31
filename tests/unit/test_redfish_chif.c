/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Redfish through an iLO's host channel: short and long, and with all that comes between. */
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hw/blobstore.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "hw/redfish.h"
#include "hw/trace_keep.h"
#include "hwio_ilo.h"
#include "ilo/ilo_internal.h"
#include "tap.h"
#include "temp_tree.h"

#define WAIT_MS	  60000u
#define INVENTORY "/redfish/v1/UpdateService/FirmwareInventory/?$expand=."
#define ACCOUNTS  "/redfish/v1/AccountService/Accounts/"
#define ACCOUNT                                                             \
	"{\"UserName\":\"u\",\"Password\":\"Top5ecret\",\"Oem\":{\"Hpe\":{" \
	"\"LoginName\":\"u\"}}}"

/* One whose inventory takes many packets. */
static struct hwio_ilo *machine(unsigned int generation)
{
	struct hwio_ilo *t = hwio_ilo_new(&(struct ilo_settings){ .generation = generation });
	static char place[3001];

	memset(place, 'x', sizeof(place) - 1);
	for (size_t i = 0; i < t->ilo->firmware_count; i++)
		t->ilo->firmware[i].context = place;
	return t;
}

static int open_link(struct hwio *hw, struct redfish_link *link, struct err *err)
{
	return redfish_chif_open(hw, hw->ops->now_ms(hw) + WAIT_MS, link, err);
}

static struct hwio_ilo *opened(struct redfish_link *link)
{
	struct hwio_ilo *t = machine(5);
	struct err err = { 0 };

	CHECK_INT(open_link(&t->hw, link, &err), 0);
	CHECK_STR(err.text, "");
	return t;
}

static void done(struct hwio_ilo *t, struct redfish_link *link)
{
	link->ops->close(link);
	CHECK_INT(t->n_open, 0);
	hwio_ilo_free(t);
}

static int ask(struct redfish_link *link, const char *method, const char *path, const char *body,
	       struct http_answer *ret, struct err *err)
{
	static const char *const headers[] = { "Accept: application/json", "OData-Version: 4.0",
					       "Content-Type: application/json", NULL };
	const struct redfish_request request = { .method = method, .path = path, .body = body };

	return link->ops->ask(link, &request, headers, ret, err);
}

static int get(struct redfish_link *link, const char *path, struct http_answer *ret)
{
	return ask(link, "GET", path, NULL, ret, NULL);
}

static void short_and_long_answers(void)
{
	struct http_answer answer;
	struct redfish_link link;
	struct hwio_ilo *t = opened(&link);
	char type[64];

	CHECK_INT(link.ops->way, REDFISH_CHIF);
	CHECK(!link.ops->uploads && !link.ops->needs_session);
	CHECK_INT(get(&link, "/redfish/v1/", &answer), 0);
	CHECK_INT(answer.status, 200);
	CHECK_CONTAINS(answer.body, "\"/redfish/v1/UpdateService");
	CHECK_INT(strlen(answer.body), answer.body_len);
	CHECK(http_header(answer.head, answer.head_len, "content-type", type, sizeof(type)));
	CHECK_CONTAINS(type, "application/json");
	http_answer_free(&answer);
	CHECK_INT(get(&link, INVENTORY, &answer), 0);
	CHECK_INT(answer.status, 200);
	CHECK(answer.body_len > 4 * CHIF_BLOB_READ);
	CHECK_CONTAINS(answer.body, "System ROM");
	CHECK_INT(answer.body[answer.body_len - 1], '}');
	http_answer_free(&answer);
	CHECK_INT(get(&link, "/redfish/v1/nowhere/", &answer), 0);
	CHECK_INT(answer.status, 404);
	http_answer_free(&answer);
	done(t, &link);
}

/* A request on each side of what fits into a packet, and through many parts. */
static void long_requests(void)
{
	static const size_t sizes[] = {
		100, 3300, 3310, 3320, 3330, 3340, 3350, 3499, 9000, 60000
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *body = malloc(sizes[i] + 1);
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);

		memset(body, ' ', sizes[i]);
		memcpy(body + sizes[i] - strlen(ACCOUNT), ACCOUNT, strlen(ACCOUNT) + 1);
		CHECK_INT(ask(&link, "POST", ACCOUNTS, body, &answer, NULL), 0);
		CHECK_INT(answer.status, 201);
		CHECK_INT(answer.sent, strlen(body));
		http_answer_free(&answer);
		free(body);
		done(t, &link);
	}
}

static void security_states(void)
{
	static const struct {
		unsigned int state;
		int want;
		const char *words;
	} rows[] = {
		{ CHIF_SECURITY_ERROR, 0, "" },
		{ CHIF_SECURITY_FACTORY, 0, "" },
		{ CHIF_SECURITY_PRODUCTION, 0, "" },
		{ CHIF_SECURITY_HIGH, ERR_UNSUPPORTED, "\"high security\"" },
		{ CHIF_SECURITY_FIPS, ERR_UNSUPPORTED, "\"FIPS\"" },
		{ CHIF_SECURITY_CNSA, ERR_UNSUPPORTED, "with credentials" },
		{ 9, ERR_UNSUPPORTED, "security state 9, which is not known" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hwio_ilo *t = machine(5);
		struct err err = { 0 };
		struct redfish_link link;

		ilo_set_knob(t->ilo, ILO_KNOB_SECURITY, rows[i].state, NULL);
		CHECK_INT(open_link(&t->hw, &link, &err), rows[i].want);
		CHECK_CONTAINS(err.text, rows[i].words);
		if (!rows[i].want)
			link.ops->close(&link);
		CHECK_INT(t->n_open, 0);
		hwio_ilo_free(t);
	}
}

/* Answers of the blob store that are changed on the way. */
struct twist {
	uint32_t op; /* of the request */
	unsigned int skip, times;
	int code;	  /* that it is given; -1 = none */
	const char *text; /* of an inline answer of REST */
	int halve;	  /* the part that was read is shorter */
	int empty;	  /* or has nothing */
	int cut;	  /* the packet ends here */
	unsigned int seen;
};

static void set32(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
}

static size_t resize(uint8_t *answer, size_t len)
{
	answer[0] = (uint8_t)len;
	answer[1] = (uint8_t)(len >> 8);
	return len;
}

static size_t apply(void *ctx, const uint8_t *request, uint8_t *answer, size_t len)
{
	struct twist *twist = ctx;

	if (request[4] != 0x1c || request[5] != 0x01 || request[8] != twist->op)
		return len;
	if (twist->seen++ < twist->skip || twist->seen > twist->skip + twist->times)
		return len;
	if (twist->code >= 0)
		set32(answer + 8, (size_t)twist->code);
	if (twist->text) {
		memset(answer + 8, 0, 8);
		set32(answer + 16, strlen(twist->text));
		memcpy(answer + 20, twist->text, strlen(twist->text));
		return resize(answer, 20 + strlen(twist->text));
	}
	if (twist->empty)
		set32(answer + 12, 0);
	if (twist->halve)
		set32(answer + 12, (len - 16) / 2);
	return twist->cut ? resize(answer, (size_t)twist->cut) : len;
}

#define ONCE(op_) .op = (op_), .times = 1, .code = -1

static void the_ilo_wants_a_login(void)
{
	static const struct {
		const char *text;
		int want;
		const char *words;
	} rows[] = {
		{ "HTTP/1.1 401 Unauthorized\r\n\r\n", ERR_UNSUPPORTED,
		  "RequireHostAuthentication" },
		{ "HTTP/1.1 403 Forbidden\r\n\r\n", ERR_UNSUPPORTED, "HTTP 403" },
		{ "HTTP/1.1 503 Later\r\n\r\n", 0, "" },
		{ "HTTP/1.1 500 No\r\n\r\n", 0, "" },
		{ "HTTP/1.1 404 No\r\n\r\n", ERR_UNSUPPORTED, "no Redfish" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct twist twist = { ONCE(CHIF_BLOB_REST), .text = rows[i].text };
		struct hwio_ilo *t = machine(5);
		struct redfish_link link;
		struct err err = { 0 };

		t->twist = apply;
		t->twist_ctx = &twist;
		CHECK_INT(open_link(&t->hw, &link, &err), rows[i].want);
		CHECK_CONTAINS(err.text, rows[i].words);
		if (!rows[i].want)
			link.ops->close(&link);
		CHECK_INT(t->n_open, 0);
		hwio_ilo_free(t);
	}
}

static size_t both_old(void *ctx, const uint8_t *request, uint8_t *answer, size_t len)
{
	const char *text = strstr((const char *)request + 0x44, "GET /rest/v1 ")
				   ? "HTTP/1.1 200 OK\r\n\r\n{}"
				   : "HTTP/1.1 404 No\r\n\r\n";
	struct twist twist = { ONCE(CHIF_BLOB_REST), .text = text };

	(void)ctx;
	return apply(&twist, request, answer, len);
}

static void an_old_ilo_4(void)
{
	struct hwio_ilo *t = machine(4);
	struct redfish_link link;
	struct err err = { 0 };

	CHECK_INT(open_link(&t->hw, &link, &err), 0); /* one with Redfish */
	link.ops->close(&link);
	t->twist = both_old;
	CHECK_INT(open_link(&t->hw, &link, &err), ERR_UNSUPPORTED);
	CHECK_CONTAINS(err.text, "older than 2.30");
	CHECK_INT(t->n_open, 0);
	hwio_ilo_free(t);
}

/* Each code of the store, once, for a request that changes something and one that does not. */
static void codes_of_rest(void)
{
	static const struct {
		int code, get, post;
	} rows[] = {
		{ CHIF_BLOB_ERROR, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_BAD_PARAMETER, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_BAD_CONFIG, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_NO_MEMORY, 0, 0 }, /* asked again */
		{ CHIF_BLOB_TIMEOUT, ERR_OVERDUE, ERR_OVERDUE },
		{ CHIF_BLOB_RETRY, 0, 0 },
		{ CHIF_BLOB_NOT_AGAIN, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_BAD_NAME, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_TOO_LARGE, ERR_TOO_LARGE, ERR_TOO_LARGE },
		{ CHIF_BLOB_READ_ONLY, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_WRITE_ONLY, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_NOT_FOUND, ERR_NOT_FOUND, ERR_NOT_FOUND },
		{ CHIF_BLOB_BUFFER_TOO_SMALL, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_MORE_BLOBS, ERR_DEVICE, ERR_DEVICE },
		{ CHIF_BLOB_UNAVAILABLE, 0, 0 },
		{ CHIF_BLOB_DISABLED, ERR_UNSUPPORTED, ERR_UNSUPPORTED },
		{ CHIF_BLOB_UNINITIALIZED, 0, 0 },
		{ CHIF_BLOB_UNIMPLEMENTED, ERR_UNSUPPORTED, ERR_UNSUPPORTED },
		{ CHIF_BLOB_UNSUPPORTED, ERR_UNSUPPORTED, ERR_UNSUPPORTED },
		{ CHIF_BLOB_NOT_MODIFIED, 0, 0 },
		{ CHIF_BLOB_PRECONDITION_FAILED, ERR_DEVICE, ERR_DEVICE },
		{ 1000, ERR_DEVICE, ERR_DEVICE },
	};

	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(*rows); i++) {
		struct twist twist = { ONCE(CHIF_BLOB_REST) };
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);
		bool post = i & 1;
		int rc;

		twist.code = rows[i / 2].code;
		t->twist = apply;
		t->twist_ctx = &twist;
		rc = ask(&link, post ? "PATCH" : "GET", "/redfish/v1/Managers/1/",
			 post ? "{}" : NULL, &answer, NULL);
		if (rc != (post ? rows[i / 2].post : rows[i / 2].get))
			printf("# code %d%s: %d\n", rows[i / 2].code, post ? ", PATCH" : "", rc);
		CHECK_INT(rc, post ? rows[i / 2].post : rows[i / 2].get);
		http_answer_free(&answer);
		t->twist = NULL;
		CHECK_INT(get(&link, "/redfish/v1/", &answer), 0);
		http_answer_free(&answer);
		done(t, &link);
	}
}

/* How a long answer comes, and how it does not. */
static void parts_of_an_answer(void)
{
	static const struct {
		struct twist twist;
		int want;
		uint64_t least_ms, most_ms;
	} rows[] = {
		/* Not ready, once and so often that HPE's client gives up; 44 of them take 58 s. */
		{ { .op = CHIF_BLOB_INFO, .times = 3, .code = 2 }, 0, 900, 1000 },
		{ { .op = CHIF_BLOB_INFO, .times = 1000, .code = 2 }, ERR_OVERDUE, 56000, 60000 },
		{ { .op = CHIF_BLOB_DELETE, .times = 1000, .code = 2 }, 0, 0, 3000 },
		{ { .op = CHIF_BLOB_DELETE, .times = 1, .code = 12 }, 0, 0, 200 },
		{ { .op = CHIF_BLOB_INFO, .times = 1, .code = 12 }, ERR_NOT_FOUND, 0, 200 },
		{ { .op = CHIF_BLOB_INFO, .times = 1, .code = -1, .cut = 15 }, 0, 1000, 1300 },
		{ { .op = CHIF_BLOB_INFO, .times = 9, .code = -1, .cut = 15 },
		  ERR_FORMAT,
		  4000,
		  4300 },
		{ { .op = CHIF_BLOB_GET, .times = 9, .code = -1, .halve = 1 }, 0, 0, 300 },
		{ { .op = CHIF_BLOB_GET, .times = 2, .code = -1, .empty = 1 }, 0, 0, 300 },
		{ { .op = CHIF_BLOB_GET, .times = 3, .code = -1, .empty = 1 }, 0, 1000, 1300 },
		{ { .op = CHIF_BLOB_GET, .times = 99, .code = -1, .empty = 1 },
		  ERR_FORMAT,
		  4000,
		  4500 },
		{ { .op = CHIF_BLOB_GET, .times = 1, .code = -1, .cut = 100 }, 0, 1000, 1300 },
		{ { .op = CHIF_BLOB_GET, .times = 1, .code = 1 }, ERR_DEVICE, 0, 200 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct twist twist = rows[i].twist;
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);
		uint64_t begin = t->now_ms;
		int rc;

		t->twist = apply;
		t->twist_ctx = &twist;
		rc = get(&link, INVENTORY, &answer);
		if (rc != rows[i].want || t->now_ms - begin < rows[i].least_ms ||
		    t->now_ms - begin > rows[i].most_ms)
			printf("# row %zu: %d after %u ms\n", i, rc,
			       (unsigned int)(t->now_ms - begin));
		CHECK_INT(rc, rows[i].want);
		CHECK(t->now_ms - begin >= rows[i].least_ms);
		CHECK(t->now_ms - begin <= rows[i].most_ms);
		if (!rc)
			CHECK_INT(answer.body[answer.body_len - 1], '}');
		http_answer_free(&answer);
		done(t, &link);
	}
}

static void writing_a_request_fails(void)
{
	static const struct {
		uint32_t op;
		int code, want;
	} rows[] = {
		{ CHIF_BLOB_CREATE, 4, 0 },    { CHIF_BLOB_CREATE, 9, ERR_TOO_LARGE },
		{ CHIF_BLOB_PUT, 6, 0 },       { CHIF_BLOB_PUT, 10, ERR_DEVICE },
		{ CHIF_BLOB_FINALIZE, 15, 0 }, { CHIF_BLOB_FINALIZE, 1, ERR_DEVICE },
	};
	char body[6000] = ACCOUNT;

	memset(body + strlen(body), ' ', sizeof(body) - strlen(body) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct twist twist = { ONCE(rows[i].op) };
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);

		twist.code = rows[i].code;
		t->twist = apply;
		t->twist_ctx = &twist;
		CHECK_INT(ask(&link, "POST", ACCOUNTS, body, &answer, NULL), rows[i].want);
		CHECK_INT(answer.status, rows[i].want ? 0 : 201);
		http_answer_free(&answer);
		done(t, &link);
	}
}

static void answers_that_are_no_http(void)
{
	static const struct {
		const char *text;
		unsigned int times;
		int want;
		unsigned int status;
	} rows[] = {
		{ "", 1, 0, 500 },
		{ "nonsense", 1, 0, 200 }, /* the second try */
		{ "nonsense", 99, ERR_FORMAT, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nx", 99, ERR_UNSUPPORTED, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct twist twist = { .op = CHIF_BLOB_REST, .code = -1 };
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);

		twist.text = rows[i].text;
		twist.times = rows[i].times;
		t->twist = apply;
		t->twist_ctx = &twist;
		CHECK_INT(get(&link, "/redfish/v1/", &answer), rows[i].want);
		CHECK_INT(answer.status, rows[i].status);
		http_answer_free(&answer);
		done(t, &link);
	}
}

/* The number of accounts that the model has. */
static unsigned int accounts(struct redfish_link *link)
{
	struct http_answer answer;
	unsigned int count = 0;

	CHECK_INT(get(link, ACCOUNTS, &answer), 0);
	for (const char *at = answer.body; at && (at = strstr(at, "AccountService/Accounts/"));
	     at++)
		count += at[strlen("AccountService/Accounts/")] != '"';
	http_answer_free(&answer);
	return count;
}

/*
 * A reset of the iLO at every call of an exchange. What only reads comes through; what changes
 * something is done once or not at all, and when that is not known it is said.
 */
static void reset_in_every_phase(void)
{
	unsigned int unknown = 0;

	for (unsigned int at = 0; at < 40; at++) {
		struct http_answer answer;
		struct redfish_link link;
		struct hwio_ilo *t = opened(&link);
		struct err err = { 0 };
		unsigned int before = accounts(&link);
		int rc;

		t->reset_at = t->calls + at / 2 + 1;
		t->reset_ms = 20000;
		if (at % 2 == 0) {
			CHECK_INT(get(&link, INVENTORY, &answer), 0);
			CHECK_INT(answer.body[answer.body_len - 1], '}');
		} else {
			rc = ask(&link, "POST", ACCOUNTS, ACCOUNT, &answer, &err);
			CHECK(rc == 0 || rc == ERR_DEVICE_GONE);
			if (rc) {
				CHECK_CONTAINS(err.text, "whether it was done is not known");
				unknown++;
			} else {
				CHECK_INT(answer.status, 201);
			}
			t->reset_at = 0;
			CHECK(accounts(&link) <= before + 1);
			CHECK(rc || accounts(&link) == before + 1);
		}
		http_answer_free(&answer);
		done(t, &link);
	}
	CHECK(unknown > 0);
}

/* The iLO restarts because it was asked to, and says so first; then it is waited for. */
static void it_is_asked_to_restart(void)
{
	struct http_answer answer;
	struct redfish_link link;
	struct hwio_ilo *t = opened(&link);
	uint64_t begin = t->now_ms;
	int rc;

	CHECK_INT(ask(&link, "POST", "/redfish/v1/Managers/1/Actions/Manager.Reset/", "{}", &answer,
		      NULL),
		  0);
	CHECK_INT(answer.status, 200);
	http_answer_free(&answer);
	CHECK(ilo_is_down(t->ilo));
	rc = get(&link, "/redfish/v1/", &answer); /* its own time is as long as the restart */
	CHECK(rc == ERR_BUSY || rc == ERR_OVERDUE);
	http_answer_free(&answer);
	CHECK_INT(get(&link, "/redfish/v1/", &answer), 0);
	CHECK(t->now_ms - begin < 65000);
	http_answer_free(&answer);
	done(t, &link);
}

/* Reading is tried again; a change is not, whatever is said about it. */
static void the_driver_takes_nothing(void)
{
	struct http_answer answer;
	struct redfish_link link;
	struct hwio_ilo *t = opened(&link);
	struct err err = { 0 };

	t->busy = 7;
	CHECK_INT(get(&link, "/redfish/v1/", &answer), 0);
	http_answer_free(&answer);
	t->busy = 1;
	CHECK_INT(ask(&link, "POST", ACCOUNTS, ACCOUNT, &answer, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "whether it was done is not known");
	http_answer_free(&answer);
	CHECK_INT(accounts(&link), 1);
	t->busy = 1000;
	CHECK_INT(get(&link, "/redfish/v1/", &answer), ERR_BUSY);
	done(t, &link);
}

static void no_uploads(void)
{
	const struct http_part part = { .name = "file", .size = 1, .data = "x" };
	const struct redfish_request request = {
		.method = "POST", .path = "/cgi-bin/uploadFile", .parts = &part, .part_count = 1
	};
	struct http_answer answer;
	struct redfish_link link;
	struct hwio_ilo *t = opened(&link);
	unsigned int packets = t->packets;

	CHECK_INT(link.ops->ask(&link, &request, NULL, &answer, NULL), ERR_UNSUPPORTED);
	CHECK_INT(t->packets, packets);
	CHECK_INT(get(&link, "/a b", &answer), ERR_FORMAT);
	CHECK_INT(t->packets, packets);
	done(t, &link);
}

/* What an inventory has to wait for an iLO that is of no use, whatever else is tried then. */
static void no_way_costs_no_more_than_its_time(void)
{
	static const struct {
		enum ilo_knob knob;
		unsigned int silent;
		uint32_t taken;
		uint64_t most_ms;
	} rows[] = {
		{ ILO_KNOB_DEAD, 0, 0, 11000 },
		{ ILO_KNOB_NONE, 1000000, 0, 11000 },
		{ ILO_KNOB_NONE, 0, 0xffffffff, 11000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hwio_ilo *t = machine(5);
		struct redfish *rf;
		struct err err = { 0 };

		if (rows[i].knob)
			ilo_set_knob(t->ilo, rows[i].knob, 0, NULL);
		t->silent = rows[i].silent;
		t->taken = rows[i].taken;
		CHECK(redfish_open(&t->hw, REDFISH_ASK, 10000, &rf, &err) != 0);
		CHECK_CONTAINS(err.text, "(CHIF)");
		if (t->now_ms > 1000 + rows[i].most_ms)
			printf("# row %zu: %u ms\n", i, (unsigned int)t->now_ms - 1000);
		CHECK(t->now_ms <= 1000 + rows[i].most_ms);
		CHECK_INT(t->n_open, 0);
		hwio_ilo_free(t);
	}
}

/* Two GETs and a new account, by whatever seam; the status of each. */
static unsigned int three_requests(struct hwio *hw, char body[64])
{
	struct http_answer answer;
	struct redfish_link link;
	unsigned int all;

	CHECK_INT(open_link(hw, &link, NULL), 0);
	CHECK_INT(get(&link, INVENTORY, &answer), 0);
	all = answer.status;
	snprintf(body, 64, "%s", answer.body ? answer.body : "");
	http_answer_free(&answer);
	CHECK_INT(ask(&link, "POST", ACCOUNTS, ACCOUNT, &answer, NULL), 0);
	all = all * 1000 + answer.status;
	http_answer_free(&answer);
	CHECK_INT(get(&link, "/redfish/v1/", &answer), 0);
	all = all * 1000 + answer.status;
	http_answer_free(&answer);
	link.ops->close(&link);
	return all;
}

static void recorded_and_replayed(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *text = NULL;
	char live[64], again[64];
	struct hwio_ilo *t = machine(5);
	struct err err = { 0 };
	struct hwio *hw;

	CHECK_INT(hwio_record_new(&t->hw, tree.dir, &hw, NULL), 0);
	CHECK_INT(three_requests(hw, live), 200201200);
	hwio_record_free(hw);
	text = temp_tree_read(&tree, "/trace-hpilo-d0ccb15.jsonl");
	CHECK(text && strstr(text, "password or session"));
	CHECK(text && !strstr(text, "546f7035656372"));		   /* "Top5ecr" in hex */
	CHECK(text && strstr(text, "4f446174612d56657273696f6e")); /* "OData-Version" */
	CHECK_INT(hwio_replay_new(tree.dir, &hw, NULL), 0);
	CHECK_INT(three_requests(hw, again), 200201200);
	CHECK_STR(again, live);
	CHECK_INT(hwio_replay_check(hw, &err), 0);
	CHECK_STR(err.text, "");
	hwio_replay_free(hw);
	hwio_ilo_free(t);
}

static void what_is_kept_of_packets(void)
{
	static const struct {
		uint8_t op; /* 0 = no packet of the blob store */
		const char *text;
		bool to_device;
		enum trace_rule want;
	} rows[] = {
		{ CHIF_BLOB_REST, "GET /redfish/v1/", true, TRACE_BYTES },
		{ CHIF_BLOB_REST, "{\"Password\":\"x\"}", true, TRACE_NOTHING },
		{ CHIF_BLOB_REST, "{\"password\":\"x\"}", true, TRACE_NOTHING },
		{ CHIF_BLOB_REST, "x-auth-token: 1", true, TRACE_NOTHING },
		{ CHIF_BLOB_PUT, "anything", true, TRACE_NOTHING },
		{ CHIF_BLOB_GET, "anything", true, TRACE_BYTES },
		{ 0, "Password", true, TRACE_BYTES },
		/* What an iLO answers has an empty one: replays need it. */
		{ 0, "{\"Password\":null}", false, TRACE_BYTES },
		{ CHIF_BLOB_PUT, "{\"Password\":null}", false, TRACE_BYTES },
		{ 1, "X-Auth-Token: 1", false, TRACE_NOTHING },
		{ 1, "Set-Cookie: sessionKey=1", false, TRACE_NOTHING },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t packet[64] = { sizeof(packet) };

		packet[4] = rows[i].op ? 0x1c : 0x02;
		packet[5] = (uint8_t)((rows[i].op ? 0x01 : 0) | (rows[i].to_device ? 0 : 0x80));
		packet[8] = rows[i].op;
		memcpy(packet + 20, rows[i].text, strlen(rows[i].text));
		if (trace_keep_data("/dev/hpilo/d0ccb3", packet, sizeof(packet), rows[i].to_device)
			    .rule != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(trace_keep_data("/dev/hpilo/d0ccb3", packet, sizeof(packet),
					  rows[i].to_device)
				  .rule,
			  rows[i].want);
		CHECK_INT(trace_keep_data("/dev/nvme0", packet, sizeof(packet), true).rule,
			  TRACE_BYTES);
	}
}

int main(void)
{
	TAP_RUN(short_and_long_answers);
	TAP_RUN(long_requests);
	TAP_RUN(security_states);
	TAP_RUN(the_ilo_wants_a_login);
	TAP_RUN(an_old_ilo_4);
	TAP_RUN(codes_of_rest);
	TAP_RUN(parts_of_an_answer);
	TAP_RUN(writing_a_request_fails);
	TAP_RUN(answers_that_are_no_http);
	TAP_RUN(reset_in_every_phase);
	TAP_RUN(it_is_asked_to_restart);
	TAP_RUN(the_driver_takes_nothing);
	TAP_RUN(no_uploads);
	TAP_RUN(no_way_costs_no_more_than_its_time);
	TAP_RUN(recorded_and_replayed);
	TAP_RUN(what_is_kept_of_packets);
	return TAP_END();
}
