/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small vfio-user server: the part of an emulated PCI device that talks to QEMU over a unix
 * socket. It knows messages, guest memory and interrupts, and nothing about the device.
 * Source: docs/interop/vfio-user.rst of QEMU ("vfio-user" below); indices and flags are those of
 * <linux/vfio.h>. One client at a time, one thread, no DMA_READ/DMA_WRITE: QEMU has to share its
 * memory (memory-backend-memfd, share=on).
 */
#ifndef LAB_VFIO_USER_H
#define LAB_VFIO_USER_H

#include <linux/vfio.h>
#include <stddef.h>
#include <stdint.h>

#include "vfio_memory.h"

#define VFIO_USER_VECTORS 32 /* of one interrupt type, at most */

/* What the device does. All are called from vfio_user_serve(). */
struct vfio_user_ops {
	/* Region index (BAR or VFIO_PCI_CONFIG_REGION_INDEX), within its size. */
	void (*read)(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len);
	void (*write)(void *device, uint32_t region, uint64_t offset, const uint8_t *buf,
		      size_t len);
	/* The guest's machine was reset. */
	void (*reset)(void *device);
	/* The client unmasked a level interrupt: raise it again if it still holds. May be NULL. */
	void (*unmask)(void *device, uint32_t irq);
	/* Does what is due; returns in how many ms there is more to do, -1 = nothing. May be NULL.
	 */
	int (*tick)(void *device);
};

struct vfio_user {
	const struct vfio_user_ops *ops;
	void *device;
	uint64_t region_bytes[VFIO_PCI_NUM_REGIONS]; /* 0 = no such region */
	uint32_t irq_vectors[VFIO_PCI_NUM_IRQS];     /* 0 = no such interrupt type */
	struct vfio_memory memory;
	/* The rest is the server's own. */
	int socket;
	int irq_fd[VFIO_PCI_NUM_IRQS][VFIO_USER_VECTORS];
};

/* Prepares *server; the caller then fills region_bytes and irq_vectors. */
void vfio_user_init(struct vfio_user *server, const struct vfio_user_ops *ops, void *device);

/*
 * Listens on a unix socket at path, replacing what is there. The path appears when connections are
 * accepted, so that a script may wait for it. Returns a descriptor or a negative errno.
 */
int vfio_user_listen(const char *path);

/*
 * Accepts one client and serves it until it disconnects. Returns 0, or a negative errno: -EPROTO
 * for a client that does not follow the protocol. Guest memory and interrupts are released.
 */
int vfio_user_serve(struct vfio_user *server, int listen_fd);

/* Raises an interrupt, if the client has asked for it. */
void vfio_user_raise(const struct vfio_user *server, uint32_t irq, uint32_t vector);

#endif
