/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLDM for Firmware Update packages (parse/pldm_package.h).
 *
 * PLDM is spoken between a BMC and its devices; no device takes a component image of such a package
 * from the host as it is. The BMC wants the whole package: it compares the descriptors, of which we
 * know only some, picks the images and hands over package data and opaque data with them. Therefore
 * each device record becomes a component of its own (its own targets, its own version), the payload
 * of all of them is the whole package (stored once), and the backend is that of the BMC.
 *
 * A component image is offered besides, without the package, only when an importer recognises what
 * it is (a UEFI capsule, an HPE signed image): then it says itself what it is for and who writes
 * it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "edit.h"
#include "import/hpe_common.h"
#include "import/import.h"
#include "import/importers.h"
#include "import/pldm_targets.h"
#include "parse/pldm_package.h"

#define VERSION_BYTES 64  /* what a component takes, with a NUL */
#define NAME_BYTES    160 /* the same of its name; a text for people is cut */

struct job {
	struct import *imp;
	const struct import_file *file;
	const struct pldm_package *pkg;
	const struct hpe_signatures *sigs; /* HPE puts them beside, the iLO asks for them */
};

/* The ending only where there is too little to tell: then it is a package that was cut off. */
static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	const char *dot = strrchr(file->source.name, '.');

	if (head_len < 16)
		return head_len > 0 && dot && strcmp(dot, ".pldm") == 0;
	return pldm_recognise(head, head_len);
}

/* The images for a record: how many, and the last of them. */
static size_t images_of(const struct job *job, const struct pldm_record *record,
			const struct pldm_image **ret_one)
{
	size_t count = 0;

	for (size_t i = 0; i < job->pkg->image_count; i++)
		if (pldm_applies(record, i)) {
			*ret_one = &job->pkg->images[i];
			count++;
		}
	return count;
}

/*
 * What the device will run is the version of its image. Of several images it is that of the set,
 * which only firmware devices have.
 */
static const char *version_of(const struct job *job, const struct pldm_record *record)
{
	const struct pldm_image *image = NULL;

	if (images_of(job, record, &image) == 1 && image->version[0])
		return image->version;
	return !record->downstream && record->version[0] ? record->version : job->pkg->version;
}

static const char *name_of(const struct job *job, const struct pldm_record *record)
{
	if (!record->downstream && record->version[0])
		return record->version;
	return job->pkg->version[0] ? job->pkg->version : job->file->source.name;
}

/* RequestedComponentActivationMethod: the step that does most includes the others. */
static enum activation activation_of(unsigned int methods)
{
	if (methods & (PLDM_ACTIVATE_AC_CYCLE | PLDM_ACTIVATE_DC_CYCLE))
		return ACTIVATION_POWER_CYCLE;
	if (methods & PLDM_ACTIVATE_SYSTEM_REBOOT)
		return ACTIVATION_REBOOT;
	if (methods & PLDM_ACTIVATE_MEDIUM_RESET)
		return ACTIVATION_DEVICE_RESET;
	if (methods & (PLDM_ACTIVATE_SELF_CONTAINED | PLDM_ACTIVATE_AUTOMATIC))
		return ACTIVATION_NONE;
	return ACTIVATION_REBOOT;
}

static void activate(const struct job *job, const struct pldm_record *record,
		     struct component *comp)
{
	for (size_t i = 0; i < job->pkg->image_count; i++) {
		const struct pldm_image *image = &job->pkg->images[i];
		enum activation activation = activation_of(image->activation);

		if (!pldm_applies(record, i))
			continue;
		if (activation > comp->activation)
			comp->activation = activation;
		comp->measured |= image->classification == PLDM_CLASS_SYSTEM_BIOS;
	}
}

static int tell_release(const struct job *job, const struct pldm_image *only,
			struct component *comp, struct err *err)
{
	char text[128], stamp[64] = "", day[32] = "";

