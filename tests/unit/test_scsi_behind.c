/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drives behind a Smart Array controller, through the pass-through of its driver. */
#include <errno.h>
#include <linux/cciss_ioctl.h>

#include "ata_model.h"
#include "format/scsi.h"
#include "hw/cciss.h"
#include "hw/hwio_record.h"
#include "hw/hwio_replay.h"
#include "scsi_bench.h"
#include "temp_tree.h"

/* The controller: one drive behind it, at LUN 00 00 00 C0 00 00 00 00 or what is set. */
static struct array {
	struct bench bench;
	struct hwio_ops ops;
	unsigned int status; /* not 0: the controller's answer to every command */
	size_t reports, places;
	uint32_t list_bytes; /* what the list says of its length */
	uint8_t lun[8];
	uint8_t place[SCSI_BMIC_DRIVE_BYTES]; /* the answer to BMIC 15h ... */
	uint32_t place_bytes;		      /* ... and how much of it comes; 0 = refused */
	const struct ata_model *ata;	      /* the drive is a SATA drive behind a translator */
	uint32_t page_bytes;		      /* of its VPD page 89h */
} array;

/* REPORT PHYSICAL LUNS and BMIC read: the controller's own, at LUN 0. */
static void controller_run(const IOCTL_Command_struct *io, struct sg_request *req)
{
	static const uint8_t own[8];
	uint8_t list[16] = { 0, 0, 0, (uint8_t)array.list_bytes };

	CHECK(!memcmp(io->LUN_info.LunAddrBytes, own, 8));
	if (req->cdb[0] == 0xc3) {
		array.reports++;
		memcpy(list + 8, array.lun, 8);
		sg_answer(req, list, sizeof(list));
		return;
	}
	array.places++;
	CHECK_INT(req->cdb[6], 0x15);
	CHECK_INT(req->cdb[7] << 8 | req->cdb[8], SCSI_BMIC_DRIVE_BYTES);
	CHECK_INT(req->cdb[2] | req->cdb[9] << 8, ((array.lun[7] & 0x3f) - 1) << 8 | array.lun[6]);
	if (array.place_bytes)
		sg_answer(req, array.place, array.place_bytes);
	else
		req->status = 2;
}

/* SAT-4 §12.4.2; false = it is another command. */
static bool sata_run(struct sg_request *req)
{
	static const uint8_t list[] = { 0, 0, 0, 3, 0x00, 0x80, 0x89 };
	uint8_t page[SCSI_ATA_PAGE_BYTES] = { 0, 0x89, 0x02, 0x38 };

	if (!array.ata || req->cdb[0] != 0x12 || !(req->cdb[1] & 1) ||
	    (req->cdb[2] && req->cdb[2] != 0x89))
		return false;
	ata_model_identify(array.ata, page + 60);
	if (req->cdb[2])
		sg_answer(req, page, array.page_bytes);
	else
		sg_answer(req, list, sizeof(list));
	return true;
}

static int array_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	IOCTL_Command_struct *io = arg;
	struct sg_request req = { .cdb = io->Request.CDB,
				  .cdb_len = io->Request.CDBLen,
				  .data = io->buf,
				  .data_len = io->buf_size };

	(void)hw;
	CHECK(fd >= 0);
	if (request != (unsigned long)CCISS_PASSTHRU)
		return -ENOTTY;
	io->error_info.CommandStatus = (uint16_t)array.status;
	if (array.status)
		return 0;
	CHECK_INT(io->Request.Type.Direction, io->buf_size ? XFER_READ : XFER_NONE);
	if (req.cdb[0] == 0xc3 || req.cdb[0] == 0x26) {
		controller_run(io, &req);
	} else {
		CHECK(!memcmp(io->LUN_info.LunAddrBytes, array.lun, 8));
		if (!sata_run(&req))
			scsi_model_run(&array.bench.model, &req);
	}
	io->error_info.ScsiStatus = req.status;
	io->error_info.CommandStatus = req.status ? CMD_TARGET_STATUS : CMD_DATA_UNDERRUN;
	io->error_info.SenseLen = (uint8_t)(req.sense_len < 32 ? req.sense_len : 32);
	memcpy(io->error_info.SenseInfo, req.sense, io->error_info.SenseLen);
	io->error_info.ResidualCnt = io->buf_size - req.transferred;
	return 0;
}

