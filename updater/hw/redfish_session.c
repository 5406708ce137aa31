/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logging in and out: DSP0266 13.3.4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "format/redfish_firmware.h"
#include "hw/bmc_access.h"
#include "hw/redfish_internal.h"

#define LOGOUT_MS 3000u

/* What the root, which answers to everybody, tells of it; else where all services have it. */
static int sessions_uri(struct redfish *rf, char path[REDFISH_URI_MAX], struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct redfish_root root = { 0 };
	int rc = redfish_get(rf, REDFISH_ROOT, &doc, err);

	if (rc)
		return rc;
	redfish_root_read(yyjson_doc_get_root(doc), &root);
	snprintf(path, REDFISH_URI_MAX, "%s",
		 root.sessions[0] ? root.sessions : REDFISH_ROOT "SessionService/Sessions/");
	return 0;
}

static char *credentials(const struct bmc_access *access)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = doc ? yyjson_mut_obj(doc) : NULL;
	char *text = NULL;

	if (root && yyjson_mut_obj_add_str(doc, root, "UserName", access->user) &&
	    yyjson_mut_obj_add_str(doc, root, "Password", access->password)) {
		yyjson_mut_doc_set_root(doc, root);
		text = yyjson_mut_write(doc, 0, NULL);
	}
	yyjson_mut_doc_free(doc);
	return text;
}

static int keep_session(struct redfish *rf, struct err *err)
{
	char text[2 * REDFISH_URI_MAX];
	const char *path = text;

	if (!redfish_answer_header(rf, "X-Auth-Token", rf->token, sizeof(rf->token)))
		return err_set(err, ERR_FORMAT, "the BMC has made a session without a token");
	rf->session[0] = '\0';
	redfish_answer_header(rf, "Location", text, sizeof(text));
	if (strstr(text, "://"))
		path = strchr(strstr(text, "://") + 3, '/');
	if (path && path[0] == '/' && strlen(path) < sizeof(rf->session))
		snprintf(rf->session, sizeof(rf->session), "%s", path);
	return 0;
}

static int refused(struct redfish *rf, const char *path, struct err *err)
{
	unsigned int status = redfish_status(rf);

	if (status == 400 || status == 401 || status == 403)
		return err_set(err, ERR_POLICY, "the BMC refuses the login as \"%s\" (HTTP %u%s%s)",
			       rf->hw->bmc->user, status, rf->message.id[0] ? ", " : "",
			       rf->message.id);
	return redfish_judge(rf, "POST", path, err);
}

int redfish_login(struct redfish *rf, struct err *err)
{
	const struct bmc_access *access = rf->hw->bmc;
	char path[REDFISH_URI_MAX];
	char *body;
	int rc;

	if (!rf->link.ops->needs_session)
		return 0;
	if (!access || !access->user[0])
		return err_set(err, ERR_POLICY,
			       "%s wants a login, and no user and password were given",
			       rf->link.ops->words);
	rc = sessions_uri(rf, path, err);
	if (rc)
		return rc;
	body = credentials(access);
	if (!body)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = redfish_ask_patiently(
		rf,
		&(struct redfish_request){
			.method = "POST", .path = path, .body = body, .secret = true },
		err);
	explicit_bzero(body, strlen(body));
	free(body);
	rc = rc ? rc : refused(rf, path, err);
	return rc ? rc : keep_session(rf, err);
}

void redfish_logout(struct redfish *rf)
{
	if (rf->session[0])
		redfish_ask_once(rf,
				 &(struct redfish_request){ .method = "DELETE",
							    .path = rf->session,
							    .stall_ms = LOGOUT_MS },
				 NULL);
	explicit_bzero(rf->token, sizeof(rf->token));
	rf->session[0] = '\0';
}
