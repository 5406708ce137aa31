/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logins, sessions and accounts (DSP0266 13, AccountService of iLO). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yyjson.h>

#include "ilo_internal.h"

#define SESSIONS_AT "/redfish/v1/SessionService/Sessions"
#define ACCOUNTS_AT "/redfish/v1/AccountService/Accounts"

static struct ilo_session *find_session(struct ilo *ilo, const char *token)
{
	for (size_t i = 0; i < ILO_SESSIONS; i++)
		if (ilo->sessions[i].token[0] && strcmp(ilo->sessions[i].token, token) == 0)
			return &ilo->sessions[i];
	return NULL;
}

bool ilo_token_is_valid(struct ilo *ilo, const char *token)
{
	return find_session(ilo, token) != NULL;
}

static struct ilo_account *find_account(struct ilo *ilo, const char *user)
{
	for (size_t i = 0; i < ILO_ACCOUNTS; i++)
		if (ilo->accounts[i].id && strcmp(ilo->accounts[i].user, user) == 0)
			return &ilo->accounts[i];
	return NULL;
}

bool ilo_token_may_update(struct ilo *ilo, const char *token)
{
	const struct ilo_session *session = find_session(ilo, token);
	const struct ilo_account *account = session ? find_account(ilo, session->user) : NULL;

	return account && account->can_update;
}

void ilo_forget_sessions(struct ilo *ilo)
{
	memset(ilo->sessions, 0, sizeof(ilo->sessions));
}

/* 3 PRODUCTION and below: over CHIF nobody is asked. */
static bool local_is_free(const struct ilo *ilo)
{
	return !ilo->knobs[ILO_KNOB_SECURITY].on || ilo->knobs[ILO_KNOB_SECURITY].value <= 3;
}

static bool has_session(struct ilo *ilo, const struct ilo_request *request)
{
	const unsigned int limit = ilo->knobs[ILO_KNOB_SESSION_LOST].value;
	struct ilo_session *session;
	char token[64];

	if (!ilo_request_header(request, "X-Auth-Token", token, sizeof(token)))
		return false;
	session = find_session(ilo, token);
	if (!session)
		return false;
	if (ilo->knobs[ILO_KNOB_SESSION_LOST].on && ++session->requests > limit) {
		ilo->knobs[ILO_KNOB_SESSION_LOST].on = false;
		ilo_say(ilo, "session lost");
		*session = (struct ilo_session){ 0 };
		return false;
	}
	return true;
}

bool ilo_may(struct ilo *ilo, const struct ilo_request *request, const char *path,
	     struct ilo_answer *ret)
{
	bool login = strcmp(path, SESSIONS_AT) == 0 && strcmp(request->method, "POST") == 0;

	if (strcmp(path, "/redfish/v1") == 0 || strcmp(path, "/redfish") == 0 || login)
		return true;
	if (request->local ? local_is_free(ilo) : has_session(ilo, request))
		return true;
	ilo_error(ilo, ret, 401, "Base.1.4.NoValidSession");
	return false;
}

static const char *text_at(yyjson_val *root, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(root, key));

	return text ? text : "";
}

static void log_in(struct ilo *ilo, yyjson_val *root, struct ilo_answer *ret)
{
	struct ilo_account *account = find_account(ilo, text_at(root, "UserName"));
	struct ilo_session *session = NULL;

	for (size_t i = 0; i < ILO_SESSIONS && !session; i++)
		if (!ilo->sessions[i].token[0])
			session = &ilo->sessions[i];
	if (!account || !account->can_login ||
	    strcmp(account->password, text_at(root, "Password")) != 0) {
		ilo_error(ilo, ret, 401, "UnauthorizedLoginAttempt");
		return;
	}
	if (!session) {
		ilo_error(ilo, ret, 400, "Base.1.4.SessionLimitExceeded");
		return;
	}
	*session = (struct ilo_session){ 0 };
	/* No two in a row are of one length. */
	snprintf(session->token, sizeof(session->token), "%08x%08xlab0token%.*s",
		 ilo->next_id * 2654435761u, ilo->resets + 77u, (int)(ilo->next_id % 7), "xxxxxx");
	ilo->next_id++;
	snprintf(session->user, sizeof(session->user), "%s", account->user);
	ilo_json(ret, 201, "{\"@odata.id\":\"" SESSIONS_AT "/%s\",\"UserName\":\"%s\"}",
		 session->token, session->user);
	ilo_header(ret, "X-Auth-Token: %s", session->token);
	ilo_header(ret, "Location: https://16.1.15.1" SESSIONS_AT "/%s/", session->token);
}

static bool sessions(struct ilo *ilo, const struct ilo_request *request, const char *path,
		     yyjson_val *root, struct ilo_answer *ret)
{
	struct ilo_session *session;

	if (strcmp(path, SESSIONS_AT) == 0 && strcmp(request->method, "POST") == 0) {
		log_in(ilo, root, ret);
		return true;
	}
	if (strncmp(path, SESSIONS_AT "/", strlen(SESSIONS_AT) + 1) != 0 ||
	    strcmp(request->method, "DELETE") != 0)
		return false;
	session = find_session(ilo, path + strlen(SESSIONS_AT) + 1);
	if (!session)
		return false;
	*session = (struct ilo_session){ 0 };
	ilo_json(ret, 200, "{}");
	return true;
}

