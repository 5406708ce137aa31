/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/chif_blob.h"

#include <assert.h>
#include <string.h>

#include "format/le.h"

#define NAMESPACE	"volatile"
#define NAMESPACE_BYTES 16u

/* Offsets and sizes of whole packets. */
enum {
	AT_OP = 0x08,
	AT_NAMESPACE = 0x0c,
	AT_KEY = 0x1c,
	NAME_BYTES = 0x3c, /* info */
	NAME_PADDED = 0x40,
	AT_CREATE_FLAGS = 0x3c,
	CREATE_FLAGS = 2,
	AT_CREATE_TYPE = 0x40,
	AT_CREATE_CHARSET = 0x80,
	AT_CREATE_ETAG = 0xa0,
	AT_CREATE_CREATOR = 0xe0,
	CREATE_BYTES = 0x1ec,
	AT_PUT_OFFSET = 0x7c,
	AT_PUT_COUNT = 0x80,
	AT_PUT_DATA = 0xc4,
	AT_GET_OFFSET = 0x3c,
	AT_GET_COUNT = 0x40,
	GET_BYTES = 0x84,
	AT_REST_MODE = 0x0c,
	REST_MODE_INLINE = 0,
	REST_MODE_BLOB = 1,
	AT_REST_ANSWER_NAMESPACE = 0x10,
	AT_REST_ANSWER_KEY = 0x20,
	AT_REST_LEN = 0x40,
	AT_REST_DATA = 0x44,
	AT_REST_NAMESPACE = 0x44,
	AT_REST_KEY = 0x54,
	REST_BLOB_BYTES = 0x74,
	/* of answers */
	AT_CODE = 8,
	AT_INFO_SIZE = 12,
	AT_GOT_COUNT = 12,
	AT_GOT_DATA = 16,
	AT_RESULT_MODE = 12,
	AT_RESULT_LEN = 16,
	AT_RESULT_DATA = 20,
};

static_assert(AT_PUT_DATA + CHIF_BLOB_WRITE == 3500, "what is written in one packet");
static_assert(GET_BYTES + CHIF_BLOB_READ == 4000, "what is read in one packet");
static_assert(AT_REST_DATA + CHIF_REST_INLINE == 3567, "what is asked in one packet");

static uint8_t *at(uint8_t *payload, size_t offset)
{
	return payload + offset - CHIF_HEADER;
}

static void put_text(uint8_t *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	assert(len < size);
	memcpy(to, text, len);
}

/* The beginning of all but REST, of a payload that ends at `bytes` of the packet. */
static size_t begin(uint8_t *payload, size_t bytes, enum chif_blob_op op, const char *key)
{
	const size_t len = bytes - CHIF_HEADER;

	memset(payload, 0, len);
	le32_put(at(payload, AT_OP), op);
	put_text(at(payload, AT_NAMESPACE), NAMESPACE_BYTES, NAMESPACE);
	put_text(at(payload, AT_KEY), CHIF_BLOB_NAME, key);
	return len;
}

size_t chif_blob_put_name(uint8_t payload[CHIF_PAYLOAD_MAX], enum chif_blob_op op, const char *key)
{
	return begin(payload, op == CHIF_BLOB_INFO ? NAME_BYTES : NAME_PADDED, op, key);
}

size_t chif_blob_put_create(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key)
{
	const size_t len = begin(payload, CREATE_BYTES, CHIF_BLOB_CREATE, key);

	le32_put(at(payload, AT_CREATE_FLAGS), CREATE_FLAGS);
	put_text(at(payload, AT_CREATE_TYPE), 64, "text/plain");
	put_text(at(payload, AT_CREATE_CHARSET), 32, "ascii");
	put_text(at(payload, AT_CREATE_ETAG), 64, "12345");
	put_text(at(payload, AT_CREATE_CREATOR), 64, "drydock");
	return len;
}

size_t chif_blob_put_data(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key, uint32_t offset,
			  const uint8_t *data, uint32_t len)
{
	assert(len <= CHIF_BLOB_WRITE);
	begin(payload, AT_PUT_DATA, CHIF_BLOB_PUT, key);
	le32_put(at(payload, AT_PUT_OFFSET), offset);
	le32_put(at(payload, AT_PUT_COUNT), len);
	memcpy(at(payload, AT_PUT_DATA), data, len);
	return AT_PUT_DATA - CHIF_HEADER + len;
}

/* Its size is said with the room for what comes: clients do so. */
size_t chif_blob_put_get(uint8_t payload[CHIF_PAYLOAD_MAX], const char *key, uint32_t offset,
			 uint32_t len)
{
	size_t total;

	assert(len <= CHIF_BLOB_READ);
	total = begin(payload, GET_BYTES + (size_t)len, CHIF_BLOB_GET, key);
	le32_put(at(payload, AT_GET_OFFSET), offset);
	le32_put(at(payload, AT_GET_COUNT), len);
	return total;
}

