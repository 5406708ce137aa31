/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads of a few MiB, in parts of one or two: everything a part size decides is reached. */
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "blob.h"
#include "repo/payload.h"
#include "tmpdir.h"

#define CHUNK	  ((size_t)CATALOG_CHUNK_BYTES)
#define MAX_BYTES (6 * CHUNK)

static uint8_t content[MAX_BYTES];
static uint8_t chunk[CATALOG_CHUNK_BYTES];

static void fill(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(content); i++) {
		x = x * 1664525 + 1013904223;
		content[i] = (uint8_t)(x >> 24);
	}
}

static void add(const struct tmpdir *dir, size_t size, uint64_t part_bytes, struct payload_ref *ret)
{
	struct err err = { 0 };

	tmpdir_write(dir, "source", content, size);
	CHECK_INT(blob_add(dir->path, tmpdir_file(dir, "source"), part_bytes, ret, &err), 0);
	CHECK_STR(err.text, "");
	unlink(tmpdir_file(dir, "source"));
}

static int open_payload(const struct tmpdir *dir, const struct payload_ref *ref,
			uint64_t part_bytes, struct payload **ret, struct err *err)
{
	*ret = NULL;
	return payload_open_parts(dir->path, ref, part_bytes, ret, err);
}

/* Every chunk is what was put in, whichever part it lies in. */
static void check_content(struct payload *payload, size_t size)
{
	size_t len = 0, at = 0;

	CHECK_INT(payload_size(payload), size);
	CHECK_INT(payload_chunk_count(payload), (size + CHUNK - 1) / CHUNK);
	for (size_t i = 0; i < payload_chunk_count(payload); i++) {
		CHECK_INT(payload_read_chunk(payload, i, chunk, &len, NULL), 0);
		CHECK(at + len <= size && memcmp(chunk, content + at, len) == 0);
		at += len;
	}
	CHECK_INT(at, size);
}

static void check_size(size_t size, uint64_t part_bytes)
{
	struct payload *payload;
	struct payload_ref ref;
	uint8_t want[HASH_BYTES];
	struct tmpdir dir;
	char name[PAYLOAD_NAME_MAX];
	struct stat st;

	tmpdir_make(&dir);
	add(&dir, size, part_bytes, &ref);
	CHECK_INT(ref.size, size);
	CHECK_INT(hash_sha256(content, size, want), 0);
	CHECK(memcmp(ref.sha256, want, sizeof(want)) == 0);
	for (int i = 0; i < 8; i++) {
		bool there = size > part_bytes && (uint64_t)i * part_bytes < size;

		payload_name(ref.sha256, i, name);
		CHECK_INT(stat(tmpdir_file(&dir, name), &st) == 0, there);
	}
	payload_name(ref.sha256, PAYLOAD_WHOLE, name);
	CHECK_INT(stat(tmpdir_file(&dir, name), &st) == 0, size <= part_bytes);
	CHECK_INT(open_payload(&dir, &ref, part_bytes, &payload, NULL), 0);
	if (payload) {
		check_content(payload, size);
		CHECK_INT(payload_verify(payload, 2, NULL, NULL, NULL), 0);
		payload_close(payload);
	}
	CHECK_INT(blob_remove(dir.path, &ref, part_bytes, NULL), 0);
	CHECK(open_payload(&dir, &ref, part_bytes, &payload, NULL) == ERR_NOT_FOUND);
	tmpdir_drop(&dir);
}

static void sizes(void)
{
	static const size_t bytes[] = {
		1,	   CHUNK - 1,	  CHUNK,     CHUNK + 1,	    2 * CHUNK - 1,
		2 * CHUNK, 2 * CHUNK + 1, 4 * CHUNK, 5 * CHUNK + 77
	};

	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++) {
		check_size(bytes[i], CHUNK);
		check_size(bytes[i], 2 * CHUNK);
		check_size(bytes[i], CATALOG_PART_BYTES);
	}
}

