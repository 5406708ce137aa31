/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vfio_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int vfio_memory_add(struct vfio_memory *memory, int fd, uint64_t offset, uint64_t addr,
		    uint64_t size, bool writable)
{
	int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
	void *host;

	if (size == 0 || size > SIZE_MAX / 2 || addr + size < addr || offset > INT64_MAX)
		return -EINVAL;
	if (memory->n_maps == VFIO_MEMORY_MAPS)
		return -ENOSPC;
	host = mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)offset);
	if (host == MAP_FAILED)
		return -errno;
	memory->map[memory->n_maps++] = (struct vfio_memory_map){ addr, size, host, writable };
	return 0;
}

void vfio_memory_remove(struct vfio_memory *memory, uint64_t addr, uint64_t size)
{
	struct vfio_memory_map *map = memory->map;

	for (size_t i = memory->n_maps; i-- > 0;) {
		if (map[i].addr != addr || map[i].size != size)
			continue;
		(void)munmap(map[i].host, map[i].size);
		memory->n_maps--;
		memmove(map + i, map + i + 1, (memory->n_maps - i) * sizeof(*map));
		return;
	}
}

void vfio_memory_clear(struct vfio_memory *memory)
{
	while (memory->n_maps > 0) {
		memory->n_maps--;
		(void)munmap(memory->map[memory->n_maps].host, memory->map[memory->n_maps].size);
	}
}

/* Where addr is mapped, and how many bytes follow there; NULL when it is not. */
static uint8_t *find(const struct vfio_memory *memory, uint64_t addr, bool write, size_t *ret_len)
{
	for (size_t i = memory->n_maps; i-- > 0;) {
		const struct vfio_memory_map *map = &memory->map[i];

		if (addr < map->addr || addr - map->addr >= map->size || (write && !map->writable))
			continue;
		*ret_len = map->size - (addr - map->addr);
		return map->host + (addr - map->addr);
	}
	return NULL;
}

int vfio_memory_read(const struct vfio_memory *memory, uint64_t addr, uint8_t *buf, size_t len)
{
	while (len > 0) {
		size_t run;
		const uint8_t *host = find(memory, addr, false, &run);

		if (!host)
			return -EFAULT;
		run = run < len ? run : len;
		memcpy(buf, host, run);
		buf += run;
		addr += run;
		len -= run;
	}
	return 0;
}

int vfio_memory_write(const struct vfio_memory *memory, uint64_t addr, const uint8_t *buf,
		      size_t len)
{
	while (len > 0) {
		size_t run;
		uint8_t *host = find(memory, addr, true, &run);

		if (!host)
			return -EFAULT;
		run = run < len ? run : len;
		memcpy(host, buf, run);
		buf += run;
		addr += run;
		len -= run;
	}
	return 0;
}
