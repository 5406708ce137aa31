/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwimage.h"

#include <errno.h>
#include <string.h>

#include "le.h"

static const char magic[8] = { 'D', 'D', 'L', 'A', 'B', 'F', 'W', '1' };

enum { AT_MODEL = 8, AT_REVISION = 48, AT_LENGTH = 56, AT_CRC = 60 };

uint32_t fwimage_crc32(uint32_t crc, const uint8_t *buf, size_t len)
{
	uint32_t table[256];

	for (uint32_t n = 0; n < 256; n++) {
		uint32_t c = n;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? 0xEDB88320u ^ c >> 1 : c >> 1;
		table[n] = c;
	}
	crc = ~crc;
	for (size_t i = 0; i < len; i++)
		crc = table[(crc ^ buf[i]) & 0xff] ^ crc >> 8;
	return ~crc;
}

void fwimage_pad(uint8_t *field, size_t width, const char *text)
{
	size_t len = strnlen(text, width);

	memcpy(field, text, len);
	memset(field + len, ' ', width - len);
}

/* The text of a padded field; false when it is empty or holds anything but printable ASCII. */
static int unpad(const uint8_t *field, size_t width, char *text)
{
	size_t len = width;

	while (len > 0 && field[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++)
		if (field[i] < 0x20 || field[i] > 0x7e)
			return -EINVAL;
	memcpy(text, field, len);
	text[len] = '\0';
	return len > 0 ? 0 : -EINVAL;
}

void fwimage_write_header(const struct fwimage *image, uint8_t header[FWIMAGE_HEADER_BYTES])
{
	memcpy(header, magic, sizeof(magic));
	fwimage_pad(header + AT_MODEL, FWIMAGE_MODEL_CHARS, image->model);
	fwimage_pad(header + AT_REVISION, FWIMAGE_REVISION_CHARS, image->revision);
	put_le32(header + AT_LENGTH, image->payload_bytes);
	put_le32(header + AT_CRC, image->payload_crc);
}

int fwimage_parse(const uint8_t *buf, size_t len, size_t max_padding, struct fwimage *ret_image)
{
	struct fwimage image;
	size_t rest;

	if (len < FWIMAGE_HEADER_BYTES || memcmp(buf, magic, sizeof(magic)) != 0)
		return -EINVAL;
	if (unpad(buf + AT_MODEL, FWIMAGE_MODEL_CHARS, image.model) ||
	    unpad(buf + AT_REVISION, FWIMAGE_REVISION_CHARS, image.revision))
		return -EINVAL;
	image.payload_bytes = get_le32(buf + AT_LENGTH);
	image.payload_crc = get_le32(buf + AT_CRC);
	rest = len - FWIMAGE_HEADER_BYTES;
	if (image.payload_bytes > rest || rest - image.payload_bytes >= max_padding)
		return -EINVAL;
	if (fwimage_crc32(0, buf + FWIMAGE_HEADER_BYTES, image.payload_bytes) != image.payload_crc)
		return -EINVAL;
	*ret_image = image;
	return 0;
}
