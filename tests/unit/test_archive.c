/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Archives made here, byte by byte, since no tool makes most of them: tar (POSIX ustar), cpio
 * (newc), zip stored (APPNOTE 4.3), and gzip around them by zlib.
 */
#include "import/archive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "tap.h"

#define MIB (1024u * 1024u)

static int file = -1; /* the archive */
static uint64_t file_at;
static char log_text[8192]; /* of the visits: "name=contents;" */
static struct err err;

static void begin(void)
{
	if (file < 0)
		file = memfd_create("archive", MFD_CLOEXEC);
	CHECK(file >= 0 && !ftruncate(file, 0));
	file_at = 0;
}

static void put(const void *bytes, size_t len)
{
	CHECK_INT(pwrite(file, bytes, len, (off_t)file_at), len);
	file_at += len;
}

static void put_zeros(uint64_t len)
{
	file_at += len;
	CHECK(!ftruncate(file, (off_t)file_at));
}

static void put_le(uint64_t value, unsigned int bytes)
{
	for (; bytes > 0; bytes--, value >>= 8)
		put(&(uint8_t){ (uint8_t)value }, 1);
}

/* One of each kind in the three formats. What has no such kind is left out. */
enum kind { PLAIN = 1, FOLDER, SYMLINK, HARDLINK, CHAR_DEVICE, BLOCK_DEVICE, FIFO };

struct kind_in {
	char tar;
	unsigned int mode; /* st_mode of cpio and zip; 0 = has none */
};

static const struct kind_in kinds[] = {
	[PLAIN] = { '0', 0100644 },	 [FOLDER] = { '5', 0040755 },
	[SYMLINK] = { '2', 0120777 },	 [HARDLINK] = { '1', 0 },
	[CHAR_DEVICE] = { '3', 020644 }, [BLOCK_DEVICE] = { '4', 060644 },
	[FIFO] = { '6', 010644 },
};

struct member {
	const char *name, *text;
	enum kind kind;
};

