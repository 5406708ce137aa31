/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/step_payload.h"

#include <stdlib.h>
#include <string.h>

static int read_checked(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
			struct err *err)
{
	struct step_payload *checked = (struct step_payload *)src;
	size_t index, within, part;
	int rc;

	while (len) {
		index = (size_t)(offset / CATALOG_CHUNK_BYTES);
		within = (size_t)(offset % CATALOG_CHUNK_BYTES);
		if (!checked->len || checked->index != index) {
			checked->len = 0;
			rc = payload_read_chunk(checked->payload, index, checked->chunk, &part,
						err);
			if (rc)
				return rc;
			checked->index = index;
			checked->len = part;
		}
		if (within >= checked->len)
			return err_set(err, ERR_INTERNAL, "read beyond the end of the payload");
		part = checked->len - within < len ? checked->len - within : len;
		memcpy(buf, checked->chunk + within, part);
		buf += part;
		offset += part;
		len -= part;
	}
	return 0;
}

void step_payload_init(struct step_payload *payload, const struct payload_ref *ref)
{
	*payload = (struct step_payload){ .source = { ref->size, read_checked } };
}

int step_payload_open(struct step_payload *payload, const char *dir, const struct payload_ref *ref,
		      struct err *err)
{
	payload->chunk = malloc(CATALOG_CHUNK_BYTES);
	if (!payload->chunk)
		return err_set(err, ERR_NOMEM, "out of memory");
	return payload_open(dir, ref, &payload->payload, err);
}

void step_payload_close(struct step_payload *payload)
{
	payload_close(payload->payload);
	free(payload->chunk);
	*payload = (struct step_payload){ 0 };
}
