/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keeps a drive busy for minutes or hours. */
#include "backends/nvme_drive.h"
#include "hw/nvme.h"

enum { FIRST_NAMESPACE = 1 };

static int busy_with(const char *what, unsigned int percent, struct err *err)
{
	return err_set(err, ERR_BUSY, "%s is going on, %u %% are done", what, percent);
}

/* An answer that says itself that the drive is busy is one as well. */
static int unless_busy(int rc, const struct err *why, struct err *err)
{
	return rc == ERR_BUSY ? err_set(err, ERR_BUSY, "%s", why->text) : 0;
}

static int check_sanitize(const struct nvme_drive *drive, struct err *err)
{
	uint8_t log[NVME_SANITIZE_BYTES] = { 0 };
	unsigned int percent;
	struct err why;
	int rc = nvme_get_log(drive->hw, drive->fd, NVME_LOG_SANITIZE, log, sizeof(log), &why);

	if (rc)
		return unless_busy(rc, &why, err);
	return nvme_sanitize_running(log, sizeof(log), &percent)
		       ? busy_with("a sanitize operation", percent, err)
		       : 0;
}

static int check_self_test(const struct nvme_drive *drive, struct err *err)
{
	uint8_t log[NVME_SELF_TEST_BYTES] = { 0 };
	unsigned int percent;
	struct err why;
	int rc = nvme_get_log(drive->hw, drive->fd, NVME_LOG_SELF_TEST, log, sizeof(log), &why);

	if (rc)
		return unless_busy(rc, &why, err);
	return nvme_self_test_running(log, sizeof(log), &percent)
		       ? busy_with("a self-test", percent, err)
		       : 0;
}

static int check_format(const struct nvme_drive *drive, struct err *err)
{
	uint8_t buf[NVME_IDENTIFY_BYTES] = { 0 };
	unsigned int percent;
	struct err why;
	int rc = nvme_identify_namespace(drive->hw, drive->fd, FIRST_NAMESPACE, buf, sizeof(buf),
					 &why);

	if (rc)
		return unless_busy(rc, &why, err);
	return nvme_format_running(buf, sizeof(buf), &percent) ? busy_with("a format", percent, err)
							       : 0;
}

int nvme_drive_busy(const struct nvme_drive *drive, struct err *err)
{
	int rc = 0;

	if (drive->id.can_sanitize)
		rc = check_sanitize(drive, err);
	if (!rc && drive->id.can_self_test)
		rc = check_self_test(drive, err);
	if (!rc && drive->id.can_format)
		rc = check_format(drive, err);
	return rc;
}
