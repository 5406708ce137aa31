/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the metainfo parser share. */
#ifndef FWREPO_PARSE_METAINFO_INTERNAL_H
#define FWREPO_PARSE_METAINFO_INTERNAL_H

#include "import/xml.h"
#include "parse/metainfo.h"

/* Text for people: white space as single blanks, fit for terminals, cut between characters. */
void metainfo_prose(char *buf, size_t size, const char *text);
/* The same of an element and all below it, in the order of the elements. */
void metainfo_prose_below(char *buf, size_t size, const struct xml_node *node);

/* Text for programs: it must fit and have no control characters. ERR_FORMAT names it by what. */
int metainfo_word(char *buf, size_t size, const char *text, const char *what, struct err *err);

void metainfo_unread(struct metainfo *info, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int metainfo_too_many(const char *what, unsigned int max, struct err *err);

/* metainfo_release.c */
int metainfo_read_releases(const struct xml_node *root, struct metainfo *info, struct err *err);

#endif
