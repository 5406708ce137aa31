/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_record.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"
#include "tap.h"
#include "temp_tree.h"

#define ADMIN ((unsigned long)NVME_IOCTL_ADMIN_CMD)

/* A device that answers with what the test wants; every call takes 7 ms. */
static struct fake {
	struct hwio hw;
	pthread_mutex_t lock;
	uint64_t now_ms;
	int next_fd;
	int answer;	  /* of ioctl */
	uint32_t dword;	  /* what ioctl leaves in result */
	const char *data; /* what comes in by ioctl and read */
	char written[64];
	int closed;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void pass_time(void)
{
	pthread_mutex_lock(&fake.lock);
	fake.now_ms += 7;
	pthread_mutex_unlock(&fake.lock);
}

static int fake_open(struct hwio *hw, const char *path, int flags)
{
	int fd;

	(void)hw;
	(void)flags;
	pass_time();
	if (strstr(path, "none"))
		return -ENOENT;
	pthread_mutex_lock(&fake.lock);
	fd = fake.next_fd++;
	pthread_mutex_unlock(&fake.lock);
	return fd;
}

static int fake_close(struct hwio *hw, int fd)
{
	(void)hw;
	fake.closed = fd;
	return 0;
}

static int fake_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct nvme_passthru_cmd *cmd = arg;

	(void)hw;
	(void)fd;
	pass_time();
	if (request != ADMIN)
		return fake.answer;
	if (cmd->opcode & 2 && cmd->addr)
		memcpy((void *)(uintptr_t)cmd->addr, fake.data, cmd->data_len);
	cmd->result = fake.dword;
	return fake.answer;
}

static ssize_t fake_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	size_t len = strlen(fake.data);

	(void)hw;
	(void)fd;
	len = len < size ? len : size;
	memcpy(buf, fake.data, len);
	return (ssize_t)len;
}

static ssize_t fake_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	(void)hw;
	(void)fd;
	memcpy(fake.written, buf, size);
	return (ssize_t)size;
}

static int fake_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	(void)hw;
	(void)fd;
	(void)events;
	return timeout_ms;
}

static int fake_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		     size_t *ret_count)
{
	(void)hw;
	if (strstr(path, "none"))
		return -ENOENT;
	*ret_names = calloc(2, sizeof(**ret_names));
	memcpy((*ret_names)[0], "nvme0", 6);
	memcpy((*ret_names)[1], "nvme1", 6);
	*ret_count = 2;
	return 0;
}

static ssize_t fake_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	(void)hw;
	(void)path;
	memcpy(buf, "target", size < 6 ? size : 6);
	return (ssize_t)(size < 6 ? size : 6);
}

static uint64_t fake_now_ms(struct hwio *hw)
{
	uint64_t now;

	(void)hw;
	pthread_mutex_lock(&fake.lock);
	now = fake.now_ms;
	pthread_mutex_unlock(&fake.lock);
	return now;
}

static void fake_sleep_ms(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	fake.now_ms += ms;
}

static const struct hwio_ops fake_ops = {
	.name = "fake",
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.read = fake_read,
	.write = fake_write,
	.poll = fake_poll,
	.list = fake_list,
	.readlink = fake_readlink,
	.now_ms = fake_now_ms,
	.sleep_ms = fake_sleep_ms,
};

static struct hwio *record_into(const struct temp_tree *tree)
{
	struct hwio *hw = NULL;

	fake.hw.ops = &fake_ops;
	fake.now_ms = 1000;
	fake.next_fd = 5;
	fake.answer = 0;
	fake.dword = 0;
	fake.data = "";
	CHECK_INT(hwio_record_new(&fake.hw, tree->dir, &hw, NULL), 0);
	return hw;
}

static int admin(struct hwio *hw, int fd, uint8_t opcode, void *data, uint32_t len)
{
	struct nvme_passthru_cmd cmd = {
		.opcode = opcode,
		.cdw10 = 0x01020304,
		.addr = (uint64_t)(uintptr_t)data,
		.metadata = 0x1122334455667788,
		.data_len = len,
	};

	return hw->ops->ioctl(hw, fd, ADMIN, &cmd);
}

/* Line number of a trace, parsed; NULL when there is none. */
static yyjson_doc *line_of(const struct temp_tree *tree, const char *name, int number)
{
	CLEANUP_FREE char *text = temp_tree_read(tree, name);
	char *line = text, *end;

	while (line && number-- > 0) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	end = line ? strchr(line, '\n') : NULL;
	return end ? yyjson_read(line, (size_t)(end - line), 0) : NULL;
}

