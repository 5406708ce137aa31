/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which iLO it is, and what runs there. Nothing of that works from the iLO's own server: an iLO 3
 * or 4 shows it no network card, so there the inventory says how else it is done.
 */
#include <stdio.h>
#include <string.h>

#include "backends/ilo_ribcl.h"
#include "hw/bmc_access.h"
#include "inventory/describe.h"
#include "inventory/identity.h"

#define PROBE_WAIT_MS 4000u /* a dead one costs an inventory no more */

/* All that was found out; what was not asked or not told is "". */
struct found {
	struct ribcl_identity identity;
	struct ribcl_firmware firmware;
	struct ribcl_host host;
	unsigned int generation;
	const char *bar; /* a reason of plan/reason.h; NULL = none */
	char bar_text[200];
};

static struct device *find_kind(const struct inventory *inv, enum device_kind kind)
{
	for (size_t i = 0; i < inv->count; i++)
		if (inv->devices[i].kind == kind)
			return &inv->devices[i];
	return NULL;
}

static int find_or_add(struct inventory *inv, enum device_kind kind, const char *id,
		       struct device **ret, struct err *err)
{
	*ret = find_kind(inv, kind);
	return *ret ? 0 : inventory_add(inv, kind, id, ret, err);
}

static void own(struct device *dev)
{
	snprintf(dev->backend, sizeof(dev->backend), ILO_RIBCL);
	dev->evidence = EVIDENCE_EMULATOR;
	dev->updateable = true;
}

static int set_bar(struct device *dev, const char *reason, const char *text, struct err *err)
{
	return device_set_bar(dev, reason, text) ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}

/* "ilo:4" among the names that the server's model gave to its BMC; 0 = it is of no such. */
static unsigned int named_generation(const struct device *bmc)
{
	for (size_t i = 0; i < bmc->target_count; i++)
		if (strncmp(bmc->targets[i], "ilo:", 4) == 0 && bmc->targets[i][4] >= '1' &&
		    bmc->targets[i][4] <= '9' && !bmc->targets[i][5])
			return (unsigned int)(bmc->targets[i][4] - '0');
	return 0;
}

/* This server's own. */
static int probe_own(struct inventory *inv, struct err *err)
{
	struct device *bmc = find_kind(inv, DEVICE_BMC);
	unsigned int generation;
	char text[200];
	int rc = identity_add(inv, err);

	if (rc || !bmc || bmc->backend[0])
		return rc;
	generation = named_generation(bmc);
	if (!generation || generation > ILO_RIBCL_LAST)
		return 0;
	own(bmc);
	if (generation < ILO_RIBCL_OLDEST)
		return set_bar(bmc, "LEGACY_TLS",
			       "an iLO 2 or older speaks no TLS that is safe: only the vendor's "
			       "own flasher, as a component for \"vendor-tool\", can update it",
			       err);
	snprintf(text, sizeof(text),
		 "an iLO %u takes files over its network port alone: from another machine with "
		 "--ilo https://ADDRESS, or by the vendor's own flasher (\"vendor-tool\")",
		 generation);
	return set_bar(bmc, "BMC_UNREACHABLE", text, err);
}

static void bar(struct found *found, const char *reason, const char *text)
{
	found->bar = reason;
	snprintf(found->bar_text, sizeof(found->bar_text), "%s", text);
}

static void fill_bmc(struct describe *to, const struct found *found)
{
	const char *version =
		found->firmware.version[0] ? found->firmware.version : found->identity.firmware;
	struct device *dev = to->dev;
	char number[16];

	if (found->generation) {
		snprintf(number, sizeof(number), "%u", found->generation);
		snprintf(dev->name, sizeof(dev->name), "iLO %s", number);
		snprintf(dev->model, sizeof(dev->model), "%s", dev->name);
		describe_put(to, "ilo.generation", "%s", number);
		describe_target(to, "ilo", number);
	}
	snprintf(dev->vendor, sizeof(dev->vendor), "HPE");
	snprintf(dev->version, sizeof(dev->version), "%s", version);
	if (found->identity.serial[0])
		snprintf(dev->serial, sizeof(dev->serial), "%s", found->identity.serial);
	describe_put(to, "bmc.version", "%s", version);
	describe_put(to, "ribcl.date", "%s", found->firmware.date);
	describe_put(to, "ribcl.license", "%s", found->firmware.license);
}

/* A ROM of these servers has a family and a date, and no number. */
static void fill_rom(struct describe *to, const struct ribcl_host *host)
{
	if (!host->rom_family[0])
		return;
	describe_put(to, "bios.version", "%s", host->rom_family);
	describe_put(to, "bios.date", "%s", host->rom_date);
	describe_put(to, "system.rom", "%s%s%s", host->rom_family, host->rom_date[0] ? " " : "",
		     host->rom_date);
	snprintf(to->dev->version, sizeof(to->dev->version), "%s %s", host->rom_family,
		 host->rom_date);
}

static void fill_system(struct describe *to, const struct found *found)
{
	const struct ribcl_host *host = &found->host;
	const char *model = host->product[0] ? host->product : found->identity.server;
	const char *serial = host->serial[0] ? host->serial : found->identity.server_serial;
	struct device *dev = to->dev;

	snprintf(dev->vendor, sizeof(dev->vendor), "HP");
	if (model[0]) {
		snprintf(dev->name, sizeof(dev->name), "%s", model);
		snprintf(dev->model, sizeof(dev->model), "%s", model);
	}
	if (serial[0])
		snprintf(dev->serial, sizeof(dev->serial), "%s", serial);
	describe_put(to, "system.uuid", "%s", host->uuid[0] ? host->uuid : found->identity.uuid);
	fill_rom(to, host);
}

