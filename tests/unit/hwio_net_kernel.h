/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel of hwio_net.h does with a request; with its lock held. */
#ifndef DRYDOCK_TESTS_HWIO_NET_KERNEL_H
#define DRYDOCK_TESTS_HWIO_NET_KERNEL_H

#include "hwio_net.h"

/* Works a datagram off, as the kernel does while it is sent; the answers are in the queue then. */
void hwio_net_kernel_request(struct hwio_net *net, int fd, const uint8_t *buf, size_t len);

int hwio_net_kernel_ioctl(struct hwio_net *net, unsigned long request, void *arg);

#endif
