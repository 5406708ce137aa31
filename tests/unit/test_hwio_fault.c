/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

#include "hwio_nvme.h"
#include "tap.h"
#include "temp_tree.h"

#define MINUTE_MS 60000u

/* A machine with drives nvme0 to nvme11, behind rules. */
struct bench {
	struct hwio_nvme *lab;
	struct hwio *hw;
};

static struct bench start(const struct hwio_fault_rule *rules, size_t count)
{
	struct bench bench = { .lab = hwio_nvme_new() };
	char settings[32];

	for (int i = 0; i < 12; i++) {
		snprintf(settings, sizeof(settings), "serial=A%d", i);
		hwio_nvme_add(bench.lab, settings);
	}
	CHECK_INT(hwio_fault_new(&bench.lab->hw, rules, count, &bench.hw, NULL), 0);
	return bench;
}

static void stop(struct bench *bench)
{
	CHECK_INT(bench->lab->n_open, 0);
	hwio_fault_free(bench->hw);
	hwio_nvme_free(bench->lab);
}

static int open_node(struct bench *bench, const char *path)
{
	return bench->hw->ops->open(bench->hw, path, O_RDONLY);
}

static int identify(struct bench *bench, int fd, uint8_t *buf)
{
	struct nvme_passthru_cmd cmd = { .opcode = NVME_ADMIN_IDENTIFY,
					 .addr = (uintptr_t)buf,
					 .data_len = NVME_MODEL_IDENTIFY,
					 .cdw10 = 1 };

	return bench->hw->ops->ioctl(bench->hw, fd, NVME_IOCTL_ADMIN_CMD, &cmd);
}

/* Opens, asks, closes: the answer of the first that fails, or of the ioctl. */
static int ask(struct bench *bench, const char *path)
{
	uint8_t buf[NVME_MODEL_IDENTIFY];
	int fd = open_node(bench, path);
	int rc = fd < 0 ? fd : identify(bench, fd, buf);

	if (fd >= 0)
		CHECK_INT(bench->hw->ops->close(bench->hw, fd), 0);
	return rc;
}

static size_t asked(const struct bench *bench)
{
	return hwio_nvme_count(bench->lab, NVME_ADMIN_IDENTIFY);
}

static void without_rules_nothing_is_disturbed(void)
{
	struct bench bench = start(NULL, 0);
	uint8_t buf[NVME_MODEL_IDENTIFY] = { 0 };
	char(*names)[HWIO_NAME_MAX];
	char serial[32];
	size_t count;
	int fd = open_node(&bench, "/dev/nvme3");

	CHECK_INT(identify(&bench, fd, buf), 0);
	CHECK(memcmp(buf + 4, "A3 ", 3) == 0); /* NVMe 2.0 §5.17.2.1, SN */
	CHECK_INT(bench.hw->ops->close(bench.hw, fd), 0);
	CHECK_INT(open_node(&bench, "/dev/nvme12"), -ENOENT);
	CHECK_INT(hwio_read_attr(bench.hw, "/sys/class/nvme/nvme3/serial", serial, sizeof(serial)),
		  0);
	CHECK_STR(serial, "A3");
	CHECK_INT(bench.hw->ops->list(bench.hw, "/sys/class/nvme", &names, &count), 0);
	CHECK_INT(count, 14);
	free(names);
	CHECK_INT(hwio_fault_calls(bench.hw), 3); /* those on /dev */
	CHECK_INT(hwio_fault_disturbed(bench.hw), 0);
	stop(&bench);
}

