/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report: from events, from a journal, from both, from what is left of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json.h"
#include "report/report.h"
#include "tap.h"

#define RUN_A "00112233445566778899aabbccddeeff"
#define RUN_B "ffeeddccbbaa99887766554433221100"

#define BEGIN                                                                               \
	"{\"t\":1700000000.5,\"up\":5,\"event\":\"RunBegin\",\"run\":\"" RUN_A              \
	"\",\"version\":\"0.1\",\"serial\":\"CZ1\",\"mode\":\"auto\",\"repo_id\":\"demo\"," \
	"\"repo_serial\":7,\"signers\":\"site (ed25519 + ml-dsa-65)\",\"min_evidence\":"    \
	"\"emulator\",\"journal\":\"raw\"}\n"
#define STEP(n)                                                                 \
	"{\"t\":1700000001,\"event\":\"Step\",\"step\":" n                      \
	",\"component\":\"fw-3.0\","                                            \
	"\"component_name\":\"Firmware 3.0\",\"device\":\"nvme:S" n             \
	"\",\"device_name\":"                                                   \
	"\"Drive " n                                                            \
	"\",\"from\":\"2.1\",\"to\":\"3.0\",\"backend\":\"nvme\",\"evidence\":" \
	"\"emulator\",\"expected_seconds\":30}\n"
#define STATE(t, n, state, found, reason, text)                                  \
	"{\"t\":" t ",\"event\":\"StepState\",\"step\":" n ",\"state\":\"" state \
	"\",\"found\":\"" found "\",\"reason\":\"" reason "\",\"text\":\"" text "\"}\n"
#define END(status)                                               \
	"{\"t\":1700000125,\"event\":\"RunEnd\",\"exit\":" status \
	",\"text\":\"Logs are "                                   \
	"safe.\"}\n"

static struct report report;

static void read_events(const char *text)
{
	report_free(&report);
	CHECK_INT(report_add_events(&report, (const uint8_t *)text, strlen(text), NULL), 0);
}

static void settle_events(const char *text)
{
	read_events(text);
	report_settle(&report);
}

static const char good_run[] =
	BEGIN STEP("1") STEP("2") STATE("1700000010", "1", "begun", "", "", "")
		STATE("1700000011", "1", "writing", "", "", "")
			STATE("1700000030", "1", "written", "", "", "")
				STATE("1700000040", "1", "verified", "3.0", "", "")
					STATE("1700000050", "2", "begun", "", "", "")
						STATE("1700000060", "2", "verified", "3.0", "", "")
							END("0");

static void test_a_good_run(void)
{
	char text[64];

	settle_events(good_run);
	CHECK_STR(report.verdict, "Done: all 2 steps are read back and proven.");
	CHECK_INT(report.exit_status, 0);
	CHECK(report.ended);
	CHECK_INT(report.power, POWER_SAFE);
	CHECK_STR(report.serial, "CZ1");
	CHECK_STR(report.run_id, RUN_A);
	CHECK_INT(report.repo_serial, 7);
	CHECK_STR(report.min_evidence, "emulator");
	CHECK_STR(report.end_text, "Logs are safe.");
	CHECK_INT(report.step_count, 2);
	CHECK_STR(report.steps[0].device_name, "Drive 1");
	CHECK_STR(report.steps[1].device, "nvme:S2");
	CHECK_STR(report.steps[0].from, "2.1");
	CHECK_STR(report.steps[0].to, "3.0");
	CHECK_STR(report.steps[0].last->found, "3.0");
	CHECK_STR(report.steps[0].evidence, "emulator");
	report_duration(report.steps[0].last->began, report.steps[0].last->time, text,
			sizeof(text));
	CHECK_STR(text, "30 s");
	report_duration(report.began, report.last, text, sizeof(text));
	CHECK_STR(text, "2 min 4 s");
	report_time(report.began, text, sizeof(text));
	CHECK_STR(text, "2023-11-14 22:13:20 UTC");
	CHECK_INT(report.bad_lines, 0);
}

