/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/hpe_common.h"

#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "format/guid.h"
#include "inventory/identity.h"

int hpe_add_target(struct component *comp, const char *guid, struct err *err)
{
	char target[128], lower[GUID_TEXT];
	uint8_t bytes[GUID_BYTES];
	int rc = 0;

	if (guid_parse_be(guid, bytes))
		return err_set(err, ERR_FORMAT, "\"%.40s\" is not a GUID", guid);
	guid_text_be(bytes, lower);
	if (identity_of_hpe_target(lower, target, sizeof(target)))
		rc = component_add_target(comp, target, err);
	snprintf(target, sizeof(target), "hpe-target:%s", lower);
	return rc ? rc : component_add_target(comp, target, err);
}

int hpe_set_proof(struct component *comp, const struct hpe_class *class, struct err *err)
{
	const char *field = class ? class->proof : NULL;
	char number[64];

	if (!field)
		return 0;
	if (strcmp(field, "system.rom") == 0)
		return comp->scheme == VERSION_HPE_ROM
			       ? component_set_proof(comp, field, PROOF_SCHEME, comp->version, err)
			       : 0;
	if (strcmp(field, "bmc.version") != 0)
		return component_set_proof(comp, field, PROOF_EQUALS, comp->version, err);
	/* "2.96 Aug 17 2023": a BMC tells the number alone by most ways. */
	snprintf(number, sizeof(number), "%.*s", (int)strcspn(comp->version, " "), comp->version);
	return version_follows(VERSION_DOTTED, number)
		       ? component_set_proof(comp, field, PROOF_EQUALS, number, err)
		       : 0;
}

/* One file beside the package; that it is not there is the usual case. */
static int open_one(const struct import_file *file, const char *name, struct hpe_signatures *ret,
		    struct err *err)
{
	const struct tree_file *entry = tree_sibling(file->tree, file->entry, name);
	int rc;

	if (!entry || ret->count == DRAFT_MAX_ATTACHMENTS)
		return 0;
	rc = tree_source(file->tree, entry, &ret->files[ret->count], err);
	ret->count += !rc;
	return rc;
}

int hpe_open_signatures(const struct import_file *file, struct hpe_signatures *ret, struct err *err)
{
	const char *name = file->source.name;
	const char *dot = strrchr(name, '.');
	int stem = dot ? (int)(dot - name) : (int)strlen(name);
	char sibling[SOURCE_NAME_MAX + 32];
	size_t before;
	int rc;

	*ret = (struct hpe_signatures){ 0 };
	snprintf(sibling, sizeof(sibling), "%.*s.compsig", stem, name);
	rc = open_one(file, sibling, ret, err);
	before = ret->count;
	for (unsigned int part = 1; !rc && before + part == ret->count + 1; part++) {
		snprintf(sibling, sizeof(sibling), "%.*s_part%u.compsig", stem, name, part);
		rc = open_one(file, sibling, ret, err);
	}
	if (rc)
		hpe_close_signatures(file, ret);
	return rc;
}

int hpe_attach_signatures(const struct hpe_signatures *sigs, struct draft *draft, struct err *err)
{
	for (size_t i = 0; i < sigs->count; i++) {
		struct draft_attachment *to = &draft->attachments[draft->attachment_count];

		if (draft->attachment_count == DRAFT_MAX_ATTACHMENTS)
			return err_set(err, ERR_TOO_LARGE, "more than %d attachments",
				       DRAFT_MAX_ATTACHMENTS);
		to->role = "compsig";
		to->name = sigs->files[i].name;
		to->bytes.from = BYTES_SOURCE;
		to->bytes.source = sigs->files[i];
		draft->attachment_count++;
	}
	return 0;
}

void hpe_close_signatures(const struct import_file *file, struct hpe_signatures *sigs)
{
	for (size_t i = 0; i < sigs->count; i++)
		tree_source_close(file->tree, &sigs->files[i]);
	sigs->count = 0;
}
