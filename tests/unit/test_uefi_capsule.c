/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capsules for entries of the ESRT, through the kernel: tests/unit/hwio_efi.h. */
#include "backends/backend.h"

#include <errno.h>
#include <stdlib.h>

#include "backend_seeds.h"
#include "backends/uefi_plan.h"
#include "format/le.h"
#include "hw/capsule_loader.h"
#include "hw/esrt.h"
#include "hwio_efi.h"
#include "tap.h"

#define CLASS "6dcbd5ed-e82d-4c44-bda1-7194199ad92b"
#define OTHER "12029307-5bb1-5200-99a5-536f1be9d081"
#define FMP   "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"
#define UX    "3b8c8162-188c-46a4-aec9-be43f1d65697"
#define SIZE  10000u

struct bench {
	struct hwio_efi *efi;
	struct inventory inv;
	struct component comp;
	struct payload_source payload;
	uint8_t *image;
	struct backend_io io;
	struct err err;
	int intent_error;
	size_t intents;
	bool touched_at_intent;
	uint64_t fail_read_at, progress;
};

static int bench_intent(void *ctx, struct err *err)
{
	struct bench *bench = ctx;

	bench->intents++;
	bench->touched_at_intent = bench->efi->touched;
	return bench->intent_error ? err_set(err, bench->intent_error, "journal: no room") : 0;
}

static void bench_progress(void *ctx, uint64_t done_bytes)
{
	struct bench *bench = ctx;

	CHECK(done_bytes > bench->progress);
	bench->progress = done_bytes;
}

static int bench_read(struct payload_source *src, uint64_t offset, uint8_t *buf, size_t len,
		      struct err *err)
{
	struct bench *bench = (struct bench *)((char *)src - offsetof(struct bench, payload));

	CHECK(offset + len <= src->size);
	if (offset + len > bench->fail_read_at)
		return err_set(err, ERR_HASH, "chunk 3 differs from its signed hash");
	memcpy(buf, bench->image + offset, len);
	return 0;
}

static void put_header(uint8_t *image, const char *guid, uint32_t flags, uint32_t size)
{
	CHECK_INT(guid_parse_mixed(guid, image), 0);
	le32_put(image + 16, 32);
	le32_put(image + 20, flags);
	le32_put(image + 24, size);
}

/* A capsule of its own GUID: header of 32 bytes, then anything. */
static void make_image(struct bench *bench, uint32_t size, const char *guid, uint32_t flags)
{
	free(bench->image);
	bench->image = malloc(size);
	for (uint32_t i = 0; i < size; i++)
		bench->image[i] = (uint8_t)(i * 2654435761u >> 24);
	put_header(bench->image, guid, flags, size);
	bench->payload.size = size;
}

/* FMP: one item, UEFI 2.10 23.3.2, with EDK2's payload header. */
static void make_fmp(struct bench *bench, const char *type_id, uint32_t version)
{
	uint8_t *at;

	make_image(bench, SIZE, FMP, 0x50000);
	at = bench->image + 32;
	memset(at, 0, 16 + 32);
	le32_put(at, 1);      /* Version */
	le16_put(at + 6, 1);  /* PayloadItemCount */
	le32_put(at + 8, 16); /* its offset */
	at += 16;
	le32_put(at, 1);
	CHECK_INT(guid_parse_mixed(type_id, at + 4), 0);
	at[20] = 1;
	le32_put(at + 24, SIZE - 32 - 16 - 32);
	memcpy(at + 32, "MSS1", 4);
	le32_put(at + 36, 16);
	le32_put(at + 40, version);
	le32_put(at + 44, 1);
}

static void set_comp(struct bench *bench)
{
	bench->comp = (struct component){
		.version = "2",
		.backend = "uefi-capsule",
		.proof = { .field = "esrt.version", .match = PROOF_EQUALS, .value = "2" },
	};
	component_complete(&bench->comp);
}

static void start(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	bench->efi = hwio_efi_new(CLASS);
	CHECK_INT(backend_uefi_capsule.probe(&bench->efi->hw, &bench->inv, &bench->err), 0);
	CHECK_INT(bench->inv.count, 1);
	make_image(bench, SIZE, CLASS, 0x10000);
	bench->payload.read = bench_read;
	bench->fail_read_at = UINT64_MAX;
	set_comp(bench);
	bench->io = (struct backend_io){
		.hw = &bench->efi->hw,
		.dev = bench->inv.devices,
		.comp = &bench->comp,
		.payload = &bench->payload,
		.intent = bench_intent,
		.progress = bench_progress,
		.ctx = bench,
	};
}

