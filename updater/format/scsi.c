/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/scsi.h"

#include <string.h>

#include "base/hex.h"
#include "base/text.h"

static uint16_t be16_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void copy_field(char *ret, size_t size, const uint8_t *field, size_t len)
{
	while (len > 0 && *field == ' ') {
		field++;
		len--;
	}
	text_from_field(ret, size, field, len);
}

int scsi_parse_inquiry(const uint8_t *buf, size_t len, struct scsi_inquiry *ret, struct err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (len < 36 || buf[4] + 5u < 36)
		return err_set(err, ERR_FORMAT,
			       "INQUIRY: an answer without a revision (%zu bytes, it says %u)", len,
			       len > 4 ? buf[4] + 5u : 0);
	if (buf[0] >> 5 == 3 || (buf[0] & 0x1f) == 0x1f)
		return err_set(err, ERR_FORMAT, "INQUIRY: there is no device at this address");
	ret->type = buf[0] & 0x1f;
	ret->removable = buf[1] & 0x80;
	copy_field(ret->vendor, sizeof(ret->vendor), buf + 8, 8);
	copy_field(ret->product, sizeof(ret->product), buf + 16, 16);
	copy_field(ret->revision, sizeof(ret->revision), buf + 32, 4);
	return 0;
}

/* What follows the header: SPC-5 §7.7.2. False when it is not that page. */
static bool page_body(const uint8_t *buf, size_t len, uint8_t page, const uint8_t **ret_body,
		      size_t *ret_len)
{
	if (len < 4 || buf[1] != page)
		return false;
	*ret_body = buf + 4;
	*ret_len = be16_at(buf + 2);
	if (*ret_len > len - 4)
		*ret_len = len - 4;
	return true;
}

int scsi_parse_pages(const uint8_t *buf, size_t len, struct scsi_pages *ret)
{
	const uint8_t *body;
	size_t left;

	memset(ret, 0, sizeof(*ret));
	if (!page_body(buf, len, SCSI_VPD_PAGES, &body, &left))
		return ERR_FORMAT;
	for (size_t i = 0; i < left; i++)
		ret->has[body[i]] = true;
	return 0;
}

int scsi_parse_serial(const uint8_t *buf, size_t len, char ret[64])
{
	const uint8_t *body;
	size_t left;

	ret[0] = '\0';
	if (!page_body(buf, len, SCSI_VPD_SERIAL, &body, &left))
		return ERR_FORMAT;
	copy_field(ret, 64, body, left);
	return 0;
}

/* Association in bits 5:4 of byte 1, type in 3:0, SPC-5 §7.7.6.1; code set in byte 0. */
static void take_designator(const uint8_t *at, size_t len, struct scsi_ids *ret, bool *wwn_is_naa)
{
	unsigned int association = at[1] >> 4 & 3, type = at[1] & 0x0f;
	bool naa = type == 3;

	if ((at[0] & 0x0f) != 1 || (len != 8 && len != 12 && len != 16))
		return;
	if (association == 0 && (naa || (type == 2 && !ret->wwn[0])) && !*wwn_is_naa) {
		hex_encode(at + 4, len, ret->wwn);
		*wwn_is_naa = naa;
	} else if (association == 1 && naa && !ret->port[0]) {
		hex_encode(at + 4, len, ret->port);
	}
}

int scsi_parse_ids(const uint8_t *buf, size_t len, struct scsi_ids *ret)
{
	bool wwn_is_naa = false;
	const uint8_t *body;
	size_t left;

	memset(ret, 0, sizeof(*ret));
	if (!page_body(buf, len, SCSI_VPD_DEVICE_ID, &body, &left))
		return ERR_FORMAT;
	while (left >= 4 && 4u + body[3] <= left) {
		size_t whole = 4u + body[3];

		take_designator(body, body[3], ret, &wwn_is_naa);
		body += whole;
		left -= whole;
	}
	return 0;
}

/* SPC-5 §7.7.7: ACTIVATE_MICROCODE in bits 7:6 of byte 4, DM_MD_4 to DM_MD_F from bit 7 of 19. */
int scsi_parse_extended(const uint8_t *buf, size_t len, struct scsi_extended *ret)
{
	static const uint8_t modes[] = { 0x4, 0x5, 0x6, 0x7, 0xd, 0xe, 0xf };
	const uint8_t *body;
	size_t left;

	memset(ret, 0, sizeof(*ret));
	if (!page_body(buf, len, SCSI_VPD_EXTENDED, &body, &left) || left < 1)
		return ERR_FORMAT;
	ret->activate = body[0] >> 6;
	for (size_t i = 0; left > 15 && i < sizeof(modes); i++)
		if (body[15] & 0x80 >> i)
			ret->modes |= (uint16_t)(1u << modes[i]);
	return 0;
}

int scsi_parse_buffer(const uint8_t *buf, size_t len, struct scsi_buffer *ret)
{
	*ret = (struct scsi_buffer){ 0 };
	if (len < SCSI_BUFFER_DESC)
		return ERR_FORMAT;
	ret->boundary = buf[0];
	ret->capacity = (uint32_t)buf[1] << 16 | (uint32_t)buf[2] << 8 | buf[3];
	return 0;
}

/* The newest result comes first; 0Fh = in progress. */
bool scsi_self_test_runs(const uint8_t *buf, size_t len)
{
	return len > 8 && (buf[0] & 0x3f) == 0x10 && be16_at(buf + 4) == 1 && buf[7] > 0 &&
	       (buf[8] & 0x0f) == 0x0f;
}

int scsi_parse_bmic_drive(const uint8_t *buf, size_t len, struct scsi_bmic_drive *ret)
{
	enum { SERIAL = 52, CONNECTOR = 112, BOX = 114, BAY = 115 };

	memset(ret, 0, sizeof(*ret));
	if (len <= BAY)
		return ERR_FORMAT;
	copy_field(ret->serial, sizeof(ret->serial), buf + SERIAL, 40);
	copy_field(ret->connector, sizeof(ret->connector), buf + CONNECTOR, 2);
	ret->box = buf[BOX];
	ret->bay = buf[BAY];
	return 0;
}

const uint8_t *scsi_ata_identify(const uint8_t *buf, size_t len)
{
	enum { IDENTIFY = 56, IDENTIFY_BYTES = 512 }; /* behind the page's header */
	const uint8_t *body;
	size_t left;

	if (!page_body(buf, len, SCSI_VPD_ATA, &body, &left) || left < IDENTIFY + IDENTIFY_BYTES)
		return NULL;
	return body + IDENTIFY;
}
