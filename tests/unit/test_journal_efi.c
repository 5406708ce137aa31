/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The short journal: its bytes, and the variable through the real libefivar on a folder that stands
 * for efivarfs. A variable that cannot be written is a link to a file that takes nothing.
 */
#include "efivars_place.h"
#include "journal/journal_efi.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

#define RUN_A	 "00112233445566778899aabbccddeeff"
#define VARIABLE "/" JOURNAL_EFI_NAME "-" JOURNAL_EFI_GUID

static struct temp_tree tree;
static struct hwio *real;

static char notes[16384];
static bool keeps_its_own; /* firmware that takes a variable and keeps another one */

static void keep_note(struct hwio *hw, const char *subject, const char *text)
{
	size_t len = strlen(notes);

	(void)hw;
	snprintf(notes + len, sizeof(notes) - len, "%s: %s\n", subject, text);
	if (keeps_its_own && strncmp(text, "set ", 4) == 0)
		temp_tree_put(&tree, VARIABLE, "\7\0\0\0other", 9);
}

static struct hwio_ops ops;
static struct hwio seam = { .ops = &ops };

static void fresh(void)
{
	temp_tree_remove(&tree);
	CHECK_INT(mkdir(tree.dir, 0700), 0);
	notes[0] = '\0';
	keeps_its_own = false;
}

static struct journal_efi some_run(unsigned int steps)
{
	struct journal_efi run = { .run_id = RUN_A,
				   .time = 1764000000,
				   .repo_serial = 77,
				   .repo = journal_efi_key("acme"),
				   .step_count = (uint16_t)steps };

	for (unsigned int i = 0; i < steps && i < JOURNAL_EFI_STEPS; i++) {
		char id[32];

		snprintf(id, sizeof(id), "nvme:S%u", i);
		run.steps[i] = (struct journal_efi_step){ .device = journal_efi_key(id),
							  .component = journal_efi_key("x100-3.0"),
							  .attempt = (uint16_t)(i + 1) };
	}
	return run;
}

static void check_same(const struct journal_efi *a, const struct journal_efi *b)
{
	CHECK_STR(a->run_id, b->run_id);
	CHECK_INT(a->time, b->time);
	CHECK_INT(a->repo_serial, b->repo_serial);
	CHECK(memcmp(&a->repo, &b->repo, sizeof(a->repo)) == 0);
	CHECK_INT(a->step_count, b->step_count);
	for (unsigned int i = 0; i < a->step_count; i++) {
		CHECK(memcmp(&a->steps[i].device, &b->steps[i].device, 8) == 0);
		CHECK(memcmp(&a->steps[i].component, &b->steps[i].component, 8) == 0);
		CHECK_INT(a->steps[i].attempt, b->steps[i].attempt);
	}
}

static void test_the_bytes_are_the_documented_ones(void)
{
	static const uint8_t head[] = { 'D', 'R', 'Y',	'D',  'O',  'C', 'K', 'E', 1, 0, 2,
					0,   0,	  0x81, 0x24, 0x69, 0,	 0,   0,   0, 77 };
	struct journal_efi run = some_run(2);
	uint8_t buf[JOURNAL_EFI_MAX_BYTES], hash[32];
	size_t len = 0;

	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), 0);
	CHECK_INT(len, 52 + 2 * 18 + 32);
	CHECK(memcmp(buf, head, sizeof(head)) == 0);
	SHA256((const uint8_t *)"acme", 4, hash);
	CHECK(memcmp(buf + 28, hash, 8) == 0);
	CHECK_INT(buf[36], 0x00);
	CHECK_INT(buf[51], 0xff);
	SHA256((const uint8_t *)"nvme:S1", 7, hash);
	CHECK(memcmp(buf + 52 + 18, hash, 8) == 0);
	SHA256((const uint8_t *)"x100-3.0", 8, hash);
	CHECK(memcmp(buf + 52 + 18 + 8, hash, 8) == 0);
	CHECK_INT(buf[52 + 18 + 16], 2);
	SHA256(buf, len - 32, hash);
	CHECK(memcmp(buf + len - 32, hash, 32) == 0);
}

