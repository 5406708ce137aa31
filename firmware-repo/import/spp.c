/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole Service Pack for ProLiant, a folder or an ISO image. What its manifest says of a package
 * decides whether it is opened at all: of 8 GB in 800 packages mostly a few hundred megabytes are
 * for the servers at hand, and a medium may be slow.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/spp_internal.h"

static bool recognise(const struct import_file *file, const uint8_t *head, size_t head_len)
{
	(void)head;
	return !file->entry && head_len == 0 && spp_is_in_tree(file->tree);
}

static const char *name_of(const struct spp_package *package)
{
	const struct spp_entry *entry = package->entry;

	if (package->file)
		return package->file->path;
	return entry->file[0] ? entry->file : entry->name;
}

static int tell_dropped(struct import *imp, const struct spp_package *package, struct err *err)
{
	uint64_t size = package->file ? package->file->size : 0;

	return import_note(imp, package->against, name_of(package), size, err, "%s%s%s",
			   package->text, package->text[0] && !package->file ? "; " : "",
			   package->file ? "" : "it is not in the Service Pack");
}

/* Before anything is copied. A package whose file is not told may still be among the others. */
static int check_missing(const struct spp *spp, struct err *err)
{
	for (size_t i = 0; i < spp->manifest.entry_count; i++) {
		const struct spp_package *package = &spp->packages[i];

		if (!package->against && !package->file && package->entry->file[0])
			return err_set(err, ERR_FORMAT, "%s: the manifest names it, it is missing",
				       package->entry->file);
	}
	return 0;
}

static int import_file(struct import *imp, const struct spp *spp, const struct tree_file *entry,
		       struct err *err)
{
	struct import_file file = { .tree = spp->tree, .entry = entry, .label = entry->path };
	size_t first = imp->repo->cat.count;
	int rc = tree_source(spp->tree, entry, &file.source, err);

	if (rc)
		return rc;
	rc = import_nested(imp, &file, err);
	tree_source_close(spp->tree, &file.source);
	return rc ? rc : spp_apply_rules(imp, &spp->manifest, first, entry->path, err);
}

static int import_package(struct import *imp, const struct spp *spp,
			  const struct spp_package *package, struct err *err)
{
	if (package->elsewhere)
		return 0;
	if (package->against)
		return tell_dropped(imp, package, err);
	if (package->file)
		return import_file(imp, spp, package->file, err);
	return import_note(imp, NOTE_UNREAD, name_of(package), 0, err,
			   "the manifest does not tell its file");
}

/* Packages that somebody put there, and all of them where there is no manifest. */
static int import_others(struct import *imp, const struct spp *spp, const bool *known,
			 struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < spp->tree->count; i++)
		if (!known[i] && spp_is_package(&spp->tree->files[i]))
			rc = import_file(imp, spp, &spp->tree->files[i], err);
	return rc;
}

static int import_all(struct import *imp, const struct spp *spp, struct err *err)
{
	CLEANUP_FREE bool *known = calloc(spp->tree->count + 1, sizeof(*known));
	int rc = known ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	for (size_t i = 0; !rc && i < spp->manifest.entry_count; i++) {
		const struct spp_package *package = &spp->packages[i];

		rc = import_package(imp, spp, package, err);
		if (package->file)
			known[package->file - spp->tree->files] = true;
	}
	return rc ? rc : import_others(imp, spp, known, err);
}

static int import_spp(struct import *imp, const struct import_file *file, struct err *err)
{
	struct spp spp = { .tree = file->tree };
	int rc = spp_load_manifest(file->tree, &spp.manifest, err);

	if (!rc) {
		spp.packages = calloc(spp.manifest.entry_count + 1, sizeof(*spp.packages));
		rc = spp.packages ? spp_judge(imp, &spp, err)
				  : err_set(err, ERR_NOMEM, "out of memory");
	}
	rc = rc ? rc : check_missing(&spp, err);
	rc = rc ? rc : import_all(imp, &spp, err);
	free(spp.packages);
	spp_manifest_free(&spp.manifest);
	return rc ? err_prefix(err, "%s", file->label) : 0;
}

const struct importer importer_spp = {
	.name = "spp",
	.recognise = recognise,
	.import = import_spp,
};
