/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal with an earlier run in it, and the emulated drives that it is asked of. */
#ifndef DRYDOCK_TESTS_SETTLE_BENCH_H
#define DRYDOCK_TESTS_SETTLE_BENCH_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "backends/backend.h"
#include "hwio_nvme.h"
#include "run/settle.h"
#include "tap.h"

enum { DOWNLOAD = 0x11, COMMIT = 0x10 };

#define RUN_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUN_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct world {
	struct hwio_nvme *lab;
	struct inventory inv;
	struct component comps[2]; /* lab-2.0, and the stone lab-1.5 */
	struct catalog cat;
	struct journal *journal;
	struct events *events;
	struct console *console;
	struct settle settle;
	struct history history;
	struct settled settled;
	struct err err;
	char dir[64];
	char said[16384];
};

static inline void set_component(struct component *comp, const char *id, const char *version)
{
	comp->id = id;
	comp->version = version;
	comp->backend = "nvme";
	comp->proof.field = "nvme.fr";
	comp->proof.value = version;
	component_complete(comp);
	comp->proof.match = PROOF_EQUALS;
	comp->scheme = VERSION_DOTTED;
	comp->activation = ACTIVATION_DEVICE_RESET;
}

static inline struct world *start(const char *const *drives, size_t count)
{
	struct world *world = calloc(1, sizeof(*world));

	world->lab = hwio_nvme_new();
	for (size_t i = 0; i < count; i++)
		hwio_nvme_add(world->lab, drives[i]);
	set_component(&world->comps[0], "lab-2.0", "2.0");
	set_component(&world->comps[1], "lab-1.5", "1.5");
	world->cat.components = world->comps;
	world->cat.count = 2;
	snprintf(world->dir, sizeof(world->dir), "/tmp/drydock-settle-XXXXXX");
	CHECK(mkdtemp(world->dir) != NULL);
	CHECK_INT(backend_nvme.probe(&world->lab->hw, &world->inv, &world->err), 0);
	CHECK_INT(journal_open_volatile("S1", &world->journal, &world->err), 0);
	CHECK_INT(events_open(NULL, &world->events, &world->err), 0);
	CHECK_INT(console_open(NULL, &world->console, &world->err), 0);
	world->settle = (struct settle){ &world->lab->hw, &world->inv,	 &world->cat,
					 world->journal,  world->events, world->console };
	return world;
}

static inline struct world *start_two(void)
{
	return start((const char *const[]){ "revision=1.0,serial=A1", "revision=1.0,serial=B2" },
		     2);
}

static inline void stop(struct world *world)
{
	char command[128];

	CHECK_INT(world->lab->n_open, 0);
	/* Questions only read. */
	CHECK_INT(hwio_nvme_count(world->lab, DOWNLOAD), 0);
	CHECK_INT(hwio_nvme_count(world->lab, COMMIT), 0);
	CHECK_INT(hwio_nvme_count(world->lab, HWIO_NVME_RESET), 0);
	history_free(&world->history);
	inventory_free(&world->inv);
	journal_close(world->journal);
	events_close(world->events);
	console_close(world->console);
	hwio_nvme_free(world->lab);
	snprintf(command, sizeof(command), "rm -rf %s", world->dir);
	CHECK_INT(system(command), 0);
	free(world);
}

static inline void append(struct world *world, struct journal_record record, const char *run_id)
{
	snprintf(record.run_id, sizeof(record.run_id), "%s", run_id);
	CHECK_INT(journal_append(world->journal, &record, &world->err), 0);
}

static inline void begin(struct world *world, const char *run_id, const char *continues)
{
	struct journal_record record = { .type = JOURNAL_RUN_BEGIN };

	snprintf(record.component, sizeof(record.component), "%s", continues);
	append(world, record, run_id);
}

static inline void mark(struct world *world, const char *run_id, enum journal_type type)
{
	append(world, (struct journal_record){ .type = type }, run_id);
}

struct step_words {
	const char *device, *component, *from, *to;
	uint16_t attempt;
};

static const struct step_words step_a = { "nvme:A1", "lab-2.0", "1.0", "2.0", 1 };
static const struct step_words step_b = { "nvme:B2", "lab-2.0", "1.0", "2.0", 1 };

static inline void add_step(struct world *world, const char *run_id, uint16_t number,
			    const struct step_words *words, enum step_state state)
{
	struct journal_record record = {
		.type = JOURNAL_STEP,
		.step = number,
		.state = state,
		.attempt = words->attempt,
	};

	snprintf(record.device, sizeof(record.device), "%s", words->device);
	snprintf(record.component, sizeof(record.component), "%s", words->component);
	snprintf(record.from, sizeof(record.from), "%s", words->from);
	snprintf(record.to, sizeof(record.to), "%s", words->to);
	append(world, record, run_id);
}

/* Whatever was there last of a step: "failed INTERRUPTED", "" = nothing. */
static inline const char *last_of(struct world *world, const char *run_id, unsigned int number)
{
	static char words[64];
	struct journal_record *records = NULL;
	size_t count = 0;

	words[0] = '\0';
	CHECK_INT(journal_read(world->journal, &records, &count, &world->err), 0);
	for (size_t i = 0; i < count; i++)
		if (records[i].type == JOURNAL_STEP && records[i].step == number &&
		    strcmp(records[i].run_id, run_id) == 0)
			snprintf(words, sizeof(words), "%s%s%s", step_state_name(records[i].state),
				 records[i].reason[0] ? " " : "", records[i].reason);
	free(records);
	return words;
}

static inline size_t record_count(struct world *world)
{
	struct journal_record *records = NULL;
	size_t count = 0;

	CHECK_INT(journal_read(world->journal, &records, &count, &world->err), 0);
	free(records);
	return count;
}

/* Runs ask with standard output set aside; what people would see goes to said. */
static inline void quietly(struct world *world, void (*ask)(struct world *world))
{
	static unsigned int asked;
	char path[128];
	FILE *file;
	int out;

	snprintf(path, sizeof(path), "%s/console-%u.txt", world->dir, asked++);
	CHECK_INT(console_add_transcript(world->console, path, &world->err), 0);
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	CHECK(freopen("/dev/null", "w", stdout) != NULL);
	ask(world);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	file = fopen(path, "r");
	CHECK(file != NULL);
	if (file) {
		world->said[fread(world->said, 1, sizeof(world->said) - 1, file)] = '\0';
		fclose(file);
	}
}

static inline void ask_own(struct world *world)
{
	history_free(&world->history);
	CHECK_INT(settle_chain(&world->settle, &world->history, &world->settled, &world->err), 0);
}

/* "NEEDS_HUMAN nvme:A1 -", "" = no such bar. */
static inline const char *bar_of(const struct plan_bars *bars, size_t index)
{
	static char words[256];

	if (index >= bars->count)
		return "";
	snprintf(words, sizeof(words), "%s %s %s", reason_id(bars->list[index].reason),
		 bars->list[index].device[0] ? bars->list[index].device : "-",
		 bars->list[index].component[0] ? bars->list[index].component : "-");
	return words;
}

#endif
