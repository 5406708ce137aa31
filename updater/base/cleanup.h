/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Releasing what a scope owns when it is left, whichever way. */
#ifndef DRYDOCK_BASE_CLEANUP_H
#define DRYDOCK_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_ptr(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose_ptr(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir_ptr(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define CLEANUP_FREE	 __attribute__((cleanup(cleanup_free_ptr)))
#define CLEANUP_CLOSE	 __attribute__((cleanup(cleanup_close_fd)))
#define CLEANUP_FCLOSE	 __attribute__((cleanup(cleanup_fclose_ptr)))
#define CLEANUP_CLOSEDIR __attribute__((cleanup(cleanup_closedir_ptr)))

#endif
