/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts, and what all answers have in common. */
#include "format/ribcl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/markup.h"

#define SCRIPT_MAX 4096

/* What else is not told by RFC 3629: text_copy() leaves only what may be sent as it is. */
static bool is_clean(const char *text)
{
	char copy[SCRIPT_MAX];

	text_copy(copy, sizeof(copy), text);
	return strcmp(copy, text) == 0;
}

/* Into a value between double quotes. False: it does not fit. */
static bool escape(const char *text, char *ret, size_t size)
{
	size_t len = 0;

	for (; *text; text++) {
		const char *as = *text == '&'	? "&amp;"
				 : *text == '<' ? "&lt;"
				 : *text == '>' ? "&gt;"
				 : *text == '"' ? "&quot;"
						: NULL;
		char plain[2] = { *text, '\0' };
		int n = snprintf(ret + len, size - len, "%s", as ? as : plain);

		if (n < 0 || (size_t)n >= size - len)
			return false;
		len += (size_t)n;
	}
	ret[len] = '\0';
	return true;
}

/* What is inside of LOGIN. */
static int build_command(const struct ribcl_script *script, char *ret, size_t size)
{
	char file[RIBCL_NAME_MAX * 6];

	switch (script->command) {
	case RIBCL_GET_FW_VERSION:
		return snprintf(ret, size, "<RIB_INFO MODE=\"read\"><GET_FW_VERSION/></RIB_INFO>");
	case RIBCL_GET_HOST_DATA:
		return snprintf(ret, size,
				"<SERVER_INFO MODE=\"read\"><GET_HOST_DATA/></SERVER_INFO>");
	case RIBCL_GET_TPM_STATUS:
		return snprintf(ret, size,
				"<SERVER_INFO MODE=\"read\"><GET_TPM_STATUS/></SERVER_INFO>");
	case RIBCL_UPDATE_ILO:
	case RIBCL_UPDATE_OTHER:
		break;
	}
	if (!is_clean(script->file) || !escape(script->file, file, sizeof(file)))
		return -1;
	return snprintf(ret, size,
			"<RIB_INFO MODE=\"write\">\r\n%s"
			"<%s IMAGE_LOCATION=\"%s\" IMAGE_LENGTH=\"%llu\"/>\r\n</RIB_INFO>",
			script->tpm ? "<TPM_ENABLED VALUE=\"Yes\"/>\r\n" : "",
			script->command == RIBCL_UPDATE_ILO ? "UPDATE_RIB_FIRMWARE"
							    : "UPDATE_FIRMWARE",
			file, (unsigned long long)script->size);
}

static int build(const struct ribcl_script *script, char *ret)
{
	char user[SCRIPT_MAX / 4], password[SCRIPT_MAX / 4], command[SCRIPT_MAX / 4];
	int len = build_command(script, command, sizeof(command));

	if (len < 0 || (size_t)len >= sizeof(command) || !is_clean(script->user) ||
	    !is_clean(script->password) || !escape(script->user, user, sizeof(user)) ||
	    !escape(script->password, password, sizeof(password)))
		len = -1;
	else
		len = snprintf(ret, SCRIPT_MAX,
			       "<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.0\">\r\n"
			       "<LOGIN USER_LOGIN=\"%s\" PASSWORD=\"%s\">\r\n%s\r\n</LOGIN>\r\n"
			       "</RIBCL>\r\n",
			       user, password, command);
	explicit_bzero(password, sizeof(password));
	return len;
}

int ribcl_build(const struct ribcl_script *script, char **ret, size_t *ret_len, struct err *err)
{
	char *text = malloc(SCRIPT_MAX);
	int len = text ? build(script, text) : 0;

	*ret = NULL;
	if (!text)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (len < 0) {
		free(text);
		return err_set(err, ERR_FORMAT,
			       "a login or a file name that no RIBCL script can hold");
	}
	*ret = text;
	*ret_len = (size_t)len;
	return 0;
}

void ribcl_wipe(char *text)
{
	if (text)
		explicit_bzero(text, SCRIPT_MAX);
	free(text);
}

bool ribcl_percent(const char *text, unsigned int *ret)
{
	for (const char *at = text; (at = strpbrk(at, "0123456789")) != NULL;) {
		size_t digits = strspn(at, "0123456789");
		const char *behind = at + digits + strspn(at + digits, " ");

		if (digits <= 3 && (*behind == '%' || !strncmp(behind, "percent", 7))) {
			unsigned long percent = strtoul(at, NULL, 10);

			*ret = (unsigned int)percent;
			return percent <= 100;
		}
		at += digits;
	}
	return false;
}

void ribcl_each_inform(const uint8_t *buf, size_t len, void (*each)(void *ctx, const char *text),
		       void *ctx)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;
	bool inside = false;
	char text[192];

	while (markup_next(&markup, &item)) {
		if (inside && markup_text(&item, text, sizeof(text)))
			each(ctx, text);
		inside = markup_is(&item, MARKUP_TAG, "INFORM");
	}
}

static void keep_inform(void *ctx, const char *text)
{
	struct ribcl_result *result = ctx;
	unsigned int percent;

	snprintf(result->inform, sizeof(result->inform), "%s", text);
	if (ribcl_percent(text, &percent)) {
		result->percent = percent;
		result->has_percent = true;
	}
}

/* STATUS="0x005F": what is no number is an error too. */
static unsigned int status_of(const struct markup_item *response)
{
	char text[32], *end;
	unsigned long status;

	if (!markup_attribute(response, "STATUS", text, sizeof(text)))
		return RIBCL_SYNTAX;
	status = strtoul(text, &end, 16);
	return *end || end == text || status > 0xffff ? RIBCL_SYNTAX : (unsigned int)status;
}

static void keep_response(struct ribcl_result *result, const struct markup_item *response)
{
	unsigned int status = status_of(response);

	result->responses++;
	if (status == RIBCL_OK || result->status != RIBCL_OK)
		return;
	result->status = status;
	if (!markup_attribute(response, "MESSAGE", result->message, sizeof(result->message)))
		markup_attribute(response, "MSG", result->message, sizeof(result->message));
}

int ribcl_read_result(const uint8_t *buf, size_t len, struct ribcl_result *ret, struct err *err)
{
	struct markup markup = { .buf = buf, .len = len };
	struct markup_item item;

	*ret = (struct ribcl_result){ 0 };
	if (len > RIBCL_MAX_ANSWER)
		return err_set(err, ERR_TOO_LARGE, "an answer of %zu bytes", len);
	while (markup_next(&markup, &item))
		if (markup_is(&item, MARKUP_TAG, "RESPONSE"))
			keep_response(ret, &item);
	if (!ret->responses)
		return err_set(err, ERR_FORMAT, "the answer is no RIBCL");
	ribcl_each_inform(buf, len, keep_inform, ret);
	return 0;
}
