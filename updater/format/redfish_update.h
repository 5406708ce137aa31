/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The UpdateService of an iLO 5 and newer, with what HPE has added (Oem/Hpe), as plain data. */
#ifndef DRYDOCK_FORMAT_REDFISH_UPDATE_H
#define DRYDOCK_FORMAT_REDFISH_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <yyjson.h>

#include "format/redfish_message.h"

#define REDFISH_REF_MAX	 256 /* of references to other resources */
#define REDFISH_ETAG_MAX 64

enum redfish_state {
	REDFISH_STATE_UNKNOWN = 0, /* a word that is not in the table: not idle */
	REDFISH_STATE_IDLE,
	REDFISH_STATE_UPLOADING,
	REDFISH_STATE_VERIFYING,
	REDFISH_STATE_WRITING,
	REDFISH_STATE_UPDATING,
	REDFISH_STATE_COMPLETE,
	REDFISH_STATE_ERROR,
	REDFISH_STATE_PROGRESSING,
	REDFISH_STATE_BACKINGUP,
	REDFISH_STATE_FLASHING,
};

enum redfish_downgrade {
	REDFISH_DOWNGRADE_ALLOWED = 1, /* also when it says nothing */
	REDFISH_DOWNGRADE_RECOVERY,    /* with a right that ordinary accounts have not */
	REDFISH_DOWNGRADE_NEVER,
};

struct redfish_update {
	char push_uri[REDFISH_REF_MAX]; /* HttpPushUri; "" = takes none */
	char firmware[REDFISH_REF_MAX], repository[REDFISH_REF_MAX], tasks[REDFISH_REF_MAX],
		install_sets[REDFISH_REF_MAX];
	char add_from_uri[REDFISH_REF_MAX]; /* the OEM action's target */
	enum redfish_state state;
	char state_word[24]; /* as it came */
	unsigned int percent;
	bool has_percent;
	struct redfish_message result;
	char etag[REDFISH_ETAG_MAX]; /* of the upload that the state is about */
	enum redfish_downgrade downgrade;
};

void redfish_update_read(yyjson_val *service, struct redfish_update *ret);

/* Idle, Complete or Error: takes the next upload. */
bool redfish_update_is_free(const struct redfish_update *update);

/* The component repository as a whole. False = it does not say. */
bool redfish_repository_read(yyjson_val *collection, uint64_t *ret_free, uint64_t *ret_total);

/* A component in it. */
struct redfish_component {
	char file[96];
	char version[64];
	uint64_t size;
	bool locked; /* an install set or a task needs it */
};

/* False: it has no file name. */
bool redfish_component_read(yyjson_val *member, struct redfish_component *ret);

enum redfish_task_state {
	REDFISH_TASK_UNKNOWN = 0,
	REDFISH_TASK_PENDING,
	REDFISH_TASK_IN_PROGRESS,
	REDFISH_TASK_COMPLETE,
	REDFISH_TASK_EXPIRED,
	REDFISH_TASK_EXCEPTION,
	REDFISH_TASK_CANCELED,
};

/* An entry of the update task queue. */
struct redfish_task {
	char name[96];
	char file[96];
	enum redfish_task_state state;
	char state_word[24];
	bool by_bmc, by_uefi, by_agent; /* UpdatableBy */
	struct redfish_message result;
};

bool redfish_task_read(yyjson_val *member, struct redfish_task *ret);

/* An install set: its name, and whether one of its steps needs this file. False = no name. */
bool redfish_install_set_read(yyjson_val *member, const char *file, char *name, size_t size,
			      bool *ret_uses);

#endif
