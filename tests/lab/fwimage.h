/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The firmware image of the lab's drive. The format is ours, made so that a drive can tell a good
 * image from a damaged one or from one for another model:
 *
 *   0   8  magic "DDLABFW1"
 *   8  40  model number the image is for, as in Identify MN: ASCII, padded with spaces
 *  48   8  firmware revision, as in Identify FR: ASCII, padded with spaces
 *  56   4  payload length in bytes, little-endian
 *  60   4  CRC-32 (IEEE 802.3, reflected) of the payload, little-endian
 *  64   -  payload
 */
#ifndef LAB_FWIMAGE_H
#define LAB_FWIMAGE_H

#include <stddef.h>
#include <stdint.h>

#define FWIMAGE_HEADER_BYTES   64
#define FWIMAGE_MODEL_CHARS    40
#define FWIMAGE_REVISION_CHARS 8

struct fwimage {
	char model[FWIMAGE_MODEL_CHARS + 1];
	char revision[FWIMAGE_REVISION_CHARS + 1];
	uint32_t payload_bytes;
	uint32_t payload_crc;
};

/* CRC-32 of len bytes that follow those already in crc; start with 0. */
uint32_t fwimage_crc32(uint32_t crc, const uint8_t *buf, size_t len);

/* Writes the header for *image into header. The strings must fit and be printable ASCII. */
void fwimage_write_header(const struct fwimage *image, uint8_t header[FWIMAGE_HEADER_BYTES]);

/*
 * Reads and checks a whole image: magic, strings, length, CRC. A host may have to pad the end to
 * the drive's granularity, so fewer than max_padding bytes may follow the payload.
 * Returns 0, or -EINVAL for anything that is not a sound image.
 */
int fwimage_parse(const uint8_t *buf, size_t len, size_t max_padding, struct fwimage *ret_image);

/* Copies text into a field of width bytes and fills the rest with spaces. */
void fwimage_pad(uint8_t *field, size_t width, const char *text);

#endif
