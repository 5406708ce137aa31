/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SCSI command as it reaches an emulated device, and its answer. Pure: no driver, no clock. */
#ifndef LAB_SG_REQUEST_H
#define LAB_SG_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_REQUEST_SENSE 64

struct sg_request {
	const uint8_t *cdb;
	size_t cdb_len;
	uint8_t *data; /* what goes to the device, or room for what comes from it */
	uint32_t data_len;
	bool to_device;
	/* The answer. */
	uint8_t status; /* SAM-5 §5.3.1 */
	uint8_t sense[SG_REQUEST_SENSE];
	size_t sense_len;
	uint32_t transferred;
	uint32_t took_ms;
};

enum sg_outcome {
	SG_ANSWERED = 1,
	SG_NO_ANSWER, /* never: the driver's patience ends it */
	SG_GONE,      /* the device is not there any more */
};

/* CHECK CONDITION with fixed format sense (SPC-5 §4.4.3). */
void sg_refuse(struct sg_request *req, uint8_t key, uint8_t asc, uint8_t ascq);

/* GOOD, with len bytes of answer, as far as there is room for them. */
void sg_answer(struct sg_request *req, const uint8_t *buf, uint32_t len);

/* Standard INQUIRY data of 36 bytes (SPC-5 §6.7.2). */
void sg_inquiry(struct sg_request *req, uint8_t type, const char *vendor, const char *model,
		const char *revision);

/*
 * "key=value,key=value" into a structure: numbers (decimal or 0x...) into uint32_t, texts. Returns
 * 0, or -EINVAL for what the table does not know.
 */
struct sg_setting {
	const char *key;
	size_t offset;
	size_t chars; /* of a text; 0 = a number */
};

int sg_settings(void *object, const struct sg_setting *table, size_t count, const char *text);

#endif
