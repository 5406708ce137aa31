/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/base.h"

#include <string.h>
#include <time.h>

#include "format/le.h"
#include "media/iso9660.h"

enum {
	SECTORS_PER_BLOCK = ISO_BLOCK / GPT_SECTOR,
	FIRST_DESCRIPTOR = 16,
	AT_ROOT_DATE = 156 + 18, /* ECMA-119 8.4.18, 9.1.5 */
	/* El Torito 1.0, figures 7 and 2 to 5. */
	BOOT_RECORD = FIRST_DESCRIPTOR + 1,
	AT_CATALOG = 0x47,
	ENTRY_BYTES = 32,
	ENTRY_BOOTABLE = 0x88,
	ENTRY_BLOCK = 8,
};

/* The types of partitions, as they lie there (UEFI 2.10 appendix A). */
static const uint8_t type_esp[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				      0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
static const uint8_t type_data[16] = { 0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44,
				       0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7 };
static const uint8_t type_journal[16] = { 0x5c, 0x2d, 0x1e, 0x6b, 0x0a, 0x0f, 0x4a, 0x4d,
					  0x9c, 0x5e, 0x44, 0x52, 0x59, 0x44, 0x43, 0x4b };
static const uint8_t *const types[BASE_PARTITIONS] = { type_data, type_esp, type_data,
						       type_journal };

static int check_partitions(struct media_base *base, struct err *err)
{
	const struct gpt_partition *parts = base->gpt.partitions;
	uint64_t sectors = base->image.size / GPT_SECTOR;

	for (size_t i = 0; i < BASE_PARTITIONS; i++)
		if (memcmp(parts[i].type, types[i], sizeof(parts[i].type)) != 0 ||
		    parts[i].first > parts[i].last || parts[i].last >= sectors ||
		    parts[i].first % SECTORS_PER_BLOCK || (parts[i].last + 1) % SECTORS_PER_BLOCK)
			return err_set(err, ERR_FORMAT, "its partition %zu is not Drydock's",
				       i + 1);
	if (source_slice(&base->image, parts[BASE_ESP].first * GPT_SECTOR,
			 (parts[BASE_ESP].last - parts[BASE_ESP].first + 1) * GPT_SECTOR,
			 base->image.name, &base->esp, err))
		return err->code;
	base->bias = (uint32_t)(parts[BASE_ISO].first / SECTORS_PER_BLOCK);
	base->iso_blocks = (uint32_t)((parts[BASE_ISO].last + 1) / SECTORS_PER_BLOCK);
	return 0;
}

static int read_block(const struct media_base *base, uint32_t block, uint8_t *buf, struct err *err)
{
	size_t got;
	int rc = source_read(&base->image, (uint64_t)block * ISO_BLOCK, buf, ISO_BLOCK, &got, err);

	return rc || got == ISO_BLOCK ? rc : err_set(err, ERR_FORMAT, "it is cut off");
}

/* A CD starts what is in its ISO: nothing that is moved when a medium is made (El Torito, 2.0). */
static int check_catalog(struct media_base *base, uint32_t at, struct err *err)
{
	uint8_t block[ISO_BLOCK];
	int rc = at < base->iso_blocks ? read_block(base, at, block, err)
				       : err_set(err, ERR_FORMAT, "it has no boot catalog");

	for (size_t i = 0; !rc && i < ISO_BLOCK; i += ENTRY_BYTES)
		if (block[i] == ENTRY_BOOTABLE &&
		    le32_at(block + i + ENTRY_BLOCK) >= base->iso_blocks)
			rc = err_set(err, ERR_FORMAT, "its boot catalog names a partition");
	return rc;
}

static int check_boot_record(struct media_base *base, struct err *err)
{
	uint8_t block[ISO_BLOCK];
	int rc = read_block(base, FIRST_DESCRIPTOR, block, err);

	if (rc)
		return rc;
	memcpy(base->date, block + AT_ROOT_DATE, sizeof(base->date));
	rc = read_block(base, BOOT_RECORD, block, err);
	if (!rc && memcmp(block, "\0CD001\1EL TORITO SPECIFICATION", 30) != 0)
		rc = err_set(err, ERR_FORMAT, "it has no boot record");
	return rc ? rc : check_catalog(base, le32_at(block + AT_CATALOG), err);
}

struct taking {
	struct media_base *base;
	struct iso_tree *tree;
};

static int take_known(struct media_base *base, const struct iso_file *file, struct err *err)
{
	if (strcmp(file->path, "boot/trust.cpio") == 0) {
		base->trust_offset = file->offset;
		base->trust_size = file->size;
	} else if (strcmp(file->path, ".disk/fat/README.TXT") == 0) {
		return source_slice(&base->image, file->offset, file->size, file->path,
				    &base->readme, err);
	} else if (strcmp(file->path, ".disk/fat/drydock.conf") == 0) {
		return source_slice(&base->image, file->offset, file->size, file->path, &base->conf,
				    err);
	} else if (strcmp(file->path, "repo") == 0 || strcmp(file->path, "servers") == 0 ||
		   strcmp(file->path, "drydock.conf") == 0) {
		return err_set(err, ERR_FORMAT,
			       "a finished medium: its /%s cannot be taken out again; take the "
			       "released image",
			       file->path);
	}
	return 0;
}

static int take_file(void *ctx, const struct iso_file *file, struct err *err)
{
	const struct taking *taking = ctx;
	int rc = take_known(taking->base, file, err);

	if (rc)
		return rc;
	return iso_tree_add(taking->tree, file->path, file->is_dir,
			    (uint32_t)(file->offset / ISO_BLOCK), file->is_dir ? 0 : file->size,
			    err);
}

int base_open(const char *path, struct iso_tree *tree, struct media_base *ret, struct err *err)
{
	struct taking taking = { ret, tree };
	int rc;

	ret->image.fd = -1;
	rc = source_open(path, &ret->image, err);
	if (rc)
		return rc;
	rc = gpt_read(&ret->image, &ret->gpt, err);
	if (!rc)
		rc = check_partitions(ret, err);
	if (!rc)
		rc = check_boot_record(ret, err);
	if (!rc)
		rc = iso_walk(&ret->image, take_file, &taking, err);
	if (!rc && (!ret->trust_size || !ret->readme.size || !ret->conf.size))
		rc = err_set(err, ERR_FORMAT, "it has no %s",
			     ret->trust_size ? "/.disk/fat" : "/boot/trust.cpio");
	return rc ? err_prefix(err, "%s is not a Drydock image to make media from", path) : 0;
}

void base_close(struct media_base *base)
{
	source_close(&base->image);
}

uint32_t base_time(const struct media_base *base)
{
	const uint8_t *date = base->date;
	struct tm tm = { .tm_year = date[0],
			 .tm_mon = date[1] - 1,
			 .tm_mday = date[2],
			 .tm_hour = date[3],
			 .tm_min = date[4],
			 .tm_sec = date[5] };
	time_t seconds = timegm(&tm) - (time_t)(int8_t)date[6] * 15 * 60;

	return seconds < 0 ? 0 : (uint32_t)seconds;
}
