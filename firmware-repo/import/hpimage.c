/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HPE's signed images as they are: the iLO takes them and checks the signature itself. */
#include "parse/hpimage.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "edit.h"
#include "import/hpe_common.h"
#include "import/import.h"

static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	(void)file;
	return hpimage_recognise(head, head_len);
}

static int describe(const struct hpimage *image, struct component *comp, struct err *err)
{
	const struct hpe_class *class = hpe_class_of(image->device_class);
	const char *name = image->name[0] ? image->name : class ? class->name : "image";
	int rc = component_make_id(comp, name, image->version, err);

	if (!rc)
		rc = component_set(comp, "name.en", name, err);
	if (!rc)
		rc = component_set(comp, "version", image->version, err);
	if (!rc)
		rc = component_set(comp, "vendor", "HPE", err);
	if (!rc)
		rc = component_set(comp, "backend", "ilo-redfish", err);
	if (!rc)
		rc = component_set(comp, "class", class ? class->word : "other", err);
	for (size_t i = 0; !rc && i < image->target_count; i++)
		rc = hpe_add_target(comp, image->targets[i], err);
	comp->scheme = component_scheme_of(comp->version);
	comp->measured = class && class->measured;
	/* The iLO resets itself; all others begin to run with the next boot at the latest. */
	comp->activation =
		class && class->word[0] == 'b' ? ACTIVATION_DEVICE_RESET : ACTIVATION_REBOOT;
	return rc ? rc : hpe_set_proof(comp, class, err);
}

static int offer(struct import *imp, const struct import_file *file, const struct hpimage *image,
		 struct hpe_signatures *sigs, struct err *err)
{
	struct draft draft = { .name = file->source.name };
	int rc = describe(image, &draft.comp, err);

	draft.payload.from = BYTES_SOURCE;
	draft.payload.source = file->source;
	draft.payload_size = file->source.size;
	draft.cannot_match = true; /* without an iLO nobody shows such targets */
	if (!rc)
		rc = hpe_attach_signatures(sigs, &draft, err);
	if (rc) {
		component_free(&draft.comp);
		return rc;
	}
	return import_offer(imp, &draft, err);
}

static int import_image(struct import *imp, const struct import_file *file, struct err *err)
{
	CLEANUP_FREE struct hpimage *image = malloc(sizeof(*image));
	CLEANUP_FREE uint8_t *head = malloc(IMPORT_HEAD_BYTES);
	struct hpe_signatures sigs = { 0 };
	size_t len;
	int rc = image && head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(&file->source, 0, head, IMPORT_HEAD_BYTES, &len, err);
	if (!rc)
		rc = hpimage_parse(head, len, file->source.size, image, err);
	if (!rc && !image->version[0])
		return import_note(imp, NOTE_UNREAD, file->source.name, file->source.size, err,
				   "its header tells no version");
	if (!rc)
		rc = hpe_open_signatures(file, &sigs, err);
	if (!rc)
		rc = offer(imp, file, image, &sigs, err);
	hpe_close_signatures(file, &sigs);
	if (!rc)
		rc = import_note(imp, NOTE_UNVERIFIED_SIGNATURE, file->source.name, 0, err, "%s",
				 image->is_signed ? image->key : "no signature inside");
	return rc ? err_prefix(err, "%s", file->label) : 0;
}

const struct importer importer_hpimage = { "hpimage", recognise, import_image };
