/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tap.h"
#include "temp_tree.h"

static void paths_are_below_the_root(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	char buf[16] = "";
	int fd;

	temp_tree_text(&tree, "/sys/a", "inside");
	fd = hw->ops->open(hw, "/sys/a", O_RDONLY);
	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	CHECK_INT(hw->ops->read(hw, fd, buf, sizeof(buf)), 6);
	CHECK_STR(buf, "inside");
	CHECK_INT(hw->ops->close(hw, fd), 0);
	CHECK_INT(hw->ops->close(hw, fd), -EBADF);
	CHECK_INT(hw->ops->open(hw, "/sys/none", O_RDONLY), -ENOENT);
	CHECK_INT(hw->ops->read(hw, -1, buf, 1), -EBADF);
	CHECK_INT(hw->ops->write(hw, -1, buf, 1), -EBADF);
	CHECK_INT(hw->ops->ioctl(hw, -1, 0x1234, NULL), -EBADF);
	hwio_real_free(hw);
	hwio_real_free(NULL);
}

static void no_root_is_this_machine(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	int fd = hw->ops->open(hw, "/dev/null", O_RDWR);

	CHECK(fd >= 0);
	CHECK_INT(hw->ops->write(hw, fd, "x", 1), 1);
	CHECK_INT(hw->ops->ioctl(hw, fd, 0xc0484e41, NULL), -ENOTTY);
	hw->ops->close(hw, fd);
	hwio_real_free(hw);
}

static void stored_data_is_read_from_an_offset(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	struct hwio_ops without;
	struct hwio other;
	char buf[5] = "";
	int fd;

	temp_tree_text(&tree, "/dev/a", "0123456789");
	fd = hw->ops->open(hw, "/dev/a", O_RDONLY);
	CHECK_INT(hwio_pread(hw, fd, buf, 4, 3), 0);
	CHECK_STR(buf, "3456");
	CHECK_INT(hwio_pread(hw, fd, buf, 4, 6), 0);
	CHECK_STR(buf, "6789");
	CHECK_INT(hwio_pread(hw, fd, buf, 4, 7), -ENODATA);
	CHECK_INT(hwio_pread(hw, fd, buf, 4, UINT64_MAX - 4), -EINVAL);
	CHECK_INT(hwio_pread(hw, -1, buf, 4, 0), -EBADF);
	without = *hw->ops;
	without.pread = NULL;
	other = (struct hwio){ .ops = &without, .priv = hw->priv };
	CHECK_INT(hwio_pread(&other, fd, buf, 4, 3), -ENOSYS);
	hw->ops->close(hw, fd);
	hwio_real_free(hw);
}

static void a_path_too_long_is_an_error(void)
{
	struct hwio *hw = hwio_real_new("/root");
	char path[5000], buf[4];
	char(*names)[HWIO_NAME_MAX];
	size_t count;

	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	CHECK_INT(hw->ops->open(hw, path, O_RDONLY), -ENAMETOOLONG);
	CHECK_INT(hw->ops->readlink(hw, path, buf, sizeof(buf)), -ENAMETOOLONG);
	CHECK_INT(hw->ops->list(hw, path, &names, &count), -ENAMETOOLONG);
	CHECK(!hwio_real_new(path));
	hwio_real_free(hw);
}

static void lists_are_sorted_and_complete(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	char(*names)[HWIO_NAME_MAX] = NULL;
	char name[128];
	size_t count = 0;

	for (int i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "/sys/class/nvme%02d", i);
		temp_tree_text(&tree, name, "");
	}
	temp_tree_text(&tree, "/sys/class/.hidden", "");
	memset(name, 'n', sizeof(name));
	memcpy(name, "/sys/class/", 11);
	name[11 + HWIO_NAME_MAX] = '\0';
	temp_tree_text(&tree, name, "");
	name[11 + HWIO_NAME_MAX - 1] = '\0';
	temp_tree_text(&tree, name, "");
	CHECK_INT(hw->ops->list(hw, "/sys/class", &names, &count), 0);
	CHECK_INT(count, 102);
	if (count == 102) {
		CHECK_STR(names[0], ".hidden");
		CHECK_STR(names[1], name + 11);
		CHECK_STR(names[2], "nvme00");
		CHECK_STR(names[101], "nvme99");
	}
	free(names);
	names = NULL;
	CHECK_INT(hw->ops->list(hw, "/sys/none", &names, &count), -ENOENT);
	CHECK(!names);
	hwio_real_free(hw);
}

