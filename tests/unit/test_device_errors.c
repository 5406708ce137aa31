/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What devices answer when they do not do a command, row by row of the tables that say what it
 * means, where no test of a backend has it.
 */
#include "format/scsi_sense.h"
#include "hw/ata.h"
#include "hw/nvme.h"
#include "hw/scsi_error.h"
#include "hw/ses.h"
#include "tap.h"

/* NVMe 2.0 §3.3.3.2.1, §5.12.1, §5.13.1 */
static void nvme_statuses(void)
{
	static const struct {
		int status, code;
		const char *words;
	} cases[] = {
		{ 0x001, ERR_UNSUPPORTED, "does not know this command (NVMe status 001h)" },
		{ 0x002, ERR_DEVICE, "invalid field" },
		{ 0x004, ERR_DEVICE, "data transfer error (NVMe status 004h)" },
		{ 0x005, ERR_DEVICE, "losing power" },
		{ 0x006, ERR_DEVICE, "internal error" },
		{ 0x007, ERR_DEVICE, "aborted on request" },
		{ 0x00c, ERR_BUSY, "out of order" },
		{ 0x015, ERR_DEVICE, "denies" },
		{ 0x01d, ERR_BUSY, "sanitize operation is going on" },
		{ 0x01e, ERR_DEVICE, "sanitize operation failed" },
		{ 0x020, ERR_DEVICE, "write protected" },
		{ 0x021, ERR_BUSY, "interrupted" },
		{ 0x082, ERR_BUSY, "not ready" },
		{ 0x084, ERR_BUSY, "format is going on" },
		{ 0x106, ERR_DEVICE, "firmware slot" },
		{ 0x4107, ERR_DEVICE, "firmware image (NVMe status 107h, do not retry)" },
		{ 0x109, ERR_UNSUPPORTED, "no such log page" },
		{ 0x112, ERR_DEVICE, "longer than the drive allows" },
		{ 0x113, ERR_DEVICE, "prohibits" },
		{ 0x114, ERR_BUSY, "overlaps" },
		{ 0x11d, ERR_BUSY, "self-test" },
		{ 0x115, ERR_DEVICE, "refused (NVMe status 115h)" },
		{ 0x200, ERR_DEVICE, "refused (NVMe status 200h)" },
		{ 0x300, ERR_DEVICE_GONE, "path to the drive" },
		{ 0x37f, ERR_DEVICE_GONE, "path to the drive" },
		{ 0x700, ERR_DEVICE, "vendor specific" },
	};
	static const struct {
		int status;
		enum nvme_meaning want;
	} good[] = {
		{ 0, NVME_ACCEPTED },
		{ 0x10b, NVME_AFTER_REBOOT },
		{ 0x110, NVME_AFTER_POWER_CYCLE },
		{ 0x4111, NVME_AFTER_RESET },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		CHECK_INT(nvme_status_err(cases[i].status, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].words);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK_INT(nvme_status_find(good[i].status)->meaning, good[i].want);
}

/* SAM-5 §5.3.1 */
static void scsi_statuses(void)
{
	static const struct {
		uint8_t status;
		int code;
		const char *words;
		enum scsi_meaning meaning;
	} cases[] = {
		{ 0x08, ERR_BUSY, "the drive is busy (SCSI status 08h)", SCSI_LATER },
		{ 0x18, ERR_BUSY, "another host has reserved", SCSI_REFUSED },
		{ 0x28, ERR_BUSY, "too much to do (SCSI status 28h)", SCSI_LATER },
		{ 0x30, ERR_BUSY, "(ACA)", SCSI_REFUSED },
		{ 0x40, ERR_DEVICE, "another host aborted", SCSI_REFUSED },
		{ 0x04, ERR_DEVICE, "refused (SCSI status 04h)", SCSI_REFUSED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct scsi_answer answer = { .status = cases[i].status };
		struct err err = { 0 };

		CHECK_INT(scsi_answer_err(&answer, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].words);
		CHECK_INT(scsi_judge(&answer, NULL)->meaning, cases[i].meaning);
	}
}

static struct scsi_answer sense_of(unsigned int key, unsigned int asc, unsigned int ascq)
{
	struct scsi_answer ret = { .status = SCSI_CHECK_CONDITION, .sense_len = 18 };

	ret.sense[0] = 0x70; /* fixed format, SPC-5 §4.4.3 */
	ret.sense[2] = (uint8_t)key;
	ret.sense[7] = 10;
	ret.sense[12] = (uint8_t)asc;
	ret.sense[13] = (uint8_t)ascq;
	return ret;
}

struct sense_case {
	uint8_t key, asc, ascq;
	int code;
	const char *words;
};

/* Of a SATA drive, without its registers: libata's and SAT-4's. */
static void ata_senses(void)
{
	static const struct sense_case cases[] = {
		{ 5, 0x20, 0x00, ERR_UNSUPPORTED, "takes no ATA commands (sense 5h/20h/00h)" },
		{ 5, 0x24, 0x00, ERR_UNSUPPORTED, "does not take this ATA command" },
		{ 5, 0x21, 0x04, ERR_UNSUPPORTED, "aborted the command" },
		{ 5, 0x21, 0x00, ERR_DEVICE, "refused (sense 5h/21h/00h)" },
		{ 2, 0x04, 0x1b, ERR_BUSY, "sanitize" },
		{ 2, 0x04, 0x01, ERR_BUSY, "not ready" },
		{ 2, 0x3e, 0x00, ERR_BUSY, "not configured itself" },
		{ 6, 0x29, 0x00, ERR_BUSY, "reset again and again" },
		{ 7, 0x27, 0x00, ERR_DEVICE, "write protected" },
		{ 7, 0x74, 0x71, ERR_DEVICE, "locked" },
		{ 0xb, 0x47, 0x00, ERR_DEVICE, "corrupted" },
		{ 0xb, 0x00, 0x00, ERR_UNSUPPORTED, "aborted the command" },
		{ 4, 0x44, 0x00, ERR_DEVICE, "internal error" },
		{ 3, 0x11, 0x04, ERR_DEVICE, "cannot read what it stores" },
		{ 9, 0x00, 0x00, ERR_DEVICE, "refused (sense 9h/00h/00h)" },
	};
	const struct ata_result none = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scsi_answer answer = sense_of(cases[i].key, cases[i].asc, cases[i].ascq);
		struct err err = { 0 };

		CHECK_INT(ata_answer_err(&answer, &none, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].words);
	}
}

/* ACS-4 §6.3: ERROR and STATUS; the registers count before the sense that came with them. */
static void ata_registers(void)
{
	static const struct {
		uint8_t status, error;
		int code;
		const char *words;
	} cases[] = {
		{ 0x51, 0x84, ERR_DEVICE, "corrupted (ATA error 84h)" },
		{ 0x51, 0x40, ERR_DEVICE, "cannot read what it stores (ATA error 40h)" },
		{ 0x51, 0x10, ERR_DEVICE, "does not know this address (ATA error 10h)" },
		{ 0x51, 0x04, ERR_UNSUPPORTED, "aborted the command (ATA error 04h)" },
		{ 0x71, 0x04, ERR_DEVICE, "faulty (ATA status 71h)" },
		{ 0x51, 0x00, ERR_DEVICE, "internal error" },
	};
	static const struct {
		uint8_t status;
		int code;
		const char *words;
	} statuses[] = {
		{ 0x08, ERR_BUSY, "busy" },
		{ 0x28, ERR_BUSY, "busy (SCSI status 28h)" },
		{ 0x18, ERR_BUSY, "another host" },
		{ 0x40, ERR_DEVICE, "SCSI status 40h" },
	};
	struct scsi_answer answer = sense_of(4, 0x44, 0);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct ata_result result = { .known = true,
						   .status = cases[i].status,
						   .error = cases[i].error };
		struct err err = { 0 };

		CHECK_INT(ata_answer_err(&answer, &result, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].words);
	}
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		const struct ata_result none = { 0 };
		struct err err = { 0 };

		answer.status = statuses[i].status;
		CHECK_INT(ata_answer_err(&answer, &none, &err), statuses[i].code);
		CHECK_CONTAINS(err.text, statuses[i].words);
	}
	answer = (struct scsi_answer){ .status = SCSI_CHECK_CONDITION };
	CHECK_INT(ata_answer_err(&answer, &(struct ata_result){ 0 }, NULL), ERR_DEVICE);
}

