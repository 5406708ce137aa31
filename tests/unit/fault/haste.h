/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whoever watches a stalled step looks at the clock every tenth of a second of real time, and each
 * look moves it on by a minute (hwio_fault.h): with this the short waits of a process end after a
 * millisecond (pthread_cond_timedwait() may always return early), and half an hour passes in 30.
 */
#ifndef DRYDOCK_TESTS_HASTE_H
#define DRYDOCK_TESTS_HASTE_H

/* From here on this process is in haste. */
void haste_begin(void);

#endif
