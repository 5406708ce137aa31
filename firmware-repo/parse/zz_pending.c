/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Until the real ones land today; weak, so that they win. */
#include "media/iso9660.h"

#define WEAK __attribute__((weak))
WEAK bool iso_recognise(const struct source *image)
{
	(void)image;
	return false;
}

WEAK int iso_walk(const struct source *image,
		  int (*visit)(void *ctx, const struct iso_file *file, struct err *err), void *ctx,
		  struct err *err)
{
	(void)visit, (void)ctx;
	return err_set(err, ERR_UNSUPPORTED, "%s: ISO images are not read yet", image->name);
}
