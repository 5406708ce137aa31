/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/grow.h"

#define BLOCK_BYTES ((size_t)256 << 10)
#define RATIO_FREE  (64u << 20) /* so much may come out of whatever went in */

/* What libarchive reads through: positions are within the source. */
struct input {
	const struct source *src;
	uint64_t at;
	uint64_t taken; /* bytes that were read */
	uint8_t *block;
	struct err *err; /* what a read failed with */
};

struct names {
	char **list;
	size_t count;
};

struct walk {
	struct archive *archive;
	struct input input;
	struct names names;
	uint64_t unpacked;
	bool names_only;
};

struct archive_member {
	struct walk *walk;
	char name[ARCHIVE_NAME_MAX];
	int64_t size;
	uint64_t read;
};

static la_ssize_t input_read(struct archive *archive, void *ctx, const void **ret)
{
	struct input *in = ctx;
	size_t len;

	*ret = in->block;
	if (source_read(in->src, in->at, in->block, BLOCK_BYTES, &len, in->err)) {
		archive_set_error(archive, EIO, "cannot be read");
		return ARCHIVE_FATAL;
	}
	in->at += len;
	in->taken += len;
	return (la_ssize_t)len;
}

static la_int64_t input_skip(struct archive *archive, void *ctx, la_int64_t count)
{
	struct input *in = ctx;
	uint64_t left = in->src->size - in->at;

	(void)archive;
	if (count < 0 || (uint64_t)count > left)
		return 0;
	in->at += (uint64_t)count;
	return count;
}

static la_int64_t input_seek(struct archive *archive, void *ctx, la_int64_t offset, int whence)
{
	struct input *in = ctx;
	int64_t base = whence == SEEK_SET   ? 0
		       : whence == SEEK_CUR ? (int64_t)in->at
					    : (int64_t)in->src->size;

	(void)archive;
	if (offset < -base || (uint64_t)(base + offset) > in->src->size)
		return ARCHIVE_FATAL;
	in->at = (uint64_t)(base + offset);
	return (la_int64_t)in->at;
}

const char *archive_member_name(const struct archive_member *member)
{
	return member->name;
}

int64_t archive_member_size(const struct archive_member *member)
{
	return member->size;
}

/* What libarchive says of its input, or what reading it failed with. */
static int fail(const struct walk *walk, const char *member, struct err *err)
{
	const char *text = archive_error_string(walk->archive);

	if (err && err->code)
		return err->code;
	return err_set(err, ERR_FORMAT, "%s: %s%s%s", walk->input.src->name, member,
		       member[0] ? ": " : "", text ? text : "damaged");
}

static int too_much(const struct archive_member *member, struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "%s: %s: more bytes come out of it than are allowed",
		       member->walk->input.src->name, member->name);
}

static int check_amount(const struct archive_member *member, struct err *err)
{
	const struct walk *walk = member->walk;

	if (member->read > ARCHIVE_MAX_BYTES || walk->unpacked > ARCHIVE_MAX_BYTES)
		return too_much(member, err);
	if (walk->unpacked > RATIO_FREE && walk->unpacked / ARCHIVE_MAX_RATIO > walk->input.taken)
		return too_much(member, err);
	return 0;
}

int archive_member_read(struct archive_member *member, void *buf, size_t len, size_t *ret_len,
			struct err *err)
{
	struct walk *walk = member->walk;
	la_ssize_t got;

	*ret_len = 0;
	if (walk->names_only)
		return err_set(err, ERR_INTERNAL, "%s: only names were asked for", member->name);
	walk->input.err = err;
	got = archive_read_data(walk->archive, buf, len);
	/* A warning here is a checksum that is wrong, or bytes that are missing. */
	if (got < 0)
		return fail(walk, member->name, err);
	if (got == 0 && member->size >= 0 && member->read != (uint64_t)member->size)
		return err_set(err, ERR_FORMAT, "%s: %s: it ends too early", walk->input.src->name,
			       member->name);
	member->read += (uint64_t)got;
	walk->unpacked += (uint64_t)got;
	*ret_len = (size_t)got;
	return check_amount(member, err);
}

