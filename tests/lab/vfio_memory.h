/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest's memory as a device sees it: what DMA_MAP messages made known. */
#ifndef LAB_VFIO_MEMORY_H
#define LAB_VFIO_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFIO_MEMORY_MAPS 64

struct vfio_memory_map {
	uint64_t addr, size; /* guest physical, bytes */
	uint8_t *host;
	bool writable;
};

struct vfio_memory {
	struct vfio_memory_map map[VFIO_MEMORY_MAPS]; /* the newest last */
	size_t n_maps;
};

/*
 * Maps size bytes at offset of fd as guest memory at addr. fd stays the caller's. Where maps
 * overlap (QEMU reorders them while the firmware moves things), the newest counts. Returns 0,
 * -EINVAL, -ENOSPC or an errno of mmap(2).
 */
int vfio_memory_add(struct vfio_memory *memory, int fd, uint64_t offset, uint64_t addr,
		    uint64_t size, bool writable);

/* Forgets the newest map of exactly this range; a range that is not mapped is no error. */
void vfio_memory_remove(struct vfio_memory *memory, uint64_t addr, uint64_t size);

/* Forgets all maps. */
void vfio_memory_clear(struct vfio_memory *memory);

/* Copies len bytes from or to guest memory. Returns 0, or -EFAULT when a byte is not mapped. */
int vfio_memory_read(const struct vfio_memory *memory, uint64_t addr, uint8_t *buf, size_t len);
int vfio_memory_write(const struct vfio_memory *memory, uint64_t addr, const uint8_t *buf,
		      size_t len);

#endif
