/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "repo/payload.h"

static int load(const char *dir, const struct payload_ref *ref, uint8_t **ret, struct err *err)
{
	CLEANUP_FREE uint8_t *chunk = malloc(CATALOG_CHUNK_BYTES);
	struct payload *payload = NULL;
	size_t len = 0;
	int rc;

	if (ref->size > STEP_FILE_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "it has %llu bytes",
			       (unsigned long long)ref->size);
	if (!chunk)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = payload_open(dir, ref, &payload, err);
	if (!rc && ref->size)
		rc = payload_read_chunk(payload, 0, chunk, &len, err);
	payload_close(payload);
	if (rc)
		return rc;
	*ret = malloc(len + 1);
	if (!*ret)
		return err_set(err, ERR_NOMEM, "out of memory");
	memcpy(*ret, chunk, len);
	return 0;
}

int step_files_load(struct step_files *ret, const struct component *comp,
		    const char *(*folder)(const void *ctx, const struct payload_ref *ref),
		    const void *ctx, struct err *err)
{
	*ret = (struct step_files){ .items = calloc(comp->attachment_count + 1,
						    sizeof(*ret->items)) };
	if (!ret->items)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < comp->attachment_count; i++) {
		const struct attachment *from = &comp->attachments[i];
		uint8_t *data;
		int rc;

		if (strcmp(from->role, "compsig") != 0)
			continue;
		rc = load(folder(ctx, &from->ref), &from->ref, &data, err);
		if (rc)
			return err_prefix(err, "the signature %s", from->name);
		ret->items[ret->count++] =
			(struct backend_file){ from->role, from->name, data, from->ref.size };
	}
	return 0;
}

void step_files_free(struct step_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free((void *)(uintptr_t)files->items[i].data);
	free(files->items);
	*files = (struct step_files){ 0 };
}
