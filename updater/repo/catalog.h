/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repository as the updater sees it (firmware-repo/FORMAT.md): opened in the order of trust,
 * head.sig, head.json, index.json by its hash, chunk lists and chunks by theirs. Nothing is parsed
 * before the step above it held. The workstation tool uses the same reader.
 */
#ifndef DRYDOCK_CATALOG_H
#define DRYDOCK_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "repo/policy.h"
#include "repo/version.h"

#define CATALOG_HEAD_MAX_BYTES	(64u << 10)
#define CATALOG_SIG_MAX_BYTES	(256u << 10)
#define CATALOG_INDEX_MAX_BYTES (256u << 20)
#define CATALOG_MAX_COMPONENTS	131072
#define CATALOG_CHUNK_BYTES	(1u << 20)
#define CATALOG_PART_BYTES	(2048u << 20) /* a blob's part on FAT32: 2 GiB */
#define CATALOG_PAYLOAD_MAX	(16ull << 30)
#define CATALOG_MAX_TARGETS	256 /* of one component */
#define CATALOG_MAX_REQUIRES	32
#define CATALOG_MAX_FLAGS	32
#define CATALOG_MAX_ATTACHMENTS 64
#define CATALOG_MAX_SECONDS	86400
#define CATALOG_MAX_TOOL_ARGS	64
#define CATALOG_MAX_TOOL_NODES	16
#define CATALOG_MAX_TOOL_EXITS	256

/* Of the longest texts, with the NUL. */
#define COMPONENT_ID_MAX      96
#define COMPONENT_VERSION_MAX 64
#define COMPONENT_TARGET_MAX  128
#define COMPONENT_FLAG_MAX    48

enum proof_match {
	PROOF_EQUALS = 1,
	PROOF_PREFIX,
	PROOF_SCHEME, /* equal under the component's version scheme */
};

/* Which property of the device must read what, afterwards. */
struct proof {
	const char *field; /* "nvme.fr"; "" = the package names none */
	enum proof_match match;
	const char *value;
};

enum activation {
	ACTIVATION_NONE = 1,
	ACTIVATION_DEVICE_RESET,
	ACTIVATION_REBOOT,
	ACTIVATION_POWER_CYCLE,
};

enum criticality {
	CRITICALITY_OPTIONAL = 1,
	CRITICALITY_RECOMMENDED,
	CRITICALITY_CRITICAL,
};

struct payload_ref {
	uint8_t sha256[32];
	uint64_t size;		   /* bytes */
	uint8_t chunks_sha256[32]; /* of the chunk list */
};

/* A file of the vendor that goes with the payload: devices check their own signatures. */
struct attachment {
	const char *role; /* "compsig", "jcat", "metadata"; others are for those who know them */
	const char *name; /* the vendor's name of the file */
	struct payload_ref ref;
};

/* What an exit code of a vendor's own flasher says; one that is not in its table has failed. */
enum tool_meaning {
	TOOL_DONE = 1,
	TOOL_REBOOT,	  /* accepted; runs after a reboot */
	TOOL_POWER_CYCLE, /* accepted; runs after a power cycle */
	TOOL_NOT_NEEDED,  /* nothing was written, for it runs already */
	TOOL_FAILED,
};

struct tool_exit {
	uint8_t code;
	enum tool_meaning meaning;
};

/* How a vendor's own flasher is run (backends/vendor_tool.h): by whom, with what, and what it says.
 */
struct tool {
	const char **argv; /* placeholders: catalog_tool.h */
	size_t arg_count;
	const char **nodes; /* what it needs of the machine, of a closed list: catalog_tool.h */
	size_t node_count;
	struct tool_exit *exits;
	size_t exit_count;
	const char *runtime; /* the component it runs in, "" = the payload needs none */
	/* That one's payload, found when the index was read; size 0: it is not in the index. */
	struct payload_ref runtime_ref;
};

struct requirement {
	const char *target; /* a device target, or "" = the same device */
	const char *min_version;
};

/*
 * Texts are never NULL, "" is what is absent; catalog_texts has their maxima. They and the arrays
 * belong to the catalog that was read, or, when firmware-repo/edit.h made them, to the component.
 * A component made by hand begins as {0} and becomes one by component_complete().
 */
