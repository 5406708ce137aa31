/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HPE's Smart Components: programs that carry firmware, for an operating system to run. Nothing of
 * them is run here. An image inside that is known by its content becomes a component with what
 * the description (cp*.xml) says of it; everything else needs the vendor's program.
 */
#include "import/smart_component.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "edit.h"
#include "import/hpe_component.h"
#include "import/hpe_target.h"
#include "parse/scexe.h"

/* What one component is made of: the part of the description that is about its payload. */
struct part {
	struct hpe_package pkg; /* devices is ours, all else belongs to the whole description */
	struct hpe_image image; /* of devices that the image itself tells of */
	struct hpe_groups groups;
	const struct smart_image *from; /* NULL = the whole file, for the vendor's program */
};

static bool same_file(const char *named, const char *member)
{
	const char *slash = strrchr(member, '/');

	return strcasecmp(named, member) == 0 || (slash && strcasecmp(named, slash + 1) == 0);
}

static bool device_has(const struct hpe_device *dev, const char *member)
{
	for (size_t i = 0; i < dev->image_count; i++)
		if (same_file(dev->images[i].file, member))
			return true;
	return false;
}

/* The devices that the description gives this image to. */
static size_t described_devices(const struct smart *smart, struct part *part)
{
	size_t count = 0;

	for (size_t i = 0; i < smart->pkg.device_count; i++)
		if (!part->from || device_has(&smart->pkg.devices[i], part->from->member))
			part->pkg.devices[count++] = smart->pkg.devices[i];
	return count;
}

/* Without them what the image says of itself. Nobody told whether a reset is needed. */
static size_t own_devices(struct part *part)
{
	const struct hpimage *info = part->from->info;

	snprintf(part->image.file, sizeof(part->image.file), "%.255s", part->from->member);
	part->image.reset_required = true;
	for (size_t i = 0; i < info->target_count; i++) {
		struct hpe_device *dev = &part->pkg.devices[i];

		*dev = (struct hpe_device){ .images = &part->image, .image_count = 1 };
		snprintf(dev->name, sizeof(dev->name), "%s", info->name);
		snprintf(dev->version, sizeof(dev->version), "%s", info->version);
		memcpy(dev->target, info->targets[i], sizeof(dev->target));
	}
	return info->target_count;
}

static int part_make(const struct smart *smart, const struct smart_image *from, struct part *ret,
		     struct err *err)
{
	size_t room = smart->pkg.device_count + HPIMAGE_MAX_TARGETS;

	*ret = (struct part){ .pkg = smart->pkg, .from = from };
	ret->pkg.devices = calloc(room, sizeof(*ret->pkg.devices));
	if (!ret->pkg.devices)
		return err_set(err, ERR_NOMEM, "out of memory");
	ret->pkg.device_count = described_devices(smart, ret);
	if (from) {
		/* The program needs an operating system; the image goes by the iLO. */
		ret->pkg.updatable_by = HPE_BY_BMC;
		if (!ret->pkg.device_class[0])
			memcpy(ret->pkg.device_class, from->info->device_class, GUID_TEXT);
		if (!ret->pkg.name[0])
			snprintf(ret->pkg.name, sizeof(ret->pkg.name), "%s", from->info->name);
		if (!ret->pkg.device_count)
			ret->pkg.device_count = own_devices(ret);
	}
	if (!ret->pkg.device_count)
		ret->pkg.device_count = 1; /* without a target: the report says so */
	return hpe_groups_make(&ret->pkg, &ret->groups, err);
}

static void part_free(struct part *part)
{
	hpe_groups_free(&part->groups);
	free(part->pkg.devices);
}

static int set_id(const struct smart *smart, const struct part *part, size_t piece,
		  struct component *comp, struct err *err)
{
	const char *file = smart->file->source.name, *dot = strrchr(file, '.');
	bool image = part->from && smart->image_count > 1;
	char name[SOURCE_NAME_MAX + ARCHIVE_NAME_MAX + 32], number[32] = "";

