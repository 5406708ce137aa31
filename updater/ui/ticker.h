/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says at intervals what is going on while something runs that cannot say it itself (law 9). */
#ifndef DRYDOCK_UI_TICKER_H
#define DRYDOCK_UI_TICKER_H

#include <stdint.h>

#include "ui/console.h"

#define TICKER_INTERVAL_MS 10000

struct ticker;

/*
 * From now on "  <what> ... (N s)" on the consoles every interval_ms, until ticker_stop(). what
 * must stay as it is. NULL without memory or threads: then nothing is said, nothing else happens.
 */
struct ticker *ticker_start(struct console *console, const char *what, uint32_t interval_ms);
void ticker_stop(struct ticker *ticker); /* takes NULL */

#endif
