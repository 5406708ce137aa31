/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "hw/bmc_access.h"
#include "hw/pci_details.h"
#include "inventory/arrays.h"
#include "inventory/components.h"
#include "inventory/identity.h"
#include "inventory/target.h"

/* All before the backends, which name PCI functions as parents. */
static const struct {
	const char *name;
	int (*probe)(const struct probe_source *source, struct inventory *inv, struct err *err);
} probers[] = {
	{ "system", probe_system },
	{ "PCI", probe_pci },
	{ "BMC", probe_ipmi },
};

static void begin(const struct probe_source *source, const char *what)
{
	if (source->at)
		source->at(source->ctx, what);
}

static int add_warning(char **warnings, const char *name, const struct err *why, struct err *err)
{
	char *text;

	if (asprintf(&text, "%s%s: %s\n", *warnings ? *warnings : "", name, why->text) < 0)
		return err_set(err, ERR_NOMEM, "out of memory");
	free(*warnings);
	*warnings = text;
	return 0;
}

/* Of another machine's BMC only what goes by BMCs knows something. */
static int probe_backends(const struct probe_source *source, struct inventory *inv, char **warnings,
			  struct err *err)
{
	int rc = 0;

	for (size_t i = 0; backends[i] && !rc; i++) {
		struct err why = { 0 };

		if (bmc_is_remote(source->hw) && !backend_is_by_bmc(backends[i]->name))
			continue;
		begin(source, backends[i]->name);
		if (backends[i]->probe(source->hw, inv, &why))
			rc = add_warning(warnings, backends[i]->name, &why, err);
	}
	return rc;
}

/* Behind the backends: what is about the devices that they found. */
static int probe_behind(const struct probe_source *source, const char *name,
			int (*probe)(struct hwio *hw, struct inventory *inv, struct err *err),
			struct inventory *inv, char **warnings, struct err *err)
{
	struct err why = { 0 };

	begin(source, name);
	if (probe(source->hw, inv, &why) == 0)
		return 0;
	return add_warning(warnings, name, &why, err);
}

static int probe_components(const struct probe_source *source, struct inventory *inv,
			    char **warnings, struct err *err)
{
	return probe_behind(source, "SMBIOS", components_probe, inv, warnings, err);
}

/* What drives and ROMs store is in no trace: a phase of its own, the last one, that is not
 * replayed. */
static int probe_arrays(const struct probe_source *source, struct inventory *inv, char **warnings,
			struct err *err)
{
	int rc;

	if (source->hw->ops->recall)
		return 0;
	hwio_note(source->hw, HWIO_PHASE, "arrays");
	rc = probe_behind(source, "option ROMs", pci_roms_probe, inv, warnings, err);
	return rc ? rc : probe_behind(source, "arrays", arrays_probe, inv, warnings, err);
}

int probe_all(const struct probe_source *source, struct inventory *ret, char **ret_warnings,
	      struct err *err)
{
	int rc = 0;

	if (source->lspci_dump) {
		rc = probe_pci(source, ret, err);
		return rc ? rc : identity_add(ret, err);
	}
	if (bmc_is_remote(source->hw)) {
		rc = probe_backends(source, ret, ret_warnings, err);
		return rc ? rc : identity_add(ret, err);
	}
	for (size_t i = 0; i < sizeof(probers) / sizeof(*probers) && !rc; i++) {
		struct err why = { 0 };

		begin(source, probers[i].name);
		if (probers[i].probe(source, ret, &why))
			rc = add_warning(ret_warnings, probers[i].name, &why, err);
	}
	if (!rc)
		rc = probe_backends(source, ret, ret_warnings, err);
	if (!rc)
		rc = probe_components(source, ret, ret_warnings, err);
	if (!rc)
		rc = probe_arrays(source, ret, ret_warnings, err);
	return rc ? rc : identity_add(ret, err);
}
