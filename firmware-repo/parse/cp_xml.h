/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cp*.xml, the description of an HPE Smart Component: root element cpq_package. */
#ifndef FWREPO_PARSE_CP_XML_H
#define FWREPO_PARSE_CP_XML_H

#include "import/xml.h"
#include "parse/hpe_package.h"

/*
 * Reads a tree of xml_parse(). ret must be {0}; on error it is {0} again. ERR_FORMAT (another root,
 * a text that does not fit), ERR_TOO_LARGE, ERR_NOMEM.
 */
int cp_xml_read(const struct xml_node *root, struct hpe_package *ret, struct err *err);

/* xml_parse() and cp_xml_read() in one. */
int cp_xml_parse(const uint8_t *buf, size_t len, struct hpe_package *ret, struct err *err);

#endif
