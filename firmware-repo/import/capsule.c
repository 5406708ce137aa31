/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A UEFI capsule without anything beside it: what it is for are the ESRT entries that its items
 * name, and its version is what EDK2's payload header says. A capsule that does not tell both is
 * not guessed at: "fwrepo add" takes them from its operator, an LVFS .cab tells them in its
 * metainfo.
 */
#include "format/capsule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "edit.h"
#include "import/import.h"

struct what {
	char targets[CAPSULE_MAX_ITEMS][GUID_TEXT];
	size_t count;
	bool has_version; /* all items have one, and it is the same */
	uint32_t version;
	bool is_signed; /* all of them */
};

static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	return capsule_recognise(head, head_len, file->source.size);
}

static int read_item(const struct source *src, const struct capsule_item_place *place,
		     struct capsule_item *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *head = malloc(CAPSULE_HEAD_BYTES);
	size_t want = place->size < CAPSULE_HEAD_BYTES ? (size_t)place->size : CAPSULE_HEAD_BYTES;
	size_t len;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(src, place->offset, head, want, &len, err);
	return rc ? rc : capsule_item_parse(head, len, place->size, ret, err);
}

static int read_items(const struct source *src, const struct capsule *cap, struct what *what,
		      struct err *err)
{
	what->has_version = what->is_signed = cap->item_count > 0;
	for (; what->count < cap->item_count; what->count++) {
		struct capsule_item item;
		int rc = read_item(src, &cap->items[what->count], &item, err);

		if (rc)
			return rc;
		guid_text_mixed(item.type_id, what->targets[what->count]);
		if (!item.has_version || (what->count > 0 && item.version != what->version))
			what->has_version = false;
		what->version = item.version;
		what->is_signed &= item.is_signed;
	}
	return 0;
}

static int describe(const struct import_file *file, const struct what *what, struct component *comp,
		    struct err *err)
{
	const char *name = file->source.name;
	char version[16], stem[64], target[64];
	int rc;

	/* fw_version of the ESRT is a number; what people call it only metainfo knows. */
	snprintf(version, sizeof(version), "%u", what->version);
	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(name, "."), name);
	rc = component_make_id(comp, stem, version, err);
	if (!rc)
		rc = component_set(comp, "name.en", stem, err);
	if (!rc)
		rc = component_set(comp, "version", version, err);
	if (!rc)
		rc = component_set(comp, "backend", "uefi-capsule", err);
	for (size_t i = 0; !rc && i < what->count; i++) {
		snprintf(target, sizeof(target), "guid:%s", what->targets[i]);
		rc = component_add_target(comp, target, err);
	}
	if (!rc)
		rc = component_set_proof(comp, "esrt.version", PROOF_EQUALS, version, err);
	comp->scheme = VERSION_DOTTED;
	comp->activation = ACTIVATION_REBOOT;
	return rc;
}

static int offer(struct import *imp, const struct import_file *file, const struct what *what,
		 struct err *err)
{
	struct draft draft = { .name = file->source.name, .payload_size = file->source.size };
	int rc = describe(file, what, &draft.comp, err);

	draft.payload.from = BYTES_SOURCE;
	draft.payload.source = file->source;
	if (!rc && what->is_signed)
		rc = import_note(imp, NOTE_UNVERIFIED_SIGNATURE, draft.name, 0, err, "%s", "");
	if (rc) {
		component_free(&draft.comp);
		return rc;
	}
	return import_offer(imp, &draft, err);
}

static int leave(struct import *imp, const struct import_file *file, const char *why,
		 const char *guid, struct err *err)
{
	return import_note(imp, NOTE_NO_IMAGE, file->source.name, file->source.size, err, "%s%s",
			   why, guid);
}

static int take(struct import *imp, const struct import_file *file, const struct capsule *cap,
		struct err *err)
{
	CLEANUP_FREE struct what *what = calloc(1, sizeof(*what));
	char guid[GUID_TEXT];
	int rc = what ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	guid_text_mixed(cap->guid, guid);
	if (rc)
		return rc;
	if (cap->is_ux)
		return leave(imp, file, "a picture that is shown while others are at work", "",
			     err);
	if (!cap->is_fmp)
		return leave(imp, file,
			     "it does not tell its version: fwrepo add --version, --target guid:",
			     guid, err);
	rc = read_items(&file->source, cap, what, err);
	if (rc)
		return rc;
	if (!what->count)
		return leave(imp, file, "drivers without anything to update", "", err);
	if (!what->has_version)
		return leave(
			imp, file,
			"its items do not tell one version: fwrepo add --version, --target guid:",
			what->targets[0], err);
	return offer(imp, file, what, err);
}

static int import_capsule(struct import *imp, const struct import_file *file, struct err *err)
{
	CLEANUP_FREE uint8_t *head = malloc(CAPSULE_HEAD_BYTES);
	struct capsule cap;
	size_t len;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(&file->source, 0, head, CAPSULE_HEAD_BYTES, &len, err);
	if (!rc)
		rc = capsule_parse(head, len, file->source.size, &cap, err);
	if (!rc)
		rc = take(imp, file, &cap, err);
	return rc ? err_prefix(err, "%s", file->label) : 0;
}

const struct importer importer_capsule = { "capsule", recognise, import_capsule };
