/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "drydock.h"
#include "hw/bmc_options.h"
#include "hw/hwio_record.h"
#include "hw/slow.h"
#include "inventory/probe.h"
#include "ui/console.h"
#include "ui/waiting.h"

#define TABLE_COLUMNS 80

struct inventory_command {
	struct probe_source source;
	struct bmc_options bmc;
	struct opt_list consoles;
	const char *log_dir, *record_dir;
	bool json;
	bool every_reason;
};

/* What both forms of an inventory look like. */
struct forms {
	char *json;
	size_t json_len;
	char *table;
};

static int save(const char *dir, const char *name, const char *text, size_t len, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = fsio_join(path, dir, name, err);

	return rc ? rc : fsio_write_atomic(path, text, len, 0644, err);
}

static int save_forms(const char *dir, const struct forms *forms, struct err *err)
{
	int rc = save(dir, "inventory.json", forms->json, forms->json_len, err);

	return rc ? rc : save(dir, "inventory.txt", forms->table, strlen(forms->table), err);
}

static int show(const struct inventory_command *command, const char *text, size_t len,
		struct err *err)
{
	struct console *console;
	int rc;

	if (!command->consoles.count) {
		if (fwrite(text, 1, len, stdout) != len || fflush(stdout))
			return err_set(err, ERR_IO, "standard output cannot be written");
		return 0;
	}
	rc = console_open(&command->consoles, &console, err);
	if (rc)
		return rc;
	console_say(console, "%s", text);
	console_close(console);
	return 0;
}

/* On standard error: the result alone is on standard output. */
static void say_waiting(void *ctx, const char *what, unsigned int seconds)
{
	(void)ctx;
	fprintf(stderr, "still waiting for devices: %s (%u s)\n", what, seconds);
}

static void begin_prober(void *ctx, const char *what)
{
	waiting_at(ctx, what);
}

static int probe(const struct inventory_command *command, struct inventory *inv, char **warnings,
		 struct err *err)
{
	struct waiting *waiting =
		waiting_start(say_waiting, NULL, WAITING_FIRST_MS, WAITING_INTERVAL_MS);
	struct probe_source source = command->source;
	int rc;

	source.at = begin_prober;
	source.ctx = waiting;
	rc = probe_all(&source, inv, warnings, err);
	waiting_stop(waiting);
	return rc;
}

/* Only the forms that somebody will see. */
static int make_forms(const struct inventory_command *command, const struct inventory *inv,
		      struct forms *forms, struct err *err)
{
	int rc = 0;

	if (command->json || command->log_dir)
		rc = inventory_to_json(inv, &forms->json, &forms->json_len, err);
	if (!rc && (!command->json || command->log_dir))
		rc = inventory_to_table(inv, TABLE_COLUMNS, command->every_reason, &forms->table,
					err);
	return rc;
}

static int take_inventory(const struct inventory_command *command, struct err *err)
{
	CLEANUP_FREE char *warnings = NULL;
	struct inventory inv = { 0 };
	struct forms forms = { 0 };
	int rc;

	hwio_note(command->source.hw, HWIO_PHASE, "inventory.json");
	rc = probe(command, &inv, &warnings, err);

	if (warnings)
		fprintf(stderr, "%s", warnings);
	rc = rc ? rc : make_forms(command, &inv, &forms, err);
	/* Shown first: a medium that cannot be written must not hide the result. */
	if (!rc && command->json)
		rc = show(command, forms.json, forms.json_len, err);
	else if (!rc)
		rc = show(command, forms.table, strlen(forms.table), err);
	if (!rc && command->log_dir)
		rc = save_forms(command->log_dir, &forms, err);
	inventory_free(&inv);
	free(forms.json);
	free(forms.table);
	return rc;
}

/* Through a recording seam when there is a place for its traces. */
static int run(struct inventory_command *command, struct err *err)
{
	struct hwio *real = hwio_real_new(command->source.root);
	int rc;

	if (!real)
		return err_set(err, ERR_NOMEM, "out of memory");
	command->source.hw = real;
	rc = bmc_options_attach(&command->bmc, real, err);
	if (!rc && command->log_dir) {
		rc = fsio_mkdir_p(command->log_dir, 0755, err);
		rc = rc ? rc : hwio_record_new(real, command->log_dir, &command->source.hw, err);
	}
	rc = rc ? rc : take_inventory(command, err);
	/* A device that hangs holds on to both: they go with the process. */
	if (slow_left_alone() && command->source.hw != real)
		hwio_record_sync(command->source.hw, NULL);
	if (slow_left_alone())
		return rc;
	if (command->source.hw != real)
		hwio_record_free(command->source.hw);
	bmc_options_detach(real);
	hwio_real_free(real);
	return rc;
}

/* Traces of two runs in one folder could not be told apart. */
static int choose_record(struct inventory_command *command, struct err *err)
{
	if (command->log_dir || command->source.lspci_dump)
		return err_set(err, ERR_USAGE, "--record excludes --log-dir and --lspci");
	if (mkdir(command->record_dir, 0755))
		return err_set_errno(err, ERR_IO, errno, "%s: a new folder is wanted",
				     command->record_dir);
	command->log_dir = command->record_dir;
	return 0;
}

int cmd_inventory(int argc, char **argv)
{
	struct inventory_command command = { 0 };
	const struct opt opts[] = {
		{ "root", OPT_TEXT, &command.source.root, "DIR",
		  "read sysfs, proc and dev below this folder" },
		{ "lspci", OPT_TEXT, &command.source.lspci_dump, "FILE",
		  "the PCI functions of a dump that \"lspci -x\" wrote, nothing else" },
		{ "pci-ids", OPT_TEXT, &command.source.pci_ids, "FILE",
		  "names of PCI devices, instead of the installed list" },
		{ "log-dir", OPT_TEXT, &command.log_dir, "DIR",
		  "also write inventory.json, inventory.txt and traces there" },
		{ "record", OPT_TEXT, &command.record_dir, "DIR",
		  "the same into a new folder, for \"drydock replay\"" },
		{ "console", OPT_LIST, &command.consoles, "DEV",
		  "also show it on this console; may be given several times" },
		{ "long", OPT_FLAG, &command.every_reason, NULL,
		  "say below every device why nothing can update it, not only where something "
		  "was found that bars it" },
		{ "json", OPT_FLAG, &command.json, NULL, "JSON instead of a table" },
		BMC_OPTS(command.bmc),
		{ 0 },
	};
	struct err err = { 0 };
	int first;
	int rc = opts_parse(&drydock_program, opts, argc, argv, &first, &err);

	if (rc == 1)
		return 0;
	if (!rc && command.source.root && command.source.lspci_dump)
		rc = err_set(&err, ERR_USAGE, "--root and --lspci exclude each other");
	if (!rc && command.bmc.url && (command.source.root || command.source.lspci_dump))
		rc = err_set(&err, ERR_USAGE, "--ilo excludes --root and --lspci");
	if (!rc && command.record_dir)
		rc = choose_record(&command, &err);
	rc = rc ? rc : run(&command, &err);
	return rc ? opts_fail(&drydock_program, argv[0], &err) : 0;
}
