/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a vendor says in an LVFS cabinet: AppStream metainfo of a firmware component (AppStream 1.0,
 * 2.4 "Firmware"; fwupd's documentation of the LVFS:: keys). Texts for people are cut to their size
 * between characters, all others are refused when they do not fit.
 */
#ifndef FWREPO_PARSE_METAINFO_H
#define FWREPO_PARSE_METAINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define METAINFO_MAX_BYTES	  (4u << 20)
#define METAINFO_MAX_GUIDS	  256
#define METAINFO_MAX_RELEASES	  256
#define METAINFO_MAX_REQUIREMENTS 64
#define METAINFO_MAX_CATEGORIES	  16
#define METAINFO_MAX_UNREAD	  32
#define METAINFO_MAX_CHECKSUMS	  4 /* of one release's payload */

struct metainfo_checksum {
	const char *algorithm; /* as OpenSSL calls it: "SHA1", "SHA256", "SHA384", "SHA512" */
	uint8_t value[64];
	size_t len;
};

struct metainfo_release {
	char version[64];
	char date[16];	       /* "2025-03-07"; "" = not told */
	char urgency[16];      /* "low", "medium", "high", "critical"; "" */
	char description[900]; /* for people, one line */
	char location[256];    /* where the cabinet is published; "" */
	char file[256];	       /* the payload in the cabinet, without folders */
	uint64_t size;	       /* bytes of the payload; 0 = not told */
	uint32_t install_seconds;
	struct metainfo_checksum checksums[METAINFO_MAX_CHECKSUMS]; /* of the payload */
	size_t checksum_count;
};

enum metainfo_need {
	METAINFO_NEED_ID = 1,	/* of software: text is its name */
	METAINFO_NEED_FIRMWARE, /* of a device: text "" (itself), a GUID, "bootloader" ... */
	METAINFO_NEED_HARDWARE, /* text: CHIDs of computers */
	METAINFO_NEED_NOT_HARDWARE,
	METAINFO_NEED_OTHER, /* text: the element's name */
};

struct metainfo_requirement {
	enum metainfo_need need;
	char compare[16]; /* "ge", "regex" ...; "" */
	char version[64];
	char text[160];
	bool of_relative; /* depth=: a parent or sibling of the device */
};

struct metainfo {
	bool is_firmware; /* component type="firmware" */
	char id[160];	  /* "com.acme.X100.firmware" */
	char name[128], summary[160], vendor[96];
	char categories[METAINFO_MAX_CATEGORIES][48];
	size_t category_count;
	char (*guids)[GUID_TEXT]; /* of what is flashed, lower case, none twice */
	size_t guid_count;
	struct metainfo_release *releases; /* the newest first */
	size_t release_count;
	struct metainfo_requirement *requirements;
	size_t requirement_count;
	char protocol[64];		       /* LVFS::UpdateProtocol: "org.nvmexpress"; "" */
	char version_format[32];	       /* LVFS::VersionFormat: "triplet"; "" */
	char integrity[32];		       /* LVFS::DeviceIntegrity: "signed", "unsigned"; "" */
	char message[256];		       /* LVFS::UpdateMessage, for people; "" */
	char unread[METAINFO_MAX_UNREAD][128]; /* what was not understood, for people */
	size_t unread_count;
};

/*
 * Parses a metainfo document. ERR_FORMAT: not XML, not a component, no id, no release with a
 * version, a word that does not fit or has control characters, a checksum that is none;
 * ERR_TOO_LARGE, ERR_NOMEM. On error ret is {0}. metainfo_free() leaves {0}.
 */
int metainfo_parse(const uint8_t *buf, size_t len, struct metainfo *ret, struct err *err);
void metainfo_free(struct metainfo *info);

bool metainfo_has_category(const struct metainfo *info, const char *category);

#endif
