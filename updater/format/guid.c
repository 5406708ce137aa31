/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/guid.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"

/* Where byte n of the text stands in a table: the first three fields are turned around. */
static const uint8_t mixed[GUID_BYTES] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

void guid_text_be(const uint8_t guid[GUID_BYTES], char ret[GUID_TEXT])
{
	char hex[2 * GUID_BYTES + 1];

	hex_encode(guid, GUID_BYTES, hex);
	snprintf(ret, GUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
		 hex + 20);
}

void guid_text_mixed(const uint8_t guid[GUID_BYTES], char ret[GUID_TEXT])
{
	uint8_t turned[GUID_BYTES];

	for (size_t i = 0; i < GUID_BYTES; i++)
		turned[i] = guid[mixed[i]];
	guid_text_be(turned, ret);
}

int guid_parse_be(const char *text, uint8_t ret[GUID_BYTES])
{
	char hex[2 * GUID_BYTES + 1];
	size_t len = 0;

	if (strlen(text) != GUID_TEXT - 1)
		return ERR_FORMAT;
	for (size_t i = 0; i < GUID_TEXT - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = text[i];

		if (dash != (c == '-'))
			return ERR_FORMAT;
		if (!dash)
			hex[len++] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
	}
	hex[len] = '\0';
	return hex_decode(hex, ret, GUID_BYTES) ? ERR_FORMAT : 0;
}

int guid_parse_mixed(const char *text, uint8_t ret[GUID_BYTES])
{
	uint8_t be[GUID_BYTES];

	if (guid_parse_be(text, be))
		return ERR_FORMAT;
	for (size_t i = 0; i < GUID_BYTES; i++)
		ret[mixed[i]] = be[i];
	return 0;
}

/* RFC 9562 section 6.6: the DNS namespace. */
static const uint8_t dns_namespace[GUID_BYTES] = { 0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1,
						   0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

int guid_of_instance_id(const char *instance_id, char ret[GUID_TEXT])
{
	uint8_t sha1[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
		    EVP_DigestUpdate(ctx, dns_namespace, sizeof(dns_namespace)) == 1 &&
		    EVP_DigestUpdate(ctx, instance_id, strlen(instance_id)) == 1 &&
		    EVP_DigestFinal_ex(ctx, sha1, NULL) == 1;

	EVP_MD_CTX_free(ctx);
	ret[0] = '\0';
	if (!good)
		return ERR_INTERNAL;
	sha1[6] = (uint8_t)((sha1[6] & 0x0f) | 0x50);
	sha1[8] = (uint8_t)((sha1[8] & 0x3f) | 0x80);
	guid_text_be(sha1, ret);
	return 0;
}
