/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPE's .fwpkg: a zip file with payload.json and the images that it names. An iLO takes one of
 * format FWPKG-v2 as a whole and finds the images itself; of older ones it takes the image.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "edit.h"
#include "import/archive.h"
#include "import/hpe_common.h"
#include "import/hpe_component.h"
#include "import/hpe_sidecar.h"
#include "import/hpe_target.h"
#include "import/import.h"
#include "parse/cp_xml.h"
#include "parse/fwpkg_json.h"

#define METADATA    "payload.json"
#define BLOCK_BYTES ((size_t)256 << 10)

struct member {
	char *name;
	uint64_t size;
};

struct fwpkg {
	struct import *imp;
	const struct import_file *file;
	uint8_t *json; /* payload.json as it is */
	size_t json_len;
	struct hpe_package pkg;
	struct hpe_groups groups;
	struct hpe_sidecar sidecar;
	struct hpe_signatures signatures;
	struct member *members;
	size_t member_count;
	uint8_t *block;
};

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), more = strlen(ending);

	return len >= more && strcasecmp(text + len - more, ending) == 0;
}

static int is_metadata(void *ctx, struct archive_member *member, struct err *err)
{
	bool *found = ctx;

	(void)err;
	*found = strcasecmp(archive_member_name(member), METADATA) == 0;
	return *found;
}

/* A zip file that is called so, or has a payload.json. */
static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	static const char magic[] = "PK\x03\x04";
	bool found = false;

	if (!head_len || memcmp(head, magic, head_len < 4 ? head_len : 4) != 0)
		return false;
	if (ends_with(file->source.name, ".fwpkg"))
		return true;
	return !archive_walk(&file->source, true, is_metadata, &found, NULL) && found;
}

static int read_metadata(struct fwpkg *fw, struct err *err)
{
	int rc = archive_load(&fw->file->source, METADATA, FWPKG_JSON_MAX_BYTES, &fw->json,
			      &fw->json_len, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_FORMAT, "%s: there is no %s in it", fw->file->label,
			       METADATA);
	if (rc)
		return rc;
	rc = fwpkg_json_parse(fw->json, fw->json_len, &fw->pkg, err);
	if (rc)
		err_prefix(err, "%s: %s", fw->file->label, METADATA);
	return rc;
}

/* A description for people may lie among the images; what is no cpq_package is something else. */
static int read_xml(struct fwpkg *fw, struct archive_member *member, struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	struct hpe_package described = { 0 };
	size_t len;
	int rc = archive_member_load(member, XML_MAX_BYTES, &text, &len, err);

	if (rc)
		return rc;
	if (cp_xml_parse(text, len, &described, NULL))
		return 0;
	memcpy(fw->pkg.revision, described.revision, sizeof(fw->pkg.revision));
	memcpy(fw->pkg.change, described.change, sizeof(fw->pkg.change));
	if (!fw->pkg.name_ja[0])
		memcpy(fw->pkg.name_ja, described.name_ja, sizeof(fw->pkg.name_ja));
	hpe_package_free(&described);
	return 0;
}

/* Every byte of it, so that the checksums of the zip file are checked. */
static int read_member(void *ctx, struct archive_member *member, struct err *err)
{
	struct fwpkg *fw = ctx;
	const char *name = archive_member_name(member);
	struct member *grown = array_grow(fw->members, fw->member_count, sizeof(*grown));
	int64_t size = archive_member_size(member);
	size_t len = 1;
	int rc = 0;

	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	fw->members = grown;
	grown[fw->member_count] = (struct member){ strdup(name), size > 0 ? (uint64_t)size : 0 };
	if (!grown[fw->member_count++].name)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (ends_with(name, ".xml") && size >= 0 && size <= (int64_t)XML_MAX_BYTES)
		return read_xml(fw, member, err);
	while (!rc && len > 0)
		rc = archive_member_read(member, fw->block, BLOCK_BYTES, &len, err);
	return rc;
}

static int read_members(struct fwpkg *fw, struct err *err)
{
	fw->block = malloc(BLOCK_BYTES);
	if (!fw->block)
		return err_set(err, ERR_NOMEM, "out of memory");
	return archive_walk(&fw->file->source, false, read_member, fw, err);
}

static const struct member *find_member(const struct fwpkg *fw, const char *name)
{
	for (size_t i = 0; i < fw->member_count; i++)
		if (strcasecmp(fw->members[i].name, name) == 0)
			return &fw->members[i];
	return NULL;
}

