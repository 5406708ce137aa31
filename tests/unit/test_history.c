/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs tests/history/ *.test: one file a rule. A file has sections; words are divided by blanks:
 *
 *   [devices]      id=... model=... nvme.fr=...
 *   [components]   id=... version=...  (its proof: nvme.fr equals the version)
 *   [journal]      oldest first; a run is a letter (a-f); each may have time=...
 *                  begin RUN [continues=RUN]
 *                  step RUN NUMBER DEVICE COMPONENT STATE [reason=...] [attempt=...]
 *                  ram RUN | reboot RUN | end RUN STATUS
 *   [history]      what must come out, in order:
 *                  END RUN [continues=RUN] [closed] [in-ram] boots=N last=N
 *                  open|waits|ask RUN NUMBER STATE: what a device has to be asked for
 *                  attempt N DEVICE COMPONENT: for each pair of inventory and catalog where N > 1
 *                  REASON DEVICE COMPONENT: bars, "-" for an id that is not given
 *                  proven COMPONENT MODEL
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/fsio.h"
#include "journal/journal_internal.h"
#include "run/history.h"
#include "tap.h"

#define WORDS_MAX   12
#define RECORDS_MAX 64
#define LINES_MAX   64

struct scene {
	struct inventory inv;
	struct component components[8];
	struct catalog cat;
	struct journal_record records[RECORDS_MAX];
	size_t count;
	char *wanted[LINES_MAX];
	size_t wanted_count, got_count;
};

