/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "repo/catalog_tool.h"
#include "run/interlock.h"

#define BATTERY_MIN_PERCENT 25

static int warn(char **warnings, const char *text, struct err *err)
{
	char *all;

	if (asprintf(&all, "%s%s\n", *warnings ? *warnings : "", text) < 0)
		return err_set(err, ERR_NOMEM, "out of memory");
	free(*warnings);
	*warnings = all;
	return 0;
}

/* "degraded: 1 of 2 members are here" -> "degraded", and what follows. */
static bool state_is(const char *state, const char *word, const char **ret_rest)
{
	size_t len = strlen(word);

	if (strncmp(state, word, len) != 0)
		return false;
	*ret_rest = state + len + strspn(state + len, ": ");
	return true;
}

static int bar_array(struct plan_bars *bars, const struct device *dev, const char *array,
		     const char *state, struct err *err)
{
	const char *rest;

	if (state_is(state, "degraded", &rest))
		return plan_bars_add(bars, dev->id, NULL, REASON_ARRAY_DEGRADED, err,
				     "it is a member of %s, which is degraded: %s", array, rest);
	if (state_is(state, "rebuilding", &rest))
		return plan_bars_add(bars, dev->id, NULL, REASON_DEVICE_BUSY, err,
				     "it is a member of %s, whose rebuild must end first: %s",
				     array, rest);
	return 0;
}

static int bar_arrays(const struct inventory *inv, struct plan_bars *bars, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < inv->count && !rc; i++) {
		const struct device *dev = &inv->devices[i];
		const char *array;
		char key[32];

		for (unsigned int n = 0; !rc; n++) {
			const char *state;

			snprintf(key, sizeof(key), "array.%u", n);
			array = device_prop(dev, key);
			if (!array)
				break;
			snprintf(key, sizeof(key), "array.%u.state", n);
			state = device_prop(dev, key);
			rc = state ? bar_array(bars, dev, array, state, err) : 0;
		}
	}
	return rc;
}

/* Everything that could be written at all; vendors' tools go to devices without a backend, too. */
static int bar_all(const struct inventory *inv, const struct catalog *cat, struct plan_bars *bars,
		   enum reason reason, const char *text, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < inv->count && !rc; i++)
		if (inv->devices[i].backend[0])
			rc = plan_bars_add(bars, inv->devices[i].id, NULL, reason, err, "%s", text);
	for (size_t i = 0; i < cat->count && !rc; i++)
		if (cat->components[i].tool)
			rc = plan_bars_add(bars, NULL, cat->components[i].id, reason, err, "%s",
					   text);
	return rc;
}

/* What /sys/class/power_supply says of all supplies together. */
struct power {
	struct hwio *hw;
	unsigned int mains, mains_online;
	char cause[128]; /* the first battery that is low or supply that is on its battery */
};

static bool supply_attr(const struct power *power, const char *name, const char *attr, char *text,
			size_t size)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/power_supply/%.64s/%s", name, attr);
	return hwio_read_attr(power->hw, path, text, size) == 0;
}

static bool supply_is(const struct power *power, const char *name, const char *attr,
		      const char *value)
{
	char text[32];

	return supply_attr(power, name, attr, text, sizeof(text)) && strcmp(text, value) == 0;
}

static void set_cause(struct power *power, const char *name, const char *what)
{
	if (!power->cause[0])
		snprintf(power->cause, sizeof(power->cause), "%.64s %s", name, what);
}

static void look_at_battery(struct power *power, const char *name)
{
	char text[32], *end;
	unsigned long percent;

	if (supply_is(power, name, "present", "0") ||
	    !supply_attr(power, name, "capacity", text, sizeof(text)))
		return;
	percent = strtoul(text, &end, 10);
	if (end != text && !*end && percent < BATTERY_MIN_PERCENT) {
		snprintf(text, sizeof(text), "is at %lu %%", percent);
		set_cause(power, name, text);
	}
}

/*
 * Documentation/ABI/testing/sysfs-class-power. A battery of a mouse or keyboard says scope Device,
 * the ports of USB are no supply of the machine: neither counts.
 */