static void test_any_number_of_steps_comes_back(void)
{
	for (unsigned int steps = 1; steps <= JOURNAL_EFI_STEPS; steps++) {
		struct journal_efi run = some_run(steps), got;
		uint8_t buf[JOURNAL_EFI_MAX_BYTES];
		size_t len = 0;

		CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), 0);
		CHECK_INT(journal_efi_decode(buf, len, &got), 0);
		check_same(&got, &run);
		CHECK_INT(journal_efi_decode(buf, len - 1, &got), ERR_FORMAT);
		CHECK_INT(journal_efi_decode(buf, len + 1, &got), ERR_FORMAT);
	}
}

static void test_impossible_runs_are_refused(void)
{
	struct journal_efi run = some_run(JOURNAL_EFI_STEPS + 1);
	uint8_t buf[JOURNAL_EFI_MAX_BYTES];
	size_t len;

	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), ERR_TOO_LARGE);
	run = some_run(0);
	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), ERR_FORMAT);
	run = some_run(3);
	run.steps[2].attempt = 0;
	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), ERR_FORMAT);
	run = some_run(3);
	run.run_id[31] = '\0';
	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), ERR_FORMAT);
}

static void reseal(uint8_t *buf, size_t len)
{
	SHA256(buf, len - 32, buf + len - 32);
}

