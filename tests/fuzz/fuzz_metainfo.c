/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metainfo of LVFS cabinets, and the versions in it under their format. */
#include <stdlib.h>
#include <string.h>

#include "import/lvfs_version.h"
#include "parse/metainfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_release(const struct metainfo *info, const struct metainfo_release *rel)
{
	char text[64];
	uint32_t number, again;

	if (!rel->version[0] || !rel->file[0] || strchr(rel->file, '/'))
		abort();
	if (!memchr(rel->description, '\0', sizeof(rel->description)) ||
	    !memchr(rel->date, '\0', sizeof(rel->date)))
		abort();
	for (size_t i = 0; i < rel->checksum_count; i++)
		if (!rel->checksums[i].algorithm || rel->checksums[i].len < 20)
			abort();
	(void)lvfs_version_scheme(info->version_format, rel->version);
	/* What is a number has a text, and (BCD aside) the text is that number. */
	if (!lvfs_version_number(info->version_format, rel->version, &number) ||
	    !lvfs_version_text(info->version_format, number, text, sizeof(text)))
		return;
	if (strcmp(info->version_format, "bcd") != 0 &&
	    lvfs_version_number(info->version_format, text, &again) && again != number)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct metainfo info;
	uint8_t bytes[GUID_BYTES];
	int rc = metainfo_parse(data, size, &info, NULL);

	if (rc && (info.guids || info.releases || info.requirements))
		abort();
	for (size_t i = 0; i < info.guid_count; i++)
		if (guid_parse_be(info.guids[i], bytes))
			abort();
	for (size_t i = 0; i < info.release_count; i++)
		check_release(&info, &info.releases[i]);
	if (!rc && (!info.id[0] || (info.is_firmware && !info.release_count)))
		abort();
	metainfo_free(&info);
	return 0;
}
