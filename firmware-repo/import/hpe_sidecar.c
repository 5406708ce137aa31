/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/hpe_sidecar.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "parse/sidecar_json.h"

#define BLOCK_BYTES ((size_t)1 << 20)

/* "cp0123.fwpkg.json", or "cp0123.json". */
static const struct tree_file *find(const struct import_file *file, bool with_ending)
{
	const char *own = file->source.name, *dot = strrchr(own, '.');
	size_t len = dot && dot != own && !with_ending ? (size_t)(dot - own) : strlen(own);
	char name[SOURCE_NAME_MAX + 8];

	snprintf(name, sizeof(name), "%.*s.json", (int)len, own);
	return file->entry ? tree_sibling(file->tree, file->entry, name) : NULL;
}

static int use_sidecar(const struct import_file *file, const uint8_t *text, size_t len,
		       struct hpe_sidecar *sums, struct err *err)
{
	struct sidecar sidecar = { 0 };
	const struct sidecar_file *told;
	int rc = sidecar_json_parse(text, len, &sidecar, err);

	if (rc == ERR_NOT_FOUND)
		return 0; /* some other JSON */
	told = rc ? NULL : sidecar_find(&sidecar, file->source.name);
	if (told && told->has_size && told->size != file->source.size)
		rc = err_set(err, ERR_HASH,
			     "%s has %llu bytes, and %llu are told of by the description beside it",
			     file->label, (unsigned long long)file->source.size,
			     (unsigned long long)told->size);
	if (!rc && told && told->has_md5) {
		sums->has_md5 = true;
		sums->md5 = (struct draft_checksum){ .algorithm = "MD5", .len = sizeof(told->md5) };
		memcpy(sums->md5.value, told->md5, sizeof(told->md5));
	}
	sidecar_free(&sidecar);
	return rc;
}

int hpe_sidecar_read(const struct import_file *file, struct hpe_sidecar *ret, struct err *err)
{
	const struct tree_file *found = find(file, false);
	CLEANUP_FREE uint8_t *text = NULL;
	struct source src;
	size_t len;
	int rc;

	*ret = (struct hpe_sidecar){ 0 };
	if (!found)
		found = find(file, true);
	if (!found)
		return 0;
	rc = tree_source(file->tree, found, &src, err);
	if (rc)
		return rc;
	rc = source_load(&src, SIDECAR_MAX_BYTES, &text, &len, err);
	tree_source_close(file->tree, &src);
	if (!rc)
		rc = use_sidecar(file, text, len, ret, err);
	if (rc)
		err_prefix(err, "%s", found->path);
	return rc;
}

void hpe_sidecar_sum(const struct hpe_sidecar *sums, struct draft *draft)
{
	if (sums->has_md5 && draft->checksum_count < DRAFT_MAX_CHECKSUMS)
		draft->checksums[draft->checksum_count++] = sums->md5;
}

static int md5_of(const struct source *src, EVP_MD_CTX *ctx, uint8_t *buf, uint8_t ret[16],
		  struct err *err)
{
	uint64_t at = 0;
	size_t len = 1;
	int rc = 0;

	if (EVP_DigestInit_ex(ctx, EVP_md5(), NULL) != 1)
		return err_set(err, ERR_UNSUPPORTED, "cannot compute MD5");
	for (; !rc && len > 0; at += len) {
		rc = source_read(src, at, buf, BLOCK_BYTES, &len, err);
		if (!rc && EVP_DigestUpdate(ctx, buf, len) != 1)
			rc = err_set(err, ERR_INTERNAL, "cannot compute MD5");
	}
	if (!rc && EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		rc = err_set(err, ERR_INTERNAL, "cannot compute MD5");
	return rc;
}

int hpe_sidecar_check(const struct hpe_sidecar *sums, const struct import_file *file,
		      struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	EVP_MD_CTX *ctx;
	uint8_t sum[16];
	int rc;

	if (!sums->has_md5)
		return 0;
	buf = malloc(BLOCK_BYTES);
	ctx = EVP_MD_CTX_new();
	rc = buf && ctx ? md5_of(&file->source, ctx, buf, sum, err)
			: err_set(err, ERR_NOMEM, "out of memory");
	EVP_MD_CTX_free(ctx);
	if (!rc && memcmp(sum, sums->md5.value, sizeof(sum)) != 0)
		rc = err_set(err, ERR_HASH,
			     "its bytes do not have the MD5 that the vendor's description names");
	return rc ? err_prefix(err, "%s", file->label) : 0;
}
