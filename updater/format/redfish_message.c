/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/redfish_message.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "format/redfish_json.h"

/* Where there is no sentence its arguments may still tell what it is about. */
static void join_args(yyjson_val *args, char *buf, size_t size)
{
	size_t index, count, used = 0;
	yyjson_val *arg;

	yyjson_arr_foreach(args, index, count, arg)
	{
		char text[96];

		if (!yyjson_is_str(arg) || used + 2 >= size)
			continue;
		text_copy(text, sizeof(text), yyjson_get_str(arg));
		snprintf(buf + used, size - used, "%s%s", used ? ", " : "", text);
		used = strlen(buf);
	}
}

bool redfish_message_of(yyjson_val *message, struct redfish_message *ret)
{
	char full[192];
	const char *dot;

	*ret = (struct redfish_message){ 0 };
	if (!redfish_text(message, "MessageId", full, sizeof(full)))
		return false;
	dot = strrchr(full, '.');
	snprintf(ret->id, sizeof(ret->id), "%s", dot ? dot + 1 : full);
	if (!redfish_text(message, "Message", ret->words, sizeof(ret->words)))
		join_args(redfish_at(message, "MessageArgs"), ret->words, sizeof(ret->words));
	return true;
}

bool redfish_message_read(yyjson_val *answer, struct redfish_message *ret)
{
	static const char *const places[] = { "error/@Message.ExtendedInfo/0",
					      "@Message.ExtendedInfo/0", "Messages/0" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (redfish_message_of(redfish_at(answer, places[i]), ret))
			return true;
	return false;
}
