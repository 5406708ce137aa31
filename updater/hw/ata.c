/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ata.h"

#include <string.h>

#include "format/scsi_sense.h"

/* ACS-4 §7 */
enum {
	READ_LOG_EXT = 0x2f,
	DOWNLOAD_MICROCODE = 0x92,
	DOWNLOAD_MICROCODE_DMA = 0x93,
	SMART = 0xb0,
	SANITIZE_DEVICE = 0xb4,
	IDENTIFY_DEVICE = 0xec,
};

#define SMART_READ_DATA	 0xd0
#define SMART_LBA	 0xc24f00u
#define ATTENTIONS_MAX	 8 /* unit attentions in a row: a bus that resets again and again */
#define ASC_RESET	 0x29
#define PASS_THROUGH_16	 0x85
#define CK_COND		 0x20
#define T_DIR_FROM	 0x08
#define BYT_BLOK	 0x04
#define T_LENGTH_COUNT	 2 /* the length is in COUNT 7:0 */
#define T_LENGTH_COMMAND 3 /* the transport knows it: TPSIU, when COUNT 7:0 cannot hold it */

/* PROTOCOL, SAT-4 table 153 */
static uint8_t protocol_of(enum ata_protocol protocol)
{
	switch (protocol) {
	case ATA_PIO_IN:
		return 4;
	case ATA_PIO_OUT:
		return 5;
	case ATA_DMA_OUT:
		return 6;
	case ATA_NON_DATA:
		break;
	}
	return 3;
}

static uint8_t transfer_of(const struct ata_command *cmd)
{
	uint8_t flags = 0;

	if (cmd->data_len)
		flags = BYT_BLOK |
			(cmd->data_len / ATA_BLOCK_BYTES > 255 ? T_LENGTH_COMMAND : T_LENGTH_COUNT);
	if (cmd->protocol == ATA_PIO_IN)
		flags |= T_DIR_FROM;
	if (cmd->want_result)
		flags |= CK_COND;
	return flags;
}

/* SAT-4 §12.2.2.3; the upper bytes belong to 48-bit commands. */
static void make_cdb(const struct ata_command *cmd, uint8_t cdb[16])
{
	memset(cdb, 0, 16);
	cdb[0] = PASS_THROUGH_16;
	cdb[1] = (uint8_t)(protocol_of(cmd->protocol) << 1 | (cmd->ext ? 1 : 0));
	cdb[2] = transfer_of(cmd);
	cdb[4] = cmd->feature;
	cdb[6] = (uint8_t)cmd->count;
	cdb[8] = (uint8_t)cmd->lba;
	cdb[10] = (uint8_t)(cmd->lba >> 8);
	cdb[12] = (uint8_t)(cmd->lba >> 16);
	cdb[14] = cmd->command;
	if (!cmd->ext)
		return;
	cdb[5] = (uint8_t)(cmd->count >> 8);
	cdb[7] = (uint8_t)(cmd->lba >> 24);
	cdb[9] = (uint8_t)(cmd->lba >> 32);
	cdb[11] = (uint8_t)(cmd->lba >> 40);
}

static enum scsi_direction direction_of(enum ata_protocol protocol)
{
	if (protocol == ATA_NON_DATA)
		return SCSI_NO_DATA;
	return protocol == ATA_PIO_IN ? SCSI_FROM_DEVICE : SCSI_TO_DEVICE;
}

/* Did the drive do it? With CK_COND that is said by a CHECK CONDITION, 00h/1Dh (SAT-4 §12.2.5). */
static bool succeeded(const struct scsi_answer *answer, const struct ata_result *result)
{
	struct scsi_sense sense;

	if (answer->status == SCSI_GOOD)
		return true;
	if (answer->status != SCSI_CHECK_CONDITION ||
	    scsi_sense_parse(answer->sense, answer->sense_len, &sense))
		return false;
	if (result->known && result->status & (ATA_STATUS_ERR | ATA_STATUS_DF))
		return false;
	return sense.key == SCSI_KEY_NO_SENSE || sense.key == SCSI_KEY_RECOVERED;
}

static bool is_attention(const struct scsi_answer *answer, uint8_t *ret_asc)
{
	struct scsi_sense sense;

	if (answer->status != SCSI_CHECK_CONDITION ||
	    scsi_sense_parse(answer->sense, answer->sense_len, &sense) ||
	    sense.key != SCSI_KEY_UNIT_ATTENTION)
		return false;
	*ret_asc = sense.asc;
	return true;
}

/* The pieces of a download before this one are lost when the drive was reset. */
static bool is_later_piece(const struct ata_command *cmd)
{
	return (cmd->command == DOWNLOAD_MICROCODE || cmd->command == DOWNLOAD_MICROCODE_DMA) &&
	       cmd->lba >> 8 != 0;
}

int ata_run(struct scsi_path *path, const struct ata_command *cmd, struct ata_result *ret,
	    struct err *err)
{
	uint8_t cdb[16], asc = 0;
	const struct scsi_command carrier = {
		.cdb = cdb,
		.cdb_len = sizeof(cdb),
		.direction = direction_of(cmd->protocol),
		.data = cmd->data,
		.data_len = cmd->data_len,
		.timeout_ms = cmd->timeout_ms,
	};
	struct scsi_answer answer;
	unsigned int attentions = 0;

