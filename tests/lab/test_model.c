/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The drive model: every status, every fault, slots and activation. */
#include "nvme_model.h"

#include <string.h>

#include "fwimage.h"
#include "le.h"
#include "tap.h"

enum { CA_REPLACE, CA_RESET, CA_EXISTING, CA_NOW };
enum { IMAGE_BYTES = 20480, CHUNK = 4096 };

static struct nvme_model drive;
static uint8_t image[IMAGE_BYTES], page[NVME_MODEL_IDENTIFY];

static void new_drive(const char *settings)
{
	nvme_model_free(&drive);
	nvme_model_init(&drive);
	CHECK(nvme_model_set(&drive, settings) == NULL);
}

static void make_image(const char *model, const char *revision)
{
	struct fwimage head = { .payload_bytes = IMAGE_BYTES - FWIMAGE_HEADER_BYTES };
	uint8_t *payload = image + FWIMAGE_HEADER_BYTES;

	for (size_t i = 0; i < head.payload_bytes; i++)
		payload[i] = (uint8_t)(i * 7 + i / 251 + (uint8_t)revision[0]);
	(void)snprintf(head.model, sizeof(head.model), "%s", model);
	(void)snprintf(head.revision, sizeof(head.revision), "%s", revision);
	head.payload_crc = fwimage_crc32(0, payload, head.payload_bytes);
	fwimage_write_header(&head, image);
}

static int admin(uint8_t opcode, uint32_t nsid, uint32_t cdw10, uint32_t cdw11, uint8_t *data,
		 size_t len)
{
	struct nvme_model_cmd cmd = {
		.opcode = opcode, .nsid = nsid, .cdw10 = cdw10, .cdw11 = cdw11
	};
	uint32_t result;

	return nvme_model_admin(&drive, &cmd, data, len, &result);
}

static int chunk(size_t offset, size_t len)
{
	return admin(NVME_ADMIN_FW_DOWNLOAD, 0, (uint32_t)(len / 4 - 1), (uint32_t)(offset / 4),
		     image + offset, len);
}

static int download(size_t len)
{
	for (size_t offset = 0; offset < len; offset += CHUNK) {
		int status = chunk(offset, len - offset < CHUNK ? len - offset : CHUNK);

		if (status)
			return status;
	}
	return 0;
}

static int commit(uint32_t slot, uint32_t action)
{
	return admin(NVME_ADMIN_FW_COMMIT, 0, action << 3 | slot, 0, NULL, 0);
}

static int update(const char *revision, uint32_t slot, uint32_t action)
{
	make_image(drive.config.model, revision);
	CHECK_INT(download(IMAGE_BYTES), 0);
	return commit(slot, action);
}

/* FR of Identify Controller, 8 characters. */
static const char *running(void)
{
	static char text[9];

	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 0, 1, 0, page, sizeof(page)), 0);
	memcpy(text, page + 64, 8);
	return text;
}

/* AFI and the slots of log page 03h as "active next |slot 1|slot 2|slot 3|". */
static const char *slots(void)
{
	static char text[64];
	uint8_t log[512];

	CHECK_INT(admin(NVME_ADMIN_GET_LOG, 0xffffffff, 127u << 16 | 3, 0, log, sizeof(log)), 0);
	for (size_t i = 8; i < 32; i++)
		log[i] = log[i] ? log[i] : '.';
	(void)snprintf(text, sizeof(text), "%d %d |%.8s|%.8s|%.8s|", log[0] & 7, log[0] >> 4,
		       (char *)log + 8, (char *)log + 16, (char *)log + 24);
	return text;
}

