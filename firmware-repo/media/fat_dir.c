/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_dir.h"

#include <string.h>

#include "format/le.h"

#define ATTR_LABEL   0x08
#define ATTR_FOLDER  0x10
#define ATTR_ARCHIVE 0x20

/* FAT knows the years 1980 to 2107, in steps of two seconds. */
static void dos_time(time_t when, uint16_t *ret_date, uint16_t *ret_time)
{
	struct tm tm;

	*ret_date = 1 << 5 | 1;
	*ret_time = 0;
	if (!gmtime_r(&when, &tm) || tm.tm_year < 80 || tm.tm_year > 207)
		return;
	*ret_date = (uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
	*ret_time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
}

static int put_short(struct fat_out *out, const uint8_t name[FAT_SHORT_LEN], uint8_t attributes,
		     uint32_t cluster, uint32_t size, struct err *err)
{
	uint8_t slot[FAT_SLOT_BYTES] = { 0 };
	uint16_t date, clock;

	dos_time(out->volume->time, &date, &clock);
	memcpy(slot, name, FAT_SHORT_LEN);
	slot[11] = attributes;
	le16_put(slot + 14, clock); /* created */
	le16_put(slot + 16, date);
	le16_put(slot + 18, date); /* read */
	le16_put(slot + 20, (uint16_t)(cluster >> 16));
	le16_put(slot + 22, clock); /* written */
	le16_put(slot + 24, date);
	le16_put(slot + 26, (uint16_t)cluster);
	le32_put(slot + 28, size);
	return fat_out_put(out, slot, sizeof(slot), err);
}

static int put_long(struct fat_out *out, const struct fat_node *node, struct err *err)
{
	uint8_t checksum = fat_name_checksum(node->short_name);
	uint16_t units[FAT_LONG_MAX];
	size_t count;
	int rc = fat_name_units(node->name, node->name_len, units, &count, err);

	for (size_t i = node->slots - 1; i > 0 && !rc; i--) {
		uint8_t slot[FAT_SLOT_BYTES];

		fat_name_slot(units, count, i, checksum, slot);
		rc = fat_out_put(out, slot, sizeof(slot), err);
	}
	return rc;
}

static int put_node(struct fat_out *out, const struct fat_node *node, struct err *err)
{
	int rc = node->slots > 1 ? put_long(out, node, err) : 0;

	return rc ? rc
		  : put_short(out, node->short_name, node->file ? ATTR_ARCHIVE : ATTR_FOLDER,
			      node->cluster, node->file ? (uint32_t)node->file->source.size : 0,
			      err);
}

static int put_first(struct fat_out *out, const struct fat_tree *tree, uint32_t folder,
		     struct err *err)
{
	const struct fat_node *node = &tree->nodes[folder];
	uint8_t label[FAT_SHORT_LEN];
	int rc;

	if (folder == 0) {
		fat_label_pad(out->volume->label, label);
		return put_short(out, label, ATTR_LABEL, 0, 0, err);
	}
	rc = put_short(out, (const uint8_t *)".          ", ATTR_FOLDER, node->cluster, 0, err);
	/* 0 stands for the root, also where it has a cluster (section 6.5). */
	return rc ? rc
		  : put_short(out, (const uint8_t *)"..         ", ATTR_FOLDER,
			      node->parent ? tree->nodes[node->parent].cluster : 0, 0, err);
}

int fat_dir_write(struct fat_out *out, const struct fat_tree *tree, uint32_t folder,
		  struct err *err)
{
	int rc = put_first(out, tree, folder, err);

	for (uint32_t i = tree->nodes[folder].child; i && !rc; i = tree->nodes[i].next)
		rc = put_node(out, &tree->nodes[i], err);
	return rc;
}

int fat_label_check(const char *label, struct err *err)
{
	size_t len = strlen(label);

	if (len == 0 || len > FAT_SHORT_LEN || label[0] == ' ' ||
	    strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-") != len)
		return err_set(err, ERR_FORMAT, "\"%.40s\" is not a label of FAT", label);
	return 0;
}

void fat_label_pad(const char *label, uint8_t ret[FAT_SHORT_LEN])
{
	memset(ret, ' ', FAT_SHORT_LEN);
	memcpy(ret, label, strlen(label));
}
