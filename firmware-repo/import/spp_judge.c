/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which packages of a Service Pack need not be opened, by what its manifest says of them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "edit.h"
#include "import/hpe_common.h"
#include "import/spp_internal.h"
#include "import/wanted.h"

__attribute__((format(printf, 3, 4))) static void drop(struct spp_package *package, enum note note,
						       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	package->against = note;
	vsnprintf(package->text, sizeof(package->text), fmt, ap);
	va_end(ap);
}

static bool ends_in(const char *name, const char *ending)
{
	size_t len = strlen(name), end = strlen(ending);

	return len > end && strcasecmp(name + len - end, ending) == 0;
}

/* What runs on another system than this one, or only in a running one. */
static void judge_kind(struct spp_package *package)
{
	const struct spp_entry *entry = package->entry;

	if (entry->software)
		drop(package, NOTE_SOFTWARE, "%s", "");
	else if (entry->updatable_by == HPE_BY_RUNTIME_AGENT)
		drop(package, NOTE_VENDOR_TOOL, "it is made to run in an operating system");
	else if (ends_in(entry->file, ".exe"))
		drop(package, NOTE_VENDOR_TOOL, "a program for Windows");
	else if (ends_in(entry->file, ".deb"))
		drop(package, NOTE_VENDOR_TOOL, "a package of Debian");
}

static enum wanted ask(const struct import *imp, const char *guid)
{
	struct component comp = { 0 };
	enum wanted ret;
	size_t count;
	const struct inventory *servers = import_servers(imp, &count);

	/* A target that is not known matches nothing, and does not decide. */
	(void)hpe_add_target(&comp, guid, NULL);
	ret = wanted_component(servers, count, &comp);
	component_free(&comp);
	return ret;
}

bool spp_wants(const struct import *imp, const char *guid)
{
	enum wanted wanted = ask(imp, guid);

	return wanted == WANTED_YES ||
	       (wanted == WANTED_CANNOT_TELL && imp->options->keep_undecided);
}

/* Of most iLOs it is their image that tells the generation: the package is asked. */
static bool is_of_ilo(const struct spp_entry *entry)
{
	const struct hpe_class *class = hpe_class_of(entry->device_class);

	return class && strcmp(class->word, "bmc") == 0;
}

static void judge_servers(const struct import *imp, struct spp_package *package)
{
	const struct spp_entry *entry = package->entry;
	enum note note = NOTE_NOT_FOR_THESE;

	if (!entry->targets.count || entry->odd_targets || is_of_ilo(entry))
		return;
	for (size_t i = 0; i < entry->targets.count; i++) {
		enum wanted wanted = ask(imp, entry->targets.list[i].guid);

		if (wanted == WANTED_YES)
			return;
		if (wanted == WANTED_CANNOT_TELL)
			note = NOTE_CANNOT_TELL;
	}
	if (note != NOTE_CANNOT_TELL || !imp->options->keep_undecided)
		drop(package, note, "%s", "");
}

/* The same file may stand there more than once; then it is told once, and wanted when one is. */
static bool is_told_elsewhere(const struct spp *spp, size_t index)
{
	const struct spp_package *package = &spp->packages[index];

	for (size_t i = 0; i < spp->manifest.entry_count && package->file; i++) {
		const struct spp_package *other = &spp->packages[i];

		if (i == index || other->file != package->file)
			continue;
		if (!other->against == !package->against ? i < index : !other->against)
			return true;
	}
	return false;
}

int spp_judge(const struct import *imp, struct spp *spp, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < spp->manifest.entry_count; i++) {
		struct spp_package *package = &spp->packages[i];

		package->entry = &spp->manifest.entries[i];
		package->file = spp_find_file(spp->tree, package->entry);
		judge_kind(package);
		if (package->against == NOTE_VENDOR_TOOL && import_vendor_tools(imp)) {
			package->against = 0;
			package->tool = true;
		}
		if (!package->against)
			judge_servers(imp, package);
	}
	if (!imp->options->all_versions)
		rc = spp_judge_versions(imp, spp, err);
	for (size_t i = 0; i < spp->manifest.entry_count; i++)
		spp->packages[i].elsewhere = is_told_elsewhere(spp, i);
	return rc;
}
