/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_record.h"

#include "base/utf8.h"
#include <string.h>

#include "format/le.h"
#include "media/iso9660.h"
#include "media/iso_susp.h"

/* ECMA-119 9.1 */
enum {
	AT_ATTRIBUTES = 1,
	AT_BLOCK = 2,
	AT_SIZE = 10,
	AT_FLAGS = 25,
	AT_UNIT = 26, /* interleaved */
	AT_GAP = 27,
	AT_NAME_LEN = 32,
	AT_NAME = 33,
	FLAG_DIR = 0x02,
	FLAG_ASSOCIATED = 0x04,
	FLAG_MORE = 0x80,
};

/* ECMA-119 7.5: ";1" behind the name, and a dot before it where there is no extension. */
static void drop_version(char *name)
{
	char *end = strrchr(name, ';');
	size_t len;

	if (end && end != name)
		*end = '\0';
	len = strlen(name);
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = '\0';
}

static uint32_t be16_at(const uint8_t *p)
{
	return (uint32_t)(p[0] << 8 | p[1]);
}

/* Joliet: UCS-2, and UTF-16 by those who write it. Half of a pair becomes U+FFFD. */
static int from_joliet(const uint8_t *from, size_t len, char *to, struct err *err)
{
	size_t out = 0;

	for (size_t pos = 0; pos + 1 < len; pos += 2) {
		uint32_t c = be16_at(from + pos);

		if (c >= 0xd800 && c < 0xdc00 && pos + 3 < len &&
		    (be16_at(from + pos + 2) & 0xfc00) == 0xdc00) {
			c = 0x10000 + ((c & 0x3ff) << 10) + (be16_at(from + pos + 2) & 0x3ff);
			pos += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		if (out + 4 > ISO_NAME_MAX)
			return err_set(err, ERR_TOO_LARGE, "a name of more than %d bytes",
				       ISO_NAME_MAX);
		if (c == 0)
			return err_set(err, ERR_FORMAT, "a name with a zero in it");
		out += utf8_put(to + out, c);
	}
	to[out] = '\0';
	return 0;
}

static int read_name(const struct iso_volume *volume, const uint8_t *rec, struct iso_record *ret,
		     struct err *err)
{
	size_t len = rec[AT_NAME_LEN];
	int rc = 0;

	if (volume->names == ISO_NAMES_JOLIET) {
		rc = from_joliet(rec + AT_NAME, len, ret->name, err);
	} else {
		memcpy(ret->name, rec + AT_NAME, len);
		ret->name[len] = '\0';
	}
	if (!rc)
		drop_version(ret->name);
	return rc;
}

/* It is going to be a part of a path. */
static int check_name(const char *name, struct err *err)
{
	if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ERR_FORMAT, "a name that no file can have");
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return err_set(err, ERR_FORMAT, "a name with control characters");
	return 0;
}

/* SUSP 4: it begins behind the name, at an even place. */
static int read_system_use(const struct iso_volume *volume, const uint8_t *rec,
			   struct iso_record *ret, bool *ret_named, struct err *err)
{
	size_t begin = ISO_RECORD_BYTES + (rec[AT_NAME_LEN] | 1u);

	/* The "." of the root is where it is found out; it has nothing skipped. */
	if (!ret->is_special)
		begin += volume->susp_skip;
	if (begin >= rec[0])
		return 0;
	return iso_susp_read(volume, rec + begin, rec[0] - begin, ret, ret_named, err);
}

static void read_numbers(const uint8_t *rec, struct iso_record *ret)
{
	uint8_t flags = rec[AT_FLAGS];

	*ret = (struct iso_record){
		.block = le32_at(rec + AT_BLOCK) + rec[AT_ATTRIBUTES],
		.size = le32_at(rec + AT_SIZE),
		.is_dir = (flags & FLAG_DIR) != 0,
		.is_left_out = (flags & FLAG_ASSOCIATED) != 0,
		.has_more = (flags & FLAG_MORE) != 0,
		.is_special = rec[AT_NAME_LEN] == 1 && rec[AT_NAME] <= 1,
	};
	ret->offset = (uint64_t)ret->block * ISO_BLOCK;
}

int iso_record_parse(const struct iso_volume *volume, const uint8_t *rec, size_t len,
		     struct iso_record *ret, struct err *err)
{
	bool named = false;
	int rc = 0;

	if (len < ISO_RECORD_BYTES + 1 || rec[0] > len || rec[0] < ISO_RECORD_BYTES + 1 ||
	    rec[AT_NAME_LEN] == 0 || rec[AT_NAME_LEN] > rec[0] - ISO_RECORD_BYTES)
		return err_set(err, ERR_FORMAT, "a directory record is cut off");
	read_numbers(rec, ret);
	if (volume->names == ISO_NAMES_ROCK_RIDGE)
		rc = read_system_use(volume, rec, ret, &named, err);
	if (!rc && !ret->is_special && !named)
		rc = read_name(volume, rec, ret, err);
	if (!rc && !ret->is_special)
		rc = check_name(ret->name, err);
	if (!rc && !ret->is_dir && !ret->is_left_out && (rec[AT_UNIT] || rec[AT_GAP]))
		rc = err_set(err, ERR_FORMAT, "%s is interleaved: not read", ret->name);
	return rc;
}