struct verdict_case {
	const char *state, *status, *verdict;
	enum report_power power;
};

static void test_verdicts(void)
{
	static const struct verdict_case cases[] = {
		{ "verified", "0", "Done: the one step is read back and proven.", POWER_SAFE },
		{ "needs-reboot", "1", "reboot or power cycle is needed. Boot this medium again",
		  POWER_SAFE },
		{ "verified", "3", "Nothing was to be done", POWER_SAFE },
		{ "withdrawn", "7", "policy does not allow it. 1 step: 1 left out", POWER_SAFE },
		{ "failed", "6", "The repository does not hold", POWER_SAFE },
		{ "failed", "8", "Not everything succeeded. 1 step: 1 not successful.",
		  POWER_SAFE },
		{ "accepted", "8", "1 step: 1 accepted but not provable.", POWER_SAFE },
		{ "overdue", "9", "A device needs a person: Drive 1 is overdue", POWER_UNSAFE },
		{ "unknown", "9", "Drive 1 is in an unknown state", POWER_UNSAFE },
		{ "begun", "10", "interrupted and can be resumed. 1 step: 1 not finished",
		  POWER_SAFE },
		{ "verified", "64", "Drydock itself failed (status 64)", POWER_SAFE },
		{ "verified", "9999", "Drydock itself failed", POWER_SAFE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[2048];

		snprintf(text, sizeof(text),
			 BEGIN STEP("1") "{\"t\":1,\"event\":\"StepState\",\"step\":1,\"state\":"
					 "\"%s\"}\n{\"event\":\"RunEnd\",\"exit\":%s}\n",
			 cases[i].state, cases[i].status);
		settle_events(text);
		CHECK_CONTAINS(report.verdict, cases[i].verdict);
		CHECK_INT(report.power, cases[i].power);
	}
}

/* Cut after every byte: always a report, never more than was said, and the loss is counted. */
static void test_events_cut_anywhere(void)
{
	size_t verified_before = 0;

	for (size_t len = 0; len < sizeof(good_run); len++) {
		report_free(&report);
		CHECK_INT(report_add_events(&report, (const uint8_t *)good_run, len, NULL), 0);
		report_settle(&report);
		CHECK_INT(report.bad_lines, len > 0 && good_run[len - 1] != '\n');
		CHECK(report.verified >= verified_before && report.verified <= 2);
		CHECK_INT(report.ended, len == sizeof(good_run) - 1);
		CHECK(report.verdict[0]);
		verified_before = report.verified;
	}
	CHECK_INT(verified_before, 2);
}

static void test_a_run_that_died_while_writing(void)
{
	settle_events(BEGIN STEP("1") STEP("2") STATE("1700000010", "1", "begun", "", "", "")
			      STATE("1700000011", "1", "writing", "", "", ""));
	CHECK(!report.ended);
	CHECK_INT(report.exit_status, EXIT_INTERRUPTED);
	CHECK_CONTAINS(report.verdict, "The run did not end");
	CHECK_CONTAINS(report.verdict, "Step 1 (Drive 1) was in the middle: being written.");
	CHECK_INT(report.power, POWER_UNSAFE);
	CHECK_CONTAINS(report.power_text, "Drive 1: its write was not finished");
	CHECK_INT(report.unfinished, 1);
	CHECK_INT(report.not_begun, 1);
}

static void note(struct journal *journal, const char *run_id, enum journal_type type,
		 unsigned int number, enum step_state state, uint64_t time)
{
	struct journal_record record = { .type = type, .state = state, .time = time };

	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	if (type == JOURNAL_RUN_BEGIN)
		record.step_count = (uint16_t)number;
	else if (type == JOURNAL_RUN_END)
		record.exit_status = (uint16_t)number;
	else
		record.step = (uint16_t)number;
	if (type == JOURNAL_STEP) {
		snprintf(record.device, sizeof(record.device), "nvme:S%u", number);
		snprintf(record.component, sizeof(record.component), "fw-3.0");
		snprintf(record.from, sizeof(record.from), "2.1");
		snprintf(record.to, sizeof(record.to), "3.0");
		snprintf(record.found, sizeof(record.found), "%s",
			 state == STEP_VERIFIED ? "3.0" : "");
	}
	CHECK_INT(journal_append(journal, &record, NULL), 0);
}

static struct journal *new_journal(void)
{
	struct journal *journal = NULL;

	CHECK_INT(journal_open_volatile("CZ1", &journal, NULL), 0);
	return journal;
}

static void test_a_dry_run(void)
{
	settle_events("{\"event\":\"RunBegin\",\"run\":\"" RUN_A
		      "\",\"mode\":\"dry run\"}\n" STEP("1") END("0"));
	CHECK_STR(report.verdict, "Dry run: nothing was changed. 1 step: 1 not begun.");
}

/* Steps that were only planned may have been begun when the records went on in RAM. */
static void test_in_ram_is_not_safe(void)
{
	settle_events(BEGIN STEP("1") "{\"t\":1700000010,\"event\":\"RunInRam\"}\n");
	CHECK_INT(report.power, POWER_UNSAFE);
	CHECK_CONTAINS(report.power_text, "went on without its medium");
}

/* It ended before it was a run, say with 6: the journal's newest run is not this one. */
static void test_events_without_a_run(void)
{
	struct journal *journal = new_journal();

	note(journal, RUN_B, JOURNAL_RUN_BEGIN, 1, 0, 1600000000);
	note(journal, RUN_B, JOURNAL_STEP, 1, STEP_FAILED, 1600000001);
	read_events(END("6"));
	CHECK_INT(report_add_journal(&report, journal, NULL), ERR_NOT_FOUND);
	report_settle(&report);
	CHECK_INT(report.step_count, 0);
	CHECK_STR(report.verdict,
		  "The repository does not hold: a signature, hash or file is wrong.");
	/* Nothing but garbage: then the journal is all there is. */
	read_events("{\"ev\n");
	CHECK_INT(report_add_journal(&report, journal, NULL), 0);
	CHECK_INT(report.step_count, 1);
	journal_close(journal);
}

static void test_garbage_is_counted_never_fatal(void)
{
	static const char text[] =
		"\x01\x02\xff\xfe\n"
		"{\"event\":\"Step\"\n"
		"[1,2]\n"
		"{\"t\":1}\n"
		"{\"event\":7}\n"
		"{\"event\":\"StepState\",\"step\":1,\"state\":\"exploded\"}\n"
		"{\"event\":\"RunEnd\",\"exit\":0,\"exit\":9}\n"
		"\n"
		"{\"event\":\"Whatever\",\"x\":[{}]}\r\n"
		"{\"t\":\"soon\",\"event\":\"Warning\",\"text\":5}\n"
		"{\"t\":1e300,\"event\":\"Warning\",\"text\":\"late\"}\n" BEGIN;

	settle_events(text);
	CHECK_INT(report.bad_lines, 7);
	CHECK(!report.ended);
	CHECK_STR(report.serial, "CZ1");
	CHECK_INT(report.warning_count, 2);
	CHECK_STR(report.warnings[0], "");
	CHECK_STR(report.warnings[1], "late");
	CHECK(report.last < 2e9);
}

/* The tail that a file system leaves after a cut: zeros without a line's end, or with one. */
static void test_zeros_after_the_cut(void)
{
	char text[sizeof(BEGIN) + 5000] = BEGIN;

	text[sizeof(BEGIN) + 100] = '\n';
	report_free(&report);
	CHECK_INT(report_add_events(&report, (uint8_t *)text, sizeof(text), NULL), 0);
	CHECK_STR(report.serial, "CZ1");
	CHECK_INT(report.bad_lines, 2);
}

static void test_limits(void)
{
	size_t room = 2 * REPORT_LINE_MAX_BYTES, used = 0;
	char *text = malloc(room);
	char *steps = malloc(2000 * 64);

	if (!text || !steps)
		abort();
	memset(text, 'x', room);
	text[REPORT_LINE_MAX_BYTES] = '\n';
	memcpy(text + REPORT_LINE_MAX_BYTES + 1, BEGIN, sizeof(BEGIN));
	text[room - 1] = '\0';
	settle_events(text);
	CHECK_INT(report.bad_lines, 1);
	CHECK_STR(report.serial, "CZ1");

	for (int i = 0; i < 1100; i++)
		used += (size_t)snprintf(steps + used, 64, "{\"event\":\"Step\",\"step\":%d}\n", i);
	settle_events(steps);
	CHECK_INT(report.step_count, REPORT_MAX_STEPS);
	CHECK_INT(report.beyond_maximum, 1100 - REPORT_MAX_STEPS);
	CHECK_INT(report_add_events(&report, (uint8_t *)steps, REPORT_EVENTS_MAX_BYTES + 1, NULL),
		  ERR_TOO_LARGE);
	free(text);
	free(steps);
}

static void test_the_last_run_counts(void)
{
	settle_events(BEGIN STEP("1") STATE("1700000040", "1", "failed", "2.1", "PROOF", "no")
			      END("8") BEGIN STEP("2") END("3"));
	CHECK_INT(report.step_count, 1);
	CHECK_INT(report.steps[0].number, 2);
	CHECK_INT(report.exit_status, 3);
	CHECK_INT(report.earlier_runs, 1);
}

static void test_texts_are_made_harmless(void)
{
	char text[64];

	report_copy_text(text, sizeof(text), "a\x1b[31m\x07z", 8);
	CHECK_STR(text, "a?[31m?z");
	report_copy_text(text, sizeof(text), "two\nlines\tand\r", 14);
	CHECK_STR(text, "two lines and ");
	report_copy_text(text, sizeof(text),
			 "\xc2\x9b"
			 "1m",
			 4); /* CSI as one character */
	CHECK_STR(text, "?1m");
	report_copy_text(text, sizeof(text), "x\xe2\x80\xaey", 5); /* right-to-left override */
	CHECK_STR(text, "x?y");
	report_copy_text(text, sizeof(text), "\xc0\xaf \xed\xa0\x80 \xf5\x80", 9);
	CHECK_STR(text, "?? ??? ??");
	report_copy_text(text, sizeof(text), "\xe3\x83\x89\xe3\x83", 5);
	CHECK_STR(text, "\xe3\x83\x89??");
	/* No half characters at the cut. */
	report_copy_text(text, 4, "ab\xc3\xa9", 4);
	CHECK_STR(text, "ab");
	report_copy_text(text, 5, "ab\xc3\xa9", 4);
	CHECK_STR(text, "ab\xc3\xa9");
}

static const char hostile[] =
	"{\"event\":\"RunBegin\",\"run\":\"" RUN_A
	"\",\"serial\":\"<script>alert('1')</script>\",\"mode\":\"\\\"><img src=x>\",\"repo_id\":"
	"\"<b>&amp;\",\"signers\":\"</dd>\",\"min_evidence\":\"<i>\",\"journal\":\"<j>\","
	"\"version\":\"<v>\"}\n"
	"{\"event\":\"Device\",\"id\":\"<a>\",\"name\":\"<n>\",\"kind\":\"<k>\",\"version\":\"<w>"
	"\"}\n"
	"{\"event\":\"Step\",\"step\":1,\"component\":\"<c>\",\"component_name\":\"<d>\","
	"\"device\":"
	"\"<e>\",\"device_name\":\"<style>\",\"from\":\"<f>\",\"to\":\"<t>\",\"backend\":\"<g>\","
	"\"evidence\":\"<h>\"}\n"
	"{\"event\":\"StepState\",\"step\":1,\"state\":\"failed\",\"found\":\"<l>\",\"reason\":\"<"
	"r>\","
	"\"text\":\"<!--\"}\n"
	"{\"event\":\"Settled\",\"run\":\"<o>\",\"device\":\"<p>\",\"component\":\"<q>\",\"state\":"
	"\"<s>\","
	"\"found\":\"<u>\",\"text\":\"<x>\"}\n"
	"{\"event\":\"LeftAlone\",\"component\":\"<y>\",\"device\":\"<z>\",\"reason\":\"<0>\","
	"\"text\":"
	"\"]]><svg onload=alert(1)>\"}\n"
	"{\"event\":\"Warning\",\"text\":\"</ul><script>\"}\n"
	"{\"event\":\"RunEnd\",\"exit\":8,\"text\":\"</body>\"}\n";

/* Every '<' begins one of our own tags. */
static void check_tags(const char *html)
{
	static const char *const ours[] = {
		"!DOCTYPE html>",
		"html",
		"head>",
		"meta ",
		"title>",
		"style>",
		"body>",
		"h1>",
		"h2>",
		"div ",
		"div>",
		"p>",
		"p ",
		"strong>",
		"dl>",
		"dt>",
		"dd>",
		"table>",
		"thead>",
		"tbody>",
		"tr>",
		"th ",
		"th>",
		"td>",
		"td ",
		"span ",
		"span>",
		"code>",
		"ul>",
		"li>",
		"footer>",
	};
	unsigned int foreign = 0;

	for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
		const char *name = at[1] == '/' ? at + 2 : at + 1;
		bool known = false;

		for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
			known = known || strncmp(name, ours[i], strlen(ours[i])) == 0;
		if (!known && foreign++ < 3)
			printf("# %.30s\n", at);
	}
	CHECK_INT(foreign, 0);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

static void test_html_escapes_everything(void)
{
	char *html = NULL;

	settle_events(hostile);
	CHECK_INT(report.bad_lines, 0);
	CHECK_INT(report_to_html(&report, &html, NULL), 0);
	check_tags(html);
	CHECK_CONTAINS(html, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
	CHECK_CONTAINS(html, "&quot;&gt;&lt;img src=x&gt;");
	CHECK_CONTAINS(html, "&lt;b&gt;&amp;amp;");
	CHECK_CONTAINS(html, "default-src 'none'");
	CHECK_INT(count_of(html, "<style>"), 1);
	CHECK_INT(count_of(html, "<script"), 0);
	CHECK_INT(count_of(html, "</body>"), 1);
	CHECK_INT(count_of(html, "http://") + count_of(html, "https://") + count_of(html, "url("),
		  0);
	free(html);
}

/* Every line of the text fits, with wide characters, long words and long sentences. */
static void check_widths(const char *text)
{
	unsigned int longest = 0;

	while (*text) {
		unsigned int width = 0;

		for (; *text && *text != '\n'; text++)
			if (((uint8_t)*text & 0xc0) != 0x80)
				width += (uint8_t)*text >= 0xe0 ? 2 : 1;
		text += *text == '\n';
		longest = width > longest ? width : longest;
	}
	CHECK(longest <= 79);
	CHECK(longest >= 70);
}

static void test_text_fits_80_columns(void)
{
	char events[4096], word[300], wide[300];
	char *text = NULL;

	memset(word, 'w', sizeof(word));
	word[299] = '\0';
	for (size_t i = 0; i < 99; i++)
		memcpy(wide + 3 * i, "\xe3\x83\x89", 4);
	snprintf(events, sizeof(events),
		 BEGIN STEP("1") "{\"event\":\"StepState\",\"step\":1,\"state\":\"failed\",\"text\":"
				 "\"%s and then %s or not\"}\n{\"event\":\"LeftAlone\",\"device\":"
				 "\"%.90s\",\"component\":\"%.90s\",\"reason\":\"X\",\"text\":\"%s\"}\n"
				 "{\"event\":\"Warning\",\"text\":\"%s\"}\n" END("8"),
		 word, wide, wide, word, wide, "many small words that go on and on "
		 "until the line is full and another one must begin, and so on, and so on");
	settle_events(events);
	CHECK_INT(report_to_text(&report, &text, NULL), 0);
	check_widths(text);
	CHECK(strncmp(text, report.verdict, 20) == 0);
	free(text);
}

static void test_text_says_what_counts(void)
{
	char *text = NULL;

	settle_events(BEGIN STEP("1") STATE("1700000010", "1", "begun", "", "", "")
			      STATE("1700000040", "1", "failed", "2.1", "PROOF", "It runs 2.1.")
		      "{\"event\":\"LeftAlone\",\"component\":\"c9\",\"device\":\"\",\"reason\":"
		      "\"NOT_APPLICABLE\",\"text\":\"nothing of it here\"}\n"
		      "{\"event\":\"Settled\",\"device\":\"nvme:S9\",\"component\":\"old\",\"state\":"
		      "\"unknown\",\"found\":\"1.0\",\"text\":\"ask somebody\"}\n" END("8"));
	CHECK_INT(report_to_text(&report, &text, NULL), 0);
	CHECK_CONTAINS(text, "Power off:    safe\n");
	CHECK_CONTAINS(text, "before 2.1, wanted 3.0, read back 2.1");
	CHECK_CONTAINS(text, "failed: it did not succeed [PROOF]\n    It runs 2.1.");
	CHECK_CONTAINS(text, "accepted on evidence: emulator");
	CHECK_CONTAINS(text, "demo, serial 7, signed by site (ed25519 + ml-dsa-65)");
	CHECK_CONTAINS(text, "c9 [NOT_APPLICABLE]\n    nothing of it here");
	CHECK_CONTAINS(text, "nvme:S9 - old: unknown, read back 1.0\n    ask somebody");
	CHECK_CONTAINS(text, "backend nvme, evidence emulator");
	CHECK_CONTAINS(text, "(30 s)");
	free(text);
}

static void test_json(void)
{
	yyjson_doc *doc = NULL;
	yyjson_val *root, *step;
	char *text = NULL, value[64];
	uint64_t number = 0;
	size_t len = 0;

	settle_events(hostile);
	CHECK_INT(report_to_json(&report, &text, &len, NULL), 0);
	CHECK_INT(json_parse((uint8_t *)text, len, 1 << 20, &doc, NULL), 0);
	root = yyjson_doc_get_root(doc);
	CHECK_INT(json_get_str(root, "machine", value, sizeof(value), NULL), 0);
	CHECK_STR(value, "<script>alert('1')</script>");
	CHECK_INT(json_get_u64(root, "exit_status", 0, 255, &number, NULL), 0);
	CHECK_INT(number, 8);
	step = yyjson_arr_get(yyjson_obj_get(root, "steps"), 0);
	CHECK_STR(yyjson_get_str(yyjson_obj_get(step, "state")), "failed");
	CHECK_STR(yyjson_get_str(yyjson_obj_get(step, "found")), "<l>");
	CHECK(yyjson_is_null(yyjson_obj_get(step, "began")));
	CHECK(yyjson_get_bool(yyjson_obj_get(root, "safe_to_power_off")));
	CHECK_INT(yyjson_get_uint(yyjson_ptr_get(root, "/counts/failed")), 1);
	CHECK_INT(yyjson_arr_size(yyjson_obj_get(root, "left_alone")), 1);
	CHECK_INT(yyjson_arr_size(yyjson_obj_get(root, "settled")), 1);
	yyjson_doc_free(doc);
	free(text);
}

static void test_from_the_journal_alone(void)
{
	struct journal *journal = new_journal();
	char words[512];

	report_free(&report);
	CHECK_INT(report_add_journal(&report, journal, NULL), ERR_NOT_FOUND);
	note(journal, RUN_B, JOURNAL_RUN_BEGIN, 1, 0, 1600000000);
	note(journal, RUN_B, JOURNAL_STEP, 1, STEP_FAILED, 1600000001);
	note(journal, RUN_B, JOURNAL_RUN_END, 8, 0, 1600000002);
	note(journal, RUN_A, JOURNAL_RUN_BEGIN, 3, 0, 1700000000);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_BEGUN, 1700000010);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_VERIFIED, 1700000020);
	note(journal, RUN_A, JOURNAL_STEP, 2, STEP_BEGUN, 1700000030);
	note(journal, RUN_A, JOURNAL_STEP, 2, STEP_WRITING, 1700000031);
	report_free(&report);
	CHECK_INT(report_add_journal(&report, journal, NULL), 0);
	report_settle(&report);
	CHECK_STR(report.run_id, RUN_A);
	CHECK_INT(report.step_count, 3);
	CHECK_INT(report.verified, 1);
	CHECK_INT(report.unfinished, 1);
	CHECK_INT(report.not_begun, 1);
	CHECK_STR(report.steps[0].last->found, "3.0");
	CHECK_STR(report.steps[1].device, "nvme:S2");
	CHECK_INT(report.steps[2].last->state, 0);
	CHECK_INT(report.exit_status, EXIT_INTERRUPTED);
	CHECK_INT(report.power, POWER_UNSAFE);
	CHECK_CONTAINS(report_journal_words(&report), "VOLATILE");
	report_source_words(&report, words, sizeof(words));
	CHECK_CONTAINS(words, "from the journal alone");
	journal_close(journal);
}

