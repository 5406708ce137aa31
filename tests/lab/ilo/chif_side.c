/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "chif_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo_internal.h"

/* Put together from the sources that format/chif.h and chif_blob.h name, not from their code. */
enum {
	HEADER = 8,
	PACKET_MAX = 4096,
	ANSWER_BIT = 0x8000,
	CMD_STATUS = 0x0002,
	CMD_BLOB = 0x011c,
	CMD_SECURITY = 0x0139,
	CMD_HOST_INTERFACE = 0x0159,
	CMD_PING = 0x0fff,
	STATUS_SIZE = 100,
	SECURITY_SIZE = 16,
	HOST_INTERFACE_SIZE = 592,
	PING_SIZE = 16,
	PRODUCTION = 3,
	HIGH_SECURITY = 4,
};

enum {
	OP_CREATE = 1,
	OP_WRITE,
	OP_INFO,
	OP_READ,
	OP_DELETE,
	OP_FINALIZE,
	OP_REST,
};

enum {
	BLOB_OK = 0,
	BLOB_BADPARAM = 2,
	BLOB_NOMEMORY = 4,
	BLOB_NOT_AGAIN = 7,
	BLOB_BADNAME = 8,
	BLOB_TOOLARGE = 9,
	BLOB_READONLY = 10,
	BLOB_NOTFOUND = 12,
	BLOB_DISABLED = 16,
	BLOB_UNIMPLEMENTED = 18,
};

struct blob {
	char key[33]; /* "" = free */
	bool finalized;
	uint8_t *data;
	size_t len;
};

struct chif_side {
	struct blob blobs[CHIF_SIDE_BLOBS];
	unsigned int eldest; /* whose place the next one takes when all are taken */
};

/* One packet on its way through. */
struct visit {
	struct chif_side *side;
	struct ilo *ilo;
	const struct chif_side_facts *facts;
	const uint8_t *packet;
	size_t len; /* as its header says */
	uint8_t *answer;
};

static uint32_t get16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | get16(p + 2) << 16;
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value & 0xff);
	p[1] = (uint8_t)(value >> 8 & 0xff);
}

static void put32(uint8_t *p, size_t value)
{
	put16(p, value & 0xffff);
	put16(p + 2, value >> 16 & 0xffff);
}

struct chif_side *chif_side_new(void)
{
	return calloc(1, sizeof(struct chif_side));
}

void chif_side_reset(struct chif_side *side)
{
	for (size_t i = 0; side && i < CHIF_SIDE_BLOBS; i++)
		free(side->blobs[i].data);
	if (side)
		memset(side, 0, sizeof(*side));
}

void chif_side_free(struct chif_side *side)
{
	chif_side_reset(side);
	free(side);
}

static struct blob *find(struct chif_side *side, const char *key)
{
	for (size_t i = 0; i < CHIF_SIDE_BLOBS; i++)
		if (key[0] && strcmp(side->blobs[i].key, key) == 0)
			return &side->blobs[i];
	return NULL;
}

static void drop(struct blob *blob)
{
	free(blob->data);
	memset(blob, 0, sizeof(*blob));
}

/* A place for a new one; what was left behind by others goes, the eldest first. */
static struct blob *make(struct chif_side *side, const char *key)
{
	struct blob *blob = NULL;

	for (size_t i = 0; i < CHIF_SIDE_BLOBS && !blob; i++)
		if (!side->blobs[i].key[0])
			blob = &side->blobs[i];
	if (!blob)
		blob = &side->blobs[side->eldest++ % CHIF_SIDE_BLOBS];
	drop(blob);
	snprintf(blob->key, sizeof(blob->key), "%s", key);
	return blob;
}

static bool append(struct blob *blob, const void *data, size_t len)
{
	uint8_t *grown = realloc(blob->data, blob->len + len + 1);

	if (!grown)
		return false;
	blob->data = grown;
	memcpy(blob->data + blob->len, data, len);
	blob->len += len;
	blob->data[blob->len] = '\0';
	return true;
}

/* A name in a field of zeros, as the text ret of size + 1 bytes. */
static bool read_name(const uint8_t *field, size_t size, char *ret)
{
	size_t len = strnlen((const char *)field, size);

	for (size_t i = len; i < size; i++)
		if (field[i])
			return false;
	memcpy(ret, field, len);
	ret[len] = '\0';
	return len > 0 && len < size;
}

