/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to a BMC's network card, on a folder for /sys with a socket of the test's own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>

#include "hw/bmc_access.h"
#include "hw/bmc_net.h"
#include "hw/redfish.h"
#include "tap.h"
#include "temp_tree.h"

#define SOCKET 1000

/* One card, and the folder. */
static struct {
	struct hwio hw;
	struct hwio *files;
	struct temp_tree tree;
	uint64_t now_ms;
	uint32_t ip, mask;
	short flags;
	char interface[IFNAMSIZ]; /* the only one that may be changed */
	unsigned int wrong, sets;
	int http_rc;
	char pin[HTTP_PIN_TEXT];
	/* of the last request */
	char url[128], bound_to[IFNAMSIZ], asked_pin[HTTP_PIN_TEXT];
	bool with_ca;
} lab;

static int lab_open(struct hwio *hw, const char *path, int flags)
{
	(void)hw;
	if (strcmp(path, HWIO_INET) == 0)
		return SOCKET;
	return lab.files->ops->open(lab.files, path, flags);
}

static int lab_close(struct hwio *hw, int fd)
{
	(void)hw;
	return fd == SOCKET ? 0 : lab.files->ops->close(lab.files, fd);
}

static uint32_t ip_of(const struct ifreq *ifr)
{
	struct sockaddr_in in;

	memcpy(&in, &ifr->ifr_addr, sizeof(in));
	lab.wrong += in.sin_family != AF_INET || in.sin_port != 0;
	return ntohl(in.sin_addr.s_addr);
}

static int lab_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(lab.ip) };
	struct ifreq *ifr = arg;

	(void)hw;
	lab.wrong += fd != SOCKET || strcmp(ifr->ifr_name, lab.interface) != 0;
	lab.sets += request != SIOCGIFADDR && request != SIOCGIFFLAGS;
	switch (request) {
	case SIOCGIFADDR:
		memcpy(&ifr->ifr_addr, &in, sizeof(in));
		return lab.ip ? 0 : -EADDRNOTAVAIL;
	case SIOCSIFADDR:
		lab.ip = ip_of(ifr);
		lab.mask = 0xff000000; /* as the kernel does: that of its class */
		return 0;
	case SIOCSIFNETMASK:
		lab.mask = ip_of(ifr);
		return 0;
	case SIOCGIFFLAGS:
		ifr->ifr_flags = lab.flags;
		return 0;
	case SIOCSIFFLAGS:
		lab.flags = ifr->ifr_flags;
		return 0;
	default:
		lab.wrong++;
		return -EINVAL;
	}
}

static ssize_t lab_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	(void)hw;
	return lab.files->ops->read(lab.files, fd, buf, size);
}

static int lab_list(struct hwio *hw, const char *path, char (**names)[HWIO_NAME_MAX], size_t *count)
{
	(void)hw;
	return lab.files->ops->list(lab.files, path, names, count);
}

static uint64_t lab_now(struct hwio *hw)
{
	(void)hw;
	return lab.now_ms;
}

static void lab_sleep(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	lab.now_ms += ms;
}

static int lab_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	(void)hw;
	snprintf(lab.url, sizeof(lab.url), "%s", request->url);
	snprintf(lab.bound_to, sizeof(lab.bound_to), "%s",
		 request->interface ? request->interface : "");
	snprintf(lab.asked_pin, sizeof(lab.asked_pin), "%s", request->pin ? request->pin : "");
	lab.with_ca = request->ca_file != NULL;
	CHECK(request->connect_ms > 0);
	if (lab.http_rc)
		return lab.http_rc;
	ret->status = 200;
	ret->head = strdup("");
	ret->body = strdup("{}");
	ret->body_len = 2;
	memcpy(ret->pin, lab.pin, sizeof(ret->pin));
	return 0;
}

static const struct hwio_ops lab_ops = {
	.name = "lab",
	.open = lab_open,
	.close = lab_close,
	.ioctl = lab_ioctl,
	.read = lab_read,
	.list = lab_list,
	.now_ms = lab_now,
	.sleep_ms = lab_sleep,
	.http = lab_http,
};

static void add_usb(const char *interface, const char *place, const char *vendor,
		    const char *product, const char *mac)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/%s/idVendor", place);
	temp_tree_text(&lab.tree, path, vendor);
	snprintf(path, sizeof(path), "/sys/devices/%s/idProduct", place);
	temp_tree_text(&lab.tree, path, product);
	snprintf(path, sizeof(path), "/sys/devices/%s/if0/x", place);
	temp_tree_text(&lab.tree, path, "");
	snprintf(path, sizeof(path), "/sys/class/net/%s/address", interface);
	temp_tree_text(&lab.tree, path, mac);
	snprintf(path, sizeof(path), "/sys/class/net/%s/carrier", interface);
	temp_tree_text(&lab.tree, path, "1\n");
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", interface);
	{
		char target[128];

		snprintf(target, sizeof(target), "../../../devices/%s/if0", place);
		temp_tree_link(&lab.tree, path, target);
	}
}

