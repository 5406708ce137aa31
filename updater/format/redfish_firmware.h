/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a management controller says of itself, of its server, and of the firmware in it:
 * ServiceRoot, Manager, ComputerSystem, members of FirmwareInventory, accounts.
 */
#ifndef DRYDOCK_FORMAT_REDFISH_FIRMWARE_H
#define DRYDOCK_FORMAT_REDFISH_FIRMWARE_H

#include <stdbool.h>
#include <stddef.h>

#include <yyjson.h>

#include "format/guid.h"

#define REDFISH_REF_MAX		 256
#define REDFISH_FIRMWARE_TARGETS 16
#define REDFISH_OLD_FIRMWARE	 128 /* of an iLO 4's list */

struct redfish_root {
	char version[16];
	char vendor[48], product[96];
	bool is_ilo; /* it has HPE's members */
	char systems[REDFISH_REF_MAX], managers[REDFISH_REF_MAX], update[REDFISH_REF_MAX],
		sessions[REDFISH_REF_MAX], accounts[REDFISH_REF_MAX], tasks[REDFISH_REF_MAX];
};

void redfish_root_read(yyjson_val *root, struct redfish_root *ret);

struct redfish_manager {
	char model[64];			/* "iLO 5" */
	char firmware[64];		/* "iLO 5 v2.96" */
	char version[32];		/* "2.96": what an iLO's text has behind its 'v' */
	unsigned int generation;	/* 5; 0 = no iLO */
	bool has_vnic, vnic;		/* VirtualNICEnabled */
	char reset[REDFISH_REF_MAX];	/* target of #Manager.Reset */
	char last_reset[40];		/* LastResetTime; "" = not said */
	char security[REDFISH_REF_MAX]; /* the SecurityService of an iLO */
};

void redfish_manager_read(yyjson_val *manager, struct redfish_manager *ret);

struct redfish_system {
	char manufacturer[96], model[96], serial[64], sku[32], rom[64], uuid[40];
	char post_state[32];
	bool has_discovery, discovered; /* the inventory of devices is complete */
	char bios[REDFISH_REF_MAX];
	char firmware_list[REDFISH_REF_MAX]; /* of an iLO 4 */
};

void redfish_system_read(yyjson_val *system, struct redfish_system *ret);

/* Does the BIOS resource say that a TPM is active? Unknown = false. */
bool redfish_bios_has_tpm(yyjson_val *bios);

/* One member of FirmwareInventory, or of an iLO 4's list. */
struct redfish_firmware {
	char uri[REDFISH_REF_MAX];
	char id[64], name[128], version[64];
	bool updateable;	      /* false also when it does not say */
	char device_class[GUID_TEXT]; /* lower case; "" = none, or no GUID */
	char context[128];
	char targets[REDFISH_FIRMWARE_TARGETS][GUID_TEXT]; /* lower case */
	size_t target_count;
};

/* False: neither name nor id. */
bool redfish_firmware_read(const char *uri, yyjson_val *member, struct redfish_firmware *ret);

/*
 * Calls each() for every entry of an iLO 4's HpSwFwInventory ("Current"/<kind>[]), at most
 * REDFISH_OLD_FIRMWARE; ends when it returns other than 0 and returns that. What is of no device
 * class has no targets.
 */
int redfish_old_firmware_each(yyjson_val *inventory,
			      int (*each)(void *ctx, const struct redfish_firmware *firmware),
			      void *ctx);

struct redfish_account {
	char user[64];	     /* UserName, what logs in */
	char login_name[64]; /* Oem/Hpe/LoginName, what people see */
};

bool redfish_account_read(yyjson_val *member, struct redfish_account *ret);

#endif
