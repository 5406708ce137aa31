/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client: one request with all that may come between it and its answer. */
#include "hw/redfish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/redfish_json.h"
#include "hw/redfish_internal.h"

#define OPEN_WAIT_MS   30000u
#define LATER_MS       2000u /* a 503 that does not say when */
#define LATER_MAX_MS   15000u
#define AGAIN_MS       1000u /* after a lost connection */
#define LAST_ANSWER_MS 5000u /* a request that goes out in time has this long at least */

static uint64_t left_ms(const struct redfish *rf)
{
	uint64_t now = rf->hw->ops->now_ms(rf->hw);

	return now < rf->deadline_ms ? rf->deadline_ms - now : 0;
}

void redfish_set_wait(struct redfish *rf, uint32_t wait_ms)
{
	rf->deadline_ms = rf->hw->ops->now_ms(rf->hw) + wait_ms;
}

/* False when the deadline would pass meanwhile. */
static bool wait_for(struct redfish *rf, uint32_t ms)
{
	if (left_ms(rf) <= ms)
		return false;
	rf->hw->ops->sleep_ms(rf->hw, ms);
	return true;
}

static bool is_get(const char *method)
{
	return strcmp(method, "GET") == 0;
}

/* A read must not outlast what its client has time for; a write ends by itself. */
static uint32_t stall_of(const struct redfish *rf, const struct redfish_request *request)
{
	uint64_t left = left_ms(rf);

	if (request->stall_ms || !is_get(request->method))
		return request->stall_ms;
	if (left < LAST_ANSWER_MS)
		left = LAST_ANSWER_MS;
	return left < HTTP_WAIT_MS ? (uint32_t)left : HTTP_WAIT_MS;
}

static void keep_message(struct redfish *rf)
{
	const struct http_answer *answer = &rf->answer;
	CLEANUP_JSON yyjson_doc *doc = NULL;

	rf->message = (struct redfish_message){ 0 };
	if (answer->body_len && json_parse((const uint8_t *)answer->body, answer->body_len,
					   HTTP_MAX_ANSWER, &doc, NULL) == 0)
		redfish_message_read(yyjson_doc_get_root(doc), &rf->message);
}

/* The token as it is now: the session of an earlier try may be lost. Returns how many parts. */
static size_t with_token(const struct redfish *rf, const struct redfish_request *request,
			 struct http_part ret[REDFISH_MAX_PARTS + 1])
{
	size_t count = 0;

	if (rf->token[0])
		ret[count++] = (struct http_part){ .name = request->token_part,
						   .data = rf->token,
						   .size = strlen(rf->token),
						   .secret = true };
	memcpy(ret + count, request->parts, request->part_count * sizeof(*ret));
	return count + request->part_count;
}

int redfish_ask_once(struct redfish *rf, const struct redfish_request *request, struct err *err)
{
	struct redfish_request asked = *request;
	char token[REDFISH_TOKEN_MAX + 16], cookie[REDFISH_TOKEN_MAX + 32];
	struct http_part parts[REDFISH_MAX_PARTS + 1];
	const char *headers[6];
	size_t count = 0;
	int rc;

	if (request->part_count > REDFISH_MAX_PARTS)
		return err_set(err, ERR_UNSUPPORTED, "%zu parts", request->part_count);
	if (request->token_part) {
		asked.part_count = with_token(rf, request, parts);
		asked.parts = parts;
	}
	headers[count++] = "Accept: application/json";
	headers[count++] = "OData-Version: 4.0"; /* DSP0266 6.5 */
	if (request->body)
		headers[count++] = "Content-Type: application/json";
	else if (request->octets)
		headers[count++] = "Content-Type: application/octet-stream";
	if (rf->token[0]) {
		snprintf(token, sizeof(token), "X-Auth-Token: %s", rf->token);
		headers[count++] = token;
	}
	if (rf->token[0] && request->part_count) { /* an iLO's upload looks for it there */
		snprintf(cookie, sizeof(cookie), "Cookie: sessionKey=%s", rf->token);
		headers[count++] = cookie;
	}
	headers[count] = NULL;
	asked.stall_ms = stall_of(rf, request);
	http_answer_free(&rf->answer);
	rf->answer = (struct http_answer){ 0 };
	rf->message = (struct redfish_message){ 0 };
	rc = rf->link.ops->ask(&rf->link, &asked, headers, &rf->answer, err);
	explicit_bzero(token, sizeof(token));
	explicit_bzero(cookie, sizeof(cookie));
	if (!rc)
		keep_message(rf);
	return rc;
}

static bool may_ask_again(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_BUSY;
}

static uint32_t later_ms(const struct redfish *rf)
{
	char text[16];
	unsigned long seconds;

	if (!redfish_answer_header(rf, "Retry-After", text, sizeof(text)))
		return LATER_MS;
	seconds = strtoul(text, NULL, 10); /* a date reads as a number, or as 0: bounded */
	if (seconds == 0)
		return LATER_MS;
	return seconds * 1000 < LATER_MAX_MS ? (uint32_t)seconds * 1000 : LATER_MAX_MS;
}

/* Later than the deadline is too late: then it is asked once more, just before that. */
static bool wait_until_free(struct redfish *rf)
{
	uint64_t left = left_ms(rf);
	uint32_t ms = later_ms(rf);

	if (left > AGAIN_MS && left <= ms)
		ms = (uint32_t)left - AGAIN_MS;
	return wait_for(rf, ms);
}