static void test_what_does_not_hold_is_refused(void)
{
	struct journal_efi run = some_run(3), got;
	uint8_t buf[JOURNAL_EFI_MAX_BYTES];
	unsigned int accepted = 0;
	size_t len;

	CHECK_INT(journal_efi_encode(&run, buf, &len, NULL), 0);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		accepted += journal_efi_decode(buf, len, &got) == 0;
		buf[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	CHECK_INT(accepted, 0);
	buf[8] = 2; /* a later version */
	reseal(buf, len);
	CHECK_INT(journal_efi_decode(buf, len, &got), ERR_FORMAT);
	buf[8] = 1;
	buf[52 + 16] = 0; /* attempt 0 */
	reseal(buf, len);
	CHECK_INT(journal_efi_decode(buf, len, &got), ERR_FORMAT);
	CHECK_INT(journal_efi_decode(buf, 0, &got), ERR_FORMAT);
}

static void test_a_run_from_begin_to_end(void)
{
	struct journal_efi run = some_run(JOURNAL_EFI_STEPS), got;
	struct err err = { 0 };
	char *file;

	fresh();
	CHECK_INT(journal_efi_load(&seam, &got, &err), ERR_NOT_FOUND);
	CHECK_INT(journal_efi_save(&seam, &run, &err), 0);
	file = temp_tree_read(&tree, VARIABLE);
	CHECK(file && memcmp(file, "\7\0\0\0DRYDOCKE", 12) == 0); /* NV | BS | RT */
	free(file);
	CHECK_INT(journal_efi_load(&seam, &got, &err), 0);
	check_same(&got, &run);
	/* The next run, after that one was settled. */
	run.time++;
	CHECK_INT(journal_efi_save(&seam, &run, &err), 0);
	CHECK_INT(journal_efi_load(&seam, &got, &err), 0);
	check_same(&got, &run);
	CHECK_INT(journal_efi_remove(&seam, &err), 0);
	CHECK_INT(journal_efi_load(&seam, &got, &err), ERR_NOT_FOUND);
	CHECK_INT(journal_efi_remove(&seam, &err), 0);
	CHECK_CONTAINS(notes, "libefivar: set DrydockRun: done");
	CHECK_CONTAINS(notes, "libefivar: remove DrydockRun: done");
}

static int save_to(const char *target, char text[512])
{
	struct journal_efi run = some_run(4);
	struct err err = { 0 };
	int rc;

	fresh();
	if (target)
		temp_tree_link(&tree, VARIABLE, target);
	else
		keeps_its_own = true;
	rc = journal_efi_save(&seam, &run, &err);
	CHECK_INT(err.code, rc);
	snprintf(text, 512, "%s", err.text);
	return rc;
}

static void test_firmware_that_does_not_take_it(void)
{
	char text[512];

	CHECK_INT(save_to("/dev/full", text), ERR_FULL);
	CHECK_CONTAINS(text, "no room");
	/* An attribute of sysfs that nobody can write: EACCES, or EROFS where sysfs is read-only.
	 */
	CHECK_INT(save_to("/sys/kernel/uevent_seqnum", text), ERR_POLICY);
	CHECK_CONTAINS(text, "read-only");
	CHECK_INT(save_to("/dev/null", text), ERR_PROOF);
	CHECK_INT(save_to(NULL, text), ERR_PROOF);
}

static void test_a_variable_of_somebody_else(void)
{
	struct journal_efi got;
	struct err err = { 0 };

	fresh();
	temp_tree_put(&tree, VARIABLE, "\7\0\0\0hello", 9);
	CHECK_INT(journal_efi_load(&seam, &got, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "5 bytes");
}

/* This server has one of the two devices still, and the repository is another one now. */
static const char *name(void *ctx, enum journal_efi_kind kind, const struct journal_efi_key *key)
{
	static const char *const known[] = { "nvme:S1", "x100-3.0" };

	(void)ctx;
	for (unsigned int i = 0; i < 2; i++) {
		struct journal_efi_key mine = journal_efi_key(known[i]);

		if (memcmp(&mine, key, sizeof(mine)) == 0) {
			CHECK_INT(kind, i ? JOURNAL_EFI_COMPONENT : JOURNAL_EFI_DEVICE);
			return known[i];
		}
	}
	return NULL;
}

static void test_it_becomes_an_unfinished_run(void)
{
	struct journal_efi run = some_run(2);
	struct journal_record *list = NULL;
	struct journal *journal = NULL;
	char run_id[33] = "";
	bool is_open = false;
	size_t count = 0;

	CHECK_INT(journal_open_volatile("CZ1", &journal, NULL), 0);
	CHECK_INT(journal_efi_restore(journal, &run, name, NULL, NULL), 0);
	CHECK_INT(journal_last_run(journal, run_id, &is_open, NULL), 0);
	CHECK(is_open);
	CHECK_STR(run_id, RUN_A);
	CHECK_INT(journal_read(journal, &list, &count, NULL), 0);
	CHECK_INT(count, 4);
	CHECK_INT(list[0].type, JOURNAL_RUN_BEGIN);
	CHECK_INT(list[0].step_count, 2);
	CHECK_INT(list[0].number, 77);
	CHECK_INT(strlen(list[0].device), 16);
	CHECK_INT(list[1].step, 1);
	CHECK_INT(strlen(list[1].device), 16);
	CHECK_STR(list[1].component, "x100-3.0");
	CHECK_INT(list[2].step, 2);
	CHECK_STR(list[2].device, "nvme:S1");
	CHECK_INT(list[2].attempt, 2);
	CHECK_INT(list[2].state, STEP_PLANNED);
	CHECK_INT(list[3].type, JOURNAL_RUN_IN_RAM);
	free(list);
	journal_close(journal);
}

int main(int argc, char **argv)
{
	(void)argc;
	tree = efivars_place(argv);
	real = hwio_real_new(NULL);
	ops = *real->ops;
	ops.note = keep_note;
	TAP_RUN(test_the_bytes_are_the_documented_ones);
	TAP_RUN(test_any_number_of_steps_comes_back);
	TAP_RUN(test_impossible_runs_are_refused);
	TAP_RUN(test_what_does_not_hold_is_refused);
	TAP_RUN(test_a_run_from_begin_to_end);
	TAP_RUN(test_firmware_that_does_not_take_it);
	TAP_RUN(test_a_variable_of_somebody_else);
	TAP_RUN(test_it_becomes_an_unfinished_run);
	hwio_real_free(real);
	temp_tree_remove(&tree);
	return TAP_END();
}
