/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives made byte by byte: no tool makes most of these. */
#include "import/archive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "archive_image.h"
#include "tap.h"

#define MIB (1024u * 1024u)

static char log_text[8192]; /* of the visits: "name=contents;" */
static struct err err;

static void (*const formats[])(const struct archive_image_member *members,
			       size_t count) = { archive_put_tar, archive_put_cpio,
						 archive_put_zip };

#define FORMATS (sizeof(formats) / sizeof(*formats))

static struct source source(void)
{
	return (struct source){ .fd = archive_file, .size = archive_size, .name = "a.pkg" };
}

static void say(const char *text)
{
	size_t used = strlen(log_text);

	snprintf(log_text + used, sizeof(log_text) - used, "%s", text);
}

static int read_all(void *ctx, struct archive_member *member, struct err *e)
{
	uint8_t *text;
	size_t len;
	int rc = archive_member_load(member, MIB, &text, &len, e);

	(void)ctx;
	if (rc)
		return rc;
	CHECK(archive_member_size(member) < 0 || archive_member_size(member) == (int64_t)len);
	say(archive_member_name(member));
	say("=");
	say((const char *)text);
	say(";");
	free(text);
	return 0;
}

static int only_name(void *ctx, struct archive_member *member, struct err *e)
{
	size_t len;

	(void)ctx;
	CHECK_INT(archive_member_read(member, &len, 1, &len, e), ERR_INTERNAL);
	*e = (struct err){ 0 };
	say(archive_member_name(member));
	say(";");
	return strcmp(archive_member_name(member), "stop") == 0;
}

static int walk(bool names_only, archive_visit *visit)
{
	const struct source src = source();

	log_text[0] = '\0';
	err = (struct err){ 0 };
	return archive_walk(&src, names_only, visit, NULL, &err);
}

static void check_refused(int code, const char *why)
{
	CHECK_INT(walk(false, read_all), code);
	CHECK_INT(err.code, code);
	CHECK_CONTAINS(err.text, "a.pkg: ");
	CHECK_CONTAINS(err.text, why);
	CHECK_INT(walk(true, only_name), code);
}

static void members_of_each_format(void)
{
	static const struct archive_image_member members[] = {
		{ "one", "first", PLAIN },
		{ "folder/", "", FOLDER },
		{ "folder/two", "", PLAIN },
		{ "./folder//./three", "third", PLAIN },
	};

	for (size_t i = 0; i < 2 * FORMATS; i++) {
		archive_begin();
		formats[i / 2](members, 4);
		if (i % 2 && formats[i / 2] != archive_put_zip)
			archive_gzip();
		CHECK_INT(walk(false, read_all), 0);
		CHECK_STR(log_text, "one=first;folder/two=;folder/three=third;");
		CHECK_INT(walk(true, only_name), 0);
		CHECK_STR(log_text, "one;folder/two;folder/three;");
	}
}

static void names_that_lead_elsewhere(void)
{
	static const char *const bad[] = {
		"/etc/passwd", "../x", "a/../x",   "a/..", "..",    "a\\..\\x", "\\x",
		"C:\\x",       "C:x",  "//host/x", "a\nb", "a\x7f", "./../x",
	};

	for (size_t i = 0; i < FORMATS * sizeof(bad) / sizeof(*bad); i++) {
		const char *name = bad[i / FORMATS];
		const struct archive_image_member members[] = { { "good", "x", PLAIN },
								{ name, "x", PLAIN } };

		archive_begin();
		formats[i % FORMATS](members, 2);
		check_refused(ERR_FORMAT, "is not a name that a package may use");
	}
}

static void a_folder_that_leads_elsewhere(void)
{
	static const struct archive_image_member members[] = { { "../up/", "", FOLDER } };

	for (size_t i = 0; i < FORMATS; i++) {
		archive_begin();
		formats[i](members, 1);
		check_refused(ERR_FORMAT, "\"../up/\"");
	}
}

