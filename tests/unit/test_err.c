/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <errno.h>

#include "tap.h"

static void set_formats_and_returns_the_code(void)
{
	struct err err = { 0 };

	CHECK_INT(err_set(&err, ERR_HASH, "chunk %d of %s", 3, "blob"), ERR_HASH);
	CHECK_INT(err.code, ERR_HASH);
	CHECK_STR(err.text, "chunk 3 of blob");
	CHECK_INT(err_set(NULL, ERR_IO, "nobody listens"), ERR_IO);
}

static void errno_is_named(void)
{
	struct err err = { 0 };

	CHECK_INT(err_set_errno(&err, ERR_IO, ENOENT, "/dev/%s", "nvme0"), ERR_IO);
	CHECK_STR(err.text, "/dev/nvme0: No such file or directory");
	CHECK_INT(err_set_errno(NULL, ERR_IO, ENOENT, "x"), ERR_IO);
}

static void prefix_goes_before(void)
{
	struct err err = { 0 };

	err_set(&err, ERR_DEVICE, "refused");
	CHECK_INT(err_prefix(&err, "chunk %d", 9), ERR_DEVICE);
	err_prefix(&err, "nvme0");
	CHECK_STR(err.text, "nvme0: chunk 9: refused");
	CHECK_INT(err.code, ERR_DEVICE);
	CHECK_INT(err_set(NULL, ERR_BUSY, "y"), ERR_BUSY);
	CHECK_INT(err_prefix(NULL, "x"), ERR_BUSY);
	CHECK_INT(err_set_errno(NULL, ERR_IO, 5, "y"), ERR_IO);
	CHECK_INT(err_prefix(NULL, "x"), ERR_IO);
	CHECK_INT(err_prefix(&err, "x"), ERR_DEVICE); /* its own, whatever came last */
}

/* Long texts are cut, never written beyond, and stay terminated; the outermost prefix survives. */
static void long_texts_are_cut(void)
{
	struct err err = { 0 };
	char text[2 * sizeof(err.text)];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_IO, "%s", text);
	CHECK_INT(strlen(err.text), sizeof(err.text) - 1);
	err_prefix(&err, "nvme0");
	CHECK_INT(strlen(err.text), sizeof(err.text) - 1);
	CHECK(strncmp(err.text, "nvme0: aaaa", 11) == 0);
	err_prefix(&err, "%s", text);
	CHECK_INT(strlen(err.text), sizeof(err.text) - 1);
	memset(text, 'b', sizeof(err.text) - 1);
	text[sizeof(err.text) - 1] = '\0';
	err_set_errno(&err, ERR_IO, ENOENT, "%s", text);
	CHECK_STR(err.text, text);
}

/* The ids are what reports and scripts depend on. */
static void ids_are_stable(void)
{
	CHECK_STR(err_id(ERR_USAGE), "USAGE");
	CHECK_STR(err_id(ERR_NOT_FOUND), "NOT_FOUND");
	CHECK_STR(err_id(ERR_HASH), "HASH");
	CHECK_STR(err_id(ERR_SIGNATURE), "SIGNATURE");
	CHECK_STR(err_id(ERR_DEVICE_GONE), "DEVICE_GONE");
	CHECK_STR(err_id(ERR_OVERDUE), "OVERDUE");
	CHECK_STR(err_id(ERR_PROOF), "PROOF");
	CHECK_STR(err_id(ERR_INTERNAL), "INTERNAL");
	CHECK_STR(err_id(ERR_NO_WRITABLE_ESP), "NO_WRITABLE_ESP");
	CHECK_STR(err_id(ERR_LAST - 1), "INTERNAL");
	CHECK_STR(err_id(0), "INTERNAL");
	CHECK_STR(err_id(-ENOENT), "INTERNAL");
	for (int a = ERR_USAGE; a > ERR_LAST; a--)
		for (int b = a - 1; b >= ERR_LAST; b--)
			CHECK(strcmp(err_id(a), err_id(b)) != 0);
}

int main(void)
{
	TAP_RUN(set_formats_and_returns_the_code);
	TAP_RUN(errno_is_named);
	TAP_RUN(prefix_goes_before);
	TAP_RUN(long_texts_are_cut);
	TAP_RUN(ids_are_stable);
	return TAP_END();
}