/* -- an enclosure that always answers the same ------------------------------------------------ */

static struct scsi_answer always;
static unsigned int asked;

static int answer_always(struct scsi_path *path, const struct scsi_command *cmd,
			 struct scsi_answer *ret, struct err *err)
{
	(void)path;
	(void)cmd;
	(void)err;
	asked++;
	*ret = always;
	return 0;
}

static const struct scsi_transport transport = { .name = "always", .run = answer_always };

static int receive(struct err *err)
{
	struct scsi_path path = { .transport = &transport };
	uint8_t page[64];
	size_t len;

	asked = 0;
	return ses_receive(&path, SES_PAGE_MICROCODE, page, sizeof(page), &len, err);
}

/* SPC-5 annex F: 35h is about enclosure services. */
static void ses_senses(void)
{
	static const struct sense_case cases[] = {
		{ 5, 0x20, 0x00, ERR_UNSUPPORTED, "does not know this command" },
		{ 5, 0x24, 0x00, ERR_UNSUPPORTED, "does not know this page" },
		{ 5, 0x26, 0x05, ERR_DEVICE, "refuses what the page says (sense 5h/26h/05h)" },
		{ 5, 0x1a, 0x00, ERR_DEVICE, "wrong length" },
		{ 5, 0x35, 0x01, ERR_UNSUPPORTED, "not a function that it has" },
		{ 4, 0x35, 0x00, ERR_DEVICE, "enclosure services failed" },
		{ 2, 0x35, 0x02, ERR_BUSY, "not available" },
		{ 4, 0x35, 0x02, ERR_BUSY, "not available" },
		{ 4, 0x35, 0x03, ERR_DEVICE, "the transfer failed" },
		{ 5, 0x35, 0x04, ERR_DEVICE, "the transfer was refused" },
		{ 4, 0x35, 0x05, ERR_DEVICE, "a checksum was wrong" },
		{ 4, 0x44, 0x00, ERR_DEVICE, "internal error" },
		{ 2, 0x04, 0x01, ERR_BUSY, "not ready" },
		{ 0xb, 0x47, 0x00, ERR_DEVICE, "corrupted" },
		{ 5, 0x49, 0x00, ERR_DEVICE, "refused (sense 5h/49h/00h)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		always = sense_of(cases[i].key, cases[i].asc, cases[i].ascq);
		CHECK_INT(receive(&err), cases[i].code);
		CHECK_CONTAINS(err.text, "diagnostic page 0Eh: ");
		CHECK_CONTAINS(err.text, cases[i].words);
		CHECK_INT(asked, 1);
		CHECK_INT(receive(NULL), cases[i].code);
	}
}

static void ses_statuses(void)
{
	static const struct {
		uint8_t status;
		int code;
	} cases[] = { { 0x08, ERR_BUSY },   { 0x18, ERR_BUSY },	  { 0x28, ERR_BUSY },
		      { 0x30, ERR_DEVICE }, { 0x40, ERR_DEVICE }, { 0, 0 } };
	static const uint8_t keys[] = { 0, 1 }; /* no sense, recovered: it was done */
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		always = (struct scsi_answer){ .status = cases[i].status };
		CHECK_INT(receive(NULL), cases[i].code);
	}
	for (size_t i = 0; i < sizeof(keys); i++) {
		always = sense_of(keys[i], 0x17, 1);
		CHECK_INT(receive(NULL), 0);
	}
	always = sense_of(6, 0x29, 0); /* news each time that it is asked */
	CHECK_INT(receive(&err), ERR_BUSY);
	CHECK_CONTAINS(err.text, "again and again");
	CHECK_INT(asked, 8);
	always = (struct scsi_answer){ .status = SCSI_CHECK_CONDITION };
	CHECK_INT(receive(&err), ERR_DEVICE);
	CHECK_CONTAINS(err.text, "without a reason");
}

