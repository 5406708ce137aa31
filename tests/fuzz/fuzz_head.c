/* SPDX-License-Identifier: GPL-3.0-or-later */
/* head.json: what was read must be written and read again as the same. */
#include <stdlib.h>
#include <string.h>

#include "repo/catalog_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct head head, again;
	struct err err;
	char *text;
	size_t len;

	if (head_parse(data, size, &head, &err))
		return 0;
	if (!catalog_id_ok(head.repo_id) || head.index_size == 0 ||
	    head.index_size > CATALOG_INDEX_MAX_BYTES)
		abort();
	if (head_write(&head, &text, &len, &err) || head_parse((uint8_t *)text, len, &again, &err))
		abort();
	/* Index 0 stands for algorithms to come, which are not written. */
	head.algorithms[0] = again.algorithms[0] = false;
	if (strcmp(head.repo_id, again.repo_id) != 0 || head.serial != again.serial ||
	    strcmp(head.created, again.created) != 0 || head.index_size != again.index_size ||
	    memcmp(head.index_sha256, again.index_sha256, sizeof(head.index_sha256)) != 0 ||
	    head.threshold != again.threshold ||
	    memcmp(head.algorithms, again.algorithms, sizeof(head.algorithms)) != 0)
		abort();
	free(text);
	return 0;
}
