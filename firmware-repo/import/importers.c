/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which formats there are, in the order in which they are asked: a plain zip file after all that
 * are zip files, too, and capsules last, as not all of them have a magic number.
 */
#include "import/importers.h"

const struct importer *const importers[] = {
	&importer_spp,	&importer_fwpkg,   &importer_cab, &importer_hpimage,
	&importer_pldm, &importer_scexe,   &importer_rpm, &importer_zip,
	&importer_exe,	&importer_capsule, NULL,
};

const struct importer *importer_of(const struct import_file *file, const uint8_t *head, size_t len)
{
	for (size_t i = 0; importers[i]; i++)
		if (importers[i]->recognise(file, head, len))
			return importers[i];
	return NULL;
}
