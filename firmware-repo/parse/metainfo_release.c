/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The releases of a component, each with the payload that is in the cabinet. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/grow.h"
#include "base/hex.h"
#include "parse/metainfo_internal.h"

#define DEFAULT_FILE	    "firmware.bin" /* what fwupd takes where no name is told */
#define INSTALL_SECONDS_MAX 86400
#define TIMESTAMP_MAX	    4102444800 /* 2100-01-01 */

/* Only digits; false also beyond max. */
static bool read_number(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > max)
			return false;
		value = 10 * value + (uint64_t)(*text - '0');
	}
	*ret = value;
	return value <= max;
}

static const struct {
	const char *type, *algorithm;
	size_t len;
} kinds[] = {
	{ "sha1", "SHA1", 20 },
	{ "sha256", "SHA256", 32 },
	{ "sha384", "SHA384", 48 },
	{ "sha512", "SHA512", 64 },
};

/* By its type where that is told, else by its length, as fwupd does it. */
static int set_checksum(struct metainfo_checksum *sum, const char *type, const char *text)
{
	char lower[2 * sizeof(sum->value) + 1];
	size_t len = strlen(text);

	if (len >= sizeof(lower))
		return ERR_FORMAT;
	for (size_t i = 0; i <= len; i++)
		lower[i] = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] - 'A' + 'a' : text[i]);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (2 * kinds[i].len != len || (type && strcasecmp(type, kinds[i].type) != 0))
			continue;
		sum->algorithm = kinds[i].algorithm;
		sum->len = kinds[i].len;
		return hex_decode(lower, sum->value, sum->len);
	}
	return ERR_FORMAT;
}

static bool is_known_kind(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!type || strcasecmp(type, kinds[i].type) == 0)
			return true;
	return false;
}

static int add_checksum(struct metainfo *info, struct metainfo_release *rel,
			const struct xml_node *node, struct err *err)
{
	const char *type = xml_attr(node, "type"), *text = xml_text(node);

	if (!text[0])
		return 0; /* only the name of the file was told */
	if (!is_known_kind(type)) {
		metainfo_unread(info, "a checksum of the kind \"%s\"", type);
		return 0;
	}
	if (rel->checksum_count == METAINFO_MAX_CHECKSUMS)
		return metainfo_too_many("checksums of a release", METAINFO_MAX_CHECKSUMS, err);
	if (set_checksum(&rel->checksums[rel->checksum_count], type, text))
		return err_set(err, ERR_FORMAT, "release %s: \"%.80s\" is no checksum",
			       rel->version, text);
	rel->checksum_count++;
	return 0;
}

/* Without folders. A second checksum may name the file again, but no other one. */
static int set_file(struct metainfo_release *rel, const char *name, struct err *err)
{
	const char *slash = strrchr(name, '/');

	name = slash ? slash + 1 : name;
	if (rel->file[0] && strcmp(name, rel->file) != 0)
		return err_set(err, ERR_FORMAT, "release %s: several payloads", rel->version);
	return metainfo_word(rel->file, sizeof(rel->file), name, "name of a payload", err);
}

/* <checksum target="content" filename="fw.bin" type="sha256">; target="container" is the cabinet's.
 */
static int read_checksums(struct metainfo *info, struct metainfo_release *rel,
			  const struct xml_node *node, struct err *err)
{
	const struct xml_node *at = xml_child(node, "checksum");
	int rc = 0;

	for (; !rc && at; at = xml_same(at)) {
		const char *target = xml_attr(at, "target"), *name = xml_attr(at, "filename");

		if (!target || strcasecmp(target, "content") != 0)
			continue;
		if (name)
			rc = set_file(rel, name, err);
		if (!rc)
			rc = add_checksum(info, rel, at, err);
	}
	return rc;
}

/* <artifacts><artifact type="source">: in a cabinet this is the payload; "binary" the cabinet. */
static int read_artifact(struct metainfo *info, struct metainfo_release *rel,
			 const struct xml_node *node, bool *found, struct err *err)
{
	const struct xml_node *at = xml_path(node, "artifacts/artifact");
	int rc;

	*found = false;
	while (at && (!xml_attr(at, "type") || strcasecmp(xml_attr(at, "type"), "source") != 0))
		at = xml_same(at);
	if (!at)
		return 0;
	*found = true;
	rc = set_file(rel, xml_text(xml_child(at, "filename")), err);
	for (const struct xml_node *sum = xml_child(at, "checksum"); !rc && sum;
	     sum = xml_same(sum))
		rc = add_checksum(info, rel, sum, err);
	return rc;
}

