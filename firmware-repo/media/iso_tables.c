/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_tables.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "media/iso9660.h"
#include "media/put.h"

enum {
	RECORD_BYTES = 33, /* before the name, ECMA-119 9.1 */
	RECORD_MAX = 254,
	PX_BYTES = 36,	/* RRIP 1.09 4.1.1 */
	NM_BYTES = 5,	/* and the name, 4.1.4 */
	PATH_BYTES = 8, /* before the name, ECMA-119 9.4 */
	FLAG_DIR = 0x02,
};

/* What the "." of the root adds: SUSP begins here, and it is Rock Ridge (SUSP 5.3, 5.5). */
static const uint8_t root_fields[] = { 'S', 'P', 7,   1,   0xbe, 0xef, 0,   'E', 'R',
				       18,  1,	 10,  0,   0,	 1,    'R', 'R', 'I',
				       'P', '_', '1', '9', '9',	 '1',  'A' };

/* Files have a version, ECMA-119 7.5.1; "." and ".." are a byte of 0 and 1. */
static size_t identifier(const struct iso_node *node, bool joliet, uint8_t *to)
{
	const char *name = joliet ? iso_node_name(node) : node->plain;
	size_t len = 0;

	for (const char *part = name; part; part = part == name && !node->is_dir ? ";1" : NULL)
		for (const char *at = part; *at; at++) {
			if (joliet)
				to[len++] = 0;
			to[len++] = (uint8_t)*at;
		}
	return len;
}

static size_t add_posix(const struct iso_node *node, uint8_t *to)
{
	memcpy(to, "PX\x24\1", 4);
	put_both32(to + 4, node->is_dir ? S_IFDIR | 0555 : S_IFREG | 0444);
	put_both32(to + 12, node->is_dir ? 2 : 1);
	put_both32(to + 20, 0);
	put_both32(to + 28, 0);
	return PX_BYTES;
}

static size_t add_name(const struct iso_node *node, uint8_t *to)
{
	const char *name = iso_node_name(node);
	size_t len = strlen(name);

	memcpy(to, "NM\0\1\0", NM_BYTES);
	to[2] = (uint8_t)(NM_BYTES + len);
	memcpy(to + NM_BYTES, name, len);
	return NM_BYTES + len;
}

/* What a record tells of: a child (self 0), or the folder itself (1) and its parent (2). */
enum self { SELF_NONE, SELF_DOT, SELF_PARENT };

struct record {
	const struct iso_node *node;
	enum self self;
	uint32_t block, size;
};

/* Without a place only the length is of interest. */
static size_t fill_record(const struct iso_tables *tables, const struct iso_place *place,
			  const struct record *record, uint8_t to[RECORD_MAX + 1])
{
	const struct iso_node *node = record->node;
	size_t name_len = 1, len;

	memset(to, 0, RECORD_MAX + 1);
	if (record->self)
		to[RECORD_BYTES] = record->self == SELF_PARENT;
	else
		name_len = identifier(node, tables->joliet, to + RECORD_BYTES);
	len = RECORD_BYTES + (name_len | 1);
	if (!tables->joliet) {
		if (record->self == SELF_DOT && !*node->path) {
			memcpy(to + len, root_fields, sizeof(root_fields));
			len += sizeof(root_fields);
		}
		len += add_posix(node, to + len);
		if (!record->self)
			len += add_name(node, to + len);
	}
	len += len % 2;
	to[0] = (uint8_t)len;
	to[25] = node->is_dir ? FLAG_DIR : 0;
	put_both16(to + 28, 1);
	to[32] = (uint8_t)name_len;
	if (place) {
		put_both32(to + 2, record->block - place->bias);
		put_both32(to + 10, record->size);
		memcpy(to + 18, place->date, ISO_DATE_BYTES);
	}
	return len;
}

/* A file of no bytes begins nowhere. */
static struct record record_of(const struct iso_tables *tables, const struct iso_place *place,
			       const struct iso_node *node, enum self self)
{
	struct record record = { .node = node, .self = self };

	if (!place)
		return record;
	if (node->is_dir) {
		record.block = place->block + tables->dir_block[node->number - 1];
		record.size = tables->dir_bytes[node->number - 1];
	} else {
		record.block = node->size ? node->block : place->bias;
		record.size = node->size;
	}
	return record;
}

/* Writes blocks one after the other; without a place it only counts. */
struct writer {
	const struct iso_place *place;
	uint8_t block[ISO_BLOCK];
	size_t used;	 /* of the block */
	uint32_t blocks; /* full ones */
	uint32_t first;	 /* on the medium */
};

static int flush_block(struct writer *writer, struct err *err)
{
	uint64_t at = ((uint64_t)writer->first + writer->blocks++) * ISO_BLOCK;

	writer->used = 0;
	if (!writer->place)
		return 0;
	if (put_at(writer->place->fd, at, writer->block, ISO_BLOCK, err))
		return err->code;
	memset(writer->block, 0, ISO_BLOCK);
	return 0;
}

/* ECMA-119 6.8.1.1: a record does not leave its block. */
static int add_record(struct writer *writer, const uint8_t *bytes, size_t len, struct err *err)
{
	int rc = writer->used + len > ISO_BLOCK ? flush_block(writer, err) : 0;

	if (rc)
		return rc;
	memcpy(writer->block + writer->used, bytes, len);
	writer->used += len;
	return 0;
}

/* Path tables are one stretch of bytes. */
static int add_bytes(struct writer *writer, const uint8_t *bytes, size_t len, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < len; i++) {
		writer->block[writer->used++] = bytes[i];
		if (writer->used == ISO_BLOCK)
			rc = flush_block(writer, err);
	}
	return rc;
}

