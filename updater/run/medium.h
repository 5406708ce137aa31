/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What init's watcher says about the media. It mounts and unmounts, it knows which media are ours;
 * drydock only reads one small file, which is replaced whole whenever something changes:
 *
 *     state=here|gone       is there a medium that takes logs
 *     log=/media/drydock/logs/SERIAL-UTC   the log folder of this boot on it
 *     journal=/dev/sdb4     its journal, "" = none
 *     repo=/media/drydock/repo   the repository of this run, "" = not on it
 *     disk=sdb              for people
 *     change=3              counts up with every change
 */
#ifndef DRYDOCK_RUN_MEDIUM_H
#define DRYDOCK_RUN_MEDIUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MEDIUM_FILE_MAX 4096

struct medium {
	bool here;
	char log[512];
	char journal[128];
	char repo[512];
	char disk[64];
	uint64_t change;
};

/*
 * Keys that are not known are passed over. ERR_FORMAT: a line that is no key=value or has no end, a
 * value that is too long or has control characters, a key twice, no state or no change. ret is
 * then as it was.
 */
int medium_parse(const uint8_t *buf, size_t len, struct medium *ret, struct err *err);

/*
 * Reads the file: 1 when its change number is another than last_change (*ret is filled in), 0 when
 * nothing is new, ERR_NOT_FOUND, ERR_FORMAT, ERR_TOO_LARGE, ERR_IO, ERR_NOMEM.
 */
int medium_look(const char *path, uint64_t last_change, struct medium *ret, struct err *err);

#endif