struct component {
	const char *id;
	const char *name; /* English */
	const char *name_ja;
	const char *vendor;
	const char *class_name; /* "drive", "nic", "bmc", "system-rom", "controller", "other" */
	const char *version;
	const char *min_active_version; /* stepping stone: the device must run this or newer */
	const char *floor; /* signed minimum: nothing older is ever written to these targets */
	const char *backend;
	const char *release_notes;
	const char *source_file; /* provenance */
	const char *importer;
	/*
	 * What this version does not understand ("scheme \"semver\""), "" = nothing. Such a
	 * component is never applied; the others are not touched by it.
	 */
	const char *not_understood;
	const char **targets;
	size_t target_count;
	struct requirement *requires;
	size_t require_count;
	struct attachment *attachments;
	size_t attachment_count;
	const char **flags;
	size_t flag_count;
	struct tool *tool; /* of the backend "vendor-tool"; NULL = none */
	struct proof proof;
	struct payload_ref payload;
	uint8_t source_sha256[32];
	enum version_scheme scheme;
	enum activation activation;
	enum criticality criticality;
	uint32_t expected_seconds; /* of the write; 0 = unknown */
	bool host_power_off;	   /* needs the host powered off */
	bool measured;		   /* changes TPM measurements */
	struct pool pool;	   /* what edit.h made; {0} = nothing */
};

struct catalog {
	char repo_id[64];
	uint64_t serial;
	char created[32]; /* RFC 3339, UTC */
	struct component *components;
	size_t count;
	/* So many of the first are in ascending order of their ids: what catalog_find() relies on.
	 */
	size_t sorted;
	struct pool pool;	/* what the components point to */
	char signer_names[256]; /* whose signatures held, for people: "site (ed25519 + ml-dsa-65)"
				 */
};

/*
 * Parses an index (trusted bytes: its hash held; parsed as if it were not). ERR_FORMAT,
 * ERR_DUPLICATE (an id twice, a target twice in one component), ERR_TOO_LARGE, ERR_NOMEM.
 * ret must be {0}; on error it is {0} again. Only components and count are set.
 */
int catalog_parse_index(const uint8_t *buf, size_t len, struct catalog *ret, struct err *err);

/*
 * Opens the repository at dir under the policy: signatures, head, index. ERR_SIGNATURE, ERR_HASH,
 * ERR_FORMAT, ERR_NOT_FOUND, ERR_IO. ret must be {0}. The directory stays as it is; blobs are
 * opened later.
 */
int catalog_open(const char *dir, const struct policy *policy, struct catalog *ret,
		 struct err *err);
void catalog_free(struct catalog *cat);

const struct component *catalog_find(const struct catalog *cat, const char *id);

/*
 * Appends comp, which is {0} afterwards; components may move in memory. ERR_NOMEM (nothing has
 * changed then).
 */
int catalog_append(struct catalog *cat, struct component *comp, struct err *err);

/* Takes the component at index out, into *ret: it still needs the catalog. */
void catalog_take(struct catalog *cat, size_t index, struct component *ret);

/*
 * What lies below blobs/ for a component: 0 is the payload, then come the attachments, then the
 * runtime that its tool needs.
 */
size_t component_ref_count(const struct component *comp);
const struct payload_ref *component_ref(const struct component *comp, size_t index);

bool component_has_flag(const struct component *comp, const char *flag);

/* The value of a flag that has one: name is "scsi-mode="; NULL = there is no such flag. */
const char *component_flag_value(const struct component *comp, const char *name);

/* Every text that is NULL becomes "". */
void component_complete(struct component *comp);
void component_free(struct component *comp); /* what is its own; leaves {0} */

/* The words of the index; "unknown" and 0 for what is none. */
const char *activation_name(enum activation activation); /* "device-reset" */
enum activation activation_from_name(const char *name);
const char *criticality_name(enum criticality criticality);
enum criticality criticality_from_name(const char *name);
const char *proof_match_name(enum proof_match match); /* "equals" */
enum proof_match proof_match_from_name(const char *name);

/*
 * For fwrepo: the canonical index.json of a catalog, components sorted by id, malloc'ed.
 * ERR_UNSUPPORTED when a word of a component is not known: it would be written without it.
 */
int catalog_write_index(const struct catalog *cat, char **ret_text, size_t *ret_len,
			struct err *err);

#endif
