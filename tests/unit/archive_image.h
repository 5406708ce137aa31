/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An archive in the making, byte by byte, in one file in memory. Failures are the test's. */
#ifndef DRYDOCK_TESTS_ARCHIVE_IMAGE_H
#define DRYDOCK_TESTS_ARCHIVE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

extern int archive_file;
extern uint64_t archive_size;

void archive_begin(void); /* an empty one */
void archive_put(const void *bytes, size_t len);
void archive_put_zeros(uint64_t len); /* which take no room */
void archive_gzip(void);	      /* what there is, into its place */

enum kind { PLAIN = 1, FOLDER, SYMLINK, HARDLINK, CHAR_DEVICE, BLOCK_DEVICE, FIFO };

/* Its st_mode, which cpio and zip hold; 0 = has none. */
unsigned int archive_mode(enum kind kind);

struct archive_image_member {
	const char *name, *text; /* of a link: its target */
	enum kind kind;
};

void archive_put_tar_member(const struct archive_image_member *m);
void archive_put_tar(const struct archive_image_member *members, size_t count);
void archive_put_cpio(const struct archive_image_member *members, size_t count);
void archive_put_zip(const struct archive_image_member *members, size_t count); /* up to 4 */

/* What a zip file says of a member, in both of its places: before its bytes and at the end. */
struct archive_zip {
	const char *name;
	uint64_t size;
	uint32_t crc;
	unsigned int flags, mode;
	uint64_t at; /* by archive_put_zip_local() */
};

void archive_put_zip_local(struct archive_zip *z);
void archive_put_zip_end(const struct archive_zip *z, size_t count);

#endif
