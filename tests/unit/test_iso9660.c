/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images of a few blocks, made here record by record (ECMA-119, SUSP, RRIP, Joliet). */
#include "media/iso9660.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"

enum { BLOCKS = 40, ROOT = 20, SUB = 21, JOLIET_ROOT = 22, MORE = 23, DATA = 30 };

static uint8_t image[BLOCKS * ISO_BLOCK];
static size_t used[BLOCKS];

static uint8_t *block_at(unsigned int block)
{
	return image + (size_t)block * ISO_BLOCK;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		to[i] = to[7 - i] = (uint8_t)(value >> 8 * i);
}

struct record {
	const char *name;
	size_t name_len; /* 0 = of a text */
	unsigned int block, size;
	uint8_t flags;
	const char *system_use;
	size_t system_len;
};

static size_t fill_record(uint8_t *to, const struct record *r)
{
	size_t name_len = r->name_len ? r->name_len : strlen(r->name);
	size_t begin = 33 + (name_len | 1);
	size_t len = (begin + r->system_len + 1) & ~(size_t)1;

	to[0] = (uint8_t)len;
	put32(to + 2, r->block);
	put32(to + 10, r->size);
	to[25] = r->flags;
	to[32] = (uint8_t)name_len;
	memcpy(to + 33, r->name, name_len);
	if (r->system_len)
		memcpy(to + begin, r->system_use, r->system_len);
	return len;
}

static uint8_t *add(unsigned int dir, const struct record *r)
{
	uint8_t *to = block_at(dir) + used[dir];

	used[dir] += fill_record(to, r);
	return to;
}

static uint8_t *record(unsigned int dir, const char *name, size_t len, unsigned int block,
		       unsigned int size, uint8_t flags)
{
	return add(dir, &(const struct record){ name, len, block, size, flags, NULL, 0 });
}

/* The same with a system use area, a literal. */
#define RECORD_WITH(dir, name, block, size, flags, bytes)                                  \
	add(dir, &(const struct record){ name, *(name) ? 0 : 1, block, size, flags, bytes, \
					 sizeof(bytes) - 1 })

static void descriptor(unsigned int block, uint8_t type, unsigned int root)
{
	uint8_t *at = block_at(block);
	const struct record self = { "", 1, root, ISO_BLOCK, 2, NULL, 0 };

	at[0] = type;
	memcpy(at + 1, "CD001\1", 6);
	at[128 + 1] = at[128 + 2] = ISO_BLOCK >> 8;
	if (type < 255)
		fill_record(at + 156, &self);
}

static void begin(void)
{
	memset(image, 0, sizeof(image));
	memset(used, 0, sizeof(used));
	descriptor(16, 1, ROOT);
	descriptor(17, 255, 0);
}

static void dots(unsigned int dir)
{
	record(dir, "", 1, dir, ISO_BLOCK, 2);
	record(dir, "\1", 1, ROOT, ISO_BLOCK, 2);
}

#define PX(mode_low, mode_high)       \
	"PX\x24\1" mode_low mode_high \
	"\0\0\0\0\0\0"                \
	"\0\0\0\0\0\0\0\0"            \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define PX_FILE PX("\x24", "\x81")
#define PX_DIR	PX("\x6d", "\x41")
#define PX_LINK PX("\xff", "\xa1")

static void rock_ridge_root(void)
{
	RECORD_WITH(ROOT, "", ROOT, ISO_BLOCK, 2, "SP\7\1\xbe\xef\0" PX_DIR);
	record(ROOT, "\1", 1, ROOT, ISO_BLOCK, 2);
}

static char found[4096];
static struct err err;
static int stop_with;

static int visit(void *ctx, const struct iso_file *file, struct err *ret_err)
{
	size_t len = strlen(found);

	(void)ctx;
	(void)ret_err;
	snprintf(found + len, sizeof(found) - len, "%s%s %llu %llu\n", file->path,
		 file->is_dir ? "/" : "", (unsigned long long)file->offset / ISO_BLOCK,
		 (unsigned long long)file->size);
	return stop_with;
}

static int walk_bytes(size_t len)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct source src = { .fd = fd, .size = len, .name = "image.iso" };
	int rc;

	found[0] = '\0';
	err = (struct err){ 0 };
	CHECK(pwrite(fd, image, len, 0) == (ssize_t)len);
	rc = iso_walk(&src, visit, NULL, &err);
	close(fd);
	CHECK_INT(err.code, rc == stop_with ? 0 : rc);
	return rc;
}

static int walk(void)
{
	return walk_bytes(sizeof(image));
}

static void refused(int code, const char *text)
{
	CHECK_INT(walk(), code);
	CHECK_CONTAINS(err.text, text);
}

static void plain_tree(void)
{
	begin();
	dots(ROOT);
	record(ROOT, "README.;1", 0, DATA, 5, 0);
	record(ROOT, "SUB", 0, SUB, ISO_BLOCK, 2);
	record(ROOT, "ZERO.BIN;1", 0, 0, 0, 0);
	dots(SUB);
	record(SUB, "A.BIN;1", 0, DATA + 1, ISO_BLOCK + 1, 0);
}

