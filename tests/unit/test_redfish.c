/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client over a link with a script: what it asks, and what it makes of answers. */
#include <stdlib.h>

#include "base/json.h"
#include "hw/bmc_access.h"
#include "hw/redfish.h"
#include "tap.h"

/* One exchange: what must be asked, and what comes back. */
struct line {
	const char *ask; /* "GET /redfish/v1/" */
	int rc;		 /* of the way */
	unsigned int status;
	const char *head, *body;
};

static struct world {
	struct hwio hw;
	struct bmc_access access;
	uint64_t clock_ms;
	const struct line *lines;
	size_t count, at;
	bool closed;
	char headers[1024]; /* of the last request */
	char sent[1024];    /* its body */
	bool secret;
	uint32_t stall_ms;
} world;

static uint64_t now_ms(struct hwio *hw)
{
	(void)hw;
	return world.clock_ms;
}

static void sleep_ms(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	world.clock_ms += ms;
}

static const struct hwio_ops hw_ops = { .name = "test", .now_ms = now_ms, .sleep_ms = sleep_ms };

static void keep(const struct redfish_request *request, const char *const *headers)
{
	world.headers[0] = world.sent[0] = '\0';
	for (size_t i = 0; headers[i]; i++)
		snprintf(world.headers + strlen(world.headers),
			 sizeof(world.headers) - strlen(world.headers), "%s\n", headers[i]);
	if (request->body)
		snprintf(world.sent, sizeof(world.sent), "%s", request->body);
	world.secret = request->secret;
	world.stall_ms = request->stall_ms;
}

static int ask(struct redfish_link *link, const struct redfish_request *request,
	       const char *const *headers, struct http_answer *ret, struct err *err)
{
	const struct line *line = &world.lines[world.at];
	char asked[300];

	(void)link;
	snprintf(asked, sizeof(asked), "%s %s", request->method, request->path);
	keep(request, headers);
	if (world.at == world.count) {
		printf("# not expected: %s\n", asked);
		tap_broken++;
		return err_set(err, ERR_INTERNAL, "the script is over");
	}
	CHECK_STR(asked, line->ask);
	world.at++;
	world.clock_ms += 10;
	if (line->rc)
		return err_set(err, line->rc, "the way fails");
	ret->status = line->status;
	ret->head = strdup(line->head ? line->head : "");
	ret->head_len = strlen(ret->head);
	ret->body = strdup(line->body ? line->body : "");
	ret->body_len = strlen(ret->body);
	return 0;
}

static void close_link(struct redfish_link *link)
{
	(void)link;
	world.closed = true;
}

static const struct redfish_link_ops open_way = { REDFISH_CHIF, "the channel", false,
						  false,	ask,	       close_link };
static const struct redfish_link_ops login_way = { REDFISH_REMOTE, "HTTPS", true,
						   true,	   ask,	    close_link };

static struct redfish *begin(const struct redfish_link_ops *way, const struct line *lines,
			     size_t count, int want)
{
	struct redfish *rf = NULL;
	struct err err = { 0 };

	world = (struct world){ .lines = lines, .count = count };
	world.hw = (struct hwio){ .ops = &hw_ops, .bmc = &world.access };
	snprintf(world.access.user, sizeof(world.access.user), "op");
	snprintf(world.access.password, sizeof(world.access.password), "se\"cret");
	CHECK_INT(redfish_open_link(&(struct redfish_link){ way, &world.hw, NULL }, &rf, &err),
		  want);
	return rf;
}

static void end(struct redfish *rf)
{
	redfish_close(rf);
	CHECK(world.closed);
	CHECK_INT(world.at, world.count);
}

#define BEGIN(way, lines) begin(way, lines, sizeof(lines) / sizeof(*(lines)), 0)

/* Asks for "/a" once. */
static int get(struct redfish *rf, struct err *err)
{
	yyjson_doc *doc = NULL;
	int rc = redfish_get(rf, "/a", &doc, err);

	CHECK(rc ? !doc : doc != NULL);
	yyjson_doc_free(doc);
	return rc;
}

static void one_answer(const struct line *line, int want, const char *words)
{
	struct redfish *rf = begin(&open_way, line, 1, 0);
	struct err err = { 0 };

	CHECK_INT(get(rf, &err), want);
	if (words)
		CHECK_CONTAINS(err.text, words);
	CHECK_INT(redfish_status(rf), line->status);
	end(rf);
}

