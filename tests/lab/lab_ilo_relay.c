/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Between QEMU and the HTTPS server: QEMU's user network starts a program for each connection of
 * the guest to an address of its choice (guestfwd), with the connection as standard input and
 * output. So the iLO has its own address and port in the guest, and any port out here.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab_ilo.h"

/* Copies what is there. False when the other side has ended. */
static bool copy(int from, int to)
{
	char bytes[65536];
	ssize_t got = read(from, bytes, sizeof(bytes));

	for (ssize_t at = 0; at < got;) {
		ssize_t put = write(to, bytes + at, (size_t)(got - at));

		if (put <= 0)
			return false;
		at += put;
	}
	return got > 0;
}

int lab_ilo_relay(unsigned int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd side[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = fd, .events = POLLIN } };

	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof(at))) {
		perror("lab_ilo: relay");
		return 1;
	}
	while (poll(side, 2, -1) > 0) {
		if (side[0].revents && !copy(STDIN_FILENO, fd))
			return 0;
		if (side[1].revents && !copy(fd, STDOUT_FILENO))
			return 0;
	}
	return 1;
}