/* The journal is durable before the event is written: after a cut it knows more. */
static void test_the_journal_knows_more(void)
{
	struct journal *journal = new_journal();

	note(journal, RUN_A, JOURNAL_RUN_BEGIN, 1, 0, 1700000000);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_BEGUN, 1700000010);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_WRITING, 1700000011);
	note(journal, RUN_B, JOURNAL_RUN_BEGIN, 1, 0, 1700009000);
	note(journal, RUN_B, JOURNAL_STEP, 1, STEP_FAILED, 1700009001);
	read_events(BEGIN STEP("1") STATE("1700000010.2", "1", "begun", "", "", ""));
	CHECK_INT(report_add_journal(&report, journal, NULL), 0);
	report_settle(&report);
	CHECK_INT(report.steps[0].last->state, STEP_WRITING);
	CHECK_STR(report.steps[0].device_name, "Drive 1");
	CHECK(!report.ended);
	journal_close(journal);
}

/* The journal's medium failed in the middle: the events went on in memory. */
static void test_the_events_know_more(void)
{
	struct journal *journal = new_journal();

	note(journal, RUN_A, JOURNAL_RUN_BEGIN, 2, 0, 1700000000);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_WRITING, 1700000011);
	read_events(good_run);
	CHECK_INT(report_add_journal(&report, journal, NULL), 0);
	report_settle(&report);
	CHECK_INT(report.verified, 2);
	CHECK(report.ended);
	CHECK_INT(report.exit_status, 0);
	journal_close(journal);
}

