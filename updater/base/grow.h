/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DRYDOCK_BASE_GROW_H
#define DRYDOCK_BASE_GROW_H

#include <stdlib.h>

/*
 * Room for one more item of size bytes in an array of count items that only this function ever
 * grew: its room doubles. NULL without memory; the array is then as it was.
 */
static inline void *array_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? 2 * count : 1, size);
}

#endif
