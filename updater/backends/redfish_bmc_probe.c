/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service's list of firmware as devices of the inventory, and one of them read again. */
#include <stdio.h>
#include <string.h>

#include "backends/redfish_bmc.h"
#include "hw/bmc_access.h"
#include "inventory/describe.h"

#define PROBE_WAIT_MS	4000u
#define REFRESH_WAIT_MS 60000u

/* How files get in, or why they do not. False: there is no way. */
static bool judge_uploads(const struct redfish_uploads *uploads, const char **ret_bar,
			  const char **ret_text)
{
	*ret_bar = *ret_text = NULL;
	if (!uploads->disabled && (uploads->multipart[0] || uploads->push[0]))
		return true;
	*ret_bar = "NOT_UPDATEABLE";
	*ret_text = uploads->disabled ? "the BMC's update service is switched off"
		    : uploads->simple[0]
			    ? "the BMC fetches files from web servers alone (SimpleUpdate), and "
			      "none that it could reach is here"
			    : "the BMC's update service takes no files";
	return false;
}

int redfish_bmc_describe(const struct redfish_bmc *bmc, const struct redfish_software *software,
			 struct device *dev, struct err *err)
{
	struct describe to = { .dev = dev };
	char target[DEVICE_TARGET_MAX];

	snprintf(dev->version, sizeof(dev->version), "%s", software->version);
	describe_put(&to, "redfish.version", "%s", software->version);
	describe_put(&to, "redfish.uri", "%s", software->uri);
	describe_put(&to, "redfish.id", "%s", software->id);
	describe_put(&to, "redfish.software-id", "%s", software->software_id);
	if (dev->kind == DEVICE_BMC)
		describe_put(&to, "bmc.version", "%s", software->version);
	if (redfish_bmc_target(bmc, software, target))
		describe_target(&to, "redfish", target + strlen("redfish:"));
	return describe_end(&to, err);
}

static void name_device(const struct redfish_bmc *bmc, const struct redfish_software *software,
			struct device *dev)
{
	snprintf(dev->name, sizeof(dev->name), "%s", software->name);
	snprintf(dev->vendor, sizeof(dev->vendor), "%s",
		 software->manufacturer[0] ? software->manufacturer : bmc->maker);
	if (dev->kind != DEVICE_BMC)
		snprintf(dev->parent, sizeof(dev->parent), "bmc");
}

static int own(const struct redfish_bmc *bmc, const struct redfish_software *software,
	       struct device *dev, struct err *err)
{
	const char *bar = NULL, *text = NULL;

	snprintf(dev->backend, sizeof(dev->backend), REDFISH_BACKEND);
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = software->updateable;
	if (!software->updateable) {
		bar = "NOT_UPDATEABLE";
		text = "the BMC says that it cannot update it";
	} else {
		(void)judge_uploads(&bmc->uploads, &bar, &text);
	}
	return device_set_bar(dev, bar, text) ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}

struct placing {
	const struct redfish_bmc *bmc;
	struct inventory *inv;
};

static int place(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	const struct placing *placing = ctx;
	struct redfish_software software = { 0 };
	char id[DEVICE_ID_MAX];
	struct device *dev;
	int rc = 0;

	if (!redfish_software_read(uri, val, &software) ||
	    !redfish_bmc_device_id(placing->bmc, &software, id))
		return 0;
	dev = strcmp(id, "bmc") == 0 ? inventory_find(placing->inv, id) : NULL;
	/* A second image of the BMC, where nobody says which of them runs, is left alone. */
	if (dev && device_prop(dev, "redfish.uri"))
		return 0;
	if (!dev)
		rc = inventory_add(placing->inv,
				   strcmp(id, "bmc") == 0 ? DEVICE_BMC : DEVICE_FIRMWARE, id, &dev,
				   err);
	if (rc)
		return rc;
	name_device(placing->bmc, &software, dev);
	rc = redfish_bmc_describe(placing->bmc, &software, dev, err);
	return rc ? rc : own(placing->bmc, &software, dev, err);
}

