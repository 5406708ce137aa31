/* SPDX-License-Identifier: GPL-3.0-or-later */
/* events.jsonl from a stick that was anywhere: read, judged and written in all three forms. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "report/report.h"
#include "report/report_story.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

/* Neither moves a cursor nor opens a tag that is not ours. */
static void check_text(const char *text)
{
	for (; *text; text++)
		MUST(((uint8_t)*text >= 0x20 || *text == '\n') && *text != 0x7f);
}

static void check_html(const char *html)
{
	const char *end = strstr(html, "</style>");

	MUST(end && !strstr(end, "<script") && !strstr(end, "<img") && !strstr(end, "<svg"));
	MUST(strstr(html, "<style>") + 1 && !strstr(end + 1, "<style"));
	check_text(html);
}

/* UTF-8 throughout: json_parse() refuses anything else. */
static void check_json(const char *json, size_t len)
{
	yyjson_doc *doc = NULL;

	MUST(json_parse((const uint8_t *)json, len, len, &doc, NULL) == 0);
	yyjson_doc_free(doc);
}

static void check_story(const uint8_t *data, size_t size)
{
	char *story = NULL;

	MUST(report_story(data, size, NULL, &story, NULL) == 0);
	check_text(story);
	free(story);
	story = NULL;
	if (report_story(data, size, "d", &story, NULL) == 0)
		check_text(story);
	free(story);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report = { 0 };
	char *text = NULL, *json = NULL, *html = NULL;
	size_t len = 0;

	MUST(report_add_events(&report, data, size, NULL) == 0);
	report_settle(&report);
	MUST(report.verdict[0]);
	MUST(report_to_text(&report, &text, NULL) == 0);
	check_text(text);
	MUST(report_to_json(&report, &json, &len, NULL) == 0);
	check_json(json, len);
	MUST(report_to_html(&report, &html, NULL) == 0);
	check_html(html);
	check_story(data, size);
	free(text);
	free(json);
	free(html);
	report_free(&report);
	return 0;
}