	if (piece > 1)
		snprintf(number, sizeof(number), "-%zu", piece);
	snprintf(name, sizeof(name), "%.*s%s%s%s", (int)(dot ? (size_t)(dot - file) : strlen(file)),
		 file, image ? "-" : "", image ? part->from->member : "", number);
	return component_make_id(comp, name, comp->version, err);
}

static int set_payload(const struct smart *smart, const struct part *part, struct draft *draft,
		       struct err *err)
{
	const char *backend = part->from ? hpe_bmc_backend(&part->pkg) : "vendor-tool";

	if (part->from) {
		draft->name = part->from->member;
		draft->payload.from = BYTES_MEMBER;
		draft->payload.source = smart->archive;
		draft->payload.member = part->from->member;
		draft->payload_size = part->from->size;
	} else {
		draft->name = smart->file->source.name;
		draft->payload.from = BYTES_SOURCE;
		draft->payload.source = smart->file->source;
		draft->payload_size = smart->file->source.size;
		hpe_sidecar_sum(&smart->sidecar, draft);
	}
	return component_set(&draft->comp, "backend", backend, err);
}

static int offer(const struct smart *smart, const struct part *part, size_t group, size_t piece,
		 size_t *next, struct err *err)
{
	struct draft draft = { 0 };
	bool known;
	int rc = hpe_component_fill(smart->imp, &part->pkg, &part->groups, group, next, &draft.comp,
				    &known, err);

	draft.cannot_match = !known;
	if (!rc)
		rc = set_id(smart, part, piece, &draft.comp, err);
	if (!rc)
		rc = set_payload(smart, part, &draft, err);
	if (!rc)
		rc = hpe_attach_signatures(&smart->signatures, &draft, err);
	if (!rc)
		rc = import_offer(smart->imp, &draft, err);
	component_free(&draft.comp);
	return rc;
}

static int offer_part(const struct smart *smart, const struct part *part, struct err *err)
{
	const char *name = part->from ? part->from->member : smart->file->source.name;
	int rc = 0;

	for (size_t group = 0; !rc && group < part->groups.count; group++) {
		size_t next = 0;

		if (!hpe_group_device(&part->pkg, &part->groups, group)->version[0]) {
			rc = import_note(smart->imp, NOTE_UNREAD, name, 0, err, "%s",
					 "it has no version, so it was left out");
			continue;
		}
		for (size_t piece = 1; !rc && next < part->pkg.device_count; piece++)
			rc = offer(smart, part, group, piece, &next, err);
	}
	return rc;
}

static int import_part(const struct smart *smart, const struct smart_image *from, struct err *err)
{
	struct part part;
	int rc = part_make(smart, from, &part, err);

	if (!rc)
		rc = offer_part(smart, &part, err);
	part_free(&part);
	return rc;
}

static int import_images(const struct smart *smart, struct err *err)
{
	int rc = hpe_sidecar_check(&smart->sidecar, smart->file, err);

	if (!rc)
		rc = hpe_package_notes(smart->imp, &smart->pkg, smart->file->source.name, err);
	if (!rc)
		rc = import_note(smart->imp, NOTE_UNVERIFIED_SIGNATURE, smart->images[0].member, 0,
				 err, "%s",
				 smart->images[0].info->key[0] ? smart->images[0].info->key
							       : "no signature inside");
	for (size_t i = 0; !rc && i < smart->image_count; i++)
		rc = import_part(smart, &smart->images[i], err);
	return rc;
}

/* Nothing that is known inside. A plain zip file without a description is nobody's component. */
static int import_other(const struct smart *smart, enum note unknown, struct err *err)
{
	const char *name = smart->pkg.name;
	uint64_t size = smart->file->source.size;
	enum note note = NOTE_VENDOR_TOOL;

	if (smart_is_software(smart))
		note = NOTE_SOFTWARE;
	else if (!smart->described && unknown)
		note = unknown;
	if (note != NOTE_VENDOR_TOOL || !import_vendor_tools(smart->imp))
		return import_note(smart->imp, note, name, size, err, "%s", "");
	return import_part(smart, NULL, err);
}