static void names_that_only_look_bad(void)
{
	static const struct archive_image_member members[] = {
		{ "..a/b..", "1", PLAIN },
		{ "...", "2", PLAIN },
		{ "sub\\x", "3", PLAIN },
		{ "f\xc3\xbcr", "4", PLAIN },
	};

	for (size_t i = 0; i < FORMATS; i++) {
		archive_begin();
		formats[i](members, 4);
		CHECK_INT(walk(false, read_all), 0);
		CHECK_STR(log_text, "..a/b..=1;...=2;sub/x=3;f\xc3\xbcr=4;");
	}
}

static void a_name_that_is_too_long(void)
{
	char name[ARCHIVE_NAME_MAX + 1] = { 0 };
	const struct archive_image_member members[] = { { name, "x", PLAIN } };

	memset(name, 'a', ARCHIVE_NAME_MAX - 1);
	archive_begin();
	archive_put_cpio(members, 1);
	CHECK_INT(walk(false, read_all), 0);
	name[ARCHIVE_NAME_MAX - 1] = 'a';
	archive_begin();
	archive_put_cpio(members, 1);
	check_refused(ERR_TOO_LARGE, "a name of more than 511 bytes");
}

static void what_is_no_file(void)
{
	for (enum kind kind = SYMLINK; kind <= FIFO; kind++) {
		const struct archive_image_member members[] = { { "good", "x", PLAIN },
								{ "odd", "good", kind } };

		for (size_t i = 0; i < FORMATS; i++) {
			if (formats[i] != archive_put_tar && !archive_mode(kind))
				continue;
			/* Info-ZIP's name for a file that came through a pipe. */
			if (formats[i] == archive_put_zip && kind == FIFO)
				continue;
			archive_begin();
			formats[i](members, 2);
			check_refused(ERR_FORMAT, "odd is a link or a device");
		}
	}
}

static void one_name_twice(void)
{
	static const struct archive_image_member members[] = {
		{ "payload.json", "{}", PLAIN },
		{ "x", "x", PLAIN },
		{ "./PAYLOAD.json", "[]", PLAIN },
	};
	uint8_t *text = NULL;
	size_t len;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source archive;

		archive_begin();
		formats[i](members, 3);
		check_refused(ERR_FORMAT, "is in it twice");
		/* Which of the two was meant is not ours to say. */
		archive = source();
		CHECK_INT(archive_load(&archive, "payload.json", 100, &text, &len, &err),
			  ERR_FORMAT);
		CHECK(!text);
	}
}

static void one_member_by_name(void)
{
	static const struct archive_image_member members[] = {
		{ "x", "x", PLAIN }, { "Dir/Payload.JSON", "{\"a\":1}", PLAIN }
	};
	uint8_t *text = NULL;
	size_t len = 0;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source src;

		archive_begin();
		formats[i](members, 2);
		src = source();
		CHECK_INT(archive_load(&src, "dir/payload.json", 7, &text, &len, &err), 0);
		CHECK_INT(len, 7);
		CHECK_STR((const char *)text, "{\"a\":1}");
		free(text);
		CHECK_INT(archive_load(&src, "dir/payload.json", 6, &text, &len, &err),
			  ERR_TOO_LARGE);
		CHECK_INT(archive_load(&src, "payload.json", 7, &text, &len, &err), ERR_NOT_FOUND);
	}
}

static int stop_at_first(void *ctx, struct archive_member *member, struct err *e)
{
	(void)e;
	say(archive_member_name(member));
	say(";");
	return *(const int *)ctx;
}

static void visits_end_and_fail(void)
{
	static const struct archive_image_member members[] = { { "stop", "x", PLAIN },
							       { "y", "y", PLAIN } };
	int answer = 1;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source src;

		archive_begin();
		formats[i](members, 2);
		src = source();
		CHECK_INT(walk(true, only_name), 0);
		CHECK_STR(log_text, "stop;");
		log_text[0] = '\0';
		CHECK_INT(archive_walk(&src, false, stop_at_first, &answer, &err), 0);
		CHECK_STR(log_text, "stop;");
		answer = ERR_POLICY;
		CHECK_INT(archive_walk(&src, false, stop_at_first, &answer, &err), ERR_POLICY);
		answer = 1;
	}
}

