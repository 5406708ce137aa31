/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The directory tables of a volume: path tables (ECMA-119 9.4) and directory records (9.1), for
 * Rock Ridge (RRIP 1.09: PX and NM) or Joliet. The hybrid image has each twice, counted from the
 * beginning of the medium and from the beginning of partition 1, so that both can be mounted.
 */
#ifndef FWREPO_ISO_TABLES_H
#define FWREPO_ISO_TABLES_H

#include "media/iso_tree.h"

#define ISO_DATE_BYTES 7 /* ECMA-119 9.1.5 */

struct iso_tables {
	bool joliet;
	uint32_t path_bytes;
	uint32_t blocks; /* of all together */
	uint32_t
		*dir_block; /* of each folder by its number - 1, from the beginning of the tables */
	uint32_t *dir_bytes;
};

struct iso_place {
	int fd;
	uint32_t block; /* where the tables begin, on the medium */
	uint32_t bias;	/* what is taken away from each block number in them */
	const uint8_t *date;
};

/* ERR_NOMEM, ERR_TOO_LARGE. ret must be {0}; iso_tables_free() in any case. */
int iso_tables_measure(const struct iso_tree *tree, bool joliet, struct iso_tables *ret,
		       struct err *err);
int iso_tables_write(const struct iso_tree *tree, const struct iso_tables *tables,
		     const struct iso_place *place, struct err *err);

/*
 * Makes a volume descriptor (ECMA-119 8.4, 8.5) that is there tell of them: path tables, root and
 * the size of the volume in blocks.
 */
void iso_tables_describe(const struct iso_tables *tables, const struct iso_place *place,
			 uint32_t volume_blocks, uint8_t *descriptor);
void iso_tables_free(struct iso_tables *tables);

#endif
