/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_efi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/le.h"

#define ENTRIES "/sys/firmware/efi/esrt/entries"
#define PAGE	4096u
#define HEADER	28u
#define FLAGS	0x30000u /* EFI_CAPSULE_SUPPORTED_FLAG_MASK */

static struct hwio_efi *efi_of(struct hwio *hw)
{
	return hw->priv;
}

static int open_fd(struct hwio_efi *efi)
{
	for (int fd = 0; fd < HWIO_EFI_FDS; fd++)
		if (!efi->fd[fd].used) {
			memset(&efi->fd[fd], 0, sizeof(efi->fd[fd]));
			efi->fd[fd].used = true;
			efi->n_open++;
			return fd;
		}
	return -EMFILE;
}

static int open_loader(struct hwio_efi *efi)
{
	int fd = efi->no_loader ? -ENOENT : efi->open_errno ? -efi->open_errno : open_fd(efi);

	if (fd >= 0)
		efi->fd[fd].is_loader = true;
	return fd;
}

/* The formats of the kernel: numbers are decimal, capsule_flags is not. */
static bool field(const struct hwio_efi_entry *entry, const char *file, char *buf, size_t size)
{
	const struct {
		const char *file;
		uint32_t number;
	} numbers[] = {
		{ "fw_type", entry->type },
		{ "fw_version", entry->version },
		{ "lowest_supported_fw_version", entry->lowest },
		{ "last_attempt_version", entry->last_version },
		{ "last_attempt_status", entry->last_status },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (strcmp(file, numbers[i].file) == 0) {
			snprintf(buf, size, "%u\n", numbers[i].number);
			return true;
		}
	if (strcmp(file, "fw_class") == 0)
		snprintf(buf, size, "%s\n", entry->guid);
	else if (strcmp(file, "capsule_flags") == 0)
		snprintf(buf, size, "0x%x\n", entry->flags);
	else
		return false;
	return true;
}

static int open_field(struct hwio_efi *efi, unsigned long number, const char *file)
{
	const struct hwio_efi_entry *entry = &efi->entry[number < efi->n_entries ? number : 0];
	bool is_broken = entry->broken && strcmp(entry->broken, file) == 0;
	char text[80];
	int fd;

	if (number >= efi->n_entries + efi->n_more || !field(entry, file, text, sizeof(text)))
		return -ENOENT;
	if (is_broken && !entry->broken_text)
		return -EACCES;
	if (is_broken)
		snprintf(text, sizeof(text), "%s\n", entry->broken_text);
	else if (number >= efi->n_entries && strcmp(file, "fw_class") == 0)
		snprintf(text, sizeof(text), "00000000-0000-4000-8000-%012lx\n", number);
	fd = open_fd(efi);
	if (fd >= 0)
		memcpy(efi->fd[fd].text, text, sizeof(text));
	return fd;
}

static int efi_open(struct hwio *hw, const char *path, int flags)
{
	char *rest;
	unsigned long number;

	(void)flags;
	if (strcmp(path, "/dev/efi_capsule_loader") == 0)
		return open_loader(efi_of(hw));
	if (efi_of(hw)->no_table || strncmp(path, ENTRIES "/entry", sizeof(ENTRIES) + 5) != 0)
		return -ENOENT;
	number = strtoul(path + sizeof(ENTRIES) + 5, &rest, 10);
	return *rest == '/' ? open_field(efi_of(hw), number, rest + 1) : -ENOENT;
}

/* efi_capsule_release(): what is not complete is forgotten. */
static int efi_close(struct hwio *hw, int fd)
{
	struct hwio_efi *efi = efi_of(hw);

	if (fd < 0 || fd >= HWIO_EFI_FDS || !efi->fd[fd].used)
		abort(); /* closed twice */
	free(efi->fd[fd].staged);
	efi->fd[fd].used = false;
	efi->n_open--;
	return 0;
}

static ssize_t efi_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_efi *efi = efi_of(hw);
	size_t left = strlen(efi->fd[fd].text) - efi->fd[fd].offset;
	size_t len = size < left ? size : left;

	if (efi->fd[fd].is_loader)
		return -EINVAL;
	memcpy(buf, efi->fd[fd].text + efi->fd[fd].offset, len);
	efi->fd[fd].offset += len;
	return (ssize_t)len;
}

/* efi_capsule_supported() */
static int query(struct hwio_efi *efi, const uint8_t *header)
{
	uint32_t size = le32_at(header + 24);

	if (le32_at(header + 20) & ~FLAGS)
		return -EINVAL;
	efi->n_asked++;
	if (efi->query_errno)
		return -efi->query_errno;
	return efi->max_size && size > efi->max_size ? -ENOSPC : 0;
}

