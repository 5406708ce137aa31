/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LVM2 physical volumes: the label that says where the metadata are, and the text that they are:
 * lib/label/label.h, lib/format_text/layout.h, lib/format_text/format-text.c and
 * lib/format_text/import_vsn1.c of LVM2 2.03 (facts only).
 */
#ifndef DRYDOCK_FORMAT_LVM_H
#define DRYDOCK_FORMAT_LVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define LVM_LABEL_BYTES	 2048u /* the label is in one of the first four sectors */
#define LVM_HEADER_BYTES 512u
#define LVM_TEXT_MAX	 (256u << 10) /* of what is read of a text; the volumes come first */
#define LVM_MAX_VOLUMES	 128u
#define LVM_UUID_BYTES	 33 /* 32 characters; the dashes that people see are left out */

struct lvm_label {
	char uuid[LVM_UUID_BYTES];
	uint64_t metadata; /* where the first metadata area begins; 0 = it has none */
	uint64_t metadata_bytes;
};

/* Where the text lies, from the beginning of the device; in two pieces when it goes round. */
struct lvm_text_place {
	struct {
		uint64_t offset, bytes;
	} piece[2];
	uint32_t checksum;
};

struct lvm_volume {
	char uuid[LVM_UUID_BYTES];
	char device[64]; /* where it was when the text was written: a hint */
	bool missing;	 /* the text says so */
};

struct lvm_group {
	char name[128];
	char uuid[LVM_UUID_BYTES];
	uint64_t seqno; /* grows with each change */
	struct lvm_volume volumes[LVM_MAX_VOLUMES];
	size_t volume_count;
	bool complete; /* all its volumes are in the list */
};

/*
 * buf: the first LVM_LABEL_BYTES of the device. ERR_NOT_FOUND: no label; ERR_FORMAT: damaged.
 */
int lvm_label_parse(const uint8_t *buf, size_t len, struct lvm_label *ret, struct err *err);

/* buf: LVM_HEADER_BYTES from label->metadata on. ERR_NOT_FOUND: no text in it; ERR_FORMAT. */
int lvm_header_parse(const uint8_t *buf, size_t len, const struct lvm_label *label,
		     struct lvm_text_place *ret, struct err *err);

/* Does a whole text have the checksum that its place says? */
bool lvm_text_is_sound(const uint8_t *text, size_t len, uint32_t checksum);

/* Parses a text, or its beginning (then perhaps not complete). ERR_FORMAT. */
int lvm_text_parse(const uint8_t *text, size_t len, struct lvm_group *ret, struct err *err);

#endif
