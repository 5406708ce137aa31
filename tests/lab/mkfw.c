/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a firmware image for the lab's drive. The same arguments give the same bytes. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

struct options {
	struct fwimage image;
	const char *out;
};

/* The payload: a xorshift64 stream seeded by the revision, so that versions differ throughout. */
static void fill(uint64_t *state, uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		*state ^= *state << 13;
		*state ^= *state >> 7;
		*state ^= *state << 17;
		buf[i] = (uint8_t)(*state >> 32);
	}
}

static uint64_t seed(const struct fwimage *image)
{
	const uint8_t *revision = (const uint8_t *)image->revision;

	return 0x9e3779b97f4a7c15u ^ fwimage_crc32(0, revision, strlen(image->revision));
}

/* Goes through the payload: into the CRC of *image and, if out is given, into the file. */
static int payload(struct fwimage *image, FILE *out)
{
	uint64_t state = seed(image);
	uint8_t buf[65536];
	uint32_t crc = 0;

	for (uint32_t left = image->payload_bytes; left > 0;) {
		uint32_t len = left < sizeof(buf) ? left : (uint32_t)sizeof(buf);

		fill(&state, buf, len);
		crc = fwimage_crc32(crc, buf, len);
		if (out && fwrite(buf, 1, len, out) != len)
			return -EIO;
		left -= len;
	}
	image->payload_crc = crc;
	return 0;
}

static int write_image(struct options *options)
{
	uint8_t header[FWIMAGE_HEADER_BYTES];
	FILE *out = fopen(options->out, "wb");
	int error = 0;

	if (!out)
		return -errno;
	(void)payload(&options->image, NULL);
	fwimage_write_header(&options->image, header);
	if (fwrite(header, 1, sizeof(header), out) != sizeof(header))
		error = -EIO;
	if (!error)
		error = payload(&options->image, out);
	return fclose(out) && !error ? -EIO : error;
}

static int set_text(char *field, size_t size, const char *text)
{
	int len = snprintf(field, size, "%s", text);

	return len > 0 && (size_t)len < size ? 0 : -EINVAL;
}

static int set_size(struct fwimage *image, const char *text)
{
	char *end;
	unsigned long long size = strtoull(text, &end, 10);

	if (*end || size < FWIMAGE_HEADER_BYTES || size > UINT32_MAX)
		return -EINVAL;
	image->payload_bytes = (uint32_t)size - FWIMAGE_HEADER_BYTES;
	return 0;
}

static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "model", required_argument, NULL, 'm' },
		{ "version", required_argument, NULL, 'v' },
		{ "size", required_argument, NULL, 's' },
		{ "out", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	struct fwimage *image = &options->image;
	int option, error = 0;

	while (!error && (option = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (option == 'm')
			error = set_text(image->model, sizeof(image->model), optarg);
		else if (option == 'v')
			error = set_text(image->revision, sizeof(image->revision), optarg);
		else if (option == 's')
			error = set_size(image, optarg);
		else if (option == 'o')
			options->out = optarg;
		else
			error = -EINVAL;
	}
	if (error || optind != argc || !image->model[0] || !image->revision[0] || !options->out)
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .image.payload_bytes = (1 << 20) - FWIMAGE_HEADER_BYTES };
	int error = parse_options(argc, argv, &options);

	if (error) {
		(void)fprintf(stderr,
			      "usage: mkfw --model TEXT --version TEXT [--size BYTES] "
			      "--out FILE\n");
		return 2;
	}
	error = write_image(&options);
	if (error)
		(void)fprintf(stderr, "mkfw: %s: %s\n", options.out, strerror(-error));
	return error ? 1 : 0;
}