static void identify_controller_fields_are_where_the_specification_has_them(void)
{
	new_drive(
		"model=ACME X100,serial=SN 77,revision=2.1,vid=0x1234,fwug=2,mdts=3,mtfa=0x2b1,"
		"slots=5,slot1_ro=1,activate_now=0,overlap=1");
	CHECK_STR(running(), "2.1     ");
	CHECK_INT(get_le16(page), 0x1234);
	CHECK(!memcmp(page + 4, "SN 77               ", 20));
	CHECK(!memcmp(page + 24, "ACME X100                               ", 40));
	CHECK_INT(page[77], 3);
	CHECK_INT(page[256], 1 << 2);
	CHECK_INT(page[260], 1 | 5 << 1 | 1 << 5);
	CHECK_INT(get_le16(page + 270), 0x2b1);
	CHECK_INT(page[319], 2);
	new_drive("firmware=0,slot1_ro=0,activate_now=1,overlap=0,slots=1");
	CHECK_STR(running(), "1.0.0   ");
	CHECK_INT(page[256], 0);
	CHECK_INT(page[260], 1 << 1 | 1 << 4);
}

static void identify_namespaces(void)
{
	new_drive("ns_mb=3");
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 0, 2, 0, page, sizeof(page)), 0);
	CHECK_INT(get_le32(page), 1);
	CHECK_INT(get_le32(page + 4), 0);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 2, 0, page, sizeof(page)), 0);
	CHECK_INT(get_le32(page), 0);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 0, 0, page, sizeof(page)), 0);
	CHECK_INT(get_le64(page), 3 * 2048);
	CHECK_INT(page[130], 9);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 3, 0, page, sizeof(page)), 0);
	CHECK_INT(get_le16(page), 0x0801);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 2, 0, 0, page, sizeof(page)), NVME_INVALID_NAMESPACE);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 4, 0, page, sizeof(page)), NVME_INVALID_FIELD);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 1, 0, page, 512), NVME_TRANSFER_ERROR);
	new_drive("ns_mb=0");
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 0, 2, 0, page, sizeof(page)), 0);
	CHECK_INT(get_le32(page), 0);
	CHECK_INT(admin(NVME_ADMIN_IDENTIFY, 1, 3, 0, page, sizeof(page)), NVME_INVALID_NAMESPACE);
}

static void log_pages(void)
{
	struct nvme_model_cmd slots_only = { .opcode = NVME_ADMIN_GET_LOG,
					     .cdw10 = 1u << 16 | 3,
					     .cdw12 = 8 };
	uint8_t log[512];
	uint32_t result;

	new_drive("revision=1.0.0");
	CHECK_INT(nvme_model_admin(&drive, &slots_only, log, 8, &result), 0);
	CHECK(!memcmp(log, "1.0.0   ", 8));
	CHECK_STR(slots(), "1 0 |1.0.0   |........|........|");
	memset(log, 0xee, sizeof(log));
	CHECK_INT(admin(NVME_ADMIN_GET_LOG, 0xffffffff, 127u << 16 | 2, 0, log, sizeof(log)), 0);
	CHECK_INT(log[0], 0);
	CHECK_INT(log[511], 0);
	CHECK_INT(admin(NVME_ADMIN_GET_LOG, 0, 127u << 16 | 9, 0, log, 512), NVME_INVALID_LOG_PAGE);
	CHECK_INT(admin(NVME_ADMIN_GET_LOG, 0, 128u << 16 | 3, 0, log, 512), NVME_TRANSFER_ERROR);
	CHECK_INT(admin(NVME_ADMIN_GET_LOG, 0, 3, 1, log, 512), NVME_INVALID_FIELD); /* > MDTS */
}

static void other_commands(void)
{
	struct nvme_model_cmd queues = { .opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 7 };
	uint32_t result = 0;

	new_drive("io_queues=3");
	CHECK_INT(nvme_model_admin(&drive, &queues, NULL, 0, &result), 0);
	CHECK_INT(result, 0x20002);
	CHECK_INT(admin(NVME_ADMIN_SET_FEATURES, 0, 0x7f, 0, NULL, 0), NVME_INVALID_FIELD);
	CHECK_INT(admin(NVME_ADMIN_ASYNC_EVENT, 0, 0, 0, NULL, 0), NVME_MODEL_NO_ANSWER);
	CHECK_INT(admin(0x80, 0, 0, 0, NULL, 0), NVME_INVALID_OPCODE);
}

