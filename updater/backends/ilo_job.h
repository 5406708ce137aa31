/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An iLO with all that is asked of it before a file goes there. */
#ifndef DRYDOCK_BACKENDS_ILO_JOB_H
#define DRYDOCK_BACKENDS_ILO_JOB_H

#include "backends/ilo_device.h"
#include "backends/ilo_plan.h"

struct ilo_job {
	struct backend_io *io;
	struct redfish *rf; /* NULL = not open */
	struct ilo_service ilo;
	struct ilo_facts facts;
	struct ilo_plan plan;
	char running[sizeof(((struct ilo_firmware *)0)->version)];
	char rom[64];		/* what the system says of its ROM */
	char etag[ILO_TAG_MAX]; /* the upload's */
	char task[ILO_TAG_MAX]; /* how its name begins */
	char boot[16];		/* how the names of this boot's end */
};

/*
 * Opens it and fills in all but the plan. What cannot be asked is an error; ERR_DEVICE_GONE also
 * when there is no way to it at all. The job is closed by ilo_job_close(), after an error too.
 */
int ilo_job_open(struct ilo_job *job, struct backend_io *io, enum redfish_use use, uint32_t wait_ms,
		 struct err *err);
void ilo_job_close(struct ilo_job *job);

/* Makes and judges the plan. */
int ilo_job_plan(struct ilo_job *job, struct err *err);

/* Reads the state again; opens the client if it is not. */
int ilo_job_look(struct ilo_job *job, enum redfish_use use, uint32_t wait_ms, struct err *err);

/* What the proof of the component reads there now. */
const char *ilo_job_reads(const struct ilo_job *job);

#endif