int archive_member_load(struct archive_member *member, size_t max, uint8_t **ret, size_t *ret_len,
			struct err *err)
{
	size_t room = BLOCK_BYTES, len = 0, got = 1;
	CLEANUP_FREE uint8_t *buf = malloc(room + 1);
	int rc = buf ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	while (!rc && got > 0) {
		if (len == room) {
			uint8_t *grown = realloc(buf, 2 * room + 1);

			if (!grown)
				return err_set(err, ERR_NOMEM, "out of memory");
			buf = grown;
			room *= 2;
		}
		rc = archive_member_read(member, buf + len, room - len, &got, err);
		len += rc ? 0 : got;
		if (!rc && len > max)
			rc = err_set(err, ERR_TOO_LARGE, "%s: %s is larger than %zu bytes",
				     member->walk->input.src->name, member->name, max);
	}
	if (rc)
		return rc;
	buf[len] = '\0';
	*ret = buf;
	*ret_len = len;
	buf = NULL;
	return 0;
}

/* Nothing is unpacked to its name, but who else opens this archive may do that. */
static bool name_is_safe(const char *name)
{
	const char *part = name;

	if (!name[0] || name[0] == '/' || (name[0] && name[1] == ':'))
		return false;
	while (part) {
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || !part[2]))
			return false;
		part = strchr(part, '/');
		part = part ? part + 1 : NULL;
	}
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	return true;
}

static int copy_name(struct archive_member *member, const char *name, struct err *err)
{
	const char *archive = member->walk->input.src->name;

	if (!name)
		return err_set(err, ERR_FORMAT, "%s: a member without a name", archive);
	while (strncmp(name, "./", 2) == 0)
		name += 2;
	if (strlen(name) >= sizeof(member->name))
		return err_set(err, ERR_TOO_LARGE, "%s: a name of more than %zu bytes", archive,
			       sizeof(member->name) - 1);
	for (size_t i = 0; i <= strlen(name); i++)
		member->name[i] = name[i];
	for (char *at = member->name; *at; at++)
		if (*at == '\\')
			*at = '/';
	if (member->name[0] && !name_is_safe(member->name))
		return err_set(err, ERR_FORMAT,
			       "%s: \"%.80s\" is not a name that a package may use", archive,
			       member->name);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcasecmp(*(char *const *)a, *(char *const *)b);
}

static int note_name(struct walk *walk, const char *name, struct err *err)
{
	struct names *names = &walk->names;
	char **grown = array_grow(names->list, names->count, sizeof(*grown));

	if (names->count == ARCHIVE_MAX_MEMBERS)
		return err_set(err, ERR_TOO_LARGE, "%s: more than %d members",
			       walk->input.src->name, ARCHIVE_MAX_MEMBERS);
	if (!grown)
		return err_set(err, ERR_NOMEM, "out of memory");
	names->list = grown;
	grown[names->count] = strdup(name);
	if (!grown[names->count])
		return err_set(err, ERR_NOMEM, "out of memory");
	names->count++;
	return 0;
}

/* By sorting, once all are known: two members of one name are two answers to one question. */
static int check_names(struct walk *walk, struct err *err)
{
	struct names *names = &walk->names;

	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), compare_names);
	for (size_t i = 1; i < names->count; i++)
		if (strcasecmp(names->list[i - 1], names->list[i]) == 0)
			return err_set(err, ERR_FORMAT, "%s: \"%.80s\" is in it twice",
				       walk->input.src->name, names->list[i]);
	return 0;
}