static int finish(struct writer *writer, struct err *err)
{
	return writer->used ? flush_block(writer, err) : 0;
}

static int walk_folder(const struct iso_tree *tree, const struct iso_tables *tables,
		       const struct iso_node *folder, struct writer *writer, struct err *err)
{
	uint8_t bytes[RECORD_MAX + 1] = { 0 };
	struct record record = record_of(tables, writer->place, folder, SELF_DOT);
	int rc = add_record(writer, bytes, fill_record(tables, writer->place, &record, bytes), err);

	record = record_of(tables, writer->place, &tree->nodes[folder->parent], SELF_PARENT);
	if (!rc)
		rc = add_record(writer, bytes, fill_record(tables, writer->place, &record, bytes),
				err);
	for (size_t i = 0; !rc && i < folder->count; i++) {
		const struct iso_node *node = &tree->nodes[tree->children[folder->first + i]];

		record = record_of(tables, writer->place, node, SELF_NONE);
		rc = add_record(writer, bytes, fill_record(tables, writer->place, &record, bytes),
				err);
	}
	return rc ? rc : finish(writer, err);
}

static size_t path_record(const struct iso_tree *tree, const struct iso_tables *tables,
			  const struct iso_place *place, const struct iso_node *folder, bool big,
			  uint8_t *to)
{
	uint32_t block =
		place ? place->block - place->bias + tables->dir_block[folder->number - 1] : 0;
	uint32_t parent = tree->nodes[folder->parent].number;
	size_t len = 1;

	memset(to, 0, RECORD_MAX);
	if (*folder->path)
		len = identifier(folder, tables->joliet, to + PATH_BYTES);
	to[0] = (uint8_t)len;
	if (big) {
		put_be32(to + 2, block);
		to[6] = (uint8_t)(parent >> 8);
		to[7] = (uint8_t)parent;
	} else {
		put_le32(to + 2, block);
		put_le16(to + 6, (uint16_t)parent);
	}
	return PATH_BYTES + len + len % 2;
}

static int write_paths(const struct iso_tree *tree, const struct iso_tables *tables, bool big,
		       struct writer *writer, struct err *err)
{
	uint8_t bytes[RECORD_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < tree->folder_count; i++) {
		const struct iso_node *folder = &tree->nodes[tree->folders[i]];
		size_t len = path_record(tree, tables, writer->place, folder, big, bytes);

		rc = add_bytes(writer, bytes, len, err);
	}
	return rc ? rc : finish(writer, err);
}

static uint32_t path_blocks(const struct iso_tables *tables)
{
	return (tables->path_bytes + ISO_BLOCK - 1) / ISO_BLOCK;
}

int iso_tables_measure(const struct iso_tree *tree, bool joliet, struct iso_tables *ret,
		       struct err *err)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	uint8_t bytes[RECORD_MAX];
	int rc = 0;

	*ret = (struct iso_tables){ .joliet = joliet };
	ret->dir_block = calloc(tree->folder_count, sizeof(*ret->dir_block));
	ret->dir_bytes = calloc(tree->folder_count, sizeof(*ret->dir_bytes));
	if (!writer || !ret->dir_block || !ret->dir_bytes)
		rc = err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; !rc && i < tree->folder_count; i++)
		ret->path_bytes += (uint32_t)path_record(
			tree, ret, NULL, &tree->nodes[tree->folders[i]], false, bytes);
	for (size_t i = 0; !rc && i < tree->folder_count; i++) {
		ret->dir_block[i] = 2 * path_blocks(ret) + writer->blocks;
		rc = walk_folder(tree, ret, &tree->nodes[tree->folders[i]], writer, err);
		ret->dir_bytes[i] =
			(2 * path_blocks(ret) + writer->blocks - ret->dir_block[i]) * ISO_BLOCK;
	}
	if (!rc)
		ret->blocks = 2 * path_blocks(ret) + writer->blocks;
	free(writer);
	return rc;
}

int iso_tables_write(const struct iso_tree *tree, const struct iso_tables *tables,
		     const struct iso_place *place, struct err *err)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int rc;

	if (!writer)
		return err_set(err, ERR_NOMEM, "out of memory");
	writer->place = place;
	writer->first = place->block;
	rc = write_paths(tree, tables, false, writer, err);
	if (!rc)
		rc = write_paths(tree, tables, true, writer, err);
	for (size_t i = 0; !rc && i < tree->folder_count; i++)
		rc = walk_folder(tree, tables, &tree->nodes[tree->folders[i]], writer, err);
	free(writer);
	return rc;
}

void iso_tables_describe(const struct iso_tables *tables, const struct iso_place *place,
			 uint32_t volume_blocks, uint8_t *descriptor)
{
	uint32_t block = place->block - place->bias;

	put_both32(descriptor + 80, volume_blocks);
	put_both32(descriptor + 132, tables->path_bytes);
	put_le32(descriptor + 140, block);
	put_le32(descriptor + 144, 0);
	put_be32(descriptor + 148, block + path_blocks(tables));
	put_be32(descriptor + 152, 0);
	put_both32(descriptor + 156 + 2, block + tables->dir_block[0]);
	put_both32(descriptor + 156 + 10, tables->dir_bytes[0]);
}

void iso_tables_free(struct iso_tables *tables)
{
	free(tables->dir_block);
	free(tables->dir_bytes);
	*tables = (struct iso_tables){ 0 };
}