static void plain_names(void)
{
	plain_tree();
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "README 30 5\nSUB/ 21 2048\nSUB/A.BIN 31 2049\nZERO.BIN 0 0\n");
}

static void rock_ridge_names(void)
{
	uint8_t *continued = block_at(MORE) + 100;

	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "A.;1", DATA, 5, 0, "NM\x0b\1\0a long" PX_FILE);
	/* In two pieces, the second in another block: CE. */
	RECORD_WITH(ROOT, "B.;1", DATA, 6, 0,
		    PX_FILE
		    "NM\7\1\1so"
		    "CE\x1c\1\x17\0\0\0\0\0\0\x17\x64\0\0\0\0\0\0\x64\x06\0\0\0\0\0\0\x06");
	memcpy(continued, "NM\6\1\0n", 6);
	RECORD_WITH(ROOT, "C.;1", 0, 0, 0, PX_LINK "NM\x09\1\0link");
	RECORD_WITH(ROOT, "D", SUB, ISO_BLOCK, 2, PX_DIR "NM\x08\1\0sub");
	dots(SUB);
	/* No NM: the plain name. */
	RECORD_WITH(SUB, "E.;1", DATA, 7, 0, PX_FILE);
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "a long 30 5\nson 30 6\nsub/ 21 2048\nsub/E 30 7\n");
}

/* SP says that two bytes stand before each area. */
static void skipped_bytes(void)
{
	begin();
	RECORD_WITH(ROOT, "", ROOT, ISO_BLOCK, 2, "SP\7\1\xbe\xef\2" PX_DIR);
	RECORD_WITH(ROOT, "A.;1", DATA, 5, 0, "zzNM\x0b\1\0a long" PX_FILE);
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "a long 30 5\n");
}

/* RRIP 4.1.5: a folder that ECMA-119 finds too deep is elsewhere. */
static void relocated_folders(void)
{
	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "DEEP.;1", 0, 0, 0,
		    PX_DIR
		    "NM\x09\1\0deep"
		    "CL\x0c\1\x17\0\0\0\0\0\0\x17");
	RECORD_WITH(ROOT, "MOVED", SUB, ISO_BLOCK, 2, PX_DIR);
	RECORD_WITH(SUB, "X", MORE, ISO_BLOCK, 2, PX_DIR "RE\4\1");
	record(MORE, "", 1, MORE, ISO_BLOCK, 2);
	RECORD_WITH(MORE, "F.;1", DATA, 9, 0, PX_FILE);
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "deep/ 23 2048\ndeep/F 30 9\nMOVED/ 21 2048\n");
}

static void joliet_tree(void)
{
	descriptor(17, 2, JOLIET_ROOT);
	memcpy(block_at(17) + 88, "%/E", 3);
	descriptor(18, 255, 0);
	dots(JOLIET_ROOT);
	record(JOLIET_ROOT, "\0G\0r\0\xfc\x30\x42\xd8\x3d\xde\x00\xd8\x00\0;\0001", 18, DATA, 8, 0);
}

static void joliet_names(void)
{
	plain_tree();
	joliet_tree();
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "Gr\xc3\xbc\xe3\x81\x82\xf0\x9f\x98\x80\xef\xbf\xbd 30 8\n");
}

static void rock_ridge_before_joliet(void)
{
	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "A.;1", DATA, 5, 0, PX_FILE "NM\6\1\0a");
	joliet_tree();
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "a 30 5\n");
}

static void extents(unsigned int second, const char *second_name)
{
	begin();
	dots(ROOT);
	record(ROOT, "BIG.;1", 0, DATA, 2 * ISO_BLOCK, 0x80);
	record(ROOT, second_name, 0, second, 100, 0);
}

static void several_extents(void)
{
	extents(DATA + 2, "BIG.;1");
	CHECK_INT(walk(), 0);
	CHECK_STR(found, "BIG 30 4196\n");
	extents(DATA + 3, "BIG.;1");
	refused(ERR_FORMAT, "BIG: its extents do not follow one another");
	extents(DATA + 2, "OTHER.;1");
	refused(ERR_FORMAT, "BIG: its extents do not follow one another");
	begin();
	dots(ROOT);
	record(ROOT, "BIG.;1", 0, DATA, ISO_BLOCK, 0x80);
	refused(ERR_FORMAT, "BIG: its last extent is missing");
	CHECK_STR(found, "");
}

/* More than a 32-bit size: how files of 4 GiB and more are there. The image is a hole. */
static void four_gibibytes(void)
{
	int fd = memfd_create("image", MFD_CLOEXEC);
	struct source src = { .fd = fd, .size = 6ull << 30, .name = "image.iso" };

	begin();
	dots(ROOT);
	record(ROOT, "BIG.;1", 0, DATA, 0xfffff800u, 0x80);
	record(ROOT, "BIG.;1", 0, DATA + 0x1fffff, 0x10000000, 0);
	found[0] = '\0';
	CHECK(write(fd, image, sizeof(image)) == (ssize_t)sizeof(image));
	CHECK(ftruncate(fd, 6ll << 30) == 0);
	CHECK_INT(iso_walk(&src, visit, NULL, &err), 0);
	CHECK_STR(found, "BIG 30 4563400704\n");
	close(fd);
}

