/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an image is to believe: policy.json and keys/ of a trust directory, read once, as the
 * archive that the boot loader hands to the kernel and as the policy that the image's own reader
 * makes of exactly these bytes.
 */
#ifndef FWREPO_TRUST_H
#define FWREPO_TRUST_H

#include "base/err.h"
#include "media/cpio.h"
#include "repo/policy.h"

struct trust {
	struct cpio archive;
	struct policy policy;
};

/*
 * policy_file in the place of dir/policy.json, or NULL. mtime: of what is in the archive, seconds
 * since 1970. ERR_NOT_FOUND (no policy, no key), ERR_FORMAT (no image would read it), ERR_IO,
 * ERR_TOO_LARGE, ERR_DUPLICATE. ret must be {0}; trust_free() in any case.
 */
int trust_load(const char *dir, const char *policy_file, uint32_t mtime, struct trust *ret,
	       struct err *err);
void trust_free(struct trust *trust);

#endif
