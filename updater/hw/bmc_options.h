/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a command line that say how a BMC is reached. A password is never one of them. */
#ifndef DRYDOCK_HW_BMC_OPTIONS_H
#define DRYDOCK_HW_BMC_OPTIONS_H

#include "hw/bmc_access.h"
#include "hw/hwio.h"

struct bmc_options {
	const char *url, *login_file, *pin, *ca_file; /* NULL = not given */
};

/* The rows of an option table (base/opts.h). */
#define BMC_OPTS(o)                                                                               \
	{ "ilo", OPT_TEXT, &(o).url, "URL", "not this machine but the BMC there: https://HOST" }, \
		{ "ilo-login", OPT_TEXT, &(o).login_file, "FILE",                                 \
		  "user=NAME and password=SECRET for the BMC, in a file of mode 0600" },          \
		{ "ilo-pin", OPT_TEXT, &(o).pin, "HEX",                                           \
		  "the BMC is the one whose certificate's key has this SHA-256" },                \
	{                                                                                         \
		"ilo-ca", OPT_TEXT, &(o).ca_file, "FILE",                                         \
			"with --ilo: its certificate is signed by one of these (PEM)"             \
	}

/*
 * Hangs what the options say on hw->bmc, which is there from then on, also when they say nothing.
 * With --ilo and without --ilo-login user and password are asked for on the terminal. ERR_USAGE,
 * ERR_POLICY (a file that others may read, nothing typed), ERR_NOMEM: nothing hangs there then.
 */
int bmc_options_attach(const struct bmc_options *options, struct hwio *hw, struct err *err);

/* Takes it off again; the password is no longer in memory. hw may be NULL. */
void bmc_options_detach(struct hwio *hw);

#endif