/* A folder says nothing; what is neither file nor folder has no place in a package. */
static int take_entry(struct walk *walk, struct archive_entry *entry, archive_visit *visit,
		      void *ctx, struct err *err)
{
	struct archive_member member = { .walk = walk, .size = -1 };
	int rc = copy_name(&member, archive_entry_pathname(entry), err);

	if (rc || archive_entry_filetype(entry) == AE_IFDIR || !member.name[0])
		return rc;
	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) != AE_IFREG)
		return err_set(err, ERR_FORMAT, "%s: %s is a link or a device, not a file",
			       walk->input.src->name, member.name);
	if (archive_entry_is_encrypted(entry))
		return err_set(err, ERR_UNSUPPORTED, "%s: %s is encrypted", walk->input.src->name,
			       member.name);
	if (archive_entry_size_is_set(entry))
		member.size = archive_entry_size(entry);
	/* While looking, what will come out is only told; skipping it may mean unpacking it. */
	if (!visit && member.size > 0)
		walk->unpacked += (uint64_t)member.size;
	if (member.size > (int64_t)ARCHIVE_MAX_BYTES || walk->unpacked > ARCHIVE_MAX_BYTES)
		return too_much(&member, err);
	rc = note_name(walk, member.name, err);
	return rc || !visit ? rc : visit(ctx, &member, err);
}

static int next_entry(struct walk *walk, struct archive_entry **ret, struct err *err)
{
	int rc;

	walk->input.err = err;
	rc = archive_read_next_header(walk->archive, ret);
	if (rc == ARCHIVE_EOF)
		return 1;
	/* Names in another encoding are a warning, and are compared as bytes. */
	return rc == ARCHIVE_OK || rc == ARCHIVE_WARN ? 0 : fail(walk, "", err);
}

static int open_archive(struct walk *walk, const struct source *src, struct err *err)
{
	struct archive *archive = archive_read_new();

	walk->archive = archive;
	walk->input = (struct input){ .src = src, .block = malloc(BLOCK_BYTES), .err = err };
	if (!archive || !walk->input.block)
		return err_set(err, ERR_NOMEM, "out of memory");
	archive_read_support_format_zip_seekable(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	archive_read_support_format_cab(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_rpm(archive);
	archive_read_set_read_callback(archive, input_read);
	archive_read_set_skip_callback(archive, input_skip);
	archive_read_set_seek_callback(archive, input_seek);
	archive_read_set_callback_data(archive, &walk->input);
	return archive_read_open1(archive) == ARCHIVE_OK ? 0 : fail(walk, "", err);
}

static void close_archive(struct walk *walk)
{
	archive_read_free(walk->archive);
	free(walk->input.block);
	for (size_t i = 0; i < walk->names.count; i++)
		free(walk->names.list[i]);
	free(walk->names.list);
}

static int walk_all(struct walk *walk, archive_visit *visit, void *ctx, struct err *err)
{
	struct archive_entry *entry;
	int rc = 0;

	while (!rc && !(rc = next_entry(walk, &entry, err)))
		rc = take_entry(walk, entry, visit, ctx, err);
	return rc;
}

/* The names first and alone: an archive that is not sound as a whole is not begun with. */
int archive_walk(const struct source *src, bool names_only, archive_visit *visit, void *ctx,
		 struct err *err)
{
	struct walk look = { .names_only = true }, walk = { .names_only = names_only };
	int rc = open_archive(&look, src, err);

	if (!rc)
		rc = walk_all(&look, names_only ? visit : NULL, ctx, err);
	if (rc > 0)
		rc = check_names(&look, err);
	close_archive(&look);
	if (rc < 0 || names_only)
		return rc < 0 ? rc : 0;
	rc = open_archive(&walk, src, err);
	if (!rc)
		rc = walk_all(&walk, visit, ctx, err);
	close_archive(&walk);
	return rc < 0 ? rc : 0;
}

struct wanted {
	const char *name;
	size_t max;
	uint8_t **ret;
	size_t *ret_len;
	bool found;
};

static int load_wanted(void *ctx, struct archive_member *member, struct err *err)
{
	struct wanted *want = ctx;
	int rc;

	if (strcasecmp(archive_member_name(member), want->name) != 0)
		return 0;
	want->found = true;
	rc = archive_member_load(member, want->max, want->ret, want->ret_len, err);
	return rc ? rc : 1;
}

int archive_load(const struct source *src, const char *name, size_t max, uint8_t **ret,
		 size_t *ret_len, struct err *err)
{
	struct wanted want = { name, max, ret, ret_len, false };
	int rc = archive_walk(src, false, load_wanted, &want, err);

	if (!rc && !want.found)
		rc = err_set(err, ERR_NOT_FOUND, "%s: there is no %s in it", src->name, name);
	return rc;
}
