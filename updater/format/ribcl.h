/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RIBCL, the scripts that an iLO 2 to 5 takes by POST /ribcl, and its answers: several documents
 * one after the other, one for each element of the script, each with a RESPONSE (HP iLO 3 and iLO 4
 * Scripting and Command Line Guides, "RIBCL XML Scripting Language"; what real answers look like:
 * python-hpilo, proliantutils). /xmldata?item=all, which needs no login, is of the same kind.
 */
#ifndef DRYDOCK_FORMAT_RIBCL_H
#define DRYDOCK_FORMAT_RIBCL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define RIBCL_MAX_ANSWER (512u << 10) /* GET_HOST_DATA of a large server has some 60 KiB */
#define RIBCL_NAME_MAX	 128	      /* of an image, as the iLO is told */

enum ribcl_command {
	RIBCL_GET_FW_VERSION = 1,
	RIBCL_GET_HOST_DATA,
	RIBCL_GET_TPM_STATUS,
	RIBCL_UPDATE_ILO,   /* UPDATE_RIB_FIRMWARE: the iLO's own */
	RIBCL_UPDATE_OTHER, /* UPDATE_FIRMWARE: system ROM, CPLD, power management controller */
};

struct ribcl_script {
	enum ribcl_command command;
	const char *user, *password;
	/* Of the updates: the image that was uploaded before. */
	const char *file;
	uint64_t size;
	bool tpm; /* TPM_ENABLED: the operator knows that measurements change */
};

/*
 * The script, malloc'ed; it holds the password: ribcl_wipe() frees it. ERR_FORMAT: a text has
 * control characters or is no UTF-8, which no escape brings across; ERR_NOMEM.
 */
int ribcl_build(const struct ribcl_script *script, char **ret, size_t *ret_len, struct err *err);
void ribcl_wipe(char *text);

enum {
	RIBCL_OK = 0x0000,
	RIBCL_SYNTAX = 0x0001,
	RIBCL_LOGIN_FAILED = 0x005f,
	RIBCL_NO_USER = 0x000a,
};

struct ribcl_result {
	unsigned int responses;
	unsigned int status; /* of the first RESPONSE that is an error, else RIBCL_OK */
	char message[192];   /* of that one; "" = it said none */
	char inform[192];    /* the last INFORM */
	unsigned int percent;
	bool has_percent; /* an INFORM told one */
};

/*
 * What all RESPONSEs and INFORMs say together. ERR_FORMAT: there is no RESPONSE, so it is no answer
 * of an iLO; ERR_TOO_LARGE.
 */
int ribcl_read_result(const uint8_t *buf, size_t len, struct ribcl_result *ret, struct err *err);

/* Calls each() for every INFORM. */
void ribcl_each_inform(const uint8_t *buf, size_t len, void (*each)(void *ctx, const char *text),
		       void *ctx);

/* "10% complete", "10 percent"; false = none, or more than 100. */
bool ribcl_percent(const char *text, unsigned int *ret);

/* GET_FW_VERSION. ERR_FORMAT: it has no FIRMWARE_VERSION. */
struct ribcl_firmware {
	char version[32];	 /* "1.82" */
	char date[32];		 /* "Jan 15 2015" */
	char processor[16];	 /* "iLO3" */
	char license[48];	 /* "iLO 3 Advanced" */
	unsigned int generation; /* 3; 0 = not told */
};

int ribcl_read_firmware(const uint8_t *buf, size_t len, struct ribcl_firmware *ret,
			struct err *err);

/* GET_HOST_DATA: the fields of the SMBIOS records of type 0 and 1; "" = not told. */
struct ribcl_host {
	char rom_family[16]; /* "I27" */
	char rom_date[16];   /* "05/05/2011" */
	char product[96];
	char serial[64];
	char uuid[40]; /* cUUID */
};

/* ERR_FORMAT: there is no SMBIOS_RECORD in it. */
int ribcl_read_host(const uint8_t *buf, size_t len, struct ribcl_host *ret, struct err *err);

/* GET_TPM_STATUS: is a TPM or trusted module active? ERR_FORMAT: it does not say. */
int ribcl_read_tpm(const uint8_t *buf, size_t len, bool *ret, struct err *err);

/* /xmldata?item=all: who is this? "" = not told. */
struct ribcl_identity {
	char server[96];	 /* SPN: "ProLiant DL380p Gen8" */
	char server_serial[64];	 /* SBSN */
	char uuid[40];		 /* cUUID of the server */
	char product[96];	 /* PN: "Integrated Lights-Out 4 (iLO 4)" */
	char firmware[32];	 /* FWRI: "2.54" */
	char serial[64];	 /* SN of the iLO */
	unsigned int generation; /* of product; 1 for an iLO without number; 0 = not told */
};

/* ERR_FORMAT: no RIMP with a management processor in it. */
int ribcl_read_identity(const uint8_t *buf, size_t len, struct ribcl_identity *ret,
			struct err *err);

#endif
