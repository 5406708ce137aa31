/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/sidecar_json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "base/hex.h"
#include "base/json.h"
#include "parse/hpe_fields.h"
#include "parse/hpe_json.h"

static int read_size(struct sidecar_file *file, const char *text, struct err *err)
{
	uint64_t size = 0;

	for (size_t i = 0; text[i]; i++) {
		if (!isdigit((unsigned char)text[i]) || i == 18)
			return err_set(err, ERR_FORMAT, "\"Bytes\" is \"%.40s\"", text);
		size = size * 10 + (uint64_t)(text[i] - '0');
	}
	file->size = size;
	file->has_size = text[0] != '\0';
	return 0;
}

static int read_md5(struct sidecar_file *file, char *text, struct err *err)
{
	for (size_t i = 0; text[i]; i++)
		text[i] = (char)tolower((unsigned char)text[i]);
	if (text[0] && hex_decode(text, file->md5, sizeof(file->md5)))
		return err_set(err, ERR_FORMAT, "\"MD5Sum\" is \"%.40s\"", text);
	file->has_md5 = text[0] != '\0';
	return 0;
}

/* A member as a text without blanks around it. */
static int word_of(yyjson_val *obj, const char *key, char *buf, size_t size, struct err *err)
{
	char text[512];
	yyjson_val *val;
	int rc = hpe_json_member(obj, key, &val, err);

	if (rc)
		return rc;
	if (!hpe_json_scalar(val, text, sizeof(text)))
		return err_set(err, ERR_FORMAT, "\"%s\" is not a text that fits", key);
	return hpe_set_word(buf, size, text, key, err);
}

static int read_file(void *ctx, yyjson_val *val, struct err *err)
{
	struct sidecar *sidecar = ctx;
	struct sidecar_file *grown, *file;
	char text[64];
	int rc;

	if (sidecar->file_count == SIDECAR_MAX_FILES)
		return err_set(err, ERR_TOO_LARGE, "more than %d files", SIDECAR_MAX_FILES);
	grown = array_grow(sidecar->files, sidecar->file_count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	sidecar->files = grown;
	file = grown + sidecar->file_count++;
	*file = (struct sidecar_file){ 0 };
	rc = word_of(val, "Name", file->name, sizeof(file->name), err);
	if (!rc)
		rc = word_of(val, "Bytes", text, sizeof(text), err);
	if (!rc)
		rc = read_size(file, text, err);
	if (!rc)
		rc = word_of(val, "MD5Sum", text, sizeof(text), err);
	return rc ? rc : read_md5(file, text, err);
}

static int read_text(yyjson_val *package, const char *key, char *buf, size_t size, struct err *err)
{
	yyjson_val *val;
	int rc = hpe_json_member(package, key, &val, err);
	const char *text = rc ? NULL : hpe_json_text(val, "en");

	if (text)
		hpe_set_prose(buf, size, text);
	return rc;
}

static int read_package(struct sidecar *sidecar, yyjson_val *root, struct err *err)
{
	yyjson_val *package, *files = NULL;
	int rc = hpe_json_member(root, "Package", &package, err);

	if (!rc)
		rc = hpe_json_member(package, "Files", &files, err);
	if (!rc && !files)
		return err_set(err, ERR_NOT_FOUND, "no Package with Files in it");
	if (!rc)
		rc = read_text(package, "Description", sidecar->description,
			       sizeof(sidecar->description), err);
	if (!rc)
		rc = read_text(package, "Category", sidecar->category, sizeof(sidecar->category),
			       err);
	return rc ? rc : hpe_json_each(files, "File", read_file, sidecar, err);
}

int sidecar_json_parse(const uint8_t *buf, size_t len, struct sidecar *ret, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = hpe_json_parse(buf, len, SIDECAR_MAX_BYTES, &doc, err);

	if (!rc)
		rc = read_package(ret, yyjson_doc_get_root(doc), err);
	if (rc)
		sidecar_free(ret);
	return rc;
}

void sidecar_free(struct sidecar *sidecar)
{
	free(sidecar->files);
	*sidecar = (struct sidecar){ 0 };
}

const struct sidecar_file *sidecar_find(const struct sidecar *sidecar, const char *name)
{
	for (size_t i = 0; i < sidecar->file_count; i++)
		if (strcasecmp(sidecar->files[i].name, name) == 0)
			return &sidecar->files[i];
	return NULL;
}
