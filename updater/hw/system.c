/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server itself: what SMBIOS says of it, and what decides how it may be updated. */
#include "inventory/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "format/smbios.h"
#include "hw/secure_boot.h"

#define DMI_TABLE "/sys/firmware/dmi/tables/DMI"

/* What the kernel copied out of the same table, for machines where the table cannot be read. */
static const struct {
	const char *path;
	size_t member;
} dmi_attributes[] = {
#define ATTRIBUTE(name, member)                                                    \
	{                                                                          \
		"/sys/class/dmi/id/" name, offsetof(struct smbios_summary, member) \
	}
	ATTRIBUTE("bios_vendor", bios_vendor),	     ATTRIBUTE("bios_version", bios_version),
	ATTRIBUTE("bios_date", bios_date),	     ATTRIBUTE("sys_vendor", system_vendor),
	ATTRIBUTE("product_name", system_product),   ATTRIBUTE("product_version", system_version),
	ATTRIBUTE("product_serial", system_serial),  ATTRIBUTE("product_sku", system_sku),
	ATTRIBUTE("product_family", system_family),  ATTRIBUTE("board_vendor", board_vendor),
	ATTRIBUTE("board_name", board_product),	     ATTRIBUTE("board_version", board_version),
	ATTRIBUTE("board_serial", board_serial),     ATTRIBUTE("chassis_vendor", chassis_vendor),
	ATTRIBUTE("chassis_serial", chassis_serial), ATTRIBUTE("chassis_asset_tag", chassis_asset),
#undef ATTRIBUTE
};

static const struct {
	const char *key;
	size_t member;
} props[] = {
#define PROP(key, member)                                    \
	{                                                    \
		key, offsetof(struct smbios_summary, member) \
	}
	PROP("bios.vendor", bios_vendor),	PROP("bios.version", bios_version),
	PROP("bios.date", bios_date),		PROP("bios.release", bios_release),
	PROP("bios.ec-release", ec_release),	PROP("system.version", system_version),
	PROP("system.sku", system_sku),		PROP("system.family", system_family),
	PROP("system.uuid", system_uuid),	PROP("board.vendor", board_vendor),
	PROP("board.product", board_product),	PROP("board.version", board_version),
	PROP("board.serial", board_serial),	PROP("chassis.vendor", chassis_vendor),
	PROP("chassis.serial", chassis_serial), PROP("chassis.asset", chassis_asset),
	PROP("chassis.type", chassis_type),	PROP("chassis.version", chassis_version),
	PROP("chassis.height", chassis_height), PROP("chassis.sku", chassis_sku),
#undef PROP
};

static int read_table(struct hwio *hw, struct smbios_summary *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *table = malloc(SMBIOS_MAX_BYTES);
	ssize_t len;

	if (!table)
		return err_set(err, ERR_NOMEM, "out of memory");
	len = hwio_read_file(hw, DMI_TABLE, table, SMBIOS_MAX_BYTES);
	if (len < 0)
		return err_set_errno(err, ERR_NOT_FOUND, (int)-len, DMI_TABLE);
	return smbios_summarize(table, (size_t)len, ret, err);
}

static void read_attributes(struct hwio *hw, struct smbios_summary *summary)
{
	for (size_t i = 0; i < sizeof(dmi_attributes) / sizeof(*dmi_attributes); i++) {
		char *member = (char *)summary + dmi_attributes[i].member;

		if (!*member)
			hwio_read_attr(hw, dmi_attributes[i].path, member, SMBIOS_TEXT_MAX);
	}
}

