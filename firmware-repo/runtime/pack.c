/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/json.h"
#include "runtime/deb.h"

#define FILE_MAX (256u << 20)

/* Where the old places lead: distributions differ in which of the two a package uses. */
static const struct {
	const char *from, *to;
} merged[] = { { "bin", "usr/bin" },
	       { "lib", "usr/lib" },
	       { "lib32", "usr/lib32" },
	       { "lib64", "usr/lib64" },
	       { "sbin", "usr/sbin" } };

/* What is mounted over, see hw/box.h. */
static const char *const folders[] = { "dev", "proc", "run", "sys", "tmp", "etc" };

/* No program asks for these. */
static const char *const left_out[] = { "usr/share", "var", "usr/lib/x86_64-linux-gnu/gconv",
					"usr/lib/i386-linux-gnu/gconv", "etc/ld.so.conf.d" };

/* One program with many names (busybox), where there is no other of that name. */
static const char *const applets[] = {
	"ash",	"awk",	 "basename", "bunzip2", "bzcat",  "cat",       "chmod", "chown",  "cmp",
	"cp",	"cut",	 "date",     "dd",	"diff",	  "dirname",   "echo",	"egrep",  "env",
	"expr", "false", "find",     "grep",	"gunzip", "gzip",      "head",	"id",	  "ln",
	"ls",	"lspci", "md5sum",   "mkdir",	"mktemp", "mv",	       "od",	"printf", "ps",
	"pwd",	"rm",	 "rmdir",    "sed",	"sh",	  "sha256sum", "sleep", "sort",	  "stat",
	"sync", "tail",	 "tar",	     "tee",	"test",	  "touch",     "tr",	"true",	  "uname",
	"uniq", "unxz",	 "unzip",    "wc",	"which",  "xargs",     "xzcat", "zcat"
};

struct pack {
	struct archive *out;
	char **seen;
	size_t seen_count;
	uint64_t bytes;
};

static int no_memory(struct err *err)
{
	return err_set(err, ERR_NOMEM, "out of memory");
}

static bool is_below(const char *name, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(name, folder, len) == 0 && (name[len] == '/' || !name[len]);
}

/* "lib/x" becomes "usr/lib/x". */
static void merge(const char *name, char *ret, size_t size)
{
	for (size_t i = 0; i < sizeof(merged) / sizeof(*merged); i++) {
		if (is_below(name, merged[i].from)) {
			snprintf(ret, size, "%s%s", merged[i].to, name + strlen(merged[i].from));
			return;
		}
	}
	snprintf(ret, size, "%s", name);
}

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		if (is_below(name, left_out[i]))
			return true;
	return !name[0];
}

/* Is it new? Then it is there from now on. */
static int note_name(struct pack *pack, const char *name, bool *ret_new, struct err *err)
{
	char **list;

	*ret_new = false;
	for (size_t i = 0; i < pack->seen_count; i++)
		if (strcmp(pack->seen[i], name) == 0)
			return 0;
	list = reallocarray(pack->seen, pack->seen_count + 1, sizeof(*list));
	if (!list)
		return no_memory(err);
	pack->seen = list;
	list[pack->seen_count] = strdup(name);
	if (!list[pack->seen_count])
		return no_memory(err);
	pack->seen_count++;
	*ret_new = true;
	return 0;
}

static int out_err(struct pack *pack, const char *name, struct err *err)
{
	const char *text = archive_error_string(pack->out);

	return err_set(err, ERR_IO, "%s: %s", name, text ? text : "cannot be written");
}

/* Type, mode and name; whoever it belonged to and when is left out. */
static int put_header(struct pack *pack, const char *name, mode_t mode, uint64_t size,
		      const char *link, struct err *err)
{
	struct archive_entry *entry = archive_entry_new();
	int rc = 0;

	if (!entry)
		return no_memory(err);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, (mode & S_IFMT) | (mode & 0755));
	archive_entry_set_size(entry, (la_int64_t)size);
	archive_entry_set_mtime(entry, 0, 0);
	if (link && S_ISLNK(mode))
		archive_entry_set_symlink(entry, link);
	else if (link)
		archive_entry_set_hardlink(entry, link);
	if (archive_write_header(pack->out, entry) != ARCHIVE_OK)
		rc = out_err(pack, name, err);
	archive_entry_free(entry);
	return rc;
}

/* mksquashfs makes folders that are missing, with rights that are its own. */
static int put_parents(struct pack *pack, const char *name, struct err *err)
{
	char path[FSIO_PATH_MAX];
	bool is_new;
	int rc = 0;

	snprintf(path, sizeof(path), "%s", name);
	for (char *slash = strchr(path, '/'); slash && !rc; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = note_name(pack, path, &is_new, err);
		if (!rc && is_new)
			rc = put_header(pack, path, S_IFDIR | 0755, 0, NULL, err);
		*slash = '/';
	}
	return rc;
}

