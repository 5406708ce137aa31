/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pages that open anywhere and print on A4: one file, no scripts, nothing loaded from elsewhere,
 * readable in black and white. Every text goes through html_text().
 */
#ifndef DRYDOCK_UI_HTML_H
#define DRYDOCK_UI_HTML_H

#include <stdio.h>

/* Everything up to <body>; title is escaped here. */
void html_begin(FILE *out, const char *title);
void html_end(FILE *out);

/* Text between tags or in a quoted attribute: & < > " ' as references. */
void html_text(FILE *out, const char *text);

/* "<tag class="name">text</tag>"; class_name NULL = none. tag and class_name are ours. */
void html_element(FILE *out, const char *tag, const char *class_name, const char *text);

#endif
