/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets from an iLO: whatever they say, what is taken out of them lies within them. */
#include <stdlib.h>
#include <string.h>

#include "format/chif.h"
#include "format/chif_blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void is_within(const uint8_t *data, size_t size, const uint8_t *part, size_t len)
{
	if (part &&
	    (part < data || (size_t)(part - data) > size || len > size - (size_t)(part - data)))
		abort();
	if (!part && len)
		abort();
}

static void smif(const uint8_t *packet, size_t len)
{
	struct chif_host_interface host;
	enum chif_security security;
	struct chif_status status;
	struct err err = { 0 };
	int rc = chif_parse_status(packet, len, &status, &err);

	if (!rc && (len < 54 || status.error || strlen(status.serial) > 20))
		abort();
	if (rc && rc != ERR_FORMAT && rc != ERR_DEVICE && rc != ERR_UNSUPPORTED)
		abort();
	rc = chif_parse_security(packet, len, &security, &err);
	if (!rc && (len < 13 || (unsigned int)security > 255))
		abort();
	rc = chif_parse_host_interface(packet, len, &host, &err);
	if (!rc && (len < 592 || strlen(host.hostname) > 64))
		abort();
}

static void blobs(const uint8_t *packet, size_t len)
{
	struct chif_rest_answer rest;
	const uint8_t *data;
	uint32_t code, size;
	size_t got;

	if (!chif_blob_parse_info(packet, len, &code, &size, NULL) && !chif_blob_is_success(code) &&
	    size)
		abort();
	chif_blob_parse_get(packet, len, &code, &data, &got, NULL);
	is_within(packet, len, data, got);
	if (!chif_rest_parse(packet, len, &rest, NULL))
		is_within(packet, len, rest.data, rest.len);
	if (!chif_blob_words(code)[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chif_header header;
	uint8_t again[CHIF_HEADER];

	if (chif_parse_header(data, size, &header, NULL))
		return 0;
	if (header.size > size || header.size > CHIF_PACKET_MAX)
		abort();
	chif_put_header(again, &header);
	if (memcmp(again, data, sizeof(again)) != 0)
		abort();
	smif(data, header.size);
	blobs(data, header.size);
	return 0;
}
