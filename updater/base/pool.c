/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN 512u
#define BLOCK_MAX (1u << 20)

struct pool_block {
	struct pool_block *before;
	size_t size, used; /* of bytes */
	alignas(max_align_t) unsigned char bytes[];
};

/* Each block has twice the room of the one before: few blocks, and little that is never used. */
static struct pool_block *add_block(struct pool *pool, size_t size)
{
	size_t room = pool->last ? 2 * pool->last->size : BLOCK_MIN;
	struct pool_block *block;

	room = room > BLOCK_MAX ? BLOCK_MAX : room;
	room = room < size ? size : room;
	if (room > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + room);
	if (!block)
		return NULL;
	block->before = pool->last;
	block->size = room;
	block->used = 0;
	pool->last = block;
	return block;
}

/* Texts follow each other without gaps. */
static void *take(struct pool *pool, size_t size, size_t align)
{
	struct pool_block *block = pool->last;
	size_t at = block ? (block->used + align - 1) / align * align : 0;

	if (!block || at > block->size || size > block->size - at) {
		block = add_block(pool, size);
		at = 0;
	}
	if (!block)
		return NULL;
	block->used = at + size;
	return block->bytes + at;
}

void *pool_alloc(struct pool *pool, size_t size)
{
	void *ret = take(pool, size, alignof(max_align_t));

	return ret ? memset(ret, 0, size) : NULL;
}

const char *pool_text(struct pool *pool, const char *text, size_t len)
{
	char *ret;

	if (len == 0)
		return "";
	ret = len < SIZE_MAX ? take(pool, len + 1, 1) : NULL;
	if (!ret)
		return NULL;
	memcpy(ret, text, len);
	ret[len] = '\0';
	return ret;
}

void *pool_array(struct pool *pool, size_t count, size_t size)
{
	size_t room = 1;

	while (room < count && room <= SIZE_MAX / 4)
		room *= 2;
	return room > SIZE_MAX / 2 / size ? NULL : pool_alloc(pool, room * size);
}

void *pool_grow(struct pool *pool, const void *array, size_t count, size_t size)
{
	void *ret;

	if (count & (count - 1))
		return (void *)(uintptr_t)array;
	if (count > SIZE_MAX / 2 / size)
		return NULL;
	ret = pool_alloc(pool, (count ? 2 * count : 1) * size);
	if (ret && count)
		memcpy(ret, array, count * size);
	return ret;
}

void pool_free(struct pool *pool)
{
	for (struct pool_block *block = pool->last; block;) {
		struct pool_block *before = block->before;

		free(block);
		block = before;
	}
	*pool = (struct pool){ 0 };
}
