/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line: key, SHA-256 of the payload, its size, SHA-256 of its chunk list, parted by tabs. Lines
 * are added under the repository's lock, one write each; one that was cut off is no line.
 */
#include "import/import_cache.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "base/hash.h"
#include "base/hex.h"

#define CACHE_MAX_BYTES (32u << 20)
#define HEX_LEN		(2 * HASH_BYTES)
#define LINE_MIN	(3 * HEX_LEN + 4)
#define QUIET_SECONDS	2 /* coarser clocks than that no file system has */

struct line {
	struct import_cache_key key;
	struct payload_ref ref;
};

struct import_cache {
	char path[FSIO_PATH_MAX];
	struct line *lines; /* unsorted; a later line counts before an earlier one */
	size_t count;
	off_t size_before; /* of the file; -1 = there was none */
};

static bool take_hex(const char **at, uint8_t ret[HASH_BYTES], char end)
{
	char hex[HEX_LEN + 1];

	if (strnlen(*at, HEX_LEN + 1) < HEX_LEN + 1 || (*at)[HEX_LEN] != end)
		return false;
	memcpy(hex, *at, HEX_LEN);
	hex[HEX_LEN] = '\0';
	*at += HEX_LEN + 1;
	return hex_decode(hex, ret, HASH_BYTES) == 0;
}

static bool parse_line(const char *text, struct line *ret)
{
	char *end;

	if (!take_hex(&text, ret->key.sha256, '\t') || !take_hex(&text, ret->ref.sha256, '\t') ||
	    *text < '0' || *text > '9')
		return false;
	ret->ref.size = strtoull(text, &end, 10);
	text = end + 1;
	return *end == '\t' && take_hex(&text, ret->ref.chunks_sha256, '\n');
}

static void keep(struct import_cache *cache, const struct line *line)
{
	struct line *grown = array_grow(cache->lines, cache->count, sizeof(*grown));

	if (!grown)
		return;
	cache->lines = grown;
	cache->lines[cache->count++] = *line;
}

static void load(struct import_cache *cache)
{
	CLEANUP_FREE uint8_t *text = NULL;
	struct line line;
	size_t len;
	int rc = fsio_read_file(cache->path, CACHE_MAX_BYTES, &text, &len, NULL);

	if (rc) {
		/* Too large, or nothing that can be read: it begins anew. */
		if (rc != ERR_NOT_FOUND)
			unlink(cache->path);
		return;
	}
	cache->size_before = (off_t)len;
	for (const char *at = (const char *)text; *at; at += *at == '\n') {
		if (parse_line(at, &line))
			keep(cache, &line);
		at += strcspn(at, "\n");
	}
}

struct import_cache *import_cache_open(const char *repo_dir)
{
	struct import_cache *cache = calloc(1, sizeof(*cache));

	if (!cache || fsio_join(cache->path, repo_dir, IMPORT_CACHE_NAME, NULL)) {
		free(cache);
		return NULL;
	}
	cache->size_before = -1;
	load(cache);
	return cache;
}

void import_cache_close(struct import_cache *cache)
{
	if (!cache)
		return;
	free(cache->lines);
	free(cache);
}

void import_cache_undo(struct import_cache *cache)
{
	if (!cache)
		return;
	if (cache->size_before < 0 || truncate(cache->path, cache->size_before))
		unlink(cache->path);
}

bool import_cache_key_of(const struct source *src, const char *member,
			 const struct draft_checksum *checksums, size_t checksum_count,
			 struct import_cache_key *ret)
{
	struct hash *hash = hash_new();
	struct stat st;
	char text[512];
	int len;
	bool good = hash && src->fd >= 0 && !fstat(src->fd, &st) && S_ISREG(st.st_mode) &&
		    st.st_ctim.tv_sec + QUIET_SECONDS < time(NULL);

	if (good) {
		len = snprintf(text, sizeof(text),
			       "%ju %ju %jd %jd.%09ld %jd.%09ld %" PRIu64 " %" PRIu64 " %zu ",
			       (uintmax_t)st.st_dev, (uintmax_t)st.st_ino, (intmax_t)st.st_size,
			       (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
			       (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, src->offset,
			       src->size, checksum_count);
		good = !hash_update(hash, text, (size_t)len) &&
		       !hash_update(hash, member, strlen(member) + 1);
	}
	for (size_t i = 0; good && i < checksum_count; i++)
		good = !hash_update(hash, checksums[i].algorithm,
				    strlen(checksums[i].algorithm) + 1) &&
		       !hash_update(hash, checksums[i].value, checksums[i].len);
	good = good && !hash_final(hash, ret->sha256);
	hash_free(hash);
	return good;
}

bool import_cache_find(const struct import_cache *cache, const struct import_cache_key *key,
		       struct payload_ref *ret)
{
	for (size_t i = cache ? cache->count : 0; i > 0; i--)
		if (memcmp(cache->lines[i - 1].key.sha256, key->sha256, sizeof(key->sha256)) == 0) {
			*ret = cache->lines[i - 1].ref;
			return true;
		}
	return false;
}

/* A line that cannot be written is one that will be missed, nothing more. */
static void append(const struct import_cache *cache, const struct line *line)
{
	char key[HEX_LEN + 1], sha256[HEX_LEN + 1], chunks[HEX_LEN + 1], text[LINE_MIN + 24];
	CLEANUP_CLOSE int fd =
		open(cache->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	int len;

	hex_encode(line->key.sha256, HASH_BYTES, key);
	hex_encode(line->ref.sha256, HASH_BYTES, sha256);
	hex_encode(line->ref.chunks_sha256, HASH_BYTES, chunks);
	len = snprintf(text, sizeof(text), "%s\t%s\t%" PRIu64 "\t%s\n", key, sha256, line->ref.size,
		       chunks);
	if (fd >= 0)
		(void)fsio_write_all(fd, text, (size_t)len);
}

void import_cache_add(struct import_cache *cache, const struct import_cache_key *key,
		      const struct payload_ref *ref)
{
	struct line line = { *key, *ref };

	if (!cache)
		return;
	keep(cache, &line);
	append(cache, &line);
}
