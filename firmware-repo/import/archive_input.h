/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libarchive reads an archive through. Compression around it (gzip, bzip2, xz, lzma, zstd; the
 * head of an rpm) is undone apart from the archive itself, so that everything that comes out of
 * it is counted and read to its end, where its checksum is. For archive.c alone.
 */
#ifndef FWREPO_ARCHIVE_INPUT_H
#define FWREPO_ARCHIVE_INPUT_H

#include <archive.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define ARCHIVE_MAX_LAYERS 2 /* of compression; an rpm's head is one */

struct archive_input {
	const struct source *src;
	uint64_t at;	    /* in src */
	size_t block_bytes; /* of the next read */
	uint8_t *block;
	struct archive *layers; /* what undoes compression; NULL = there is none */
	uint64_t unpacked;	/* bytes that came out of it */
	int rc;			/* what reading failed with; its text is in *err */
	struct err *err;	/* of who is calling */
};

/* archive_input_close() also after an error. ERR_FORMAT, ERR_TOO_LARGE, ERR_IO, ERR_NOMEM. */
int archive_input_open(struct archive_input *in, const struct source *src, struct err *err);
void archive_input_close(struct archive_input *in);

/* Lets archive, which knows its formats, read from it; archive is to be freed first. */
int archive_input_attach(struct archive_input *in, struct archive *archive, struct err *err);

/* Reads what is left of compressed data. *ret_size: of what archive reads, all in all. */
int archive_input_drain(struct archive_input *in, uint64_t *ret_size, struct err *err);

/* What archive failed with, as the code it means. */
int archive_input_fail(struct archive_input *in, struct archive *archive, const char *member,
		       struct err *err);

/* ERR_TOO_LARGE when so many bytes cannot come out of such a source in earnest. */
int archive_input_check(const struct source *src, uint64_t unpacked, struct err *err);

#endif