static void begin(void)
{
	memset(&lab, 0, sizeof(lab));
	lab.tree = temp_tree_make();
	lab.files = hwio_real_new(lab.tree.dir);
	lab.hw.ops = &lab_ops;
	snprintf(lab.interface, sizeof(lab.interface), "usb0");
	snprintf(lab.pin, sizeof(lab.pin), "%064d", 1);
	temp_tree_text(&lab.tree, "/sys/class/net/eth0/address", "02:00:00:00:00:01\n");
}

static void end(void)
{
	CHECK_INT(lab.wrong, 0);
	hwio_real_free(lab.files);
	temp_tree_remove(&lab.tree);
}

static void ilo_without_words(void)
{
	struct bmc_net net, again;
	struct err err = { 0 };

	begin();
	add_usb("usb0", "usb1", "03f0\n", "2927\n", "0a:ca:fe:f0:0d:04\n");
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), 0);
	CHECK_STR(net.interface, "usb0");
	CHECK_STR(net.url, "https://16.1.15.1");
	CHECK_STR(net.host, "16.1.15.2");
	CHECK_INT(lab.ip, 0x10010f02);
	CHECK_INT(lab.mask, 0xfffffffc);
	CHECK(lab.flags & IFF_UP);
	/* Of two that use it the last takes it down. */
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &again, &err), 0);
	bmc_net_down(&lab.hw, &net);
	CHECK(lab.flags & IFF_UP);
	CHECK_INT(lab.ip, 0x10010f02);
	bmc_net_down(&lab.hw, &again);
	CHECK(!(lab.flags & IFF_UP));
	CHECK_INT(lab.ip, 0);
	bmc_net_down(&lab.hw, &again);
	end();
}

/* What the machine's own system has set is left as it is. */
static void configured_by_others(void)
{
	struct bmc_net net;
	struct err err = { 0 };

	begin();
	add_usb("usb0", "usb1", "03f0\n", "2927\n", "0a:ca:fe:f0:0d:04\n");
	lab.ip = 0x10010f02;
	lab.flags = IFF_UP | IFF_BROADCAST;
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), 0);
	CHECK_STR(net.host, "16.1.15.2");
	bmc_net_down(&lab.hw, &net);
	CHECK_INT(lab.sets, 0);
	lab.ip = 0xc0a80105;
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "192.168.1.5");
	CHECK_INT(lab.sets, 0);
	end();
}

static void missing(void)
{
	struct bmc_net net;
	struct err err = { 0 };

	begin();
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), ERR_NOT_FOUND);
	CHECK_CONTAINS(err.text, "tells of no network");
	add_usb("usb0", "usb1", "1234\n", "2927\n", "0a:ca:fe:f0:0d:04\n");
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), ERR_NOT_FOUND);
	CHECK_INT(lab.sets, 0);
	end();
}

static void no_link(void)
{
	struct bmc_net net;
	struct err err = { 0 };

	begin();
	add_usb("usb0", "usb1", "03f0\n", "2927\n", "0a:ca:fe:f0:0d:04\n");
	temp_tree_text(&lab.tree, "/sys/class/net/usb0/carrier", "0\n");
	CHECK_INT(bmc_net_up(&lab.hw, 3000, &net, &err), ERR_OVERDUE);
	CHECK(lab.now_ms >= 3000 && lab.now_ms < 3500);
	CHECK(!(lab.flags & IFF_UP) && lab.ip == 0);
	CHECK_INT(bmc_net_up(&lab.hw, 1000000, &net, &err), ERR_OVERDUE);
	CHECK(lab.now_ms < 15000);
	end();
}

/* DSP0270: a USB v2 card with MAC, Redfish over IP, IPv4 by DHCP, the host's address not told. */
static void put_table(uint8_t host_format, const char *service, uint16_t port)
{
	uint8_t table[256] = { 42,   0,	   1, 0, 0x40, 17, 4, 17, 0x6b, 0x04,
			       0x10, 0xff, 1, 2, 4,    6,  8, 10, 12 };
	uint8_t *data;
	size_t pos = 6 + 17;

	table[pos++] = 1;
	table[pos++] = 4;
	table[pos++] = 91;
	data = table + pos;
	data[16] = 2;
	data[17] = host_format;
	data[51] = strchr(service, ':') ? 2 : 1;
	inet_pton(data[51] == 2 ? AF_INET6 : AF_INET, service, data + 52);
	data[84] = (uint8_t)port;
	data[85] = (uint8_t)(port >> 8);
	table[1] = (uint8_t)(pos + 91);
	temp_tree_put(&lab.tree, "/sys/firmware/dmi/tables/DMI", table, pos + 91 + 2);
}

