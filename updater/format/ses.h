/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an enclosure says about itself: diagnostic pages of the SCSI Enclosure Services. "SES-4" is
 * INCITS 555; offsets and codes were compared with sg_ses and sg_ses_microcode of sg3_utils.
 */
#ifndef DRYDOCK_FORMAT_SES_H
#define DRYDOCK_FORMAT_SES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Pages, SES-4 table 12. */
enum ses_page {
	SES_PAGE_SUPPORTED = 0x00,
	SES_PAGE_CONFIGURATION = 0x01,
	SES_PAGE_ADDITIONAL = 0x0a, /* Additional Element Status */
	SES_PAGE_MICROCODE = 0x0e,  /* Download Microcode Control and Status */
};

#define SES_PAGE_BYTES_MAX    65535 /* what RECEIVE DIAGNOSTIC RESULTS can ask for */
#define SES_SUBENCLOSURES_MAX 64
#define SES_SLOTS_MAX	      512

/* Texts are without the blanks around them; what is not printable ASCII became '?'. */
struct ses_subenclosure {
	uint8_t id; /* 0 = the primary one, whose process answers for all */
	uint64_t logical_id;
	char vendor[9];
	char product[17];
	char revision[5];
};

struct ses_configuration {
	uint32_t generation; /* changes whenever something is plugged in or out */
	size_t count;	     /* the first is the primary one */
	struct ses_subenclosure list[SES_SUBENCLOSURES_MAX];
};

/*
 * buf holds page 01h (SES-4 §6.1.2). ERR_FORMAT: another page, cut off, descriptors that are too
 * short, none at all; ERR_TOO_LARGE: more than SES_SUBENCLOSURES_MAX.
 */
int ses_parse_configuration(const uint8_t *buf, size_t len, struct ses_configuration *ret,
			    struct err *err);

/* A Download Microcode Status descriptor, SES-4 §6.1.20. */
struct ses_microcode {
	uint8_t subenclosure;
	uint8_t status; /* ses_status_find() of hw/ses.h knows what it means */
	uint8_t additional;
	uint8_t expected_id;	  /* of the buffer */
	uint32_t max_size;	  /* of an image, bytes; 0 = not said */
	uint32_t expected_offset; /* of the next piece */
};

struct ses_microcode_status {
	uint32_t generation;
	size_t count;
	struct ses_microcode list[SES_SUBENCLOSURES_MAX];
};

/* buf holds page 0Eh. Errors as above; no descriptor at all is no error. */
int ses_parse_microcode(const uint8_t *buf, size_t len, struct ses_microcode_status *ret,
			struct err *err);

/* NULL = the page has nothing about it. */
const struct ses_microcode *ses_microcode_of(const struct ses_microcode_status *status,
					     uint8_t subenclosure);

/* What is plugged into a slot: SES-4 §6.1.13, descriptors of SAS devices. */
struct ses_slot {
	uint8_t number;	      /* DEVICE SLOT NUMBER; 255 = it has none */
	uint64_t sas_address; /* of the device, one entry for each of its ports */
};

/*
 * buf holds page 0Ah; *ret_count of at most SES_SLOTS_MAX entries are filled in, what is no SAS
 * device with an address is left out. ERR_FORMAT: another page, cut off.
 */
int ses_parse_slots(const uint8_t *buf, size_t len, struct ses_slot *ret, size_t *ret_count,
		    struct err *err);

/* buf holds page 00h: does the process have this page? A page that cannot be read has none. */
bool ses_has_page(const uint8_t *buf, size_t len, enum ses_page page);

#endif
