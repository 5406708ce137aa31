/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account of our own on an iLO, for as long as a run lasts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json.h"
#include "format/redfish_json.h"
#include "hw/ilo_service.h"
#include "hw/ilo_settings.h"

#define NAME_LETTERS	 8
#define PASSWORD_LETTERS 24
#define MAX_SWEEP	 16 /* more than an iLO has accounts */

static int accounts_uri(struct redfish *rf, char uri[REDFISH_REF_MAX], struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct ilo_service ilo;
	int rc = ilo_service_find(rf, &ilo, err);

	if (!rc && !ilo.root.accounts[0])
		rc = err_set(err, ERR_UNSUPPORTED, "the iLO shows no accounts");
	if (!rc)
		rc = redfish_get(rf, ilo.root.accounts, &doc, err);
	if (!rc && !redfish_ref(yyjson_doc_get_root(doc), "Accounts", uri, REDFISH_REF_MAX))
		rc = err_set(err, ERR_FORMAT, "the AccountService names no accounts");
	return rc;
}

/* Letters out of set, each as likely as the others: what would favour some is drawn again. */
static int draw(char *buf, size_t count, const char *set)
{
	size_t size = strlen(set), limit = 256 - 256 % size;

	for (size_t i = 0; i < count;) {
		uint8_t byte;

		if (getrandom(&byte, 1, 0) != 1)
			return ERR_IO;
		if (byte < limit)
			buf[i++] = set[byte % size];
	}
	return 0;
}

/* Of each kind that password rules ask for there are some. */
static int make_password(char buf[BMC_PASSWORD_MAX])
{
	static const char *const sets[] = { "abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ",
					    "23456789", "-_.+" };
	int rc = 0;

	for (size_t i = 0; !rc && i < PASSWORD_LETTERS; i++)
		rc = draw(buf + i, 1, sets[i % 4]);
	buf[PASSWORD_LETTERS] = '\0';
	return rc;
}

static int draw_account(struct bmc_access *ret, struct err *err)
{
	size_t used;

	used = (size_t)snprintf(ret->user, sizeof(ret->user), ILO_ACCOUNT_PREFIX);
	if (draw(ret->user + used, NAME_LETTERS, "abcdefghijklmnopqrstuvwxyz0123456789") ||
	    make_password(ret->password))
		return err_set(err, ERR_IO, "there are no random numbers");
	return 0;
}

/* HPE names each right; uploading firmware wants that to configure the iLO. */
static void account_body(const struct bmc_access *account, char *buf, size_t size)
{
	snprintf(buf, size,
		 "{\"UserName\":\"%s\",\"Password\":\"%s\",\"Oem\":{\"Hpe\":{\"LoginName\":\"%s\","
		 "\"Privileges\":{\"LoginPriv\":true,\"iLOConfigPriv\":true,"
		 "\"RemoteConsolePriv\":false,\"UserConfigPriv\":false,\"VirtualMediaPriv\":false,"
		 "\"VirtualPowerAndResetPriv\":false,\"HostBIOSConfigPriv\":false,"
		 "\"HostNICConfigPriv\":false,\"HostStorageConfigPriv\":false,"
		 "\"SystemRecoveryConfigPriv\":false}}}}",
		 account->user, account->password, account->user);
}

static int refused(struct redfish *rf, struct err *err)
{
	const char *message = redfish_message(rf);
	bool full = strcmp(message, "CreateLimitReachedForResource") == 0 ||
		    strcmp(message, "MaxAccountsReached") == 0 || strstr(message, "TableFull");

	if (!redfish_status(rf))
		return err ? err->code : ERR_DEVICE;
	return err_set(err, full ? ERR_FULL : ERR_POLICY,
		       full ? "the iLO's table of accounts is full (%s)"
			    : "the iLO does not let an account be made (%s)",
		       message[0] ? message : "it does not say why");
}

int ilo_account_make(struct redfish *rf, struct bmc_access *ret, struct err *err)
{
	char uri[REDFISH_REF_MAX], body[1024];
	int rc = accounts_uri(rf, uri, err);

	rc = rc ? rc : draw_account(ret, err);
	if (rc)
		return rc;
	account_body(ret, body, sizeof(body));
	rc = redfish_send(rf,
			  &(struct redfish_request){
				  .method = "POST", .path = uri, .body = body, .secret = true },
			  NULL, err);
	explicit_bzero(body, sizeof(body));
	if (!rc)
		return 0;
	bmc_access_wipe(ret);
	return refused(rf, err);
}

struct found {
	char uris[MAX_SWEEP][REDFISH_REF_MAX];
	unsigned int count;
};

static int take_account(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct found *found = ctx;
	struct redfish_account account;

	(void)err;
	if (found->count < MAX_SWEEP && uri[0] && redfish_account_read(val, &account) &&
	    strncmp(account.user, ILO_ACCOUNT_PREFIX, strlen(ILO_ACCOUNT_PREFIX)) == 0)
		snprintf(found->uris[found->count++], REDFISH_REF_MAX, "%s", uri);
	return 0;
}

int ilo_account_sweep(struct redfish *rf, unsigned int *ret_count, struct err *err)
{
	struct found found = { .count = 0 };
	char uri[REDFISH_REF_MAX];
	int rc = accounts_uri(rf, uri, err);

	*ret_count = 0;
	if (!rc)
		rc = redfish_each(rf, uri, take_account, &found, err);
	for (unsigned int i = 0; !rc && i < found.count; i++) {
		rc = redfish_send(
			rf, &(struct redfish_request){ .method = "DELETE", .path = found.uris[i] },
			NULL, err);
		*ret_count += !rc;
		if (rc == ERR_NOT_FOUND)
			rc = 0;
	}
	return rc;
}
