/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/pldm_package.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "format/le.h"
#include "parse/pldm_text.h"

#define UUID_BYTES     16
#define INFO_BYTES     36 /* of the package header information, before its version string */
#define CHECKSUM_BYTES 4

/* PackageHeaderIdentifier of each revision. */
static const uint8_t identifiers[][UUID_BYTES] = {
	{ 0xf0, 0x18, 0x87, 0x8c, 0xcb, 0x7d, 0x49, 0x43, 0x98, 0x00, 0xa0, 0x2f, 0x05, 0x9a, 0xca,
	  0x02 },
	{ 0x12, 0x44, 0xd2, 0x64, 0x8d, 0x7d, 0x47, 0x18, 0xa0, 0x30, 0xfc, 0x8a, 0x56, 0x58, 0x7d,
	  0x5a },
	{ 0x31, 0x19, 0xce, 0x2f, 0xe8, 0x0a, 0x4a, 0x99, 0xaf, 0x6d, 0x46, 0xf8, 0xb1, 0x21, 0xf6,
	  0xbf },
	{ 0x7b, 0x29, 0x1c, 0x99, 0x6d, 0xb6, 0x42, 0x08, 0x80, 0x1b, 0x02, 0x02, 0x6e, 0x46, 0x3c,
	  0x78 },
};

#define REVISIONS (sizeof(identifiers) / sizeof(*identifiers))

/* What is left of the part that is being read. Short once, short for ever: reads give zeros. */
struct cursor {
	const uint8_t *at;
	size_t left;
	bool cut;
};

static const uint8_t *take(struct cursor *cur, size_t len)
{
	static const uint8_t zeros[UUID_BYTES];
	const uint8_t *at = cur->at;

	if (cur->cut || len > cur->left) {
		cur->cut = true;
		return zeros;
	}
	cur->at += len;
	cur->left -= len;
	return at;
}

static unsigned int take8(struct cursor *cur)
{
	return take(cur, 1)[0];
}

static uint16_t take16(struct cursor *cur)
{
	return le16_at(take(cur, 2));
}

static uint32_t take32(struct cursor *cur)
{
	return le32_at(take(cur, 4));
}

static int take_text(struct cursor *cur, unsigned int type, size_t len, char ret[PLDM_TEXT_MAX],
		     struct err *err)
{
	const uint8_t *at = take(cur, len);

	*ret = '\0';
	return cur->cut || !len ? 0 : pldm_text(type, at, len, ret, err);
}

static unsigned int revision_of(const uint8_t *head, size_t len)
{
	for (unsigned int i = 0; len >= UUID_BYTES && i < REVISIONS; i++)
		if (memcmp(head, identifiers[i], UUID_BYTES) == 0)
			return i + 1;
	return 0;
}

bool pldm_recognise(const uint8_t *head, size_t len)
{
	return revision_of(head, len) != 0;
}

/* Types with a length of their own, DSP0267 "Descriptor identifiers". */
static const struct {
	uint16_t type, len;
	const char *name;
} descriptor_types[] = {
	{ PLDM_PCI_VENDOR, 2, "PCI vendor" },
	{ PLDM_IANA_ENTERPRISE, 4, "IANA enterprise" },
	{ PLDM_UUID, 16, "UUID" },
	{ 0x0003, 3, "PnP vendor" },
	{ 0x0004, 4, "ACPI vendor" },
	{ 0x0005, 3, "IEEE company" },
	{ 0x0006, 8, "SCSI vendor" },
	{ PLDM_PCI_DEVICE, 2, "PCI device" },
	{ PLDM_PCI_SUBSYSTEM_VENDOR, 2, "PCI subsystem vendor" },
	{ PLDM_PCI_SUBSYSTEM, 2, "PCI subsystem" },
	{ 0x0103, 1, "PCI revision" },
	{ 0x0104, 4, "PnP product" },
	{ 0x0105, 4, "ACPI product" },
	{ 0x0106, 40, "model (long)" },
	{ 0x0107, 10, "model (short)" },
	{ 0x0108, 16, "SCSI product" },
	{ 0x0109, 4, "UBM controller" },
	{ 0x010a, 8, "EUI-64" },
	{ 0x010b, 2, "PCI revision range" },
};