static void stop(struct bench *bench)
{
	CHECK_INT(bench->efi->n_open, 0);
	inventory_free(&bench->inv);
	hwio_efi_free(bench->efi);
	free(bench->image);
}

static enum backend_result write_it(struct bench *bench, int want_rc)
{
	enum backend_result result = 0;

	CHECK_INT(backend_uefi_capsule.write(&bench->io, &result, &bench->err), want_rc);
	return result;
}

static const char *version_after(struct bench *bench)
{
	CHECK_INT(backend_uefi_capsule.refresh(&bench->efi->hw, bench->inv.devices, &bench->err),
		  0);
	return bench->inv.devices->version;
}

static const char *prop(const struct device *dev, const char *key)
{
	const char *value = device_prop(dev, key);

	return value ? value : "";
}

/* What the firmware got: the payload, but for its flags. */
static void check_arrived(struct bench *bench, uint32_t flags)
{
	le32_put(bench->image + 20, flags);
	CHECK_INT(bench->efi->capsule_len, bench->payload.size);
	CHECK(bench->efi->capsule_len == bench->payload.size &&
	      memcmp(bench->efi->capsule, bench->image, bench->payload.size) == 0);
	CHECK_INT(bench->efi->n_updates, 1);
}

static void whole_way(void)
{
	enum backend_recovery found = 0;
	struct bench bench;

	start(&bench);
	CHECK_INT(backend_uefi_capsule.check(&bench.io, &bench.err), 0);
	CHECK(!bench.efi->touched);
	CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
	CHECK_INT(bench.intents, 1);
	CHECK(!bench.touched_at_intent);
	check_arrived(&bench, 0x10000);
	CHECK_INT(bench.progress, SIZE);
	CHECK_STR(version_after(&bench), "1");
	hwio_efi_restart(bench.efi, false);
	CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &bench.err), 0);
	CHECK_INT(found, RECOVER_NEW_RUNS);
	CHECK_STR(version_after(&bench), "2");
	CHECK_STR(prop(bench.inv.devices, "esrt.version"), "2");
	CHECK_STR(prop(bench.inv.devices, "esrt.last_version"), "2");
	CHECK_STR(prop(bench.inv.devices, "esrt.last_result"), "success");
	stop(&bench);
}

/* The kernel takes 0x10000 and 0x20000 only; without 0x10000 the firmware would not wait. */
static void flags(void)
{
	static const struct {
		uint32_t has, goes_out;
	} cases[] = {
		{ 0, 0x10000 },	      { 0x10000, 0x10000 }, { 0x50000, 0x10000 },
		{ 0x30000, 0x30000 }, { 0x70000, 0x30000 }, { 0x40000, 0x10000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench);
		make_image(&bench, SIZE, CLASS, cases[i].has);
		CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
		check_arrived(&bench, cases[i].goes_out);
		CHECK_STR(version_after(&bench), "1");
		stop(&bench);
	}
	CHECK_INT(uefi_plan_flags(0x1234), 0x11234);
}

/* More than one piece, exactly a page, one byte more than pages. */
static void sizes(void)
{
	static const uint32_t cases[] = { 33, 4096, 4097, 8192, (1u << 20), (2u << 20) + 1 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench);
		make_image(&bench, cases[i], CLASS, 0);
		CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
		check_arrived(&bench, 0x10000);
		stop(&bench);
	}
}

static void an_item_for_it(void)
{
	struct bench bench;

	start(&bench);
	make_fmp(&bench, CLASS, 2);
	CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
	check_arrived(&bench, 0x10000);
	stop(&bench);
}

