/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a SCSI device says, as hostile as it can be. The first byte chooses what it is. */
#include <stdlib.h>
#include <string.h>

#include "backends/scsi_plan.h"
#include "format/scsi_sense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

static void must_be_printable(const char *text, size_t max)
{
	MUST(strlen(text) <= max);
	for (; *text; text++)
		MUST(*text >= 0x20 && *text < 0x7f);
}

static void inquiry(const uint8_t *data, size_t size)
{
	struct scsi_inquiry got;
	struct err err;

	if (scsi_parse_inquiry(data, size, &got, &err))
		return;
	must_be_printable(got.vendor, 8);
	must_be_printable(got.product, 16);
	must_be_printable(got.revision, 4);
}

static void pages(const uint8_t *data, size_t size)
{
	struct scsi_pages list;
	struct scsi_ids ids;
	char serial[64];

	(void)scsi_parse_pages(data, size, &list);
	if (!scsi_parse_serial(data, size, serial))
		must_be_printable(serial, 63);
	if (!scsi_parse_ids(data, size, &ids)) {
		MUST(strspn(ids.wwn, "0123456789abcdef") == strlen(ids.wwn));
		MUST(strspn(ids.port, "0123456789abcdef") == strlen(ids.port));
	}
}

static void behind(const uint8_t *data, size_t size)
{
	const uint8_t *identify = scsi_ata_identify(data, size);
	struct scsi_bmic_drive drive;

	MUST(!identify || (identify > data && identify + 512 <= data + size));
	if (!scsi_parse_bmic_drive(data, size, &drive)) {
		must_be_printable(drive.serial, 40);
		must_be_printable(drive.connector, 2);
	}
}

/* Whatever a drive says of its abilities, what is planned is within them. */
static void plan(const uint8_t *data, size_t size)
{
	struct scsi_abilities can = { 0 };
	struct component comp = { 0 };
	struct scsi_plan got;
	struct err err;

	component_complete(&comp);
	if (size < 4 + 20 || scsi_parse_extended(data + 4, size - 4, &can.extended))
		return;
	can.has_buffer = !scsi_parse_buffer(data, 4, &can.buffer);
	if (scsi_plan_make(&can, &comp, 70000, &got, &err))
		return;
	MUST(!can.buffer.capacity || can.buffer.capacity >= 70000 ||
	     (can.buffer.boundary < 24 && can.buffer.capacity < 1u << can.buffer.boundary));
	MUST(!can.extended.modes || can.extended.modes >> got.mode & 1);
	MUST(got.mode == SCSI_WRITE_WHOLE || (can.buffer.boundary != SCSI_BOUNDARY_NONE &&
					      got.piece_bytes % (1u << can.buffer.boundary) == 0));
	MUST(got.piece_bytes > 0 && got.piece_bytes <= 1u << 20);
}

static void sense(const uint8_t *data, size_t size)
{
	struct scsi_answer answer = { .status = SCSI_CHECK_CONDITION };
	struct err err;

	answer.sense_len = size < sizeof(answer.sense) ? size : sizeof(answer.sense);
	memcpy(answer.sense, data, answer.sense_len);
	MUST(scsi_judge(&answer, NULL)->words);
	MUST(scsi_answer_err(&answer, &err) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const parts[])(const uint8_t *, size_t) = { inquiry, pages, plan, sense,
								  behind };
	uint8_t *exact;

	if (size == 0 || size > SCSI_VPD_MAX_BYTES)
		return 0;
	exact = malloc(size > 1 ? size - 1 : 1); /* so that a read beyond the end is seen */
	if (!exact)
		return 0;
	memcpy(exact, data + 1, size - 1);
	parts[data[0] % 5](exact, size - 1);
	(void)scsi_self_test_runs(exact, size - 1);
	free(exact);
	return 0;
}
