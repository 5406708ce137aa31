/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/bmc_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/http.h"

/* As other programs print it, too: capitals, colons between the bytes. */
static int take_pin(const char *text, char ret[HTTP_PIN_TEXT], struct err *err)
{
	size_t len = 0;

	for (const char *c = text; *c; c++) {
		if (*c == ':' && len && len % 2 == 0 && c[1])
			continue;
		if (!isxdigit((unsigned char)*c) || len + 1 == HTTP_PIN_TEXT) {
			len = 0;
			break;
		}
		ret[len++] = (char)tolower((unsigned char)*c);
	}
	ret[len] = '\0';
	if (len + 1 == HTTP_PIN_TEXT)
		return 0;
	return err_set(err, ERR_USAGE, "--ilo-pin: the SHA-256 of a key has 64 hex digits");
}

static int take_login(const struct bmc_options *options, struct bmc_access *ret, struct err *err)
{
	struct err why = { 0 };
	int rc = 0;

	if (options->login_file)
		rc = bmc_access_read_file(options->login_file, ret, &why);
	else if (options->url)
		rc = bmc_access_prompt(ret, &why);
	if (!rc)
		return 0;
	return err_set(err, rc == ERR_POLICY ? rc : ERR_USAGE, "%s: %s",
		       options->login_file ? "--ilo-login" : "--ilo without --ilo-login", why.text);
}

static int take(const struct bmc_options *options, struct bmc_access *ret, struct err *err)
{
	int rc = 0;

	if (options->ca_file && !options->url)
		return err_set(err, ERR_USAGE, "--ilo-ca belongs to --ilo");
	if (options->ca_file && access(options->ca_file, R_OK))
		return err_set_errno(err, ERR_USAGE, errno, "--ilo-ca: %s", options->ca_file);
	if (options->url)
		rc = bmc_access_set_url(ret, options->url, err);
	if (!rc && options->pin)
		rc = take_pin(options->pin, ret->pin, err);
	ret->ca_file = options->ca_file;
	return rc ? rc : take_login(options, ret, err);
}

int bmc_options_attach(const struct bmc_options *options, struct hwio *hw, struct err *err)
{
	int rc;

	hw->bmc = calloc(1, sizeof(*hw->bmc));
	if (!hw->bmc)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = take(options, hw->bmc, err);
	if (rc)
		bmc_options_detach(hw);
	return rc;
}

void bmc_options_detach(struct hwio *hw)
{
	if (!hw || !hw->bmc)
		return;
	bmc_access_wipe(hw->bmc);
	free(hw->bmc);
	hw->bmc = NULL;
}