static int import_archive(struct import *imp, const struct import_file *file, uint64_t offset,
			  bool opened, enum note unknown, struct err *err)
{
	struct smart smart = { .imp = imp, .file = file, .opened = opened };
	int rc = source_slice(&file->source, offset, file->source.size - offset, file->source.name,
			      &smart.archive, err);

	if (!rc)
		rc = smart_read(&smart, err);
	if (!rc && smart.described && !hpe_package_wanted(imp, &smart.pkg))
		rc = import_note(imp, NOTE_NOT_FOR_THESE, smart.pkg.name, file->source.size, err,
				 "%s", "");
	else if (!rc)
		rc = smart.image_count ? import_images(&smart, err)
				       : import_other(&smart, unknown, err);
	smart_free(&smart);
	if (rc)
		err_prefix(err, "%s", file->label);
	return rc;
}

static bool has_ending(const struct import_file *file, const char *ending)
{
	const char *dot = strrchr(file->source.name, '.');

	return dot && strcasecmp(dot, ending) == 0;
}

/* A script that was cut before it says where its archive is has only its name left. */
static bool recognise_scexe(const struct import_file *file, const uint8_t *head, size_t len)
{
	size_t at;
	int rc = scexe_find_archive(head, len, &at, NULL);

	return rc != ERR_NOT_FOUND || has_ending(file, ".scexe");
}

static int import_scexe(struct import *imp, const struct import_file *file, struct err *err)
{
	uint8_t *head = malloc(IMPORT_HEAD_BYTES);
	size_t len, at = 0;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(&file->source, 0, head, IMPORT_HEAD_BYTES, &len, err);
	if (!rc) {
		rc = scexe_find_archive(head, len, &at, err);
		if (rc) {
			err_prefix(err, "%s", file->label);
			rc = rc == ERR_NOT_FOUND ? err->code = ERR_FORMAT : rc;
		}
	}
	free(head);
	return rc ? rc : import_archive(imp, file, at, true, 0, err);
}

/* RPM format: the lead's magic. */
static bool recognise_rpm(const struct import_file *file, const uint8_t *head, size_t len)
{
	static const uint8_t magic[] = { 0xed, 0xab, 0xee, 0xdb };

	(void)file;
	return len >= sizeof(magic) && memcmp(head, magic, sizeof(magic)) == 0;
}

static int import_rpm(struct import *imp, const struct import_file *file, struct err *err)
{
	return import_archive(imp, file, 0, true, 0, err);
}

static bool recognise_zip(const struct import_file *file, const uint8_t *head, size_t len)
{
	(void)file;
	return len >= 4 && memcmp(head, "PK\x03\x04", 4) == 0;
}

static int import_zip(struct import *imp, const struct import_file *file, struct err *err)
{
	return import_archive(imp, file, 0, true, NOTE_NO_IMAGE, err);
}

static bool recognise_exe(const struct import_file *file, const uint8_t *head, size_t len)
{
	return len >= 2 && memcmp(head, "MZ", 2) == 0 && has_ending(file, ".exe");
}

static int any_member(void *ctx, struct archive_member *member, struct err *err)
{
	(void)ctx;
	(void)member;
	(void)err;
	return 0;
}

/* A zip file is found from its end, whatever is before it; there are other ways to make one. */
static int import_exe(struct import *imp, const struct import_file *file, struct err *err)
{
	bool opened = archive_walk(&file->source, true, any_member, NULL, NULL) == 0;

	return import_archive(imp, file, 0, opened, NOTE_VENDOR_TOOL, err);
}

const struct importer importer_scexe = { "scexe", recognise_scexe, import_scexe };
const struct importer importer_rpm = { "rpm", recognise_rpm, import_rpm };
const struct importer importer_zip = { "zip", recognise_zip, import_zip };
const struct importer importer_exe = { "exe", recognise_exe, import_exe };