static int read_size(struct metainfo_release *rel, const struct xml_node *node, struct err *err)
{
	for (const struct xml_node *at = xml_child(node, "size"); at; at = xml_same(at)) {
		const char *type = xml_attr(at, "type");

		if (type && strcasecmp(type, "installed") == 0 &&
		    !read_number(xml_text(at), UINT64_MAX / 16, &rel->size))
			return err_set(err, ERR_FORMAT, "release %s: \"%.40s\" is no size",
				       rel->version, xml_text(at));
	}
	return 0;
}

static void read_date(struct metainfo_release *rel, const struct xml_node *node)
{
	const char *date = xml_attr(node, "date"), *stamp = xml_attr(node, "timestamp");
	uint64_t seconds;
	struct tm tm;
	time_t at;

	if (date) {
		metainfo_prose(rel->date, sizeof(rel->date), date);
		return;
	}
	if (!stamp || !read_number(stamp, TIMESTAMP_MAX, &seconds))
		return;
	at = (time_t)seconds;
	if (gmtime_r(&at, &tm))
		strftime(rel->date, sizeof(rel->date), "%Y-%m-%d", &tm);
}

static int read_attributes(struct metainfo_release *rel, const struct xml_node *node,
			   struct err *err)
{
	const char *version = xml_attr(node, "version"), *urgency = xml_attr(node, "urgency");
	const char *duration = xml_attr(node, "install_duration");
	uint64_t seconds;
	int rc = metainfo_word(rel->version, sizeof(rel->version), version ? version : "",
			       "version of a release", err);

	if (!rc && !rel->version[0])
		return err_set(err, ERR_FORMAT, "a release without a version");
	if (!rc && urgency)
		metainfo_prose(rel->urgency, sizeof(rel->urgency), urgency);
	if (duration && read_number(duration, INSTALL_SECONDS_MAX, &seconds))
		rel->install_seconds = (uint32_t)seconds;
	read_date(rel, node);
	return rc;
}

static int read_release(struct metainfo *info, struct metainfo_release *rel,
			const struct xml_node *node, struct err *err)
{
	const struct xml_node *text = xml_child(node, "description");
	bool artifact;
	int rc = read_attributes(rel, node, err);

	while (text && xml_attr(text, "lang"))
		text = xml_same(text);
	if (text)
		metainfo_prose_below(rel->description, sizeof(rel->description), text);
	metainfo_prose(rel->location, sizeof(rel->location), xml_text(xml_child(node, "location")));
	if (!rc)
		rc = read_artifact(info, rel, node, &artifact, err);
	if (!rc && !artifact)
		rc = read_checksums(info, rel, node, err);
	if (!rc && !rel->file[0])
		memcpy(rel->file, DEFAULT_FILE, sizeof(DEFAULT_FILE));
	return rc ? rc : read_size(rel, node, err);
}

/* AppStream wants the newest first; where dates say otherwise they are believed. */
static void settle_order(struct metainfo_release *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && list[k].date[0] && list[k - 1].date[0] &&
				   strcmp(list[k].date, list[k - 1].date) > 0;
		     k--) {
			struct metainfo_release other = list[k];

			list[k] = list[k - 1];
			list[k - 1] = other;
		}
}

int metainfo_read_releases(const struct xml_node *root, struct metainfo *info, struct err *err)
{
	const struct xml_node *at = xml_path(root, "releases/release");

	if (!at)
		return err_set(err, ERR_FORMAT, "it has no <release>");
	for (; at; at = xml_same(at)) {
		struct metainfo_release *grown;
		int rc;

		if (info->release_count == METAINFO_MAX_RELEASES)
			return metainfo_too_many("releases", METAINFO_MAX_RELEASES, err);
		grown = array_grow(info->releases, info->release_count, sizeof(*grown));
		if (!grown)
			return err_set(err, ERR_NOMEM, "out of memory");
		info->releases = grown;
		grown += info->release_count;
		*grown = (struct metainfo_release){ 0 };
		rc = read_release(info, grown, at, err);
		if (rc)
			return rc;
		info->release_count++;
	}
	settle_order(info->releases, info->release_count);
	return 0;
}