static void invert(uint64_t at)
{
	uint8_t byte;

	CHECK_INT(pread(archive_file, &byte, 1, (off_t)at), 1);
	byte ^= 1;
	CHECK_INT(pwrite(archive_file, &byte, 1, (off_t)at), 1);
}

/* The text is stored as it is: the only thing that tells is the checksum. */
static void wrong_checksums(void)
{
	static const struct archive_image_member members[] = { { "a", "firmware", PLAIN } };
	uint64_t data;

	archive_begin();
	archive_put_zip(members, 1);
	data = 30 + 1 + 20;
	invert(data);
	CHECK_INT(walk(false, read_all), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "a.pkg: a: ");
	for (uint64_t back = 1; back <= 8; back++) {
		archive_begin();
		archive_put_tar(members, 1);
		archive_gzip();
		invert(archive_size - back);
		CHECK_INT(walk(false, read_all), ERR_FORMAT);
		CHECK_CONTAINS(err.text, "gzip checksum is wrong");
	}
}

/* Between two members a tar file looks whole; a cpio file has a member for its end. */
static void cut_off_between_members(void)
{
	static const struct archive_image_member members[] = { { "a", "1", PLAIN },
							       { "b", "2", PLAIN } };

	archive_begin();
	archive_put_tar(members, 2);
	archive_size = 1024;
	check_refused(ERR_FORMAT, "it was cut off");
	archive_gzip();
	check_refused(ERR_FORMAT, "it was cut off");
	archive_begin();
	archive_put_cpio(members, 2);
	archive_size -= 124;
	check_refused(ERR_FORMAT, "a.pkg");
}

static void encrypted(void)
{
	struct archive_zip z = { "secret", 12, 0, 1, 0100644, 0 };

	archive_begin();
	archive_put_zip_local(&z);
	archive_put_zeros(12);
	archive_put_zip_end(&z, 1);
	check_refused(ERR_UNSUPPORTED, "secret is encrypted");
}

static void no_archive(void)
{
	archive_begin();
	check_refused(ERR_FORMAT, "a.pkg");
	archive_put("only some text", 14);
	check_refused(ERR_FORMAT, "a.pkg");
	archive_gzip();
	check_refused(ERR_FORMAT, "a.pkg");
}