static void names(void)
{
	uint8_t sha256[HASH_BYTES];
	char name[PAYLOAD_NAME_MAX], name_part[PAYLOAD_NAME_MAX];

	CHECK_INT(hash_sha256("abc", 3, sha256), 0);
	payload_name(sha256, PAYLOAD_WHOLE, name);
	CHECK_STR(name,
		  "blobs/ba/"
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	payload_name(sha256, 7, name_part);
	CHECK(strncmp(name_part, name, strlen(name)) == 0);
	CHECK_STR(name_part + strlen(name), ".007");
	payload_name(sha256, PAYLOAD_CHUNKS, name_part);
	CHECK_STR(name_part + strlen(name), ".chunks");
}

struct sum {
	pthread_mutex_t lock;
	uint64_t most;
	unsigned int calls;
};

static void note_progress(void *ctx, uint64_t done_bytes)
{
	struct sum *sum = ctx;

	pthread_mutex_lock(&sum->lock);
	if (done_bytes > sum->most)
		sum->most = done_bytes;
	sum->calls++;
	pthread_mutex_unlock(&sum->lock);
}

static void progress(void)
{
	for (unsigned int threads = 0; threads <= 9; threads++) {
		struct sum sum = { .lock = PTHREAD_MUTEX_INITIALIZER };
		struct payload *payload;
		struct payload_ref ref;
		struct tmpdir dir;

		tmpdir_make(&dir);
		add(&dir, 4 * CHUNK + 5, 2 * CHUNK, &ref);
		CHECK_INT(open_payload(&dir, &ref, 2 * CHUNK, &payload, NULL), 0);
		CHECK_INT(payload_verify(payload, threads, note_progress, &sum, NULL), 0);
		CHECK_INT(sum.most, 4 * CHUNK + 5);
		CHECK_INT(sum.calls, 5);
		payload_close(payload);
		tmpdir_drop(&dir);
	}
}

/* A payload of five chunks in parts of two: what a test breaks and how it must be told. */
struct broken {
	struct tmpdir dir;
	struct payload_ref ref;
	struct payload *payload;
	struct err err;
};

static void broken_make(struct broken *broken)
{
	*broken = (struct broken){ 0 };
	tmpdir_make(&broken->dir);
	add(&broken->dir, 4 * CHUNK + 9, 2 * CHUNK, &broken->ref);
}

static const char *broken_name(const struct broken *broken, int part)
{
	static char name[PAYLOAD_NAME_MAX];

	payload_name(broken->ref.sha256, part, name);
	return name;
}

static int broken_open(struct broken *broken)
{
	return open_payload(&broken->dir, &broken->ref, 2 * CHUNK, &broken->payload, &broken->err);
}

static void broken_drop(struct broken *broken)
{
	payload_close(broken->payload);
	tmpdir_drop(&broken->dir);
}

/* One bit in each chunk in turn: found by verifying and by reading, and named. */
static void flipped(void)
{
	for (size_t i = 0; i < 5; i++) {
		struct broken broken;
		char want[32];
		size_t len;

		broken_make(&broken);
		CHECK_INT(broken_open(&broken), 0);
		CHECK_INT(payload_verify(broken.payload, 2, NULL, NULL, NULL), 0);
		/* The medium changes after it was verified. */
		tmpdir_flip(&broken.dir, broken_name(&broken, (int)(i / 2)),
			    (long)(i % 2 * CHUNK + (i == 4 ? 8 : CHUNK - 1)));
		snprintf(want, sizeof(want), "chunk %zu of 5: SHA-256", i + 1);
		CHECK_INT(payload_read_chunk(broken.payload, i, chunk, &len, &broken.err),
			  ERR_HASH);
		CHECK_CONTAINS(broken.err.text, want);
		broken.err = (struct err){ 0 };
		CHECK_INT(payload_verify(broken.payload, 2, NULL, NULL, &broken.err), ERR_HASH);
		CHECK_CONTAINS(broken.err.text, want);
		CHECK_INT(payload_verify(broken.payload, 1, NULL, NULL, NULL), ERR_HASH);
		broken_drop(&broken);
	}
}

/* However the threads run, it is the first bad chunk that is told. */
static void first_is_named(void)
{
	struct broken broken;

	broken_make(&broken);
	CHECK_INT(broken_open(&broken), 0);
	tmpdir_flip(&broken.dir, broken_name(&broken, 2), 0);
	tmpdir_flip(&broken.dir, broken_name(&broken, 1), (long)CHUNK);
	tmpdir_flip(&broken.dir, broken_name(&broken, 0), (long)CHUNK);
	for (int i = 0; i < 20; i++) {
		CHECK_INT(payload_verify(broken.payload, 4, NULL, NULL, &broken.err), ERR_HASH);
		CHECK_CONTAINS(broken.err.text, "chunk 2 of 5");
	}
	broken_drop(&broken);
}

static void missing(void)
{
	static const int parts[] = { 0, 1, 2, PAYLOAD_CHUNKS };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		struct broken broken;

		broken_make(&broken);
		unlink(tmpdir_file(&broken.dir, broken_name(&broken, parts[i])));
		CHECK_INT(broken_open(&broken), ERR_NOT_FOUND);
		CHECK_CONTAINS(broken.err.text, broken_name(&broken, parts[i]));
		broken_drop(&broken);
	}
}

