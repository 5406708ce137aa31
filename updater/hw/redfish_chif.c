/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redfish through an iLO's channel in the PCI bus: each request is HTTP text in its blob store. In
 * production state root on the host needs no login there; in the higher states the channel is
 * encrypted in a way that is not published, and is left alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/http_head.h"
#include "hw/blobstore.h"
#include "hw/chif.h"
#include "hw/redfish.h"

#define ASK_MS	   60000u /* as HPE's client waits */
#define AGAIN_MS   1000u
#define TRIES	   5u /* of one that changes nothing, after an answer that was none */
#define ANSWER_MAX (HTTP_MAX_ANSWER + HTTP_MAX_HEAD)
#define PROBE	   "/redfish/v1/Managers/" /* not to be read without a login, where one is wanted */
#define OLD_REST   "/rest/v1"

static uint64_t now(struct hwio *hw)
{
	return hw->ops->now_ms(hw);
}

static int judge_security(unsigned int state, struct err *err)
{
	const char *words = chif_security_words(state);

	if (words && state < CHIF_SECURITY_HIGH)
		return 0;
	if (!words)
		return err_set(err, ERR_UNSUPPORTED,
			       "the iLO is in security state %u, which is not known", state);
	return err_set(
		err, ERR_UNSUPPORTED,
		"the iLO is in security state \"%s\": it takes nothing from its host without "
		"credentials, in an encryption that is not published. Its virtual network "
		"card or the network (--ilo) is the way, with credentials",
		words);
}

static int check_security(struct chif *chif, const struct chif_status *status, uint64_t deadline_ms,
			  struct err *err)
{
	enum chif_security state;
	int rc = chif_security(chif, deadline_ms, &state, err);

	if (rc == ERR_UNSUPPORTED || rc == ERR_DEVICE) {
		state = status->security;
		rc = 0;
	}
	return rc ? rc : judge_security(state, err);
}

static int connect_chif(struct chif *chif, uint64_t deadline_ms, struct err *err)
{
	struct chif_status status;
	int rc;

	rc = chif_open(chif->hw, deadline_ms, chif, &status, err);
	rc = rc ? rc : check_security(chif, &status, deadline_ms, err);
	if (rc)
		chif_close(chif);
	return rc;
}