static int update(struct hwio_efi *efi, int fd)
{
	int rc = query(efi, efi->fd[fd].staged);

	efi->n_updates++;
	if (!rc && efi->update_errno)
		rc = -efi->update_errno;
	if (rc)
		return rc;
	free(efi->capsule);
	efi->capsule = efi->fd[fd].staged;
	efi->capsule_len = efi->fd[fd].count;
	efi->fd[fd].staged = NULL;
	efi->fd[fd].is_complete = true;
	/* Without PERSIST_ACROSS_RESET it is processed at once. */
	efi->pending = true;
	if (!(le32_at(efi->capsule + 20) & 0x10000))
		hwio_efi_restart(efi, false);
	return 0;
}

/* What is staged so far, after len bytes more. */
static int look(struct hwio_efi *efi, int fd, size_t len)
{
	size_t before = efi->fd[fd].count, count = before + len;

	efi->fd[fd].count = count;
	efi->touched = efi->touched || count > HEADER;
	if (efi->stuck_after && count > efi->stuck_after)
		return -ENOMEM;
	if (!efi->fd[fd].total && count >= HEADER) {
		int rc;

		efi->fd[fd].total = le32_at(efi->fd[fd].staged + 24);
		rc = efi->fd[fd].total ? query(efi, efi->fd[fd].staged) : -EINVAL;
		if (rc)
			return rc;
	}
	if (!efi->fd[fd].total || count < efi->fd[fd].total)
		return 0;
	return count > efi->fd[fd].total ? -EINVAL : update(efi, fd);
}

/* efi_capsule_write() */
static ssize_t efi_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct hwio_efi *efi = efi_of(hw);
	size_t room, len;
	uint8_t *staged;
	int rc;

	if (!efi->fd[fd].is_loader || efi->fd[fd].failed || efi->fd[fd].is_complete)
		return -EIO;
	room = PAGE - efi->fd[fd].count % PAGE;
	len = size < room ? size : room;
	staged = realloc(efi->fd[fd].staged, efi->fd[fd].count + len);
	if (!staged)
		abort();
	memcpy(staged + efi->fd[fd].count, buf, len);
	efi->fd[fd].staged = staged;
	rc = look(efi, fd, len);
	efi->fd[fd].failed = rc != 0;
	return rc ? rc : (ssize_t)len;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int efi_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count)
{
	struct hwio_efi *efi = efi_of(hw);
	size_t count = efi->n_entries + efi->n_more;
	char(*names)[HWIO_NAME_MAX];

	if (strcmp(path, ENTRIES) != 0 || efi->no_table)
		return -ENOENT;
	if (efi->list_errno)
		return -efi->list_errno;
	names = calloc(count + 1, HWIO_NAME_MAX);
	if (!names)
		abort();
	for (size_t i = 0; i < count; i++)
		snprintf(names[i], HWIO_NAME_MAX, "entry%zu", i);
	snprintf(names[count], HWIO_NAME_MAX, "entryx"); /* what somebody may add one day */
	qsort(names, count + 1, HWIO_NAME_MAX, by_name);
	*ret_names = names;
	*ret_count = count + 1;
	return 0;
}

static uint64_t efi_now_ms(struct hwio *hw)
{
	return efi_of(hw)->now_ms;
}

static void efi_sleep_ms(struct hwio *hw, uint32_t ms)
{
	efi_of(hw)->now_ms += ms;
}

static const struct hwio_ops efi_ops = {
	.name = "efi",
	.open = efi_open,
	.close = efi_close,
	.read = efi_read,
	.write = efi_write,
	.list = efi_list,
	.now_ms = efi_now_ms,
	.sleep_ms = efi_sleep_ms,
};

struct hwio_efi *hwio_efi_new(const char *guid)
{
	struct hwio_efi *efi = calloc(1, sizeof(*efi));

	if (!efi)
		abort();
	efi->hw.ops = &efi_ops;
	efi->hw.priv = efi;
	efi->n_entries = 1;
	efi->entry[0] = (struct hwio_efi_entry){ .guid = guid,
						 .type = 1,
						 .version = 1,
						 .lowest = 1,
						 .flags = 0x50000,
						 .last_version = 1 };
	efi->new_version = 2;
	return efi;
}

void hwio_efi_free(struct hwio_efi *efi)
{
	free(efi->capsule);
	free(efi);
}

void hwio_efi_restart(struct hwio_efi *efi, bool power)
{
	struct hwio_efi_entry *entry = &efi->entry[0];

	if (efi->pending && !power) {
		entry->last_version = efi->new_version;
		entry->last_status = entry->applied_status;
		if (!entry->applied_status)
			entry->version = efi->new_version;
	}
	efi->pending = false;
}
