/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "nvme_bench.h"

#define BACKEND backend_nvme
#include "replay_bench.h"

/* Recorded from a model and answered by the trace alone: to the same end. */
static void whole_updates_are_replayed(void)
{
	static const struct {
		const char *settings;
		int write;
		const char *version;
	} cases[] = {
		{ "activate_now=1", 0, "2.0.0" },
		{ "activate_now=0", 0, "2.0.0" },
		{ "activate_now=1,mdts=5,fwug=1", 0, "2.0.0" },
		{ "activate_now=1,commit_lie=1", 0, "1.0.0" },
		{ "activate_now=0,wrong_revision=6.6.6", 0, "6.6.6" },
		{ "commit_status=0x107", ERR_DEVICE, "1.0.0" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_replayed(cases[i].settings, "/trace-nvme0.jsonl", cases[i].write,
			       cases[i].version);
}

/* A trace of one short conversation. */
static void record_talk(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;
	struct bench bench;
	struct nvme_passthru_cmd cmd = { .opcode = 0x06, .cdw10 = 1, .data_len = 4096 };
	uint8_t data[4096];
	int fd;

	start(&bench, "");
	CHECK_INT(hwio_record_new(&bench.lab->hw, tree->dir, &hw, NULL), 0);
	fd = hw->ops->open(hw, "/dev/nvme0", O_RDONLY);
	cmd.addr = (uintptr_t)data;
	CHECK_INT(hw->ops->ioctl(hw, fd, NVME_IOCTL_ADMIN_CMD, &cmd), 0);
	hw->ops->close(hw, fd);
	hwio_record_free(hw);
	stop(&bench);
}

enum mistake { OTHER_CALL = 1, OTHER_FLAGS, OTHER_ARGUMENT, OTHER_NODE, TOO_FEW, TOO_MANY };

/* The same conversation with one mistake in it. */
static void talk(struct hwio *hw, enum mistake mistake)
{
	struct nvme_passthru_cmd cmd = { .opcode = 0x06, .cdw10 = 1, .data_len = 4096 };
	uint8_t data[4096] = { 0 };
	int fd = hw->ops->open(hw, mistake == OTHER_NODE ? "/dev/nvme1" : "/dev/nvme0",
			       mistake == OTHER_FLAGS ? O_RDWR : O_RDONLY);

	cmd.addr = (uintptr_t)data;
	cmd.cdw10 = mistake == OTHER_ARGUMENT ? 2 : 1;
	if (mistake == OTHER_CALL)
		CHECK_INT(hw->ops->read(hw, fd, data, 16), -EPROTO);
	else if (!mistake)
		CHECK_INT(hw->ops->ioctl(hw, fd, NVME_IOCTL_ADMIN_CMD, &cmd), 0);
	else
		(void)hw->ops->ioctl(hw, fd, NVME_IOCTL_ADMIN_CMD, &cmd);
	if (mistake == TOO_FEW)
		return;
	hw->ops->close(hw, fd);
	if (mistake == TOO_MANY)
		CHECK_INT(hw->ops->open(hw, "/dev/nvme0", O_RDONLY), -EPROTO);
}

static void each_deviation_is_named(void)
{
	static const struct {
		enum mistake mistake;
		const char *says;
	} cases[] = {
		{ OTHER_CALL,
		  "trace-nvme0.jsonl, call 2: expected ioctl NVME_IOCTL_ADMIN_CMD "
		  "/dev/nvme0, came read /dev/nvme0" },
		{ OTHER_FLAGS,
		  "call 1: expected open /dev/nvme0, came open /dev/nvme0: flags 2 "
		  "instead of 0" },
		{ OTHER_ARGUMENT, "byte 40 of \"arg\" is 02 instead of 01" },
		{ OTHER_NODE, "/dev/nvme1: nothing more was recorded of it, came open" },
		{ TOO_FEW, "call 3: expected close /dev/nvme0, nothing came" },
		{ TOO_MANY, "/dev/nvme0: nothing more was recorded of it, came open" },
	};
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();

	record_talk(&tree);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hwio *hw = replay_of(&tree);
		struct err err = { 0 };

		talk(hw, cases[i].mistake);
		CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
		CHECK_CONTAINS(err.text, cases[i].says);
		hwio_replay_free(hw);
	}
}

/* Twice without news, once with: how often is a matter of time, the news are not. */
static const char polls[] =
	"{\"format\":2,\"device\":\"x\"}\n"
	"{\"seq\":1,\"call\":\"open\",\"at_ms\":5,\"path\":\"/dev/"
	"x\",\"flags\":0,\"result\":3,\"ms\":0}\n"
#define POLL(seq, result)                                              \
	"{\"seq\":" #seq                                               \
	",\"call\":\"poll\",\"at_ms\":5,\"path\":\"/dev/x\",\"fd\":3," \
	"\"events\":1,\"timeout_ms\":100,\"result\":" #result ",\"ms\":0}\n"
	POLL(2, 0) POLL(3, 0) POLL(4, 1)
		POLL(5,
		     0) "{\"seq\":6,\"call\":\"close\",\"at_ms\":9,\"path\":\"/dev/"
			"x\",\"fd\":3,\"result\":0,\"ms\":0}\n";

static void polls_without_news(void)
{
	struct temp_tree tree = temp_tree_make();
	struct err err = { 0 };
	struct hwio *hw;
	int fd;

	temp_tree_text(&tree, "/trace-x.jsonl", polls);
	hw = replay_of(&tree);
	fd = hw->ops->open(hw, "/dev/x", O_RDONLY);
	CHECK_INT(hw->ops->poll(hw, fd, 1, 100), 1);
	CHECK_INT(hw->ops->now_ms(hw), 5);
	CHECK_INT(hw->ops->poll(hw, fd, 1, 100), 0); /* as long as somebody waits */
	CHECK_INT(hw->ops->poll(hw, fd, 1, 100), 0);
	CHECK_INT(hw->ops->now_ms(hw), 205);
	CHECK_INT(hw->ops->close(hw, fd), 0);
	CHECK_INT(hwio_replay_check(hw, &err), 0);
	hwio_replay_free(hw);

	hw = replay_of(&tree); /* the news that nobody waits for */
	fd = hw->ops->open(hw, "/dev/x", O_RDONLY);
	CHECK_INT(hw->ops->close(hw, fd), -EPROTO);
	CHECK_INT(hwio_replay_check(hw, &err), ERR_PROOF);
	CHECK_CONTAINS(err.text, "call 4: expected poll /dev/x, came close");
	CHECK_INT(hw->ops->poll(hw, fd, 1, 100), -EPROTO); /* nothing goes on after that */
	hwio_replay_free(hw);
	temp_tree_remove(&tree);
}

int main(void)
{
	TAP_RUN(polls_without_news);
	TAP_RUN(each_deviation_is_named);
	TAP_RUN(whole_updates_are_replayed);
	return TAP_END();
}