	if (job->pkg->released[0])
		snprintf(day, sizeof(day), "Released %s.", job->pkg->released);
	if (only && only->options & PLDM_OPTION_USE_STAMP)
		snprintf(stamp, sizeof(stamp), "Comparison stamp %08x.", only->comparison_stamp);
	snprintf(text, sizeof(text), "%s%s%s", day, day[0] && stamp[0] ? " " : "", stamp);
	return text[0] ? component_set(comp, "release_notes", text, err) : 0;
}

static int identify(const struct job *job, const struct pldm_record *record, size_t number,
		    struct component *comp, struct err *err)
{
	const char *version = version_of(job, record);
	char name[NAME_BYTES], base[NAME_BYTES + 32];
	int rc;

	text_copy(name, sizeof(name), name_of(job, record));
	if (job->pkg->record_count > 1)
		snprintf(base, sizeof(base), "%s device %zu", name, number);
	else
		snprintf(base, sizeof(base), "%s", name);
	rc = component_make_id(comp, base, version, err);
	if (!rc)
		rc = component_set(comp, "name.en", name, err);
	if (!rc)
		rc = component_set(comp, "version", version, err);
	return rc;
}

static int describe(const struct job *job, const struct pldm_record *record, size_t number,
		    struct component *comp, struct err *err)
{
	const struct pldm_image *image = NULL;
	size_t images = images_of(job, record, &image);
	int rc = identify(job, record, number, comp, err);

	if (!rc)
		rc = pldm_add_targets(record, comp, err);
	if (!rc)
		rc = component_set(comp, "backend", "ilo-redfish", err);
	activate(job, record, comp);
	if (!rc)
		rc = component_set(comp, "class", comp->measured ? "system-rom" : "other", err);
	if (!rc)
		rc = tell_release(job, images == 1 ? image : NULL, comp, err);
	comp->scheme = component_scheme_of(comp->version);
	/*
	 * A device shows ComponentVersionString of its image, and the BMC shows that of the device.
	 * Where several images make up a device nothing tells which of them the BMC shows.
	 */
	if (!rc && images == 1 && image->version[0])
		rc = component_set_proof(comp, "redfish.version", PROOF_EQUALS, comp->version, err);
	return rc;
}

static int note(const struct job *job, enum note id, const char *name, const char *text,
		struct err *err)
{
	return import_note(job->imp, id, name, job->file->source.size, err, "%s", text);
}

/* What of a record is not in the component. */
static int tell_conditions(const struct job *job, const struct pldm_record *record,
			   const struct component *comp, const char *name, struct err *err)
{
	char others[512];
	int rc = 0;

	if (pldm_other_descriptors(record, others, sizeof(others)))
		rc = import_note(job->imp,
				 comp->target_count ? NOTE_REQUIREMENT : NOTE_UNKNOWN_TARGET, name,
				 0, err, "the BMC looks for %s", others);
	if (!rc && record->downstream && record->options & 1)
		rc = import_note(job->imp, NOTE_REQUIREMENT, name, 0, err,
				 "it activates by itself only from version %s on", record->version);
	return rc;
}

static int offer(const struct job *job, const struct pldm_record *record, size_t number,
		 const char *name, struct err *err)
{
	struct draft draft = { .name = name, .payload_size = job->file->source.size };
	int rc = describe(job, record, number, &draft.comp, err);

	draft.payload.from = BYTES_SOURCE;
	draft.payload.source = job->file->source;
	for (size_t i = 0; i < draft.comp.target_count; i++)
		draft.cannot_match |= strncmp(draft.comp.targets[i], "pldm-uuid:", 10) == 0;
	if (!rc)
		rc = hpe_attach_signatures(job->sigs, &draft, err);
	if (!rc)
		rc = tell_conditions(job, record, &draft.comp, name, err);
	if (rc) {
		component_free(&draft.comp);
		return rc;
	}
	return import_offer(job->imp, &draft, err);
}