/* Capsules that are not for it or not whole: nothing is intended, nothing goes out. */
static void refused_before(void)
{
	enum { SHORT = 1, LONG, HEADER_OVER, IS_OTHER, IS_UX, OTHER_ITEM, LOW_ITEM, CUT_LIST };
	static const struct {
		int what, want;
		const char *text;
	} cases[] = {
		{ SHORT, ERR_FORMAT, "its header says" },
		{ LONG, ERR_FORMAT, "its header says" },
		{ HEADER_OVER, ERR_FORMAT, "a header of" },
		{ IS_OTHER, ERR_FORMAT, "other firmware" },
		{ IS_UX, ERR_FORMAT, "picture" },
		{ OTHER_ITEM, ERR_FORMAT, "none of the capsule's 1 items" },
		{ LOW_ITEM, ERR_UNSUPPORTED, "version 2 is below the lowest" },
		{ CUT_LIST, ERR_FORMAT, "outside of it" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench);
		if (cases[i].what == OTHER_ITEM || cases[i].what >= LOW_ITEM)
			make_fmp(&bench, cases[i].what == OTHER_ITEM ? OTHER : CLASS, 2);
		if (cases[i].what == SHORT)
			le32_put(bench.image + 24, SIZE + 1);
		if (cases[i].what == LONG)
			le32_put(bench.image + 24, SIZE - 1);
		if (cases[i].what == HEADER_OVER)
			le32_put(bench.image + 16, SIZE);
		if (cases[i].what == IS_OTHER || cases[i].what == IS_UX)
			put_header(bench.image, cases[i].what == IS_UX ? UX : OTHER, 0, SIZE);
		if (cases[i].what == CUT_LIST)
			le32_put(bench.image + 32 + 8, SIZE);
		if (cases[i].what == LOW_ITEM) {
			bench.efi->entry[0].lowest = 3;
			bench.comp.proof.field = "";
		}
		write_it(&bench, cases[i].want);
		CHECK_CONTAINS(bench.err.text, cases[i].text);
		CHECK_INT(bench.intents, 0);
		CHECK(!bench.efi->touched);
		stop(&bench);
	}
}

/* What check() tells without the payload. */
static void checked_before(void)
{
	static const char *flag[] = { "nvme-ca1" };
	enum { TINY = 1, HUGE_ONE, BELOW, FLAG, GONE, NO_LOADER, NO_CAPSULES, TOO_LARGE };
	static const struct {
		int what, want;
		const char *text;
	} cases[] = {
		{ TINY, ERR_FORMAT, "not a capsule" },
		{ HUGE_ONE, ERR_TOO_LARGE, "no capsule is larger" },
		{ BELOW, ERR_UNSUPPORTED, "version 2 is below the lowest that the firmware" },
		{ FLAG, ERR_UNSUPPORTED, "nvme-ca1" },
		{ GONE, ERR_DEVICE_GONE, "has no entry " CLASS },
		{ NO_LOADER, ERR_NOT_FOUND, "no way to the firmware" },
		{ NO_CAPSULES, ERR_UNSUPPORTED, "refused" },
		{ TOO_LARGE, ERR_TOO_LARGE, "no room for a capsule of this size" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench);
		if (cases[i].what == TINY)
			bench.payload.size = 28;
		if (cases[i].what == HUGE_ONE)
			bench.payload.size = CAPSULE_MAX_BYTES + 1ull;
		if (cases[i].what == BELOW)
			bench.efi->entry[0].lowest = 3;
		if (cases[i].what == FLAG) {
			bench.comp.flags = flag;
			bench.comp.flag_count = 1;
		}
		if (cases[i].what == GONE)
			bench.efi->entry[0].guid = OTHER;
		bench.efi->no_loader = cases[i].what == NO_LOADER;
		bench.efi->query_errno = cases[i].what == NO_CAPSULES ? EINVAL : 0;
		bench.efi->max_size = cases[i].what == TOO_LARGE ? SIZE - 1 : 0;
		CHECK_INT(backend_uefi_capsule.check(&bench.io, &bench.err), cases[i].want);
		CHECK_CONTAINS(bench.err.text, cases[i].text);
		CHECK(!bench.efi->touched);
		stop(&bench);
	}
}