static int set_smbios(struct device *dev, const struct smbios_summary *summary)
{
	char count[16];
	int rc = 0;

	text_copy(dev->vendor, sizeof(dev->vendor), summary->system_vendor);
	text_copy(dev->model, sizeof(dev->model), summary->system_product);
	text_copy(dev->serial, sizeof(dev->serial), summary->system_serial);
	text_copy(dev->version, sizeof(dev->version), summary->bios_version);
	snprintf(dev->name, sizeof(dev->name), "%.60s%s%.60s", summary->system_vendor,
		 *summary->system_vendor ? " " : "",
		 *summary->system_product ? summary->system_product : "system");
	for (size_t i = 0; i < sizeof(props) / sizeof(*props) && !rc; i++)
		rc = device_set_prop(dev, props[i].key, (const char *)summary + props[i].member);
	snprintf(count, sizeof(count), "%u", summary->host_interfaces);
	return rc ? rc : device_set_prop(dev, "system.host-interfaces", count);
}

/* "none [integrity] confidentiality": the word in brackets holds (security/lockdown/lockdown.c). */
static int set_lockdown(struct hwio *hw, struct device *dev)
{
	char text[128], *word, *end;

	if (hwio_read_attr(hw, "/sys/kernel/security/lockdown", text, sizeof(text)))
		return 0;
	word = strchr(text, '[');
	end = word ? strchr(word, ']') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	return device_set_prop(dev, "system.lockdown", word + 1);
}

static int set_tpm(struct hwio *hw, struct device *dev)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	char path[HWIO_NAME_MAX + 64], version[16], text[160];
	size_t count = 0;
	int rc;

	if (hw->ops->list(hw, "/sys/class/tpm", &names, &count) || count == 0)
		return device_set_prop(dev, "system.tpm", "none");
	snprintf(path, sizeof(path), "/sys/class/tpm/%s/tpm_version_major", names[0]);
	hwio_read_attr(hw, path, version, sizeof(version));
	snprintf(text, sizeof(text), "present%s%s", *version ? ", version " : "", version);
	rc = device_set_prop(dev, "system.tpm", text);
	/* Only drivers of a TPM 1.2 say more (Documentation/ABI/stable/sysfs-class-tpm). */
	snprintf(path, sizeof(path), "/sys/class/tpm/%s/caps", names[0]);
	if (rc || hwio_read_attr(hw, path, text, sizeof(text)))
		return rc;
	return device_set_prop(dev, "system.tpm.caps", text);
}

static int set_kernel(struct hwio *hw, struct device *dev)
{
	char release[128];
	int fd = hw->ops->open(hw, "/sys/firmware/efi", O_RDONLY | O_DIRECTORY);
	int rc = device_set_prop(dev, "system.boot", fd >= 0 ? "uefi" : "bios");

	if (fd >= 0)
		hw->ops->close(hw, fd);
	hwio_read_attr(hw, "/proc/sys/kernel/osrelease", release, sizeof(release));
	return rc ? rc : device_set_prop(dev, "system.kernel", release);
}

int probe_system(const struct probe_source *source, struct inventory *inv, struct err *err)
{
	struct smbios_summary summary = { 0 };
	struct err damage = { 0 };
	struct device *dev;
	int table = read_table(source->hw, &summary, &damage);
	int rc;

	read_attributes(source->hw, &summary);
	rc = inventory_add(inv, DEVICE_SYSTEM, "system", &dev, err);
	if (rc)
		return rc;
	rc = set_smbios(dev, &summary);
	rc = rc ? rc : set_lockdown(source->hw, dev);
	rc = rc ? rc : set_tpm(source->hw, dev);
	rc = rc ? rc : set_kernel(source->hw, dev);
	/* libefivar knows the machine it runs on only. */
	if (!rc && !source->root)
		rc = device_set_prop(dev, "system.secure-boot", secure_boot_state(source->hw));
	if (!rc && table == ERR_FORMAT)
		rc = device_set_prop(dev, "smbios.error", damage.text);
	if (rc)
		return err_set(err, rc, "out of memory");
	if (table && err)
		*err = damage;
	/* No table is nothing to report when the attributes had the answer. */
	return table == ERR_NOT_FOUND && *summary.system_product ? 0 : table;
}
