/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes on their way into the repository: read once, checked against what the vendor says of them.
 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "base/hash.h"
#include "blob.h"
#include "import/archive.h"
#include "import/import_cache.h"
#include "import/import_internal.h"
#include "progress.h"
#include "repo/payload.h"

/* The stream that the repository reads, and the vendor's checksums over it. */
struct feed {
	const struct source *src;
	uint64_t at;
	struct archive_member *member;
	const uint8_t *memory;
	size_t memory_left;
	EVP_MD_CTX *digests[DRAFT_MAX_CHECKSUMS];
	size_t digest_count;
};

static int read_some(struct feed *feed, void *buf, size_t len, size_t *ret_len, struct err *err)
{
	int rc;

	if (feed->member)
		return archive_member_read(feed->member, buf, len, ret_len, err);
	if (feed->src) {
		rc = source_read(feed->src, feed->at, buf, len, ret_len, err);
		feed->at += rc ? 0 : *ret_len;
		return rc;
	}
	*ret_len = len < feed->memory_left ? len : feed->memory_left;
	if (*ret_len)
		memcpy(buf, feed->memory, *ret_len);
	feed->memory += *ret_len;
	feed->memory_left -= *ret_len;
	return 0;
}

static int read_feed(void *ctx, void *buf, size_t len, size_t *ret_len, struct err *err)
{
	struct feed *feed = ctx;
	int rc = read_some(feed, buf, len, ret_len, err);

	if (!rc)
		progress_add(*ret_len);
	for (size_t i = 0; !rc && i < feed->digest_count; i++)
		if (EVP_DigestUpdate(feed->digests[i], buf, *ret_len) != 1)
			rc = err_set(err, ERR_INTERNAL, "cannot compute a checksum");
	return rc;
}

static int begin_digests(struct feed *feed, const struct draft_checksum *checksums, size_t count,
			 struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const EVP_MD *md = EVP_get_digestbyname(checksums[i].algorithm);

		feed->digests[i] = EVP_MD_CTX_new();
		feed->digest_count++;
		if (!md || !feed->digests[i] || EVP_DigestInit_ex(feed->digests[i], md, NULL) != 1)
			return err_set(err, ERR_UNSUPPORTED, "checksums of the kind \"%s\"",
				       checksums[i].algorithm);
	}
	return 0;
}

static int end_digests(struct feed *feed, const struct draft_checksum *checksums, const char *label,
		       struct err *err)
{
	for (size_t i = 0; i < feed->digest_count; i++) {
		uint8_t value[EVP_MAX_MD_SIZE];
		unsigned int len;

		if (EVP_DigestFinal_ex(feed->digests[i], value, &len) != 1)
			return err_set(err, ERR_INTERNAL, "cannot compute a checksum");
		if (len != checksums[i].len || memcmp(value, checksums[i].value, len) != 0)
			return err_set(err, ERR_HASH,
				       "%s: its bytes do not have the %s that the vendor's "
				       "description names",
				       label, checksums[i].algorithm);
	}
	return 0;
}

