/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/blobstore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_YET_TRIES	44u
#define NOT_YET_MS	250u
#define NOT_YET_STEP_MS 50u
#define DELETE_MS	3000u /* of one that would go by itself */
#define EMPTY_PARTS	3u
#define KEY_COUNTER	10000u

/* One packet to the blob store and its answer. */
struct trip {
	uint8_t request[CHIF_PAYLOAD_MAX];
	uint8_t answer[CHIF_PACKET_MAX];
	size_t len; /* of the answer */
};

static int failure(uint32_t code, const char *what, struct err *err)
{
	int rc = ERR_DEVICE;

	switch (code) {
	case CHIF_BLOB_OK:
	case CHIF_BLOB_NOT_MODIFIED:
		return 0;
	case CHIF_BLOB_NOT_FOUND:
		rc = ERR_NOT_FOUND;
		break;
	case CHIF_BLOB_NO_MEMORY:
	case CHIF_BLOB_RETRY:
	case CHIF_BLOB_UNAVAILABLE:
	case CHIF_BLOB_UNINITIALIZED:
		rc = ERR_BUSY;
		break;
	case CHIF_BLOB_TIMEOUT:
		rc = ERR_OVERDUE;
		break;
	case CHIF_BLOB_TOO_LARGE:
		rc = ERR_TOO_LARGE;
		break;
	case CHIF_BLOB_DISABLED:
	case CHIF_BLOB_UNIMPLEMENTED:
	case CHIF_BLOB_UNSUPPORTED:
		rc = ERR_UNSUPPORTED;
		break;
	default:
		break;
	}
	return err_set(err, rc, "the iLO's blob store: %s: %s (%u)", what, chif_blob_words(code),
		       code);
}

static int travel(struct chif *chif, struct trip *trip, size_t len, uint64_t deadline_ms,
		  struct err *err)
{
	return chif_exchange(chif, CHIF_BLOB_STORE, trip->request, len, deadline_ms, trip->answer,
			     &trip->len, err);
}

/* One whose answer is its code. */
static int do_simply(struct chif *chif, struct trip *trip, size_t len, const char *what,
		     uint64_t deadline_ms, struct err *err)
{
	uint32_t code;
	int rc = travel(chif, trip, len, deadline_ms, err);

	rc = rc ? rc : chif_blob_parse(trip->answer, trip->len, &code, err);
	return rc ? rc : failure(code, what, err);
}

void blob_key(struct chif *chif, char ret[CHIF_BLOB_NAME])
{
	snprintf(ret, CHIF_BLOB_NAME, "%s%04u", chif->nonce, chif->keys++ % KEY_COUNTER);
}

int blob_create(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err)
{
	struct trip trip;

	return do_simply(chif, &trip, chif_blob_put_create(trip.request, key), "create",
			 deadline_ms, err);
}

int blob_write(struct chif *chif, const char *key, const uint8_t *data, uint32_t len,
	       uint64_t deadline_ms, struct err *err)
{
	struct trip trip;
	int rc = 0;

	for (uint32_t done = 0, part; done < len && !rc; done += part) {
		part = len - done < CHIF_BLOB_WRITE ? len - done : CHIF_BLOB_WRITE;
		rc = do_simply(chif, &trip,
			       chif_blob_put_data(trip.request, key, done, data + done, part),
			       "write", deadline_ms, err);
	}
	return rc;
}

int blob_finalize(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err)
{
	struct trip trip;

	return do_simply(chif, &trip, chif_blob_put_name(trip.request, CHIF_BLOB_FINALIZE, key),
			 "finalize", deadline_ms, err);
}

/* Again and again while the iLO is not ready with it. */
static int ask_patiently(struct chif *chif, enum chif_blob_op op, const char *key,
			 struct trip *trip, uint64_t deadline_ms, struct err *err)
{
	struct hwio *hw = chif->hw;
	uint32_t code, wait_ms = NOT_YET_MS;
	int rc;

	for (unsigned int tries = 0;; tries++) {
		rc = travel(chif, trip, chif_blob_put_name(trip->request, op, key), deadline_ms,
			    err);
		rc = rc ? rc : chif_blob_parse(trip->answer, trip->len, &code, err);
		if (rc || code != CHIF_BLOB_BAD_PARAMETER)
			break;
		if (tries == NOT_YET_TRIES || hw->ops->now_ms(hw) + wait_ms > deadline_ms)
			return err_set(err, ERR_OVERDUE,
				       "the iLO's blob store: %s is not there yet", key);
		hw->ops->sleep_ms(hw, wait_ms);
		wait_ms += NOT_YET_STEP_MS;
	}
	return rc ? rc : failure(code, op == CHIF_BLOB_INFO ? "info" : "delete", err);
}

int blob_info(struct chif *chif, const char *key, uint64_t deadline_ms, uint32_t *ret_size,
	      struct err *err)
{
	struct trip trip;
	uint32_t code;
	int rc = ask_patiently(chif, CHIF_BLOB_INFO, key, &trip, deadline_ms, err);

	*ret_size = 0;
	return rc ? rc : chif_blob_parse_info(trip.answer, trip.len, &code, ret_size, err);
}

int blob_delete(struct chif *chif, const char *key, uint64_t deadline_ms, struct err *err)
{
	struct trip trip;

	return ask_patiently(chif, CHIF_BLOB_DELETE, key, &trip, deadline_ms, err);
}

