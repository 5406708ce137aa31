/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing versions, by the scheme that the component names. An unknown order is never "newer". */
#ifndef DRYDOCK_VERSION_H
#define DRYDOCK_VERSION_H

#include <stdbool.h>

enum version_scheme {
	VERSION_PLAIN = 1, /* equal or different, nothing else */
	VERSION_DOTTED,	   /* "2.10.3": numbers between dots, dashes or underscores */
	VERSION_DATE,	   /* "2024-05-17", "05/17/2024", "20240517" */
	VERSION_HEX,	   /* "8A0F": hexadecimal numbers between dots */
	VERSION_HPE_ROM,   /* "U30 v2.34 (04/08/2020)": family, then v-number, then date */
	VERSION_HPE_DRIVE, /* "HPG1": letters, then a digit or letter counted upwards */
	VERSION_ALPHANUM,  /* "EXT7302Q": runs of digits compared as numbers, the rest as text */
	VERSION_SCHEME_LAST = VERSION_ALPHANUM
};

enum version_order {
	VERSION_OLDER = 1, /* a is older than b */
	VERSION_SAME,
	VERSION_NEWER,	   /* a is newer than b */
	VERSION_DIFFERENT, /* not the same, order unknown */
};

enum version_order version_compare(enum version_scheme scheme, const char *a, const char *b);

/* Does a text follow the scheme, so that it has an order? Everything but "" follows PLAIN. */
bool version_follows(enum version_scheme scheme, const char *text);

const char *version_scheme_name(enum version_scheme scheme);
enum version_scheme version_scheme_from_name(const char *name); /* 0 = no such word */

#endif
