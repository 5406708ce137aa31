/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a draft to a component of the repository, or to the reason why not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "edit.h"
#include "import/import_internal.h"
#include "import/wanted.h"

bool import_wants_targets(const struct import *imp, const char *const *targets)
{
	struct component probe = { 0 };
	enum wanted wanted = WANTED_YES;

	/* An unknown target matches nothing and so decides nothing. */
	for (; *targets; targets++)
		(void)component_add_target(&probe, *targets, NULL);
	if (probe.target_count)
		wanted =
			wanted_component(imp->options->servers, imp->options->server_count, &probe);
	component_free(&probe);
	return wanted != WANTED_NO;
}

static int drop(struct import *imp, const struct draft *draft, enum note note, struct err *err)
{
	return import_note(imp, note, draft->name, draft->payload_size, err, "%s", "");
}

/* The reason against it, 0 when it is wanted. */
static enum note judge(const struct import *imp, const struct draft *draft)
{
	const struct import_options *options = imp->options;
	enum wanted wanted;

	if (draft->comp.target_count == 0)
		return NOTE_NO_TARGET;
	wanted = wanted_component(options->servers, options->server_count, &draft->comp);
	if (wanted == WANTED_NO && draft->cannot_match)
		wanted = WANTED_CANNOT_TELL;
	if (wanted == WANTED_CANNOT_TELL && !options->keep_undecided)
		return NOTE_CANNOT_TELL;
	return wanted == WANTED_NO ? NOTE_NOT_FOR_THESE : 0;
}

static int fill(struct import *imp, struct component *comp, struct err *err)
{
	char importer[64];
	const char *file = imp->file->source.name;
	const char *slash = strrchr(file, '/');
	int rc = 0;

	snprintf(importer, sizeof(importer), "fwrepo %s %s", imp->importer->name, DRYDOCK_VERSION);
	if (!comp->name[0])
		rc = component_set(comp, "name.en", comp->id, err);
	if (!rc && !comp->class_name[0])
		rc = component_set(comp, "class", "other", err);
	if (!rc)
		rc = component_set(comp, "provenance.file", slash ? slash + 1 : file, err);
	if (!rc)
		rc = component_set(comp, "provenance.importer", importer, err);
	if (!comp->scheme)
		comp->scheme = component_scheme_of(comp->version);
	if (!comp->activation)
		comp->activation = ACTIVATION_REBOOT;
	if (!comp->criticality)
		comp->criticality = CRITICALITY_RECOMMENDED;
	return rc;
}

/* Is it what the updater reads? Said before anything is copied. */
static int check(struct component *comp, struct err *err)
{
	struct catalog one = { .components = comp, .count = 1 };
	uint64_t size = comp->payload.size;
	int rc;

	comp->payload.size = 1;
	rc = repo_check_index(&one, err);
	comp->payload.size = size;
	return rc;
}

static int source_hash(struct import *imp, const struct draft *draft, struct component *comp,
		       struct err *err)
{
	const struct source *src = &imp->file->source, *of = &draft->payload.source;
	int rc = 0;

	if (draft->payload.from == BYTES_SOURCE && of->fd == src->fd && of->offset == src->offset &&
	    of->size == src->size)
		memcpy(imp->file_sha256, comp->payload.sha256, 32);
	else if (!imp->hashed)
		rc = import_hash(imp, src, imp->file_sha256, err);
	imp->hashed = !rc;
	memcpy(comp->source_sha256, imp->file_sha256, 32);
	return rc;
}

static int copy(struct import *imp, const struct draft *draft, struct component *comp,
		struct err *err)
{
	int rc = import_bytes(imp, &draft->payload, draft->checksums, draft->checksum_count,
			      draft->name, &comp->payload, err);

	for (size_t i = 0; !rc && i < draft->attachment_count; i++) {
		const struct draft_attachment *from = &draft->attachments[i];
		struct payload_ref ref = { .size = 0 };

		rc = import_bytes(imp, &from->bytes, NULL, 0, from->name, &ref, err);
		if (!rc)
			rc = component_add_attachment(comp, from->role, from->name, &ref, err);
	}
	return rc ? rc : source_hash(imp, draft, comp, err);
}

static bool same_payload(const struct component *a, const struct component *b)
{
	return memcmp(a->payload.sha256, b->payload.sha256, 32) == 0;
}

/*
 * The same version of the same thing with other bytes: both stay, told apart by their hash. The
 * same bytes for other devices likewise; the same in all is there already.
 */
static int settle_id(struct import *imp, struct component *comp, bool *ret_there, struct err *err)
{
	const struct component *other = catalog_find(&imp->repo->cat, comp->id);
	char id[COMPONENT_ID_MAX], hex[65];

	*ret_there = other && same_payload(other, comp);
	if (!other || *ret_there)
		return 0;
	hex_encode(comp->payload.sha256, 32, hex);
	snprintf(id, sizeof(id), "%.80s-%.8s", comp->id, hex);
	other = catalog_find(&imp->repo->cat, id);
	*ret_there = other && same_payload(other, comp);
	return component_set(comp, "id", id, err);
}

static int tell(struct import *imp, enum note note, const struct draft *draft,
		const struct component *comp, struct err *err)
{
	struct report_line line = {
		.note = note,
		.file = (char *)(uintptr_t)imp->file->label,
		.name = (char *)(uintptr_t)draft->name,
		.text = (char *)(uintptr_t) "",
		.size = comp->payload.size ? comp->payload.size : draft->payload_size,
	};

	snprintf(line.component, sizeof(line.component), "%s", comp->id);
	return report_add(&imp->report, &line, err);
}

static int take(struct import *imp, struct draft *draft, struct err *err)
{
	struct component *comp = &draft->comp;
	bool proof = comp->proof.field[0], there = false;
	int rc = fill(imp, comp, err);

	if (!rc)
		rc = check(comp, err);
	if (!rc && !imp->options->dry_run)
		rc = copy(imp, draft, comp, err);
	if (!rc && !imp->options->dry_run)
		rc = settle_id(imp, comp, &there, err);
	if (!rc)
		rc = tell(imp, there ? NOTE_ALREADY_THERE : NOTE_IMPORTED, draft, comp, err);
	if (!rc && !proof && !there)
		rc = tell(imp, NOTE_NO_PROOF, draft, comp, err);
	if (!rc && !there)
		rc = catalog_append(&imp->repo->cat, comp, err);
	return rc;
}

int import_offer(struct import *imp, struct draft *draft, struct err *err)
{
	enum note against;
	int rc;

	component_complete(&draft->comp);
	against = judge(imp, draft);
	rc = against ? drop(imp, draft, against, err) : take(imp, draft, err);

	component_free(&draft->comp);
	return rc;
}
