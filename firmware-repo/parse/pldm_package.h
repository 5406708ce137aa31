/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLDM for Firmware Update packages: DMTF DSP0267 1.0 to 1.3 (package header format revisions 1 to
 * 4), clause "PLDM firmware update package". All numbers are little-endian, UUIDs as RFC 9562 has
 * them. The header says its own size in 16 bits, so that it fits into PLDM_HEADER_MAX whatever it
 * holds; images lie behind it and are not looked at here.
 */
#ifndef FWREPO_PARSE_PLDM_PACKAGE_H
#define FWREPO_PARSE_PLDM_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PLDM_HEADER_MAX	 65535u
#define PLDM_MAX_RECORDS (2 * 255u) /* firmware devices and downstream devices, 8 bits each */
#define PLDM_TEXT_MAX	 384	    /* of 255 bytes, as UTF-8, and a NUL */

/* Descriptor types, DSP0267 table "Descriptor identifiers": those that name a target here. */
#define PLDM_PCI_VENDOR		  0x0000
#define PLDM_IANA_ENTERPRISE	  0x0001
#define PLDM_UUID		  0x0002
#define PLDM_PCI_DEVICE		  0x0100
#define PLDM_PCI_SUBSYSTEM_VENDOR 0x0101
#define PLDM_PCI_SUBSYSTEM	  0x0102
#define PLDM_VENDOR_DEFINED	  0xffff

struct pldm_descriptor {
	uint16_t type;
	const uint8_t *data; /* in the header */
	size_t len;	     /* what the type demands, where it is one that is known */
};

/* A kind of device: all of its descriptors must be those of the device. */
struct pldm_record {
	bool downstream; /* behind a firmware device (revision 2) */
	uint32_t options;
	/*
	 * Of a firmware device the version of the whole set of images; of a downstream device the
	 * version that it must run to activate images without help, "" = not told.
	 */
	char version[PLDM_TEXT_MAX];
	uint32_t comparison_stamp;  /* of that version, 0 = none: downstream devices only */
	const uint8_t *applicable;  /* a bit for each image, see pldm_applies() */
	const uint8_t *descriptors; /* see pldm_next_descriptor() */
	size_t descriptors_len;
	size_t descriptor_count; /* at least 1 */
	size_t package_data_len, manifest_len;
};

/* Bits of pldm_image.activation: RequestedComponentActivationMethod. */
#define PLDM_ACTIVATE_AUTOMATIC	     0x01u
#define PLDM_ACTIVATE_SELF_CONTAINED 0x02u
#define PLDM_ACTIVATE_MEDIUM_RESET   0x04u
#define PLDM_ACTIVATE_SYSTEM_REBOOT  0x08u
#define PLDM_ACTIVATE_DC_CYCLE	     0x10u
#define PLDM_ACTIVATE_AC_CYCLE	     0x20u

#define PLDM_OPTION_USE_STAMP  0x02u   /* of pldm_image.options: the stamp is valid */
#define PLDM_CLASS_SYSTEM_BIOS 0x000bu /* of pldm_image.classification: BIOS or FCode */

struct pldm_image {
	uint16_t classification, identifier;
	uint32_t comparison_stamp;
	uint16_t options, activation;
	uint32_t offset, size; /* in the package; inside of it, behind the header */
	char version[PLDM_TEXT_MAX];
	size_t opaque_len;
};

struct pldm_package {
	unsigned int revision; /* 1 to 4 */
	size_t header_size;    /* with its checksums: here the payload begins */
	char released[11];     /* "2021-12-25", "" when it is no date */
	char version[PLDM_TEXT_MAX];
	struct pldm_record *records;
	size_t record_count;
	struct pldm_image *images;
	size_t image_count;
	bool has_payload_checksum; /* revision 4 */
	uint32_t payload_checksum; /* CRC-32 of all bytes behind the header */
};

/* Do the first bytes say that it is one? At least 16 are needed. */
bool pldm_recognise(const uint8_t *head, size_t len);

/*
 * Parses a header: buf is the beginning of the package, PLDM_HEADER_MAX bytes or all that there
 * are; package_size all of its bytes. ERR_FORMAT: something is cut off, has another length than it
 * should, overlaps or lies outside of the package; a wrong header checksum is ERR_HASH. ERR_NOMEM.
 * ret must be {0} and is again on error; it points into buf.
 */
int pldm_parse(const uint8_t *buf, size_t len, uint64_t package_size, struct pldm_package *ret,
	       struct err *err);
void pldm_free(struct pldm_package *pkg);

/* Is this image for such a device? index is below image_count. */
bool pldm_applies(const struct pldm_record *record, size_t index);

/* The descriptor at *pos, which begins as 0 and moves on; false behind the last one. */
bool pldm_next_descriptor(const struct pldm_record *record, size_t *pos,
			  struct pldm_descriptor *ret);

/* The name of a descriptor's type, "IANA enterprise"; NULL for one that is not known. */
const char *pldm_descriptor_name(uint16_t type);

#endif
