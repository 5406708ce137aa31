/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packages as the tools that people have make them: each is read whole; cut off at any byte it is
 * refused, or nothing of it is missing; with any byte changed no member comes out with other bytes
 * than it had, where the format has a checksum of them.
 */
#include "import/archive.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "tap.h"
#include "temp_tree.h"

#define WHOLE	    "a.bin=firmware image;sub/payload.json={\"v\":1};"
#define PACKAGE_MAX (64u << 10)

/* What the format has checksums of: a cab file's directory has none. */
enum checked { NOTHING = 1, BYTES, BYTES_AND_SIZE };

/* In a folder with the files; $o is the package. */
static const struct kind {
	const char *name, *tool, *command;
	const char *prefix; /* of the names */
	enum checked checked;
} kinds[] = {
	{ "zip", "zip", "zip -qX $o.zip a.bin sub/payload.json && mv $o.zip $o", "",
	  BYTES_AND_SIZE },
	{ "zip, stored", "zip", "zip -q0 $o.zip a.bin sub/payload.json && mv $o.zip $o", "",
	  BYTES_AND_SIZE },
	{ "tar", "tar", "tar -cb 1 --format=pax -f $o a.bin sub", "", NOTHING },
	{ "tar of GNU", "tar", "tar -cb 1 --format=gnu -f $o ./a.bin ./sub", "", NOTHING },
	{ "tar.gz", "tar", "tar -cz -f $o a.bin sub", "", BYTES_AND_SIZE },
	{ "tar.bz2", "bzip2", "tar -cj -f $o a.bin sub", "", BYTES_AND_SIZE },
	{ "tar.xz", "xz", "tar -c a.bin sub | xz -1 >$o", "", BYTES_AND_SIZE },
	{ "tar.lzma", "xz", "tar -c a.bin sub | xz -1 --format=lzma >$o", "", NOTHING },
	{ "tar.zst", "zstd", "tar -c a.bin sub | zstd -q --check >$o", "", BYTES_AND_SIZE },
	{ "cpio", "cpio", "find a.bin sub | cpio -o --quiet -H newc >$o", "", NOTHING },
	{ "cpio of POSIX", "cpio", "find a.bin sub | cpio -o --quiet -H odc >$o", "", NOTHING },
	{ "cab", "gcab", "gcab -c $o a.bin sub/payload.json", "", BYTES },
	{ "cab, MSZIP", "gcab", "gcab -zc $o a.bin sub/payload.json", "", BYTES },
	{ "rpm, gzip", "rpmbuild", "rpm w9.gzdio", "opt/", BYTES_AND_SIZE },
	{ "rpm, xz", "rpmbuild", "rpm w2.xzdio", "opt/", BYTES_AND_SIZE },
	/* rpmbuild leaves zstd\'s checksum out. */
	{ "rpm, zstd", "rpmbuild", "rpm w3.zstdio", "opt/", NOTHING },
};

/* "rpm PAYLOAD" is this. */
#define RPM                                                                  \
	"rpm() { rpmbuild -bb --quiet --define \"_topdir $PWD/../rpm\" "     \
	"--define \"here $PWD\" --define \"_binary_payload $1\" ../spec && " \
	"mv ../rpm/RPMS/noarch/*.rpm $o; }; "

static const char spec[] =
	"Name: f\nVersion: 1\nRelease: 1\nSummary: s\nLicense: x\n"
	"BuildArch: noarch\n%description\n%install\n"
	"mkdir -p %{buildroot}/opt\ncp -r %{here}/* %{buildroot}/opt\n"
	"%files\n/opt/*\n";

static uint8_t *package;
static size_t package_len;
static char found[512];
static bool altered; /* a member came out with other bytes */

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	status = system(command);
	return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool make(const struct temp_tree *tree, const struct kind *kind)
{
	char path[128];
	struct err err;
	int rc;

	temp_tree_text(tree, "/in/a.bin", "firmware image");
	temp_tree_text(tree, "/in/sub/payload.json", "{\"v\":1}");
	temp_tree_text(tree, "/spec", spec);
	rc = run(RPM "cd %s/in && o=$PWD/../package && { %s; } >../said 2>&1", tree->dir,
		 kind->command);
	CHECK_INT(rc, 0);
	snprintf(path, sizeof(path), "%s/package", tree->dir);
	return rc == 0 && fsio_read_file(path, PACKAGE_MAX, &package, &package_len, &err) == 0;
}

static bool is_altered(const struct kind *kind, const char *text, const char *was)
{
	if (kind->checked == BYTES)
		return strncmp(text, was, strlen(text)) != 0;
	return kind->checked == BYTES_AND_SIZE && strcmp(text, was) != 0;
}

static int visit(void *ctx, struct archive_member *member, struct err *err)
{
	const struct kind *kind = ctx;
	const char *name = archive_member_name(member);
	size_t len, used = strlen(found), prefix = strlen(kind->prefix);
	uint8_t *text;
	int rc = archive_member_load(member, 4096, &text, &len, err);

	if (rc)
		return rc;
	if (strncmp(name, kind->prefix, prefix) == 0)
		name += prefix;
	snprintf(found + used, sizeof(found) - used, "%s=%s;", name, (const char *)text);
	/* What a changed byte makes of the name is another matter. */
	if (strcmp(name, "a.bin") == 0)
		altered |= is_altered(kind, (const char *)text, "firmware image");
	if (strcmp(name, "sub/payload.json") == 0)
		altered |= is_altered(kind, (const char *)text, "{\"v\":1}");
	free(text);
	return 0;
}

/* len bytes of the package, one of them changed unless change is beyond them. */
static int walk(const struct kind *kind, size_t len, size_t change)
{
	static int fd = -1;
	struct source src = { .size = len, .name = "package" };
	struct err err = { 0 };
	int rc;

	if (fd < 0)
		fd = memfd_create("package", MFD_CLOEXEC);
	CHECK(!ftruncate(fd, 0));
	CHECK_INT(pwrite(fd, package, len, 0), len);
	if (change < len)
		CHECK_INT(pwrite(fd, &(uint8_t){ package[change] ^ (1u << change % 8) }, 1,
				 (off_t)change),
			  1);
	src.fd = fd;
	found[0] = '\0';
	altered = false;
	rc = archive_walk(&src, false, visit, (void *)(uintptr_t)kind, &err);
	CHECK_INT(err.code, rc);
	return rc;
}

static const struct kind *current;

static void read_cut_off_and_changed(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	size_t refused = 0;

	if (!make(&tree, current)) {
		CHECK(!"the package was not made");
		return;
	}
	CHECK_INT(walk(current, package_len, SIZE_MAX), 0);
	CHECK_STR(found, WHOLE);
	for (size_t len = 0; len < package_len; len++)
		if (walk(current, len, SIZE_MAX))
			refused++;
		else
			CHECK_STR(found, WHOLE);
	/* Only what fills up a block may be missing. */
	CHECK(refused > package_len / 4 && refused > 100);
	for (size_t at = 0; at < package_len; at++)
		CHECK(walk(current, package_len, at) || !altered);
	free(package);
	package = NULL;
}

int main(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		current = &kinds[i];
		if (run("command -v %s >/dev/null", current->tool) == 0)
			TAP_RUN_NAMED(read_cut_off_and_changed, current->name);
		else
			printf("ok %d - %s # SKIP there is no %s\n", ++tap_count, current->name,
			       current->tool);
	}
	return TAP_END();
}