static const char *text_of(yyjson_doc *doc, const char *pointer)
{
	const char *text = yyjson_get_str(yyjson_doc_ptr_get(doc, pointer));

	return text ? text : "(none)";
}

static long long number_of(yyjson_doc *doc, const char *pointer)
{
	yyjson_val *val = yyjson_doc_ptr_get(doc, pointer);

	return yyjson_is_int(val) ? (long long)yyjson_get_sint(val) : -99999;
}

static void calls_pass_through_unchanged(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct hwio *hw = record_into(&tree);
	char(*names)[HWIO_NAME_MAX] = NULL;
	char buf[8] = "";
	size_t count = 0;
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	CHECK_INT(fd, 5);
	CHECK_INT(hw->ops->open(hw, "/dev/none", O_RDWR), -ENOENT);
	fake.data = "abc";
	CHECK_INT(hw->ops->read(hw, fd, buf, sizeof(buf)), 3);
	CHECK_STR(buf, "abc");
	CHECK_INT(hw->ops->write(hw, fd, "xyz", 4), 4);
	CHECK_STR(fake.written, "xyz");
	CHECK_INT(hw->ops->poll(hw, fd, 1, 33), 33);
	CHECK_INT(hw->ops->list(hw, "/sys/class", &names, &count), 0);
	CHECK_INT(count, 2);
	free(names);
	CHECK_INT(hw->ops->readlink(hw, "/sys/x", buf, 3), 3);
	CHECK_STR(buf, "tar");
	fake.answer = 0x4109;
	CHECK_INT(admin(hw, fd, 0x10, NULL, 0), 0x4109);
	fake.answer = -EINTR;
	CHECK_INT(admin(hw, fd, 0x10, NULL, 0), -EINTR);
	CHECK_INT(hw->ops->close(hw, fd), 0);
	CHECK_INT(fake.closed, 5);
	hw->ops->sleep_ms(hw, 100);
	CHECK(hw->ops->now_ms(hw) == fake.now_ms);
	hwio_record_free(hw);
	hwio_record_free(NULL);
}

static void each_device_has_a_trace(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *head = NULL, *first = NULL, *second = NULL, *sys = NULL;
	CLEANUP_JSON yyjson_doc *list = NULL, *channel = NULL;
	struct hwio *hw = record_into(&tree);
	char(*names)[HWIO_NAME_MAX] = NULL;
	size_t count;
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	hw->ops->open(hw, "/dev/nvme1", O_RDONLY);
	hw->ops->open(hw, "/dev/hpilo/d0ccb1", O_RDONLY);
	hw->ops->open(hw, "/sys/none", O_RDONLY);
	hw->ops->list(hw, "/sys/class", &names, &count);
	free(names);
	hw->ops->close(hw, fd);
	hwio_record_free(hw);

	head = line_of(&tree, "/trace-nvme0.jsonl", 0);
	CHECK_INT(number_of(head, "/format"), 2);
	CHECK_STR(text_of(head, "/device"), "nvme0");
	first = line_of(&tree, "/trace-nvme0.jsonl", 1);
	CHECK_INT(number_of(first, "/seq"), 1);
	CHECK_STR(text_of(first, "/call"), "open");
	CHECK_STR(text_of(first, "/path"), "/dev/nvme0");
	CHECK_INT(number_of(first, "/flags"), O_RDWR);
	CHECK_INT(number_of(first, "/result"), 5);
	CHECK_INT(number_of(first, "/at_ms"), 1000);
	CHECK_INT(number_of(first, "/ms"), 7);
	second = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_STR(text_of(second, "/call"), "close");
	CHECK_STR(text_of(second, "/path"), "/dev/nvme0");
	CHECK_INT(number_of(second, "/fd"), 5);
	CHECK_INT(number_of(second, "/seq"), 6);
	sys = line_of(&tree, "/trace-sys.jsonl", 1);
	CHECK_STR(text_of(sys, "/path"), "/sys/none");
	CHECK_INT(number_of(sys, "/result"), -ENOENT);
	list = line_of(&tree, "/trace-sys.jsonl", 2);
	CHECK_STR(text_of(list, "/names/1"), "nvme1");
	channel = line_of(&tree, "/trace-hpilo-d0ccb1.jsonl", 1);
	CHECK_STR(text_of(channel, "/path"), "/dev/hpilo/d0ccb1");
}