static int check_images(const struct fwpkg *fw, struct err *err)
{
	for (size_t i = 0; i < fw->pkg.device_count; i++) {
		const struct hpe_device *dev = &fw->pkg.devices[i];

		for (size_t k = 0; k < dev->image_count; k++)
			if (!dev->images[k].file[0] || !find_member(fw, dev->images[k].file))
				return err_set(err, ERR_FORMAT,
					       "%s: there is no \"%s\" in it, which its %s names",
					       fw->file->label, dev->images[k].file, METADATA);
	}
	return 0;
}

/* A version that two groups have is not enough to tell them apart. */
static bool version_is_shared(const struct fwpkg *fw, size_t group, const char *version)
{
	for (size_t i = 0; i < fw->pkg.device_count; i++)
		if (fw->groups.of[i] != group && strcmp(fw->pkg.devices[i].version, version) == 0)
			return true;
	return false;
}

static int set_id(const struct fwpkg *fw, size_t group, size_t piece, struct component *comp,
		  struct err *err)
{
	const struct hpe_device *dev = hpe_group_device(&fw->pkg, &fw->groups, group);
	const char *file = fw->file->source.name, *dot = strrchr(file, '.');
	char name[2 * SOURCE_NAME_MAX + 32], number[32] = "";
	bool image = dev->image_count && version_is_shared(fw, group, dev->version);

	if (piece > 1)
		snprintf(number, sizeof(number), "-%zu", piece);
	snprintf(name, sizeof(name), "%.*s%s%s%s", (int)(dot ? dot - file : (long)strlen(file)),
		 file, image ? "-" : "", image ? dev->images[0].file : "", number);
	return component_make_id(comp, name, comp->version, err);
}

static int whole_package(struct fwpkg *fw, struct draft *draft, struct err *err)
{
	draft->name = fw->file->source.name;
	draft->payload.from = BYTES_SOURCE;
	draft->payload.source = fw->file->source;
	draft->payload_size = fw->file->source.size;
	hpe_sidecar_sum(&fw->sidecar, draft);
	if (strcmp(draft->comp.backend, "vendor-tool") == 0)
		return 0;
	return component_add_flag(&draft->comp, "hpe-fwpkg", err);
}

static int one_image(struct fwpkg *fw, const struct hpe_device *dev, struct draft *draft,
		     struct err *err)
{
	const struct member *member = find_member(fw, dev->images[0].file);

	draft->name = member->name;
	draft->payload.from = BYTES_MEMBER;
	draft->payload.source = fw->file->source;
	draft->payload.member = member->name;
	draft->payload_size = member->size;
	draft->attachments[draft->attachment_count++] = (struct draft_attachment){
		.role = "metadata",
		.name = METADATA,
		.bytes = { .from = BYTES_MEMORY, .memory = fw->json, .memory_len = fw->json_len },
	};
	return hpe_sidecar_check(&fw->sidecar, fw->file, err);
}

/* Who of the iLO and the system ROM writes it, where that is not the iLO alone. */
static int add_way(const struct fwpkg *fw, const struct hpe_device *dev, struct component *comp,
		   struct err *err)
{
	if (hpe_way_of(&fw->pkg, dev) == HPE_WAY_UEFI)
		return component_add_flag(comp, "ilo-uefi", err);
	if ((fw->pkg.updatable_by & (HPE_BY_BMC | HPE_BY_UEFI | HPE_BY_RUNTIME_AGENT)) ==
	    (HPE_BY_BMC | HPE_BY_UEFI))
		return component_add_flag(comp, "ilo-bmc-uefi", err);
	return 0;
}

static int set_payload(struct fwpkg *fw, const struct hpe_device *dev, struct draft *draft,
		       struct err *err)
{
	bool agent = hpe_way_of(&fw->pkg, dev) == HPE_WAY_AGENT;
	int rc = component_set(&draft->comp, "backend",
			       agent ? "vendor-tool" : hpe_bmc_backend(&fw->pkg), err);

	rc = rc ? rc : add_way(fw, dev, &draft->comp, err);
	if (rc)
		return rc;
	if (agent || strcasecmp(fw->pkg.format, "FWPKG-v2") == 0)
		return whole_package(fw, draft, err);
	return one_image(fw, dev, draft, err);
}

