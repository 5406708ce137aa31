/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP exchange: who may ask, who answers, and how an answer is put together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ilo_internal.h"

/* Where nobody has built these faces. */
__attribute__((weak)) bool ilo_ribcl_side(struct ilo *ilo, const struct ilo_request *request,
					  const char *path, struct ilo_answer *ret)
{
	(void)ilo;
	(void)request;
	(void)path;
	(void)ret;
	return false;
}

__attribute__((weak)) bool ilo_standard_side(struct ilo *ilo, const struct ilo_request *request,
					     const char *path, struct ilo_answer *ret)
{
	(void)ilo;
	(void)request;
	(void)path;
	(void)ret;
	return false;
}

void ilo_header(struct ilo_answer *ret, const char *fmt, ...)
{
	char line[512], *head;
	size_t had = ret->head ? strlen(ret->head) : 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	head = realloc(ret->head, had + strlen(line) + 3);
	if (!head)
		abort();
	ret->head = head;
	sprintf(head + had, "%s\r\n", line);
}

void ilo_json(struct ilo_answer *ret, unsigned int status, const char *fmt, ...)
{
	char *body = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&body, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	free(ret->body);
	ret->status = status;
	ret->body = body;
	ret->body_len = (size_t)len;
	ilo_header(ret, "Content-Type: application/json; charset=utf-8");
	ilo_header(ret, "OData-Version: 4.0");
}

void ilo_error(const struct ilo *ilo, struct ilo_answer *ret, unsigned int status,
	       const char *message)
{
	/* Registries of the standard's own keep their prefix. */
	const char *prefix = strchr(message, '.') ? "" : ilo->gen->registry;

	ilo_json(ret, status,
		 "{\"error\":{\"code\":\"iLO.0.10.ExtendedInfo\",\"message\":\"See "
		 "@Message.ExtendedInfo for more information.\",\"@Message.ExtendedInfo\":"
		 "[{\"MessageId\":\"%s%s%s\"}]}}",
		 prefix, *prefix ? "." : "", message);
}

bool ilo_request_header(const struct ilo_request *request, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	buf[0] = '\0';
	for (const char *line = request->head; line && *line;) {
		const char *end = strstr(line, "\r\n");
		size_t line_len = end ? (size_t)(end - line) : strlen(line);

		if (line_len > len && line[len] == ':' && strncasecmp(line, name, len) == 0) {
			const char *value = line + len + 1;

			value += strspn(value, " \t");
			snprintf(buf, size, "%.*s", (int)(line + line_len - value), value);
			return true;
		}
		line = end ? end + 2 : NULL;
	}
	return false;
}

/* "/redfish/v1/Systems/1/?$expand=." -> "/redfish/v1/Systems/1" */
static void bare_path(const char *path, char *ret, size_t size)
{
	size_t len = strcspn(path, "?");

	while (len > 1 && path[len - 1] == '/')
		len--;
	snprintf(ret, size, "%.*s", (int)len, path);
}

static void answer(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret)
{
	static ilo_part_fn *const parts[] = { ilo_tree,	  ilo_inventory,  ilo_accounts,
					      ilo_update, ilo_repository, ilo_tasks };
	char path[256];

	bare_path(request->path, path, sizeof(path));
	if (ilo_knob_on(ilo, ILO_KNOB_503)) {
		ilo_error(ilo, ret, 503, "UpdateTemporarilyUnavailable");
		ilo_header(ret, "Retry-After: 10");
		return;
	}
	if (ilo_ribcl_side(ilo, request, path, ret) || ilo_standard_side(ilo, request, path, ret))
		return;
	if (!ilo_may(ilo, request, path, ret))
		return;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i](ilo, request, path, ret))
			return;
	ilo_error(ilo, ret, 404, "Base.1.4.ResourceMissingAtURI");
}

void ilo_http(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret)
{
	*ret = (struct ilo_answer){ 0 };
	if (ilo_is_down(ilo))
		return;
	/* Only a connection is cut, not the host's channel. */
	if (ilo->knobs[ILO_KNOB_CUT_FLASH].on && !request->local && ilo->state == ILO_UPDATING)
		return;
	answer(ilo, request, ret);
	if (strcmp(request->method, "GET") != 0)
		ilo_say(ilo, "%s %s%s: %u", request->method, request->path,
			request->local ? " (local)" : "", ret->status);
	if (ilo->knobs[ILO_KNOB_CUT_ANSWER].on && ret->status == 200 &&
	    strstr(request->path, "/cgi-bin/upload")) {
		ilo_answer_free(ret);
		ret->status = 0;
	}
}

void ilo_answer_free(struct ilo_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct ilo_answer){ 0 };
}

uint64_t ilo_reads(const struct ilo *ilo, const char *path, uint64_t body_len)
{
	if (!ilo->knobs[ILO_KNOB_CUT_UPLOAD].on || !strstr(path, "/cgi-bin/upload"))
		return body_len;
	return body_len * ilo->knobs[ILO_KNOB_CUT_UPLOAD].value / 100;
}
