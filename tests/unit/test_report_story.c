/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happened and why, from the events of a log folder alone. */
#include <stdlib.h>

#include "plan/reason.h"
#include "report/report.h"
#include "report/report_story.h"
#include "tap.h"

/* A run that goes on with one that was cut off: six events that matter. */
static const char events[] =
	"{\"t\":1795370400,\"event\":\"RunBegin\",\"run\":\"bbbbbbbbbbbb\",\"version\":\"0.1\","
	"\"mode\":\"apply\",\"repo_id\":\"lab\",\"repo_serial\":3,\"continues\":\"aaaaaaaaaaaa\"}\n"
	"{\"t\":1795370401,\"event\":\"Earlier\",\"run\":\"aaaaaaaaaaaa\",\"step\":2,"
	"\"device\":\"nvme:B\",\"component\":\"x2\",\"from\":\"1.0\",\"to\":\"2.0\","
	"\"state\":\"writing\"}\n"
	"{\"t\":1795370402,\"event\":\"Settled\",\"run\":\"aaaaaaaaaaaa\",\"step\":2,"
	"\"device\":\"nvme:B\",\"component\":\"x2\",\"state\":\"failed\",\"found\":\"1.0\","
	"\"text\":\"interrupted; the old firmware runs\"}\n"
	"{\"t\":1795370403,\"event\":\"Step\",\"step\":1,\"device\":\"nvme:B\","
	"\"device_name\":\"Drive B\",\"component\":\"x2\",\"from\":\"1.0\",\"to\":\"2.0\","
	"\"expected_seconds\":20}\n"
	"{\"t\":1795370403,\"event\":\"Forecast\",\"seconds\":20,\"one_by_one\":60}\n"
	"{\"t\":1795370404,\"event\":\"StepState\",\"step\":1,\"state\":\"begun\"}\n"
	"{\"t\":1795370414,\"event\":\"StepState\",\"step\":1,\"state\":\"failed\","
	"\"found\":\"1.0\",\"reason\":\"PROOF\",\"text\":\"nvme.fr reads 1.0\"}\n"
	"{\"t\":1795370415,\"event\":\"LeftAlone\",\"device\":\"nvme:C\",\"component\":\"x2\","
	"\"reason\":\"COMPONENT_WITHDRAWN\",\"text\":\"it did not end well on nvme:B\"}\n"
	"{\"t\":1795370416,\"event\":\"LeftAlone\",\"device\":\"nvme:D\",\"component\":\"x2\","
	"\"reason\":\"COMPONENT_WITHDRAWN\",\"text\":\"it did not end well on nvme:B\"}\n"
	"{\"t\":1795370417,\"event\":\"RunEnd\",\"exit\":8,\"text\":\"\"}\n";

static char *story_of(const char *about)
{
	struct err err = { 0 };
	char *text = NULL;

	CHECK_INT(report_story((const uint8_t *)events, sizeof(events) - 1, about, &text, &err), 0);
	return text;
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void test_whole_story(void)
{
	char *text = story_of(NULL);

	CHECK_CONTAINS(text, "It goes on with run aaaaaaaa, which was cut off.");
	CHECK_CONTAINS(text, "Earlier, step 2: nvme:B, 1.0 -> 2.0 was left as \"writing\"");
	CHECK_CONTAINS(text, "Asked nvme:B what it was left with: interrupted; the old");
	CHECK_CONTAINS(text, "2026-11-22 18:00:14  Step 1 (Drive B): failed, it reads 1.0");
	CHECK_CONTAINS(text, "[PROOF] nvme.fr reads 1.0");
	CHECK_CONTAINS(text, "Left alone [COMPONENT_WITHDRAWN]: nvme:C, x2");
	CHECK_CONTAINS(text, "Expected: 20 s side by side, 60 s one after another");
	CHECK_CONTAINS(text, "The run ends with exit status 8");
	free(text);
}

/* What an id means is said once, however often it is the reason. */
static void test_meaning_once(void)
{
	char *text = story_of(NULL);

	CHECK_INT(count_of(text, "COMPONENT_WITHDRAWN means: "), 1);
	CHECK_INT(count_of(text, "PROOF means: "), 1);
	free(text);
}

/* A step's events name only its number: the story knows the device behind it. */
static void test_about_one_device(void)
{
	char *text = story_of("nvme:B");

	CHECK_CONTAINS(text, "Step 1 (Drive B): failed");
	CHECK(!strstr(text, "nvme:C"));
	free(text);
	text = story_of("nvme:D");
	CHECK_CONTAINS(text, "nvme:D");
	CHECK(!strstr(text, "Step 1"));
	free(text);
}

static void test_about_nothing(void)
{
	struct err err = { 0 };
	char *text = NULL;

	CHECK_INT(report_story((const uint8_t *)events, sizeof(events) - 1, "nvme:Z", &text, &err),
		  ERR_NOT_FOUND);
	CHECK(text == NULL);
}

/* A line that a power cut has left half is said, and nothing else is lost. */
static void test_cut_line(void)
{
	struct err err = { 0 };
	char *text = NULL;

	CHECK_INT(report_story((const uint8_t *)events, sizeof(events) - 12, NULL, &text, &err), 0);
	CHECK_CONTAINS(text, "cut or damaged");
	CHECK_CONTAINS(text, "nvme:D");
	free(text);
}

/* Every reason that a plan or a step can have is explained. */
static void test_every_reason_has_words(void)
{
	for (int reason = 1; reason <= REASON_LAST; reason++)
		CHECK(report_reason_words(reason_id((enum reason)reason))[0] != '\0');
	CHECK_STR(report_reason_words("NONSENSE"), "");
}

int main(void)
{
	TAP_RUN(test_whole_story);
	TAP_RUN(test_meaning_once);
	TAP_RUN(test_about_one_device);
	TAP_RUN(test_about_nothing);
	TAP_RUN(test_cut_line);
	TAP_RUN(test_every_reason_has_words);
	return TAP_END();
}