static void set_size(struct broken *broken, int part, off_t size)
{
	CHECK_INT(truncate(tmpdir_file(&broken->dir, broken_name(broken, part)), size), 0);
}

static void wrong_sizes(void)
{
	static const struct {
		int part;
		off_t size;
		const char *text;
	} rows[] = {
		{ PAYLOAD_CHUNKS, 4 * HASH_BYTES, "128 bytes instead of 160, cut short" },
		{ PAYLOAD_CHUNKS, 5 * HASH_BYTES - 1, "cut short" },
		{ PAYLOAD_CHUNKS, 0, "cut short" },
		{ PAYLOAD_CHUNKS, 6 * HASH_BYTES, "longer than 160 bytes" },
		{ 0, 2 * CATALOG_CHUNK_BYTES - 1, "2097151 bytes instead of 2097152" },
		{ 0, 2 * CATALOG_CHUNK_BYTES + 1, "bytes instead of" },
		{ 2, 8, "8 bytes instead of 9" },
		{ 2, 10, "10 bytes instead of 9" },
		{ 2, 0, "0 bytes instead of 9" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct broken broken;

		broken_make(&broken);
		set_size(&broken, rows[i].part, rows[i].size);
		CHECK_INT(broken_open(&broken), ERR_FORMAT);
		CHECK_CONTAINS(broken.err.text, rows[i].text);
		broken_drop(&broken);
	}
}

static void list_changed(void)
{
	struct broken broken;

	broken_make(&broken);
	tmpdir_flip(&broken.dir, broken_name(&broken, PAYLOAD_CHUNKS), 100);
	CHECK_INT(broken_open(&broken), ERR_HASH);
	CHECK_CONTAINS(broken.err.text, ".chunks: SHA-256");
	broken_drop(&broken);
}

/* The file is cut while it is open: no bytes, no success. */
static void cut_while_open(void)
{
	struct broken broken;
	size_t len;

	broken_make(&broken);
	CHECK_INT(broken_open(&broken), 0);
	set_size(&broken, 1, (off_t)CHUNK + 5);
	CHECK_INT(payload_read_chunk(broken.payload, 2, chunk, &len, NULL), 0);
	CHECK_INT(payload_read_chunk(broken.payload, 3, chunk, &len, &broken.err), ERR_IO);
	CHECK_CONTAINS(broken.err.text, "chunk 4 of 5: the file has become shorter");
	CHECK_INT(payload_verify(broken.payload, 2, NULL, NULL, NULL), ERR_IO);
	broken_drop(&broken);
}

/* How the next reads go wrong: an errno, or wrong bytes with 0. */
static unsigned int bad_reads, reads;
static int bad_errnum;

static ssize_t bad_pread(int fd, void *buf, size_t size, off_t offset)
{
	ssize_t got;

	reads++;
	if (bad_reads && bad_errnum) {
		bad_reads--;
		errno = bad_errnum;
		return -1;
	}
	got = pread(fd, buf, size, offset);
	if (bad_reads && got > 0) {
		bad_reads--;
		((uint8_t *)buf)[got - 1] ^= 0x80;
	}
	return got;
}

static void bad_reads_are_tried_again(void)
{
	static const struct {
		int errnum;
		unsigned int bad, reads;
		int want;
	} rows[] = {
		{ EIO, 1, 2, 0 }, { EIO, 3, 4, 0 }, { EIO, 4, 4, ERR_IO },
		{ 0, 1, 2, 0 },	  { 0, 2, 3, 0 },   { 0, 3, 3, ERR_HASH },
	};
	struct broken broken;
	size_t len;

	broken_make(&broken);
	CHECK_INT(broken_open(&broken), 0);
	payload_set_pread(broken.payload, bad_pread);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bad_errnum = rows[i].errnum;
		bad_reads = rows[i].bad;
		reads = 0;
		CHECK_INT(payload_read_chunk(broken.payload, 3, chunk, &len, &broken.err),
			  rows[i].want);
		CHECK_INT(reads, rows[i].reads);
		if (!rows[i].want)
			CHECK(memcmp(chunk, content + 3 * CHUNK, CHUNK) == 0);
	}
	broken_drop(&broken);
}