/* What the kernel makes of the firmware's answers: efi_status_to_err(). */
static void refused_by_the_firmware(void)
{
	static const struct {
		int query, update, want;
		const char *text;
	} cases[] = {
		{ 0, EINVAL, ERR_UNSUPPORTED, "handed over to the firmware: refused as not" },
		{ 0, ENOSPC, ERR_TOO_LARGE, "handed over to the firmware: the firmware has no" },
		{ 0, EACCES, ERR_DEVICE, "for its security" },
		{ 0, EROFS, ERR_DEVICE, "write-protected" },
		{ 0, EIO, ERR_DEVICE, "handed over to the firmware: I" },
		{ 0, EINTR, ERR_DEVICE, "Interrupted" },
		{ 0, EBUSY, ERR_BUSY, "restarting" },
		{ EIO, 0, ERR_DEVICE, "asked for a capsule like this" },
		{ EACCES, 0, ERR_DEVICE, "asked for a capsule like this" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bench bench;

		start(&bench);
		bench.efi->query_errno = cases[i].query;
		bench.efi->update_errno = cases[i].update;
		write_it(&bench, cases[i].want);
		CHECK_CONTAINS(bench.err.text, "through the kernel: ");
		CHECK_CONTAINS(bench.err.text, cases[i].text);
		CHECK_INT(bench.intents, cases[i].query == 0);
		CHECK_INT(bench.efi->pending, 0);
		stop(&bench);
	}
}

static void the_kernel_gives_up(void)
{
	struct bench bench;

	start(&bench);
	bench.efi->stuck_after = 5000;
	write_it(&bench, ERR_NOMEM);
	CHECK_CONTAINS(bench.err.text, "no memory");
	CHECK_INT(bench.efi->n_updates, 0);
	stop(&bench);
	start(&bench);
	bench.efi->open_errno = EPERM;
	write_it(&bench, ERR_DEVICE);
	CHECK_INT(bench.intents, 0);
	stop(&bench);
}

/* Law 3: the kernel forgets what it got of a capsule whose bytes do not hold. */
static void a_damaged_payload(void)
{
	struct bench bench;

	start(&bench);
	make_image(&bench, 3u << 20, CLASS, 0);
	bench.fail_read_at = 2u << 20;
	write_it(&bench, ERR_HASH);
	CHECK(bench.efi->touched);
	CHECK_INT(bench.efi->n_updates, 0);
	CHECK_INT(bench.efi->pending, 0);
	stop(&bench);
}

static void nothing_without_the_intent(void)
{
	struct bench bench;

	start(&bench);
	bench.intent_error = ERR_FULL;
	write_it(&bench, ERR_FULL);
	CHECK(!bench.efi->touched);
	stop(&bench);
}

/* The loader as the kernel has it: what the backend must not do. */
static void the_loader(void)
{
	uint8_t buf[100] = { 0 };
	struct hwio_efi *efi = hwio_efi_new(CLASS);
	struct err err = { 0 };
	int fd;

	put_header(buf, CLASS, 0x50000, 64);
	CHECK_INT(capsule_loader_ask(&efi->hw, buf, &err), ERR_UNSUPPORTED);
	CHECK_INT(efi->n_asked, 0); /* the kernel's own no */
	le32_put(buf + 20, 0x10000);
	CHECK_INT(capsule_loader_ask(&efi->hw, buf, &err), 0);
	CHECK_INT(efi->n_asked, 1);
	CHECK_INT(efi->n_updates, 0);
	CHECK_INT(capsule_loader_open(&efi->hw, &fd, &err), 0);
	CHECK_INT(capsule_loader_put(&efi->hw, fd, buf, 65, true, &err), ERR_UNSUPPORTED);
	CHECK_INT(efi->n_updates, 0);
	CHECK_INT(capsule_loader_put(&efi->hw, fd, buf, 64, true, &err), ERR_DEVICE);
	efi->hw.ops->close(&efi->hw, fd);
	CHECK_INT(efi->n_open, 0);
	hwio_efi_free(efi);
}

static void last_attempts(void)
{
	static const struct {
		uint32_t status;
		const char *text;
	} cases[] = {
		{ 1, "unsuccessful (1)" },
		{ 2, "insufficient resources (2)" },
		{ 3, "incorrect version (3)" },
		{ 4, "invalid format of the image (4)" },
		{ 5, "authentication error (5)" },
		{ 6, "AC power is not connected (6)" },
		{ 7, "insufficient battery (7)" },
		{ 8, "unsatisfied dependencies (8)" },
		{ 9, "a status that the specification does not have (9)" },
		{ 0xfff, "a status that the specification does not have (4095)" },
		{ 0x1000, "for a reason of the vendor's own (4096)" },
		{ 0x3fff, "for a reason of the vendor's own (16383)" },
		{ 0x4000, "a status that the specification does not have (16384)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum backend_recovery found = 0;
		struct err why = { 0 };
		struct bench bench;

		start(&bench);
		bench.efi->entry[0].applied_status = cases[i].status;
		CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
		hwio_efi_restart(bench.efi, false);
		CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &why), 0);
		CHECK_INT(found, RECOVER_OLD_RUNS);
		CHECK_CONTAINS(why.text, "last attempt, at this version 2, ended with: ");
		CHECK_CONTAINS(why.text, cases[i].text);
		CHECK_STR(version_after(&bench), "1");
		stop(&bench);
	}
	CHECK_STR(esrt_status_text(0), "success");
}