static void the_usual_update_runs_after_a_reset(void)
{
	new_drive("");
	CHECK_INT(update("2.0.0", 2, CA_RESET), 0);
	CHECK(drive.download.size == IMAGE_BYTES);
	CHECK(!memcmp(drive.download.bytes, image, IMAGE_BYTES));
	CHECK_STR(running(), "1.0.0   ");
	CHECK_STR(slots(), "1 2 |1.0.0   |2.0.0   |........|");
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(running(), "2.0.0   ");
	CHECK_STR(slots(), "2 0 |1.0.0   |2.0.0   |........|");
}

static void replace_alone_activates_nothing(void)
{
	new_drive("");
	CHECK_INT(update("2.0.0", 3, CA_REPLACE), 0);
	nvme_model_reset(&drive, NVME_RESET_POWER);
	CHECK_STR(running(), "1.0.0   ");
	CHECK_STR(slots(), "1 0 |1.0.0   |........|2.0.0   |");
	CHECK_INT(commit(3, CA_EXISTING), 0);
	CHECK_STR(running(), "1.0.0   ");
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(slots(), "3 0 |1.0.0   |........|2.0.0   |");
}

static void activation_without_reset(void)
{
	new_drive("");
	CHECK_INT(update("2.0.0", 2, CA_NOW), 0);
	CHECK_STR(running(), "2.0.0   ");
	CHECK_STR(slots(), "2 0 |1.0.0   |2.0.0   |........|");
	CHECK_INT(commit(1, CA_NOW), 0); /* nothing downloaded: the existing image */
	CHECK_STR(running(), "1.0.0   ");
	new_drive("activate_now=0");
	CHECK_INT(update("2.0.0", 2, CA_NOW), NVME_INVALID_FIELD);
	CHECK_STR(slots(), "1 0 |1.0.0   |........|........|");
	CHECK_INT(commit(2, CA_RESET), 0);
}

static void slot_rules(void)
{
	new_drive("slots=2,slot1_ro=1");
	CHECK_INT(update("2.0.0", 1, CA_RESET), NVME_INVALID_SLOT);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_SLOT);
	CHECK_INT(commit(2, CA_EXISTING), NVME_INVALID_IMAGE); /* empty */
	CHECK_INT(commit(0, CA_EXISTING), NVME_INVALID_SLOT);
	CHECK_INT(commit(2, 4), NVME_INVALID_FIELD);
	CHECK_INT(commit(2, 6), NVME_INVALID_FIELD); /* no boot partitions */
	CHECK_INT(commit(2, CA_NOW), 0);
	CHECK_INT(commit(1, CA_EXISTING), 0); /* read-only may still be activated */
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(slots(), "1 0 |1.0.0   |2.0.0   |........|");
	new_drive("slots=1,slot1_ro=1");
	CHECK_INT(update("2.0.0", 0, CA_RESET), NVME_INVALID_SLOT);
	new_drive("slots=1");
	CHECK_INT(update("2.0.0", 0, CA_RESET), 0);
	CHECK_STR(slots(), "1 1 |2.0.0   |........|........|");
}

static void the_controller_chooses_a_slot(void)
{
	new_drive("");
	CHECK_INT(update("2", 0, CA_NOW), 0);
	CHECK_STR(slots(), "2 0 |1.0.0   |2       |........|");
	CHECK_INT(update("3", 0, CA_NOW), 0); /* the empty one first */
	CHECK_STR(slots(), "3 0 |1.0.0   |2       |3       |");
	CHECK_INT(update("4", 0, CA_NOW), 0); /* then an inactive one */
	CHECK_STR(slots(), "1 0 |4       |2       |3       |");
	CHECK_INT(update("5", 0, CA_NOW), 0);
	CHECK_STR(slots(), "2 0 |4       |5       |3       |");
}