/* Nobody has asked for it yet. */
static void make_array(const char *settings)
{
	memset(&array, 0, sizeof(array));
	array.lun[3] = 0xc0;
	array.page_bytes = SCSI_ATA_PAGE_BYTES;
	start_drive(&array.bench, settings);
	array.bench.device->driver = "smartpqi";
	array.bench.device->type = 0x0c;
	array.bench.device->block = false;
	array.list_bytes = 8;
	array.ops = *array.bench.lab->hw.ops;
	array.ops.ioctl = array_ioctl;
	array.bench.lab->hw.ops = &array.ops;
}

static void probe_array(void)
{
	CHECK_INT(backend_scsi.probe(&array.bench.lab->hw, &array.bench.inv, &array.bench.err), 0);
}

static void start_array(const char *settings)
{
	make_array(settings);
	probe_array();
}

static void a_drive_behind_a_smart_array(void)
{
	struct bench *bench = &array.bench;
	struct device *dev;

	start_array("");
	CHECK_INT(array.reports, 1);
	CHECK_INT(bench->inv.count, 1);
	dev = bench->inv.devices;
	CHECK_STR(dev->id, "drive:LAB0000001");
	CHECK_STR(dev->version, "0100");
	CHECK_STR(dev->parent, "pci:0000:00:1f.2");
	CHECK_STR(prop(bench, "bar"), "BEHIND_RAID");
	CHECK_STR(prop(bench, "scsi.address"), "000000c000000000");
	CHECK_STR(dev->slot, "");
	CHECK_INT(array.places, 0); /* this address has no number */
	CHECK(!dev->updateable);
	strcpy(bench->model.running, "0101");
	CHECK_INT(backend_scsi.refresh(&bench->lab->hw, dev, &bench->err), 0);
	CHECK_STR(dev->version, "0101");
	CHECK(!dev->updateable);
	strcpy(bench->model.config.serial, "OTHER");
	CHECK_INT(backend_scsi.refresh(&bench->lab->hw, dev, &bench->err), ERR_DEVICE_GONE);
	stop(bench);
}

