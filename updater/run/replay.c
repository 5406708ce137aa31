/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/replay_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "run/step_note.h"

struct replay_row *replay_add_row(struct replaying *r, const char *what)
{
	struct replay *ret = r->ret;
	struct replay_row *rows;

	if (ret->count == REPLAY_MAX_ROWS)
		return NULL;
	rows = array_grow(ret->rows, ret->count, sizeof(*rows));
	if (!rows)
		return NULL;
	ret->rows = rows;
	rows = &rows[ret->count++];
	memset(rows, 0, sizeof(*rows));
	snprintf(rows->what, sizeof(rows->what), "%s", what);
	return rows;
}

void replay_free(struct replay *replay)
{
	free(replay->rows);
	*replay = (struct replay){ 0 };
}

static int read_inventory(const char *dir, const char *name, struct inventory *ret, struct err *err)
{
	CLEANUP_FREE uint8_t *buf = NULL;
	char path[FSIO_PATH_MAX];
	size_t len;
	int rc = fsio_join(path, dir, name, err);

	rc = rc ? rc : fsio_read_file(path, INVENTORY_MAX_BYTES, &buf, &len, err);
	if (rc)
		return rc;
	rc = inventory_from_json(buf, len, ret, err);
	return rc ? err_prefix(err, "%s", path) : 0;
}

/* Through its JSON form, as the recorded one went. */
static int take_inventory(struct hwio *hw, struct inventory *ret, struct err *err)
{
	struct probe_source source = { .hw = hw };
	CLEANUP_FREE char *warnings = NULL, *text = NULL;
	struct inventory inv = { 0 };
	size_t len;
	int rc = probe_all(&source, &inv, &warnings, err);

	rc = rc ? rc : inventory_to_json(&inv, &text, &len, err);
	rc = rc ? rc : inventory_from_json((const uint8_t *)text, len, ret, err);
	inventory_free(&inv);
	return rc;
}

static void judge_inventory(struct replaying *r, struct replay_row *row,
			    const struct inventory *recorded, const struct inventory *replayed)
{
	struct err deviation = { 0 };

	snprintf(row->recorded, sizeof(row->recorded), "%zu devices", recorded->count);
	snprintf(row->replayed, sizeof(row->replayed), "%zu devices", replayed->count);
	row->verdict = REPLAY_DEVIATES;
	if (hwio_replay_check(r->hw, &deviation))
		snprintf(row->text, sizeof(row->text), "%s", deviation.text);
	else if (replay_same_inventory(recorded, replayed, row->text, sizeof(row->text)))
		row->verdict = REPLAY_SAME;
}

int replay_inventory(struct replaying *r, const char *name, struct err *err)
{
	struct inventory recorded = { 0 }, replayed = { 0 };
	size_t before = hwio_replay_answered(r->hw);
	struct replay_row *row;
	int rc;

	if (!hwio_replay_has_phase(r->hw, name))
		return 0;
	row = replay_add_row(r, name);
	if (!row)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = read_inventory(r->dir, name, &recorded, err);
	hwio_note(r->hw, HWIO_PHASE, name);
	rc = rc ? rc : take_inventory(r->hw, &replayed, err);
	if (!rc)
		judge_inventory(r, row, &recorded, &replayed);
	row->calls = hwio_replay_answered(r->hw) - before;
	inventory_free(&recorded);
	inventory_free(&replayed);
	return rc;
}

static int replay_steps(struct replaying *r, struct err *err)
{
	char phase[HWIO_PHASE_MAX];
	int rc = 0;

	for (size_t i = 0; i < r->report.step_count && !rc; i++) {
		step_note_phase(r->report.steps[i].number, phase);
		if (hwio_replay_has_phase(r->hw, phase))
			rc = replay_step(r, &r->report.steps[i], err);
	}
	return rc;
}

static int replay_all(struct replaying *r, struct err *err)
{
	static const char *const inventories[] = { "inventory.json", "inventory-before.json",
						   "inventory-after.json" };
	int rc = 0;

	for (size_t i = 0; i < 3 && !rc; i++)
		rc = replay_inventory(r, inventories[i], err);
	rc = rc ? rc : report_read_log(&r->report, r->dir, err);
	if (rc == ERR_NOT_FOUND) /* no run: an inventory alone */
		return 0;
	rc = rc ? rc : read_inventory(r->dir, "inventory-before.json", &r->before, err);
	return rc ? rc : replay_steps(r, err);
}

int replay_folder(const char *dir, const char *repo_dir, struct replay *ret, struct err *err)
{
	struct replaying r = { .dir = dir, .repo_dir = repo_dir, .ret = ret };
	int rc = hwio_replay_new(dir, &r.hw, err);

	if (rc)
		return rc;
	if (!repo_dir)
		hwio_replay_without_payload(r.hw);
	rc = replay_all(&r, err);
	if (!rc && ret->count == 0)
		rc = err_set(err, ERR_UNSUPPORTED,
			     "%s: nothing to replay: the traces name no inventory and no step",
			     dir);
	for (size_t i = 0; i < ret->count; i++)
		ret->deviating += ret->rows[i].verdict == REPLAY_DEVIATES;
	report_free(&r.report);
	inventory_free(&r.before);
	hwio_replay_free(r.hw);
	return rc;
}
