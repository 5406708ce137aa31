/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "import/archive_input.h"

#define LOAD_BYTES	((size_t)64 << 10)
#define TAR_BLOCK_BYTES 512

struct names {
	char **list;
	size_t count;
};

struct walk {
	struct archive_input input;
	struct archive *archive;
	struct names names;
	uint64_t unpacked; /* bytes of members that were read */
	bool names_only;
};

struct archive_member {
	struct walk *walk;
	char name[ARCHIVE_NAME_MAX];
	int64_t size;
	uint64_t read;
};

const char *archive_member_name(const struct archive_member *member)
{
	return member->name;
}

int64_t archive_member_size(const struct archive_member *member)
{
	return member->size;
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
		return archive_input_fail(&walk->input, walk->archive, member->name, err);
	if (got == 0 && member->size >= 0 && member->read != (uint64_t)member->size)
		return err_set(err, ERR_FORMAT, "%s: %s: it ends too early", walk->input.src->name,
			       member->name);
	member->read += (uint64_t)got;
	walk->unpacked += (uint64_t)got;
	*ret_len = (size_t)got;
	return archive_input_check(walk->input.src, walk->unpacked, err);
}

int archive_member_load(struct archive_member *member, size_t max, uint8_t **ret, size_t *ret_len,
			struct err *err)
{
	size_t room = LOAD_BYTES, len = 0, got = 1;
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

/*
 * Nothing is unpacked to its name, but who else opens this archive may do that. Windows' separator
 * counts as one: it is to whom many of these packages are addressed.
 */
static bool name_is_safe(const char *name)
{
	if (name[0] == '/' || name[0] == '\\' || (name[0] && name[1] == ':'))
		return false;
	for (; *name; name += strcspn(name, "/\\"), name += *name != '\0')
		if (strcspn(name, "/\\") == 2 && strncmp(name, "..", 2) == 0)
			return false;
	return true;
}

static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return true;
	return false;
}

/* Its parts with '/' between them, those that say nothing left out. false: too long. */
static bool join_parts(const char *name, char ret[ARCHIVE_NAME_MAX])
{
	size_t at = 0;

	while (*name) {
		size_t len = strcspn(name, "/\\");

		if (len > 0 && !(len == 1 && name[0] == '.')) {
			if (at + (at > 0) + len >= ARCHIVE_NAME_MAX)
				return false;
			if (at > 0)
				ret[at++] = '/';
			memcpy(ret + at, name, len);
			at += len;
		}
		name += len + (name[len] != '\0');
	}
	ret[at] = '\0';
	return true;
}

static int copy_name(struct archive_member *member, const char *name, struct err *err)
{
	const char *archive = member->walk->input.src->name;

	if (!name)
		return err_set(err, ERR_FORMAT, "%s: a member without a name", archive);
	if (has_control(name) || !name_is_safe(name))
		return err_set(err, ERR_FORMAT,
			       "%s: \"%.80s\" is not a name that a package may use", archive, name);
	if (!join_parts(name, member->name))
		return err_set(err, ERR_TOO_LARGE, "%s: a name of more than %d bytes", archive,
			       ARCHIVE_NAME_MAX - 1);
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

static int check_kind(const struct archive_member *member, struct archive_entry *entry,
		      struct err *err)
{
	const char *archive = member->walk->input.src->name;

	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) != AE_IFREG)
		return err_set(err, ERR_FORMAT, "%s: %s is a link or a device, not a file", archive,
			       member->name);
	if (!member->name[0])
		return err_set(err, ERR_FORMAT, "%s: a member without a name", archive);
	if (archive_entry_is_encrypted(entry))
		return err_set(err, ERR_UNSUPPORTED, "%s: %s is encrypted", archive, member->name);
	if (archive_entry_size_is_set(entry) && archive_entry_size(entry) < 0)
		return err_set(err, ERR_FORMAT, "%s: %s: its size is none", archive, member->name);
	if (archive_entry_size(entry) > (int64_t)ARCHIVE_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "%s: %s: larger than %llu bytes", archive,
			       member->name, ARCHIVE_MAX_BYTES);
	return 0;
}

