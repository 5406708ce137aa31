/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso9660.h"

#include <string.h>

#include "format/le.h"
#include "import/tree.h"
#include "media/iso_record.h"

/* ECMA-119 8: volume descriptors begin at sector 16. */
enum {
	FIRST_DESCRIPTOR = 16,
	MAX_DESCRIPTORS = 64,
	TYPE_PRIMARY = 1,
	TYPE_SUPPLEMENTARY = 2,
	TYPE_END = 255,
	AT_ESCAPES = 88,
	AT_BLOCK_SIZE = 128,
	AT_ROOT = 156,
	MAX_DIRS_BYTES = 64 << 20, /* of all folders together */
};

struct walk {
	struct iso_volume volume;
	int (*visit)(void *ctx, const struct iso_file *file, struct err *err);
	void *ctx;
	size_t count;			   /* of files and folders */
	uint64_t dir_bytes;		   /* read so far */
	uint32_t dirs[TREE_MAX_DEPTH + 1]; /* from the root to where we are: a loop is seen */
	char path[TREE_PATH_MAX];
	/* A file whose last extent has not been seen yet. */
	struct iso_record file;
	bool file_open;
};

static int read_block(const struct source *image, uint64_t offset, uint8_t block[ISO_BLOCK],
		      struct err *err)
{
	size_t got;
	int rc = source_read(image, offset, block, ISO_BLOCK, &got, err);

	if (!rc && got < ISO_BLOCK)
		rc = err_set(err, ERR_FORMAT,
			     "%s: a folder is beyond the end: the image is cut off", image->name);
	return rc;
}

static bool is_descriptor(const uint8_t *block)
{
	return memcmp(block + 1, "CD001", 5) == 0;
}

bool iso_recognise(const struct source *image)
{
	uint8_t block[ISO_BLOCK];
	size_t got;

	return !source_read(image, FIRST_DESCRIPTOR * ISO_BLOCK, block, ISO_BLOCK, &got, NULL) &&
	       got == ISO_BLOCK && is_descriptor(block);
}

/* Joliet 1.0: the escape sequences of UCS-2 levels 1 to 3. */
static bool is_joliet(const uint8_t *block)
{
	const uint8_t *escape = block + AT_ESCAPES;

	return escape[0] == '%' && escape[1] == '/' &&
	       (escape[2] == '@' || escape[2] == 'C' || escape[2] == 'E');
}

static int find_descriptors(const struct source *image, uint8_t primary[ISO_BLOCK],
			    uint8_t joliet[ISO_BLOCK], struct err *err)
{
	uint8_t block[ISO_BLOCK];
	int rc;

	primary[0] = joliet[0] = 0;
	for (unsigned int i = 0; i < MAX_DESCRIPTORS; i++) {
		rc = read_block(image, (uint64_t)(FIRST_DESCRIPTOR + i) * ISO_BLOCK, block, err);
		if (rc)
			return rc;
		if (!is_descriptor(block) || block[0] == TYPE_END)
			break;
		if (block[0] == TYPE_PRIMARY && !primary[0])
			memcpy(primary, block, ISO_BLOCK);
		else if (block[0] == TYPE_SUPPLEMENTARY && !joliet[0] && is_joliet(block))
			memcpy(joliet, block, ISO_BLOCK);
	}
	if (!primary[0])
		return err_set(err, ERR_FORMAT, "%s: not an ISO 9660 image", image->name);
	if (le16_at(primary + AT_BLOCK_SIZE) != ISO_BLOCK)
		return err_set(err, ERR_FORMAT, "%s: blocks of %u bytes, not %d", image->name,
			       le16_at(primary + AT_BLOCK_SIZE), ISO_BLOCK);
	return 0;
}

/* Rock Ridge is there when the "." of the root says so: SP of SUSP and PX of RRIP. */
static int choose_names(struct iso_volume *volume, const uint8_t *joliet, struct err *err)
{
	struct iso_record record;
	uint8_t block[ISO_BLOCK];
	int rc = iso_record_parse(volume, volume->root, sizeof(volume->root), &record, err);

	if (!rc)
		rc = read_block(volume->image, record.offset, block, err);
	volume->names = ISO_NAMES_ROCK_RIDGE;
	if (!rc)
		rc = iso_record_parse(volume, block, sizeof(block), &record, err);
	if (rc)
		return rc;
	if (record.has_susp && record.has_posix) {
		volume->susp_skip = record.susp_skip;
	} else if (joliet[0]) {
		volume->names = ISO_NAMES_JOLIET;
		memcpy(volume->root, joliet + AT_ROOT, sizeof(volume->root));
	} else {
		volume->names = ISO_NAMES_PLAIN;
	}
	return 0;
}

static int open_volume(const struct source *image, struct iso_volume *ret, struct err *err)
{
	uint8_t primary[ISO_BLOCK], joliet[ISO_BLOCK];
	int rc = find_descriptors(image, primary, joliet, err);

	*ret = (struct iso_volume){ .image = image, .names = ISO_NAMES_PLAIN };
	if (rc)
		return rc;
	memcpy(ret->root, primary + AT_ROOT, sizeof(ret->root));
	return choose_names(ret, joliet, err);
}

static int visit(struct walk *walk, const struct iso_record *record, struct err *err)
{
	const struct iso_file file = { walk->path, record->is_dir, record->offset, record->size };

	if (walk->count++ == TREE_MAX_FILES)
		return err_set(err, ERR_TOO_LARGE, "%s: more than %d files and folders",
			       walk->volume.image->name, TREE_MAX_FILES);
	if (record->offset > walk->volume.image->size ||
	    record->size > walk->volume.image->size - record->offset)
		return err_set(err, ERR_FORMAT, "%s: it is beyond the end: the image is cut off",
			       walk->path);
	return walk->visit(walk->ctx, &file, err);
}

