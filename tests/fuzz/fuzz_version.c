/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Version texts: "scheme, a, b" with a NUL between. Whatever they hold, both ways round must say
 * the same, and nothing is newer than itself.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/version.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static enum version_order exchanged(enum version_order order)
{
	if (order == VERSION_OLDER)
		return VERSION_NEWER;
	return order == VERSION_NEWER ? VERSION_OLDER : order;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char texts[257] = ""; /* both, each with its NUL */
	enum version_scheme scheme;
	const char *a, *b;

	if (size < 1 || size > sizeof(texts) - 1)
		return 0;
	scheme = data[0] % (VERSION_SCHEME_LAST + 2);
	memcpy(texts, data + 1, size - 1);
	a = texts;
	b = a + strlen(a) + 1 < texts + sizeof(texts) ? a + strlen(a) + 1 : "";
	if (version_compare(scheme, a, b) != exchanged(version_compare(scheme, b, a)))
		abort();
	if (version_compare(scheme, a, a) != (a[0] ? VERSION_SAME : VERSION_DIFFERENT))
		abort();
	if (version_follows(scheme, a) && !a[0])
		abort();
	return 0;
}
