/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the parts of box_main(); all of it runs in a process without other threads. */
#ifndef DRYDOCK_HW_BOX_INTERNAL_H
#define DRYDOCK_HW_BOX_INTERNAL_H

#include "base/err.h"
#include "hw/box.h"

/* Who reads the result; standard output and error are the log's. */
#define BOX_RESULT_FD 3

/* The namespaces, and in them the root with all but /proc, at DIR/root. ERR_IO. */
int box_root_make(const struct box *box, const char *prefix, struct err *err);

/* In the first process of the PID namespace: mounts /proc and makes DIR/root the root. ERR_IO. */
int box_root_enter(const struct box *box, struct err *err);

/* Capabilities, no new privileges, system calls, core files. Of the calling process. ERR_IO. */
int box_limit(const struct box *box, struct err *err);

#endif
