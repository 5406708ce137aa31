/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTPS as a way to a Redfish service: the machine's own BMC by its host interface, another one by
 * the network. Whoever answers first is held on to for the rest of the run.
 */
#include "hw/redfish.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/bmc_access.h"
#include "hw/bmc_net.h"

#define CONNECT_MS 10000u
#define URL_MAX	   (BMC_URL_MAX + REDFISH_URI_MAX)

struct https {
	char base[BMC_URL_MAX];
	char pin[HTTP_PIN_TEXT]; /* as long as nothing hangs on the seam that could keep it */
	bool by_net;
	struct bmc_net net;
};

/* Of every bmc_access.pin: one thread may ask while another one's first answer comes. */
static pthread_mutex_t pin_lock = PTHREAD_MUTEX_INITIALIZER;

static char *pin_of(struct redfish_link *link)
{
	return link->hw->bmc ? link->hw->bmc->pin : ((struct https *)link->priv)->pin;
}

static void known_pin(struct redfish_link *link, char ret[HTTP_PIN_TEXT])
{
	pthread_mutex_lock(&pin_lock);
	memcpy(ret, pin_of(link), HTTP_PIN_TEXT);
	pthread_mutex_unlock(&pin_lock);
}

/* Two threads that both were first must have met the same one. */
static int keep_pin(struct redfish_link *link, const struct http_answer *answer)
{
	char *pin = pin_of(link);
	int rc = 0;

	pthread_mutex_lock(&pin_lock);
	if (!pin[0])
		memcpy(pin, answer->pin, HTTP_PIN_TEXT);
	else if (strcmp(pin, answer->pin) != 0)
		rc = -EKEYREJECTED;
	pthread_mutex_unlock(&pin_lock);
	return rc;
}

static const struct {
	int errnum;
	int code;
	const char *text;
} failures[] = {
	{ ENOSYS, ERR_UNSUPPORTED, "nothing here can ask over HTTPS" },
	{ ENETUNREACH, ERR_DEVICE_GONE, "no way leads there" },
	{ ECONNREFUSED, ERR_DEVICE_GONE, "nobody listens there" },
	{ ECONNRESET, ERR_DEVICE_GONE, "the connection ended" },
	{ ETIMEDOUT, ERR_OVERDUE, "no answer came in time" },
	{ EPROTO, ERR_UNSUPPORTED, "it offers no TLS 1.2 or newer (LEGACY_TLS)" },
	{ EBADMSG, ERR_FORMAT, "its answer is no HTTP" },
	{ EKEYREJECTED, ERR_SIGNATURE,
	  "its certificate is not the expected one: somebody else answers" },
	{ EMSGSIZE, ERR_TOO_LARGE, "its answer is too large" },
	{ ECANCELED, ERR_IO, "what was to be sent could not be read" },
	{ EINVAL, ERR_USAGE, "this is no address" },
	{ ENOMEM, ERR_NOMEM, "out of memory" },
};

static int fail(const struct https *https, const char *method, const char *path, int errnum,
		struct err *err)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (failures[i].errnum == errnum)
			return err_set(err, failures[i].code, "%s (%s %s): %s", https->base, method,
				       path, failures[i].text);
	return err_set_errno(err, ERR_DEVICE, errnum, "%s (%s %s)", https->base, method, path);
}

/* A file of authorities is for names on the network: a host interface's certificate has none. */
static void fill_in(const struct redfish_link *link, struct http_request *request)
{
	const struct https *https = link->priv;

	if (https->by_net)
		request->interface = https->net.interface;
	else
		request->ca_file = link->hw->bmc->ca_file;
	request->connect_ms = request->stall_ms && request->stall_ms < CONNECT_MS
				      ? request->stall_ms
				      : CONNECT_MS;
}

static int https_ask(struct redfish_link *link, const struct redfish_request *asked,
		     const char *const *headers, struct http_answer *ret, struct err *err)
{
	const struct https *https = link->priv;
	char url[URL_MAX], pin[HTTP_PIN_TEXT];
	struct http_request request = {
		.method = asked->method,
		.url = url,
		.headers = headers,
		.body = asked->octets ? asked->octets : asked->body,
		.body_len = asked->octets ? asked->octets_len
			    : asked->body ? strlen(asked->body)
					  : 0,
		.parts = asked->parts,
		.part_count = asked->part_count,
		.secret = asked->secret,
		.stall_ms = asked->stall_ms,
		.progress = asked->progress,
		.ctx = asked->ctx,
	};
	int rc;

	if ((asked->part_count || asked->octets) && !asked->stall_ms)
		request.stall_ms = HTTP_UPLOAD_STALL_MS;
	if (asked->path[0] != '/' ||
	    (size_t)snprintf(url, sizeof(url), "%s%s", https->base, asked->path) >= sizeof(url))
		return fail(https, asked->method, asked->path, EINVAL, err);
	known_pin(link, pin);
	request.pin = pin[0] ? pin : NULL;
	fill_in(link, &request);
	rc = http_ask(link->hw, &request, ret);
	rc = rc ? rc : keep_pin(link, ret);
	if (!rc)
		return 0;
	http_answer_free(ret);
	return fail(https, asked->method, asked->path, -rc, err);
}

static void https_close(struct redfish_link *link)
{
	struct https *https = link->priv;

	if (https && https->by_net)
		bmc_net_down(link->hw, &https->net);
	free(https);
	link->priv = NULL;
}

static const struct redfish_link_ops host_ops = {
	.way = REDFISH_HOST_INTERFACE,
	.words = "the BMC's host interface (HTTPS)",
	.uploads = true,
	.needs_session = true,
	.ask = https_ask,
	.close = https_close,
};

static const struct redfish_link_ops remote_ops = {
	.way = REDFISH_REMOTE,
	.words = "the BMC on the network (HTTPS)",
	.uploads = true,
	.needs_session = true,
	.ask = https_ask,
	.close = https_close,
};

static struct https *new_link(struct hwio *hw, const struct redfish_link_ops *ops,
			      struct redfish_link *ret)
{
	*ret = (struct redfish_link){ .ops = ops, .hw = hw };
	ret->priv = calloc(1, sizeof(struct https));
	return ret->priv;
}

int redfish_host_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
		      struct err *err)
{
	struct https *https = new_link(hw, &host_ops, ret);
	int rc;

	if (!https)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = bmc_net_up(hw, deadline_ms, &https->net, err);
	if (rc) {
		https_close(ret);
		return rc;
	}
	https->by_net = true;
	snprintf(https->base, sizeof(https->base), "%s", https->net.url);
	return 0;
}

int redfish_remote_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
			struct err *err)
{
	struct https *https;

	(void)deadline_ms; /* nothing is asked yet */
	if (!bmc_is_remote(hw))
		return err_set(err, ERR_NOT_FOUND, "no address of a BMC was given");
	https = new_link(hw, &remote_ops, ret);
	if (!https)
		return err_set(err, ERR_NOMEM, "out of memory");
	snprintf(https->base, sizeof(https->base), "%s", hw->bmc->url);
	return 0;
}
