/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/vendor_tool_plan.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "repo/catalog_tool.h"

#define HARMLESS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._:-"

/* An absolute path below /dev without a way out of it. */
static bool node_is_harmless(const char *node)
{
	return strncmp(node, "/dev/", 5) == 0 && node[5] &&
	       strspn(node, HARMLESS) == strlen(node) && !strstr(node, "..") && !strstr(node, "//");
}

/* "0000:03:00.0" of "pci:0000:03:00.0". */
static bool address_is_harmless(const char *address)
{
	static const char shape[] = "xxxx:xx:xx.x";
	size_t i;

	for (i = 0; shape[i] && address[i]; i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)address[i]) : address[i] != shape[i])
			return false;
	return !shape[i] && !address[i];
}

static const char *address_of(const struct device *dev)
{
	const char *id = dev->kind == DEVICE_PCI ? dev->id : dev->parent;

	return strncmp(id, "pci:", 4) == 0 && address_is_harmless(id + 4) ? id + 4 : NULL;
}

/* What takes the placeholder's place; NULL = this device has none. */
static const char *value_of(const char *placeholder, const struct device *dev)
{
	if (strcmp(placeholder, TOOL_PAYLOAD) == 0)
		return BOX_PAYLOAD;
	if (strcmp(placeholder, TOOL_PCI) == 0)
		return address_of(dev);
	return node_is_harmless(dev->node) ? dev->node : NULL;
}

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

/* Text that was put in is not looked at again. */
static int fill_in(const char *arg, const struct device *dev, char **ret, struct err *err)
{
	const char *placeholder, *value;
	size_t len;
	FILE *out = open_memstream(ret, &len);
	int rc = 0;

	if (!out)
		return no_memory(err);
	while (*arg && !rc) {
		placeholder = *arg == '{' ? tool_placeholder(arg) : NULL;
		value = placeholder ? value_of(placeholder, dev) : NULL;
		if (!placeholder)
			fputc(*arg++, out);
		else if (!value)
			rc = err_set(err, ERR_UNSUPPORTED, "the device has no %s for its tool",
				     placeholder);
		else
			fputs(value, out);
		arg += placeholder ? strlen(placeholder) : 0;
	}
	if (fclose(out) && !rc)
		rc = no_memory(err);
	if (rc) {
		free(*ret);
		*ret = NULL;
	}
	return rc;
}

static int add_node(struct vendor_tool_plan *plan, const char *node, struct err *err)
{
	char **list;

	for (size_t i = 0; i < plan->node_count; i++)
		if (strcmp(plan->nodes[i], node) == 0)
			return 0;
	list = array_grow(plan->nodes, plan->node_count, sizeof(*list));
	if (!list)
		return no_memory(err);
	plan->nodes = list;
	list[plan->node_count] = strdup(node);
	if (!list[plan->node_count])
		return no_memory(err);
	plan->node_count++;
	return 0;
}

/* "/dev/nvme0" stands for its namespaces, too: "/dev/nvme0n1". */
static bool is_part_of(const char *name, const char *node)
{
	const char *base = node + strlen("/dev/");
	size_t len = strlen(base);

	if (strcmp(name, base) == 0)
		return true;
	return strncmp(base, "nvme", 4) == 0 && strncmp(name, base, len) == 0 && name[len] == 'n';
}

/* "/dev/sg*": names that go on with letters and digits. */
static bool fits(const char *name, const char *pattern)
{
	size_t len = strlen(pattern) - strlen("/dev/") - 1;

	return strncmp(name, pattern + strlen("/dev/"), len) == 0 && name[len] &&
	       strspn(name, HARMLESS) == strlen(name);
}

/* All names in /dev that are part of the node, or fit the pattern when it ends with '*'. */
static int add_listed(struct hwio *hw, struct vendor_tool_plan *plan, const char *pattern,
		      struct err *err)
{
	bool open_end = pattern[strlen(pattern) - 1] == '*';
	CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count = 0, before = plan->node_count;
	char path[HWIO_NAME_MAX + 8];
	int rc = hw->ops->list(hw, "/dev", &names, &count);