/* RFC 9110 9.2.1 */
static bool changes_nothing(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

/* The request as text, malloc'ed. */
static int make_text(const struct redfish_request *request, const char *const *headers, char **ret,
		     size_t *ret_len, struct err *err)
{
	const struct http_text_request text = { .method = request->method,
						.path = request->path,
						.headers = headers,
						.body = request->body };
	int rc = http_text_put(NULL, 0, &text, ret_len, err);

	*ret = NULL;
	if (rc)
		return rc;
	if (*ret_len > HTTP_MAX_ANSWER)
		return err_set(err, ERR_TOO_LARGE, "%s: a request of %zu bytes", request->path,
			       *ret_len);
	*ret = malloc(*ret_len + 1);
	if (!*ret)
		return err_set(err, ERR_NOMEM, "out of memory");
	return http_text_put(*ret, *ret_len, &text, ret_len, err);
}

static char *copy(const void *bytes, size_t len)
{
	char *to = malloc(len + 1);

	if (!to)
		return NULL;
	if (len)
		memcpy(to, bytes, len);
	to[len] = '\0';
	return to;
}

/* An empty answer is what an iLO gives that has failed inside. */
static int take_answer(uint8_t *bytes, size_t len, struct http_answer *ret, struct err *err)
{
	struct http_text text = { .status = 500 };
	int rc = len ? http_text_parse(bytes, len, &text, err) : 0;

	if (rc)
		return rc;
	if (text.body_len > HTTP_MAX_ANSWER)
		return err_set(err, ERR_TOO_LARGE, "an answer of %zu bytes", text.body_len);
	ret->status = text.status;
	ret->head = copy(text.head, text.head_len);
	ret->head_len = text.head_len;
	ret->body = copy(text.body, text.body_len);
	ret->body_len = text.body_len;
	if (ret->head && ret->body)
		return 0;
	http_answer_free(ret);
	*ret = (struct http_answer){ 0 };
	return err_set(err, ERR_NOMEM, "out of memory");
}

/* Once; a channel that has failed is closed, the next one begins anew. */
static int ask_once(struct redfish_link *link, const char *text, size_t len, uint64_t deadline_ms,
		    struct http_answer *ret, bool *ret_sent, struct err *err)
{
	struct chif *chif = link->priv;
	uint8_t *bytes = NULL;
	uint32_t count;
	int rc = 0;

	*ret_sent = false;
	if (chif->fd < 0)
		rc = connect_chif(chif, deadline_ms, err);
	if (rc)
		return rc;
	rc = blob_rest(chif, (const uint8_t *)text, (uint32_t)len, ANSWER_MAX, deadline_ms, &bytes,
		       &count, ret_sent, err);
	if (rc && rc != ERR_BUSY)
		chif_close(chif);
	rc = rc ? rc : take_answer(bytes, count, ret, err);
	free(bytes);
	return rc;
}

/* Is it worth another try, and is it certain that nothing is done twice? */
static bool may_repeat(int rc, bool sent, bool harmless, unsigned int *tries)
{
	if (rc == ERR_BUSY || rc == ERR_DEVICE_GONE)
		return harmless || !sent;
	return (rc == ERR_IO || rc == ERR_FORMAT) && (harmless || !sent) && ++*tries < TRIES;
}

static int ask_until(struct redfish_link *link, const char *text, size_t len, bool harmless,
		     uint64_t deadline_ms, struct http_answer *ret, struct err *err)
{
	unsigned int tries = 0;
	bool sent;
	int rc;

	while ((rc = ask_once(link, text, len, deadline_ms, ret, &sent, err)) != 0) {
		if (!may_repeat(rc, sent, harmless, &tries) ||
		    now(link->hw) + AGAIN_MS > deadline_ms)
			break;
		link->hw->ops->sleep_ms(link->hw, AGAIN_MS);
	}
	if (rc && sent && !harmless)
		err_prefix(err, "whether it was done is not known");
	return rc;
}

static int chif_ask(struct redfish_link *link, const struct redfish_request *request,
		    const char *const *headers, struct http_answer *ret, struct err *err)
{
	const uint64_t deadline_ms =
		now(link->hw) + (request->stall_ms ? request->stall_ms : ASK_MS);
	size_t len;
	char *text;
	int rc;

	*ret = (struct http_answer){ 0 };
	if (request->part_count || request->octets)
		return err_set(err, ERR_UNSUPPORTED, "an iLO's host channel carries no uploads");
	rc = make_text(request, headers, &text, &len, err);
	rc = rc ? rc
		: ask_until(link, text, len, changes_nothing(request->method), deadline_ms, ret,
			    err);
	if (!rc)
		ret->sent = request->body ? strlen(request->body) : 0;
	if (text)
		explicit_bzero(text, len);
	free(text);
	return rc ? err_prefix(err, "%s %s", request->method, request->path) : 0;
}

static void chif_link_close(struct redfish_link *link)
{
	struct chif *chif = link->priv;

	chif_close(chif);
	free(chif);
	link->priv = NULL;
}

static const struct redfish_link_ops chif_ops = {
	.way = REDFISH_CHIF,
	.words = "the iLO's host channel (CHIF)",
	.ask = chif_ask,
	.close = chif_link_close,
};

static int get_status(struct redfish_link *link, const char *path, uint64_t deadline_ms,
		      unsigned int *ret, struct err *err)
{
	static const char *const headers[] = { "Accept: application/json", "OData-Version: 4.0",
					       NULL };
	const uint64_t at = now(link->hw);
	const struct redfish_request request = {
		.method = "GET",
		.path = path,
		.stall_ms = at < deadline_ms ? (uint32_t)(deadline_ms - at) : 1,
	};
	struct http_answer answer;
	int rc = chif_ask(link, &request, headers, &answer, err);

	*ret = answer.status;
	http_answer_free(&answer);
	return rc;
}

/* Does it take what is asked without a login, and does it know Redfish? */
static int check_rest(struct redfish_link *link, uint64_t deadline_ms, struct err *err)
{
	unsigned int status;
	int rc = get_status(link, PROBE, deadline_ms, &status, err);

	if (rc)
		return rc;
	if (status == 401 || status == 403)
		return err_set(
			err, ERR_UNSUPPORTED,
			"the iLO wants credentials from its host (RequireHostAuthentication, "
			"or a high security state; HTTP %u), and how they travel in this "
			"channel is not published. Its virtual network card or the network "
			"(--ilo) is the way, with credentials",
			status);
	if (status != 404)
		return 0;
	rc = get_status(link, OLD_REST, deadline_ms, &status, err);
	if (rc)
		return rc;
	return err_set(err, ERR_UNSUPPORTED,
		       status == 200 ? "this iLO has HPE's REST of before Redfish: an iLO 4 older "
				       "than 2.30"
				     : "this iLO has no Redfish");
}

int redfish_chif_open(struct hwio *hw, uint64_t deadline_ms, struct redfish_link *ret,
		      struct err *err)
{
	struct chif *chif = malloc(sizeof(*chif));
	unsigned int tries = 0;
	int rc;

	*ret = (struct redfish_link){ .ops = &chif_ops, .hw = hw, .priv = chif };
	if (!chif)
		return err_set(err, ERR_NOMEM, "out of memory");
	*chif = (struct chif){ .hw = hw, .fd = -1 };
	while ((rc = connect_chif(chif, deadline_ms, err)) != 0 &&
	       may_repeat(rc, false, true, &tries) && now(hw) + AGAIN_MS <= deadline_ms)
		hw->ops->sleep_ms(hw, AGAIN_MS);
	rc = rc ? rc : check_rest(ret, deadline_ms, err);
	if (rc)
		chif_link_close(ret);
	return rc ? err_prefix(err, "%s", chif_ops.words) : 0;
}
