/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UEFI capsules: UEFI 2.10, 8.5.3 (EFI_CAPSULE_HEADER) and 23.3 (firmware management protocol
 * capsules, whose items name the ESRT entries they update); EDK2's FmpPayloadHeaderLib (the "MSS1"
 * header that tells the version of an item). All numbers are little-endian, GUIDs are mixed-endian
 * (guid_text_mixed()).
 *
 * A capsule may be large and its items anywhere in it, so it is read in two steps, each from the
 * first bytes of what it looks at.
 */
#ifndef DRYDOCK_FORMAT_CAPSULE_H
#define DRYDOCK_FORMAT_CAPSULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/guid.h"

#define CAPSULE_HEADER_BYTES 28u
#define CAPSULE_MAX_BYTES                                                                   \
	(1u << 30)	       /* of a whole capsule; those that there are have some 10 MiB \
				*/
#define CAPSULE_MAX_ITEMS  64u /* drivers and payloads of one capsule */
#define CAPSULE_HEAD_BYTES (64u << 10) /* what either step needs to see at most */

/* Header flags; the lower 16 bits are the business of the capsule's GUID. */
#define CAPSULE_PERSIST	       0x00010000u /* process it after a reset that keeps memory */
#define CAPSULE_POPULATE_TABLE 0x00020000u
#define CAPSULE_INITIATE_RESET 0x00040000u /* Linux refuses capsules that have it */

/* A stretch of an FMP capsule that holds one item. */
struct capsule_item_place {
	uint64_t offset; /* from the beginning of the capsule */
	uint64_t size;	 /* up to the next item or the end: at least what the item takes */
};

struct capsule {
	uint8_t guid[GUID_BYTES]; /* CapsuleGuid; of a capsule that is not FMP the ESRT fw_class */
	uint32_t header_size, flags;
	uint64_t size; /* CapsuleImageSize */
	bool is_fmp;
	bool is_ux;		   /* a picture to be shown meanwhile, no firmware */
	unsigned int driver_count; /* drivers that the firmware is to load first */
	struct capsule_item_place items[CAPSULE_MAX_ITEMS]; /* FMP: payloads, without drivers */
	size_t item_count;
};

/* EFI_FIRMWARE_MANAGEMENT_CAPSULE_IMAGE_HEADER and what stands at the beginning of its image. */
struct capsule_item {
	uint32_t header_version;     /* 1 to 3 */
	uint8_t type_id[GUID_BYTES]; /* UpdateImageTypeId: the ESRT fw_class */
	unsigned int image_index;
	uint32_t image_size, vendor_code_size;
	uint64_t hardware_instance;	  /* 0 = any (version 2) */
	uint64_t support;		  /* ImageCapsuleSupport (version 3) */
	bool is_signed;			  /* EFI_FIRMWARE_IMAGE_AUTHENTICATION with PKCS#7 */
	uint32_t auth_size;		  /* its bytes, 0 without */
	bool has_version;		  /* there is an EDK2 payload header */
	uint32_t version, lowest_version; /* FwVersion, LowestSupportedVersion */
};

/* By the GUIDs of FMP and picture capsules; or, of any other GUID, when all sizes fit exactly. */
bool capsule_recognise(const uint8_t *head, size_t len, uint64_t size);

/*
 * Parses the header of a capsule that is size bytes long from its first bytes: CAPSULE_HEAD_BYTES
 * or all that there are. ERR_FORMAT: cut off, longer than its header says, items outside of it or
 * over each other; ERR_TOO_LARGE: beyond the maxima above.
 */
int capsule_parse(const uint8_t *buf, size_t len, uint64_t size, struct capsule *ret,
		  struct err *err);

/* The same of an item: buf has its first bytes, size are those of its place. */
int capsule_item_parse(const uint8_t *buf, size_t len, uint64_t size, struct capsule_item *ret,
		       struct err *err);

#endif
