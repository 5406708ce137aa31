/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the operator has said about the way to a management controller. It hangs on the seam
 * (struct hwio) so that every backend has it without asking; it never gets into a trace.
 */
#ifndef DRYDOCK_HW_BMC_ACCESS_H
#define DRYDOCK_HW_BMC_ACCESS_H

#include <stdbool.h>

#include "base/err.h"
#include "hw/http.h"
#include "hw/hwio.h"

#define BMC_NAME_MAX	 64
#define BMC_PASSWORD_MAX 128
#define BMC_URL_MAX	 256

struct bmc_access {
	/* "https://ilo-7.example" without a path: another machine's; "" = this machine's own. */
	char url[BMC_URL_MAX];
	char user[BMC_NAME_MAX]; /* "" = none was given */
	char password[BMC_PASSWORD_MAX];
	/*
	 * Who the BMC is (http.h): given, or "" and then set by the first connection of the run, so
	 * that nobody takes its place in mid-run. Guarded by the calls of redfish.h.
	 */
	char pin[HTTP_PIN_TEXT];
	const char *ca_file; /* NULL = none */
	/* Said by the signed policy or a person: what the run may change on the BMC to get in. */
	bool may_enable_vnic;
	bool may_make_account;
};

/*
 * Reads "user" and "password" from a file of two lines "user=NAME" and "password=SECRET" that only
 * its owner can read (mode 0600 or less; else ERR_POLICY), at most 1 KiB. ERR_NOT_FOUND, ERR_IO,
 * ERR_FORMAT (which line, never what is in it).
 */
int bmc_access_read_file(const char *path, struct bmc_access *ret, struct err *err);

/* Asks on the terminal, without echo. ERR_NOT_FOUND when there is no terminal. */
int bmc_access_prompt(struct bmc_access *ret, struct err *err);

/* "https://HOST", "https://HOST:PORT", "https://[ADDRESS]"; a trailing '/' is taken off. ERR_USAGE.
 */
int bmc_access_set_url(struct bmc_access *ret, const char *url, struct err *err);

/* Is it another machine's BMC that is meant? Then nothing of this machine is. */
static inline bool bmc_is_remote(const struct hwio *hw)
{
	return hw->bmc && hw->bmc->url[0];
}

void bmc_access_wipe(struct bmc_access *access); /* the password is no longer in memory */

#endif
