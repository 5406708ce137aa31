/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a Service Pack for ProLiant says of the packages in it, so that those that are not wanted
 * need not be opened:
 *
 *   manifest.json  {"manifest": [package ...]}
 *   metadata.json  {"SchemaVersion", "Bundles", "Components": [package ...], "Prerequisites"}
 *   meta.xml       manifest/meta/product/product_version, in older ones the only one
 *
 * A package in JSON is as its payload.json says, plus the names of its files. Keys are compared
 * without case; members that are not known do not matter.
 */
#ifndef FWREPO_SPP_MANIFEST_H
#define FWREPO_SPP_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"
#include "import/xml.h"
#include "parse/hpe_package.h"

#define SPP_MANIFEST_MAX_BYTES (32u << 20)
#define SPP_MAX_ENTRIES	       10000
#define SPP_MAX_RULES	       10000
#define SPP_MAX_TARGETS	       4096 /* of one package or rule */
#define SPP_VERSION_MAX	       64

struct spp_target {
	char guid[GUID_TEXT];
	char version[SPP_VERSION_MAX]; /* what the package brings for it, or needs of it; "" */
};

struct spp_targets {
	struct spp_target *list;
	size_t count;
};

struct spp_entry {
	char *file;  /* of the package, without folders; "" = it is not told */
	char *image; /* the first image in it; "" */
	char *name;  /* English, for people; "" */
	char version[SPP_VERSION_MAX];
	char min_active_version[SPP_VERSION_MAX];
	char device_class[GUID_TEXT]; /* "" = it is not told */
	unsigned int updatable_by;    /* HPE_BY_*; 0 = it is not told */
	bool software;		      /* a driver or program, no firmware */
	struct spp_targets targets;
	bool odd_targets; /* one of them is no GUID: only the package itself can tell */
};

/* A prerequisite: what devices with these targets need to be there before. */
struct spp_rule {
	struct spp_targets applies_to;
	struct spp_targets needs; /* with their lowest versions */
	char *text;		  /* what it demands beyond these, as it stands there; "" */
};

struct spp_manifest {
	struct spp_entry *entries;
	size_t entry_count;
	struct spp_rule *rules;
	size_t rule_count;
};

/*
 * Adds what a manifest.json or metadata.json says; the packages of a second one are not taken when
 * there are some already. Encodings as of fwpkg_json.h. ret begins as {0} and is {0} again after an
 * error. ERR_FORMAT, ERR_DUPLICATE, ERR_TOO_LARGE, ERR_NOMEM.
 */
int spp_manifest_add_json(const uint8_t *buf, size_t len, struct spp_manifest *ret,
			  struct err *err);

/* The same of a meta.xml. */
int spp_manifest_add_xml(const struct xml_node *root, struct spp_manifest *ret, struct err *err);

void spp_manifest_free(struct spp_manifest *manifest);

/* What makes them, for the two readers above. An entry or rule is one of ret until the next call.
 */
int spp_manifest_grow(struct spp_manifest *manifest, struct spp_entry **ret, struct err *err);
int spp_manifest_grow_rules(struct spp_manifest *manifest, struct spp_rule **ret, struct err *err);
int spp_targets_add(struct spp_targets *targets, const char *guid, const char *version,
		    struct err *err);
/* A text for people. */
int spp_set_text(char **ret, const char *text, struct err *err);
/* Blanks at both ends aside. ERR_FORMAT when it is too long. */
int spp_copy_version(char ret[SPP_VERSION_MAX], const char *text, struct err *err);
/* A GUID in any case, with braces or without. False when it is none. */
bool spp_read_guid(const char *text, char ret[GUID_TEXT]);
/* Behind the last '/'. */
const char *spp_last_name(const char *path);
/* Is it a package, by its name, and not what lies beside one (signatures, descriptions)? */
bool spp_is_package_name(const char *name);

#endif