/* SES-4 table 53, with what lies beside its rows; 86h and 87h mean nothing that is known. */
static void ses_download_statuses(void)
{
	static const struct {
		uint8_t status;
		enum ses_meaning want;
	} cases[] = {
		{ 0x00, SES_IDLE },	   { 0x01, SES_EXPECTS_MORE },	 { 0x02, SES_UPDATING },
		{ 0x03, SES_UPDATING },	   { 0x10, SES_STARTS_NOW },	 { 0x11, SES_AFTER_POWER },
		{ 0x12, SES_AFTER_POWER }, { 0x13, SES_AFTER_ACTIVATE }, { 0x80, SES_FAILED },
		{ 0x81, SES_FAILED },	   { 0x82, SES_FAILED },	 { 0x83, SES_FAILED },
		{ 0x84, SES_FAILED },	   { 0x85, SES_FAILED },	 { 0x86, SES_FAILED },
		{ 0x87, SES_FAILED },	   { 0x04, SES_FAILED },	 { 0x14, SES_FAILED },
		{ 0x70, SES_FAILED },	   { 0xff, SES_FAILED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_INT(ses_status_find(cases[i].status)->meaning, cases[i].want);
	CHECK_STR(ses_status_find(0x86)->words, "unknown status");
	CHECK_STR(ses_status_find(0x87)->words, "unknown status");
}

int main(void)
{
	TAP_RUN(nvme_statuses);
	TAP_RUN(scsi_statuses);
	TAP_RUN(ata_senses);
	TAP_RUN(ata_registers);
	TAP_RUN(ses_senses);
	TAP_RUN(ses_statuses);
	TAP_RUN(ses_download_statuses);
	return TAP_END();
}