/* Parents and header; *ret_new false: there is one already. */
static int begin(struct pack *pack, const char *name, mode_t mode, uint64_t size, const char *link,
		 bool *ret_new, struct err *err)
{
	int rc = put_parents(pack, name, err);

	if (!rc)
		rc = note_name(pack, name, ret_new, err);
	if (rc || !*ret_new)
		return rc;
	pack->bytes += size;
	if (pack->bytes > RUNTIME_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "more than %llu MiB are in it",
			       (unsigned long long)(RUNTIME_MAX_BYTES >> 20));
	return put_header(pack, name, mode, size, link, err);
}

static int put_bytes(struct pack *pack, const char *name, mode_t mode, const void *bytes,
		     size_t len, struct err *err)
{
	bool is_new;
	int rc = begin(pack, name, S_IFREG | mode, len, NULL, &is_new, err);

	if (!rc && is_new && archive_write_data(pack->out, bytes, len) != (la_ssize_t)len)
		rc = out_err(pack, name, err);
	return rc;
}

static int copy_data(struct pack *pack, struct archive *tar, const char *name, struct err *err)
{
	static char block[65536];
	la_ssize_t len;

	while ((len = archive_read_data(tar, block, sizeof(block))) > 0)
		if (archive_write_data(pack->out, block, (size_t)len) != len)
			return out_err(pack, name, err);
	if (len < 0)
		return err_set(err, ERR_FORMAT, "%s: %s", name, archive_error_string(tar));
	return 0;
}

static int take_entry(void *ctx, struct archive *tar, struct archive_entry *entry, struct err *err)
{
	char plain[FSIO_PATH_MAX], name[FSIO_PATH_MAX + 8], target[FSIO_PATH_MAX + 8];
	const char *hard = archive_entry_hardlink(entry), *soft = archive_entry_symlink(entry);
	mode_t mode = archive_entry_mode(entry);
	struct pack *pack = ctx;
	bool is_new;
	int rc;

	if (!deb_name(entry, plain, sizeof(plain)))
		return err_set(err, ERR_FORMAT, "a name with \"..\", or too long");
	merge(plain, name, sizeof(name));
	if (is_left_out(name))
		return 0;
	if (hard) {
		hard += strncmp(hard, "./", 2) == 0 ? 2 : 0;
		merge(hard, target, sizeof(target));
		return begin(pack, name, S_IFREG | 0755, 0, target, &is_new, err);
	}
	if (S_ISDIR(mode))
		return begin(pack, name, S_IFDIR | 0755, 0, NULL, &is_new, err);
	if (S_ISLNK(mode))
		return begin(pack, name, S_IFLNK | 0755, 0, soft ? soft : "", &is_new, err);
	if (!S_ISREG(mode))
		return err_set(err, ERR_FORMAT, "%s: neither file, folder nor link", name);
	rc = begin(pack, name, mode, (uint64_t)archive_entry_size(entry), NULL, &is_new, err);
	return rc || !is_new ? rc : copy_data(pack, tar, name, err);
}

static int put_frame(struct pack *pack, struct err *err)
{
	bool is_new;
	int rc = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && !rc; i++)
		rc = begin(pack, folders[i], S_IFDIR | 0755, 0, NULL, &is_new, err);
	for (size_t i = 0; i < sizeof(merged) / sizeof(*merged) && !rc; i++) {
		rc = begin(pack, merged[i].to, S_IFDIR | 0755, 0, NULL, &is_new, err);
		if (!rc)
			rc = begin(pack, merged[i].from, S_IFLNK | 0755, 0, merged[i].to, &is_new,
				   err);
	}
	return rc;
}

/* Some tools ask who they are. */
static int put_settings(struct pack *pack, const char *manifest, size_t len, struct err *err)
{
	static const char passwd[] = "root:x:0:0:root:/tmp:/bin/sh\n", group[] = "root:x:0:\n";
	int rc = put_bytes(pack, "etc/passwd", 0644, passwd, sizeof(passwd) - 1, err);

	if (!rc)
		rc = put_bytes(pack, "etc/group", 0644, group, sizeof(group) - 1, err);
	return rc ? rc : put_bytes(pack, "etc/runtime.json", 0644, manifest, len, err);
}

static bool has(const struct pack *pack, const char *name)
{
	for (size_t i = 0; i < pack->seen_count; i++)
		if (strcmp(pack->seen[i], name) == 0)
			return true;
	return false;
}

static int put_applets(struct pack *pack, struct err *err)
{
	char name[48], other[48];
	bool is_new;
	int rc = 0;

	if (!has(pack, "usr/bin/busybox"))
		return 0;
	for (size_t i = 0; i < sizeof(applets) / sizeof(*applets) && !rc; i++) {
		snprintf(name, sizeof(name), "usr/bin/%s", applets[i]);
		snprintf(other, sizeof(other), "usr/sbin/%s", applets[i]);
		if (!has(pack, other))
			rc = begin(pack, name, S_IFLNK | 0755, 0, "busybox", &is_new, err);
	}
	return rc;
}

