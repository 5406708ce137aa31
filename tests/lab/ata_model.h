/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SATA drive behind a SCSI / ATA translation layer, as a pure model at the level of SG_IO: what
 * reaches it is checked as SAT-4 and ACS-4 have it, and what it received is kept. It takes images
 * of fwimage.h, padded to whole blocks. Nothing of it is a real libata: that is a limit of every
 * test that uses it.
 */
#ifndef LAB_ATA_MODEL_H
#define LAB_ATA_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sg_request.h"

#define ATA_MODEL_IMAGE_MAX (65535u * 512)

struct ata_model_config {
	char serial[21], model[41], revision[9];
	uint32_t wwn;	   /* 1 = it has one */
	uint32_t download; /* words 83 and 86 bit 0 */
	uint32_t dma;	   /* word 69 bit 8 */
	uint32_t offsets;  /* words 119 and 120 bit 4 */
	uint32_t deferred; /* in the log */
	uint32_t log;	   /* general purpose logging */
	uint32_t smart;
	uint32_t sanitize;
	uint32_t min_blocks, max_blocks;
	uint32_t security; /* word 128 */
	uint32_t checksum; /* 0 none, 1 right, 2 wrong */
	uint32_t atapi;	   /* word 0 bit 15 */
	/* What the translation layer does. */
	uint32_t pass_through; /* 0: it takes no ATA PASS-THROUGH */
	uint32_t fixed_sense;  /* registers come in fixed format, 8 bits of COUNT */
	uint32_t no_registers; /* CK_COND is ignored, errors come without the descriptor */
};

/* Numbers of commands count DOWNLOAD MICROCODE from 1; 0 = never. */
struct ata_model_faults {
	uint32_t abort_at, icrc_at, hang_at, gone_at, busy_at, df_at;
	uint32_t reset_at;	   /* a bus reset before that command: it forgets the pieces */
	uint32_t attention;	   /* so many unit attentions before anything else */
	uint32_t lie;		   /* accepts everything, keeps nothing */
	uint32_t revert;	   /* activates nothing */
	uint32_t power_only;	   /* what is activated needs power to go and come back */
	uint32_t count_set, count; /* count_set 1: what COUNT says after the last piece */
	uint32_t early;		   /* COUNT says 02h after the first piece of several */
	uint32_t reject;	   /* the last piece is aborted: the image is not for it */
	uint32_t identify_bytes;   /* so many come */
	uint32_t identify_abort;
	uint32_t identify_hang;
	uint32_t sanitize_state; /* 1 running, 2 failed, 3 aborted for no reason */
	uint32_t self_test;	 /* 1 running, 70 % left; 2 a wrong checksum */
	uint32_t away;		 /* so many commands go unanswered after it was activated */
	char wrong_revision[9];	 /* runs after activation, whatever the image says */
};

struct ata_model {
	struct ata_model_config config;
	struct ata_model_faults faults;
	char running[9];
	char saved[9];	  /* waits for its activation; "" = none */
	bool power_bound; /* and only power activates it */
	bool gone;
	uint8_t *bytes; /* of the last download, each at its offset */
	size_t size;	/* of it so far */
	bool open;	/* a download is going on: pieces may follow */
	unsigned int downloads, activations, last_subcommand;
	unsigned int protocol_errors; /* commands that SAT-4 or ACS-4 forbid */
};

void ata_model_init(struct ata_model *model);
void ata_model_free(struct ata_model *model);

/* "offsets=1,abort_at=2"; 0, or -EINVAL. */
int ata_model_set(struct ata_model *model, const char *settings);

/* The end of an unfinished download; power also activates what is saved. */
void ata_model_reset(struct ata_model *model, bool power);

enum sg_outcome ata_model_run(struct ata_model *model, struct sg_request *req);

/* IDENTIFY DEVICE data as it would answer, 512 bytes. */
void ata_model_identify(const struct ata_model *model, uint8_t buf[512]);
/* Page 03h of log 30h. */
void ata_model_capabilities(const struct ata_model *model, uint8_t buf[512]);

#endif
