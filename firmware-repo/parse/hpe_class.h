/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The device classes of HPE packages and images (DeviceClass), as published ones carry them. */
#ifndef FWREPO_PARSE_HPE_CLASS_H
#define FWREPO_PARSE_HPE_CLASS_H

#include <stdbool.h>

struct hpe_class {
	const char *guid;  /* lower case */
	const char *name;  /* for people */
	const char *word;  /* the component's class (FORMAT.md) */
	const char *proof; /* the field that would prove it; NULL = none is known */
	bool measured;	   /* changes what the TPM measures */
};

/* By a GUID in any case; NULL for one that is not known. */
const struct hpe_class *hpe_class_of(const char *guid);

#endif