static void the_call_that_a_rule_names_fails(void)
{
	const struct hwio_fault_rule rules[] = {
		{ .path = "/dev/nvme1",
		  .call = HWIO_CALL_IOCTL,
		  .at = 3,
		  .kind = HWIO_FAULT_ERROR,
		  .errnum = EIO },
		{ .path = "/dev/nvme2",
		  .call = HWIO_CALL_OPEN,
		  .kind = HWIO_FAULT_ERROR,
		  .errnum = EACCES },
		{ .path = "/dev/nvme2", .kind = HWIO_FAULT_ERROR, .errnum = EINVAL },
	};
	struct bench bench = start(rules, 3);

	CHECK_INT(ask(&bench, "/dev/nvme1"), 0);
	CHECK_INT(ask(&bench, "/dev/nvme10"), 0); /* not below "/dev/nvme1" */
	CHECK_INT(ask(&bench, "/dev/nvme1"), 0);
	CHECK_INT(asked(&bench), 3);
	CHECK_INT(ask(&bench, "/dev/nvme1"), -EIO);
	CHECK_INT(asked(&bench), 3);
	CHECK_INT(ask(&bench, "/dev/nvme1"), 0);
	CHECK_INT(ask(&bench, "/dev/nvme2"), -EACCES); /* the first rule that strikes */
	CHECK_INT(ask(&bench, "/dev/nvme2"), -EACCES); /* every time */
	CHECK_INT(hwio_fault_disturbed(bench.hw), 3);
	stop(&bench);
}

static void a_rule_may_name_a_request(void)
{
	const struct hwio_fault_rule rule = { .path = "/dev",
					      .request = (unsigned long)NVME_IOCTL_RESET,
					      .at = 1,
					      .kind = HWIO_FAULT_ERROR,
					      .errnum = EBUSY };
	struct bench bench = start(&rule, 1);
	int fd;

	CHECK_INT(ask(&bench, "/dev/nvme0"), 0);
	fd = open_node(&bench, "/dev/nvme0");
	CHECK_INT(bench.hw->ops->ioctl(bench.hw, fd, (unsigned long)NVME_IOCTL_RESET, NULL),
		  -EBUSY);
	CHECK_INT(bench.hw->ops->ioctl(bench.hw, fd, (unsigned long)NVME_IOCTL_RESET, NULL), 0);
	CHECK_INT(hwio_nvme_count(bench.lab, HWIO_NVME_RESET), 1);
	bench.hw->ops->close(bench.hw, fd);
	stop(&bench);
}

static void a_late_error_comes_after_the_deed(void)
{
	const struct hwio_fault_rule rules[] = {
		{ .call = HWIO_CALL_IOCTL, .kind = HWIO_FAULT_LATE_ERROR, .errnum = EINTR },
		{ .path = "/dev/nvme5",
		  .call = HWIO_CALL_OPEN,
		  .kind = HWIO_FAULT_LATE_ERROR,
		  .errnum = EIO },
	};
	struct bench bench = start(rules, 2);

	CHECK_INT(ask(&bench, "/dev/nvme0"), -EINTR);
	CHECK_INT(asked(&bench), 1);
	CHECK_INT(open_node(&bench, "/dev/nvme5"), -EIO);
	CHECK_INT(bench.lab->n_open, 0);
	stop(&bench);
}

/* Files below a root of their own. */
static struct hwio *files(const struct temp_tree *tree, struct hwio **ret_real,
			  const struct hwio_fault_rule *rule)
{
	struct hwio *hw = NULL;

	temp_tree_text(tree, "/dev/file", "0123456789");
	*ret_real = hwio_real_new(tree->dir);
	CHECK_INT(hwio_fault_new(*ret_real, rule, 1, &hw, NULL), 0);
	return hw;
}

static void short_reads_and_writes_move_half(void)
{
	const struct hwio_fault_rule rule = { .kind = HWIO_FAULT_SHORT };
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *real, *hw = files(&tree, &real, &rule);
	int fd = hw->ops->open(hw, "/dev/file", O_RDWR);
	char buf[11] = "", all[16] = "";
	char *text;

	CHECK_INT(hw->ops->read(hw, fd, buf, 10), 5);
	CHECK_STR(buf, "01234");
	CHECK_INT(hw->ops->write(hw, fd, "abcd", 4), 2);
	hw->ops->close(hw, fd);
	text = temp_tree_read(&tree, "/dev/file");
	CHECK_STR(text, "01234ab789");
	/* Whoever reads on gets everything. */
	CHECK_INT(hwio_read_file(hw, "/dev/file", all, sizeof(all) - 1), 10);
	CHECK_STR(all, "01234ab789");
	free(text);
	hwio_fault_free(hw);
	hwio_real_free(real);
}