/* A namespace of 16 bytes and a key of 32; only "volatile" is known. */
static bool read_key(const uint8_t *field, char ret[33])
{
	char name[17];

	return read_name(field, 16, name) && strcmp(name, "volatile") == 0 &&
	       read_name(field + 16, 32, ret);
}

/* The header of the answer; the rest is zeros. */
static size_t answer_of(const struct visit *visit, size_t len)
{
	memset(visit->answer, 0, len);
	put16(visit->answer, len);
	put16(visit->answer + 2, get16(visit->packet + 2));
	put16(visit->answer + 4, get16(visit->packet + 4) | ANSWER_BIT);
	visit->answer[6] = visit->packet[6];
	visit->answer[7] = visit->packet[7];
	return len;
}

static size_t code_of(const struct visit *visit, size_t len, uint32_t code)
{
	answer_of(visit, len);
	put32(visit->answer + 8, code);
	return len;
}

static size_t status(const struct visit *visit)
{
	size_t len = answer_of(visit, STATUS_SIZE);

	put16(visit->answer + 16, 0x0214); /* firmware version */
	snprintf((char *)visit->answer + 34, 20, "%s", visit->facts->serial);
	visit->answer[68] = 7; /* class */
	visit->answer[71] = 4; /* application */
	visit->answer[72] = (uint8_t)visit->facts->security;
	return len;
}

static size_t security(const struct visit *visit)
{
	size_t len = answer_of(visit, SECURITY_SIZE);

	visit->answer[12] = (uint8_t)visit->facts->security;
	return len;
}

static size_t host_interface(const struct visit *visit)
{
	static const uint8_t host[] = { 16, 1, 15, 2 }, mask[] = { 255, 255, 255, 252 },
			     service[] = { 16, 1, 15, 1 };
	size_t len = answer_of(visit, HOST_INTERFACE_SIZE);
	uint8_t *a = visit->answer;

	a[12] = visit->facts->vnic;
	a[14] = 2; /* USB */
	a[15] = 4; /* Redfish over IP */
	put16(a + 148, 0x03f0);
	put16(a + 150, 0x2927);
	a[169] = a[171] = 1; /* IPv4 */
	memcpy(a + 172, host, sizeof(host));
	memcpy(a + 188, mask, sizeof(mask));
	memcpy(a + 204, service, sizeof(service));
	memcpy(a + 220, mask, sizeof(mask));
	put16(a + 236, 443);
	snprintf((char *)a + 336, 256, "ilo.example");
	return len;
}

static size_t blob_create(const struct visit *visit, const char *key)
{
	if (visit->len != 492 || get32(visit->packet + 0x3c) != 2)
		return code_of(visit, 16, BLOB_BADPARAM);
	if (find(visit->side, key))
		return code_of(visit, 16, BLOB_NOT_AGAIN);
	make(visit->side, key);
	return code_of(visit, 16, BLOB_OK);
}

/* In order and without holes: that is how clients write. */
static size_t blob_write(const struct visit *visit, struct blob *blob)
{
	const size_t head = 0xc4;
	size_t count, offset;

	if (visit->len < head)
		return code_of(visit, 12, BLOB_BADPARAM);
	offset = get32(visit->packet + 0x7c);
	count = get32(visit->packet + 0x80);
	if (!blob || blob->finalized)
		return code_of(visit, 12, blob ? BLOB_READONLY : BLOB_NOTFOUND);
	if (count != visit->len - head || visit->len > 3500 || offset != blob->len)
		return code_of(visit, 12, BLOB_BADPARAM);
	if (offset + count > CHIF_SIDE_BLOB_MAX)
		return code_of(visit, 12, BLOB_TOOLARGE);
	if (!append(blob, visit->packet + head, count))
		return code_of(visit, 12, BLOB_NOMEMORY);
	return code_of(visit, 12, BLOB_OK);
}

static size_t blob_info(const struct visit *visit, const struct blob *blob)
{
	size_t len;

	if (visit->len != 60)
		return code_of(visit, 384, BLOB_BADPARAM);
	if (!blob || !blob->finalized)
		return code_of(visit, 384, blob ? BLOB_BADPARAM : BLOB_NOTFOUND);
	len = answer_of(visit, 384);
	put32(visit->answer + 12, blob->len);
	return len;
}

