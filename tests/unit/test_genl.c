/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generic netlink: against the kernel behind the seam, and against the one that runs this test. */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "hw/devlink.h"
#include "hwio_net.h"
#include "tap.h"

struct seen {
	unsigned int events;
	char text[96];
	uint64_t done;
};

static int see(void *ctx, const struct netlink_generic *message)
{
	struct devlink_status status;
	struct seen *seen = ctx;

	seen->events++;
	if (!devlink_parse_status(&message->attrs, &status))
		return 0;
	snprintf(seen->text, sizeof(seen->text), "%s", status.text);
	seen->done = status.done;
	return 0;
}

static void families_by_name(void)
{
	struct hwio_net *net = hwio_net_new();
	struct genl_family family;
	struct genl genl;
	struct err err;

	CHECK_INT(genl_open(&net->hw, 0, &genl, &err), 0);
	CHECK_INT(genl_find(&genl, "devlink", "config", &family, &err), 0);
	CHECK_INT(family.id, HWIO_NET_FAMILY);
	CHECK_INT(family.group, HWIO_NET_GROUP);
	CHECK_INT(genl_find(&genl, "devlink", "elsewhere", &family, &err), ERR_FORMAT);
	CHECK_INT(genl_find(&genl, "nowhere", "config", &family, &err), ERR_NOT_FOUND);
	CHECK_STR(err.text, "the kernel has no \"nowhere\"");
	CHECK_INT(genl.ack.errnum, ENOENT);
	genl_close(&genl);
	genl_close(&genl);
	CHECK_INT(net->n_open, 0);
	hwio_net_free(net);
}

/* A flash of a file that is not there: refused, with nothing told to the group. */
static void events_of_a_group(void)
{
	const struct devlink_handle handle = { "netdevsim", "netdevsim1" };
	struct hwio_net *net = hwio_net_new();
	struct seen seen = { 0 };
	struct devlink devlink;
	struct genl group;
	struct err err;
	uint64_t began_ms;

	hwio_net_add(net, "netdevsim", "netdevsim1");
	CHECK_INT(devlink_open(&net->hw, &devlink, &err), 0);
	CHECK_INT(genl_open(&net->hw, devlink.family.group, &group, &err), 0);
	CHECK_INT(genl_events(&group, devlink.family.id, 0, see, &seen, &err), 0);
	CHECK_INT(seen.events, 0);
	CHECK_INT(devlink_flash(&devlink, &handle, "absent.bin", "", 0, 1000, &err), ERR_IO);
	CHECK_STR(err.text,
		  "failed to locate the requested firmware file (No such file or "
		  "directory)");
	CHECK_INT(genl_events(&group, devlink.family.id, 0, see, &seen, &err), 0);
	CHECK_INT(seen.events, 0);
	snprintf(net->firmware_path, sizeof(net->firmware_path), "/dev");
	CHECK_INT(devlink_flash(&devlink, &handle, "null", "", 0, 1000, &err), ERR_DEVICE);
	began_ms = net->now_ms;
	CHECK_INT(genl_events(&group, devlink.family.id, 5000, see, &seen, &err), 0);
	CHECK_INT(seen.events, 5);
	CHECK_INT(net->now_ms, began_ms);
	genl_close(&group);
	devlink_close(&devlink);
	CHECK_INT(net->n_open, 0);
	hwio_net_free(net);
}

static void a_request_too_large_is_not_sent(void)
{
	static char long_name[2000];
	struct hwio_net *net = hwio_net_new();
	struct genl_family family;
	struct genl genl;
	struct err err;

	memset(long_name, 'x', sizeof(long_name) - 1);
	CHECK_INT(genl_open(&net->hw, 0, &genl, &err), 0);
	CHECK_INT(genl_find(&genl, long_name, "config", &family, &err), ERR_TOO_LARGE);
	genl_close(&genl);
	hwio_net_free(net);
}

static int count(void *ctx, const struct netlink_generic *message)
{
	(void)message;
	++*(unsigned int *)ctx;
	return 0;
}

/* Its controller is family 16 by definition; asking it needs no privileges and no hardware. */
static void the_kernel_that_runs_this(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	struct netlink_writer request;
	struct genl_family family;
	unsigned int families = 0;
	struct genl genl;
	struct err err = { 0 };

	if (genl_open(hw, 0, &genl, &err)) {
		printf("# no generic netlink here: %s\n", err.text);
		hwio_real_free(hw);
		return;
	}
	CHECK_INT(genl_find(&genl, "nlctrl", "notify", &family, &err), 0);
	CHECK_INT(family.id, GENL_ID_CTRL);
	CHECK(family.group > 0);
	CHECK_INT(genl_find(&genl, "drydock-none", "config", &family, &err), ERR_NOT_FOUND);
	CHECK_INT(genl_find(&genl, "nlctrl", "elsewhere", &family, &err), ERR_FORMAT);
	netlink_begin(&request, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_DUMP, CTRL_CMD_GETFAMILY, 1);
	CHECK_INT(genl_call(&genl, &request, 5000, count, &families, &err), 0);
	CHECK(families > 0);
	/* No command of that number: its extack text, when there is one, and its errno. */
	netlink_begin(&request, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK, 99, 1);
	CHECK_INT(genl_call(&genl, &request, 5000, NULL, NULL, &err), ERR_DEVICE);
	CHECK_INT(genl.ack.errnum, EOPNOTSUPP);
	printf("# %u families, refused with \"%s\"\n", families, err.text);
	genl_close(&genl);
	hwio_real_free(hw);
}

int main(void)
{
	TAP_RUN(families_by_name);
	TAP_RUN(events_of_a_group);
	TAP_RUN(a_request_too_large_is_not_sent);
	TAP_RUN(the_kernel_that_runs_this);
	return TAP_END();
}