static int remember(struct import *imp, const struct payload_ref *ref, struct err *err)
{
	struct payload_ref *grown = array_grow(imp->new_blobs, imp->new_blob_count, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	imp->new_blobs = grown;
	imp->new_blobs[imp->new_blob_count++] = *ref;
	return 0;
}

/* The vendor's checksums come last, so the bytes are in the repository by then: undone by the
 * caller. */
static int add_feed(struct import *imp, struct feed *feed, const struct draft_checksum *checksums,
		    size_t count, const char *label, struct payload_ref *ret, struct err *err)
{
	const struct blob_stream stream = { read_feed, feed, label, feed->src };
	bool new = false;
	int rc = begin_digests(feed, checksums, count, err);

	progress_item(label);
	if (!rc)
		rc = blob_add_stream(imp->repo->dir, &stream, CATALOG_PART_BYTES, ret, &new, err);
	if (!rc && new)
		rc = remember(imp, ret, err);
	if (!rc)
		rc = end_digests(feed, checksums, label, err);
	for (size_t i = 0; i < feed->digest_count; i++)
		EVP_MD_CTX_free(feed->digests[i]);
	return rc;
}

struct wanted_member {
	struct import *imp;
	const char *name, *label;
	const struct draft_checksum *checksums;
	size_t checksum_count;
	struct payload_ref *ret;
	bool found;
};

static int visit_member(void *ctx, struct archive_member *member, struct err *err)
{
	struct wanted_member *want = ctx;
	struct feed feed = { .member = member };
	int rc;

	if (want->found || strcmp(archive_member_name(member), want->name) != 0)
		return 0;
	want->found = true;
	rc = add_feed(want->imp, &feed, want->checksums, want->checksum_count, want->label,
		      want->ret, err);
	return rc ? rc : 1;
}

static int copy_bytes(struct import *imp, const struct draft_bytes *bytes,
		      const struct draft_checksum *checksums, size_t checksum_count,
		      const char *label, struct payload_ref *ret, struct err *err)
{
	struct wanted_member want = { imp, bytes->member, label, checksums, checksum_count,
				      ret, false };
	struct feed feed = { 0 };
	int rc;

	if (bytes->from == BYTES_MEMBER) {
		rc = archive_walk(&bytes->source, false, visit_member, &want, err);
		if (!rc && !want.found)
			rc = err_set(err, ERR_FORMAT, "%s: %s is not in it", bytes->source.name,
				     bytes->member);
		return rc;
	}
	if (bytes->from == BYTES_SOURCE) {
		feed.src = &bytes->source;
	} else {
		feed.memory = bytes->memory;
		feed.memory_left = bytes->memory_len;
	}
	return add_feed(imp, &feed, checksums, checksum_count, label, ret, err);
}

static bool find(struct import *imp, const struct import_cache_key *key, struct payload_ref *ret)
{
	if (!imp->cache)
		imp->cache = import_cache_open(imp->repo->dir);
	return import_cache_find(imp->cache, key, ret);
}

static bool is_there(const struct import *imp, const struct payload_ref *ref)
{
	struct payload *payload = NULL;
	int rc = payload_open(imp->repo->dir, ref, &payload, NULL);

	payload_close(payload);
	return rc == 0;
}

static bool same_state(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* What changes while it is read may be half of one thing and half of another. */
static int copy_unchanged(struct import *imp, const struct draft_bytes *bytes,
			  const struct draft_checksum *checksums, size_t checksum_count,
			  const char *label, struct payload_ref *ret, struct err *err)
{
	struct stat before, after;
	int fd = bytes->source.fd, rc;

	if (fstat(fd, &before))
		return err_set_errno(err, ERR_IO, errno, "%s", bytes->source.name);
	rc = copy_bytes(imp, bytes, checksums, checksum_count, label, ret, err);
	if (!rc && (fstat(fd, &after) || !same_state(&before, &after)))
		rc = err_set(err, ERR_IO, "%s: it changed while it was read", bytes->source.name);
	return rc;
}

int import_bytes(struct import *imp, const struct draft_bytes *bytes,
		 const struct draft_checksum *checksums, size_t checksum_count, const char *label,
		 struct payload_ref *ret, struct err *err)
{
	const char *member = bytes->from == BYTES_MEMBER ? bytes->member : "";
	struct import_cache_key key;
	bool keyed;
	int rc;

	if (bytes->from == BYTES_MEMORY)
		return copy_bytes(imp, bytes, checksums, checksum_count, label, ret, err);
	keyed = import_cache_key_of(&bytes->source, member, checksums, checksum_count, &key);
	if (keyed && find(imp, &key, ret) && is_there(imp, ret))
		return 0;
	rc = copy_unchanged(imp, bytes, checksums, checksum_count, label, ret, err);
	if (!rc && keyed)
		import_cache_add(imp->cache, &key, ret);
	return rc;
}

static int hash_all(const struct source *src, uint8_t ret[32], struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(CATALOG_CHUNK_BYTES);
	struct hash *hash = hash_new();
	uint64_t at = 0;
	size_t len = 1;
	int rc = buf && hash ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	for (; !rc && len > 0; at += len) {
		rc = source_read(src, at, buf, CATALOG_CHUNK_BYTES, &len, err);
		if (!rc && hash_update(hash, buf, len))
			rc = err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	}
	if (!rc && hash_final(hash, ret))
		rc = err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	hash_free(hash);
	return rc;
}

int import_hash(struct import *imp, const struct source *src, uint8_t ret[32], struct err *err)
{
	struct payload_ref ref = { .size = src->size };
	struct import_cache_key key;
	bool keyed = import_cache_key_of(src, "the file itself\n", NULL, 0, &key);
	int rc = 0;

	if (!keyed || !find(imp, &key, &ref)) {
		rc = hash_all(src, ref.sha256, err);
		if (!rc && keyed)
			import_cache_add(imp->cache, &key, &ref);
	}
	memcpy(ret, ref.sha256, 32);
	return rc;
}