static size_t split(char *line, char *words[WORDS_MAX])
{
	size_t count = 0;
	char *rest = line;

	for (char *word = strtok_r(line, " \t", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \t", &rest))
		words[count++] = word;
	for (size_t i = count; i < WORDS_MAX; i++)
		words[i] = NULL;
	return count;
}

/* The value of "key=value" among the words; NULL when there is none. */
static const char *value_of(char *const words[WORDS_MAX], const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		if (strncmp(words[i], key, len) == 0 && words[i][len] == '=')
			return words[i] + len + 1;
	return NULL;
}

static void add_device(struct scene *scene, char *const words[WORDS_MAX])
{
	struct device *dev;

	CHECK_INT(inventory_add(&scene->inv, DEVICE_NVME, value_of(words, "id"), &dev, NULL), 0);
	snprintf(dev->name, sizeof(dev->name), "%s", dev->id);
	snprintf(dev->model, sizeof(dev->model), "%s", value_of(words, "model"));
	if (value_of(words, "nvme.fr"))
		CHECK_INT(device_set_prop(dev, "nvme.fr", value_of(words, "nvme.fr")), 0);
}

static void add_component(struct scene *scene, char *const words[WORDS_MAX])
{
	struct component *comp = &scene->components[scene->cat.count++];
	const char *version = value_of(words, "version");

	comp->id = value_of(words, "id");
	comp->version = version;
	comp->proof.field = "nvme.fr";
	comp->proof.value = version;
	component_complete(comp);
	comp->proof.match = PROOF_EQUALS;
}

static void set_run(char run_id[33], const char *letter)
{
	memset(run_id, letter[0], 32);
	run_id[32] = '\0';
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text ? text : "", &end, 10);

	CHECK(text && *text && !*end);
	return value;
}

static void set_step(struct journal_record *record, char *const words[WORDS_MAX])
{
	const char *reason = value_of(words, "reason");
	const char *attempt = value_of(words, "attempt");

	record->step = (uint16_t)number(words[2]);
	snprintf(record->device, sizeof(record->device), "%s", words[3]);
	snprintf(record->component, sizeof(record->component), "%s", words[4]);
	record->state = step_state_from_name(words[5]);
	record->attempt = attempt ? (uint16_t)number(attempt) : 1;
	snprintf(record->reason, sizeof(record->reason), "%s", reason ? reason : "");
}

/* Through the encoding, which cuts as the journal does. */
static void add_record(struct scene *scene, char *const words[WORDS_MAX])
{
	static const char *const types[] = {
		[JOURNAL_RUN_BEGIN] = "begin",	 [JOURNAL_STEP] = "step",
		[JOURNAL_RUN_END] = "end",	 [JOURNAL_RUN_IN_RAM] = "ram",
		[JOURNAL_RUN_REBOOT] = "reboot",
	};
	struct journal_record record = { .seq = scene->count + 1, .claim = 1 };
	uint8_t slot[JOURNAL_SLOT_BYTES] = { 0 };
	const char *continues = value_of(words, "continues");
	const char *time = value_of(words, "time");

	for (int type = 1; type <= JOURNAL_TYPE_LAST; type++)
		if (strcmp(words[0], types[type]) == 0)
			record.type = (enum journal_type)type;
	set_run(record.run_id, words[1]);
	record.time = time ? number(time) : 1700000000 + scene->count;
	if (record.type == JOURNAL_STEP)
		set_step(&record, words);
	if (record.type == JOURNAL_RUN_END)
		record.exit_status = (uint16_t)number(words[2]);
	if (continues)
		set_run(record.component, continues);
	journal_encode(&record, slot);
	CHECK_INT(journal_decode(slot, sizeof(slot), &scene->records[scene->count++]), 0);
}

static void read_line(struct scene *scene, char section, char *line)
{
	char *words[WORDS_MAX];

	if (section == 'h') {
		scene->wanted[scene->wanted_count++] = line;
		return;
	}
	split(line, words);
	if (section == 'd')
		add_device(scene, words);
	else if (section == 'c')
		add_component(scene, words);
	else if (section == 'j')
		add_record(scene, words);
	else
		CHECK_STR(line, "a line below a section");
}

static void read_scene(struct scene *scene, char *text)
{
	char section = 0;
	char *next;

	scene->cat.components = scene->components;
	for (char *line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (line[0] == '[')
			section = line[1];
		else if (line[0] && line[0] != '#')
			read_line(scene, section, line);
	}
}

static void check_line(struct scene *scene, const char *got)
{
	if (scene->got_count >= scene->wanted_count)
		CHECK_STR(got, "(nothing more)");
	else
		CHECK_STR(got, scene->wanted[scene->got_count]);
	scene->got_count++;
}

static void compare_run(struct scene *scene, const struct history *history)
{
	static const char *const ends[] = {
		[HISTORY_NONE] = "none",
		[HISTORY_ENDED] = "ended",
		[HISTORY_REBOOT] = "reboot",
		[HISTORY_INTERRUPTED] = "interrupted",
	};
	char got[256];

	if (history->end == HISTORY_NONE) {
		check_line(scene, "none");
		return;
	}
	snprintf(got, sizeof(got), "%s %.1s%s%.1s%s%s boots=%u last=%u", ends[history->end],
		 history->run_id, history->continues[0] ? " continues=" : "", history->continues,
		 history->closed ? " closed" : "", history->in_ram ? " in-ram" : "", history->boots,
		 history->last_step);
	check_line(scene, got);
}

static void compare_steps(struct scene *scene, const struct history *history)
{
	char got[512];

	for (size_t i = 0; i < history->step_count; i++) {
		const struct history_step *step = &history->steps[i];

		CHECK_INT(step->earlier, strcmp(step->last.run_id, history->run_id) != 0);
		CHECK(step->open + step->waits + step->unknown <= 1);
		if (!step->open && !step->waits && !step->unknown)
			continue;
		snprintf(got, sizeof(got), "%s %.1s %u %s",
			 step->open    ? "open"
			 : step->waits ? "waits"
				       : "ask",
			 step->last.run_id, step->last.step, step_state_name(step->last.state));
		check_line(scene, got);
	}
}

static void compare_attempts(struct scene *scene, const struct history *history)
{
	char got[512];

	for (size_t i = 0; i < scene->inv.count; i++) {
		for (size_t j = 0; j < scene->cat.count; j++) {
			const char *dev = scene->inv.devices[i].id;
			const char *comp = scene->components[j].id;
			unsigned int attempt = history_attempt(history, dev, comp);

			if (!history_planned(history, dev, comp))
				CHECK_INT(attempt, 1);
			snprintf(got, sizeof(got), "attempt %u %s %s", attempt, dev, comp);
			if (attempt != 1)
				check_line(scene, got);
		}
	}
}

static void compare_facts(struct scene *scene, const struct history *history)
{
	char got[512];

	for (size_t i = 0; i < history->bars.count; i++) {
		const struct plan_bar *bar = &history->bars.list[i];

		CHECK(bar->text[0] != '\0');
		snprintf(got, sizeof(got), "%s %s %s", reason_id(bar->reason),
			 bar->device[0] ? bar->device : "-",
			 bar->component[0] ? bar->component : "-");
		check_line(scene, got);
	}
	for (size_t i = 0; i < history->proven_count; i++) {
		snprintf(got, sizeof(got), "proven %s %s", history->proven[i].component,
			 history->proven[i].model);
		check_line(scene, got);
	}
}

static const char *current_file;

static void history_file(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct history history = { 0 };
	struct err err = { 0 };
	uint8_t *text = NULL;
	size_t len;

	CHECK_INT(fsio_read_file(current_file, 65536, &text, &len, &err), 0);
	if (!scene || !text)
		abort();
	read_scene(scene, (char *)text);
	CHECK_INT(history_read(scene->records, scene->count, &scene->inv, &scene->cat, &history,
			       &err),
		  0);
	compare_run(scene, &history);
	compare_steps(scene, &history);
	compare_attempts(scene, &history);
	compare_facts(scene, &history);
	CHECK_INT(scene->got_count, scene->wanted_count);
	history_free(&history);
	inventory_free(&scene->inv);
	free(scene);
	free(text);
}

/* Ids are cut to 64 bytes between characters (UTF-8), and what is as long as the field is whole. */
static void test_same_id(void)
{
	char exact[65], longer[80], accented[80];

	memset(exact, 'x', 64);
	exact[64] = '\0';
	snprintf(longer, sizeof(longer), "%sy", exact);
	snprintf(accented, sizeof(accented), "%.63s\xc3\xa9z", exact);
	CHECK(history_same_id(exact, exact));
	CHECK(history_same_id(longer, exact));
	CHECK(!history_same_id(exact, longer));
	CHECK(history_same_id(accented, exact + 1));
	CHECK(!history_same_id(accented, exact));
	CHECK(!history_same_id("nvme:A1", "nvme:A"));
	CHECK(!history_same_id("nvme:A", "nvme:A1"));
}

static int is_test(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".test") == 0;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/history";
	struct dirent **entries;
	int count = scandir(dir, &entries, is_test, alphasort);
	char path[512];

	if (count <= 0) {
		printf("Bail out! no tests in %s\n", dir);
		return 1;
	}
	TAP_RUN(test_same_id);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		current_file = path;
		TAP_RUN_NAMED(history_file, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return TAP_END();
}