static size_t blob_read(const struct visit *visit, const struct blob *blob)
{
	size_t offset, count;

	if (visit->len < 132)
		return code_of(visit, 16, BLOB_BADPARAM);
	offset = get32(visit->packet + 0x3c);
	count = get32(visit->packet + 0x40);
	if (!blob || !blob->finalized)
		return code_of(visit, 16, blob ? BLOB_BADPARAM : BLOB_NOTFOUND);
	if (visit->len != 132 + count || visit->len > 4000 || offset > blob->len)
		return code_of(visit, 16, BLOB_BADPARAM);
	if (count > blob->len - offset)
		count = blob->len - offset;
	answer_of(visit, 16 + count);
	put32(visit->answer + 12, count);
	if (count)
		memcpy(visit->answer + 16, blob->data + offset, count);
	return 16 + count;
}

static size_t blob_delete(const struct visit *visit, struct blob *blob)
{
	if (visit->len != 64)
		return code_of(visit, 16, BLOB_BADPARAM);
	if (blob)
		drop(blob);
	return code_of(visit, 16, blob ? BLOB_OK : BLOB_NOTFOUND);
}

static size_t blob_finalize(const struct visit *visit, struct blob *blob)
{
	if (visit->len != 64)
		return code_of(visit, 16, BLOB_BADPARAM);
	if (blob)
		blob->finalized = true;
	return code_of(visit, 16, blob ? BLOB_OK : BLOB_NOTFOUND);
}

/* The text of a request, cut into the parts of an ilo_request; false: it is none. */
static bool read_request(char *text, size_t len, struct ilo_request *ret)
{
	char *line = strstr(text, "\r\n"), *end = strstr(text, "\r\n\r\n"), *blank, *field;
	size_t said = 0;

	if (!line || !end || strlen(text) < (size_t)(end + 4 - text))
		return false;
	*line = *end = '\0';
	blank = strchr(text, ' ');
	field = blank ? strchr(blank + 1, ' ') : NULL;
	if (!field || strcmp(field, " HTTP/1.1") != 0)
		return false;
	*blank = *field = '\0';
	ret->method = text;
	ret->path = blank + 1;
	ret->head = line < end ? line + 2 : end;
	ret->body = (const uint8_t *)end + 4;
	ret->body_len = len - (size_t)(end + 4 - text);
	field = strcasestr(ret->head, "Content-Length:");
	if (field)
		said = strtoul(field + strlen("Content-Length:"), NULL, 10);
	return ret->body_len == said;
}

static bool write_answer(struct blob *to, const struct ilo_answer *answer)
{
	char line[64];
	size_t len = answer->head ? strlen(answer->head) : 0;

	while (len && (answer->head[len - 1] == '\n' || answer->head[len - 1] == '\r'))
		len--;
	snprintf(line, sizeof(line), "HTTP/1.1 %u Said\r\n", answer->status);
	return append(to, line, strlen(line)) &&
	       append(to, answer->head ? answer->head : "", len) &&
	       append(to, len ? "\r\n\r\n" : "\r\n", len ? 4 : 2) &&
	       append(to, answer->body ? answer->body : "", answer->body_len);
}

/* Asks the rest of the model; the answer as text is in to. False: nothing comes. */
static bool ask(const struct visit *visit, const uint8_t *data, size_t len, struct blob *to)
{
	struct ilo_request request = { .local = true };
	struct ilo_answer answer = { 0 };
	char *text = malloc(len + 1);
	bool came;

	if (!text)
		return false;
	memcpy(text, data, len);
	text[len] = '\0';
	if (read_request(text, len, &request)) {
		ilo_http(visit->ilo, &request, &answer);
		came = answer.status && write_answer(to, &answer);
		ilo_answer_free(&answer);
	} else {
		came = write_answer(to, &(struct ilo_answer){ .status = 400 });
	}
	free(text);
	return came;
}

/* Inline when it fits into 4020 bytes, else in the blob that was named for it. */
static size_t give(const struct visit *visit, const char *key, struct blob *text)
{
	const size_t head = 20;
	struct blob *blob;

	if (text->len <= 4020 - head) {
		answer_of(visit, head + text->len);
		put32(visit->answer + 16, text->len);
		memcpy(visit->answer + head, text->data, text->len);
		return head + text->len;
	}
	blob = find(visit->side, key);
	blob = blob ? blob : make(visit->side, key);
	free(blob->data);
	blob->data = text->data;
	blob->len = text->len;
	blob->finalized = true;
	*text = (struct blob){ 0 };
	answer_of(visit, head);
	put32(visit->answer + 12, 1);
	return head;
}