#define TYPES (sizeof(descriptor_types) / sizeof(*descriptor_types))

const char *pldm_descriptor_name(uint16_t type)
{
	for (size_t i = 0; i < TYPES; i++)
		if (descriptor_types[i].type == type)
			return descriptor_types[i].name;
	return type == PLDM_VENDOR_DEFINED ? "vendor defined" : NULL;
}

static bool length_fits(uint16_t type, size_t len)
{
	for (size_t i = 0; i < TYPES; i++)
		if (descriptor_types[i].type == type)
			return descriptor_types[i].len == len;
	return true;
}

static void take_descriptor(struct cursor *cur, struct pldm_descriptor *ret)
{
	ret->type = take16(cur);
	ret->len = take16(cur);
	ret->data = take(cur, ret->len);
}

bool pldm_next_descriptor(const struct pldm_record *record, size_t *pos,
			  struct pldm_descriptor *ret)
{
	struct cursor cur = { record->descriptors + *pos, record->descriptors_len - *pos, false };

	if (!cur.left)
		return false;
	take_descriptor(&cur, ret);
	*pos = record->descriptors_len - cur.left;
	return !cur.cut;
}

/* As many as were announced, and nothing behind them. */
static int check_descriptors(const struct pldm_record *record, struct err *err)
{
	struct cursor cur = { record->descriptors, record->descriptors_len, false };
	struct pldm_descriptor desc;

	for (size_t i = 0; i < record->descriptor_count && !cur.cut; i++) {
		take_descriptor(&cur, &desc);
		if (!cur.cut && !length_fits(desc.type, desc.len))
			return err_set(err, ERR_FORMAT, "a %s descriptor of %zu bytes",
				       pldm_descriptor_name(desc.type), desc.len);
	}
	if (cur.cut || cur.left || !record->descriptor_count)
		return err_set(err, ERR_FORMAT, "its %zu descriptors do not fit its length",
			       record->descriptor_count);
	return 0;
}

/* What the areas of the header have in common. */
struct reader {
	struct cursor cur;
	size_t bitmap_len; /* bytes */
	struct pldm_package *pkg;
};

static int parse_record(struct reader *rd, bool downstream, struct pldm_record *ret,
			struct err *err)
{
	size_t length = take16(&rd->cur), text_len, tail;
	struct cursor cur = { .left = length - 2 };
	unsigned int text_type;
	int rc;

	if (rd->cur.cut || length < 2)
		return err_set(err, ERR_FORMAT, "its length is wrong");
	cur.at = take(&rd->cur, length - 2);
	cur.cut = rd->cur.cut;
	ret->downstream = downstream;
	ret->descriptor_count = take8(&cur);
	ret->options = take32(&cur);
	text_type = take8(&cur);
	text_len = take8(&cur);
	ret->package_data_len = take16(&cur);
	ret->manifest_len = rd->pkg->revision >= 4 ? take32(&cur) : 0;
	ret->applicable = take(&cur, rd->bitmap_len);
	rc = take_text(&cur, text_type, text_len, ret->version, err);
	if (rc)
		return rc;
	/* Bit 0: it can activate by itself from some version on. */
	if (downstream && ret->options & 1)
		ret->comparison_stamp = take32(&cur);
	tail = ret->package_data_len + ret->manifest_len;
	if (cur.cut || tail > cur.left)
		return err_set(err, ERR_FORMAT, "its length is too short for what it holds");
	ret->descriptors = cur.at;
	ret->descriptors_len = cur.left - tail;
	return check_descriptors(ret, err);
}

