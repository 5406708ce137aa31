/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An iLO's component repository and the queue of tasks that work on it: what the system ROM writes
 * at the next start goes this way. Entries that are ours have names that begin with
 * ILO_NAME_PREFIX; nobody else's are ever touched.
 */
#ifndef DRYDOCK_HW_ILO_QUEUE_H
#define DRYDOCK_HW_ILO_QUEUE_H

#include "format/redfish_update.h"
#include "hw/redfish.h"

#define ILO_NAME_PREFIX "drydock-"

struct ilo_queue {
	unsigned int own, foreign; /* entries that are not finished with Complete */
	/* The first foreign one that keeps everything behind it from being done; "" = none. */
	char blocker[96];
	char blocker_state[24];
	bool agent_waits; /* it waits for an agent in an operating system */
	bool has_task;	  /* one whose name begins as was asked for */
	struct redfish_task task;
};

/* name: how the name of a task begins that is looked for, or NULL. An iLO without a queue has an
 * empty one. */
int ilo_queue_look(struct redfish *rf, const struct redfish_update *update, const char *name,
		   struct ilo_queue *ret, struct err *err);

/*
 * Removes what is ours and finished, whatever its end; what still waits though the server was
 * restarted since (an iLO 7 never says that it has done it), that is whose name does not end with
 * boot; and those whose name begins with name (NULL = none). Never what is being worked on.
 * *ret_count how many.
 */
int ilo_queue_sweep(struct redfish *rf, const struct redfish_update *update, const char *name,
		    const char *boot, unsigned int *ret_count, struct err *err);

/* Queues the file for the system ROM: one way of updating only, a mixed list stalls an iLO 7. */
int ilo_queue_add(struct redfish *rf, const struct redfish_update *update, const char *name,
		  const char *file, bool tpm_override, struct err *err);

struct ilo_repository {
	bool says_free; /* else free and total are not known */
	uint64_t free_bytes, total_bytes;
	bool has_file;
	struct redfish_component file;
	char file_uri[REDFISH_REF_MAX];
	uint64_t own_bytes; /* of what is ours and not locked: could be removed */
};

int ilo_repository_look(struct redfish *rf, const struct redfish_update *update, const char *file,
			struct ilo_repository *ret, struct err *err);

/* Removes what is ours and not locked, but this file (NULL = all). */
int ilo_repository_sweep(struct redfish *rf, const struct redfish_update *update, const char *file,
			 unsigned int *ret_count, struct err *err);

#endif