/* A part of it; *ret_got may be 0. */
static int read_part(struct chif *chif, const char *key, uint32_t offset, uint8_t *buf,
		     uint32_t len, uint64_t deadline_ms, uint32_t *ret_got, struct err *err)
{
	struct trip trip;
	const uint8_t *data;
	uint32_t code;
	size_t got;
	int rc = travel(chif, &trip, chif_blob_put_get(trip.request, key, offset, len), deadline_ms,
			err);

	*ret_got = 0;
	rc = rc ? rc : chif_blob_parse_get(trip.answer, trip.len, &code, &data, &got, err);
	rc = rc ? rc : failure(code, "read", err);
	if (rc)
		return rc;
	if (got > len)
		return err_set(err, ERR_FORMAT, "the iLO's blob store: %zu bytes instead of %u",
			       got, len);
	if (got)
		memcpy(buf, data, got);
	*ret_got = (uint32_t)got;
	return 0;
}

static int read_all(struct chif *chif, const char *key, uint8_t *buf, uint32_t len,
		    uint64_t deadline_ms, struct err *err)
{
	unsigned int empty = 0;
	int rc = 0;

	for (uint32_t done = 0, got; done < len && !rc; done += got) {
		uint32_t part = len - done < CHIF_BLOB_READ ? len - done : CHIF_BLOB_READ;

		rc = read_part(chif, key, done, buf + done, part, deadline_ms, &got, err);
		if (!rc && !got && ++empty == EMPTY_PARTS)
			rc = err_set(err, ERR_FORMAT,
				     "the iLO's blob store: nothing comes after %u of %u bytes",
				     done, len);
	}
	return rc;
}

int blob_read(struct chif *chif, const char *key, uint32_t max, uint64_t deadline_ms,
	      uint8_t **ret_data, uint32_t *ret_len, struct err *err)
{
	uint32_t size;
	int rc = blob_info(chif, key, deadline_ms, &size, err);

	*ret_data = NULL;
	*ret_len = 0;
	if (rc)
		return rc;
	if (size > max)
		return err_set(err, ERR_TOO_LARGE, "the iLO's blob store: %u bytes", size);
	*ret_data = malloc((size_t)size + 1);
	if (!*ret_data)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = read_all(chif, key, *ret_data, size, deadline_ms, err);
	if (!rc) {
		*ret_len = size;
		return 0;
	}
	free(*ret_data);
	*ret_data = NULL;
	return rc;
}

/* Puts the request into one packet, or before that into a blob. */
static int put_request(struct chif *chif, const char *answer_key, const uint8_t *request,
		       uint32_t len, uint64_t deadline_ms, struct trip *trip, size_t *ret_len,
		       struct err *err)
{
	char key[CHIF_BLOB_NAME];
	int rc;

	if (len <= CHIF_REST_INLINE) {
		*ret_len = chif_rest_put(trip->request, answer_key, request, len);
		return 0;
	}
	blob_key(chif, key);
	rc = blob_create(chif, key, deadline_ms, err);
	rc = rc ? rc : blob_write(chif, key, request, len, deadline_ms, err);
	rc = rc ? rc : blob_finalize(chif, key, deadline_ms, err);
	*ret_len = chif_rest_put_blob(trip->request, answer_key, key);
	return rc;
}

/* What is in the packet itself. */
static int copy_answer(const struct chif_rest_answer *answer, uint32_t max, uint8_t **ret_data,
		       uint32_t *ret_len, struct err *err)
{
	if (answer->len > max)
		return err_set(err, ERR_TOO_LARGE, "the iLO answers with %zu bytes", answer->len);
	*ret_data = malloc(answer->len + 1);
	if (!*ret_data)
		return err_set(err, ERR_NOMEM, "out of memory");
	memcpy(*ret_data, answer->data, answer->len);
	*ret_len = (uint32_t)answer->len;
	return 0;
}

/* The answer's blob goes by itself if it cannot be deleted: what counts is what was read. */
static int fetch_answer(struct chif *chif, const char *key, uint32_t max, uint64_t deadline_ms,
			uint8_t **ret_data, uint32_t *ret_len, struct err *err)
{
	int rc = blob_read(chif, key, max, deadline_ms, ret_data, ret_len, err);
	uint64_t end = chif->hw->ops->now_ms(chif->hw) + DELETE_MS;

	if (!rc)
		blob_delete(chif, key, end < deadline_ms ? end : deadline_ms, NULL);
	return rc;
}

int blob_rest(struct chif *chif, const uint8_t *request, uint32_t len, uint32_t max,
	      uint64_t deadline_ms, uint8_t **ret_data, uint32_t *ret_len, bool *ret_sent,
	      struct err *err)
{
	struct chif_rest_answer answer;
	char key[CHIF_BLOB_NAME];
	struct trip trip;
	size_t size;
	int rc;

	*ret_data = NULL;
	*ret_len = 0;
	*ret_sent = false;
	blob_key(chif, key);
	rc = put_request(chif, key, request, len, deadline_ms, &trip, &size, err);
	if (rc)
		return rc;
	*ret_sent = true;
	rc = travel(chif, &trip, size, deadline_ms, err);
	if (rc)
		return rc;
	rc = chif_rest_parse(trip.answer, trip.len, &answer, err);
	rc = rc ? rc : failure(answer.code, "REST", err);
	*ret_sent = rc != ERR_BUSY;
	if (rc)
		return rc;
	if (answer.in_blob)
		return fetch_answer(chif, key, max, deadline_ms, ret_data, ret_len, err);
	return copy_answer(&answer, max, ret_data, ret_len, err);
}
