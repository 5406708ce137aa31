/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ilo/multipart.h"

#include <string.h>
#include <strings.h>

/* What stands at text has this beginning, in any case: what follows it; else NULL. */
static const char *after(const char *text, const char *beginning)
{
	size_t len = strlen(beginning);

	return strncasecmp(text, beginning, len) == 0 ? text + len : NULL;
}

/* A quoted string, or a word up to ';' or white space. Returns what follows; NULL = it is cut. */
static const char *read_value(const char *text, char *buf, size_t size)
{
	bool quoted = *text == '"';
	size_t len = 0;

	if (quoted)
		text++;
	while (*text && !(quoted ? *text == '"' : strchr("; \t", *text) != NULL)) {
		if (quoted && *text == '\\' && text[1])
			text++;
		if (len + 1 == size)
			return NULL;
		buf[len++] = *text++;
	}
	buf[len] = '\0';
	if (!quoted)
		return text;
	return *text == '"' ? text + 1 : NULL;
}

/*
 * The parameter of that name in "; name=value; name=value". 1 = it is there, 0 = it is not,
 * -1 = these are no parameters, or its value is too long.
 */
static int find_parameter(const char *text, const char *name, char *buf, size_t size)
{
	char other[256] = "";

	while (*(text += strspn(text, " \t"))) {
		const char *value;
		size_t len;
		bool wanted;

		if (*text != ';')
			return -1;
		text += 1 + strspn(text + 1, " \t");
		len = strcspn(text, "=;");
		if (len == 0 || text[len] != '=')
			return -1;
		wanted = len == strlen(name) && strncasecmp(text, name, len) == 0;
		value = text + len + 1;
		text = read_value(value, wanted ? buf : other, wanted ? size : sizeof(other));
		if (wanted)
			return text ? 1 : -1;
		if (!text)
			return -1;
	}
	return 0;
}

bool multipart_start(const char *content_type, const uint8_t *body, size_t len,
		     struct multipart *ret)
{
	const char *parameters = after(content_type, "multipart/form-data");
	char boundary[MULTIPART_BOUNDARY_MAX + 1];

	*ret = (struct multipart){ .at = body, .left = len };
	if (!parameters ||
	    find_parameter(parameters, "boundary", boundary, sizeof(boundary)) != 1 || !boundary[0])
		return false;
	memcpy(ret->delimiter, "\r\n--", 4);
	memcpy(ret->delimiter + 4, boundary, strlen(boundary));
	ret->delimiter_len = 4 + strlen(boundary);
	/* The first one stands at the beginning, without the line's end before it. */
	if (len < ret->delimiter_len - 2 ||
	    memcmp(body, ret->delimiter + 2, ret->delimiter_len - 2) != 0)
		return false;
	ret->at += ret->delimiter_len - 2;
	ret->left -= ret->delimiter_len - 2;
	return true;
}

static void skip(struct multipart *multipart, size_t len)
{
	multipart->at += len;
	multipart->left -= len;
}

static bool stands(const struct multipart *multipart, const char *text)
{
	return multipart->left >= strlen(text) && memcmp(multipart->at, text, strlen(text)) == 0;
}

static bool read_disposition(const char *value, struct multipart_part *ret)
{
	const char *parameters = after(value, "form-data");

	return parameters &&
	       find_parameter(parameters, "name", ret->name, sizeof(ret->name)) == 1 &&
	       find_parameter(parameters, "filename", ret->file_name, sizeof(ret->file_name)) >= 0;
}

static bool read_header(const char *line, struct multipart_part *ret)
{
	const char *value = strchr(line, ':');

	if (!value || value == line)
		return false;
	value += 1 + strspn(value + 1, " \t");
	if (after(line, "Content-Disposition:"))
		return !ret->name[0] && read_disposition(value, ret);
	if (after(line, "Content-Type:")) {
		if (strlen(value) >= sizeof(ret->content_type))
			return false;
		memcpy(ret->content_type, value, strlen(value) + 1);
	}
	return true;
}

/* The header lines of a part and the empty line after them. */
static bool read_headers(struct multipart *multipart, struct multipart_part *ret)
{
	char line[MULTIPART_HEADERS_MAX];
	size_t total = 0;

	while (!stands(multipart, "\r\n")) {
		const uint8_t *end = memmem(multipart->at, multipart->left, "\r\n", 2);
		size_t len = end ? (size_t)(end - multipart->at) : 0;

		if (!end || total + len + 1 > sizeof(line) || memchr(multipart->at, '\0', len))
			return false;
		memcpy(line, multipart->at, len);
		line[len] = '\0';
		if (!read_header(line, ret))
			return false;
		total += len + 2;
		skip(multipart, len + 2);
	}
	skip(multipart, 2);
	return ret->name[0] != '\0';
}

static bool read_part(struct multipart *multipart, struct multipart_part *ret)
{
	const uint8_t *end;

	if (!stands(multipart, "\r\n"))
		return false;
	skip(multipart, 2);
	if (!read_headers(multipart, ret))
		return false;
	end = memmem(multipart->at, multipart->left, multipart->delimiter,
		     multipart->delimiter_len);
	if (!end)
		return false;
	ret->data = multipart->at;
	ret->size = (size_t)(end - multipart->at);
	skip(multipart, ret->size + multipart->delimiter_len);
	return true;
}

bool multipart_next(struct multipart *multipart, struct multipart_part *ret)
{
	*ret = (struct multipart_part){ 0 };
	if (multipart->ended || multipart->broken)
		return false;
	if (stands(multipart, "--")) {
		skip(multipart, 2);
		if (stands(multipart, "\r\n"))
			skip(multipart, 2);
		multipart->ended = multipart->left == 0;
		multipart->broken = !multipart->ended;
		return false;
	}
	multipart->broken = !read_part(multipart, ret);
	return !multipart->broken;
}
