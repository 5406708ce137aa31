/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An enclosure services process as a pure model at the level of SG_IO: what reaches it is checked
 * as SES-4 has it, and what it received is kept. It takes images of fwimage.h for its product. No
 * real enclosure was ever compared with it: that is a limit of every test that uses it.
 */
#ifndef LAB_SES_MODEL_H
#define LAB_SES_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sg_request.h"

#define SES_MODEL_IMAGE_MAX (1u << 20)
#define SES_MODEL_SLOTS	    4

struct ses_model_config {
	char product[17], revision[5];
	uint32_t logical_id; /* lower half of the primary's; the others count on */
	uint32_t secondaries;
	uint32_t pages;	   /* 0: it has no page 00h */
	uint32_t download; /* 0: no page 0Eh */
	uint32_t max_size; /* 0 = not said */
	uint32_t buffer_id;
	uint32_t generation;
	uint32_t counts; /* 0: the expected offset is always 0 */
};

/* Numbers of pieces count from 1; 0 = never. */
struct ses_model_faults {
	uint32_t refuse_at;  /* CHECK CONDITION 5/26/00 */
	uint32_t discard_at; /* the status becomes 80h */
	uint32_t hang_at, gone_at, busy_at;
	uint32_t rebuilt_at;	/* the generation code changes with this piece */
	uint32_t forget_at;	/* it is not taken, the same offset is expected again */
	uint32_t forget_always; /* ... from then on */
	uint32_t early;		/* 10h after the first piece of several */
	uint32_t skip;		/* expects an offset beyond what was sent */
	uint32_t stale;		/* an earlier download: 01h at first, 80h after the first piece */
	uint32_t status_set, status; /* status_set 1: the status from the beginning */
	uint32_t final_set, final;   /* final_set 1: the status when all is there */
	uint32_t storing;	     /* so many questions are answered with 02h before it */
	uint32_t storing_errors;     /* so many of those with NOT READY instead */
	uint32_t attention;
	uint32_t lie, revert;
	uint32_t page_bytes; /* not 0: pages are cut to this length */
	char wrong_revision[5];
};

struct ses_model {
	struct ses_model_config config;
	struct ses_model_faults faults;
	char running[64][5]; /* by subenclosure */
	char saved[5];	     /* waits for its activation */
	uint8_t saved_for;
	uint8_t status, sub; /* of the last download */
	uint8_t next_status; /* behind "storing" */
	bool gone;
	uint8_t *bytes;
	uint32_t size, expected;
	bool open; /* a download is going on: pieces may follow */
	unsigned int pieces, activations, last_mode;
	unsigned int protocol_errors;		/* pages that SES-4 forbids */
	uint64_t slot_address[SES_MODEL_SLOTS]; /* 0 = empty */
};

void ses_model_init(struct ses_model *model);
void ses_model_free(struct ses_model *model);
int ses_model_set(struct ses_model *model, const char *settings); /* 0, or -EINVAL */
void ses_model_reset(struct ses_model *model, bool power);
enum sg_outcome ses_model_run(struct ses_model *model, struct sg_request *req);

/* Pages as it would answer; the length. buf has room for 4096 bytes. */
uint32_t ses_model_page(const struct ses_model *model, uint8_t page, uint8_t *buf);

#endif