static void answers_are_judged(void)
{
	static const struct {
		struct line line;
		int want;
		const char *words;
	} rows[] = {
		{ { "GET /a", 0, 200, NULL, "{\"a\":1}" }, 0, NULL },
		{ { "GET /a", 0, 200, NULL, "" }, ERR_FORMAT, "empty" },
		{ { "GET /a", 0, 200, NULL, "<html>" }, ERR_FORMAT, "/a" },
		{ { "GET /a", 0, 404, NULL, "{}" }, ERR_NOT_FOUND, "404" },
		{ { "GET /a", 0, 400, NULL, "" }, ERR_DEVICE, "does not say why" },
		{ { "GET /a", 0, 401, NULL, "" }, ERR_POLICY, "401" },
		{ { "GET /a", 0, 400, NULL,
		    "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"iLO.2.14."
		    "DeviceIsBusy\","
		    "\"MessageArgs\":[\"iLO\"]}]}}" },
		  ERR_DEVICE,
		  "DeviceIsBusy: iLO" },
		{ { "GET /a", ERR_FORMAT, 0, NULL, NULL }, ERR_FORMAT, "the way fails" },
		{ { "GET /a", ERR_SIGNATURE, 0, NULL, NULL }, ERR_SIGNATURE, NULL },
		{ { "GET /a", 0, 302, "X: y\r\n", "" }, ERR_DEVICE, "302" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		one_answer(&rows[i].line, rows[i].want, rows[i].words);
}

static void messages_by_last_component(void)
{
	static const struct line lines[] = {
		{ "POST /a", 0, 400, NULL,
		  "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":"
		  "\"iLO.2.14.FWFlashTPMOverrideFlagRequired\"}]}}" },
		{ "PATCH /b", 0, 200, NULL,
		  "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"iLO.2.14."
		  "ResetRequired\"}"
		  "]}}" },
		{ "POST /c", 0, 200, NULL, "not JSON" },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	yyjson_doc *doc = NULL;

	CHECK_INT(redfish_send(
			  rf,
			  &(struct redfish_request){ .method = "POST", .path = "/a", .body = "{}" },
			  NULL, NULL),
		  ERR_DEVICE);
	CHECK_STR(redfish_message(rf), "FWFlashTPMOverrideFlagRequired");
	CHECK_CONTAINS(world.headers, "Content-Type: application/json\n");
	CHECK_CONTAINS(world.headers, "OData-Version: 4.0\n");
	CHECK_INT(redfish_send(rf, &(struct redfish_request){ .method = "PATCH", .path = "/b" },
			       NULL, NULL),
		  0);
	CHECK_STR(redfish_message(rf), "ResetRequired");
	CHECK_INT(redfish_send(rf, &(struct redfish_request){ .method = "POST", .path = "/c" },
			       &doc, NULL),
		  0);
	CHECK(!doc);
	CHECK_STR(redfish_message(rf), "");
	end(rf);
}

static void redirections(void)
{
	static const struct line lines[] = {
		{ "GET /a", 0, 308, "Location: /b\r\n", NULL },
		{ "GET /b", 0, 301, "location: https://elsewhere.example:8443/c?d\r\n", NULL },
		{ "GET /c?d", 0, 200, NULL, "{}" },
		{ "GET /a", 0, 307, "Location: /a\r\n", NULL },
		{ "GET /a", 0, 307, "Location: /a\r\n", NULL },
		{ "GET /a", 0, 307, "Location: /a\r\n", NULL },
		{ "GET /a", 0, 307, "Location: /a\r\n", NULL },
		{ "GET /a", 0, 307, "Location: /a\r\n", NULL },
		{ "GET /a", 0, 304, "Location: /b\r\n", NULL },
		{ "GET /a", 0, 301, "Location: https://no-path\r\n", NULL },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	struct err err = { 0 };

	CHECK_INT(get(rf, &err), 0);
	CHECK_INT(get(rf, &err), ERR_DEVICE);
	CHECK_CONTAINS(err.text, "without an end");
	CHECK_INT(get(rf, &err), ERR_DEVICE);
	CHECK_INT(get(rf, &err), ERR_DEVICE);
	end(rf);
}

static void later(void)
{
	static const struct line lines[] = {
		{ "GET /a", 0, 503, "Retry-After: 7\r\n", NULL },
		{ "GET /a", 0, 503, NULL, NULL },
		{ "GET /a", 0, 200, NULL, "{}" },
		{ "GET /a", 0, 503, "Retry-After: 12\r\n", NULL },
		{ "GET /a", 0, 503, "Retry-After: 12\r\n", NULL },
		{ "GET /a", 0, 503, NULL, NULL }, /* once more before the deadline */
		{ "GET /a", 0, 503, "Retry-After: 60\r\n", NULL },
		{ "GET /a", 0, 200, NULL, "{}" },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	struct err err = { 0 };

	CHECK_INT(get(rf, &err), 0);
	CHECK_INT(world.clock_ms, 3 * 10 + 7000 + 2000);
	redfish_set_wait(rf, 20000);
	CHECK_INT(get(rf, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "busy");
	CHECK(world.clock_ms <= 9030 + 20000);
	redfish_set_wait(rf, 9000);
	CHECK_INT(get(rf, &err), 0);
	end(rf);
}

/* A read is asked again; whether a write was done nobody knows. */
static void lost_connections(void)
{
	static const struct line lines[] = {
		{ "GET /a", ERR_DEVICE_GONE, 0, NULL, NULL },
		{ "GET /a", ERR_OVERDUE, 0, NULL, NULL },
		{ "GET /a", 0, 200, NULL, "{}" },
		{ "POST /b", ERR_DEVICE_GONE, 0, NULL, NULL },
		{ "GET /a", ERR_DEVICE_GONE, 0, NULL, NULL },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	struct err err = { 0 };

	CHECK_INT(get(rf, &err), 0);
	CHECK_INT(redfish_send(rf, &(struct redfish_request){ .method = "POST", .path = "/b" },
			       NULL, &err),
		  ERR_DEVICE_GONE);
	CHECK_INT(redfish_status(rf), 0);
	redfish_set_wait(rf, 500);
	CHECK_INT(get(rf, &err), ERR_DEVICE_GONE);
	CHECK_INT(world.stall_ms, 5000); /* the last answer has a time of its own */
	end(rf);
}

#define ROOT_LINE                                                            \
	{                                                                    \
		"GET /redfish/v1/", 0, 200, NULL,                            \
			"{\"Links\":{\"Sessions\":{\"@odata.id\":\"/s/\"}}}" \
	}
#define LOGIN_LINE                                                                                \
	{                                                                                         \
		"POST /s/", 0, 201, "X-Auth-Token: tok\r\nLocation: https://x.example/s/op1\r\n", \
			"{}"                                                                      \
	}

static void a_session(void)
{
	static const struct line lines[] = {
		ROOT_LINE,
		LOGIN_LINE,
		{ "GET /a", 0, 200, NULL, "{}" },
		{ "POST /cgi-bin/uploadFile", 0, 200, NULL, NULL },
		{ "DELETE /s/op1", 0, 200, NULL, NULL },
	};
	struct redfish *rf = begin(&login_way, lines, 2, 0);
	const struct http_part part = { .name = "file", .data = "x", .size = 1 };

	CHECK_STR(world.sent, "{\"UserName\":\"op\",\"Password\":\"se\\\"cret\"}");
	CHECK(world.secret);
	world.count = sizeof(lines) / sizeof(*lines);
	CHECK_INT(get(rf, NULL), 0);
	CHECK_CONTAINS(world.headers, "X-Auth-Token: tok\n");
	CHECK(!strstr(world.headers, "Cookie"));
	CHECK_INT(redfish_send(rf,
			       &(struct redfish_request){ .method = "POST",
							  .path = "/cgi-bin/uploadFile",
							  .parts = &part,
							  .part_count = 1 },
			       NULL, NULL),
		  0);
	CHECK_CONTAINS(world.headers, "Cookie: sessionKey=tok\n");
	end(rf);
}

static void a_lost_session(void)
{
	static const struct line lines[] = {
		ROOT_LINE,
		LOGIN_LINE,
		{ "GET /a", 0, 401, NULL, NULL },
		ROOT_LINE,
		LOGIN_LINE,
		{ "GET /a", 0, 200, NULL, "{}" },
		{ "GET /a", 0, 400, NULL,
		  "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":\"Base.1.4."
		  "NoValidSession\"}"
		  "]}}" },
		ROOT_LINE,
		LOGIN_LINE,
		{ "GET /a", 0, 401, NULL, NULL }, /* once, not for ever */
		{ "DELETE /s/op1", 0, 200, NULL, NULL },
	};
	struct redfish *rf = BEGIN(&login_way, lines);

	CHECK_INT(get(rf, NULL), 0);
	CHECK_INT(get(rf, NULL), ERR_POLICY);
	end(rf);
}

static void no_login(void)
{
	static const struct line refused[] = {
		ROOT_LINE,
		{ "POST /s/", 0, 401, NULL,
		  "{\"error\":{\"@Message.ExtendedInfo\":[{\"MessageId\":"
		  "\"Base.1.4.UnauthorizedLoginAttempt\"}]}}" },
	};
	static const struct line tokenless[] = { ROOT_LINE, { "POST /s/", 0, 201, NULL, "{}" } };
	struct redfish *rf = begin(&login_way, refused, 2, ERR_POLICY);
	struct err err = { 0 };

	CHECK(!rf && world.closed);
	CHECK(!begin(&login_way, tokenless, 2, ERR_FORMAT) && world.closed);
	world = (struct world){ .hw = { .ops = &hw_ops } };
	CHECK_INT(
		redfish_open_link(&(struct redfish_link){ &login_way, &world.hw, NULL }, &rf, &err),
		ERR_POLICY);
	CHECK(!rf && world.closed);
	CHECK_CONTAINS(err.text, "no user and password");
}

struct seen {
	char text[256];
	int stop_at, count;
};

static int note(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct seen *seen = ctx;
	const char *name = yyjson_get_str(yyjson_obj_get(val, "Name"));

	(void)err;
	snprintf(seen->text + strlen(seen->text), sizeof(seen->text) - strlen(seen->text), "%s=%s ",
		 uri, name ? name : "?");
	return ++seen->count == seen->stop_at ? 7 : 0;
}

static void collections(void)
{
	static const struct line lines[] = {
		{ "GET /c?$expand=.", 0, 200, NULL,
		  "{\"Members\":[{\"@odata.id\":\"/c/1\",\"Name\":\"one\"},"
		  "{\"@odata.id\":\"/c/2\"},{\"@odata.id\":\"/c/gone\"}],"
		  "\"Members@odata.nextLink\":\"/c?p=2\"}" },
		{ "GET /c/2", 0, 200, NULL, "{\"Name\":\"two\"}" },
		{ "GET /c/gone", 0, 404, NULL, NULL },
		{ "GET /c?p=2", 0, 200, NULL,
		  "{\"Members\":[{\"@odata.id\":\"/c/3\",\"Name\":\"3\"}]}" },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	struct seen seen = { .stop_at = 0 };

	CHECK_INT(redfish_each(rf, "/c", note, &seen, NULL), 0);
	CHECK_STR(seen.text, "/c/1=one /c/2=two /c/3=3 ");
	end(rf);
}

static void collections_without_expand(void)
{
	static const struct line lines[] = {
		{ "GET /c?$expand=.", 0, 400, NULL, NULL },
		{ "GET /c", 0, 200, NULL,
		  "{\"Members\":[{\"@odata.id\":\"/c/1\"},{\"@odata.id\":\"/c/2\"}]}" },
		{ "GET /c/1", 0, 200, NULL, "{\"Name\":\"one\"}" },
	};
	struct redfish *rf = BEGIN(&open_way, lines);
	struct seen seen = { .stop_at = 1 };

	CHECK_INT(redfish_each(rf, "/c", note, &seen, NULL), 7); /* and no more is asked */
	CHECK_STR(seen.text, "/c/1=one ");
	end(rf);
}

static void collections_without_end(void)
{
	static const struct line page = { "GET /c?p", 0, 200, NULL,
					  "{\"Members@odata.nextLink\":\"/c?p\"}" };
	struct line lines[64];
	struct seen seen = { .stop_at = 0 };
	struct redfish *rf;

	for (size_t i = 0; i < 64; i++)
		lines[i] = page;
	rf = begin(&open_way, lines, 64, 0);
	CHECK_INT(redfish_each(rf, "/c?p", note, &seen, NULL), ERR_TOO_LARGE);
	end(rf);
}

int main(void)
{
	TAP_RUN(answers_are_judged);
	TAP_RUN(messages_by_last_component);
	TAP_RUN(redirections);
	TAP_RUN(later);
	TAP_RUN(lost_connections);
	TAP_RUN(a_session);
	TAP_RUN(a_lost_session);
	TAP_RUN(no_login);
	TAP_RUN(collections);
	TAP_RUN(collections_without_expand);
	TAP_RUN(collections_without_end);
	return TAP_END();
}
