/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file in which init says what is with the media. */
#include "tap.h"

#include <sys/stat.h>

#include "run/medium.h"
#include "tmpdir.h"

static const char whole[] =
	"state=here\n"
	"log=/media/drydock/logs/S1-20260101T000000Z\n"
	"journal=/dev/sdb4\n"
	"repo=/media/drydock/repo\n"
	"disk=sdb\n"
	"change=3\n";

static int parse(const char *text, struct medium *ret)
{
	return medium_parse((const uint8_t *)text, strlen(text), ret, NULL);
}

static void all_values(void)
{
	struct medium medium = { 0 };

	CHECK_INT(parse(whole, &medium), 0);
	CHECK(medium.here);
	CHECK_STR(medium.log, "/media/drydock/logs/S1-20260101T000000Z");
	CHECK_STR(medium.journal, "/dev/sdb4");
	CHECK_STR(medium.repo, "/media/drydock/repo");
	CHECK_STR(medium.disk, "sdb");
	CHECK_INT(medium.change, 3);
}

static void few_values(void)
{
	struct medium medium = { .here = true, .log = "before", .repo = "before" };

	CHECK_INT(parse("later=a=b\nchange=9999999999999999999\nstate=gone\njournal=\n", &medium),
		  0);
	CHECK(!medium.here);
	CHECK_STR(medium.log, "");
	CHECK_STR(medium.repo, "");
	CHECK_STR(medium.journal, "");
	CHECK(medium.change == 9999999999999999999u);
}

static void refused(void)
{
	static const char *const texts[] = {
		"",
		"state=here\n",
		"change=1\n",
		"state=here\nchange=1",
		"state=here\nchange=\n",
		"state=here\nchange=-1\n",
		"state=here\nchange= 1\n",
		"state=here\nchange=1x\n",
		"state=here\nchange=18446744073709551616\n",
		"state=Here\nchange=1\n",
		"state=\nchange=1\n",
		"state=heregone\nchange=1\n",
		"state=here\nchange=1\nstate=gone\n",
		"state=here\nchange=1\nlog=/a\nlog=/b\n",
		"state=here\nchange=1\n\n",
		"state=here\nchange=1\nnothing\n",
		"state=here\nchange=1\n=x\n",
		"state=here\nchange=1\nlog=/a\tb\n",
		"state=here\r\nchange=1\r\n",
	};
	struct medium medium = { .change = 77 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		CHECK_INT(parse(texts[i], &medium), ERR_FORMAT);
		CHECK_INT(medium.change, 77);
	}
	CHECK_INT(medium_parse((const uint8_t *)"state=here\nchange=1\nlog=a\0b\n", 28, &medium,
			       NULL),
		  ERR_FORMAT);
}

/* Each value in the longest form that fits, and one byte longer. */
static void lengths(void)
{
	static const struct {
		const char *key;
		size_t size;
	} rows[] = { { "log", sizeof(((struct medium *)0)->log) },
		     { "journal", sizeof(((struct medium *)0)->journal) },
		     { "repo", sizeof(((struct medium *)0)->repo) },
		     { "disk", sizeof(((struct medium *)0)->disk) } };
	char text[1024], value[600];
	struct medium medium;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memset(value, 'v', sizeof(value));
		value[rows[i].size - 1] = '\0';
		snprintf(text, sizeof(text), "state=here\nchange=1\n%s=%s\n", rows[i].key, value);
		CHECK_INT(parse(text, &medium), 0);
		value[rows[i].size - 1] = 'v';
		value[rows[i].size] = '\0';
		snprintf(text, sizeof(text), "state=here\nchange=1\n%s=%s\n", rows[i].key, value);
		CHECK_INT(parse(text, &medium), ERR_FORMAT);
	}
}

static void looked_at(void)
{
	static char large[MEDIUM_FILE_MAX + 1];
	struct medium medium = { 0 };
	struct err err = { 0 };
	struct tmpdir dir;
	char path[128];

	tmpdir_make(&dir);
	snprintf(path, sizeof(path), "%s/medium", dir.path);
	CHECK_INT(medium_look(path, 0, &medium, &err), ERR_NOT_FOUND);
	tmpdir_write_text(&dir, "medium", whole);
	CHECK_INT(medium_look(path, 2, &medium, &err), 1);
	CHECK_STR(medium.disk, "sdb");
	CHECK_INT(medium_look(path, medium.change, &medium, &err), 0);
	/* It counts up, but another number is all that matters. */
	tmpdir_write_text(&dir, "medium", "state=gone\nchange=1\n");
	CHECK_INT(medium_look(path, medium.change, &medium, &err), 1);
	CHECK(!medium.here);
	tmpdir_write_text(&dir, "medium", "state=gone\n");
	CHECK_INT(medium_look(path, 0, &medium, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, path);
	memset(large, 'x', sizeof(large));
	tmpdir_write(&dir, "medium", large, sizeof(large));
	CHECK_INT(medium_look(path, 0, &medium, &err), ERR_TOO_LARGE);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(mkfifo(path, 0600), 0);
	CHECK_INT(medium_look(path, 0, &medium, &err), ERR_IO);
	tmpdir_drop(&dir);
}

int main(void)
{
	TAP_RUN(all_values);
	TAP_RUN(few_values);
	TAP_RUN(refused);
	TAP_RUN(lengths);
	TAP_RUN(looked_at);
	return TAP_END();
}