static void bad_images_are_refused(void)
{
	new_drive("");
	CHECK_INT(commit(2, CA_RESET), NVME_INVALID_IMAGE); /* nothing downloaded */
	CHECK_INT(update("2.0.0", 2, CA_REPLACE), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE); /* used up */
	make_image("OTHER MODEL", "3.0.0");
	CHECK_INT(download(IMAGE_BYTES), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE);
	make_image(drive.config.model, "3.0.0");
	image[IMAGE_BYTES - 1] ^= 1;
	CHECK_INT(download(IMAGE_BYTES), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE);
	image[IMAGE_BYTES - 1] ^= 1;
	image[0] ^= 1;
	CHECK_INT(download(IMAGE_BYTES), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE);
	image[0] ^= 1;
	CHECK_INT(download(IMAGE_BYTES - 4), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE); /* cut short */
	CHECK_INT(chunk(0, CHUNK), 0);
	CHECK_INT(chunk(2 * CHUNK, IMAGE_BYTES - 2 * CHUNK), 0);
	CHECK_INT(commit(3, CA_RESET), NVME_INVALID_IMAGE); /* a hole */
	CHECK_STR(slots(), "1 0 |1.0.0   |2.0.0   |........|");
}

/* The bytes that were not sent would be zero, and so they are in the drive: still not an image. */
static void a_hole_is_not_zeros(void)
{
	struct fwimage head = { .payload_bytes = IMAGE_BYTES - FWIMAGE_HEADER_BYTES };

	new_drive("");
	make_image(drive.config.model, "2.0.0");
	memset(image + CHUNK, 0, CHUNK);
	CHECK_INT(fwimage_parse(image, IMAGE_BYTES, 4, &head), -22);
	head.payload_bytes = IMAGE_BYTES - FWIMAGE_HEADER_BYTES;
	memcpy(head.model, drive.config.model, sizeof(head.model));
	memcpy(head.revision, "2.0.0", 6);
	head.payload_crc = fwimage_crc32(0, image + FWIMAGE_HEADER_BYTES, head.payload_bytes);
	fwimage_write_header(&head, image);
	CHECK_INT(chunk(0, CHUNK), 0);
	CHECK_INT(chunk(2 * CHUNK, IMAGE_BYTES - 2 * CHUNK), 0);
	CHECK_INT(commit(2, CA_RESET), NVME_INVALID_IMAGE);
	CHECK_INT(download(IMAGE_BYTES), 0);
	CHECK_INT(commit(2, CA_RESET), 0);
}

static void chunks_in_any_order(void)
{
	new_drive("");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(chunk(16384, 4096), 0);
	CHECK_INT(chunk(0, 4096), 0);
	CHECK_INT(chunk(8192, 8192), 0);
	CHECK_INT(drive.download.n_extents, 2);
	CHECK_INT(chunk(4096, 4096), 0);
	CHECK_INT(drive.download.n_extents, 1);
	CHECK_INT(commit(2, CA_NOW), 0);
	CHECK_STR(running(), "2.0.0   ");
}

static void a_reset_forgets_the_download(void)
{
	new_drive("");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(download(IMAGE_BYTES), 0);
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_INT(commit(2, CA_RESET), NVME_INVALID_IMAGE);
	CHECK_INT(chunk(4096, 4096), 0);
	CHECK_INT(drive.download.size, 8192);
	CHECK_INT(drive.download.bytes[0], 0);
}

static void overlaps_are_detected_or_overwrite(void)
{
	new_drive("");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(chunk(0, 8192), 0);
	CHECK_INT(chunk(4096, 4096), NVME_OVERLAPPING_RANGE);
	CHECK_INT(chunk(8192, IMAGE_BYTES - 8192), 0);
	CHECK_INT(commit(2, CA_RESET), 0);
	new_drive("overlap=0");
	CHECK_INT(chunk(0, 8192), 0);
	CHECK_INT(chunk(4096, IMAGE_BYTES - 4096), 0);
	CHECK_INT(commit(2, CA_RESET), 0);
}