static void look_at_supply(struct power *power, const char *name)
{
	if (supply_is(power, name, "scope", "Device"))
		return;
	if (supply_is(power, name, "type", "Mains")) {
		power->mains++;
		power->mains_online += supply_is(power, name, "online", "1");
	} else if (supply_is(power, name, "type", "Battery")) {
		look_at_battery(power, name);
	} else if (supply_is(power, name, "type", "UPS")) {
		look_at_battery(power, name);
		if (supply_is(power, name, "status", "Discharging"))
			set_cause(power, name, "runs on its battery");
	}
}

/* Most servers have nothing there: their power supplies are the BMC's. */
static int bar_low_power(struct hwio *hw, const struct inventory *inv, const struct catalog *cat,
			 struct plan_bars *bars, struct err *err)
{
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	struct power power = { .hw = hw };
	char text[PLAN_TEXT_MAX];
	size_t count = 0;
	int rc = hw->ops->list(hw, "/sys/class/power_supply", &names, &count);

	if (rc == -ENOENT)
		return 0;
	if (rc)
		return err_set_errno(err, ERR_IO, -rc,
				     "whether the machine runs on battery cannot be told: "
				     "/sys/class/power_supply");
	for (size_t i = 0; i < count; i++)
		look_at_supply(&power, names[i]);
	if (power.mains && !power.mains_online)
		return bar_all(inv, cat, bars, REASON_LOW_POWER, "the machine runs on battery",
			       err);
	if (!power.cause[0])
		return 0;
	snprintf(text, sizeof(text), "the power is not safe: %s", power.cause);
	return bar_all(inv, cat, bars, REASON_LOW_POWER, text, err);
}

/* "none [integrity] confidentiality": the mode in brackets is the one that is on; "" = none. */
static int read_lockdown(struct hwio *hw, char *mode, size_t size, struct err *err)
{
	char modes[64];
	const char *on;
	int rc = hwio_read_attr(hw, "/sys/kernel/security/lockdown", modes, sizeof(modes));

	mode[0] = '\0';
	if (rc == -ENOENT)
		return 0; /* a kernel without lockdown, or securityfs is not mounted */
	if (rc)
		return err_set_errno(err, ERR_IO, -rc, "/sys/kernel/security/lockdown");
	on = strchr(modes, '[');
	if (on)
		snprintf(mode, size, "%.*s", (int)strcspn(on + 1, "]"), on + 1);
	if (strcmp(mode, "none") == 0)
		mode[0] = '\0';
	return 0;
}

/*
 * A kernel that is locked down (Secure Boot) forbids what reaches past its drivers: memory and I/O
 * ports, PCI registers, kernel_lockdown(7). No backend of ours does that, vendors' tools may.
 */
int interlock_lockdown(struct hwio *hw, const struct catalog *cat, struct plan_bars *bars,
		       struct err *err)
{
	char mode[32] = "";
	bool known = false;
	int rc = 0;

	for (size_t i = 0; i < cat->count && !rc; i++) {
		const struct component *comp = &cat->components[i];
		const char *node = comp->tool ? tool_raw_node(comp->tool) : NULL;

		if (node && !known)
			rc = read_lockdown(hw, mode, sizeof(mode), err);
		known = known || node;
		if (!rc && node && mode[0])
			rc = plan_bars_add(bars, NULL, comp->id, REASON_LOCKDOWN, err,
					   "the kernel is locked down (%s), and its tool needs %s, "
					   "past the kernel's drivers",
					   mode, node);
	}
	return rc;
}

int interlock_bars(struct hwio *hw, const struct inventory *inv, const struct catalog *cat,
		   struct plan_bars *bars, char **ret_warnings, struct err *err)
{
	struct err why = { 0 };
	int rc = bar_arrays(inv, bars, err);

	*ret_warnings = NULL;
	if (rc)
		return rc;
	rc = bar_low_power(hw, inv, cat, bars, &why);
	if (rc == ERR_IO)
		rc = warn(ret_warnings, why.text, &why);
	if (!rc)
		rc = interlock_lockdown(hw, cat, bars, &why);
	if (rc == ERR_IO)
		rc = warn(ret_warnings, why.text, &why);
	return rc ? err_set(err, rc, "%s", why.text) : 0;
}