static int take_record(const struct job *job, const struct pldm_record *record, size_t number,
		       struct err *err)
{
	const struct pldm_image *image = NULL;
	size_t version_len = strlen(version_of(job, record));
	char name[32];

	snprintf(name, sizeof(name), "device %zu", number);
	if (!images_of(job, record, &image))
		return note(job, NOTE_NO_IMAGE, name, "no component image is for it", err);
	if (!version_len)
		return note(job, NOTE_NO_IMAGE, name, "no version is told", err);
	if (version_len >= VERSION_BYTES)
		return note(job, NOTE_NO_IMAGE, name, "its version is longer than 63 bytes", err);
	return offer(job, record, number, name, err);
}

static int take_image(const struct job *job, size_t index, struct err *err)
{
	const struct pldm_image *image = &job->pkg->images[index];
	CLEANUP_FREE uint8_t *head = malloc(IMPORT_HEAD_BYTES);
	struct import_file inner = *job->file;
	char name[SOURCE_NAME_MAX + 32], label[TREE_PATH_MAX + 64];
	const struct importer *importer;
	size_t len;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	snprintf(name, sizeof(name), "%.200s.image%zu", job->file->source.name, index + 1);
	snprintf(label, sizeof(label), "%s: image %zu", job->file->label, index + 1);
	inner.label = label;
	if (!rc)
		rc = source_slice(&job->file->source, image->offset, image->size, name,
				  &inner.source, err);
	if (!rc)
		rc = source_read(&inner.source, 0, head, IMPORT_HEAD_BYTES, &len, err);
	if (rc)
		return rc;
	importer = importer_of(&inner, head, len);
	return importer && importer != &importer_pldm ? import_nested(job->imp, &inner, err) : 0;
}

/* Over all that lies behind the header, fillings between the images included. */
static int check_payload(const struct source *src, const struct pldm_package *pkg, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = malloc(CATALOG_CHUNK_BYTES);
	uint64_t at = pkg->header_size;
	uLong crc = 0;
	size_t len = 1;
	int rc = buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!pkg->has_payload_checksum)
		return rc;
	for (; !rc && len > 0; at += len) {
		rc = source_read(src, at, buf, CATALOG_CHUNK_BYTES, &len, err);
		if (!rc)
			crc = crc32(crc, buf, (uInt)len);
	}
	if (!rc && crc != pkg->payload_checksum)
		rc = err_set(err, ERR_HASH, "its images do not have their checksum");
	return rc;
}

static int take_package(const struct job *job, struct err *err)
{
	int rc = check_payload(&job->file->source, job->pkg, err);

	for (size_t i = 0; !rc && i < job->pkg->record_count; i++)
		rc = take_record(job, &job->pkg->records[i], i + 1, err);
	if (!rc && !job->pkg->record_count)
		rc = note(job, NOTE_NO_TARGET, "", "a package without device records", err);
	for (size_t i = 0; !rc && i < job->pkg->image_count; i++)
		rc = take_image(job, i, err);
	return rc;
}

static int import_package(struct import *imp, const struct import_file *file, struct err *err)
{
	CLEANUP_FREE uint8_t *head = malloc(PLDM_HEADER_MAX);
	struct pldm_package pkg = { 0 };
	struct hpe_signatures sigs = { 0 };
	const struct job job = { imp, file, &pkg, &sigs };
	size_t len;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(&file->source, 0, head, PLDM_HEADER_MAX, &len, err);
	if (!rc)
		rc = pldm_parse(head, len, file->source.size, &pkg, err);
	if (!rc)
		rc = hpe_open_signatures(file, &sigs, err);
	if (!rc)
		rc = take_package(&job, err);
	hpe_close_signatures(file, &sigs);
	pldm_free(&pkg);
	return rc ? err_prefix(err, "%s", file->label) : 0;
}

const struct importer importer_pldm = { "pldm", recognise, import_package };