static void granularity_and_sizes(void)
{
	new_drive("fwug=2,mdts=2");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(chunk(4096, 8192), NVME_INVALID_FIELD);
	CHECK_INT(chunk(0, 16384), 0);
	CHECK_INT(chunk(16384, 4096), 0); /* the end may be short */
	CHECK_INT(commit(2, CA_RESET), 0);
	CHECK_INT(chunk(0, IMAGE_BYTES), NVME_INVALID_FIELD); /* MDTS 2 = 16 KiB */
	new_drive("fwug=2,short_tail=0");
	CHECK_INT(chunk(0, 16384), 0);
	CHECK_INT(chunk(16384, 4096), NVME_INVALID_FIELD);
	new_drive("fwug=255");
	CHECK_INT(chunk(0, 4), 0);
	CHECK_INT(chunk(4, IMAGE_BYTES - 4), 0);
	CHECK_INT(commit(2, CA_RESET), 0);
	new_drive("max_image_mb=1,mdts=0");
	CHECK_INT(admin(NVME_ADMIN_FW_DOWNLOAD, 0, 1023, (1 << 20) / 4, image, 4096),
		  NVME_INVALID_FIELD);
	CHECK_INT(admin(NVME_ADMIN_FW_DOWNLOAD, 0, 1023, 0, image, 2048), NVME_TRANSFER_ERROR);
}

static void padding_up_to_the_granularity_is_accepted(void)
{
	static uint8_t padded[2 * IMAGE_BYTES];

	new_drive("fwug=2,short_tail=0");
	make_image(drive.config.model, "2.0.0");
	memset(padded, 0xff, sizeof(padded));
	memcpy(padded, image, IMAGE_BYTES);
	CHECK_INT(admin(NVME_ADMIN_FW_DOWNLOAD, 0, 24576 / 4 - 1, 0, padded, 24576), 0);
	CHECK_INT(commit(2, CA_NOW), 0);
	CHECK_INT(admin(NVME_ADMIN_FW_DOWNLOAD, 0, 32768 / 4 - 1, 0, padded, 32768), 0);
	CHECK_INT(commit(2, CA_NOW), NVME_INVALID_IMAGE);
}

static void no_firmware_commands(void)
{
	new_drive("firmware=0");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(download(IMAGE_BYTES), NVME_INVALID_OPCODE);
	CHECK_INT(commit(1, CA_EXISTING), NVME_INVALID_OPCODE);
}

