/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Until the real ones land today; weak, so that they win. */
#include "import/archive.h"
#include "media/iso9660.h"

#define WEAK __attribute__((weak))
WEAK int archive_walk(const struct source *src, bool names_only, archive_visit *visit, void *ctx,
		      struct err *err)
{
	(void)names_only, (void)visit, (void)ctx;
	return err_set(err, ERR_UNSUPPORTED, "%s: archives are not read yet", src->name);
}

WEAK int archive_member_read(struct archive_member *member, void *buf, size_t len, size_t *ret_len,
			     struct err *err)
{
	(void)member, (void)buf, (void)len, (void)ret_len;
	return err_set(err, ERR_UNSUPPORTED, "archives are not read yet");
}

WEAK const char *archive_member_name(const struct archive_member *member)
{
	(void)member;
	return "";
}

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