static void lies_on_files(void)
{
	const struct hwio_fault_rule rule = { .kind = HWIO_FAULT_LIE };
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *real, *hw = files(&tree, &real, &rule);
	int fd = hw->ops->open(hw, "/dev/file", O_RDWR);
	char buf[4] = "xyz";
	char *text;

	CHECK_INT(hw->ops->write(hw, fd, "abcd", 4), 4);
	CHECK_INT(hw->ops->read(hw, fd, buf, 3), 3);
	CHECK_STR(buf, "");
	CHECK(hw->ops->poll(hw, fd, POLLIN, 0) > 0);
	hw->ops->close(hw, fd);
	text = temp_tree_read(&tree, "/dev/file");
	CHECK_STR(text, "0123456789");
	free(text);
	hwio_fault_free(hw);
	hwio_real_free(real);
}

static void lies_of_a_drive(void)
{
	const struct hwio_fault_rule rule = { .call = HWIO_CALL_IOCTL,
					      .at = 1,
					      .kind = HWIO_FAULT_LIE };
	struct bench bench = start(&rule, 1);
	uint8_t buf[NVME_MODEL_IDENTIFY];
	int fd = open_node(&bench, "/dev/nvme0");

	memset(buf, 0x55, sizeof(buf));
	CHECK_INT(identify(&bench, fd, buf), 0);
	CHECK_INT(asked(&bench), 0);
	for (size_t i = 0; i < sizeof(buf); i++)
		if (buf[i])
			CHECK_INT(i, -1);
	CHECK_INT(identify(&bench, fd, buf), 0);
	CHECK(memcmp(buf + 4, "A0 ", 3) == 0);
	bench.hw->ops->close(bench.hw, fd);
	stop(&bench);
}

static bool is_listed(struct bench *bench, const char *name)
{
	char(*names)[HWIO_NAME_MAX];
	bool found = false;
	size_t count;

	CHECK_INT(bench->hw->ops->list(bench->hw, "/sys/class/nvme", &names, &count), 0);
	for (size_t i = 0; i < count; i++)
		found = found || strcmp(names[i], name) == 0;
	free(names);
	return found;
}

static void a_device_that_is_gone(void)
{
	const struct hwio_fault_rule rule = {
		.path = "/dev/nvme1", .call = HWIO_CALL_IOCTL, .at = 2, .kind = HWIO_FAULT_GONE
	};
	struct bench bench = start(&rule, 1);
	uint8_t buf[NVME_MODEL_IDENTIFY];
	int other = open_node(&bench, "/dev/nvme1"), fd = open_node(&bench, "/dev/nvme1");
	char text[32];

	CHECK_INT(identify(&bench, fd, buf), 0);
	CHECK(is_listed(&bench, "nvme1"));
	CHECK_INT(identify(&bench, fd, buf), -ENODEV);
	CHECK_INT(identify(&bench, other, buf), -ENODEV);
	CHECK_INT(open_node(&bench, "/dev/nvme1"), -ENOENT);
	CHECK_INT(hwio_read_attr(bench.hw, "/sys/class/nvme/nvme1/serial", text, sizeof(text)),
		  -ENOENT);
	CHECK(!is_listed(&bench, "nvme1"));
	CHECK(is_listed(&bench, "nvme10"));
	CHECK_INT(ask(&bench, "/dev/nvme10"), 0);
	CHECK_INT(hwio_read_attr(bench.hw, "/sys/class/nvme/nvme11/serial", text, sizeof(text)), 0);
	CHECK_INT(hwio_fault_disturbed(bench.hw), 1);
	bench.hw->ops->close(bench.hw, fd);
	bench.hw->ops->close(bench.hw, other);
	stop(&bench);
}

static uint64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const struct hwio_fault_rule stalls[] = {
	{ .path = "/dev/nvme0",
	  .call = HWIO_CALL_IOCTL,
	  .at = 1,
	  .kind = HWIO_FAULT_STALL,
	  .stall_ms = 30 * MINUTE_MS },
	{ .path = "/dev/nvme1",
	  .call = HWIO_CALL_IOCTL,
	  .at = 1,
	  .kind = HWIO_FAULT_STALL,
	  .stall_ms = 50 * MINUTE_MS + 7 },
};