static void links_are_read_as_they_are(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	char buf[32] = "................";

	temp_tree_link(&tree, "/sys/driver", "../drivers/tg3");
	CHECK_INT(hw->ops->readlink(hw, "/sys/driver", buf, sizeof(buf)), 14);
	CHECK(strncmp(buf, "../drivers/tg3..", 16) == 0);
	CHECK_INT(hw->ops->readlink(hw, "/sys/driver", buf, 4), 4);
	CHECK_INT(hw->ops->readlink(hw, "/sys/none", buf, 4), -ENOENT);
	hwio_real_free(hw);
}

static void files_have_a_maximum(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	char buf[8];

	temp_tree_put(&tree, "/f", "12345678", 8);
	CHECK_INT(hwio_read_file(hw, "/f", buf, 8), 8);
	CHECK(memcmp(buf, "12345678", 8) == 0);
	CHECK_INT(hwio_read_file(hw, "/f", buf, 7), -EFBIG);
	CHECK_INT(hwio_read_file(hw, "/none", buf, 8), -ENOENT);
	CHECK_INT(hwio_read_file(hw, "/", buf, 8), -EISDIR);
	hwio_real_free(hw);
}

static void attributes_are_clean_text(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = hwio_real_new(tree.dir);
	char buf[16];

	temp_tree_text(&tree, "/a", " X100 \x1b[1m  \n\n");
	CHECK_INT(hwio_read_attr(hw, "/a", buf, sizeof(buf)), 0);
	CHECK_STR(buf, " X100 ?[1m");
	temp_tree_text(&tree, "/a", "123456789012345");
	CHECK_INT(hwio_read_attr(hw, "/a", buf, sizeof(buf)), 0);
	CHECK_STR(buf, "123456789012345");
	temp_tree_text(&tree, "/a", "1234567890123456");
	CHECK_INT(hwio_read_attr(hw, "/a", buf, sizeof(buf)), -EFBIG);
	CHECK_STR(buf, "");
	buf[0] = 'x';
	CHECK_INT(hwio_read_attr(hw, "/none", buf, sizeof(buf)), -ENOENT);
	CHECK_STR(buf, "");
	hwio_real_free(hw);
}

static void poll_waits_and_says_what_is_ready(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	int fds[2];

	CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
	CHECK_INT(hw->ops->poll(hw, fds[0], POLLIN, 0), 0);
	CHECK_INT(write(fds[1], "x", 1), 1);
	CHECK_INT(hw->ops->poll(hw, fds[0], POLLIN, -1), 1);
	close(fds[0]);
	close(fds[1]);
	hwio_real_free(hw);
}

static void the_clock_runs_while_sleeping(void)
{
	struct hwio *hw = hwio_real_new(NULL);
	uint64_t begin = hw->ops->now_ms(hw);
	uint64_t passed;

	hw->ops->sleep_ms(hw, 30);
	passed = hw->ops->now_ms(hw) - begin;
	CHECK(passed >= 29 && passed < 30000);
	hwio_real_free(hw);
}

int main(void)
{
	TAP_RUN(paths_are_below_the_root);
	TAP_RUN(no_root_is_this_machine);
	TAP_RUN(stored_data_is_read_from_an_offset);
	TAP_RUN(a_path_too_long_is_an_error);
	TAP_RUN(lists_are_sorted_and_complete);
	TAP_RUN(links_are_read_as_they_are);
	TAP_RUN(files_have_a_maximum);
	TAP_RUN(attributes_are_clean_text);
	TAP_RUN(poll_waits_and_says_what_is_ready);
	TAP_RUN(the_clock_runs_while_sleeping);
	return TAP_END();
}