/* A block of a cab file, and its checksum with it, may be of several members. */
static int finish_member(const struct archive_member *member, struct err *err)
{
	struct walk *walk = member->walk;
	const void *bytes;
	la_int64_t offset;
	size_t len = 0;
	int rc = ARCHIVE_OK;

	if ((archive_format(walk->archive) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_CAB)
		return 0;
	while (rc == ARCHIVE_OK) {
		rc = archive_read_data_block(walk->archive, &bytes, &len, &offset);
		walk->unpacked += rc == ARCHIVE_OK ? len : 0;
		if (archive_input_check(walk->input.src, walk->unpacked, err))
			return ERR_TOO_LARGE;
	}
	return rc == ARCHIVE_EOF
		       ? 0
		       : archive_input_fail(&walk->input, walk->archive, member->name, err);
}

/* A folder says nothing; what is neither file nor folder has no place in a package. */
static int take_entry(struct walk *walk, struct archive_entry *entry, archive_visit *visit,
		      void *ctx, struct err *err)
{
	struct archive_member member = { .walk = walk, .size = -1 };
	int rc = copy_name(&member, archive_entry_pathname(entry), err), failed;

	if (rc || archive_entry_filetype(entry) == AE_IFDIR)
		return rc;
	rc = check_kind(&member, entry, err);
	if (!rc)
		rc = note_name(walk, member.name, err);
	if (archive_entry_size_is_set(entry))
		member.size = archive_entry_size(entry);
	if (!rc && visit)
		rc = visit(ctx, &member, err);
	if (rc < 0 || walk->names_only)
		return rc;
	walk->input.err = err;
	failed = finish_member(&member, err);
	return failed ? failed : rc;
}

/*
 * 1 at the end. What libarchive only warns of is damage: bytes it skipped to find a header, a
 * header that says something else than the directory.
 */
static int next_entry(struct walk *walk, struct archive_entry **ret, struct err *err)
{
	int rc;

	walk->input.err = err;
	rc = archive_read_next_header(walk->archive, ret);
	if (rc == ARCHIVE_EOF)
		return 1;
	return rc == ARCHIVE_OK ? 0 : archive_input_fail(&walk->input, walk->archive, "", err);
}

static int open_walk(struct walk *walk, const struct source *src, struct err *err)
{
	int rc = archive_input_open(&walk->input, src, err);

	if (rc)
		return rc;
	walk->archive = archive_read_new();
	if (!walk->archive)
		return err_set(err, ERR_NOMEM, "out of memory");
	archive_read_support_format_tar(walk->archive);
	archive_read_support_format_cpio(walk->archive);
	archive_read_support_format_zip_seekable(walk->archive);
	archive_read_support_format_cab(walk->archive);
	return archive_input_attach(&walk->input, walk->archive, err);
}

static void close_walk(struct walk *walk)
{
	if (walk->archive)
		archive_read_free(walk->archive);
	archive_input_close(&walk->input);
	for (size_t i = 0; i < walk->names.count; i++)
		free(walk->names.list[i]);
	free(walk->names.list);
}

/* A tar file that was cut between two members looks whole, but for the zeros at its end. */
static int check_end(struct walk *walk, struct err *err)
{
	int format = archive_format(walk->archive) & ARCHIVE_FORMAT_BASE_MASK;
	int64_t end = archive_read_header_position(walk->archive);
	uint64_t size;
	int rc = archive_input_drain(&walk->input, &size, err);

	if (!rc && format == ARCHIVE_FORMAT_TAR && (uint64_t)end + TAR_BLOCK_BYTES > size)
		rc = err_set(err, ERR_FORMAT, "%s: it was cut off", walk->input.src->name);
	return rc ? rc : check_names(walk, err);
}

static int walk_all(struct walk *walk, archive_visit *visit, void *ctx, struct err *err)
{
	struct archive_entry *entry;
	int rc;

	while (!(rc = next_entry(walk, &entry, err))) {
		rc = take_entry(walk, entry, visit, ctx, err);
		if (rc < 0)
			return rc;
		if (rc > 0 && walk->names_only)
			return 0;
		if (rc > 0)
			visit = NULL;
	}
	return rc < 0 ? rc : check_end(walk, err);
}

/* libarchive takes names for what the locale says: they are UTF-8, or bytes. */
int archive_walk(const struct source *src, bool names_only, archive_visit *visit, void *ctx,
		 struct err *err)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = uselocale(utf8);
	struct walk walk = { .names_only = names_only };
	int rc = open_walk(&walk, src, err);

	if (!rc)
		rc = walk_all(&walk, visit, ctx, err);
	close_walk(&walk);
	uselocale(before);
	if (utf8)
		freelocale(utf8);
	return rc;
}

struct wanted {
	const char *name;
	size_t max;
	uint8_t **ret;
	size_t *ret_len;
	bool found, loaded;
};

static int load_wanted(void *ctx, struct archive_member *member, struct err *err)
{
	struct wanted *want = ctx;
	int rc;

	if (strcasecmp(archive_member_name(member), want->name) != 0)
		return 0;
	want->found = true;
	rc = archive_member_load(member, want->max, want->ret, want->ret_len, err);
	want->loaded = !rc;
	return rc ? rc : 1;
}

int archive_load(const struct source *src, const char *name, size_t max, uint8_t **ret,
		 size_t *ret_len, struct err *err)
{
	struct wanted want = { name, max, ret, ret_len, false, false };
	int rc;

	*ret = NULL;
	rc = archive_walk(src, false, load_wanted, &want, err);
	if (rc && want.loaded) {
		free(*ret);
		*ret = NULL;
	}
	if (!rc && !want.found)
		rc = err_set(err, ERR_NOT_FOUND, "%s: there is no %s in it", src->name, name);
	return rc;
}
