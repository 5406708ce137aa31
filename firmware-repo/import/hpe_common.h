/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the importers of HPE's formats share. */
#ifndef FWREPO_HPE_COMMON_H
#define FWREPO_HPE_COMMON_H

#include "import/import.h"
#include "parse/hpe_class.h"

/* "hpe-target:<guid>" and, where it can be told, the readable target that it stands for. */
int hpe_add_target(struct component *comp, const char *guid, struct err *err);

/*
 * The field that will prove this version for a class of devices, when there is one and the version
 * is of a form that it can show; none otherwise. class may be NULL. Call it after version and
 * scheme.
 */
int hpe_set_proof(struct component *comp, const struct hpe_class *class, struct err *err);

/* Signature files beside a package: NAME.compsig, NAME_part1.compsig ...; closed by hpe_close(). */
struct hpe_signatures {
	struct source files[DRAFT_MAX_ATTACHMENTS];
	size_t count;
};

int hpe_open_signatures(const struct import_file *file, struct hpe_signatures *ret,
			struct err *err);
/* Adds them to a draft as "compsig" attachments. ERR_TOO_LARGE. */
int hpe_attach_signatures(const struct hpe_signatures *sigs, struct draft *draft, struct err *err);
void hpe_close_signatures(const struct import_file *file, struct hpe_signatures *sigs);

#endif