/* The request: behind the head, or in a blob. A code of the store, or 0. */
static uint32_t find_request(const struct visit *visit, const uint8_t **ret, size_t *ret_len)
{
	const struct blob *blob;
	char key[33];

	if (get32(visit->packet + 0x0c) == 0) {
		*ret = visit->packet + 0x44;
		*ret_len = get32(visit->packet + 0x40);
		return visit->len <= 3568 && *ret_len == visit->len - 0x44 ? BLOB_OK
									   : BLOB_BADPARAM;
	}
	if (get32(visit->packet + 0x0c) != 1 || visit->len != 116)
		return BLOB_BADPARAM;
	if (!read_key(visit->packet + 0x44, key))
		return BLOB_BADNAME;
	blob = find(visit->side, key);
	if (!blob || !blob->finalized)
		return BLOB_NOTFOUND;
	*ret = blob->data;
	*ret_len = blob->len;
	return BLOB_OK;
}

static size_t rest(const struct visit *visit)
{
	struct blob text = { 0 };
	const uint8_t *request;
	size_t len = 0, said;
	char key[33];
	uint32_t code;

	if (visit->len < 0x44 || !read_key(visit->packet + 0x10, key))
		return code_of(visit, 20, BLOB_BADPARAM);
	code = find_request(visit, &request, &len);
	if (code)
		return code_of(visit, 20, code);
	said = ask(visit, request, len, &text) ? give(visit, key, &text) : 0;
	free(text.data);
	return said;
}

static size_t blob_store(const struct visit *visit)
{
	uint32_t op = visit->len >= 12 ? get32(visit->packet + 8) : 0;
	struct blob *blob;
	char key[33];

	if (visit->facts->security >= HIGH_SECURITY)
		return code_of(visit, 16, BLOB_DISABLED);
	if (op == OP_REST)
		return rest(visit);
	if (visit->len < 60 || !read_key(visit->packet + 12, key))
		return code_of(visit, 16, BLOB_BADNAME);
	blob = find(visit->side, key);
	switch (op) {
	case OP_CREATE:
		return blob_create(visit, key);
	case OP_WRITE:
		return blob_write(visit, blob);
	case OP_INFO:
		return blob_info(visit, blob);
	case OP_READ:
		return blob_read(visit, blob);
	case OP_DELETE:
		return blob_delete(visit, blob);
	case OP_FINALIZE:
		return blob_finalize(visit, blob);
	default:
		return code_of(visit, 16, BLOB_UNIMPLEMENTED);
	}
}

/* The same bytes come back. */
static size_t ping(const struct visit *visit)
{
	if (visit->len != PING_SIZE)
		return 0;
	answer_of(visit, PING_SIZE);
	memcpy(visit->answer + HEADER, visit->packet + HEADER, PING_SIZE - HEADER);
	return PING_SIZE;
}

size_t chif_side_packet(struct chif_side *side, struct ilo *ilo,
			const struct chif_side_facts *facts, const uint8_t *packet, size_t len,
			uint8_t *answer)
{
	struct visit visit = { side, ilo, facts, packet, len, answer };

	if (len < HEADER || get16(packet) < HEADER || get16(packet) > len || packet[6] != 0)
		return 0;
	visit.len = get16(packet);
	switch (get16(packet + 4)) {
	case CMD_STATUS:
		return status(&visit);
	case CMD_SECURITY:
		return security(&visit);
	case CMD_HOST_INTERFACE:
		return host_interface(&visit);
	case CMD_BLOB:
		return blob_store(&visit);
	case CMD_PING:
		return ping(&visit);
	default:
		return code_of(&visit, HEADER + 4, 0xffff0000); /* openbmc-chif-svc */
	}
}

size_t ilo_chif_packet(struct ilo *ilo, const uint8_t *packet, size_t len, uint8_t *answer)
{
	const struct chif_side_facts facts = {
		.security = ilo->knobs[ILO_KNOB_SECURITY].on ? ilo->knobs[ILO_KNOB_SECURITY].value
							     : PRODUCTION,
		.serial = "CZ3LAB0001",
		.vnic = ilo->vnic,
	};

	if (ilo_is_down(ilo) || !ilo->gen->chif)
		return 0;
	if (!ilo->chif)
		ilo->chif = chif_side_new();
	return ilo->chif ? chif_side_packet(ilo->chif, ilo, &facts, packet, len, answer) : 0;
}