static void a_closed_descriptor_belongs_to_nobody(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *lost = NULL, *reused = NULL;
	struct hwio *hw = record_into(&tree);
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	hw->ops->close(hw, fd);
	hw->ops->write(hw, fd, "x", 1);
	fake.next_fd = fd;
	CHECK_INT(hw->ops->open(hw, "/dev/nvme1", O_RDWR), fd);
	hw->ops->write(hw, fd, "x", 1);
	hwio_record_free(hw);
	lost = line_of(&tree, "/trace-sys.jsonl", 1);
	CHECK_STR(text_of(lost, "/call"), "write");
	CHECK_STR(text_of(lost, "/path"), "");
	reused = line_of(&tree, "/trace-nvme1.jsonl", 2);
	CHECK_STR(text_of(reused, "/path"), "/dev/nvme1");
}

static void commands_have_arguments_and_data(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct hwio *hw = record_into(&tree);
	struct nvme_passthru_cmd cmd;
	uint8_t bytes[sizeof(cmd)], data[4];
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	fake.data = "\x01\x02\xfe\xff";
	fake.dword = 0xaabbccdd;
	CHECK_INT(admin(hw, fd, 0x06, data, 4), 0);
	CHECK(memcmp(data, fake.data, 4) == 0);
	hwio_record_free(hw);

	doc = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_STR(text_of(doc, "/call"), "ioctl");
	CHECK_STR(text_of(doc, "/request"), "c0484e41");
	CHECK_STR(text_of(doc, "/name"), "NVME_IOCTL_ADMIN_CMD");
	CHECK_STR(text_of(doc, "/in/hex"), "0102feff");
	CHECK_INT(number_of(doc, "/in/len"), 4);
	CHECK_STR(text_of(doc, "/out/hex"), "(none)");
	CHECK_INT(number_of(doc, "/ms"), 7);
	CHECK_INT(hex_decode(text_of(doc, "/arg/hex"), bytes, sizeof(bytes)), 0);
	memcpy(&cmd, bytes, sizeof(cmd));
	CHECK_INT(cmd.opcode, 0x06);
	CHECK_INT(cmd.cdw10, 0x01020304);
	CHECK_INT(cmd.data_len, 4);
	CHECK_INT(cmd.result, 0);
	CHECK_INT(cmd.addr, 0);
	CHECK_INT(cmd.metadata, 0);
	CHECK_INT(hex_decode(text_of(doc, "/arg_after/hex"), bytes, sizeof(bytes)), 0);
	memcpy(&cmd, bytes, sizeof(cmd));
	CHECK(cmd.result == 0xaabbccdd);
	CHECK_INT(cmd.addr, 0);
}

/* A command that failed has left nothing in its buffer that means anything. */
static void data_of_failed_commands_is_left_out(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct hwio *hw = record_into(&tree);
	uint8_t data[4] = { 0 };
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	fake.data = "abcd";
	fake.answer = 0x2002;
	CHECK_INT(admin(hw, fd, 0x02, data, 4), 0x2002);
	hwio_record_free(hw);
	doc = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_INT(number_of(doc, "/result"), 0x2002);
	CHECK(!yyjson_doc_ptr_get(doc, "/in"));
	CHECK(!yyjson_doc_ptr_get(doc, "/arg_after"));
}

static void firmware_is_kept_as_its_hash(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *doc = NULL;
	CLEANUP_FREE char *whole = NULL;
	struct hwio *hw = record_into(&tree);
	char payload[] = "PAYLOADPAYLOAD", hex[2 * HASH_BYTES + 1];
	uint8_t hash[HASH_BYTES];
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	CHECK_INT(admin(hw, fd, 0x11, payload, 14), 0);
	hwio_record_free(hw);
	CHECK_INT(hash_sha256(payload, 14, hash), 0);
	hex_encode(hash, sizeof(hash), hex);
	doc = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_STR(text_of(doc, "/out/sha256"), hex);
	CHECK_INT(number_of(doc, "/out/len"), 14);
	CHECK(!yyjson_doc_ptr_get(doc, "/out/hex"));
	whole = temp_tree_read(&tree, "/trace-nvme0.jsonl");
	hex_encode((const uint8_t *)"PAYL", 4, hex);
	CHECK(whole && !strstr(whole, hex));
}