/* The journal cuts its texts: the whole one is in the events. */
static void test_the_longer_text_is_shown(void)
{
	struct journal *journal = new_journal();

	note(journal, RUN_A, JOURNAL_RUN_BEGIN, 1, 0, 1700000000);
	note(journal, RUN_A, JOURNAL_STEP, 1, STEP_FAILED, 1700000040);
	read_events(BEGIN STEP("1")
			    STATE("1700000040.1", "1", "failed", "2.1", "PROOF", "all the words"));
	CHECK_INT(report_add_journal(&report, journal, NULL), 0);
	report_settle(&report);
	CHECK_STR(report.steps[0].last->text, "all the words");
	journal_close(journal);
}

static void test_a_run_that_the_journal_does_not_have(void)
{
	struct journal *journal = new_journal();

	note(journal, RUN_B, JOURNAL_RUN_BEGIN, 1, 0, 1700009000);
	read_events(good_run);
	CHECK_INT(report_add_journal(&report, journal, NULL), ERR_NOT_FOUND);
	report_settle(&report);
	CHECK_INT(report.verified, 2);
	CHECK(!report.has_journal);
	journal_close(journal);
}

static bool file_has(const char *dir, const char *name, const char *part)
{
	char path[FSIO_PATH_MAX];
	uint8_t *text = NULL;
	size_t len = 0;
	bool found = false;

	if (fsio_join(path, dir, name, NULL) == 0 &&
	    fsio_read_file(path, 1 << 20, &text, &len, NULL) == 0)
		found = strstr((const char *)text, part) != NULL;
	free(text);
	return found;
}

