/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory for what lives and ends together: many small pieces, released in one go. */
#ifndef DRYDOCK_BASE_POOL_H
#define DRYDOCK_BASE_POOL_H

#include <stddef.h>

struct pool_block;

/* Begins as {0}; may be moved by assignment. */
struct pool {
	struct pool_block *last;
};

/* size bytes of zeros for any type; they stay where they are. NULL = no memory. */
void *pool_alloc(struct pool *pool, size_t size);

/* A copy of len bytes with a NUL behind them; "" takes no memory. NULL = no memory. */
const char *pool_text(struct pool *pool, const char *text, size_t len);

/* An array of count items of size bytes, all zero, that pool_grow() can go on with. */
void *pool_array(struct pool *pool, size_t count, size_t size);

/*
 * Room for one more item of size bytes in an array of count items that only pool_array()
 * and this function made: its room doubles; the array left behind stays in the pool. NULL = no
 * memory.
 */
void *pool_grow(struct pool *pool, const void *array, size_t count, size_t size);

void pool_free(struct pool *pool); /* leaves {0} */

#endif