	if (rc)
		return err_set_errno(err, ERR_IO, -rc, "/dev");
	for (size_t i = 0; i < count && !rc; i++) {
		if (!(open_end ? fits(names[i], pattern) : is_part_of(names[i], pattern)))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", names[i]);
		rc = add_node(plan, path, err);
	}
	if (!rc && !open_end && plan->node_count == before)
		rc = add_node(plan, pattern, err);
	return rc;
}

/* The device's own: its node, and the one that its commands go through. */
static int add_own(struct hwio *hw, struct vendor_tool_plan *plan, const struct device *dev,
		   struct err *err)
{
	const char *sg = device_prop(dev, "scsi.sg");
	char path[80];
	int rc;

	if (!node_is_harmless(dev->node))
		return err_set(err, ERR_UNSUPPORTED,
			       "the device has no " TOOL_NODE " for its tool");
	rc = strchr(dev->node + 5, '/') ? add_node(plan, dev->node, err)
					: add_listed(hw, plan, dev->node, err);
	if (rc || !sg)
		return rc;
	snprintf(path, sizeof(path), "%s%.64s", sg[0] == '/' ? "" : "/dev/", sg);
	return node_is_harmless(path) ? add_node(plan, path, err) : 0;
}

static int add_pattern(struct hwio *hw, struct vendor_tool_plan *plan, const char *pattern,
		       const struct device *dev, struct err *err)
{
	size_t len = strlen(pattern);
	char folder[TOOL_NODE_MAX];

	if (strcmp(pattern, TOOL_NODE) == 0)
		return add_own(hw, plan, dev, err);
	if (strcmp(pattern, "/sys") == 0)
		plan->box.sysfs = true;
	else if (strcmp(pattern, "/sys/bus/pci") == 0)
		plan->box.sysfs = plan->box.sysfs_write = true;
	if (strncmp(pattern, "/dev/", 5) != 0)
		return 0; /* "ioports": no node */
	if (strcmp(pattern + len - 2, "/*") == 0) {
		snprintf(folder, sizeof(folder), "%.*s", (int)len - 2, pattern);
		return add_node(plan, folder, err);
	}
	return pattern[len - 1] == '*' ? add_listed(hw, plan, pattern, err)
				       : add_node(plan, pattern, err);
}

static int make_argv(struct vendor_tool_plan *plan, const struct tool *tool,
		     const struct device *dev, struct err *err)
{
	int rc = 0;

	plan->argv = calloc(tool->arg_count + 1, sizeof(*plan->argv));
	if (!plan->argv)
		return no_memory(err);
	for (size_t i = 0; i < tool->arg_count && !rc; i++) {
		rc = fill_in(tool->argv[i], dev, &plan->argv[i], err);
		plan->arg_count += !rc;
	}
	return rc;
}

int vendor_tool_plan_make(struct hwio *hw, const struct component *comp, const struct device *dev,
			  struct vendor_tool_plan *ret, struct err *err)
{
	const struct tool *tool = comp->tool;
	struct vendor_tool_plan plan = { .box = { .has_runtime = tool->runtime[0] != '\0' } };
	int rc = make_argv(&plan, tool, dev, err);

	for (size_t i = 0; i < tool->node_count && !rc; i++) {
		const struct tool_node *node = tool_node_find(tool->nodes[i]);

		rc = node ? add_pattern(hw, &plan, tool->nodes[i], dev, err)
			  : err_set(err, ERR_UNSUPPORTED, "its tool needs %s", tool->nodes[i]);
		plan.box.admin = plan.box.admin || (node && node->admin);
	}
	plan.box.argv = (const char *const *)plan.argv;
	plan.box.nodes = (const char *const *)plan.nodes;
	plan.box.node_count = plan.node_count;
	if (rc)
		vendor_tool_plan_free(&plan);
	else
		*ret = plan;
	return rc;
}

void vendor_tool_plan_free(struct vendor_tool_plan *plan)
{
	for (size_t i = 0; i < plan->arg_count; i++)
		free(plan->argv[i]);
	for (size_t i = 0; i < plan->node_count; i++)
		free(plan->nodes[i]);
	free(plan->argv);
	free(plan->nodes);
	*plan = (struct vendor_tool_plan){ 0 };
}
