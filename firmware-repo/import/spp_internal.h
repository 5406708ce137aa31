/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One Service Pack on its way into the repository: shared by the parts of its importer. */
#ifndef FWREPO_SPP_INTERNAL_H
#define FWREPO_SPP_INTERNAL_H

#include "import/import.h"
#include "import/import_internal.h"
#include "parse/spp_manifest.h"

/* A package that the manifest names, and what is to be done with it. */
struct spp_package {
	const struct spp_entry *entry;
	const struct tree_file *file; /* NULL = it is not in the tree */
	enum note against;	      /* why it is not imported; 0 = it is */
	bool tool;		      /* it is for the vendor's tool, and wanted so */
	bool elsewhere;		      /* another entry tells what happens to the same file */
	char text[192];		      /* more of that reason; "" */
};

struct spp {
	const struct tree *tree;
	struct spp_manifest manifest;
	struct spp_package *packages; /* one an entry, in their order */
};

/*
 * spp_tree.c: is there a Service Pack in the tree; its manifest; its packages. Folders are
 * packages/ in newer ones, hp/swpackages/ in older ones.
 */
bool spp_is_in_tree(const struct tree *tree);
/* ERR_FORMAT ... with the manifest's path; an empty manifest when there is none. */
int spp_load_manifest(const struct tree *tree, struct spp_manifest *ret, struct err *err);
/* The file of an entry, NULL when it is not there. */
const struct tree_file *spp_find_file(const struct tree *tree, const struct spp_entry *entry);
/* Does a file lie where packages do, and is it one by its name? */
bool spp_is_package(const struct tree_file *file);

/* spp_judge.c: what can be decided by the manifest alone. ERR_NOMEM. */
int spp_judge(const struct import *imp, struct spp *spp, struct err *err);
/* May a server have the device, as far as that decides about packages? */
bool spp_wants(const struct import *imp, const char *guid);

/*
 * spp_versions.c: among the packages that nothing is said against, those that a newer one
 * supersedes for all their targets, but for stepping stones. ERR_NOMEM.
 */
int spp_judge_versions(const struct import *imp, struct spp *spp, struct err *err);

/*
 * spp_rules.c: prerequisites of the components from index first on become their "requires", or a
 * note about the package called name.
 */
int spp_apply_rules(struct import *imp, const struct spp_manifest *manifest, size_t first,
		    const char *name, struct err *err);

#endif