static void put_tar_member(const struct member *m)
{
	char head[512] = { 0 };
	size_t len = m->kind == PLAIN ? strlen(m->text) : 0;
	unsigned int sum = 0;

	snprintf(head, 100, "%s", m->name);
	snprintf(head + 100, 8, "%07o", 0644);
	snprintf(head + 108, 16, "%07o", 0);
	snprintf(head + 116, 8, "%07o", 0);
	snprintf(head + 124, 12, "%011zo", len);
	snprintf(head + 136, 12, "%011o", 0);
	head[156] = kinds[m->kind].tar;
	if (m->kind == SYMLINK || m->kind == HARDLINK)
		snprintf(head + 157, 100, "%s", m->text);
	memcpy(head + 257, "ustar\00000", 8);
	memset(head + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (uint8_t)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	put(head, sizeof(head));
	put(m->text, len);
	put_zeros(-len % 512);
}

static void put_tar(const struct member *members, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_tar_member(&members[i]);
	put_zeros(1024);
}

static void put_cpio_member(const struct member *m, unsigned int inode)
{
	size_t name_len = strlen(m->name) + 1, len = m->kind == FOLDER ? 0 : strlen(m->text);
	char head[111];

	snprintf(head, sizeof(head), "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
		 inode, kinds[m->kind].mode, 0u, 0u, 1u, 0u, (unsigned int)len, 0u, 0u, 8u, 1u,
		 (unsigned int)name_len, 0u);
	put(head, 110);
	put(m->name, name_len);
	put_zeros(-(110 + name_len) % 4);
	put(m->text, len);
	put_zeros(-len % 4);
}

static void put_cpio(const struct member *members, size_t count)
{
	const struct member end = { "TRAILER!!!", "", PLAIN };

	for (size_t i = 0; i < count; i++)
		put_cpio_member(&members[i], (unsigned int)i + 1);
	put_cpio_member(&end, 0);
}

/* What a zip file says of a member, in both of its places. */
struct zip_member {
	const char *name;
	uint64_t size;
	uint32_t crc;
	unsigned int flags, mode;
	uint64_t at;
};

/* The fields that the local and the central header share, with a zip64 extra field. */
static void put_zip_fields(const struct zip_member *z)
{
	put_le(45, 2);
	put_le(z->flags, 2);
	put_le(0, 2); /* stored */
	put_le(0, 4);
	put_le(z->crc, 4);
	put_le(UINT32_MAX, 4);
	put_le(UINT32_MAX, 4);
	put_le(strlen(z->name), 2);
}

static void put_zip64(const struct zip_member *z)
{
	put_le(1, 2);
	put_le(16, 2);
	put_le(z->size, 8);
	put_le(z->size, 8);
}

static void put_zip_local(struct zip_member *z)
{
	z->at = file_at;
	put("PK\3\4", 4);
	put_zip_fields(z);
	put_le(20, 2);
	put(z->name, strlen(z->name));
	put_zip64(z);
}

static void put_zip_central(const struct zip_member *z)
{
	put("PK\1\2", 4);
	put_le(3 << 8 | 45, 2); /* made by: Unix */
	put_zip_fields(z);
	put_le(20, 2);
	put_le(0, 6);
	put_le((uint64_t)z->mode << 16, 4);
	put_le(z->at, 4);
	put(z->name, strlen(z->name));
	put_zip64(z);
}

/* With the place of the directory in 64 bits, since it may lie behind 4 GiB. */
static void put_zip_end(const struct zip_member *z, size_t count)
{
	uint64_t central = file_at, end;

	for (size_t i = 0; i < count; i++)
		put_zip_central(&z[i]);
	end = file_at;
	put("PK\6\6", 4);
	put_le(44, 8);
	put_le(45, 2);
	put_le(45, 2);
	put_le(0, 8);
	put_le(count, 8);
	put_le(count, 8);
	put_le(end - central, 8);
	put_le(central, 8);
	put("PK\6\7", 4);
	put_le(0, 4);
	put_le(end, 8);
	put_le(1, 4);
	put("PK\5\6", 4);
	put_le(0, 4);
	put_le(count, 2);
	put_le(count, 2);
	put_le(end - central, 4);
	put_le(UINT32_MAX, 4);
	put_le(0, 2);
}

static void put_zip(const struct member *members, size_t count)
{
	struct zip_member z[4];

	for (size_t i = 0; i < count; i++) {
		const struct member *m = &members[i];
		size_t len = m->kind == FOLDER ? 0 : strlen(m->text);

		z[i] = (struct zip_member){
			.name = m->name,
			.size = len,
			.crc = (uint32_t)crc32(0, (const Bytef *)m->text, (uInt)len),
			.mode = kinds[m->kind].mode,
		};
		put_zip_local(&z[i]);
		put(m->text, len);
	}
	put_zip_end(z, count);
}

static const struct format {
	const char *name;
	void (*put)(const struct member *members, size_t count);
} formats[] = { { "tar", put_tar }, { "cpio", put_cpio }, { "zip", put_zip } };

#define FORMATS (sizeof(formats) / sizeof(*formats))

/* What is in the file, packed by zlib into another that takes its place. */
static void gzip_it(void)
{
	z_stream stream = { 0 };
	uint8_t *from = malloc(file_at), *to = malloc(file_at + 1024);
	size_t len = file_at;

	CHECK(from && to && pread(file, from, len, 0) == (ssize_t)len);
	CHECK_INT(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = from;
	stream.avail_in = (uInt)len;
	stream.next_out = to;
	stream.avail_out = (uInt)len + 1024;
	CHECK_INT(deflate(&stream, Z_FINISH), Z_STREAM_END);
	begin();
	put(to, stream.total_out);
	deflateEnd(&stream);
	free(from);
	free(to);
}

static struct source source(void)
{
	return (struct source){ .fd = file, .size = file_at, .name = "a.pkg" };
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
	static const struct member members[] = {
		{ "one", "first", PLAIN },
		{ "folder/", "", FOLDER },
		{ "folder/two", "", PLAIN },
		{ "./folder//./three", "third", PLAIN },
	};

	for (size_t i = 0; i < 2 * FORMATS; i++) {
		begin();
		formats[i / 2].put(members, 4);
		if (i % 2 && formats[i / 2].put != put_zip)
			gzip_it();
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
		const struct member members[] = { { "good", "x", PLAIN }, { name, "x", PLAIN } };

		begin();
		formats[i % FORMATS].put(members, 2);
		check_refused(ERR_FORMAT, "is not a name that a package may use");
	}
}

static void a_folder_that_leads_elsewhere(void)
{
	static const struct member members[] = { { "../up/", "", FOLDER } };

	for (size_t i = 0; i < FORMATS; i++) {
		begin();
		formats[i].put(members, 1);
		check_refused(ERR_FORMAT, "\"../up/\"");
	}
}

static void names_that_only_look_bad(void)
{
	static const struct member members[] = {
		{ "..a/b..", "1", PLAIN },
		{ "...", "2", PLAIN },
		{ "sub\\x", "3", PLAIN },
		{ "f\xc3\xbcr", "4", PLAIN },
	};

	for (size_t i = 0; i < FORMATS; i++) {
		begin();
		formats[i].put(members, 4);
		CHECK_INT(walk(false, read_all), 0);
		CHECK_STR(log_text, "..a/b..=1;...=2;sub/x=3;f\xc3\xbcr=4;");
	}
}

static void a_name_that_is_too_long(void)
{
	char name[ARCHIVE_NAME_MAX + 1] = { 0 };
	const struct member members[] = { { name, "x", PLAIN } };

	memset(name, 'a', ARCHIVE_NAME_MAX - 1);
	begin();
	put_cpio(members, 1);
	CHECK_INT(walk(false, read_all), 0);
	name[ARCHIVE_NAME_MAX - 1] = 'a';
	begin();
	put_cpio(members, 1);
	check_refused(ERR_TOO_LARGE, "a name of more than 511 bytes");
}

static void what_is_no_file(void)
{
	for (enum kind kind = SYMLINK; kind <= FIFO; kind++) {
		const struct member members[] = { { "good", "x", PLAIN }, { "odd", "good", kind } };

		for (size_t i = 0; i < FORMATS; i++) {
			if (formats[i].put != put_tar && !kinds[kind].mode)
				continue;
			/* Info-ZIP's name for a file that came through a pipe. */
			if (formats[i].put == put_zip && kind == FIFO)
				continue;
			begin();
			formats[i].put(members, 2);
			check_refused(ERR_FORMAT, "odd is a link or a device");
		}
	}
}

static void one_name_twice(void)
{
	static const struct member members[] = {
		{ "payload.json", "{}", PLAIN },
		{ "x", "x", PLAIN },
		{ "./PAYLOAD.json", "[]", PLAIN },
	};
	uint8_t *text = NULL;
	size_t len;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source archive;

		begin();
		formats[i].put(members, 3);
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
	static const struct member members[] = { { "x", "x", PLAIN },
						 { "Dir/Payload.JSON", "{\"a\":1}", PLAIN } };
	uint8_t *text = NULL;
	size_t len = 0;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source src;

		begin();
		formats[i].put(members, 2);
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
	static const struct member members[] = { { "stop", "x", PLAIN }, { "y", "y", PLAIN } };
	int answer = 1;

	for (size_t i = 0; i < FORMATS; i++) {
		struct source src;

		begin();
		formats[i].put(members, 2);
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

	CHECK_INT(pread(file, &byte, 1, (off_t)at), 1);
	byte ^= 1;
	CHECK_INT(pwrite(file, &byte, 1, (off_t)at), 1);
}

/* The text is stored as it is: the only thing that tells is the checksum. */
static void wrong_checksums(void)
{
	static const struct member members[] = { { "a", "firmware", PLAIN } };
	uint64_t data;

	begin();
	put_zip(members, 1);
	data = 30 + 1 + 20;
	invert(data);
	CHECK_INT(walk(false, read_all), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "a.pkg: a: ");
	for (uint64_t back = 1; back <= 8; back++) {
		begin();
		put_tar(members, 1);
		gzip_it();
		invert(file_at - back);
		CHECK_INT(walk(false, read_all), ERR_FORMAT);
		CHECK_CONTAINS(err.text, "gzip checksum is wrong");
	}
}

/* Between two members a tar file looks whole; a cpio file has a member for its end. */
static void cut_off_between_members(void)
{
	static const struct member members[] = { { "a", "1", PLAIN }, { "b", "2", PLAIN } };

	begin();
	put_tar(members, 2);
	file_at = 1024;
	check_refused(ERR_FORMAT, "it was cut off");
	gzip_it();
	check_refused(ERR_FORMAT, "it was cut off");
	begin();
	put_cpio(members, 2);
	file_at -= 124;
	check_refused(ERR_FORMAT, "a.pkg");
}

static void encrypted(void)
{
	struct zip_member z = { "secret", 12, 0, 1, 0100644, 0 };

	begin();
	put_zip_local(&z);
	put_zeros(12);
	put_zip_end(&z, 1);
	check_refused(ERR_UNSUPPORTED, "secret is encrypted");
}

static void no_archive(void)
{
	begin();
	check_refused(ERR_FORMAT, "a.pkg");
	put("only some text", 14);
	check_refused(ERR_FORMAT, "a.pkg");
	gzip_it();
	check_refused(ERR_FORMAT, "a.pkg");
}

static void cannot_be_read(void)
{
	static const struct member members[] = { { "a", "1", PLAIN } };
	struct source src;

	begin();
	put_tar(members, 1);
	src = source();
	src.fd = open("/proc/self", O_RDONLY | O_CLOEXEC);
	err = (struct err){ 0 };
	CHECK_INT(archive_walk(&src, false, read_all, NULL, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "a.pkg");
	close(src.fd);
}

static void sizes_that_cannot_be(void)
{
	struct zip_member z = { "big", ARCHIVE_MAX_BYTES + 1, 0, 0, 0100644, 0 };

	begin();
	put_zip_local(&z);
	put_zip_end(&z, 1);
	check_refused(ERR_TOO_LARGE, "big: larger than");
	z.size = UINT64_MAX;
	begin();
	put_zip_local(&z);
	put_zip_end(&z, 1);
	check_refused(ERR_FORMAT, "a.pkg");
}

/* Deflate reaches 1030 to 1: under the limit of the amount that is free, and above it. */
static void bombs(void)
{
	begin();
	put_tar(&(const struct member){ "a", "1", PLAIN }, 1);
	put_zeros(40 * MIB);
	gzip_it();
	CHECK_INT(walk(false, read_all), 0);
	begin();
	put_tar(&(const struct member){ "a", "1", PLAIN }, 1);
	put_zeros(80 * MIB);
	gzip_it();
	check_refused(ERR_TOO_LARGE, "more bytes come out of it than are allowed");
}

static void packed_again_and_again(void)
{
	static const struct member members[] = { { "a", "1", PLAIN } };

	begin();
	put_tar(members, 1);
	gzip_it();
	gzip_it();
	CHECK_INT(walk(false, read_all), 0);
	gzip_it();
	check_refused(ERR_FORMAT, "packed 3 times over");
	for (unsigned int i = 0; i < 30; i++)
		gzip_it();
	check_refused(ERR_FORMAT, "a.pkg");
}

static void too_many_members(void)
{
	begin();
	for (int i = 0; i < ARCHIVE_MAX_MEMBERS; i++) {
		char name[16];
		const struct member m = { name, "", PLAIN };

		snprintf(name, sizeof(name), "%d", i);
		put_tar_member(&m);
	}
	put_tar(NULL, 0);
	CHECK_INT(walk(false, read_all), 0);
	file_at -= 1024;
	put_tar_member(&(const struct member){ "last", "", PLAIN });
	put_zeros(1024);
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
	struct zip_member z[2] = { { "big", size, crc_of_zeros(size), 0, 0100644, 0 },
				   { "payload.json", 2, 0, 0, 0100644, 0 } };
	struct source src;
	uint64_t all = 0;
	uint8_t *text = NULL;
	size_t len = 0;

	begin();
	z[1].crc = (uint32_t)crc32(0, (const Bytef *)"{}", 2);
	put_zip_local(&z[1]);
	put("{}", 2);
	put_zip_local(&z[0]);
	put_zeros(size);
	put_zip_end(z, 2);
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
	TAP_RUN(bombs);
	TAP_RUN(packed_again_and_again);
	TAP_RUN(too_many_members);
	TAP_RUN(beyond_four_gib);
	return TAP_END();
}