/* Another machine's: of this one more is known already. */
static int place_system(const struct redfish_bmc *bmc, struct inventory *inv, struct err *err)
{
	struct device *dev;
	int rc = inventory_find(inv, "system")
			 ? 0
			 : inventory_add(inv, DEVICE_SYSTEM, "system", &dev, err);

	dev = inventory_find(inv, "system");
	if (rc || !dev || dev->model[0])
		return rc;
	snprintf(dev->vendor, sizeof(dev->vendor), "%s", bmc->maker);
	snprintf(dev->model, sizeof(dev->model), "%s", bmc->model);
	snprintf(dev->serial, sizeof(dev->serial), "%s", bmc->serial);
	snprintf(dev->name, sizeof(dev->name), "%s %s", bmc->maker, bmc->model);
	return 0;
}

/* An iLO has been asked already, and what came of it is there. */
static bool is_ilo(const struct inventory *inv)
{
	const struct device *bmc = inventory_find(inv, "bmc");

	return bmc && (bmc->backend[0] || device_prop(bmc, "redfish.upload") ||
		       device_prop(bmc, "ilo.generation"));
}

/* It is there and wants a login: that is told where it can be read. */
static int no_login(struct inventory *inv, const struct err *why, struct err *err)
{
	struct device *dev = inventory_find(inv, "bmc");
	int rc = dev ? 0 : inventory_add(inv, DEVICE_BMC, "bmc", &dev, err);

	if (rc)
		return rc;
	snprintf(dev->backend, sizeof(dev->backend), REDFISH_BACKEND);
	dev->evidence = EVIDENCE_EMULATOR;
	if (!dev->name[0])
		snprintf(dev->name, sizeof(dev->name), "management controller");
	return device_set_bar(dev, "NO_CREDENTIALS", why->text)
		       ? err_set(err, ERR_NOMEM, "out of memory")
		       : 0;
}

int redfish_bmc_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct redfish_bmc bmc;
	struct placing placing = { &bmc, inv };
	struct err why = { 0 };
	int rc;

	if (is_ilo(inv))
		return 0;
	rc = redfish_bmc_open(hw, REDFISH_ASK, PROBE_WAIT_MS, &bmc, &why);
	if (rc == ERR_NOT_FOUND)
		return 0; /* no host interface, no Redfish, or an iLO */
	if (rc == ERR_POLICY)
		return no_login(inv, &why, err);
	if (rc)
		return err_set(err, rc, "%s", why.text);
	if (bmc_is_remote(hw))
		rc = place_system(&bmc, inv, err);
	if (!rc)
		rc = redfish_each(bmc.rf, bmc.uploads.inventory, place, &placing, err);
	redfish_bmc_close(&bmc);
	return rc;
}

struct finding {
	const struct redfish_bmc *bmc;
	const char *id;
	struct redfish_software *ret;
};

static int compare(void *ctx, const char *uri, yyjson_val *val, struct err *err)
{
	struct finding *finding = ctx;
	char id[DEVICE_ID_MAX];

	(void)err;
	return redfish_software_read(uri, val, finding->ret) &&
	       redfish_bmc_device_id(finding->bmc, finding->ret, id) &&
	       strcmp(id, finding->id) == 0;
}

int redfish_bmc_find(const struct redfish_bmc *bmc, const struct device *dev,
		     struct redfish_software *ret, struct err *err)
{
	struct finding finding = { bmc, dev->id, ret };
	int rc = redfish_each(bmc->rf, bmc->uploads.inventory, compare, &finding, err);

	if (rc > 0)
		return 0;
	return rc ? rc : err_set(err, ERR_DEVICE_GONE, "the BMC does not list it any more");
}

int redfish_bmc_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	struct redfish_software software = { 0 };
	struct redfish_bmc bmc;
	int rc = redfish_bmc_open(hw, REDFISH_ASK, REFRESH_WAIT_MS, &bmc, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_DEVICE_GONE, "the BMC is not there any more");
	if (rc)
		return rc;
	rc = redfish_bmc_find(&bmc, dev, &software, err);
	if (!rc)
		rc = redfish_bmc_describe(&bmc, &software, dev, err);
	redfish_bmc_close(&bmc);
	return rc;
}