/* Neither as bytes nor as a hash that could be guessed: the password of a drive is short. */
static void secrets_are_not_kept(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *nvme = NULL, *sys = NULL;
	CLEANUP_JSON yyjson_doc *sent = NULL, *got = NULL;
	struct hwio *hw = record_into(&tree);
	char secret[] = "hunter22", hex[2 * HASH_BYTES + 1], buf[16];
	uint8_t hash[HASH_BYTES];
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	admin(hw, fd, 0x81, secret, 8);
	fake.data = "hunter22";
	admin(hw, fd, 0x82, buf, 8);
	fd = hw->ops->open(hw, "/sys/class/nvme/nvme0/dhchap_secret", O_RDWR);
	hw->ops->read(hw, fd, buf, 8);
	hw->ops->write(hw, fd, secret, 8);
	hwio_record_free(hw);

	sent = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_STR(text_of(sent, "/out/redacted"), "security send");
	CHECK_INT(number_of(sent, "/out/len"), 8);
	got = line_of(&tree, "/trace-nvme0.jsonl", 3);
	CHECK_STR(text_of(got, "/in/redacted"), "security receive");
	nvme = temp_tree_read(&tree, "/trace-nvme0.jsonl");
	sys = temp_tree_read(&tree, "/trace-sys.jsonl");
	hex_encode((const uint8_t *)secret, 4, hex);
	CHECK(nvme && !strstr(nvme, hex) && !strstr(nvme, "hunter"));
	CHECK(sys && !strstr(sys, hex) && !strstr(sys, "hunter"));
	CHECK_INT(hash_sha256(secret, 8, hash), 0);
	hex_encode(hash, sizeof(hash), hex);
	CHECK(nvme && !strstr(nvme, hex));
	CHECK(sys && !strstr(sys, hex));
	CHECK_CONTAINS(sys, "\"redacted\"");
}

static void unknown_requests_are_kept_by_number(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *unknown = NULL, *reset = NULL;
	struct hwio *hw = record_into(&tree);
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	/* An argument that must not be looked at. */
	CHECK_INT(hw->ops->ioctl(hw, fd, 0xdeadbeef, (void *)16), 0);
	CHECK_INT(hw->ops->ioctl(hw, fd, NVME_IOCTL_RESET, NULL), 0);
	hwio_record_free(hw);
	unknown = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_STR(text_of(unknown, "/request"), "deadbeef");
	CHECK(!yyjson_doc_ptr_get(unknown, "/name"));
	CHECK(!yyjson_doc_ptr_get(unknown, "/arg"));
	reset = line_of(&tree, "/trace-nvme0.jsonl", 3);
	CHECK_STR(text_of(reset, "/name"), "NVME_IOCTL_RESET");
	CHECK(!yyjson_doc_ptr_get(reset, "/arg"));
}

static void large_data_is_kept_as_its_hash(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *doc = NULL;
	CLEANUP_FREE char *data = calloc(1, 65537);
	struct hwio *hw = record_into(&tree);
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	fake.data = data;
	admin(hw, fd, 0x02, data, 65537);
	hwio_record_free(hw);
	doc = line_of(&tree, "/trace-nvme0.jsonl", 2);
	CHECK_INT(number_of(doc, "/in/len"), 65537);
	CHECK_INT(strlen(text_of(doc, "/in/sha256")), 64);
	CHECK(!yyjson_doc_ptr_get(doc, "/in/hex"));
}

static void a_full_trace_ends_and_the_others_go_on(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_FREE char *full = NULL, *other = NULL;
	struct hwio *hw = record_into(&tree);
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);
	size_t len;

	hwio_record_set_limit(hw, 4096);
	fake.data = "abcd";
	for (int i = 0; i < 200; i++)
		CHECK_INT(hw->ops->write(hw, fd, "x", 1), 1);
	hw->ops->open(hw, "/dev/nvme1", O_RDWR);
	hwio_record_free(hw);
	full = temp_tree_read(&tree, "/trace-nvme0.jsonl");
	len = full ? strlen(full) : 0;
	CHECK(len > 3800 && len <= 4096);
	CHECK(len > 19 && strcmp(full + len - 19, "{\"truncated\":true}\n") == 0);
	CHECK(full && strstr(full, "truncated") == strrchr(full, '{') + 2);
	other = temp_tree_read(&tree, "/trace-nvme1.jsonl");
	CHECK_CONTAINS(other, "\"open\"");
}

