/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drives behind a Smart Array controller, through the pass-through of its driver (hpsa, smartpqi:
 * linux/cciss_ioctl.h). The node that takes it is the controller's own, of type 0Ch.
 */
#ifndef DRYDOCK_HW_CCISS_H
#define DRYDOCK_HW_CCISS_H

#include "hw/scsi.h"

#define CCISS_LUNS_MAX 1024

/*
 * One command to scsi_path.lun: by CCISS_PASSTHRU, with more than 65535 bytes of data by
 * CCISS_BIG_PASSTHRU, which hpsa has and smartpqi has not.
 */
#define CCISS_DATA_MAX (1024u << 10)
extern const struct scsi_transport scsi_cciss;

/*
 * REPORT PHYSICAL LUNS (C3h, a command of the controller): the addresses of what is connected to
 * it, malloc'ed, in the controller's order. path is the controller's; its lun is all zero.
 */
int cciss_report_physical(struct scsi_path *path, uint8_t (**ret_luns)[8], size_t *ret_count,
			  struct err *err);

/*
 * BMIC "identify physical device" (Linux, smartpqi.h; cciss_vol_status agrees) of the drive at lun:
 * SCSI_BMIC_DRIVE_BYTES for scsi_parse_bmic_drive(). Reads only. ERR_UNSUPPORTED: this address has
 * no number to ask by.
 */
int cciss_identify_physical(struct scsi_path *path, const uint8_t lun[8], uint8_t *buf,
			    size_t *ret_len, struct err *err);

#endif