static size_t begin_rest(uint8_t *payload, size_t bytes, uint32_t mode, const char *answer_key)
{
	const size_t len = bytes - CHIF_HEADER;

	memset(payload, 0, len);
	le32_put(at(payload, AT_OP), CHIF_BLOB_REST);
	le32_put(at(payload, AT_REST_MODE), mode);
	put_text(at(payload, AT_REST_ANSWER_NAMESPACE), NAMESPACE_BYTES, NAMESPACE);
	put_text(at(payload, AT_REST_ANSWER_KEY), CHIF_BLOB_NAME, answer_key);
	return len;
}

size_t chif_rest_put(uint8_t payload[CHIF_PAYLOAD_MAX], const char *answer_key,
		     const uint8_t *request, uint32_t len)
{
	size_t head;

	assert(len <= CHIF_REST_INLINE);
	head = begin_rest(payload, AT_REST_DATA, REST_MODE_INLINE, answer_key);
	le32_put(at(payload, AT_REST_LEN), len);
	memcpy(at(payload, AT_REST_DATA), request, len);
	return head + len;
}

size_t chif_rest_put_blob(uint8_t payload[CHIF_PAYLOAD_MAX], const char *answer_key,
			  const char *request_key)
{
	const size_t len = begin_rest(payload, REST_BLOB_BYTES, REST_MODE_BLOB, answer_key);

	put_text(at(payload, AT_REST_NAMESPACE), NAMESPACE_BYTES, NAMESPACE);
	put_text(at(payload, AT_REST_KEY), CHIF_BLOB_NAME, request_key);
	return len;
}

int chif_blob_parse(const uint8_t *packet, size_t len, uint32_t *ret_code, struct err *err)
{
	*ret_code = CHIF_BLOB_ERROR;
	if (len < AT_CODE + 4)
		return err_set(err, ERR_FORMAT, "blob store: an answer of %zu bytes", len);
	*ret_code = le32_at(packet + AT_CODE);
	return 0;
}

int chif_blob_parse_info(const uint8_t *packet, size_t len, uint32_t *ret_code, uint32_t *ret_size,
			 struct err *err)
{
	int rc = chif_blob_parse(packet, len, ret_code, err);

	*ret_size = 0;
	if (rc || !chif_blob_is_success(*ret_code))
		return rc;
	if (len < AT_INFO_SIZE + 4)
		return err_set(err, ERR_FORMAT, "blob store: no size in %zu bytes", len);
	*ret_size = le32_at(packet + AT_INFO_SIZE);
	return 0;
}

int chif_blob_parse_get(const uint8_t *packet, size_t len, uint32_t *ret_code,
			const uint8_t **ret_data, size_t *ret_len, struct err *err)
{
	int rc = chif_blob_parse(packet, len, ret_code, err);

	*ret_data = NULL;
	*ret_len = 0;
	if (rc || !chif_blob_is_success(*ret_code))
		return rc;
	if (len < AT_GOT_DATA || le32_at(packet + AT_GOT_COUNT) > len - AT_GOT_DATA)
		return err_set(err, ERR_FORMAT, "blob store: a part is cut off at %zu bytes", len);
	*ret_data = packet + AT_GOT_DATA;
	*ret_len = le32_at(packet + AT_GOT_COUNT);
	return 0;
}

int chif_rest_parse(const uint8_t *packet, size_t len, struct chif_rest_answer *ret,
		    struct err *err)
{
	uint32_t mode;
	int rc;

	*ret = (struct chif_rest_answer){ 0 };
	rc = chif_blob_parse(packet, len, &ret->code, err);
	if (rc || !chif_blob_is_success(ret->code))
		return rc;
	if (len < AT_RESULT_DATA)
		return err_set(err, ERR_FORMAT, "REST: an answer of %zu bytes", len);
	mode = le32_at(packet + AT_RESULT_MODE);
	if (mode != REST_MODE_INLINE && mode != REST_MODE_BLOB)
		return err_set(err, ERR_FORMAT, "REST: the answer is of the unknown kind %u", mode);
	ret->in_blob = mode == REST_MODE_BLOB;
	if (ret->in_blob)
		return 0;
	ret->data = packet + AT_RESULT_DATA;
	ret->len = le32_at(packet + AT_RESULT_LEN);
	if (ret->len > len - AT_RESULT_DATA)
		return err_set(err, ERR_FORMAT, "REST: %zu bytes of %zu came", len - AT_RESULT_DATA,
			       ret->len);
	return 0;
}

bool chif_blob_is_success(uint32_t code)
{
	return code == CHIF_BLOB_OK || code == CHIF_BLOB_NOT_MODIFIED;
}

const char *chif_blob_words(uint32_t code)
{
	static const char *const words[] = {
		"SUCCESS",	 "ERROR",
		"BADPARAM",	 "BADCONFIG",
		"NOMEMORY",	 "TIMEOUT",
		"RETRY",	 "NOT_AGAIN",
		"BADNAME",	 "TOOLARGE",
		"READONLY",	 "WRITEONLY",
		"NOTFOUND",	 "BUFFERTOOSMALL",
		"MOREBLOBS",	 "UNAVAILABLE",
		"DISABLED",	 "UNINITIALIZED",
		"UNIMPLEMENTED", "UNSUPPORTED",
		"NOTMODIFIED",	 "PRECONDITIONFAILED",
	};

	return code < sizeof(words) / sizeof(*words) ? words[code] : "unknown code";
}
