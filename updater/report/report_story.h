/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened and why, told in the order in which it happened, from the events alone: for
 * `drydock report --explain`.
 */
#ifndef DRYDOCK_REPORT_STORY_H
#define DRYDOCK_REPORT_STORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * about: a device or component id, NULL = everything. One line an event, at most 79 columns but
 * for continuations, malloc'ed. What a reason id means is said where it first appears.
 * ERR_NOT_FOUND (nothing about that id), ERR_TOO_LARGE, ERR_NOMEM.
 */
int report_story(const uint8_t *buf, size_t len, const char *about, char **ret_text,
		 struct err *err);

/* The story of log_dir/events.jsonl. Also ERR_IO. */
int report_story_of_log(const char *log_dir, const char *about, char **ret_text, struct err *err);

/* What a reason id means ("COMPONENT_WITHDRAWN"), a sentence; "" = no such id. */
const char *report_reason_words(const char *id);

#endif