/* Accepted, and the power is cut before the reboot: told, and it can be written again. */
static void lost_with_the_power(void)
{
	enum backend_recovery found = 0;
	struct bench bench;

	start(&bench);
	CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
	hwio_efi_restart(bench.efi, true);
	CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &bench.err), 0);
	CHECK_INT(found, RECOVER_OLD_RUNS);
	CHECK_CONTAINS(bench.err.text, "has not tried it");
	bench.progress = 0;
	CHECK_INT(write_it(&bench, 0), BACKEND_NEEDS_REBOOT);
	hwio_efi_restart(bench.efi, false);
	CHECK_STR(version_after(&bench), "2");
	stop(&bench);
}

static void something_else_runs(void)
{
	enum backend_recovery found = 0;
	struct bench bench;

	start(&bench);
	bench.efi->entry[0].version = 7;
	CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &bench.err), 0);
	CHECK_INT(found, RECOVER_NEEDS_HUMAN);
	bench.inv.devices->version[0] = '\0'; /* what ran before is not known */
	CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &bench.err), 0);
	CHECK_INT(found, RECOVER_OLD_RUNS);
	bench.efi->no_table = true;
	CHECK_INT(backend_uefi_capsule.recover(&bench.io, &found, &bench.err), ERR_DEVICE_GONE);
	stop(&bench);
}

static struct bench seeded;

static struct hwio *seed_make(void *ctx)
{
	(void)ctx;
	start(&seeded);
	return &seeded.efi->hw;
}

static void seed_free(void *ctx)
{
	(void)ctx;
	stop(&seeded);
}

static void seed_restart(void *ctx, bool power)
{
	(void)ctx;
	hwio_efi_restart(seeded.efi, power);
}

static const char *seed_runs(void *ctx)
{
	static char text[16];

	(void)ctx;
	snprintf(text, sizeof(text), "%u", seeded.efi->entry[0].version);
	return text;
}

static bool seed_touched(void *ctx)
{
	(void)ctx;
	return seeded.efi->touched;
}

static bool seed_holds(void *ctx)
{
	(void)ctx;
	return seeded.efi->capsule_len == seeded.payload.size &&
	       memcmp(seeded.efi->capsule, seeded.image, seeded.payload.size) == 0;
}

static void disturbed(void)
{
	struct bench form;
	struct backend_seeds what = { .backend = &backend_uefi_capsule,
				      .make = seed_make,
				      .free = seed_free,
				      .restart = seed_restart,
				      .runs = seed_runs,
				      .was_touched = seed_touched,
				      .holds_image = seed_holds };

	start(&form);
	what.comp = &form.comp;
	what.image = form.image;
	what.image_len = form.payload.size;
	CHECK_INT(backend_seeds(&what), 0);
	stop(&form);
}

int main(void)
{
	TAP_RUN(whole_way);
	TAP_RUN(flags);
	TAP_RUN(sizes);
	TAP_RUN(an_item_for_it);
	TAP_RUN(refused_before);
	TAP_RUN(checked_before);
	TAP_RUN(refused_by_the_firmware);
	TAP_RUN(the_kernel_gives_up);
	TAP_RUN(a_damaged_payload);
	TAP_RUN(nothing_without_the_intent);
	TAP_RUN(the_loader);
	TAP_RUN(last_attempts);
	TAP_RUN(lost_with_the_power);
	TAP_RUN(something_else_runs);
	TAP_RUN(disturbed);
	return TAP_END();
}