static void each_status_waits_for_its_reset(void)
{
	static const struct {
		const char *fault;
		int status;
		enum nvme_model_reset enough[4], too_little[3];
	} cases[] = {
		{ "commit_status=0x10b",
		  NVME_NEEDS_CONVENTIONAL_RESET,
		  { NVME_RESET_CONVENTIONAL, NVME_RESET_POWER },
		  { NVME_RESET_CONTROLLER, NVME_RESET_SUBSYSTEM } },
		{ "commit_status=0x110",
		  NVME_NEEDS_SUBSYSTEM_RESET,
		  { NVME_RESET_SUBSYSTEM, NVME_RESET_POWER },
		  { NVME_RESET_CONTROLLER, NVME_RESET_CONVENTIONAL } },
		{ "commit_status=0x111",
		  NVME_NEEDS_CONTROLLER_RESET,
		  { NVME_RESET_CONTROLLER, NVME_RESET_CONVENTIONAL, NVME_RESET_SUBSYSTEM,
		    NVME_RESET_POWER },
		  { NVME_RESET_NONE } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t n = 0; n < 4 && cases[i].enough[n]; n++) {
			new_drive(cases[i].fault);
			CHECK_INT(update("2.0.0", 2, n % 2 ? CA_NOW : CA_RESET), cases[i].status);
			for (size_t k = 0; cases[i].too_little[k]; k++)
				nvme_model_reset(&drive, cases[i].too_little[k]);
			CHECK_STR(running(), "1.0.0   ");
			CHECK_STR(slots(), "1 2 |1.0.0   |2.0.0   |........|");
			nvme_model_reset(&drive, cases[i].enough[n]);
			CHECK_STR(running(), "2.0.0   ");
		}
}

static void maximum_time_asks_for_another_action(void)
{
	new_drive("commit_status=0x112");
	CHECK_INT(update("2.0.0", 2, CA_NOW), NVME_NEEDS_MAX_TIME);
	nvme_model_reset(&drive, NVME_RESET_NONE);
	CHECK_STR(slots(), "1 0 |1.0.0   |2.0.0   |........|");
	CHECK_INT(commit(2, CA_EXISTING), 0);
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(running(), "2.0.0   ");
	new_drive("commit_status=0x112");
	CHECK_INT(update("2.0.0", 2, CA_NOW), NVME_NEEDS_MAX_TIME);
	CHECK_INT(commit(2, CA_RESET), 0); /* the download is still there */
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(running(), "2.0.0   ");
}

static void refusals_change_nothing(void)
{
	static const char *const faults[] = { "reject_image=1", "commit_status=0x113",
					      "commit_status=0x6", "commit_status=0x107" };
	static const int statuses[] = { NVME_INVALID_IMAGE, NVME_ACTIVATION_PROHIBITED,
					NVME_INTERNAL_ERROR, NVME_INVALID_IMAGE };

	for (size_t i = 0; i < 4; i++) {
		new_drive(faults[i]);
		CHECK_INT(update("2.0.0", 2, CA_RESET), statuses[i]);
		nvme_model_reset(&drive, NVME_RESET_POWER);
		CHECK_STR(slots(), "1 0 |1.0.0   |........|........|");
	}
}

static void lies_are_told(void)
{
	new_drive("commit_lie=1");
	CHECK_INT(update("2.0.0", 2, CA_RESET), 0);
	nvme_model_reset(&drive, NVME_RESET_POWER);
	CHECK_STR(running(), "1.0.0   ");
	CHECK_STR(slots(), "1 0 |1.0.0   |........|........|");
	new_drive("revert=1");
	CHECK_INT(update("2.0.0", 2, CA_RESET), 0);
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(running(), "1.0.0   ");
	CHECK_STR(slots(), "1 0 |1.0.0   |2.0.0   |........|");
	new_drive("wrong_revision=1.9.9");
	CHECK_INT(update("2.0.0", 2, CA_RESET), 0);
	CHECK_STR(running(), "1.0.0   ");
	nvme_model_reset(&drive, NVME_RESET_CONTROLLER);
	CHECK_STR(running(), "1.9.9   ");
	CHECK_STR(slots(), "2 0 |1.0.0   |2.0.0   |........|");
}

static void delays_are_told_not_slept(void)
{
	new_drive("commit_delay_ms=90000,download_delay_ms=7");
	CHECK_INT(update("2.0.0", 2, CA_RESET), 0);
	CHECK_INT(drive.delay_ms, 90000);
	CHECK_INT(chunk(0, 4096), 0);
	CHECK_INT(drive.delay_ms, 7);
	(void)running();
	CHECK_INT(drive.delay_ms, 0);
}

static void one_download_is_refused(void)
{
	new_drive("download_fail_at=3,download_fail_status=0x6");
	make_image(drive.config.model, "2.0.0");
	CHECK_INT(chunk(0, 4096), 0);
	CHECK_INT(chunk(4096, 4096), 0);
	CHECK_INT(chunk(8192, 4096), NVME_INTERNAL_ERROR);
	CHECK_INT(chunk(8192, IMAGE_BYTES - 8192), 0);
	CHECK_INT(commit(2, CA_RESET), 0);
}

static void a_download_hangs(void)
{
	new_drive("hang_at_offset=8191");
	CHECK_INT(chunk(0, 4096), 0);
	CHECK_INT(chunk(4096, 4096), NVME_MODEL_NO_ANSWER);
	CHECK_STR(running(), "1.0.0   "); /* other commands are answered */
	CHECK_INT(chunk(8192, 4096), 0);
	CHECK_INT(drive.download.n_extents, 2);
}

static void the_drive_vanishes(void)
{
	static const char *const faults[] = { "gone_at_command=3", "gone_at_offset=8192",
					      "gone_at_commit=1" };
	static const size_t answered[] = { 2, 2, 5 }; /* downloads before it goes */

	for (size_t i = 0; i < 3; i++) {
		new_drive(faults[i]);
		make_image(drive.config.model, "2.0.0");
		for (size_t n = 0; n < answered[i]; n++)
			CHECK_INT(chunk(n * CHUNK, CHUNK), 0);
		if (answered[i] == 5)
			CHECK_INT(commit(2, CA_NOW), NVME_MODEL_GONE);
		else
			CHECK_INT(chunk(answered[i] * CHUNK, CHUNK), NVME_MODEL_GONE);
		drive.firmware.next = 1;
		drive.firmware.next_reset = NVME_RESET_CONTROLLER;
		nvme_model_reset(&drive, NVME_RESET_CONVENTIONAL);
		CHECK_INT(drive.firmware.next, 1);
		CHECK_INT(commit(1, CA_NOW), NVME_MODEL_GONE);
		nvme_model_reset(&drive, NVME_RESET_POWER);
		CHECK_STR(slots(), "1 0 |1.0.0   |........|........|");
		CHECK_INT(update("2.0.0", 2, CA_NOW), 0); /* it happens once */
	}
}

static void settings_are_checked(void)
{
	static const char *const bad[] = {
		"nonsense=1",
		"slots=0",
		"slots=8",
		"slots=",
		"slots=2x",
		"slots",
		"slots=-1",
		"slots=0x",
		"revision=123456789",
		"revision=",
		"vid=0xffff",
		"=1",
		"serial= a",
		"commit_delay_ms=4294967296",
	};
	const char *text = "fwug=8,slots=9";

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		new_drive("");
		CHECK(nvme_model_set(&drive, bad[i]) == bad[i]);
	}
	CHECK(nvme_model_set(&drive, text) == text + 7);
	CHECK_INT(drive.config.fwug, 8);
	CHECK_INT(drive.config.slots, 3);
	CHECK(nvme_model_set(&drive, "commit_delay_ms=4294967295,vid=0x1D0F") == NULL);
	CHECK_INT(drive.faults.commit_delay_ms, UINT32_MAX);
	CHECK_INT(drive.config.vid, 0x1d0f);
}

