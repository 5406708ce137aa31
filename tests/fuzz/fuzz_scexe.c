/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the archive of a self-extracting script begins. */
#include <stdlib.h>
#include <string.h>

#include "parse/scexe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t at = 0;

	if (scexe_find_archive(data, size, &at, NULL))
		return 0;
	/* It is a gzip stream behind a line's end. */
	if (at == 0 || at + 3 > size || data[at - 1] != '\n' || data[at] != 0x1f)
		abort();
	return 0;
}