/* Rights are named in Oem.<Hpe>.Privileges; an account without is one that cannot log in. */
static void make_account(struct ilo *ilo, yyjson_val *root, struct ilo_answer *ret)
{
	yyjson_val *oem = yyjson_obj_get(yyjson_obj_get(root, "Oem"), ilo->gen->oem);
	yyjson_val *rights = yyjson_obj_get(oem, "Privileges");
	struct ilo_account *account = NULL;

	for (size_t i = 0; i < ILO_ACCOUNTS && !account; i++)
		if (!ilo->accounts[i].id)
			account = &ilo->accounts[i];
	if (ilo->knobs[ILO_KNOB_ACCOUNT_REFUSED].on) {
		ilo_error(ilo, ret, 403, "Base.1.4.InsufficientPrivilege");
		return;
	}
	if (!account || ilo->knobs[ILO_KNOB_ACCOUNTS_FULL].on) {
		ilo_error(ilo, ret, 400, "Base.1.4.CreateLimitReachedForResource");
		return;
	}
	if (!text_at(root, "UserName")[0] || strlen(text_at(root, "Password")) < 8 ||
	    !text_at(oem, "LoginName")[0]) {
		ilo_error(ilo, ret, 400, "Base.1.4.PropertyMissing");
		return;
	}
	*account = (struct ilo_account){ .id = ilo->next_id++ };
	snprintf(account->user, sizeof(account->user), "%s", text_at(root, "UserName"));
	snprintf(account->password, sizeof(account->password), "%s", text_at(root, "Password"));
	snprintf(account->login, sizeof(account->login), "%s", text_at(oem, "LoginName"));
	account->can_login = yyjson_get_bool(yyjson_obj_get(rights, "LoginPriv"));
	account->can_update = yyjson_get_bool(yyjson_obj_get(rights, "iLOConfigPriv"));
	ilo_say(ilo, "account %s made", account->user);
	ilo_json(ret, 201, "{\"@odata.id\":\"" ACCOUNTS_AT "/%u\",\"Id\":\"%u\"}", account->id,
		 account->id);
	ilo_header(ret, "Location: https://16.1.15.1" ACCOUNTS_AT "/%u/", account->id);
}

static void list_accounts(struct ilo *ilo, struct ilo_answer *ret)
{
	char *body = NULL;
	size_t len = 0;
	const char *comma = "";
	FILE *out = open_memstream(&body, &len);

	if (!out)
		abort();
	fprintf(out, "{\"@odata.id\":\"" ACCOUNTS_AT "\",\"Members\":[");
	for (size_t i = 0; i < ILO_ACCOUNTS; i++) {
		if (!ilo->accounts[i].id)
			continue;
		fprintf(out, "%s{\"@odata.id\":\"" ACCOUNTS_AT "/%u\"}", comma,
			ilo->accounts[i].id);
		comma = ",";
	}
	fprintf(out, "]}");
	fclose(out);
	ilo_json(ret, 200, "%s", body);
	free(body);
}

static bool one_account(struct ilo *ilo, const struct ilo_request *request, unsigned int id,
			struct ilo_answer *ret)
{
	struct ilo_account *account = NULL;

	for (size_t i = 0; i < ILO_ACCOUNTS; i++)
		if (id && ilo->accounts[i].id == id)
			account = &ilo->accounts[i];
	if (!account)
		return false;
	if (strcmp(request->method, "DELETE") == 0) {
		ilo_say(ilo, "account %s removed", account->user);
		*account = (struct ilo_account){ 0 };
		ilo_json(ret, 200, "{}");
		return true;
	}
	ilo_json(ret, 200,
		 "{\"@odata.id\":\"" ACCOUNTS_AT
		 "/%u\",\"Id\":\"%u\",\"UserName\":\"%s\","
		 "\"Oem\":{\"%s\":{\"LoginName\":\"%s\",\"Privileges\":{\"LoginPriv\":%s,"
		 "\"iLOConfigPriv\":%s}}}}",
		 account->id, account->id, account->user, ilo->gen->oem,
		 account->login[0] ? account->login : account->user,
		 account->can_login ? "true" : "false", account->can_update ? "true" : "false");
	return true;
}

static bool accounts(struct ilo *ilo, const struct ilo_request *request, const char *path,
		     yyjson_val *root, struct ilo_answer *ret)
{
	size_t len = strlen(ACCOUNTS_AT);

	if (strcmp(path, "/redfish/v1/AccountService") == 0) {
		ilo_json(ret, 200,
			 "{\"@odata.id\":\"%s\",\"Accounts\":{\"@odata.id\":\"" ACCOUNTS_AT "\"}}",
			 path);
		return true;
	}
	if (strncmp(path, ACCOUNTS_AT, len) != 0)
		return false;
	if (path[len] == '/')
		return one_account(ilo, request, (unsigned int)strtoul(path + len + 1, NULL, 10),
				   ret);
	if (path[len])
		return false;
	if (strcmp(request->method, "POST") == 0)
		make_account(ilo, root, ret);
	else
		list_accounts(ilo, ret);
	return true;
}

bool ilo_accounts(struct ilo *ilo, const struct ilo_request *request, const char *path,
		  struct ilo_answer *ret)
{
	yyjson_doc *doc = request->body_len
				  ? yyjson_read((const char *)request->body, request->body_len, 0)
				  : NULL;
	yyjson_val *root = yyjson_doc_get_root(doc);
	bool done =
		sessions(ilo, request, path, root, ret) || accounts(ilo, request, path, root, ret);

	if (!done && strcmp(path, "/redfish/v1/SessionService") == 0) {
		ilo_json(ret, 200,
			 "{\"@odata.id\":\"%s\",\"Sessions\":{\"@odata.id\":\"" SESSIONS_AT "\"}}",
			 path);
		done = true;
	}
	yyjson_doc_free(doc);
	return done;
}
