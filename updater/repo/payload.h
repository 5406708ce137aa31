/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of one component: a blob found by its hash, verified by chunks of 1 MiB. Verification
 * runs on all cores and needs one pass; reading checks each chunk again in the buffer that is used.
 */
#ifndef DRYDOCK_PAYLOAD_H
#define DRYDOCK_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "repo/catalog.h"

struct payload;

/*
 * Where things lie below a repository: "blobs/ab/abcd...", with ".chunks" for the chunk list, with
 * ".000", ".001" ... for the parts of a blob that is longer than one part. Made from the hash
 * alone. part: PAYLOAD_WHOLE, PAYLOAD_CHUNKS or the number of a part.
 */
#define PAYLOAD_NAME_MAX 96
#define PAYLOAD_WHOLE	 (-1)
#define PAYLOAD_CHUNKS	 (-2)
void payload_name(const uint8_t sha256[32], int part, char name[PAYLOAD_NAME_MAX]);

/*
 * Opens the blob of ref below repo_dir and its chunk list (checked against ref->chunks_sha256 and
 * the size). ERR_NOT_FOUND (blob or list missing), ERR_HASH, ERR_FORMAT (list too short, file of
 * another size), ERR_IO.
 */
int payload_open(const char *repo_dir, const struct payload_ref *ref, struct payload **ret,
		 struct err *err);
/* The same for parts of another size, a multiple of CATALOG_CHUNK_BYTES: for tests. */
int payload_open_parts(const char *repo_dir, const struct payload_ref *ref, uint64_t part_bytes,
		       struct payload **ret, struct err *err);
void payload_close(struct payload *payload); /* takes NULL */

uint64_t payload_size(const struct payload *payload);
size_t payload_chunk_count(const struct payload *payload);

/*
 * Reads chunk number index into buf (room for CATALOG_CHUNK_BYTES) and checks it there; *ret_len
 * is its length (the last is shorter). A bad read is tried again: wrong bytes twice, from the
 * medium and not from the page cache; an error three times, within two seconds. Callable from
 * several threads. ERR_HASH, ERR_IO.
 */
int payload_read_chunk(struct payload *payload, size_t index, uint8_t *buf, size_t *ret_len,
		       struct err *err);

/* For tests: what reads instead of pread(2), before anything is read. NULL = pread(2). */
void payload_set_pread(struct payload *payload,
		       ssize_t (*pread)(int fd, void *buf, size_t size, off_t offset));

/*
 * Every chunk, on threads threads (0 = one per core). progress may be NULL; it is called from any
 * thread with the bytes that are checked so far. ERR_HASH names the first bad chunk.
 */
int payload_verify(struct payload *payload, unsigned int threads,
		   void (*progress)(void *ctx, uint64_t done_bytes), void *ctx, struct err *err);

#endif