static int place_bmc(struct inventory *inv, const struct found *found, struct err *err)
{
	struct describe to = { 0 };
	int rc = find_or_add(inv, DEVICE_BMC, "bmc", &to.dev, err);

	if (rc)
		return rc;
	fill_bmc(&to, found);
	/* What Redfish said of uploads holds for Redfish. */
	describe_put(&to, "redfish.upload", "%s", "");
	describe_put(&to, "redfish.upload.text", "%s", "");
	own(to.dev);
	rc = describe_end(&to, err);
	return rc ? rc : set_bar(to.dev, found->bar, found->bar_text, err);
}

static int place_system(struct inventory *inv, const struct found *found, struct err *err)
{
	struct describe to = { 0 };
	int rc;

	if (!found->host.product[0] && !found->identity.server[0])
		return 0;
	rc = find_or_add(inv, DEVICE_SYSTEM, "system", &to.dev, err);
	if (rc)
		return rc;
	fill_system(&to, found);
	rc = describe_end(&to, err);
	if (rc || found->generation < ILO_RIBCL_LAST)
		return rc; /* an iLO 3 flashes itself alone */
	own(to.dev);
	return set_bar(to.dev, found->bar, found->bar_text, err);
}

static int place(struct inventory *inv, const struct found *found, struct err *err)
{
	int rc = place_bmc(inv, found, err);

	if (!rc)
		rc = place_system(inv, found, err);
	return rc ? rc : identity_add(inv, err);
}

/* What only a login tells. The rest of the inventory is there without. */
static void ask_with_login(struct hwio *hw, struct found *found)
{
	struct err why = { 0 };
	int rc = ribcl_get_firmware(hw, PROBE_WAIT_MS, &found->firmware, &why);

	if (!rc) {
		(void)ribcl_get_host(hw, PROBE_WAIT_MS, &found->host, NULL);
		return;
	}
	if (rc == ERR_POLICY)
		bar(found, "NO_CREDENTIALS", why.text);
	else
		bar(found, "BMC_UNREACHABLE", why.text);
}

static void judge_generation(struct found *found)
{
	if (found->generation >= ILO_RIBCL_OLDEST)
		return;
	bar(found, "LEGACY_TLS",
	    "an iLO 2 or older takes no files over a TLS that is safe: only the vendor's own "
	    "flasher, as a component for \"vendor-tool\", can update it");
}

/* Nobody answers to /xmldata, which can be switched off: by Redfish it may be known already. */
static bool known_by_redfish(const struct inventory *inv, unsigned int *ret)
{
	const struct device *bmc = find_kind(inv, DEVICE_BMC);
	const char *generation = bmc ? device_prop(bmc, "ilo.generation") : NULL;

	*ret = generation && generation[0] >= '1' && generation[0] <= '9' && !generation[1]
		       ? (unsigned int)(generation[0] - '0')
		       : 0;
	return bmc && (*ret || bmc->backend[0]);
}

/* ... or by its answer to a login. ERR_NOT_FOUND: it is none of ours. */
static int find_silent(struct hwio *hw, const struct inventory *inv, struct found *found)
{
	if (known_by_redfish(inv, &found->generation))
		return found->generation ? 0 : ERR_NOT_FOUND;
	if (ribcl_get_firmware(hw, PROBE_WAIT_MS, &found->firmware, NULL))
		return ERR_NOT_FOUND;
	found->generation = found->firmware.generation;
	return found->generation ? 0 : ERR_NOT_FOUND;
}

static int no_tls(struct inventory *inv, struct err *err)
{
	struct found found = { 0 };

	bar(&found, "LEGACY_TLS",
	    "it offers no TLS 1.2, as an iLO 2 or an old iLO 3: the vendor's own flasher, as a "
	    "component for \"vendor-tool\", can update it from its server");
	return place_bmc(inv, &found, err);
}

int ilo_ribcl_probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	struct found found = { 0 };
	struct err why = { 0 };
	int rc;

	if (!bmc_is_remote(hw))
		return probe_own(inv, err);
	rc = ribcl_identify(hw, PROBE_WAIT_MS, &found.identity, &why);
	found.generation = found.identity.generation;
	if (rc == ERR_UNSUPPORTED)
		return no_tls(inv, err);
	if (rc == ERR_NOT_FOUND)
		rc = find_silent(hw, inv, &found);
	/* Whoever does not answer at all is told of by those who ask it first. */
	if (rc == ERR_SIGNATURE || rc == ERR_NOMEM)
		return err_set(err, rc, "%s", why.text);
	if (rc || !found.generation || found.generation > ILO_RIBCL_LAST)
		return 0;
	judge_generation(&found);
	if (!found.bar)
		ask_with_login(hw, &found);
	return place(inv, &found, err);
}

int ilo_ribcl_read(struct hwio *hw, struct device *dev, unsigned int *ret_generation,
		   struct err *err)
{
	struct found found = { 0 };
	struct describe to = { .dev = dev };
	int rc = ribcl_get_firmware(hw, ILO_RIBCL_WAIT_MS, &found.firmware, err);

	if (!rc && dev->kind != DEVICE_BMC)
		rc = ribcl_get_host(hw, ILO_RIBCL_WAIT_MS, &found.host, err);
	if (rc)
		return rc;
	found.generation = found.firmware.generation;
	if (ret_generation)
		*ret_generation = found.generation;
	if (dev->kind == DEVICE_BMC)
		fill_bmc(&to, &found);
	else
		fill_rom(&to, &found.host);
	return describe_end(&to, err);
}

int ilo_ribcl_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	return ilo_ribcl_read(hw, dev, NULL, err);
}
