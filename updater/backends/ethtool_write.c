/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ETHTOOL_FLASHDEV. The driver tells nothing meanwhile; what it made of it is read back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backends/ethtool_device.h"
#include "backends/firmware_file.h"
#include "plan/plan.h"

static int read_region(const char *text, uint32_t *ret)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || value > UINT32_MAX)
		return ERR_FORMAT;
	*ret = (uint32_t)value;
	return 0;
}

int ethtool_plan_make(const struct ethtool_device *device, const struct component *comp,
		      uint32_t *ret_region, struct err *err)
{
	const char *region = component_flag_value(comp, ETHTOOL_FLAG_REGION);

	*ret_region = 0;
	if (!device->fact || !device->fact->flashes)
		return err_set(err, ERR_UNSUPPORTED, "%s",
			       device->fact ? device->fact->why
					    : "nobody knows what this driver does with a flash "
					      "command");
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strncmp(comp->flags[i], ETHTOOL_FLAG_REGION, strlen(ETHTOOL_FLAG_REGION)) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	if (region && read_region(region, ret_region))
		return err_set(err, ERR_UNSUPPORTED, "region \"%s\" is no number", region);
	if (*ret_region && !device->fact->regions)
		return err_set(err, ERR_UNSUPPORTED, "the driver %s knows no regions",
			       device->says.driver);
	return 0;
}

int ethtool_check(struct backend_io *io, struct err *err)
{
	struct ethtool_device device;
	uint32_t region;
	int rc = firmware_file_check(io, err);

	if (!rc)
		rc = ethtool_device_find(io->hw, io->dev, &device, err);
	return rc ? rc : ethtool_plan_make(&device, io->comp, &region, err);
}

static int flash(struct backend_io *io, const struct ethtool_device *device,
		 const struct firmware_file *file, uint32_t region, struct err *err)
{
	bool was_up = true;
	int rc = 0;

	if (device->fact->needs_up)
		rc = ethtool_set_up(io->hw, device->interface, true, &was_up, err);
	if (rc)
		return err_prefix(err, "the interface must be up");
	rc = ethtool_flash(io->hw, device->interface, file->name, region, err);
	if (!was_up)
		(void)ethtool_set_up(io->hw, device->interface, false, &was_up, NULL);
	return rc;
}

/* Without a proof of this kind the version itself must be what the driver says. */
static bool runs(const struct ethtool_device *device, const struct component *comp)
{
	if (strcmp(comp->proof.field, "ethtool.fw") != 0)
		return !strcmp(device->says.firmware, comp->version);
	return plan_proof_holds(comp, device->says.firmware);
}

/* A driver knows what runs alone: what else there is to be done is the component's word. */
static int settle(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ethtool_device device;
	int rc = ethtool_device_find(io->hw, io->dev, &device, err);

	if (rc)
		return rc;
	if (runs(&device, io->comp) || io->comp->activation == ACTIVATION_NONE)
		*ret = BACKEND_DONE;
	else
		*ret = io->comp->activation == ACTIVATION_POWER_CYCLE ? BACKEND_NEEDS_POWER_CYCLE
								      : BACKEND_NEEDS_REBOOT;
	return 0;
}

int ethtool_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct ethtool_device device;
	struct firmware_file file;
	uint32_t region;
	int rc = ethtool_device_find(io->hw, io->dev, &device, err);

	if (!rc)
		rc = ethtool_plan_make(&device, io->comp, &region, err);
	if (!rc)
		rc = firmware_file_make(io, io->dev->id, &file, err);
	if (rc)
		return rc;
	rc = io->intent(io->ctx, err);
	if (!rc)
		rc = flash(io, &device, &file, region, err);
	firmware_file_remove(&file);
	if (rc)
		return rc;
	io->progress(io->ctx, io->payload->size);
	return settle(io, ret, err);
}

/* There is no request for it. */
int ethtool_activate(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	(void)err;
	*ret = io->comp->activation == ACTIVATION_POWER_CYCLE ? BACKEND_NEEDS_POWER_CYCLE
							      : BACKEND_NEEDS_REBOOT;
	return 0;
}

/*
 * What runs is all that can be asked. While the old version runs a flash may have been done or cut
 * off: to write it again is right for both.
 */
int ethtool_recover(struct backend_io *io, enum backend_recovery *ret, struct err *err)
{
	struct ethtool_device device;
	int rc = ethtool_device_find(io->hw, io->dev, &device, err);

	if (rc)
		return rc;
	if (runs(&device, io->comp))
		*ret = RECOVER_NEW_RUNS;
	else if (io->dev->version[0] && !device_prop(io->dev, "devlink.handle") &&
		 strcmp(io->dev->version, device.says.firmware) != 0)
		*ret = RECOVER_NEEDS_HUMAN;
	else
		*ret = RECOVER_WRITE_AGAIN;
	return 0;
}
