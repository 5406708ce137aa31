/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collections: all members, in however many pieces and however much of each comes (DSP0266 7.3). */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "format/redfish_json.h"
#include "hw/redfish_internal.h"

#define MAX_PAGES 64

struct walk {
	struct redfish *rf;
	int (*each)(void *ctx, const char *uri, yyjson_val *val, struct err *err);
	void *ctx;
	unsigned int members;
};

/* A resource has a Name (DSP0266 9.6.4); what has none is only a link to it, whatever was asked. */
static bool is_link(yyjson_val *member)
{
	return !redfish_at(member, "Name");
}

/* One that has gone meanwhile is none. */
static int follow(struct walk *walk, const char *uri, struct err *err)
{
	CLEANUP_JSON yyjson_doc *doc = NULL;
	int rc = redfish_get(walk->rf, uri, &doc, err);

	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc ? rc : walk->each(walk->ctx, uri, yyjson_doc_get_root(doc), err);
}

static int visit(struct walk *walk, yyjson_val *member, struct err *err)
{
	char uri[REDFISH_URI_MAX];

	if (walk->members++ == REDFISH_MAX_MEMBERS)
		return err_set(err, ERR_TOO_LARGE, "more than %d members", REDFISH_MAX_MEMBERS);
	redfish_ref(member, "", uri, sizeof(uri));
	if (!is_link(member))
		return walk->each(walk->ctx, uri, member, err);
	return uri[0] ? follow(walk, uri, err) : 0;
}

static int visit_page(struct walk *walk, yyjson_val *page, char next[REDFISH_URI_MAX],
		      struct err *err)
{
	size_t index, count;
	yyjson_val *member, *members = redfish_at(page, "Members");
	int rc = 0;

	if (!members)
		members = redfish_at(page, "Items"); /* of /rest/v1 */
	yyjson_arr_foreach(members, index, count, member)
	{
		rc = visit(walk, member, err);
		if (rc)
			return rc;
	}
	if (!redfish_exact(page, "Members@odata.nextLink", next, REDFISH_URI_MAX))
		redfish_exact(page, "@odata.nextLink", next, REDFISH_URI_MAX);
	return 0;
}

/* A service that does not know $expand says so, or leaves it out (DSP0266 7.3.4): then links. */
static int get_first(struct redfish *rf, const char *collection, yyjson_doc **ret, struct err *err)
{
	char path[REDFISH_URI_MAX + 16];
	int rc;

	if (strchr(collection, '?'))
		return redfish_get(rf, collection, ret, err);
	snprintf(path, sizeof(path), "%s?$expand=.", collection);
	rc = redfish_get(rf, path, ret, err);
	if (rc != ERR_DEVICE && rc != ERR_NOT_FOUND && rc != ERR_FORMAT)
		return rc;
	return redfish_get(rf, collection, ret, err);
}

int redfish_each(struct redfish *rf, const char *collection,
		 int (*each)(void *ctx, const char *uri, yyjson_val *val, struct err *err),
		 void *ctx, struct err *err)
{
	struct walk walk = { .rf = rf, .each = each, .ctx = ctx };
	char next[REDFISH_URI_MAX] = "";

	for (unsigned int page = 0; page < MAX_PAGES; page++) {
		CLEANUP_JSON yyjson_doc *doc = NULL;
		int rc = page ? redfish_get(rf, next, &doc, err)
			      : get_first(rf, collection, &doc, err);

		if (!rc)
			rc = visit_page(&walk, yyjson_doc_get_root(doc), next, err);
		if (rc || !next[0])
			return rc;
	}
	return err_set(err, ERR_TOO_LARGE, "%s has more than %d pages", collection, MAX_PAGES);
}