static void not_a_file(void)
{
	struct broken broken;

	broken_make(&broken);
	unlink(tmpdir_file(&broken.dir, broken_name(&broken, 0)));
	CHECK_INT(mkfifo(tmpdir_file(&broken.dir, broken_name(&broken, 0)), 0600), 0);
	CHECK_INT(broken_open(&broken), ERR_FORMAT);
	broken_drop(&broken);
}

/* What goes wrong while a file is taken in leaves nothing behind. */
static void add_refused(void)
{
	struct payload_ref ref;
	struct err err = { 0 };
	struct tmpdir dir;

	tmpdir_make(&dir);
	CHECK_INT(blob_add(dir.path, tmpdir_file(&dir, "none"), CHUNK, &ref, &err), ERR_NOT_FOUND);
	tmpdir_write(&dir, "empty", "", 0);
	CHECK_INT(blob_add(dir.path, tmpdir_file(&dir, "empty"), CHUNK, &ref, &err), ERR_FORMAT);
	CHECK_INT(blob_add(dir.path, dir.path, CHUNK, &ref, &err), ERR_IO);
	unlink(tmpdir_file(&dir, "empty"));
	CHECK_INT(rmdir(dir.path), 0); /* empty */
}

/* The same bytes twice are one payload. */
static void added_twice(void)
{
	struct payload *payload;
	struct payload_ref first, second;
	struct tmpdir dir;

	tmpdir_make(&dir);
	add(&dir, 3 * CHUNK, 2 * CHUNK, &first);
	add(&dir, 3 * CHUNK, 2 * CHUNK, &second);
	CHECK(memcmp(&first, &second, sizeof(first)) == 0);
	CHECK_INT(open_payload(&dir, &first, 2 * CHUNK, &payload, NULL), 0);
	CHECK_INT(payload_verify(payload, 0, NULL, NULL, NULL), 0);
	payload_close(payload);
	tmpdir_drop(&dir);
}

int main(void)
{
	fill();
	TAP_RUN(names);
	TAP_RUN(sizes);
	TAP_RUN(progress);
	TAP_RUN(flipped);
	TAP_RUN(first_is_named);
	TAP_RUN(missing);
	TAP_RUN(wrong_sizes);
	TAP_RUN(list_changed);
	TAP_RUN(cut_while_open);
	TAP_RUN(bad_reads_are_tried_again);
	TAP_RUN(not_a_file);
	TAP_RUN(add_refused);
	TAP_RUN(added_twice);
	return TAP_END();
}