static int parse_records(struct reader *rd, bool downstream, struct err *err)
{
	struct pldm_package *pkg = rd->pkg;
	size_t count = take8(&rd->cur);
	struct pldm_record *grown;
	int rc = 0;

	if (!count || rd->cur.cut)
		return 0;
	grown = reallocarray(pkg->records, pkg->record_count + count, sizeof(*grown));
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	pkg->records = grown;
	for (size_t i = 0; !rc && i < count; i++) {
		struct pldm_record *record = &grown[pkg->record_count++];

		*record = (struct pldm_record){ 0 };
		rc = parse_record(rd, downstream, record, err);
		if (rc)
			return err_prefix(err, "%s device record %zu",
					  downstream ? "downstream" : "firmware", i + 1);
	}
	return 0;
}

#define IMAGE_BYTES 22 /* of an image's information, at least */

static int parse_image(struct reader *rd, struct pldm_image *ret, struct err *err)
{
	struct cursor *cur = &rd->cur;
	unsigned int text_type;
	size_t text_len;
	int rc;

	ret->classification = take16(cur);
	ret->identifier = take16(cur);
	ret->comparison_stamp = take32(cur);
	ret->options = take16(cur);
	ret->activation = take16(cur);
	ret->offset = take32(cur);
	ret->size = take32(cur);
	text_type = take8(cur);
	text_len = take8(cur);
	rc = take_text(cur, text_type, text_len, ret->version, err);
	if (rc)
		return rc;
	ret->opaque_len = rd->pkg->revision >= 3 ? take32(cur) : 0;
	take(cur, ret->opaque_len);
	return cur->cut ? err_set(err, ERR_FORMAT, "it is cut off") : 0;
}

static int parse_images(struct reader *rd, struct err *err)
{
	struct pldm_package *pkg = rd->pkg;
	size_t count = take16(&rd->cur);

	if (count * IMAGE_BYTES > rd->cur.left || count > rd->bitmap_len * 8)
		return err_set(err, ERR_FORMAT, "%zu component images do not fit the header",
			       count);
	pkg->images = count ? calloc(count, sizeof(*pkg->images)) : NULL;
	if (count && !pkg->images)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (; pkg->image_count < count; pkg->image_count++)
		if (parse_image(rd, &pkg->images[pkg->image_count], err))
			return err_prefix(err, "component image %zu", pkg->image_count + 1);
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct pldm_image *const *x = a, *const *y = b;

	return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

/* Each behind the header and inside of the package, none over another one. */
static int check_places(const struct pldm_package *pkg, uint64_t package_size, struct err *err)
{
	const struct pldm_image **sorted;
	uint64_t end = pkg->header_size;
	int rc = 0;

	if (!pkg->image_count)
		return err_set(err, ERR_FORMAT, "a package without component images");
	sorted = calloc(pkg->image_count, sizeof(*sorted));
	if (!sorted)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < pkg->image_count; i++)
		sorted[i] = &pkg->images[i];
	qsort(sorted, pkg->image_count, sizeof(*sorted), by_offset);
	for (size_t i = 0; !rc && i < pkg->image_count; i++) {
		size_t number = (size_t)(sorted[i] - pkg->images) + 1;

		if (!sorted[i]->size)
			rc = err_set(err, ERR_FORMAT, "component image %zu is empty", number);
		else if (sorted[i]->offset < end)
			rc = err_set(err, ERR_FORMAT,
				     "component image %zu begins within the header or another one",
				     number);
		end = (uint64_t)sorted[i]->offset + sorted[i]->size;
		if (!rc && end > package_size)
			rc = err_set(err, ERR_FORMAT,
				     "component image %zu goes beyond the end of the package",
				     number);
	}
	free(sorted);
	return rc;
}

/* Bits beyond the last image name what is not there. */
static int check_bitmaps(const struct reader *rd, struct err *err)
{
	const struct pldm_package *pkg = rd->pkg;

	for (size_t i = 0; i < pkg->record_count; i++)
		for (size_t bit = pkg->image_count; bit < rd->bitmap_len * 8; bit++)
			if (pldm_applies(&pkg->records[i], bit))
				return err_set(err, ERR_FORMAT,
					       "device record %zu: there is no component image %zu",
					       i + 1, bit + 1);
	return 0;
}