static void what_a_controller_may_answer(void)
{
	static const struct {
		unsigned int status;
		int want;
	} cases[] = { { CMD_CONNECTION_LOST, ERR_DEVICE_GONE },
		      { CMD_TIMEOUT, ERR_OVERDUE },
		      { CMD_ABORTED, ERR_OVERDUE },
		      { CMD_UNSOLICITED_ABORT, ERR_OVERDUE },
		      { CMD_INVALID, ERR_UNSUPPORTED },
		      { CMD_HARDWARE_ERR, ERR_DEVICE },
		      { CMD_PROTOCOL_ERR, ERR_DEVICE },
		      { CMD_DATA_OVERRUN, ERR_DEVICE },
		      { 0x99, ERR_DEVICE } };
	struct bench *bench = &array.bench;

	start_array("");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		array.status = cases[i].status;
		CHECK_INT(backend_scsi.refresh(&bench->lab->hw, bench->inv.devices, &bench->err),
			  cases[i].want);
	}
	stop(bench);
	start_array("");
	inventory_free(&bench->inv);
	array.list_bytes = 240; /* more than came */
	CHECK_INT(backend_scsi.probe(&bench->lab->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	stop(bench);
	start_array("type=13"); /* an enclosure is no drive */
	CHECK_INT(bench->inv.count, 0);
	stop(bench);
}

/* BMIC 15h as smartpqi.h has it. */
static void put_place(const char *serial, const char *connector, uint8_t box, uint8_t bay)
{
	array.lun[6] = 3;
	array.lun[7] = 2;
	array.place_bytes = SCSI_BMIC_DRIVE_BYTES;
	fwimage_pad(array.place + 52, 40, serial);
	memcpy(array.place + 112, connector, 2);
	array.place[114] = box;
	array.place[115] = bay;
}

static void where_the_drive_is(void)
{
	static const struct {
		const char *why, *serial;
		uint32_t bytes;
		const char *want;
	} cases[] = {
		{ "its place", "LAB0000001", 512, "1I:1:7" },
		{ "just long enough", "LAB0000001", 116, "1I:1:7" },
		{ "cut off before the bay", "LAB0000001", 115, "" },
		{ "another drive's", "LAB0000002", 512, "" },
		{ "a drive without a serial number", "", 512, "" },
		{ "refused", "LAB0000001", 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench *bench = &array.bench;

		make_array("");
		put_place(cases[i].serial, "1I", 1, 7);
		array.place_bytes = cases[i].bytes;
		probe_array();
		CHECK_INT(array.places, 1);
		CHECK_INT(bench->inv.count, 1);
		if (strcmp(bench->inv.devices->slot, cases[i].want) != 0)
			printf("# %s\n", cases[i].why);
		CHECK_STR(bench->inv.devices->slot, cases[i].want);
		CHECK_STR(prop(bench, "scsi.bay"), cases[i].want[0] ? "7" : "");
		CHECK_STR(prop(bench, "scsi.box"), cases[i].want[0] ? "1" : "");
		CHECK_STR(prop(bench, "bar"), "BEHIND_RAID");
		stop(bench);
	}
}

/* INQUIRY cuts a SATA drive's model after 16 characters and its revision after 4. */
static void a_sata_drive_behind_a_smart_array(void)
{
	static const struct {
		uint32_t bytes;
		const char *version, *target;
	} cases[] = { { 572, "LAB10000", "drive-model:DRYDOCK LAB SATA 0000001" },
		      { 571, "0100", "drive-model:LABSAS0000001" } };
	struct bench *bench = &array.bench;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ata_model ata;

		ata_model_init(&ata);
		snprintf(ata.config.model, sizeof(ata.config.model), "DRYDOCK LAB SATA 0000001");
		snprintf(ata.running, sizeof(ata.running), "LAB10000");
		make_array("vendor=ATA");
		array.ata = &ata;
		array.page_bytes = cases[i].bytes;
		probe_array();
		CHECK_INT(bench->inv.count, 1);
		CHECK_STR(prop(bench, "drive.protocol"), "SATA");
		CHECK_STR(bench->inv.devices->version, cases[i].version);
		CHECK_STR(prop(bench, "drive.rev"), cases[i].version);
		CHECK_STR(prop(bench, "scsi.rev"), "0100");
		CHECK_STR(bench->inv.devices->targets[0], cases[i].target);
		snprintf(ata.running, sizeof(ata.running), "LAB20000");
		CHECK_INT(backend_scsi.refresh(&bench->lab->hw, bench->inv.devices, NULL), 0);
		CHECK_STR(bench->inv.devices->version, i ? "0100" : "LAB20000");
		ata_model_free(&ata);
		stop(bench);
	}
}

/* -- more than the small pass-through carries ------------------------------------------------- */

static BIG_IOCTL_Command_struct big;
static int big_errno;

static int big_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	(void)hw;
	(void)fd;
	if (big_errno)
		return -big_errno;
	if (request != (unsigned long)CCISS_BIG_PASSTHRU)
		return -ENOTTY;
	big = *(BIG_IOCTL_Command_struct *)arg;
	memset(big.buf, 0x5a, big.buf_size - 100);
	((BIG_IOCTL_Command_struct *)arg)->error_info.CommandStatus = CMD_DATA_UNDERRUN;
	((BIG_IOCTL_Command_struct *)arg)->error_info.ResidualCnt = 100;
	return 0;
}