/* The next component of a group: its targets from *next on. */
static int offer(struct fwpkg *fw, size_t group, size_t piece, size_t *next, struct err *err)
{
	const struct hpe_device *dev = hpe_group_device(&fw->pkg, &fw->groups, group);
	struct draft draft = { 0 };
	bool known;
	int rc = hpe_component_fill(fw->imp, &fw->pkg, &fw->groups, group, next, &draft.comp,
				    &known, err);

	draft.cannot_match = !known;
	if (!rc)
		rc = set_id(fw, group, piece, &draft.comp, err);
	if (!rc)
		rc = set_payload(fw, dev, &draft, err);
	if (!rc)
		rc = hpe_attach_signatures(&fw->signatures, &draft, err);
	if (!rc)
		rc = import_offer(fw->imp, &draft, err);
	component_free(&draft.comp);
	return rc;
}

/* The reason why a group becomes no component; 0 = it does. */
static enum note against(const struct fwpkg *fw, const struct hpe_device *dev)
{
	bool whole = strcasecmp(fw->pkg.format, "FWPKG-v2") == 0;

	if (hpe_way_of(&fw->pkg, dev) == HPE_WAY_AGENT)
		return import_vendor_tools(fw->imp) ? 0 : NOTE_VENDOR_TOOL;
	if (!dev->image_count)
		return NOTE_NO_IMAGE;
	return dev->image_count > 1 && !whole ? NOTE_MANY_IMAGES : 0;
}

static int import_group(struct fwpkg *fw, size_t group, struct err *err)
{
	const struct hpe_device *dev = hpe_group_device(&fw->pkg, &fw->groups, group);
	enum note note = against(fw, dev);
	size_t next = 0;
	int rc = 0;

	if (note)
		return import_note(fw->imp, note, dev->name, fw->file->source.size, err, "%s", "");
	if (!dev->version[0])
		return import_note(fw->imp, NOTE_UNREAD, dev->name, fw->file->source.size, err,
				   "%s", "it has no version, so it was left out");
	for (size_t piece = 1; !rc && next < fw->pkg.device_count; piece++)
		rc = offer(fw, group, piece, &next, err);
	return rc;
}

static int import_devices(struct fwpkg *fw, struct err *err)
{
	int rc = hpe_groups_make(&fw->pkg, &fw->groups, err);

	if (!rc)
		rc = read_members(fw, err);
	if (!rc)
		rc = check_images(fw, err);
	if (!rc)
		rc = hpe_sidecar_read(fw->file, &fw->sidecar, err);
	if (!rc)
		rc = hpe_open_signatures(fw->file, &fw->signatures, err);
	if (!rc && fw->signatures.count)
		rc = import_note(fw->imp, NOTE_UNVERIFIED_SIGNATURE, fw->file->source.name, 0, err,
				 "%s", fw->signatures.files[0].name);
	if (!rc)
		rc = hpe_package_notes(fw->imp, &fw->pkg, fw->file->source.name, err);
	for (size_t i = 0; !rc && i < fw->groups.count; i++)
		rc = import_group(fw, i, err);
	return rc;
}

static int import_package(struct fwpkg *fw, struct err *err)
{
	enum note note = 0;
	int rc = read_metadata(fw, err);

	if (rc)
		return rc;
	if (strcasecmp(fw->pkg.type, "Software") == 0)
		note = NOTE_SOFTWARE;
	else if (!hpe_package_wanted(fw->imp, &fw->pkg))
		note = NOTE_NOT_FOR_THESE;
	else if (!fw->pkg.device_count)
		note = NOTE_NO_TARGET;
	if (note)
		return import_note(fw->imp, note, fw->pkg.name, fw->file->source.size, err, "%s",
				   "");
	return import_devices(fw, err);
}

static int import(struct import *imp, const struct import_file *file, struct err *err)
{
	struct fwpkg fw = { .imp = imp, .file = file };
	int rc = import_package(&fw, err);

	hpe_close_signatures(file, &fw.signatures);
	hpe_groups_free(&fw.groups);
	hpe_package_free(&fw.pkg);
	for (size_t i = 0; i < fw.member_count; i++)
		free(fw.members[i].name);
	free(fw.members);
	free(fw.block);
	free(fw.json);
	return rc;
}

const struct importer importer_fwpkg = { "fwpkg", recognise, import };