/* Where it was sent to, as a path of this service: another host is never asked. */
static bool redirected(const struct redfish *rf, char path[REDFISH_URI_MAX])
{
	unsigned int status = rf->answer.status;
	char text[2 * REDFISH_URI_MAX];
	const char *from = text;

	if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
		return false;
	if (!redfish_answer_header(rf, "Location", text, sizeof(text)))
		return false;
	if (strstr(from, "://"))
		from = strchr(strstr(from, "://") + 3, '/');
	if (!from || from[0] != '/' || strlen(from) >= REDFISH_URI_MAX)
		return false;
	snprintf(path, REDFISH_URI_MAX, "%s", from);
	return true;
}

int redfish_ask_patiently(struct redfish *rf, const struct redfish_request *request,
			  struct err *err)
{
	struct redfish_request asked = *request;
	unsigned int redirections = 0;
	char path[REDFISH_URI_MAX];

	for (;;) {
		int rc = redfish_ask_once(rf, &asked, err);

		if (rc) {
			/* Whether a change was made before the connection ended only its maker
			 * can find out. */
			if (!is_get(asked.method) || !may_ask_again(rc) || !wait_for(rf, AGAIN_MS))
				return rc;
		} else if (rf->answer.status == 503) {
			if (!wait_until_free(rf))
				return err_set(err, ERR_BUSY,
					       "%s is busy: \"%s\" was answered with 503 until "
					       "the time was over",
					       rf->link.ops->words, asked.path);
		} else if (redirected(rf, path)) {
			if (redirections++ == REDFISH_REDIRECTS)
				return err_set(err, ERR_DEVICE, "%s is redirected without an end",
					       request->path);
			asked.path = path;
			if (rf->answer.status == 303) {
				asked = (struct redfish_request){ .method = "GET", .path = path };
			}
		} else {
			return 0;
		}
	}
}

/* An iLO forgets its sessions when it restarts: 401, or NoValidSession with another status. */
static bool session_is_lost(const struct redfish *rf)
{
	return rf->token[0] &&
	       (rf->answer.status == 401 || strcmp(rf->message.id, "NoValidSession") == 0);
}

int redfish_judge(struct redfish *rf, const char *method, const char *path, struct err *err)
{
	unsigned int status = rf->answer.status;
	const struct redfish_message *message = &rf->message;
	int code = status == 404 ? ERR_NOT_FOUND : ERR_DEVICE;

	if (status >= 200 && status < 300)
		return 0;
	if (status == 401)
		code = ERR_POLICY;
	if (message->id[0])
		return err_set(err, code, "%s %s was refused (HTTP %u): %s%s%s", method, path,
			       status, message->id, message->words[0] ? ": " : "", message->words);
	return err_set(err, code, "%s %s was refused (HTTP %u), and the answer does not say why",
		       method, path, status);
}

/* What comes back from an upload may be no JSON, or nothing: its status is what counts. */
static int take_json(struct redfish *rf, const struct redfish_request *request, yyjson_doc **ret,
		     struct err *err)
{
	int rc;

	if (!rf->answer.body_len) {
		if (!is_get(request->method))
			return 0;
		return err_set(err, ERR_FORMAT, "%s: the answer is empty", request->path);
	}
	rc = json_parse((const uint8_t *)rf->answer.body, rf->answer.body_len, HTTP_MAX_ANSWER, ret,
			err);
	if (rc && rc != ERR_NOMEM && !is_get(request->method))
		return 0;
	return rc ? err_prefix(err, "%s", request->path) : 0;
}

int redfish_send(struct redfish *rf, const struct redfish_request *request, yyjson_doc **ret,
		 struct err *err)
{
	int rc = redfish_ask_patiently(rf, request, err);

	if (ret)
		*ret = NULL;
	if (!rc && session_is_lost(rf)) {
		rf->token[0] = '\0';
		rf->session[0] = '\0';
		rc = redfish_login(rf, err);
		rc = rc ? rc : redfish_ask_patiently(rf, request, err);
	}
	rc = rc ? rc : redfish_judge(rf, request->method, request->path, err);
	return rc || !ret ? rc : take_json(rf, request, ret, err);
}

int redfish_get(struct redfish *rf, const char *path, yyjson_doc **ret, struct err *err)
{
	return redfish_send(rf, &(struct redfish_request){ .method = "GET", .path = path }, ret,
			    err);
}

int redfish_open_link_until(const struct redfish_link *link, uint64_t deadline_ms,
			    struct redfish **ret, struct err *err)
{
	struct redfish *rf = calloc(1, sizeof(*rf));
	int rc;

	*ret = NULL;
	if (!rf) {
		link->ops->close(&(struct redfish_link){ link->ops, link->hw, link->priv });
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	rf->link = *link;
	rf->hw = link->hw;
	rf->deadline_ms = deadline_ms;
	rc = redfish_login(rf, err);
	if (rc)
		redfish_close(rf);
	else
		*ret = rf;
	return rc;
}

int redfish_open_link(const struct redfish_link *link, struct redfish **ret, struct err *err)
{
	return redfish_open_link_until(link, link->hw->ops->now_ms(link->hw) + OPEN_WAIT_MS, ret,
				       err);
}

void redfish_close(struct redfish *rf)
{
	if (!rf)
		return;
	redfish_logout(rf);
	rf->link.ops->close(&rf->link);
	http_answer_free(&rf->answer);
	explicit_bzero(rf, sizeof(*rf));
	free(rf);
}

enum redfish_way redfish_way(const struct redfish *rf)
{
	return rf->link.ops->way;
}

const char *redfish_way_words(const struct redfish *rf)
{
	return rf->link.ops->words;
}

unsigned int redfish_status(const struct redfish *rf)
{
	return rf->answer.status;
}

bool redfish_answer_header(const struct redfish *rf, const char *name, char *buf, size_t size)
{
	buf[0] = '\0';
	return rf->answer.head &&
	       http_header(rf->answer.head, rf->answer.head_len, name, buf, size);
}

const char *redfish_message(const struct redfish *rf)
{
	return rf->message.id;
}
