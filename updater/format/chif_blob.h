/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The blob store of an iLO, command 0x011c of its host channel (format/chif.h): named bytes that
 * are written and read in parts, and HTTP requests, of which one of more than a packet is put into
 * a blob first and a long answer is fetched from one. The sequence is that of
 * HewlettPackard/python-ilorest-library src/redfish/hpilo/risblobstore2.py and of
 * linuxboot/uefisettings src/lib/ilorest/blobstore.rs, the layouts are what clients send.
 */
#ifndef DRYDOCK_FORMAT_CHIF_BLOB_H
#define DRYDOCK_FORMAT_CHIF_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "format/chif.h"

#define CHIF_PAYLOAD_MAX (CHIF_PACKET_MAX - CHIF_HEADER)
#define CHIF_BLOB_NAME	 32u   /* of a key, with a NUL */
#define CHIF_BLOB_WRITE	 3304u /* bytes in one write: packets of 3500 */
#define CHIF_BLOB_READ	 3868u /* and in one read: 4000 */
#define CHIF_REST_INLINE 3499u /* of a request: 68 + it is less than 3568 */

/* What is named lives in the namespace "volatile": the iLO forgets it within about an hour. */
enum chif_blob_op {
	CHIF_BLOB_CREATE = 1,
	CHIF_BLOB_PUT,
	CHIF_BLOB_INFO,
	CHIF_BLOB_GET,
	CHIF_BLOB_DELETE,
	CHIF_BLOB_FINALIZE,
	CHIF_BLOB_REST,
};

/* What an answer says: CHIF_BLOB_OK and CHIF_BLOB_NOT_MODIFIED are success. */
enum chif_blob_code {
	CHIF_BLOB_OK = 0,
	CHIF_BLOB_ERROR,
	CHIF_BLOB_BAD_PARAMETER, /* of a blob that is being made: not yet */
	CHIF_BLOB_BAD_CONFIG,
	CHIF_BLOB_NO_MEMORY,
	CHIF_BLOB_TIMEOUT,
	CHIF_BLOB_RETRY,
	CHIF_BLOB_NOT_AGAIN,
	CHIF_BLOB_BAD_NAME,
	CHIF_BLOB_TOO_LARGE,
	CHIF_BLOB_READ_ONLY,
	CHIF_BLOB_WRITE_ONLY,
	CHIF_BLOB_NOT_FOUND,
	CHIF_BLOB_BUFFER_TOO_SMALL,
	CHIF_BLOB_MORE_BLOBS,
	CHIF_BLOB_UNAVAILABLE,
	CHIF_BLOB_DISABLED,
	CHIF_BLOB_UNINITIALIZED,
	CHIF_BLOB_UNIMPLEMENTED,
	CHIF_BLOB_UNSUPPORTED,
	CHIF_BLOB_NOT_MODIFIED,
	CHIF_BLOB_PRECONDITION_FAILED,
};

struct chif_rest_answer {
	uint32_t code; /* enum chif_blob_code */
	bool in_blob;  /* the answer is in the blob that was named for it */
	const uint8_t *data;
	size_t len;
};

/*
 * Payloads of requests, for chif_exchange(): they return the length. Keys have at most
 * CHIF_BLOB_NAME - 1 characters. op is INFO, DELETE or FINALIZE for the one that only names.
 */
size_t chif_blob_put_name(uint8_t payload[CHIF_PAYLOAD_MAX], enum chif_blob_op op, const char *key);
size_t chif_blob_put_create(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key);
/* data: at most CHIF_BLOB_WRITE bytes, for this offset of the blob. */
size_t chif_blob_put_data(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key, uint32_t offset,
			  const uint8_t *data, uint32_t len);
/* len: at most CHIF_BLOB_READ. */
size_t chif_blob_put_get(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key, uint32_t offset,
			 uint32_t len);
/* An HTTP request of at most CHIF_REST_INLINE bytes, or the blob that it is in. */
size_t chif_rest_put(uint8_t payload[CHIF_PAYLOAD_MAX], const char *answer_key,
		     const uint8_t *request, uint32_t len);
size_t chif_rest_put_blob(uint8_t payload[CHIF_PAYLOAD_MAX], const char *answer_key,
			  const char *request_key);

/*
 * Whole answer packets. ERR_FORMAT: too short for what they are, or for what they say. Only with a
 * code of success is there more than the code.
 */
int chif_blob_parse(const uint8_t *packet, size_t len, uint32_t *ret_code, struct err *err);
int chif_blob_parse_info(const uint8_t *packet, size_t len, uint32_t *ret_code, uint32_t *ret_size,
			 struct err *err);
int chif_blob_parse_get(const uint8_t *packet, size_t len, uint32_t *ret_code,
			const uint8_t **ret_data, size_t *ret_len, struct err *err);
int chif_rest_parse(const uint8_t *packet, size_t len, struct chif_rest_answer *ret,
		    struct err *err);

bool chif_blob_is_success(uint32_t code);
/* "NOTFOUND"; "unknown code" */
const char *chif_blob_words(uint32_t code);

#endif
