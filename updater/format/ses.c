/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/ses.h"

#include <string.h>

#include "base/text.h"

#define PAGE_HEADER  8 /* code, count, length, generation */
#define LENGTH_BYTES 4 /* the page length counts from here */

static uint32_t be16_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32_at(const uint8_t *p)
{
	return be16_at(p) << 16 | be16_at(p + 2);
}

static uint64_t be64_at(const uint8_t *p)
{
	return (uint64_t)be32_at(p) << 32 | be32_at(p + 4);
}

static void copy_text(const uint8_t *field, size_t width, char *ret)
{
	while (width > 0 && *field == ' ') {
		field++;
		width--;
	}
	text_from_field(ret, width + 1, field, width);
}

/* Is it that page, and whole? *ret_len becomes its own length. */
static int check_page(const uint8_t *buf, size_t len, enum ses_page page, size_t *ret_len,
		      struct err *err)
{
	if (len < PAGE_HEADER)
		return err_set(err, ERR_FORMAT, "diagnostic page %02Xh: %zu bytes are no page",
			       (unsigned int)page, len);
	if (buf[0] != page)
		return err_set(err, ERR_FORMAT, "diagnostic page %02Xh: page %02Xh came instead",
			       (unsigned int)page, buf[0]);
	*ret_len = LENGTH_BYTES + be16_at(buf + 2);
	if (*ret_len > len || *ret_len < PAGE_HEADER)
		return err_set(err, ERR_FORMAT,
			       "diagnostic page %02Xh: %zu bytes came, it says it has %zu",
			       (unsigned int)page, len, *ret_len);
	return 0;
}

/* Enclosure descriptor, SES-4 table 16; what follows the revision is the vendor's. */
enum { ENCLOSURE_FIXED = 40 };

static void parse_enclosure(const uint8_t *at, struct ses_subenclosure *ret)
{
	ret->id = at[1];
	ret->logical_id = be64_at(at + 4);
	copy_text(at + 12, 8, ret->vendor);
	copy_text(at + 20, 16, ret->product);
	copy_text(at + 36, 4, ret->revision);
}

int ses_parse_configuration(const uint8_t *buf, size_t len, struct ses_configuration *ret,
			    struct err *err)
{
	size_t at = PAGE_HEADER, count;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = check_page(buf, len, SES_PAGE_CONFIGURATION, &len, err);
	if (rc)
		return rc;
	ret->generation = be32_at(buf + 4);
	count = buf[1] + 1u; /* the secondary ones, and the primary */
	if (count > SES_SUBENCLOSURES_MAX)
		return err_set(err, ERR_TOO_LARGE, "an enclosure of %zu subenclosures", count);
	for (; ret->count < count; ret->count++) {
		size_t size = len - at >= ENCLOSURE_FIXED ? LENGTH_BYTES + buf[at + 3] : 0;

		if (size < ENCLOSURE_FIXED || size > len - at)
			return err_set(err, ERR_FORMAT,
				       "configuration page: enclosure %zu of %zu is cut off",
				       ret->count + 1, count);
		parse_enclosure(buf + at, &ret->list[ret->count]);
		at += size;
	}
	return 0;
}

int ses_parse_microcode(const uint8_t *buf, size_t len, struct ses_microcode_status *ret,
			struct err *err)
{
	enum { DESCRIPTOR = 16 };
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = check_page(buf, len, SES_PAGE_MICROCODE, &len, err);
	if (rc)
		return rc;
	ret->generation = be32_at(buf + 4);
	if ((len - PAGE_HEADER) % DESCRIPTOR != 0)
		return err_set(err, ERR_FORMAT, "download microcode status page: cut off");
	if ((len - PAGE_HEADER) / DESCRIPTOR > SES_SUBENCLOSURES_MAX)
		return err_set(err, ERR_TOO_LARGE, "download microcode status page: %zu entries",
			       (len - PAGE_HEADER) / DESCRIPTOR);
	for (const uint8_t *at = buf + PAGE_HEADER; at < buf + len; at += DESCRIPTOR)
		ret->list[ret->count++] = (struct ses_microcode){
			.subenclosure = at[1],
			.status = at[2],
			.additional = at[3],
			.max_size = be32_at(at + 4),
			.expected_id = at[11],
			.expected_offset = be32_at(at + 12),
		};
	return 0;
}

const struct ses_microcode *ses_microcode_of(const struct ses_microcode_status *status,
					     uint8_t subenclosure)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->list[i].subenclosure == subenclosure)
			return &status->list[i];
	return NULL;
}

enum { PROTOCOL_SAS = 6, TYPE_DEVICE_SLOT = 0, PHY = 28 };

/* One device: EIP set, SAS, a descriptor of a slot; its phys, each with an address (table 33). */
static void parse_slot(const uint8_t *at, size_t size, struct ses_slot *ret, size_t *count)
{
	bool invalid = at[0] & 0x80, indexed = at[0] & 0x10;

	if (invalid || !indexed || (at[0] & 0xf) != PROTOCOL_SAS || size < 8 ||
	    at[5] >> 6 != TYPE_DEVICE_SLOT)
		return;
	for (size_t phy = 0; phy < at[4] && 8 + (phy + 1) * PHY <= size; phy++) {
		uint64_t address = be64_at(at + 8 + phy * PHY + 12);

		if (address && *count < SES_SLOTS_MAX)
			ret[(*count)++] =
				(struct ses_slot){ .number = at[7], .sas_address = address };
	}
}

int ses_parse_slots(const uint8_t *buf, size_t len, struct ses_slot *ret, size_t *ret_count,
		    struct err *err)
{
	int rc;

	*ret_count = 0;
	rc = check_page(buf, len, SES_PAGE_ADDITIONAL, &len, err);
	if (rc)
		return rc;
	for (size_t at = PAGE_HEADER, size; at < len; at += size) {
		size = len - at >= 2 ? 2u + buf[at + 1] : 0;
		if (size < 2 || size > len - at)
			return err_set(err, ERR_FORMAT, "additional element status page: cut off");
		parse_slot(buf + at, size, ret, ret_count);
	}
	return 0;
}

/* SPC-5 §6.33.2: the codes follow the length. */
bool ses_has_page(const uint8_t *buf, size_t len, enum ses_page page)
{
	size_t end;

	if (len < LENGTH_BYTES || buf[0] != SES_PAGE_SUPPORTED)
		return false;
	end = LENGTH_BYTES + be16_at(buf + 2);
	for (size_t i = LENGTH_BYTES; i < end && i < len; i++)
		if (buf[i] == page)
			return true;
	return false;
}
