/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .json file beside an HPE package: the sum of the package. */
#ifndef FWREPO_HPE_SIDECAR_H
#define FWREPO_HPE_SIDECAR_H

#include "import/import.h"

struct hpe_sidecar {
	bool has_md5;
	struct draft_checksum md5; /* of the package */
};

/*
 * Looks for NAME.json, with or without the package's ending in NAME, and for the package in it.
 * ERR_HASH: it tells another size; ERR_FORMAT: it is damaged; ERR_IO.
 */
int hpe_sidecar_read(const struct import_file *file, struct hpe_sidecar *ret, struct err *err);

/* The draft's payload is the whole package: its sum is checked while it is copied. */
void hpe_sidecar_sum(const struct hpe_sidecar *sidecar, struct draft *draft);
/* It is not: check it now, by reading the package. ERR_HASH, ERR_IO. */
int hpe_sidecar_check(const struct hpe_sidecar *sidecar, const struct import_file *file,
		      struct err *err);

#endif
