/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP in a replay: the request held against the recorded one, and the recorded answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "hw/bmc_access.h"
#include "hw/replay_asked.h"
#include "hw/trace_http.h"

int replay_access(struct hwio_replay *replay)
{
	struct bmc_access *access = calloc(1, sizeof(*access));

	if (!access)
		return ERR_NOMEM;
	replay->hw.bmc = access;
	for (size_t i = 0; i < replay->lanes.call_count; i++) {
		const struct trace_call *call = replay->lanes.calls[i];

		if (call->kind != TRACE_NOTE)
			continue;
		if (strcmp(call->path, TRACE_NOTE_BMC_URL) == 0)
			text_copy(access->url, sizeof(access->url), trace_text(call, "text"));
		/* What it was is in no trace: a login is answered whatever it says. */
		if (strcmp(call->path, TRACE_NOTE_BMC_LOGIN) == 0)
			text_copy(access->user, sizeof(access->user), "recorded");
	}
	return 0;
}

/* Hashes of payloads go when there are no payloads to compare them with. */
static void drop_hashes(yyjson_mut_val *parts)
{
	yyjson_mut_arr_iter iter = yyjson_mut_arr_iter_with(parts);
	yyjson_mut_val *part;

	while ((part = yyjson_mut_arr_iter_next(&iter)))
		yyjson_mut_obj_remove_key(yyjson_mut_obj_get(part, "data"), "sha256");
}

static void same_member(struct asked *asked, struct trace_line *line, const char *key)
{
	yyjson_val *was = yyjson_obj_get(asked->call->obj, key);
	yyjson_mut_val *want = was ? yyjson_val_mut_copy(line->doc, was) : NULL;
	yyjson_mut_val *came = yyjson_mut_obj_get(line->obj, key);

	if (want && asked->replay->without_payload && strcmp(key, "parts") == 0)
		drop_hashes(want);
	if ((want || came) && !yyjson_mut_equals(want, came))
		replay_deviate(asked, "\"%s\" is another one", key);
}

static void same_request(struct asked *asked, const struct http_request *request)
{
	struct trace_line line;

	trace_line_begin(&line, 0, "http");
	trace_http_request(&line, request, !asked->replay->without_payload);
	for (size_t i = 0; trace_http_members[i] && asked->call; i++)
		same_member(asked, &line, trace_http_members[i]);
	yyjson_mut_doc_free(line.doc);
}

static char *join_head(yyjson_val *lines, size_t *ret_len)
{
	yyjson_arr_iter iter = yyjson_arr_iter_with(lines);
	yyjson_val *line;
	size_t len = 0;
	char *text;

	while ((line = yyjson_arr_iter_next(&iter)))
		len += yyjson_get_len(line) + 2;
	text = malloc(len + 1);
	*ret_len = 0;
	iter = yyjson_arr_iter_with(lines);
	while (text && (line = yyjson_arr_iter_next(&iter))) {
		memcpy(text + *ret_len, yyjson_get_str(line), yyjson_get_len(line));
		*ret_len += yyjson_get_len(line);
		memcpy(text + *ret_len, "\r\n", 2);
		*ret_len += 2;
	}
	if (text)
		text[len] = '\0';
	return text;
}

static int give_answer(struct asked *asked, struct http_answer *ret)
{
	yyjson_val *text = yyjson_obj_get(asked->call->obj, "text");

	ret->status = (unsigned int)trace_number(asked->call, "status");
	ret->sent = (uint64_t)trace_number(asked->call, "sent");
	text_copy(ret->pin, sizeof(ret->pin), trace_text(asked->call, "pin"));
	if (asked->call->result)
		return 0;
	ret->head = join_head(yyjson_obj_get(asked->call->obj, "head"), &ret->head_len);
	ret->body_len = text ? yyjson_get_len(text) : 0;
	ret->body = strdup(text ? yyjson_get_str(text) : "");
	return ret->head && ret->body ? 0 : -ENOMEM;
}

int replay_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	struct asked asked;
	int64_t result;
	int rc;

	replay_ask(&asked, hw, TRACE_HTTP, HWIO_HTTP);
	snprintf(asked.came, sizeof(asked.came), "http %s %.150s", request->method, request->url);
	if (asked.call)
		same_request(&asked, request);
	rc = asked.call ? give_answer(&asked, ret) : 0;
	if (rc)
		http_answer_free(ret);
	result = replay_answer(&asked);
	if (asked.absent)
		return -ENETUNREACH;
	return rc ? rc : (int)result;
}