static void test_report_write(void)
{
	static const char *const names[] = { "events.jsonl", "summary.txt", "report.json",
					     "report.html" };
	char dir[] = "/tmp/test_report.XXXXXX", path[FSIO_PATH_MAX];
	struct journal *journal = new_journal();

	CHECK(mkdtemp(dir) != NULL);
	CHECK_INT(report_write(dir, NULL, NULL), ERR_NOT_FOUND);
	CHECK_INT(report_write(dir, journal, NULL), ERR_NOT_FOUND);
	CHECK_INT(fsio_join(path, dir, "events.jsonl", NULL), 0);
	CHECK_INT(fsio_write_atomic(path, good_run, strlen(good_run), 0644, NULL), 0);
	CHECK_INT(report_write(dir, NULL, NULL), 0);
	CHECK(file_has(dir, "summary.txt", "all 2 steps are read back and proven"));
	CHECK(file_has(dir, "report.html", "all 2 steps are read back and proven"));
	CHECK(file_has(dir, "report.json", "\"verified\": 2"));
	CHECK(file_has(dir, "report.json", "\"kind\": \"raw\""));
	note(journal, RUN_A, JOURNAL_RUN_BEGIN, 2, 0, 1700000000);
	CHECK_INT(report_write(dir, journal, NULL), 0);
	CHECK(file_has(dir, "report.json", "\"kind\": \"volatile\""));
	CHECK(file_has(dir, "summary.txt", "VOLATILE"));
	journal_close(journal);
	for (size_t i = 0; i < 4; i++)
		if (fsio_join(path, dir, names[i], NULL) == 0)
			unlink(path);
	CHECK_INT(rmdir(dir), 0); /* nothing else was left behind */
}

int main(void)
{
	TAP_RUN(test_a_good_run);
	TAP_RUN(test_verdicts);
	TAP_RUN(test_in_ram_is_not_safe);
	TAP_RUN(test_events_cut_anywhere);
	TAP_RUN(test_a_run_that_died_while_writing);
	TAP_RUN(test_a_dry_run);
	TAP_RUN(test_events_without_a_run);
	TAP_RUN(test_garbage_is_counted_never_fatal);
	TAP_RUN(test_zeros_after_the_cut);
	TAP_RUN(test_limits);
	TAP_RUN(test_the_last_run_counts);
	TAP_RUN(test_texts_are_made_harmless);
	TAP_RUN(test_html_escapes_everything);
	TAP_RUN(test_text_fits_80_columns);
	TAP_RUN(test_text_says_what_counts);
	TAP_RUN(test_json);
	TAP_RUN(test_from_the_journal_alone);
	TAP_RUN(test_the_journal_knows_more);
	TAP_RUN(test_the_events_know_more);
	TAP_RUN(test_the_longer_text_is_shown);
	TAP_RUN(test_a_run_that_the_journal_does_not_have);
	TAP_RUN(test_report_write);
	report_free(&report);
	return TAP_END();
}