bool pldm_applies(const struct pldm_record *record, size_t index)
{
	return record->applicable[index / 8] >> (index % 8) & 1;
}

/*
 * PLDM's timestamp104 (DSP0240): minutes from UTC, microseconds, second, minute, hour, day, month,
 * year, resolution. Only the day is of interest, to people.
 */
static void parse_release(const uint8_t *at, char ret[11])
{
	unsigned int day = at[8], month = at[9], year = le16_at(at + 10);

	if (day >= 1 && day <= 31 && month >= 1 && month <= 12 && year >= 1990 && year <= 9999)
		snprintf(ret, 11, "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
}

static size_t checksums_len(const struct pldm_package *pkg)
{
	return pkg->revision >= 4 ? 2 * CHECKSUM_BYTES : CHECKSUM_BYTES;
}

/* The fixed part: what it takes to know where the header ends and that its bytes are whole. */
static int parse_info(const uint8_t *buf, size_t len, uint64_t package_size, struct reader *rd,
		      struct err *err)
{
	struct pldm_package *pkg = rd->pkg;
	const uint8_t *sum;
	size_t bits;

	pkg->revision = revision_of(buf, len);
	if (!pkg->revision)
		return err_set(err, ERR_FORMAT, "not a PLDM firmware update package");
	if (len < INFO_BYTES || package_size < INFO_BYTES)
		return err_set(err, ERR_FORMAT, "the header is cut off");
	if (buf[16] != pkg->revision)
		return err_set(err, ERR_FORMAT,
			       "header format revision %u under the identifier of revision %u",
			       buf[16], pkg->revision);
	pkg->header_size = le16_at(buf + 17);
	if (pkg->header_size > len || pkg->header_size > package_size)
		return err_set(err, ERR_FORMAT, "the header of %zu bytes is cut off",
			       pkg->header_size);
	if (pkg->header_size < INFO_BYTES + checksums_len(pkg))
		return err_set(err, ERR_FORMAT, "a header of %zu bytes", pkg->header_size);
	sum = buf + pkg->header_size - checksums_len(pkg);
	if (crc32(0, buf, (uInt)(sum - buf)) != le32_at(sum))
		return err_set(err, ERR_HASH, "the header does not have its checksum");
	pkg->has_payload_checksum = pkg->revision >= 4;
	pkg->payload_checksum = pkg->has_payload_checksum ? le32_at(sum + CHECKSUM_BYTES) : 0;
	parse_release(buf + 19, pkg->released);
	bits = le16_at(buf + 32);
	if (bits % 8)
		return err_set(err, ERR_FORMAT, "a component bitmap of %zu bits", bits);
	rd->bitmap_len = bits / 8;
	rd->cur = (struct cursor){ buf + INFO_BYTES, (size_t)(sum - buf) - INFO_BYTES, false };
	return take_text(&rd->cur, buf[34], buf[35], pkg->version, err);
}

static int parse_all(const uint8_t *buf, size_t len, uint64_t package_size, struct reader *rd,
		     struct err *err)
{
	int rc = parse_info(buf, len, package_size, rd, err);

	if (!rc)
		rc = parse_records(rd, false, err);
	if (!rc && rd->pkg->revision >= 2)
		rc = parse_records(rd, true, err);
	if (!rc)
		rc = parse_images(rd, err);
	if (!rc && (rd->cur.cut || rd->cur.left))
		rc = err_set(err, ERR_FORMAT, "the parts of the header do not add up to its size");
	if (!rc)
		rc = check_places(rd->pkg, package_size, err);
	return rc ? rc : check_bitmaps(rd, err);
}

int pldm_parse(const uint8_t *buf, size_t len, uint64_t package_size, struct pldm_package *ret,
	       struct err *err)
{
	struct reader rd = { .pkg = ret };
	int rc = parse_all(buf, len, package_size, &rd, err);

	if (rc)
		pldm_free(ret);
	return rc;
}

void pldm_free(struct pldm_package *pkg)
{
	free(pkg->records);
	free(pkg->images);
	*pkg = (struct pldm_package){ 0 };
}
