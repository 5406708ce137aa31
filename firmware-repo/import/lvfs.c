/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cabinets of the LVFS: for each *.metainfo.xml in it the releases whose payloads are in it, too.
 * Detached signatures go along; whoever trusts the LVFS' keys can check them there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "edit.h"
#include "import/archive.h"
#include "import/import.h"
#include "import/lvfs_component.h"

#define BLOCK_BYTES   ((size_t)256 << 10)
#define DOCUMENTS_MAX 64 /* metainfo documents of one cabinet */

struct member {
	char *name;
	uint64_t size;	   /* as it was read */
	uint8_t *document; /* of a metainfo document: all of it; else NULL */
};

struct cab {
	struct import *imp;
	const struct import_file *file;
	struct member *members;
	size_t count, documents;
	uint8_t *block;
};

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), more = strlen(ending);

	return len >= more && strcasecmp(text + len - more, ending) == 0;
}

static const char *basename_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* Nothing else is brought in a cabinet, so a cabinet without metainfo is said to be none. */
static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	(void)file;
	return head_len >= 4 && memcmp(head, "MSCF", 4) == 0;
}

static bool is_document(const char *name)
{
	return ends_with(name, ".metainfo.xml") || ends_with(name, ".metainfo");
}

static bool is_signature(const char *name)
{
	return ends_with(name, ".jcat") || ends_with(name, ".asc") || ends_with(name, ".p7b") ||
	       ends_with(name, ".p7c");
}

/* Every byte of it, so that damage anywhere is found. */
static int drain(struct cab *cab, struct archive_member *from, struct member *to, struct err *err)
{
	size_t len = 1;
	int rc = 0;

	while (!rc && len > 0) {
		rc = archive_member_read(from, cab->block, BLOCK_BYTES, &len, err);
		to->size += rc ? 0 : len;
	}
	return rc;
}

static int read_document(struct cab *cab, struct archive_member *from, struct member *to,
			 struct err *err)
{
	size_t len;
	int rc;

	if (++cab->documents > DOCUMENTS_MAX)
		return err_set(err, ERR_TOO_LARGE, "%s: more than %d descriptions",
			       cab->file->label, DOCUMENTS_MAX);
	rc = archive_member_load(from, METAINFO_MAX_BYTES, &to->document, &len, err);
	to->size = rc ? 0 : len;
	return rc;
}

static int read_member(void *ctx, struct archive_member *from, struct err *err)
{
	struct cab *cab = ctx;
	struct member *grown = array_grow(cab->members, cab->count, sizeof(*grown));

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	cab->members = grown;
	grown += cab->count;
	*grown = (struct member){ .name = strdup(archive_member_name(from)) };
	if (!grown->name)
		return err_set(err, ERR_NOMEM, "out of memory");
	cab->count++;
	return is_document(grown->name) ? read_document(cab, from, grown, err)
					: drain(cab, from, grown, err);
}

static const struct member *find(const struct cab *cab, const char *file)
{
	for (size_t i = 0; i < cab->count; i++)
		if (!cab->members[i].document &&
		    strcasecmp(basename_of(cab->members[i].name), file) == 0)
			return &cab->members[i];
	return NULL;
}

struct head {
	const char *member;
	uint8_t *bytes;
	size_t len;
};

static int read_head(void *ctx, struct archive_member *from, struct err *err)
{
	struct head *head = ctx;
	size_t len = 1;
	int rc = 0;

	if (strcmp(archive_member_name(from), head->member) != 0)
		return 0;
	while (!rc && len > 0 && head->len < CAPSULE_HEAD_BYTES) {
		rc = archive_member_read(from, head->bytes + head->len,
					 CAPSULE_HEAD_BYTES - head->len, &len, err);
		head->len += rc ? 0 : len;
	}
	return rc ? rc : 1;
}

static int look_at_payload(const struct cab *cab, const struct member *payload,
			   struct lvfs_capsule *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *bytes = malloc(CAPSULE_HEAD_BYTES);
	struct head head = { .member = payload->name, .bytes = bytes };
	int rc;

	if (!bytes)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = archive_walk(&cab->file->source, false, read_head, &head, err);
	if (!rc)
		lvfs_look_at_capsule(bytes, head.len, payload->size, ret);
	return rc;
}

static void attach(const struct cab *cab, const char *role, const struct member *member,
		   struct draft *draft)
{
	if (draft->attachment_count < DRAFT_MAX_ATTACHMENTS)
		draft->attachments[draft->attachment_count++] = (struct draft_attachment){
			.role = role,
			.name = basename_of(member->name),
			.bytes = { .from = BYTES_MEMBER,
				   .source = cab->file->source,
				   .member = member->name },
		};
}

/* Signatures of the whole cabinet, and those that are called after the payload or the document. */
static int attach_all(const struct cab *cab, const struct member *document, struct draft *draft,
		      struct err *err)
{
	bool signature = false;