static void cannot_be_read(void)
{
	static const struct archive_image_member members[] = { { "a", "1", PLAIN } };
	struct source src;

	archive_begin();
	archive_put_tar(members, 1);
	src = source();
	src.fd = open("/proc/self", O_RDONLY | O_CLOEXEC);
	err = (struct err){ 0 };
	CHECK_INT(archive_walk(&src, false, read_all, NULL, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "a.pkg");
	close(src.fd);
}

static void sizes_that_cannot_be(void)
{
	struct archive_zip z = { "big", ARCHIVE_MAX_BYTES + 1, 0, 0, 0100644, 0 };

	archive_begin();
	archive_put_zip_local(&z);
	archive_put_zip_end(&z, 1);
	check_refused(ERR_TOO_LARGE, "big: larger than");
	z.size = UINT64_MAX;
	archive_begin();
	archive_put_zip_local(&z);
	archive_put_zip_end(&z, 1);
	check_refused(ERR_FORMAT, "a.pkg");
}

/* Nothing is set aside for it. */
static void a_length_that_cannot_be(void)
{
	static const struct archive_image_member members[] = { { "a", "1", PLAIN } };

	archive_begin();
	archive_put_cpio(members, 1);
	CHECK_INT(pwrite(archive_file, "80000000", 8, 94), 8);
	check_refused(ERR_FORMAT, "a length that cannot be");
}

/* Deflate reaches 1030 to 1: under the limit of the amount that is free, and above it. */
static void bombs(void)
{
	archive_begin();
	archive_put_tar(&(const struct archive_image_member){ "a", "1", PLAIN }, 1);
	archive_put_zeros(40 * MIB);
	archive_gzip();
	CHECK_INT(walk(false, read_all), 0);
	archive_begin();
	archive_put_tar(&(const struct archive_image_member){ "a", "1", PLAIN }, 1);
	archive_put_zeros(80 * MIB);
	archive_gzip();
	check_refused(ERR_TOO_LARGE, "more bytes come out of it than are allowed");
}

static void packed_again_and_again(void)
{
	static const struct archive_image_member members[] = { { "a", "1", PLAIN } };

	archive_begin();
	archive_put_tar(members, 1);
	archive_gzip();
	archive_gzip();
	CHECK_INT(walk(false, read_all), 0);
	archive_gzip();
	check_refused(ERR_FORMAT, "packed 3 times over");
	for (unsigned int i = 0; i < 30; i++)
		archive_gzip();
	check_refused(ERR_FORMAT, "a.pkg");
}

static void too_many_members(void)
{
	archive_begin();
	for (int i = 0; i < ARCHIVE_MAX_MEMBERS; i++) {
		char name[16];
		const struct archive_image_member m = { name, "", PLAIN };

		snprintf(name, sizeof(name), "%d", i);
		archive_put_tar_member(&m);
	}
	archive_put_tar(NULL, 0);
	CHECK_INT(walk(false, read_all), 0);
	archive_size -= 1024;
	archive_put_tar_member(&(const struct archive_image_member){ "last", "", PLAIN });
	archive_put_zeros(1024);
	check_refused(ERR_TOO_LARGE, "more than 10000 members");
}

static int count_bytes(void *ctx, struct archive_member *member, struct err *e)
{
	static uint8_t buf[MIB];
	uint64_t *all = ctx;
	size_t len = 1;
	int rc = 0;

	while (!rc && len > 0) {
		rc = archive_member_read(member, buf, sizeof(buf), &len, e);
		*all += len;
	}
	return rc;
}

/* The checksum of so many zeros, without them: of powers of two put together. */
static uint32_t crc_of_zeros(uint64_t count)
{
	uLong all = crc32(0, NULL, 0), power = crc32(0, (const Bytef *)"", 1);

	for (uint64_t bit = 1; bit <= count; bit *= 2) {
		if (count & bit)
			all = crc32_combine(all, power, (z_off_t)bit);
		power = crc32_combine(power, power, (z_off_t)bit);
	}
	return (uint32_t)all;
}

/* Stored, and zeros take no room in our file. What is behind them is read without them. */
static void beyond_four_gib(void)
{
	const uint64_t size = (4ull << 30) + 12345;
	struct archive_zip z[2] = { { "big", size, crc_of_zeros(size), 0, 0100644, 0 },
				    { "payload.json", 2, 0, 0, 0100644, 0 } };
	struct source src;
	uint64_t all = 0;
	uint8_t *text = NULL;
	size_t len = 0;

	archive_begin();
	z[1].crc = (uint32_t)crc32(0, (const Bytef *)"{}", 2);
	archive_put_zip_local(&z[1]);
	archive_put("{}", 2);
	archive_put_zip_local(&z[0]);
	archive_put_zeros(size);
	archive_put_zip_end(z, 2);
	src = source();
	CHECK_INT(archive_load(&src, "payload.json", 100, &text, &len, &err), 0);
	CHECK_STR((const char *)text, "{}");
	free(text);
	CHECK_INT(archive_walk(&src, false, count_bytes, &all, &err), 0);
	CHECK_INT(all, size + 2);
}

int main(void)
{
	TAP_RUN(members_of_each_format);
	TAP_RUN(names_that_lead_elsewhere);
	TAP_RUN(a_folder_that_leads_elsewhere);
	TAP_RUN(names_that_only_look_bad);
	TAP_RUN(a_name_that_is_too_long);
	TAP_RUN(what_is_no_file);
	TAP_RUN(one_name_twice);
	TAP_RUN(one_member_by_name);
	TAP_RUN(visits_end_and_fail);
	TAP_RUN(wrong_checksums);
	TAP_RUN(cut_off_between_members);
	TAP_RUN(encrypted);
	TAP_RUN(no_archive);
	TAP_RUN(cannot_be_read);
	TAP_RUN(sizes_that_cannot_be);
	TAP_RUN(a_length_that_cannot_be);
	TAP_RUN(bombs);
	TAP_RUN(packed_again_and_again);
	TAP_RUN(too_many_members);
	TAP_RUN(beyond_four_gib);
	return TAP_END();
}
