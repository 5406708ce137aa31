/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SAS drive as a pure model at the level of SG_IO: WRITE BUFFER as SPC-5 §5.5 has it, with what
 * it received kept. It takes images of fwimage.h whose model is its product identification. Nothing
 * of it is a real host adapter: that is a limit of every test that uses it.
 */
#ifndef LAB_SCSI_MODEL_H
#define LAB_SCSI_MODEL_H

#include "sg_request.h"

#define SCSI_MODEL_IMAGE_MAX (1u << 24)

struct scsi_model_config {
	char vendor[9], product[17], revision[5], serial[21];
	uint32_t type;	   /* peripheral device type */
	uint32_t wwn;	   /* the last digits of 5000c500000000nn; 0 = it has none */
	uint32_t pages;	   /* 0 = no vital product data at all */
	uint32_t modes;	   /* DM_MD_4 to DM_MD_F as they are in byte 19; 0 = not told */
	uint32_t takes;	   /* bit n: WRITE BUFFER mode n is taken */
	uint32_t activate; /* ACTIVATE_MICROCODE */
	uint32_t buffer;   /* 1 = READ BUFFER mode 03h is answered */
	uint32_t boundary, capacity;
	uint32_t inquiry_bytes; /* of its answer; 0 = 36 */
	uint32_t self_test;	/* 1 = one is running in the background */
	uint32_t protected;	/* MODE SENSE says so */
};

/* Numbers count commands but INQUIRY from 1; 0 = never. */
struct scsi_model_faults {
	uint32_t attention_at,
		attention;	    /* a unit attention, asc << 8 | ascq, instead of the n-th */
	uint32_t attentions;	    /* so many of it, one after another; 0 = 1 */
	uint32_t fail_at, fail;	    /* of WRITE BUFFER: key << 16 | asc << 8 | ascq */
	uint32_t status_at, status; /* of WRITE BUFFER: another SCSI status ... */
	uint32_t statuses;	    /* ... so often; 0 = once */
	uint32_t not_ready;	    /* TEST UNIT READY: asc << 8 | ascq */
	uint32_t reserved;	    /* TEST UNIT READY: RESERVATION CONFLICT */
	uint32_t hang_at, gone_at;  /* of WRITE BUFFER */
	uint32_t lie;		    /* takes everything and changes nothing */
	uint32_t away;		    /* commands that find nobody after an activation */

	uint32_t power_bound; /* what is activated needs power to go and come back */
	uint32_t descriptor_sense;
	char wrong_revision[5]; /* runs after activation, whatever the image says */
	char junk_serial[21];	/* bytes that are not ASCII in place of the serial number */
};

struct scsi_model {
	struct scsi_model_config config;
	struct scsi_model_faults faults;
	char running[5], saved[5];
	bool has_saved; /* waits for mode 0Fh or power */
	uint8_t *bytes; /* of the last download */
	size_t size;	/* of it so far */
	uint32_t mode;	/* of it; 0 = none is going on */
	unsigned int commands, writes, activations, specific;
	unsigned int away_left;
	unsigned int protocol_errors; /* what SPC-5 forbids */
};

void scsi_model_init(struct scsi_model *model);
void scsi_model_free(struct scsi_model *model);

/* "boundary=12,modes=0x1e"; 0, or -EINVAL. */
int scsi_model_set(struct scsi_model *model, const char *settings);

/* The end of an unfinished download; power also activates what is saved. */
void scsi_model_reset(struct scsi_model *model, bool power);

enum sg_outcome scsi_model_run(struct scsi_model *model, struct sg_request *req);

#endif