/* Where there is one thread nobody could watch: the time passes at once. */
static void a_stall_of_the_only_thread(void)
{
	struct bench bench = start(stalls, 1);

	CHECK_INT(ask(&bench, "/dev/nvme0"), 0);
	CHECK_INT(bench.hw->ops->now_ms(bench.hw), 1000 + 30 * MINUTE_MS);
	CHECK_INT(asked(&bench), 1);
	stop(&bench);
}

struct stalled {
	struct bench *bench;
	const char *path;
	pthread_t thread;
	uint64_t returned_ms; /* on the clock of the emulated machine */
	_Atomic bool done;
};

static void *call_that_stalls(void *arg)
{
	struct stalled *call = arg;

	CHECK_INT(ask(call->bench, call->path), 0);
	call->returned_ms = call->bench->lab->now_ms;
	call->done = true;
	return NULL;
}

static struct stalled begin_stall(struct bench *bench, const char *path)
{
	return (struct stalled){ .bench = bench, .path = path };
}

static void start_stall(struct stalled *call)
{
	CHECK_INT(pthread_create(&call->thread, NULL, call_that_stalls, call), 0);
}

/* Looks like whoever waits for a step: sees every minute pass, and the end in time. */
static void a_stall_that_is_watched(void)
{
	struct bench bench = start(stalls, 1);
	struct stalled call = begin_stall(&bench, "/dev/nvme0");
	const struct timespec moment = { .tv_nsec = 1000000 };
	uint64_t begin_ms = real_ms(), seen_ms = 1000, now_ms, widest_ms = 0;

	CHECK_INT(bench.hw->ops->now_ms(bench.hw), 1000);
	start_stall(&call);
	while (!call.done) {
		nanosleep(&moment, NULL);
		now_ms = bench.hw->ops->now_ms(bench.hw);
		widest_ms = now_ms - seen_ms > widest_ms ? now_ms - seen_ms : widest_ms;
		seen_ms = now_ms;
	}
	pthread_join(call.thread, NULL);
	CHECK_INT(call.returned_ms, 1000 + 30 * MINUTE_MS);
	CHECK_INT(widest_ms, MINUTE_MS);
	CHECK_INT(bench.hw->ops->now_ms(bench.hw), 1000 + 30 * MINUTE_MS); /* and stands again */
	CHECK(real_ms() - begin_ms < 20000);
	stop(&bench);
}

static void two_stalls_at_once(void)
{
	struct bench bench = start(stalls, 2);
	struct stalled calls[] = { begin_stall(&bench, "/dev/nvme0"),
				   begin_stall(&bench, "/dev/nvme1") };
	const struct timespec moment = { .tv_nsec = 1000000 };

	CHECK_INT(bench.hw->ops->now_ms(bench.hw), 1000);
	start_stall(&calls[0]);
	start_stall(&calls[1]);
	nanosleep(&moment, NULL);
	while (!calls[0].done || !calls[1].done) {
		bench.hw->ops->now_ms(bench.hw);
		nanosleep(&moment, NULL);
	}
	pthread_join(calls[0].thread, NULL);
	pthread_join(calls[1].thread, NULL);
	/* The later of the two may have begun some looks after the other. */
	CHECK(calls[0].returned_ms >= 1000 + 30 * MINUTE_MS);
	CHECK(calls[1].returned_ms >= 1000 + 50 * MINUTE_MS + 7);
	CHECK(calls[0].returned_ms < calls[1].returned_ms);
	CHECK_INT(asked(&bench), 2);
	stop(&bench);
}

/* Several threads, but none of them looks: it must end all the same. */
static void a_stall_that_nobody_watches(void)
{
	struct bench bench = start(stalls, 1);
	struct stalled call = begin_stall(&bench, "/dev/nvme0");

	CHECK_INT(bench.hw->ops->now_ms(bench.hw), 1000);
	start_stall(&call);
	pthread_join(call.thread, NULL);
	CHECK_INT(call.returned_ms, 1000 + 30 * MINUTE_MS);
	stop(&bench);
}

/* What became of as many calls on one drive, a letter each. */
#define SEEDED_CALLS 1000