	attach(cab, "metadata", document, draft);
	for (size_t i = 0; i < cab->count; i++) {
		if (!is_signature(cab->members[i].name))
			continue;
		attach(cab, "jcat", &cab->members[i], draft);
		signature = true;
	}
	if (!signature)
		return 0;
	return import_note(cab->imp, NOTE_UNVERIFIED_SIGNATURE, draft->name, 0, err, "%s", "");
}

static void set_payload(const struct cab *cab, const struct metainfo_release *rel,
			const struct member *payload, struct draft *draft)
{
	draft->name = payload->name;
	draft->payload.from = BYTES_MEMBER;
	draft->payload.source = cab->file->source;
	draft->payload.member = payload->name;
	draft->payload_size = payload->size;
	for (size_t i = 0; i < rel->checksum_count && i < DRAFT_MAX_CHECKSUMS; i++) {
		const struct metainfo_checksum *sum = &rel->checksums[i];
		struct draft_checksum *to = &draft->checksums[draft->checksum_count++];

		to->algorithm = sum->algorithm;
		to->len = sum->len;
		memcpy(to->value, sum->value, sum->len);
	}
}

static int offer(struct cab *cab, const struct metainfo *info, const struct metainfo_release *rel,
		 const struct member *document, const struct member *payload, struct err *err)
{
	struct draft draft = { 0 };
	struct lvfs_capsule capsule = { 0 };
	int rc = 0;

	if (rel->size && rel->size != payload->size)
		return err_set(err, ERR_FORMAT, "%s: %s has %llu bytes, its description says %llu",
			       cab->file->label, payload->name, (unsigned long long)payload->size,
			       (unsigned long long)rel->size);
	if (!payload->size)
		return err_set(err, ERR_FORMAT, "%s: %s is empty", cab->file->label, payload->name);
	if (strcmp(info->protocol, "org.uefi.capsule") == 0)
		rc = look_at_payload(cab, payload, &capsule, err);
	set_payload(cab, rel, payload, &draft);
	if (!rc)
		rc = lvfs_component_fill(cab->imp, info, rel, &capsule, draft.name, &draft.comp,
					 err);
	if (!rc)
		rc = attach_all(cab, document, &draft, err);
	if (!rc)
		rc = import_offer(cab->imp, &draft, err);
	component_free(&draft.comp);
	return rc;
}

/* The newest release is what the cabinet is for; older ones are often only told about. */
static int import_releases(struct cab *cab, const struct metainfo *info,
			   const struct member *document, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < info->release_count; i++) {
		const struct metainfo_release *rel = &info->releases[i];
		const struct member *payload = find(cab, rel->file);

		if (payload)
			rc = offer(cab, info, rel, document, payload, err);
		else if (i == 0)
			rc = err_set(err, ERR_FORMAT,
				     "%s: there is no \"%s\" in it, which its %s names",
				     cab->file->label, rel->file, document->name);
	}
	return rc;
}

static int import_component(struct cab *cab, const struct metainfo *info,
			    const struct member *document, struct err *err)
{
	const char *name = info->name[0] ? info->name : info->id;
	int rc = 0;

	if (!info->is_firmware)
		return import_note(cab->imp, NOTE_SOFTWARE, name, 0, err, "%s", "");
	if (!lvfs_protocol_of(info))
		return import_note(cab->imp, NOTE_UNKNOWN_PROTOCOL, name, 0, err, "%s",
				   info->protocol[0] ? info->protocol : "it names none");
	for (size_t i = 0; !rc && i < info->unread_count; i++)
		rc = import_note(cab->imp, NOTE_UNREAD, name, 0, err, "%s", info->unread[i]);
	return rc ? rc : import_releases(cab, info, document, err);
}

static int import_document(struct cab *cab, const struct member *document, struct err *err)
{
	struct metainfo info;
	int rc = metainfo_parse(document->document, (size_t)document->size, &info, err);

	if (rc)
		return err_prefix(err, "%s: %s", cab->file->label, document->name);
	rc = import_component(cab, &info, document, err);
	metainfo_free(&info);
	return rc;
}

static int import_cab(struct cab *cab, struct err *err)
{
	int rc = archive_walk(&cab->file->source, false, read_member, cab, err);

	if (!rc && !cab->documents)
		return import_note(cab->imp, NOTE_UNKNOWN_FORMAT, cab->file->source.name,
				   cab->file->source.size, err,
				   "a cabinet without a *.metainfo.xml");
	for (size_t i = 0; !rc && i < cab->count; i++)
		if (cab->members[i].document)
			rc = import_document(cab, &cab->members[i], err);
	return rc;
}

static int import(struct import *imp, const struct import_file *file, struct err *err)
{
	struct cab cab = { .imp = imp, .file = file, .block = malloc(BLOCK_BYTES) };
	int rc = cab.block ? import_cab(&cab, err) : err_set(err, ERR_NOMEM, "out of memory");

	for (size_t i = 0; i < cab.count; i++) {
		free(cab.members[i].name);
		free(cab.members[i].document);
	}
	free(cab.members);
	free(cab.block);
	return rc;
}

const struct importer importer_cab = { "cab", recognise, import };
