/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/nvme.h"

#include <string.h>

#include "base/text.h"

/* Byte offsets in the Identify Controller data structure, NVMe 2.0 §5.17.2.1 */
enum {
	ID_VID = 0,
	ID_SSVID = 2,
	ID_SN = 4,
	ID_MN = 24,
	ID_FR = 64,
	ID_MDTS = 77,
	ID_FGUID = 112,
	ID_OACS = 256,
	ID_FRMW = 260,
	ID_MTFA = 270,
	ID_FWUG = 319,
	ID_SANICAP = 328,
};

/* and in the log page, NVMe 2.0 §5.16.1.4. */
enum { LOG_AFI = 0, LOG_FRS1 = 8, REVISION_BYTES = 8 };

#define OACS_FORMAT    (1u << 1)
#define OACS_FIRMWARE  (1u << 2)
#define OACS_SELF_TEST (1u << 4)
#define SANICAP_ANY    7u

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/* An ASCII field of width bytes, padded with blanks; some drives have them on the left. */
static void copy_text(const uint8_t *field, size_t width, char *ret)
{
	while (width > 0 && *field == ' ') {
		field++;
		width--;
	}
	text_from_field(ret, width + 1, field, width);
}

int nvme_parse_identify(const uint8_t *buf, size_t len, struct nvme_identity *ret, struct err *err)
{
	uint8_t frmw;

	memset(ret, 0, sizeof(*ret));
	if (len != NVME_IDENTIFY_BYTES)
		return err_set(err, ERR_FORMAT, "Identify Controller: %zu bytes instead of %d", len,
			       NVME_IDENTIFY_BYTES);
	copy_text(buf + ID_SN, 20, ret->serial);
	copy_text(buf + ID_MN, 40, ret->model);
	copy_text(buf + ID_FR, 8, ret->revision);
	ret->vid = le16(buf + ID_VID);
	ret->ssvid = le16(buf + ID_SSVID);
	if (ret->vid == 0xffff || (!ret->model[0] && !ret->revision[0]))
		return err_set(err, ERR_FORMAT, "Identify Controller: the drive says nothing");
	ret->mdts = buf[ID_MDTS];
	memcpy(ret->fguid, buf + ID_FGUID, sizeof(ret->fguid));
	ret->firmware_commands = le16(buf + ID_OACS) & OACS_FIRMWARE;
	ret->can_format = le16(buf + ID_OACS) & OACS_FORMAT;
	ret->can_self_test = le16(buf + ID_OACS) & OACS_SELF_TEST;
	ret->can_sanitize = buf[ID_SANICAP] & SANICAP_ANY;
	frmw = buf[ID_FRMW];
	ret->slot1_readonly = frmw & 1;
	ret->slots = frmw >> 1 & 7;
	ret->activate_without_reset = frmw & 1 << 4;
	ret->mtfa_100ms = le16(buf + ID_MTFA);
	ret->fwug = buf[ID_FWUG];
	return 0;
}

int nvme_parse_fw_log(const uint8_t *buf, size_t len, struct nvme_fw_log *ret, struct err *err)
{
	memset(ret, 0, sizeof(*ret));
	if (len != NVME_FW_LOG_BYTES)
		return err_set(err, ERR_FORMAT, "firmware slot log: %zu bytes instead of %d", len,
			       NVME_FW_LOG_BYTES);
	if (buf[LOG_AFI] == 0xff)
		return err_set(err, ERR_FORMAT, "firmware slot log: the drive says nothing");
	ret->active = buf[LOG_AFI] & 7;
	ret->next = buf[LOG_AFI] >> 4 & 7;
	for (size_t slot = 1; slot <= NVME_SLOT_MAX; slot++)
		copy_text(buf + LOG_FRS1 + (slot - 1) * REVISION_BYTES, REVISION_BYTES,
			  ret->revision[slot]);
	return 0;
}

uint8_t nvme_pending_slot(const struct nvme_fw_log *log)
{
	return log->next != log->active ? log->next : 0;
}

bool nvme_self_test_running(const uint8_t *buf, size_t len, unsigned int *ret_percent)
{
	if (len < NVME_SELF_TEST_BYTES || !(buf[0] & 0x0f) || (buf[0] & 0x0f) == 0x0f)
		return false;
	*ret_percent = buf[1] & 0x7f;
	return true;
}

bool nvme_sanitize_running(const uint8_t *buf, size_t len, unsigned int *ret_percent)
{
	enum { AT_PROGRESS = 0, AT_STATUS = 2, IN_PROGRESS = 2 };

	if (len < NVME_SANITIZE_BYTES || (buf[AT_STATUS] & 7) != IN_PROGRESS)
		return false;
	*ret_percent = le16(buf + AT_PROGRESS) * 100u / 65536u;
	return true;
}

bool nvme_format_running(const uint8_t *buf, size_t len, unsigned int *ret_percent)
{
	enum { AT_FPI = 32, FPI_SUPPORTED = 0x80 };

	if (len != NVME_IDENTIFY_BYTES || !(buf[AT_FPI] & FPI_SUPPORTED) || !(buf[AT_FPI] & 0x7f))
		return false;
	*ret_percent = (buf[AT_FPI] & 0x7f) < 100 ? 100u - (buf[AT_FPI] & 0x7f) : 0;
	return true;
}