	make_cdb(cmd, cdb);
	if (cmd->protocol == ATA_PIO_IN)
		memset(cmd->data, 0, cmd->data_len); /* whatever the path claims to have written */
	do {
		int rc;

		memset(ret, 0, sizeof(*ret));
		rc = scsi_run(path, &carrier, &answer, err);
		if (rc)
			return rc;
		if (!is_attention(&answer, &asc))
			break;
		if (asc == ASC_RESET && is_later_piece(cmd))
			return err_set(err, ERR_DEVICE,
				       "the drive was reset in the middle of the download");
	} while (++attentions < ATTENTIONS_MAX);
	ata_parse_result(answer.sense, answer.sense_len, ret);
	if (!succeeded(&answer, ret))
		return ata_answer_err(&answer, ret, err);
	if (cmd->protocol == ATA_PIO_IN && answer.transferred != cmd->data_len)
		return err_set(err, ERR_FORMAT, "%u bytes came instead of %u", answer.transferred,
			       cmd->data_len);
	return 0;
}

int ata_identify(struct scsi_path *path, uint8_t *buf, struct err *err)
{
	const struct ata_command cmd = {
		.command = IDENTIFY_DEVICE,
		.count = 1,
		.protocol = ATA_PIO_IN,
		.data = buf,
		.data_len = ATA_BLOCK_BYTES,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
	};
	struct ata_result result;
	int rc = ata_run(path, &cmd, &result, err);

	return rc ? err_prefix(err, "IDENTIFY DEVICE") : 0;
}

int ata_read_log(struct scsi_path *path, uint8_t log, uint16_t page, uint8_t *buf, struct err *err)
{
	const struct ata_command cmd = {
		.command = READ_LOG_EXT,
		.count = 1,
		/* ACS-4 §7.23.3: log address 7:0, page number 15:8 and 39:32 */
		.lba = log | (page & 0xffu) << 8 | (uint64_t)(page >> 8) << 32,
		.ext = true,
		.protocol = ATA_PIO_IN,
		.data = buf,
		.data_len = ATA_BLOCK_BYTES,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
	};
	struct ata_result result;
	int rc = ata_run(path, &cmd, &result, err);

	return rc ? err_prefix(err, "READ LOG EXT %02Xh page %u", log, page) : 0;
}

int ata_smart_read_data(struct scsi_path *path, uint8_t *buf, struct err *err)
{
	const struct ata_command cmd = {
		.command = SMART,
		.feature = SMART_READ_DATA,
		.count = 1,
		.lba = SMART_LBA,
		.protocol = ATA_PIO_IN,
		.data = buf,
		.data_len = ATA_BLOCK_BYTES,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
	};
	struct ata_result result;
	int rc = ata_run(path, &cmd, &result, err);

	return rc ? err_prefix(err, "SMART READ DATA") : 0;
}

int ata_sanitize_status(struct scsi_path *path, enum ata_sanitize *ret, unsigned int *ret_percent,
			struct err *err)
{
	enum { IN_PROGRESS = 1 << 14, REASON_UNSUCCESSFUL = 1 };
	const struct ata_command cmd = {
		.command = SANITIZE_DEVICE,
		.ext = true,
		.protocol = ATA_NON_DATA,
		.timeout_ms = SCSI_READ_TIMEOUT_MS,
		.want_result = true,
	};
	struct ata_result result;
	int rc = ata_run(path, &cmd, &result, err);

	*ret = ATA_SANITIZE_UNKNOWN;
	*ret_percent = 0;
	if (rc == ERR_UNSUPPORTED && result.error & ATA_ERROR_ABRT &&
	    (result.lba & 0xff) == REASON_UNSUCCESSFUL) {
		*ret = ATA_SANITIZE_FAILED;
		return 0;
	}
	if (rc)
		return err_prefix(err, "SANITIZE STATUS EXT");
	if (!result.known || !result.wide)
		return 0;
	*ret = result.count & IN_PROGRESS ? ATA_SANITIZE_RUNNING : ATA_SANITIZE_IDLE;
	*ret_percent = (unsigned int)((result.lba & 0xffff) * 100 / 65536);
	return 0;
}

int ata_download(struct scsi_path *path, enum ata_subcommand subcommand, bool dma, void *data,
		 uint32_t len, uint32_t offset, uint32_t timeout_ms, struct ata_result *ret,
		 struct err *err)
{
	uint32_t blocks = len / ATA_BLOCK_BYTES;
	struct ata_command cmd = {
		.command = dma ? DOWNLOAD_MICROCODE_DMA : DOWNLOAD_MICROCODE,
		.feature = (uint8_t)subcommand,
		.count = blocks & 0xff,
		/* ACS-4 §7.7.2: block count 15:8 in LBA 7:0, buffer offset in LBA 23:8 */
		.lba = blocks >> 8 | (offset / ATA_BLOCK_BYTES & 0xffffu) << 8,
		.protocol = ATA_NON_DATA,
		.data = data,
		.data_len = len,
		.timeout_ms =
			timeout_ms < SCSI_WRITE_TIMEOUT_MS ? SCSI_WRITE_TIMEOUT_MS : timeout_ms,
		.want_result = true,
	};

	if (len)
		cmd.protocol = dma ? ATA_DMA_OUT : ATA_PIO_OUT;
	return ata_run(path, &cmd, ret, err);
}
