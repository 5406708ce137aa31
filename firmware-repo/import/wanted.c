/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/wanted.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "inventory/identity.h"
#include "plan/plan_match.h"

enum wanted wanted_component(const struct inventory *servers, size_t count,
			     const struct component *comp)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < servers[i].count; j++)
			if (match_rank(comp, &servers[i].devices[j]))
				return WANTED_YES;
	return count ? WANTED_NO : WANTED_YES;
}

int wanted_read_server(const char *path, struct inventory *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *text = NULL;
	size_t len;
	int rc = fsio_read_file(path, INVENTORY_MAX_BYTES, &text, &len, err);

	if (!rc)
		rc = inventory_from_json(text, len, ret, err);
	if (!rc)
		rc = identity_add(ret, err);
	return rc ? err_prefix(err, "%s", path) : 0;
}
