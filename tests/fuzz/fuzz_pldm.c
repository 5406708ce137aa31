/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLDM packages: each as it is, and with the size and the checksum of its header made right, else
 * nearly all would end there. What is accepted must hold what the header promises.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "format/le.h"
#include "parse/pldm_package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void must_be_text(const char *text)
{
	must(strlen(text) < PLDM_TEXT_MAX);
	for (; *text; text++)
		must((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void look_at_record(const struct pldm_package *pkg, const struct pldm_record *record)
{
	struct pldm_descriptor desc;
	size_t pos = 0, count = 0;
	unsigned int sum = 0;

	must_be_text(record->version);
	for (; pldm_next_descriptor(record, &pos, &desc); count++)
		for (size_t i = 0; i < desc.len; i++)
			sum += desc.data[i]; /* for the sanitizer to see */
	must(count == record->descriptor_count && count > 0 && sum <= 255u * PLDM_HEADER_MAX);
	for (size_t i = 0; i < pkg->image_count; i++)
		sum += pldm_applies(record, i);
}

static void look_at_images(const struct pldm_package *pkg, uint64_t size)
{
	for (size_t i = 0; i < pkg->image_count; i++) {
		const struct pldm_image *a = &pkg->images[i];

		must_be_text(a->version);
		must(a->size && a->offset >= pkg->header_size && a->offset < size &&
		     a->size <= size - a->offset);
		for (size_t j = 0; j < i && j < 16; j++) {
			const struct pldm_image *b = &pkg->images[j];

			must(a->offset >= b->offset + b->size || b->offset >= a->offset + a->size);
		}
	}
}

static void check(const uint8_t *buf, size_t len, uint64_t size)
{
	struct pldm_package pkg = { 0 };
	struct err err = { 0 };
	int rc = pldm_parse(buf, len, size, &pkg, &err);

	must(!rc || rc == ERR_FORMAT || rc == ERR_HASH);
	must(!rc || (err.code == rc && *err.text && !pkg.records && !pkg.images));
	if (rc)
		return;
	must(pkg.revision >= 1 && pkg.revision <= 4 && pldm_recognise(buf, len));
	must(pkg.record_count <= PLDM_MAX_RECORDS && pkg.image_count > 0);
	must_be_text(pkg.version);
	for (size_t i = 0; i < pkg.record_count; i++)
		look_at_record(&pkg, &pkg.records[i]);
	look_at_images(&pkg, size);
	pldm_free(&pkg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t header, sums;
	uint8_t *copy;

	check(data, size, size);
	header = size >= 64 ? le16_at(data + 17) : 0;
	sums = size >= 64 && data[16] >= 4 ? 8 : 4;
	if (header < 64 || header > size)
		return 0;
	copy = malloc(size);
	must(copy != NULL);
	memcpy(copy, data, size);
	le32_put(copy + header - sums, (uint32_t)crc32(0, copy, (uInt)(header - sums)));
	check(copy, size, size);
	/* The header alone, as of a package whose images are large. */
	check(copy, header, (uint64_t)1 << 33);
	free(copy);
	return 0;
}