/* Wherever an image is cut off: never a list that only looks complete. */
static void cut_off(void)
{
	plain_tree();
	for (size_t len = 0; len < (DATA + 2) * ISO_BLOCK + 1; len += 512) {
		CHECK_INT(walk_bytes(len), ERR_FORMAT);
		CHECK(err.text[0]);
	}
	CHECK_INT(walk_bytes((DATA + 2) * ISO_BLOCK + 1), 0);
}

static void loops(void)
{
	begin();
	dots(ROOT);
	record(ROOT, "SUB", 0, SUB, ISO_BLOCK, 2);
	dots(SUB);
	record(SUB, "UP", 0, ROOT, ISO_BLOCK, 2);
	refused(ERR_FORMAT, "SUB/UP: a folder inside of itself");

	/* A CE that names itself. */
	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "B.;1", DATA, 6, 0,
		    PX_FILE "CE\x1c\1\x17\0\0\0\0\0\0\x17\0\0\0\0\0\0\0\0\x1c\0\0\0\0\0\0\x1c");
	memcpy(block_at(MORE), "CE\x1c\1\x17\0\0\0\0\0\0\x17\0\0\0\0\0\0\0\0\x1c\0\0\0\0\0\0\x1c",
	       28);
	refused(ERR_FORMAT, "a system use area without end");
}

static void too_deep(void)
{
	begin();
	dots(ROOT);
	for (unsigned int i = 0; i < 17; i++)
		record(ROOT + i, "D", 0, ROOT + i + 1, ISO_BLOCK, 2);
	refused(ERR_TOO_LARGE, "deeper than 16 folders");
	CHECK_CONTAINS(found, "D/D/D/D/D/D/D/D/D/D/D/D/D/D/D/D/ 36 2048");
}

/* One block of many entries, named again and again as folders. */
static void too_many(void)
{
	char name[3] = "AA";

	begin();
	for (unsigned int dir = ROOT; dir < ROOT + 12; dir++)
		for (unsigned int i = 0; i < 50; i++) {
			name[1] = (char)('A' + i);
			record(dir, name, 0, dir + 1, ISO_BLOCK, 2);
		}
	refused(ERR_TOO_LARGE, "image.iso");
	begin();
	dots(ROOT);
	record(ROOT, "SUB", 0, 0, 0xffffffff, 2);
	refused(ERR_FORMAT, "beyond the end");
}

static void bad_name(const char *name, size_t len)
{
	begin();
	dots(ROOT);
	record(ROOT, name, len, DATA, 1, 0);
	refused(ERR_FORMAT, "a name ");
}

static void bad_names(void)
{
	bad_name("..", 2);
	bad_name("A/B", 3);
	bad_name("A\nB", 3);
	bad_name("\2", 1);
	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "A.;1", DATA, 5, 0, "NM\x0b\1\0../etc" PX_FILE);
	refused(ERR_FORMAT, "a name ");
}

static void bad_records(void)
{
	begin();
	dots(ROOT);
	record(ROOT, "A", 0, DATA, 1, 0)[32] = 200;
	refused(ERR_FORMAT, "a directory record is cut off");
	begin();
	dots(ROOT);
	record(ROOT, "A", 0, DATA, 1, 0)[0] = 33;
	refused(ERR_FORMAT, "a directory record is cut off");
	begin();
	dots(ROOT);
	record(ROOT, "A", 0, DATA, 1, 0)[26] = 1;
	refused(ERR_FORMAT, "interleaved");
	begin();
	rock_ridge_root();
	RECORD_WITH(ROOT, "A.;1", DATA, 5, 0, "NM\x3b\1\0a");
	refused(ERR_FORMAT, "a system use field is cut off");
	begin();
	record(ROOT, "A", 0, DATA, 1, 0);
	block_at(16)[129] = 2;
	refused(ERR_FORMAT, "blocks of 512 bytes");
	memset(block_at(16), 0, 6);
	refused(ERR_FORMAT, "not an ISO 9660 image");
}

static void visitor_ends_it(void)
{
	plain_tree();
	stop_with = 42;
	CHECK_INT(walk(), 42);
	CHECK_STR(found, "README 30 5\n");
	stop_with = 0;
}

int main(void)
{
	TAP_RUN(plain_names);
	TAP_RUN(rock_ridge_names);
	TAP_RUN(skipped_bytes);
	TAP_RUN(relocated_folders);
	TAP_RUN(joliet_names);
	TAP_RUN(rock_ridge_before_joliet);
	TAP_RUN(several_extents);
	TAP_RUN(four_gibibytes);
	TAP_RUN(cut_off);
	TAP_RUN(loops);
	TAP_RUN(too_deep);
	TAP_RUN(too_many);
	TAP_RUN(bad_names);
	TAP_RUN(bad_records);
	TAP_RUN(visitor_ends_it);
	return TAP_END();
}
