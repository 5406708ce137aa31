/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One directory record of an ISO 9660 volume (ECMA-119 9.1) with its Rock Ridge fields (SUSP 1.12,
 * RRIP 1.12). Inside of iso9660.h.
 */
#ifndef FWREPO_ISO_RECORD_H
#define FWREPO_ISO_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "import/source.h"

#define ISO_NAME_MAX	 255 /* bytes of UTF-8; what Linux takes */
#define ISO_RECORD_BYTES 33  /* before the name, ECMA-119 9.1 */

enum iso_names { ISO_NAMES_PLAIN = 1, ISO_NAMES_ROCK_RIDGE, ISO_NAMES_JOLIET };

struct iso_volume {
	const struct source *image;
	enum iso_names names;
	uint8_t susp_skip; /* bytes before each system use area, SUSP 5.3 */
	uint8_t root[34];  /* the record of the root, ECMA-119 8.4.18 */
};

struct iso_record {
	char name[ISO_NAME_MAX + 1];
	uint64_t offset; /* bytes, in the image */
	uint64_t size;
	uint32_t block; /* where it begins */
	bool is_dir;
	bool is_special;   /* "." and "..": not an entry of its own */
	bool is_left_out;  /* links, devices, and the place where deep folders really are (RRIP RE)
			    */
	bool is_relocated; /* a folder that is elsewhere (RRIP CL): block is its place, size is 0 */
	bool has_more;	   /* another extent of the same file follows, ECMA-119 9.1.6 */
	bool has_posix;	   /* RRIP PX */
	bool has_susp;	   /* SP, and then its skip */
	uint8_t susp_skip;
};

/* rec[0] is its length, len what is left of the block. ERR_FORMAT, ERR_IO, ERR_TOO_LARGE (name). */
int iso_record_parse(const struct iso_volume *volume, const uint8_t *rec, size_t len,
		     struct iso_record *ret, struct err *err);

#endif
