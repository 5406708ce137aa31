/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is imported: a package, all packages of a folder, or a tree that is one thing. */
#include "import/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "blob.h"
#include "import/import_cache.h"
#include "import/import_internal.h"
#include "import/importers.h"
#include "media/iso9660.h"

const struct inventory *import_servers(const struct import *imp, size_t *ret_count)
{
	*ret_count = imp->options->server_count;
	return imp->options->servers;
}

bool import_vendor_tools(const struct import *imp)
{
	return imp->options->vendor_tools;
}

int import_note(struct import *imp, enum note note, const char *name, uint64_t size,
		struct err *err, const char *fmt, ...)
{
	char text[1024];
	struct report_line line = {
		.note = note,
		.file = imp->file ? (char *)(uintptr_t)imp->file->label : NULL,
		.name = (char *)(uintptr_t)name,
		.text = text,
		.size = size,
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return report_add(&imp->report, &line, err);
}

static int run_importer(struct import *imp, const struct importer *importer,
			const struct import_file *file, struct err *err)
{
	const struct importer *outer = imp->importer;
	const struct import_file *outer_file = imp->file;
	int rc;

	if (imp->nesting == IMPORT_MAX_NESTING)
		return err_set(err, ERR_TOO_LARGE, "%s: packages nested too deep", file->label);
	imp->nesting++;
	imp->importer = importer;
	imp->file = file;
	imp->hashed = false;
	rc = importer->import(imp, file, err);
	imp->importer = outer;
	imp->file = outer_file;
	imp->hashed = false;
	imp->nesting--;
	return rc;
}

/* Of what lies beside packages these belong to them, and their importers look for them. */
static bool is_companion(const char *name)
{
	static const char *const endings[] = { ".compsig", ".json",   ".xml",  ".jcat",
					       ".asc",	   ".txt",    ".html", ".htm",
					       ".md5",	   ".sha256", NULL };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && endings[i]; i++)
		if (strcasecmp(dot, endings[i]) == 0)
			return true;
	return false;
}

static int no_importer(struct import *imp, const struct import_file *file, struct err *err)
{
	const struct import_file *outer = imp->file;
	int rc = 0;

	imp->file = file;
	if (!is_companion(file->source.name))
		rc = import_note(imp, NOTE_UNKNOWN_FORMAT, "", file->source.size, err, "%s", "");
	imp->file = outer;
	return rc;
}

int import_nested(struct import *imp, const struct import_file *file, struct err *err)
{
	CLEANUP_FREE uint8_t *head = malloc(IMPORT_HEAD_BYTES);
	const struct importer *importer;
	size_t len;
	int rc = head ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = source_read(&file->source, 0, head, IMPORT_HEAD_BYTES, &len, err);
	if (rc)
		return rc;
	importer = len ? importer_of(file, head, len) : NULL;
	if (!importer)
		return no_importer(imp, file, err);
	return run_importer(imp, importer, file, err);
}

static int import_tree_file(struct import *imp, const struct tree *tree,
			    const struct tree_file *entry, const char *label, struct err *err)
{
	struct import_file file = { .tree = tree, .entry = entry, .label = label };
	int rc = tree_source(tree, entry, &file.source, err);

	if (rc)
		return rc;
	rc = import_nested(imp, &file, err);
	tree_source_close(tree, &file.source);
	return rc;
}

/* A tree that is one thing (a Service Pack), or a folder of packages. */
static int import_tree(struct import *imp, const struct tree *tree, const char *path,
		       struct err *err)
{
	struct import_file whole = { .tree = tree, .label = path };
	const struct importer *importer;
	int rc = 0;

	whole.source = (struct source){ .fd = tree->fd };
	snprintf(whole.source.name, sizeof(whole.source.name), "%s", path);
	importer = importer_of(&whole, NULL, 0);
	if (importer)
		return run_importer(imp, importer, &whole, err);
	for (size_t i = 0; !rc && i < tree->count; i++)
		rc = import_tree_file(imp, tree, &tree->files[i], tree->files[i].path, err);
	return rc;
}

/* What is one file: an ISO image is a tree, everything else a package. */
static int import_file_at(struct import *imp, const char *path, struct err *err)
{
	const struct tree_file *entry = NULL;
	struct tree tree = { .fd = -1 };
	struct source src;
	bool iso;
	int rc = source_open(path, &src, err);

	if (rc)
		return rc;
	iso = iso_recognise(&src);
	source_close(&src);
	rc = iso ? tree_open_iso(path, &tree, err) : tree_open_beside(path, &tree, &entry, err);
	if (rc)
		return rc;
	rc = iso ? import_tree(imp, &tree, path, err)
		 : import_tree_file(imp, &tree, entry, path, err);
	tree_close(&tree);
	return rc;
}

int import_path(struct import *imp, const char *path, struct err *err)
{
	struct tree tree = { .fd = -1 };
	struct stat st;
	int rc;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return import_file_at(imp, path, err);
	rc = tree_open_dir(path, &tree, err);
	if (rc)
		return rc;
	rc = import_tree(imp, &tree, path, err);
	tree_close(&tree);
	return rc;
}

void import_undo(struct import *imp)
{
	for (size_t i = 0; i < imp->new_blob_count; i++)
		(void)blob_remove(imp->repo->dir, &imp->new_blobs[i], CATALOG_PART_BYTES, NULL);
	imp->new_blob_count = 0;
	import_cache_undo(imp->cache);
}

void import_free(struct import *imp)
{
	free(imp->new_blobs);
	import_cache_close(imp->cache);
	import_report_free(&imp->report);
}