static void large_transfers(void)
{
	static const uint8_t cdb[10] = { 0x3c, 2 };
	static uint8_t buf[CCISS_DATA_MAX + 1];
	struct hwio_ops ops = { .ioctl = big_ioctl };
	struct hwio hw = { .ops = &ops };
	struct scsi_path path = { .hw = &hw, .lun = { 0, 0, 0, 0xc0, 0, 0, 3, 1 } };
	struct scsi_command cmd = { .cdb = cdb,
				    .cdb_len = sizeof(cdb),
				    .direction = SCSI_FROM_DEVICE,
				    .data = buf,
				    .data_len = 65536,
				    .timeout_ms = 1500 };
	struct scsi_answer answer;

	path.transport = &scsi_cciss;
	CHECK_INT(scsi_run(&path, &cmd, &answer, NULL), 0);
	CHECK_INT(answer.transferred, 65436);
	CHECK_INT(buf[65435], 0x5a);
	CHECK_INT(big.buf_size, 65536);
	CHECK_INT(big.malloc_size, 65536);
	CHECK_INT(big.Request.Timeout, 2);
	CHECK_INT(big.Request.Type.Direction, XFER_READ);
	CHECK_INT(big.Request.CDBLen, 10);
	CHECK(!memcmp(big.Request.CDB, cdb, sizeof(cdb)));
	CHECK(!memcmp(big.LUN_info.LunAddrBytes, path.lun, 8));
	cmd.data_len = CCISS_DATA_MAX;
	CHECK_INT(scsi_run(&path, &cmd, &answer, NULL), 0);
	CHECK_INT(big.buf_size, CCISS_DATA_MAX);
	CHECK_INT(big.malloc_size, 65536);
	cmd.data_len = CCISS_DATA_MAX + 1;
	CHECK_INT(scsi_run(&path, &cmd, &answer, NULL), ERR_UNSUPPORTED);
	cmd.data_len = 65535; /* the small one's */
	CHECK_INT(scsi_run(&path, &cmd, &answer, NULL), ERR_UNSUPPORTED);
}

/* Of the driver: smartpqi answers EINVAL to the large one. */
static void what_the_driver_may_say(void)
{
	static const struct {
		int errnum, want;
	} cases[] = { { ENODEV, ERR_DEVICE_GONE }, { ENXIO, ERR_DEVICE_GONE },
		      { EAGAIN, ERR_BUSY },	   { EBUSY, ERR_BUSY },
		      { ENOTTY, ERR_UNSUPPORTED }, { EPERM, ERR_UNSUPPORTED },
		      { EINVAL, ERR_DEVICE },	   { EIO, ERR_DEVICE } };
	static const uint8_t cdb[6];
	struct hwio_ops ops = { .ioctl = big_ioctl };
	struct hwio hw = { .ops = &ops };
	struct scsi_path path = { .hw = &hw, .transport = &scsi_cciss };
	const struct scsi_command cmd = { .cdb = cdb, .cdb_len = 6, .direction = SCSI_NO_DATA };
	struct scsi_answer answer;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		big_errno = cases[i].errnum;
		CHECK_INT(scsi_run(&path, &cmd, &answer, NULL), cases[i].want);
	}
	big_errno = 0;
}

/* What was recorded of a controller answers as it did. */
static void a_recorded_controller_is_replayed(void)
{
	struct temp_tree tree = temp_tree_make();
	struct bench *bench = &array.bench;
	struct inventory live = { 0 }, again = { 0 };
	struct hwio *record, *replay;
	struct err err = { 0 };

	make_array("");
	put_place("LAB0000001", "2E", 3, 12);
	CHECK_INT(hwio_record_new(&bench->lab->hw, tree.dir, &record, NULL), 0);
	CHECK_INT(backend_scsi.probe(record, &live, NULL), 0);
	CHECK_INT(live.count, 1);
	CHECK_INT(backend_scsi.refresh(record, live.devices, NULL), 0);
	hwio_record_free(record);
	CHECK_INT(hwio_replay_new(tree.dir, &replay, &err), 0);
	CHECK_STR(err.text, "");
	CHECK_INT(backend_scsi.probe(replay, &again, NULL), 0);
	CHECK_INT(again.count, 1);
	CHECK_INT(backend_scsi.refresh(replay, again.devices, NULL), 0);
	CHECK_INT(hwio_replay_check(replay, &err), 0);
	CHECK_STR(err.text, "");
	CHECK(hwio_replay_answered(replay) > 20);
	CHECK_STR(again.devices->slot, "2E:3:12");
	CHECK_STR(again.devices->version, live.devices->version);
	CHECK_STR(again.devices->serial, live.devices->serial);
	hwio_replay_free(replay);
	inventory_free(&live);
	inventory_free(&again);
	temp_tree_remove(&tree);
	stop(bench);
}

int main(void)
{
	TAP_RUN(a_drive_behind_a_smart_array);
	TAP_RUN(what_a_controller_may_answer);
	TAP_RUN(where_the_drive_is);
	TAP_RUN(a_sata_drive_behind_a_smart_array);
	TAP_RUN(large_transfers);
	TAP_RUN(what_the_driver_may_say);
	TAP_RUN(a_recorded_controller_is_replayed);
	return TAP_END();
}
