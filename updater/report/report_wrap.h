/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for consoles of 80 columns, also of characters that take two. */
#ifndef DRYDOCK_REPORT_WRAP_H
#define DRYDOCK_REPORT_WRAP_H

#include <stdio.h>

#define REPORT_WIDTH 79

/*
 * Text in lines of REPORT_WIDTH columns, broken at spaces; the first begins at column `at`, where
 * the caller has left off, the others at `indent`. text is UTF-8 (report_copy_text()).
 */
void report_wrap(FILE *out, const char *text, unsigned int at, unsigned int indent);

#endif
