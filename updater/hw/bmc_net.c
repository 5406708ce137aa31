/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/bmc_net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/bmc_net_find.h"
#include "hw/ethtool.h"

#define LINK_WAIT_MS 10000u
#define LINK_LOOK_MS 100u
#define HTTPS_PORT   443

/* What this process has changed of an interface, and how many count on it. */
#define USES_MAX 4
static struct use {
	char interface[IFNAMSIZ];
	unsigned int count;
	bool set_address, set_up;
} uses[USES_MAX];
static pthread_mutex_t uses_lock = PTHREAD_MUTEX_INITIALIZER;

static struct use *use_of(const char *interface)
{
	struct use *spare = NULL;

	for (size_t i = 0; i < USES_MAX; i++) {
		if (uses[i].count && strcmp(uses[i].interface, interface) == 0)
			return &uses[i];
		if (!uses[i].count && !spare)
			spare = &uses[i];
	}
	if (spare) {
		*spare = (struct use){ 0 };
		snprintf(spare->interface, sizeof(spare->interface), "%s", interface);
	}
	return spare;
}

static int request(struct hwio *hw, const char *interface, unsigned long number, struct ifreq *ifr)
{
	int fd = hw->ops->open(hw, HWIO_INET, O_RDWR);
	int rc;

	if (fd < 0)
		return fd;
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", interface);
	rc = hw->ops->ioctl(hw, fd, number, ifr);
	hw->ops->close(hw, fd);
	return rc;
}

/* Through a copy: the address is one of several shapes of a sockaddr. */
static void put_ip(struct ifreq *ifr, uint32_t ip)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(ip) };

	memcpy(&ifr->ifr_addr, &in, sizeof(in));
}

/* 0 = it has none. */
static uint32_t current_ip(struct hwio *hw, const char *interface)
{
	struct sockaddr_in in;
	struct ifreq ifr = { 0 };

	if (request(hw, interface, SIOCGIFADDR, &ifr))
		return 0;
	memcpy(&in, &ifr.ifr_addr, sizeof(in));
	return in.sin_family == AF_INET ? ntohl(in.sin_addr.s_addr) : 0;
}

static int set_ip(struct hwio *hw, const char *interface, unsigned long number, uint32_t ip,
		  const char *what, struct err *err)
{
	struct ifreq ifr = { 0 };
	int rc;

	put_ip(&ifr, ip);
	rc = request(hw, interface, number, &ifr);
	return rc < 0 ? err_set_errno(err, ERR_IO, -rc, "%s: %s", interface, what) : 0;
}

/* An address that lets it speak with the BMC stays, whoever has set it. */
static int give_address(struct hwio *hw, const struct bmc_place *place, struct use *use,
			struct bmc_net *ret, struct err *err)
{
	uint32_t now = current_ip(hw, use->interface), ip = now ? now : place->host;
	struct in_addr text = { .s_addr = htonl(ip) };
	int rc;

	inet_ntop(AF_INET, &text, ret->host, sizeof(ret->host));
	if (now && (now & place->mask) == (place->service & place->mask))
		return 0;
	if (now)
		return err_set(err, ERR_BUSY,
			       "%s leads to the BMC and has another address (%s) than the BMC "
			       "expects",
			       use->interface, ret->host);
	rc = set_ip(hw, use->interface, SIOCSIFADDR, place->host, "SIOCSIFADDR", err);
	if (rc)
		return rc;
	use->set_address = true;
	return set_ip(hw, use->interface, SIOCSIFNETMASK, place->mask, "SIOCSIFNETMASK", err);
}

/* A driver that does not know of its link has no such file. */
static int wait_for_link(struct hwio *hw, const char *interface, uint64_t deadline_ms,
			 struct err *err)
{
	uint64_t now = hw->ops->now_ms(hw);
	uint64_t end = now + LINK_WAIT_MS < deadline_ms ? now + LINK_WAIT_MS : deadline_ms;
	char path[64], text[8];

	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", interface);
	for (;;) {
		if (hwio_read_attr(hw, path, text, sizeof(text)) || strcmp(text, "0") != 0)
			return 0;
		if (hw->ops->now_ms(hw) >= end)
			return err_set(err, ERR_OVERDUE, "%s, the BMC's network card, has no link",
				       interface);
		hw->ops->sleep_ms(hw, LINK_LOOK_MS);
	}
}

static void undo(struct hwio *hw, const struct use *use)
{
	bool was;

	if (use->set_address)
		(void)set_ip(hw, use->interface, SIOCSIFADDR, 0, "SIOCSIFADDR", NULL);
	if (use->set_up)
		(void)ethtool_set_up(hw, use->interface, false, &was, NULL);
}

static int bring_up(struct hwio *hw, const struct bmc_place *place, uint64_t deadline_ms,
		    struct use *use, struct bmc_net *ret, struct err *err)
{
	bool was = true;
	int rc = place->is_ipv6 ? 0 : give_address(hw, place, use, ret, err);

	rc = rc ? rc : ethtool_set_up(hw, use->interface, true, &was, err);
	use->set_up = use->set_up || !was;
	return rc ? rc : wait_for_link(hw, use->interface, deadline_ms, err);
}

static void put_url(const struct bmc_place *place, struct bmc_net *ret)
{
	char address[INET6_ADDRSTRLEN + 24], port[8] = "";

	if (place->port && place->port != HTTPS_PORT)
		snprintf(port, sizeof(port), ":%u", (unsigned int)place->port);
	if (place->is_ipv6) {
		char text[INET6_ADDRSTRLEN];

		inet_ntop(AF_INET6, place->service_ipv6, text, sizeof(text));
		snprintf(address, sizeof(address), "[%s%%25%s]", text, ret->interface);
	} else {
		struct in_addr in = { .s_addr = htonl(place->service) };

		inet_ntop(AF_INET, &in, address, sizeof(address));
	}
	snprintf(ret->url, sizeof(ret->url), "https://%s%s", address, port);
}

int bmc_net_up(struct hwio *hw, uint64_t deadline_ms, struct bmc_net *ret, struct err *err)
{
	struct bmc_place place;
	struct use *use;
	int rc;

	*ret = (struct bmc_net){ 0 };
	rc = bmc_net_find(hw, deadline_ms, &place, ret->interface, err);
	if (rc)
		return rc;
	put_url(&place, ret);
	pthread_mutex_lock(&uses_lock);
	use = use_of(ret->interface);
	rc = use ? bring_up(hw, &place, deadline_ms, use, ret, err)
		 : err_set(err, ERR_INTERNAL, "too many network cards of BMCs");
	if (!rc)
		use->count++;
	else if (use && !use->count)
		undo(hw, use);
	pthread_mutex_unlock(&uses_lock);
	return rc;
}

void bmc_net_down(struct hwio *hw, const struct bmc_net *net)
{
	struct use *use;

	pthread_mutex_lock(&uses_lock);
	use = use_of(net->interface);
	if (use && use->count && --use->count == 0)
		undo(hw, use);
	pthread_mutex_unlock(&uses_lock);
}