static char what_happened(struct bench *bench, int fd)
{
	uint64_t before_ms = bench->lab->now_ms;
	size_t count = bench->lab->n_commands;
	uint8_t buf[NVME_MODEL_IDENTIFY];
	int rc = identify(bench, fd, buf);
	bool done = bench->lab->n_commands > count;

	if (rc == -ENODEV && !is_listed(bench, "nvme0"))
		return 'g';
	if (rc)
		return done ? 'l' : 'e';
	if (!done)
		return 'L';
	return bench->lab->now_ms > before_ms ? 's' : '.';
}

static void seeded_answers(uint64_t seed, bool gone, char ret_answers[SEEDED_CALLS + 1],
			   uint64_t *ret_disturbed)
{
	struct bench bench = { .lab = hwio_nvme_new() };
	int fd;

	hwio_nvme_add(bench.lab, "serial=A");
	CHECK_INT(hwio_fault_new_seeded(&bench.lab->hw, seed, 10, gone, &bench.hw, NULL), 0);
	do
		fd = open_node(&bench, "/dev/nvme0");
	while (fd < 0 && fd != -ENOENT);
	for (size_t i = 0; i < SEEDED_CALLS; i++)
		ret_answers[i] = what_happened(&bench, fd);
	ret_answers[SEEDED_CALLS] = '\0';
	*ret_disturbed = hwio_fault_disturbed(bench.hw);
	if (fd >= 0)
		bench.hw->ops->close(bench.hw, fd);
	stop(&bench);
}

static void a_seed_decides(void)
{
	static char first[SEEDED_CALLS + 1], again[SEEDED_CALLS + 1], other[SEEDED_CALLS + 1];
	uint64_t disturbed, same, another;

	seeded_answers(7, false, first, &disturbed);
	seeded_answers(7, false, again, &same);
	seeded_answers(8, false, other, &another);
	CHECK_STR(again, first);
	CHECK_INT(same, disturbed);
	CHECK(strcmp(first, other) != 0);
	CHECK(disturbed > SEEDED_CALLS / 20 && disturbed < SEEDED_CALLS / 5);
	CHECK(strchr(first, 'e') && strchr(first, 'l') && strchr(first, 'L') && strchr(first, 's'));
	CHECK(!strchr(first, 'g') && !strchr(other, 'g'));
}

static void a_seed_may_take_devices_away(void)
{
	static char answers[SEEDED_CALLS + 1];
	uint64_t disturbed;
	const char *gone;

	seeded_answers(7, true, answers, &disturbed);
	gone = strchr(answers, 'g');
	CHECK(gone != NULL);
	CHECK(gone && strspn(gone, "g") == strlen(gone)); /* for ever */
}

static void only_devices_are_disturbed_by_a_seed(void)
{
	struct hwio_nvme *lab = hwio_nvme_new();
	struct hwio *hw = NULL;
	char text[32];

	hwio_nvme_add(lab, "serial=A");
	CHECK_INT(hwio_fault_new_seeded(&lab->hw, 1, 1, true, &hw, NULL), 0);
	CHECK_INT(hwio_read_attr(hw, "/sys/class/nvme/nvme0/serial", text, sizeof(text)), 0);
	CHECK_STR(text, "A");
	CHECK_INT(hwio_fault_calls(hw), 0);
	hwio_fault_free(hw);
	hwio_fault_free(NULL);
	hwio_nvme_free(lab);
}

int main(void)
{
	TAP_RUN(without_rules_nothing_is_disturbed);
	TAP_RUN(the_call_that_a_rule_names_fails);
	TAP_RUN(a_rule_may_name_a_request);
	TAP_RUN(a_late_error_comes_after_the_deed);
	TAP_RUN(short_reads_and_writes_move_half);
	TAP_RUN(lies_on_files);
	TAP_RUN(lies_of_a_drive);
	TAP_RUN(a_device_that_is_gone);
	TAP_RUN(a_stall_of_the_only_thread);
	TAP_RUN(a_stall_that_is_watched);
	TAP_RUN(two_stalls_at_once);
	TAP_RUN(a_stall_that_nobody_watches);
	TAP_RUN(a_seed_decides);
	TAP_RUN(a_seed_may_take_devices_away);
	TAP_RUN(only_devices_are_disturbed_by_a_seed);
	return TAP_END();
}
