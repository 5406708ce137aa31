/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tests/data/version.txt, line by line and both ways round. */
#include "tap.h"

#include "repo/version.h"

static const char *const orders[] = {
	[VERSION_OLDER] = "older",
	[VERSION_SAME] = "same",
	[VERSION_NEWER] = "newer",
	[VERSION_DIFFERENT] = "different",
};

static const char *const exchanged[] = {
	[VERSION_OLDER] = "newer",
	[VERSION_SAME] = "same",
	[VERSION_NEWER] = "older",
	[VERSION_DIFFERENT] = "different",
};

/* Cuts the next field off *at: up to a bar or the end, without the blanks around it. */
static char *next_field(char **at)
{
	char *field = *at + strspn(*at, " ");
	char *end = strpbrk(field, "|\n");

	if (!end)
		return NULL;
	*at = end + (*end == '|');
	while (end > field && end[-1] == ' ')
		end--;
	*end = '\0';
	return field;
}

static void check_line(const char *path, int number, char *line)
{
	char *scheme_name = next_field(&line), *a = next_field(&line), *b = next_field(&line);
	char *want = next_field(&line);
	enum version_scheme scheme = scheme_name ? version_scheme_from_name(scheme_name) : 0;

	CHECK(want && scheme);
	if (!want || !scheme) {
		printf("# %s:%d: cannot be read\n", path, number);
		return;
	}
	if (strcmp(orders[version_compare(scheme, a, b)], want) != 0 ||
	    strcmp(exchanged[version_compare(scheme, b, a)], want) != 0) {
		printf("# %s:%d: %s \"%s\" against \"%s\"\n", path, number, scheme_name, a, b);
		CHECK_STR(orders[version_compare(scheme, a, b)], want);
		CHECK_STR(exchanged[version_compare(scheme, b, a)], want);
	}
}

static void table(void)
{
	static const char path[] = "tests/data/version.txt";
	FILE *file = fopen(path, "r");
	char line[256];
	int number = 0, used = 0;

	CHECK(file);
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		check_line(path, number, line);
		used++;
	}
	fclose(file);
	CHECK(used > 100);
}

static void names(void)
{
	for (enum version_scheme i = 1; i <= VERSION_SCHEME_LAST; i++)
		CHECK_INT(version_scheme_from_name(version_scheme_name(i)), i);
	CHECK_INT(version_scheme_from_name("semver"), 0);
	CHECK_INT(version_scheme_from_name(""), 0);
	CHECK_STR(version_scheme_name(0), "unknown");
}

/* A scheme that this version does not know says nothing but equality. */
static void unknown_scheme(void)
{
	CHECK_INT(version_compare(0, "1", "1"), VERSION_SAME);
	CHECK_INT(version_compare(0, "1", "2"), VERSION_DIFFERENT);
	CHECK_INT(version_compare(VERSION_SCHEME_LAST + 1, "1", "2"), VERSION_DIFFERENT);
}

int main(void)
{
	TAP_RUN(table);
	TAP_RUN(names);
	TAP_RUN(unknown_scheme);
	return TAP_END();
}
