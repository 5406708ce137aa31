/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/hpimage.h"

#include <string.h>

#include "format/le.h"

#define BLOCK_BEGIN "--=</Begin HP Signed File Fingerprint\\>=--\n"
#define BLOCK_END   "--=</End HP Signed File Fingerprint\\>=--\n"
#define KEY	    "\nKey: "
#define CERT_BEGIN  "-----BEGIN CERTIFICATE-----\n"
#define CERT_END    "-----END CERTIFICATE-----\n"
#define MAGIC	    "HPIMAGE" /* and its NUL */

#define AT_CLASS   0x0c
#define AT_YEAR	   0x3c
#define AT_VERSION 0x40
#define AT_NAME	   0x60
#define AT_TARGETS 0x4a0

static bool begins(const uint8_t *buf, size_t len, size_t at, const char *text)
{
	size_t want = strlen(text);

	return at <= len && len - at >= want && memcmp(buf + at, text, want) == 0;
}

static const uint8_t *find(const uint8_t *buf, size_t len, const char *text)
{
	return memmem(buf, len, text, strlen(text));
}

bool hpimage_recognise(const uint8_t *buf, size_t len)
{
	return begins(buf, len, 0, BLOCK_BEGIN) ||
	       (len >= sizeof(MAGIC) && memcmp(buf, MAGIC, sizeof(MAGIC)) == 0);
}

/* Text that fills its field or ends with a NUL; what cannot be printed is not one. */
static int copy_text(const uint8_t *from, size_t len, char *ret, const char *what, struct err *err)
{
	size_t used = strnlen((const char *)from, len);

	for (size_t i = 0; i < used; i++)
		if (from[i] < 0x20 || from[i] > 0x7e)
			return err_set(err, ERR_FORMAT, "its %s is not a text", what);
	while (used > 0 && from[used - 1] == ' ')
		used--;
	memcpy(ret, from, used);
	ret[used] = '\0';
	return 0;
}

static int read_key(const uint8_t *block, size_t len, struct hpimage *ret, struct err *err)
{
	const uint8_t *key = find(block, len, KEY);
	const uint8_t *line, *end;

	if (!key)
		return 0;
	line = key + strlen(KEY);
	end = memchr(line, '\n', len - (size_t)(line - block));
	if (!end || (size_t)(end - line) >= sizeof(ret->key))
		return err_set(err, ERR_FORMAT, "the label of its key is too long");
	return copy_text(line, (size_t)(end - line), ret->key, "key", err);
}

/* Blocks of one kind that follow each other; *at moves behind the last. */
static int skip_blocks(const uint8_t *buf, size_t len, size_t *at, const char *begin,
		       const char *end, struct err *err)
{
	for (unsigned int i = 0; begins(buf, len, *at, begin); i++) {
		const uint8_t *stop = find(buf + *at, len - *at, end);

		if (i == HPIMAGE_MAX_BLOCKS)
			return err_set(err, ERR_TOO_LARGE, "more than %d signatures",
				       HPIMAGE_MAX_BLOCKS);
		if (!stop)
			return err_set(err, ERR_FORMAT, "its signature has no end");
		*at = (size_t)(stop - buf) + strlen(end);
	}
	return 0;
}

static int read_targets(const uint8_t *header, size_t len, struct hpimage *ret, struct err *err)
{
	uint32_t count;
	size_t at = AT_TARGETS + 4;

	count = le32_at(header + AT_TARGETS);
	if (count > HPIMAGE_MAX_TARGETS)
		return err_set(err, ERR_TOO_LARGE, "more than %d targets", HPIMAGE_MAX_TARGETS);
	if (len - at < (size_t)count * GUID_BYTES + 4)
		return err_set(err, ERR_FORMAT, "it ends within its targets");
	for (uint32_t i = 0; i < count; i++, at += GUID_BYTES)
		guid_text_mixed(header + at, ret->targets[i]);
	ret->target_count = count;
	ret->payload = ret->header + at + 4 + le32_at(header + at);
	return 0;
}

static int read_header(const uint8_t *header, size_t len, struct hpimage *ret, struct err *err)
{
	int rc;

	if (len < AT_TARGETS + 4 || memcmp(header, MAGIC, sizeof(MAGIC)) != 0)
		return err_set(err, ERR_FORMAT, "no whole HPIMAGE header behind its signature");
	if (header[8] != 1)
		return err_set(err, ERR_FORMAT, "its header is of version %u.%u", header[8],
			       header[9]);
	guid_text_mixed(header + AT_CLASS, ret->device_class);
	ret->year = le16_at(header + AT_YEAR);
	rc = copy_text(header + AT_VERSION, sizeof(ret->version) - 1, ret->version, "version", err);
	if (!rc)
		rc = copy_text(header + AT_NAME, sizeof(ret->name) - 1, ret->name, "name", err);
	return rc ? rc : read_targets(header, len, ret, err);
}

int hpimage_parse(const uint8_t *buf, size_t len, uint64_t size, struct hpimage *ret,
		  struct err *err)
{
	size_t at = 0;
	int rc;

	*ret = (struct hpimage){ 0 };
	ret->is_signed = begins(buf, len, 0, BLOCK_BEGIN);
	rc = skip_blocks(buf, len, &at, BLOCK_BEGIN, BLOCK_END, err);
	if (!rc)
		rc = read_key(buf, at, ret, err);
	if (!rc)
		rc = skip_blocks(buf, len, &at, CERT_BEGIN, CERT_END, err);
	if (rc)
		return rc;
	ret->header = at;
	rc = read_header(buf + at, len - at, ret, err);
	if (!rc && ret->payload >= size)
		rc = err_set(err, ERR_FORMAT, "there is nothing behind its header");
	return rc;
}