/* The medium is gone: the device must not notice, and the run is told. */
static void a_lost_medium_costs_the_trace_only(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct temp_tree lost = tree;
	struct err err = { 0 };
	struct hwio *hw;

	strncat(lost.dir, "/gone", sizeof(lost.dir) - strlen(lost.dir) - 1);
	hw = record_into(&lost);
	CHECK_INT(hwio_record_sync(hw, &err), 0);
	CHECK_INT(hw->ops->open(hw, "/dev/nvme0", O_RDWR), 5);
	CHECK_INT(hw->ops->write(hw, 5, "x", 1), 1);
	CHECK_INT(hwio_record_sync(hw, &err), ERR_IO);
	CHECK_CONTAINS(err.text, "/gone/trace-nvme0.jsonl: No such file");
	hwio_record_free(hw);
}

static void a_second_recording_is_appended(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *head = NULL, *line = NULL;

	for (int i = 0; i < 2; i++) {
		struct hwio *hw = record_into(&tree);

		hw->ops->open(hw, "/dev/nvme0", O_RDWR);
		CHECK_INT(hwio_record_sync(hw, NULL), 0);
		hwio_record_free(hw);
	}
	head = line_of(&tree, "/trace-nvme0.jsonl", 2);
	line = line_of(&tree, "/trace-nvme0.jsonl", 3);
	CHECK_INT(number_of(head, "/format"), 2);
	CHECK_INT(number_of(line, "/seq"), 1);
}

static void libraries_leave_notes(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	CLEANUP_JSON yyjson_doc *doc = NULL;
	struct hwio *hw = record_into(&tree);

	hwio_note(&fake.hw, "libpci", "nobody keeps this");
	hwio_note(hw, "libpci", "0000:03:00.0 \x1b");
	hwio_record_free(hw);
	doc = line_of(&tree, "/trace-sys.jsonl", 1);
	CHECK_STR(text_of(doc, "/call"), "note");
	CHECK_STR(text_of(doc, "/path"), "libpci");
	CHECK_STR(text_of(doc, "/text"), "0000:03:00.0 ?");
}

static void *work(void *arg)
{
	struct hwio *hw = arg;
	int fd = hw->ops->open(hw, "/dev/nvme0", O_RDWR);

	for (int i = 0; i < 200; i++)
		hw->ops->write(hw, fd, "0123456789", 10);
	hw->ops->close(hw, fd);
	return NULL;
}

static void threads_do_not_mix_lines(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	static bool seen[4 * 202 + 1];
	struct hwio *hw = record_into(&tree);
	pthread_t threads[4];
	int lines;

	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < 4; i++)
		CHECK_INT(pthread_create(&threads[i], NULL, work, hw), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	hwio_record_free(hw);
	for (lines = 1; lines <= 4 * 202 + 1; lines++) {
		CLEANUP_JSON yyjson_doc *doc = line_of(&tree, "/trace-nvme0.jsonl", lines);
		long long seq = number_of(doc, "/seq");

		if (!doc)
			break;
		CHECK(seq >= 1 && seq <= 4 * 202 && !seen[seq]);
		CHECK_STR(text_of(doc, "/path"), "/dev/nvme0");
		if (seq >= 1 && seq <= 4 * 202)
			seen[seq] = true;
	}
	CHECK_INT(lines, 4 * 202 + 1);
}

int main(void)
{
	TAP_RUN(calls_pass_through_unchanged);
	TAP_RUN(each_device_has_a_trace);
	TAP_RUN(a_closed_descriptor_belongs_to_nobody);
	TAP_RUN(commands_have_arguments_and_data);
	TAP_RUN(data_of_failed_commands_is_left_out);
	TAP_RUN(firmware_is_kept_as_its_hash);
	TAP_RUN(secrets_are_not_kept);
	TAP_RUN(unknown_requests_are_kept_by_number);
	TAP_RUN(large_data_is_kept_as_its_hash);
	TAP_RUN(a_full_trace_ends_and_the_others_go_on);
	TAP_RUN(a_lost_medium_costs_the_trace_only);
	TAP_RUN(a_second_recording_is_appended);
	TAP_RUN(libraries_leave_notes);
	TAP_RUN(threads_do_not_mix_lines);
	return TAP_END();
}
