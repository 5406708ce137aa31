/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FWREPO_ALGORITHMS_H
#define FWREPO_ALGORITHMS_H

#include <stdbool.h>

#include "base/opts.h"
#include "base/sign.h"

/* The algorithms of "--algorithm NAME ...", all when none was given. ERR_USAGE. */
int algorithms_from_args(const struct opt_list *names, bool ret[SIGN_ALGORITHM_LAST + 1],
			 struct err *err);

#endif
