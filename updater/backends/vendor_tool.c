/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A vendor's own flasher, out of the repository. It finds no devices of its own: it goes to those
 * that others find, whose probers read the version before and after.
 */
#include <stdio.h>
#include <string.h>

#include "backends/vendor_tool_internal.h"
#include "backends/vendor_tool_plan.h"
#include "inventory/identity.h"
#include "inventory/probe.h"
#include "plan/plan.h"

static int probe(struct hwio *hw, struct inventory *inv, struct err *err)
{
	(void)hw;
	(void)inv;
	(void)err;
	return 0;
}

const struct backend *vendor_tool_own_backend(const struct device *dev)
{
	const struct backend *own = dev->backend[0] ? backend_find(dev->backend) : NULL;

	return own == &backend_vendor_tool ? NULL : own;
}

/* Who finds devices of this kind that no backend knows. */
static int probe_again(const struct probe_source *source, const struct device *dev,
		       struct inventory *inv, struct err *err)
{
	int rc;

	switch (dev->kind) {
	case DEVICE_SYSTEM:
		rc = probe_system(source, inv, err);
		break;
	case DEVICE_PCI:
		rc = probe_pci(source, inv, err);
		break;
	case DEVICE_BMC:
		rc = probe_ipmi(source, inv, err);
		break;
	default:
		return err_set(err, ERR_UNSUPPORTED, "nothing here reads its version again");
	}
	return rc ? rc : identity_add(inv, err);
}

/* What it reads now, and nothing of what it is: that is as the whole inventory had it. */
static void take_reading(struct device *dev, struct device *found)
{
	struct property *props = dev->props;
	size_t count = dev->prop_count;

	snprintf(dev->version, sizeof(dev->version), "%s", found->version);
	dev->props = found->props;
	dev->prop_count = found->prop_count;
	found->props = props;
	found->prop_count = count;
}

int vendor_tool_refresh(struct hwio *hw, struct device *dev, struct err *err)
{
	const struct backend *own = vendor_tool_own_backend(dev);
	struct probe_source source = { .hw = hw };
	struct inventory inv = { 0 };
	const struct device *found;
	struct device copy = { 0 };
	int rc;

	if (own)
		return own->refresh(hw, dev, err);
	rc = probe_again(&source, dev, &inv, err);
	found = rc ? NULL : inventory_find(&inv, dev->id);
	if (!rc && !found)
		rc = err_set(err, ERR_DEVICE_GONE, "it is not there any more");
	if (!rc && device_copy(found, &copy))
		rc = err_set(err, ERR_NOMEM, "out of memory");
	if (!rc)
		take_reading(dev, &copy);
	device_free(&copy);
	inventory_free(&inv);
	return rc;
}

/*
 * What its own backend says of the payload is for its own way of writing; that the device is busy,
 * broken or gone holds for every way.
 */
static int check_device(struct backend_io *io, struct err *err)
{
	const struct backend *own = vendor_tool_own_backend(io->dev);
	struct err why = { 0 };
	int rc = own ? own->check(io, &why) : 0;

	if (rc != ERR_BUSY && rc != ERR_DEVICE && rc != ERR_DEVICE_GONE && rc != ERR_NOMEM)
		return 0;
	*err = why;
	return rc;
}

static int check(struct backend_io *io, struct err *err)
{
	struct vendor_tool_plan plan = { 0 };
	int rc;

	if (!io->comp->tool)
		return err_set(err, ERR_UNSUPPORTED, "it does not say how its tool is run");
	if (!io->hw->ops->run)
		return err_set(err, ERR_UNSUPPORTED, "no program is run here");
	if (!io->ram_dir)
		return err_set(err, ERR_UNSUPPORTED, "there is no folder in RAM for the tool");
	if (!io->reset_allowed)
		return err_set(err, ERR_BUSY,
			       "it is in use, and a vendor's tool may reset it when it likes");
	rc = check_device(io, err);
	if (!rc)
		rc = vendor_tool_plan_make(io->hw, io->comp, io->dev, &plan, err);
	vendor_tool_plan_free(&plan);
	return rc;
}

/* A tool leaves what only its own backend can bring into effect; else a reboot does. */
static int activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	const struct backend *own = vendor_tool_own_backend(io->dev);

	if (own)
		return own->activate(io, ret, err);
	*ret = BACKEND_NEEDS_REBOOT;
	return 0;
}

/* A tool leaves no state of its own: only what runs can be told. */
static int recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct device now = { 0 };
	const char *reads;
	int rc = device_copy(io->dev, &now) ? err_set(err, ERR_NOMEM, "out of memory")
					    : vendor_tool_refresh(io->hw, &now, err);

	if (!rc) {
		reads = plan_proof_value(io->comp, &now);
		reads = reads ? reads : now.version;
		*ret = RECOVER_NEEDS_HUMAN;
		if (io->comp->proof.field[0] ? plan_proof_holds(io->comp, reads)
					     : strcmp(reads, io->comp->version) == 0)
			*ret = RECOVER_NEW_RUNS;
		else if (io->dev->version[0] && strcmp(io->dev->version, now.version) == 0)
			*ret = RECOVER_OLD_RUNS;
	}
	device_free(&now);
	return rc;
}

const struct backend backend_vendor_tool = {
	.name = "vendor-tool",
	.description = "a vendor's own flasher out of the repository, in a box",
	.evidence = PLAN_TOOL_EVIDENCE,
	.evidence_note =
		"flashers of our own, 32 and 64 bit, in runtimes of distribution packages; no "
		"vendor's yet",
	.probe = probe,
	.refresh = vendor_tool_refresh,
	.check = check,
	.write = vendor_tool_write,
	.activate = activate,
	.recover = recover,
};
