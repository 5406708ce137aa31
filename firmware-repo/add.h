/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef FWREPO_ADD_H
#define FWREPO_ADD_H

#include "base/err.h"
#include "base/opts.h"
#include "repo/catalog.h"

/*
 * Adds comp with the bytes of file and of the attachments ("ROLE=FILE") to the repository in dir:
 * all of it or nothing. comp has all but payload, attachments and provenance, and is {0} after
 * success. ERR_DUPLICATE, ERR_IO, ...
 */
int repo_add_component(const char *dir, const char *file, const struct opt_list *attached,
		       struct component *comp, struct err *err);

#endif