static void told_by_smbios(void)
{
	struct bmc_net net;
	struct err err = { 0 };

	begin();
	snprintf(lab.interface, sizeof(lab.interface), "usb1");
	put_table(0, "169.254.0.17", 8443);
	/* Two of a kind: the MAC decides. */
	add_usb("usb0", "usb1", "046b\n", "ff10\n", "02:04:06:08:0a:0b\n");
	add_usb("usb1", "usb2", "046b\n", "ff10\n", "02:04:06:08:0A:0C\n");
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), 0);
	CHECK_STR(net.interface, "usb1");
	CHECK_STR(net.url, "https://169.254.0.17:8443");
	CHECK_STR(net.host, "169.254.0.18");
	CHECK_INT(lab.mask, 0xffff0000);
	bmc_net_down(&lab.hw, &net);
	put_table(2, "fe80::1", 443);
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), 0);
	CHECK_STR(net.url, "https://[fe80::1%25usb1]");
	CHECK_INT(lab.ip, 0);
	CHECK(lab.flags & IFF_UP);
	bmc_net_down(&lab.hw, &net);
	put_table(1, "0.0.0.0", 443);
	CHECK_INT(bmc_net_up(&lab.hw, 60000, &net, &err), ERR_UNSUPPORTED);
	end();
}

static int ask(struct redfish_link *link, struct err *err)
{
	struct redfish_request request = { .method = "GET", .path = "/redfish/v1/" };
	struct http_answer answer = { 0 };
	int rc = link->ops->ask(link, &request, NULL, &answer, err);

	http_answer_free(&answer);
	return rc;
}

static void host_link(void)
{
	struct bmc_access access = { .ca_file = "/ca" };
	struct redfish_link link, second;
	struct err err = { 0 };

	begin();
	lab.hw.bmc = &access;
	add_usb("usb0", "usb1", "03f0\n", "2927\n", "0a:ca:fe:f0:0d:04\n");
	CHECK_INT(redfish_host_open(&lab.hw, 60000, &link, &err), 0);
	CHECK(link.ops->way == REDFISH_HOST_INTERFACE && link.ops->needs_session);
	CHECK_INT(ask(&link, &err), 0);
	CHECK_STR(lab.url, "https://16.1.15.1/redfish/v1/");
	CHECK_STR(lab.bound_to, "usb0");
	CHECK_STR(lab.asked_pin, "");
	CHECK(!lab.with_ca);
	/* Whoever was first stays it, for later connections too. */
	CHECK_STR(access.pin, lab.pin);
	CHECK_INT(redfish_host_open(&lab.hw, 60000, &second, &err), 0);
	CHECK_INT(ask(&second, &err), 0);
	CHECK_STR(lab.asked_pin, lab.pin);
	link.ops->close(&link);
	CHECK(lab.flags & IFF_UP);
	second.ops->close(&second);
	CHECK(!(lab.flags & IFF_UP));
	end();
}

static void remote_link(void)
{
	static const struct {
		int rc, want;
		const char *says;
	} rows[] = {
		{ -ENETUNREACH, ERR_DEVICE_GONE, "no way" },
		{ -ECONNREFUSED, ERR_DEVICE_GONE, "nobody listens" },
		{ -ECONNRESET, ERR_DEVICE_GONE, "ended" },
		{ -ETIMEDOUT, ERR_OVERDUE, "in time" },
		{ -EPROTO, ERR_UNSUPPORTED, "no TLS 1.2 or newer (LEGACY_TLS)" },
		{ -EBADMSG, ERR_FORMAT, "no HTTP" },
		{ -EKEYREJECTED, ERR_SIGNATURE, "somebody else" },
		{ -EMSGSIZE, ERR_TOO_LARGE, "too large" },
		{ -ECANCELED, ERR_IO, "could not be read" },
	};
	struct bmc_access access = { .ca_file = "/ca" };
	struct redfish_link link;
	struct err err = { 0 };

	begin();
	CHECK_INT(redfish_remote_open(&lab.hw, 0, &link, &err), ERR_NOT_FOUND);
	CHECK_INT(bmc_access_set_url(&access, "https://ilo.example:8443", &err), 0);
	lab.hw.bmc = &access;
	CHECK_INT(redfish_remote_open(&lab.hw, 0, &link, &err), 0);
	CHECK_INT(ask(&link, &err), 0);
	CHECK_STR(lab.url, "https://ilo.example:8443/redfish/v1/");
	CHECK_STR(lab.bound_to, "");
	CHECK(lab.with_ca);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		lab.http_rc = rows[i].rc;
		CHECK_INT(ask(&link, &err), rows[i].want);
		CHECK_CONTAINS(err.text, rows[i].says);
		CHECK_CONTAINS(err.text, "https://ilo.example:8443 (GET /redfish/v1/)");
	}
	/* Another one than at first, though the request let it through. */
	lab.http_rc = 0;
	snprintf(lab.pin, sizeof(lab.pin), "%064d", 2);
	CHECK_INT(ask(&link, &err), ERR_SIGNATURE);
	link.ops->close(&link);
	CHECK_INT(lab.sets, 0);
	end();
}

int main(void)
{
	TAP_RUN(ilo_without_words);
	TAP_RUN(configured_by_others);
	TAP_RUN(missing);
	TAP_RUN(no_link);
	TAP_RUN(told_by_smbios);
	TAP_RUN(host_link);
	TAP_RUN(remote_link);
	return TAP_END();
}