/* "/opt/vendor/flash=FILE" */
static int put_file(struct pack *pack, const char *text, struct err *err)
{
	const char *sign = strchr(text, '=');
	CLEANUP_FREE uint8_t *bytes = NULL;
	char name[FSIO_PATH_MAX], path[FSIO_PATH_MAX + 8];
	size_t len;
	int rc;

	if (!sign || text[0] != '/' || !sign[1] || strstr(text, "..") ||
	    (size_t)(sign - text) >= sizeof(name))
		return err_set(err, ERR_USAGE, "--file: want /PATH=FILE");
	snprintf(name, sizeof(name), "%.*s", (int)(sign - text) - 1, text + 1);
	merge(name, path, sizeof(path));
	rc = fsio_read_file(sign + 1, FILE_MAX, &bytes, &len, err);
	return rc ? rc : put_bytes(pack, path, 0755, bytes, len, err);
}

static int put_all(struct pack *pack, const struct runtime_package *packages, size_t count,
		   const struct opt_list *files, struct err *err)
{
	int rc = put_frame(pack, err);

	for (size_t i = 0; i < files->count && !rc; i++)
		rc = put_file(pack, files->items[i], err);
	for (size_t i = 0; i < count && !rc; i++) {
		rc = deb_walk(packages[i].file, "data.tar", take_entry, pack, err);
		if (rc)
			err_prefix(err, "%s", packages[i].file);
	}
	return rc ? rc : put_applets(pack, err);
}

int runtime_pack(const struct runtime_package *packages, size_t count, const struct opt_list *files,
		 const char *manifest, size_t manifest_len, int fd, struct err *err)
{
	struct pack pack = { .out = archive_write_new() };
	int rc = 0;

	if (!pack.out)
		return no_memory(err);
	archive_write_set_format_pax_restricted(pack.out);
	archive_write_set_bytes_per_block(pack.out, 65536);
	if (archive_write_open_fd(pack.out, fd) != ARCHIVE_OK)
		rc = out_err(&pack, "tar", err);
	if (!rc)
		rc = put_settings(&pack, manifest, manifest_len, err);
	if (!rc)
		rc = put_all(&pack, packages, count, files, err);
	if (!rc && archive_write_close(pack.out) != ARCHIVE_OK)
		rc = out_err(&pack, "tar", err);
	archive_write_free(pack.out);
	for (size_t i = 0; i < pack.seen_count; i++)
		free(pack.seen[i]);
	free(pack.seen);
	return rc;
}

/* "Name: value" at the beginning of a line. */
static bool get_field(const char *text, const char *name, char *ret, size_t size)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, strlen(name)) == 0) {
			line += strlen(name);
			line += strspn(line, " ");
			snprintf(ret, size, "%.*s", (int)strcspn(line, "\n"), line);
			return ret[0] != '\0';
		}
	}
	return false;
}

static int read_control(void *ctx, struct archive *tar, struct archive_entry *entry,
			struct err *err)
{
	struct runtime_package *package = ctx;
	char text[65536], name[64];
	la_ssize_t len;

	if (!deb_name(entry, name, sizeof(name)) || strcmp(name, "control") != 0)
		return 0;
	len = archive_read_data(tar, text, sizeof(text) - 1);
	if (len < 0)
		return err_set(err, ERR_FORMAT, "control: %s", archive_error_string(tar));
	text[len] = '\0';
	if (!get_field(text, "Package:", package->name, sizeof(package->name)) ||
	    !get_field(text, "Version:", package->version, sizeof(package->version)) ||
	    !get_field(text, "Architecture:", package->architecture, sizeof(package->architecture)))
		return err_set(err, ERR_FORMAT, "control: no Package, Version, Architecture");
	return 1;
}

int runtime_package_read(const char *file, struct runtime_package *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *bytes = NULL;
	size_t len;
	int rc = fsio_read_file(file, FILE_MAX, &bytes, &len, err);

	*ret = (struct runtime_package){ .file = file };
	if (!rc && hash_sha256(bytes, len, ret->sha256))
		rc = err_set(err, ERR_INTERNAL, "cannot compute SHA-256");
	if (!rc)
		rc = deb_walk(file, "control.tar", read_control, ret, err);
	if (!rc && !ret->name[0])
		rc = err_set(err, ERR_FORMAT, "no control file in it");
	return rc ? err_prefix(err, "%s", file) : 0;
}

int runtime_manifest(const struct runtime_package *packages, size_t count, char **ret,
		     size_t *ret_len, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = doc ? yyjson_mut_obj(doc) : NULL, *list;
	char hex[65];

	if (!root)
		return no_memory(err);
	yyjson_mut_doc_set_root(doc, root);
	list = yyjson_mut_obj_add_arr(doc, root, "packages");
	for (size_t i = 0; i < count; i++) {
		yyjson_mut_val *entry = yyjson_mut_arr_add_obj(doc, list);

		hex_encode(packages[i].sha256, 32, hex);
		yyjson_mut_obj_add_strcpy(doc, entry, "architecture", packages[i].architecture);
		yyjson_mut_obj_add_strcpy(doc, entry, "name", packages[i].name);
		yyjson_mut_obj_add_strcpy(doc, entry, "sha256", hex);
		yyjson_mut_obj_add_strcpy(doc, entry, "version", packages[i].version);
	}
	return json_write_canonical(doc, ret, ret_len, err);
}