static void crc32_check_value(void)
{
	/* The check value of CRC-32/ISO-HDLC for "123456789". */
	static const uint8_t digits[] = "123456789";

	CHECK_INT(fwimage_crc32(0, digits, 9), 0xcbf43926);
	CHECK_INT(fwimage_crc32(fwimage_crc32(0, digits, 4), digits + 4, 5), 0xcbf43926);
}

int main(void)
{
	TAP_RUN(identify_controller_fields_are_where_the_specification_has_them);
	TAP_RUN(identify_namespaces);
	TAP_RUN(log_pages);
	TAP_RUN(other_commands);
	TAP_RUN(the_usual_update_runs_after_a_reset);
	TAP_RUN(replace_alone_activates_nothing);
	TAP_RUN(activation_without_reset);
	TAP_RUN(slot_rules);
	TAP_RUN(the_controller_chooses_a_slot);
	TAP_RUN(bad_images_are_refused);
	TAP_RUN(a_hole_is_not_zeros);
	TAP_RUN(chunks_in_any_order);
	TAP_RUN(a_reset_forgets_the_download);
	TAP_RUN(overlaps_are_detected_or_overwrite);
	TAP_RUN(granularity_and_sizes);
	TAP_RUN(padding_up_to_the_granularity_is_accepted);
	TAP_RUN(no_firmware_commands);
	TAP_RUN(each_status_waits_for_its_reset);
	TAP_RUN(maximum_time_asks_for_another_action);
	TAP_RUN(refusals_change_nothing);
	TAP_RUN(lies_are_told);
	TAP_RUN(delays_are_told_not_slept);
	TAP_RUN(one_download_is_refused);
	TAP_RUN(a_download_hangs);
	TAP_RUN(the_drive_vanishes);
	TAP_RUN(settings_are_checked);
	TAP_RUN(crc32_check_value);
	nvme_model_free(&drive);
	return TAP_END();
}