/* ECMA-119 6.5.2: all extents but the last fill their blocks. */
static int take_extent(struct walk *walk, const struct iso_record *record, struct err *err)
{
	if (!walk->file_open) {
		walk->file = *record;
	} else {
		if (strcmp(walk->file.name, record->name) != 0 || walk->file.size % ISO_BLOCK ||
		    record->offset != walk->file.offset + walk->file.size)
			return err_set(err, ERR_FORMAT, "%s: its extents do not follow one another",
				       walk->file.name);
		walk->file.size += record->size;
	}
	walk->file_open = record->has_more;
	return walk->file_open ? 0 : visit(walk, &walk->file, err);
}

static int walk_dir(struct walk *walk, const struct iso_record *dir, unsigned int depth,
		    struct err *err);

/* RRIP 4.1.5: the size of a folder that is elsewhere is in its own "." */
static int find_relocated(struct walk *walk, struct iso_record *dir, struct err *err)
{
	struct iso_record self = { 0 };
	uint8_t block[ISO_BLOCK];
	int rc = read_block(walk->volume.image, (uint64_t)dir->block * ISO_BLOCK, block, err);

	if (!rc)
		rc = iso_record_parse(&walk->volume, block, sizeof(block), &self, err);
	if (!rc && (!self.is_special || !self.is_dir))
		rc = err_set(err, ERR_FORMAT, "%s: its folder is not one", dir->name);
	if (!rc) {
		dir->offset = (uint64_t)dir->block * ISO_BLOCK;
		dir->size = self.size;
	}
	return rc;
}

static int take_folder(struct walk *walk, struct iso_record *record, unsigned int depth,
		       struct err *err)
{
	int rc = record->is_relocated ? find_relocated(walk, record, err) : 0;

	for (unsigned int i = 0; !rc && i <= depth; i++)
		if (walk->dirs[i] == record->block)
			rc = err_set(err, ERR_FORMAT, "%s: a folder inside of itself", walk->path);
	if (!rc && depth == TREE_MAX_DEPTH)
		rc = err_set(err, ERR_TOO_LARGE, "%s: deeper than %d folders", walk->path,
			     TREE_MAX_DEPTH);
	if (!rc)
		rc = visit(walk, record, err);
	return rc ? rc : walk_dir(walk, record, depth + 1, err);
}

static int take_record(struct walk *walk, struct iso_record *record, unsigned int depth,
		       struct err *err)
{
	size_t len = strlen(walk->path);
	size_t name_len = strlen(record->name);
	int rc;

	if (record->is_special || record->is_left_out)
		return 0;
	if (len + 1 + name_len >= sizeof(walk->path))
		return err_set(err, ERR_TOO_LARGE, "%s: its path is too long", record->name);
	if (len)
		walk->path[len] = '/';
	memcpy(walk->path + len + (len > 0), record->name, name_len + 1);
	if (record->is_dir)
		rc = take_folder(walk, record, depth, err);
	else
		rc = take_extent(walk, record, err);
	walk->path[len] = '\0';
	return rc;
}

/* ECMA-119 6.8.1.1: a record does not leave its block; zeros fill what is left. */
static int walk_block(struct walk *walk, const uint8_t *block, unsigned int depth, struct err *err)
{
	struct iso_record record;
	int rc = 0;

	for (size_t pos = 0; !rc && pos < ISO_BLOCK && block[pos]; pos += block[pos]) {
		rc = iso_record_parse(&walk->volume, block + pos, ISO_BLOCK - pos, &record, err);
		if (rc)
			return err_prefix(err, "/%s", walk->path);
		rc = take_record(walk, &record, depth, err);
	}
	return rc;
}

static int walk_dir(struct walk *walk, const struct iso_record *dir, unsigned int depth,
		    struct err *err)
{
	uint8_t block[ISO_BLOCK];
	int rc = 0;

	walk->dirs[depth] = dir->block;
	walk->dir_bytes += dir->size;
	if (walk->dir_bytes > MAX_DIRS_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%s: folders of more than %d MiB",
			       walk->volume.image->name, MAX_DIRS_BYTES >> 20);
	for (uint64_t pos = 0; !rc && pos < dir->size; pos += ISO_BLOCK) {
		rc = read_block(walk->volume.image, dir->offset + pos, block, err);
		if (!rc)
			rc = walk_block(walk, block, depth, err);
	}
	if (!rc && walk->file_open)
		rc = err_set(err, ERR_FORMAT, "%s: its last extent is missing", walk->file.name);
	return rc;
}

int iso_walk(const struct source *image,
	     int (*visit_file)(void *ctx, const struct iso_file *file, struct err *err), void *ctx,
	     struct err *err)
{
	struct walk walk = { .visit = visit_file, .ctx = ctx };
	struct iso_record root = { 0 };
	int rc = open_volume(image, &walk.volume, err);

	if (!rc)
		rc = iso_record_parse(&walk.volume, walk.volume.root, sizeof(walk.volume.root),
				      &root, err);
	if (!rc && !root.is_dir)
		rc = err_set(err, ERR_FORMAT, "%s: its root is not a folder", image->name);
	return rc ? rc : walk_dir(&walk, &root, 0, err);
}
