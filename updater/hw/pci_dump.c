/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_dump.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "inventory/inventory.h"

#define LINE_MAX_BYTES	 250 /* libpci's buffer has 255 */
#define CONFIG_MIN_BYTES 64
#define CONFIG_MAX_BYTES 4096

struct checker {
	size_t functions;
	size_t line;
	bool inside;	  /* a function's block */
	size_t bytes;	  /* of its configuration space so far */
	size_t head_line; /* where it began */
};

/* How many characters match, all or none; '#' stands for a hexadecimal digit. */
static size_t match(const char *text, size_t len, const char *pattern)
{
	size_t n = strlen(pattern);

	if (len < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (pattern[i] == '#' ? !isxdigit((unsigned char)text[i]) : pattern[i] != text[i])
			return 0;
	return n;
}

/* "0000:03:00.0 ": the length of that with its blank, 0 when it is something else. */
static size_t match_head(const char *text, size_t len)
{
	static const char *const patterns[] = {
		"##:##.# ",
		"####:##:##.# ",
		"#####:##:##.# ",
		"######:##:##.# ",
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns) && !n; i++)
		n = match(text, len, patterns[i]);
	return n;
}

/* "1f0: " with 2 to 8 digits: the length of that, and the number. */
static size_t match_offset(const char *text, size_t len, size_t *ret)
{
	size_t n = 0;

	*ret = 0;
	for (; n < len && n < 8 && isxdigit((unsigned char)text[n]); n++)
		*ret = *ret << 4 | (size_t)(isdigit((unsigned char)text[n])
						    ? text[n] - '0'
						    : tolower((unsigned char)text[n]) - 'a' + 10);
	return n >= 2 && match(text + n, len - n, ": ") ? n + 2 : 0;
}

static int end_function(struct checker *chk, struct err *err)
{
	if (chk->inside && chk->bytes < CONFIG_MIN_BYTES)
		return err_set(
			err, ERR_FORMAT,
			"line %zu: %zu bytes of configuration space, %d are needed (lspci -x)",
			chk->head_line, chk->bytes, CONFIG_MIN_BYTES);
	chk->inside = false;
	return 0;
}

static int begin_function(struct checker *chk, char function, struct err *err)
{
	int rc = end_function(chk, err);

	if (rc)
		return rc;
	if (function < '0' || function > '7')
		return err_set(err, ERR_FORMAT, "line %zu: not a PCI address", chk->line);
	if (++chk->functions > INVENTORY_MAX_DEVICES)
		return err_set(err, ERR_TOO_LARGE, "more than %d functions", INVENTORY_MAX_DEVICES);
	chk->inside = true;
	chk->bytes = 0;
	chk->head_line = chk->line;
	return 0;
}

static int check_bytes(struct checker *chk, const char *text, size_t len, size_t offset,
		       struct err *err)
{
	if (offset != chk->bytes)
		return err_set(err, ERR_FORMAT, "line %zu: offset %zxh where %zxh is expected",
			       chk->line, offset, chk->bytes);
	while (len > 0) {
		size_t n = len > 2 ? match(text, len, "## ") : match(text, len, "##");

		if (!n)
			return err_set(err, ERR_FORMAT, "line %zu: not bytes in hex", chk->line);
		chk->bytes++;
		text += n;
		len -= n;
	}
	if (chk->bytes > CONFIG_MAX_BYTES)
		return err_set(err, ERR_FORMAT, "line %zu: more than %d bytes", chk->line,
			       CONFIG_MAX_BYTES);
	return 0;
}

static int check_line(struct checker *chk, const char *text, size_t len, struct err *err)
{
	size_t offset, skip;

	chk->line++;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len > LINE_MAX_BYTES || memchr(text, '\0', len))
		return err_set(err, ERR_FORMAT, "line %zu: not a line of text", chk->line);
	if (len == 0)
		return end_function(chk, err);
	skip = match_head(text, len);
	if (skip)
		return begin_function(chk, text[skip - 2], err);
	skip = chk->inside ? match_offset(text, len, &offset) : 0;
	return skip ? check_bytes(chk, text + skip, len - skip, offset, err) : 0;
}

int pci_dump_check(const uint8_t *buf, size_t len, struct err *err)
{
	struct checker chk = { 0 };
	const char *text = (const char *)buf;
	int rc = 0;

	while (len > 0 && !rc) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end ? (size_t)(end - text) : len;
		size_t skip = line_len + (end ? 1 : 0);

		rc = check_line(&chk, text, line_len, err);
		text += skip;
		len -= skip;
	}
	rc = rc ? rc : end_function(&chk, err);
	if (!rc && chk.functions == 0)
		rc = err_set(err, ERR_FORMAT, "no PCI function in it: is it written by lspci -x?");
	return rc;
}

static int copy_file(int from, int to, const char *path, struct err *err)
{
	char buf[65536];
	size_t total = 0;
	ssize_t len;

	while ((len = read(from, buf, sizeof(buf))) > 0) {
		total += (size_t)len;
		if (total > PCI_DUMP_MAX_BYTES)
			return err_set(err, ERR_TOO_LARGE, "%s: more than %u bytes", path,
				       PCI_DUMP_MAX_BYTES);
		if (write(to, buf, (size_t)len) != len)
			return err_set(err, ERR_NOMEM, "no memory for a copy of %s", path);
	}
	if (len < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	/* libpci wants an end of line even at the end of the file. */
	return write(to, "\n", 1) == 1 ? 0 : err_set(err, ERR_NOMEM, "no memory for %s", path);
}

static int check_copy(int fd, struct err *err)
{
	off_t len = lseek(fd, 0, SEEK_END);
	void *map = mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, fd, 0);
	int rc;

	if (map == MAP_FAILED)
		return err_set_errno(err, ERR_NOMEM, errno, "mmap");
	rc = pci_dump_check(map, (size_t)len, err);
	munmap(map, (size_t)len);
	return rc;
}

int pci_dump_open(const char *path, int *ret_fd, struct err *err)
{
	CLEANUP_CLOSE int from = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP_CLOSE int copy = -1;
	int rc;

	if (from < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	copy = memfd_create("lspci", MFD_CLOEXEC);
	if (copy < 0)
		return err_set_errno(err, ERR_NOMEM, errno, "memfd_create");
	rc = copy_file(from, copy, path, err);
	if (rc)
		return rc;
	rc = check_copy(copy, err);
	if (rc) {
		err_prefix(err, "%s", path);
		return rc;
	}
	*ret_fd = copy;
	copy = -1;
	return 0;
}
