/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs tests/schedule/ *.test: one file a rule, in the form that words.h describes. The steps stand
 * in the order of the plan; the scheduler is asked and told as a run does it, with a clock of the
 * test's own, and what it answers is compared with the story in the file:
 *
 *   [devices]     id=... kind=... parent=... class=0107 model=... target=... array=... hold=...
 *                 repeat=N makes N of them: id1 id2 ...
 *   [components]  id=... class=... backend=... seconds=... version=... requires=TARGET>=VERSION
 *                 tool=NODE
 *                 (drive, nvme, 100, 2.0 unless they are told)
 *   [steps]       COMPONENT DEVICE outcome=good|pending|bad|left|overdue takes=SECONDS back=SECOND
 *                 from=VERSION repeat=N; an overdue step comes back well at that second, or never
 *   [options]     proven=COMPONENT|MODEL stop-on-error at-once=N
 *   [timeline]    "SECOND begin N N N", "SECOND good N", "SECOND left REASON N", "SECOND back N"
 *                 "forecast MAKESPAN ONE-BY-ONE BOUND", "N holds TEXT", "N because TEXT"
 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/fsio.h"
#include "plan/schedule.h"
#include "tap.h"
#include "words.h"

#define COMPONENTS_MAX 16
#define WANTED_MAX     128

struct fate {
	enum schedule_outcome outcome;
	uint64_t takes, back; /* seconds; back 0 = never */
};

struct scene {
	struct inventory inv;
	struct component comps[COMPONENTS_MAX];
	size_t comp_count;
	struct step steps[PLAN_MAX_STEPS];
	struct fate fates[PLAN_MAX_STEPS];
	struct plan plan;
	struct schedule_proven proven[4];
	struct schedule_options options;
	char *wanted[WANTED_MAX];
	size_t wanted_count, seen;

	struct schedule *schedule;
	uint64_t now, ends[PLAN_MAX_STEPS]; /* UINT64_MAX = not at work */
};

static const struct {
	const char *name;
	enum schedule_outcome outcome;
} outcomes[] = {
	{ "good", OUTCOME_GOOD }, { "pending", OUTCOME_PENDING }, { "bad", OUTCOME_BAD },
	{ "left", OUTCOME_LEFT }, { "overdue", OUTCOME_OVERDUE },
};

static const char *outcome_name(enum schedule_outcome outcome)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (outcomes[i].outcome == outcome)
			return outcomes[i].name;
	abort();
}

static enum schedule_outcome outcome_of(const char *name)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
		if (strcmp(outcomes[i].name, name) == 0)
			return outcomes[i].outcome;
	CHECK_STR(name, "an outcome");
	return OUTCOME_GOOD;
}

static const char *word_of(const struct word *words, size_t count, const char *key,
			   const char *otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].key, key) == 0)
			return words[i].value;
	return otherwise;
}

static unsigned long number_of(const struct word *words, size_t count, const char *key,
			       unsigned long otherwise)
{
	const char *value = word_of(words, count, key, NULL);

	return value ? strtoul(value, NULL, 10) : otherwise;
}

/* "nvme:A", or with repeat= "nvme:A3" */
static void repeated_id(char *id, size_t size, const char *base, unsigned long repeat,
			unsigned long index)
{
	if (repeat)
		snprintf(id, size, "%s%lu", base, index + 1);
	else
		snprintf(id, size, "%s", base);
}

static void set_device_word(struct device *dev, const struct word *word)
{
	if (strcmp(word->key, "kind") == 0)
		dev->kind = device_kind_from_name(word->value);
	else if (strcmp(word->key, "parent") == 0)
		snprintf(dev->parent, sizeof(dev->parent), "%s", word->value);
	else if (strcmp(word->key, "model") == 0)
		snprintf(dev->model, sizeof(dev->model), "%s", word->value);
	else if (strcmp(word->key, "class") == 0)
		CHECK_INT(device_set_prop(dev, "pci.class", word->value), 0);
	else if (strcmp(word->key, "target") == 0)
		CHECK_INT(device_add_target(dev, word->value), 0);
	else if (strcmp(word->key, "array") == 0)
		CHECK_INT(device_set_prop(dev, "array.0", word->value), 0);
	else if (strcmp(word->key, "hold") == 0)
		CHECK_INT(device_set_prop(dev, "hold.0", word->value), 0);
	else if (strncmp(word->key, "prop.", 5) == 0)
		CHECK_INT(device_set_prop(dev, word->key + 5, word->value), 0);
	else if (strcmp(word->key, "id") != 0 && strcmp(word->key, "repeat") != 0)
		CHECK_STR(word->key, "a word of [devices]");
}

static void add_device(struct scene *scene, const struct word *words, size_t count)
{
	unsigned long repeat = number_of(words, count, "repeat", 0);
	char id[DEVICE_ID_MAX];

	for (unsigned long i = 0; i < (repeat ? repeat : 1); i++) {
		struct device *dev;

		repeated_id(id, sizeof(id), word_of(words, count, "id", ""), repeat, i);
		if (inventory_add(&scene->inv, DEVICE_NVME, id, &dev, NULL))
			abort();
		snprintf(dev->name, sizeof(dev->name), "%s", id);
		snprintf(dev->model, sizeof(dev->model), "X");
		for (size_t j = 0; j < count; j++)
			set_device_word(dev, &words[j]);
	}
}

static void add_requirement(struct component *comp, const char *value)
{
	const char *at = strstr(value, ">=");

	if (!at)
		abort();
	comp->requires = pool_alloc(&comp->pool, sizeof(*comp->requires));
	comp->require_count = 1;
	comp->requires->target = pool_text(&comp->pool, value, (size_t)(at - value));
	comp->requires->min_version = at + 2;
}

/* A vendor's tool that is given this node. */
static void add_tool(struct component *comp, const char *node)
{
	const char **nodes = pool_array(&comp->pool, 1, sizeof(*nodes));

	comp->tool = pool_alloc(&comp->pool, sizeof(*comp->tool));
	if (!nodes || !comp->tool)
		abort();
	nodes[0] = node;
	comp->tool->nodes = nodes;
	comp->tool->node_count = 1;
}

static struct component *add_component(struct scene *scene, const struct word *words, size_t count)
{
	struct component *comp = &scene->comps[scene->comp_count++];
	const char *req = word_of(words, count, "requires", NULL);

	if (scene->comp_count > COMPONENTS_MAX)
		abort();
	comp->scheme = VERSION_DOTTED;
	comp->id = word_of(words, count, "id", "");
	comp->class_name = word_of(words, count, "class", "drive");
	comp->backend = word_of(words, count, "backend", "nvme");
	comp->version = word_of(words, count, "version", "2.0");
	if (word_of(words, count, "tool", NULL))
		add_tool(comp, word_of(words, count, "tool", NULL));
	component_complete(comp);
	comp->expected_seconds = (uint32_t)number_of(words, count, "seconds", 100);
	if (req)
		add_requirement(comp, req);
	return comp;
}

static const struct component *component_of(struct scene *scene, char *id)
{
	static char key[] = "id";
	struct word word = { key, id };

	for (size_t i = 0; i < scene->comp_count; i++)
		if (strcmp(scene->comps[i].id, id) == 0)
			return &scene->comps[i];
	return add_component(scene, &word, 1);
}

/* COMPONENT DEVICE key=value ... */
static void add_step(struct scene *scene, const struct word *words, size_t count)
{
	const struct component *comp = component_of(scene, words[0].key);
	unsigned long repeat = number_of(words, count, "repeat", 0);
	char id[DEVICE_ID_MAX];

	for (unsigned long i = 0; i < (repeat ? repeat : 1); i++) {
		struct step *step = &scene->steps[scene->plan.step_count];
		struct fate *fate = &scene->fates[scene->plan.step_count];

		repeated_id(id, sizeof(id), words[1].key, repeat, i);
		step->number = (unsigned int)++scene->plan.step_count;
		step->comp = comp;
		step->dev = inventory_find(&scene->inv, id);
		CHECK(step->dev != NULL);
		if (!step->dev)
			abort();
		snprintf(step->from, sizeof(step->from), "%s",
			 word_of(words, count, "from", "1.0"));
		fate->outcome = outcome_of(word_of(words, count, "outcome", "good"));
		fate->takes = number_of(words, count, "takes", comp->expected_seconds);
		fate->back = number_of(words, count, "back", 0);
	}
}

static void set_options(struct scene *scene, const struct word *words, size_t count)
{
	struct schedule_options *options = &scene->options;

	options->proven = scene->proven;
	options->at_once = (unsigned int)number_of(words, count, "at-once", 0);
	for (size_t i = 0; i < count; i++) {
		struct schedule_proven *proven = &scene->proven[options->proven_count];
		char *bar = strchr(words[i].value, '|');

		if (strcmp(words[i].key, "stop-on-error") == 0)
			options->stop_on_error = true;
		if (strcmp(words[i].key, "proven") != 0 || !bar)
			continue;
		*bar = '\0';
		snprintf(proven->component, sizeof(proven->component), "%s", words[i].value);
		snprintf(proven->model, sizeof(proven->model), "%s", bar + 1);
		options->proven_count++;
	}
}

static void read_line(void *ctx, char section, char *line)
{
	struct scene *scene = ctx;
	struct word words[WORDS_MAX];
	size_t count;

	if (section == 't') {
		if (scene->wanted_count == WANTED_MAX)
			abort();
		scene->wanted[scene->wanted_count++] = line;
		return;
	}
	count = words_split(line, words);
	if (section == 'd')
		add_device(scene, words, count);
	else if (section == 'c')
		add_component(scene, words, count);
	else if (section == 's')
		add_step(scene, words, count);
	else if (section == 'o')
		set_options(scene, words, count);
	else
		CHECK_STR(line,
			  "a line below [devices], [components], [steps], [options] or "
			  "[timeline]");
}

__attribute__((format(printf, 2, 3))) static void tell(struct scene *scene, const char *fmt, ...)
{
	char got[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(got, sizeof(got), fmt, ap);
	va_end(ap);
	if (scene->seen < scene->wanted_count)
		CHECK_STR(got, scene->wanted[scene->seen]);
	else
		CHECK_STR(got, "(nothing more)");
	scene->seen++;
}

static void begin_all(struct scene *scene)
{
	unsigned int number;
	char line[1024] = "";

	while ((number = schedule_next(scene->schedule))) {
		size_t len = strlen(line);

		CHECK_INT(schedule_next(scene->schedule), number);
		schedule_begin(scene->schedule, number);
		scene->ends[number - 1] = scene->now + scene->fates[number - 1].takes;
		snprintf(line + len, sizeof(line) - len, " %u", number);
	}
	if (line[0])
		tell(scene, "%llu begin%s", (unsigned long long)scene->now, line);
}

/* "3 because TEXT" may follow the line that leaves step 3. */
static void check_text(struct scene *scene, unsigned int number, const char *text)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "%u because ", number);
	CHECK(text[0] != '\0');
	if (scene->seen < scene->wanted_count &&
	    strncmp(scene->wanted[scene->seen], prefix, strlen(prefix)) == 0)
		tell(scene, "%s%s", prefix, text);
}

/* True when one was left: another one may begin for that. */
static bool leave_all(struct scene *scene)
{
	char text[PLAN_TEXT_MAX] = "";
	enum reason reason;
	unsigned int number;
	bool any = false;

	while ((number = schedule_barred(scene->schedule, &reason, text, sizeof(text)))) {
		schedule_end(scene->schedule, number, OUTCOME_LEFT);
		tell(scene, "%llu left %s %u", (unsigned long long)scene->now, reason_id(reason),
		     number);
		check_text(scene, number, text);
		any = true;
	}
	CHECK_INT(reason, 0);
	return any;
}

/* The next step whose end, or coming back, is due; false when nothing more happens. */
static bool end_one(struct scene *scene)
{
	unsigned int first = 0;
	struct fate *fate;

	for (unsigned int i = 0; i < scene->plan.step_count; i++)
		if (scene->ends[i] != UINT64_MAX &&
		    (!first || scene->ends[i] < scene->ends[first - 1]))
			first = i + 1;
	if (!first)
		return false;
	scene->now = scene->ends[first - 1];
	scene->ends[first - 1] = UINT64_MAX;
	fate = &scene->fates[first - 1];
	tell(scene, "%llu %s %u", (unsigned long long)scene->now,
	     fate->outcome ? outcome_name(fate->outcome) : "back", first);
	schedule_end(scene->schedule, first, fate->outcome ? fate->outcome : OUTCOME_GOOD);
	if (fate->outcome == OUTCOME_OVERDUE && fate->back) {
		scene->ends[first - 1] = fate->back;
		fate->outcome = 0;
	}
	return true;
}

/* "N holds TEXT": a line of what is explained of step N, at the beginning. */
static void check_explanations(struct scene *scene)
{
	while (scene->seen < scene->wanted_count) {
		char *end, *text;
		unsigned long number = strtoul(scene->wanted[scene->seen], &end, 10);
		struct err err = { 0 };

		if (strncmp(end, " holds ", 7) != 0)
			return;
		CHECK_INT(schedule_explain(scene->schedule, (unsigned int)number, &text, &err), 0);
		CHECK_CONTAINS(text, end + 7);
		free(text);
		scene->seen++;
	}
}

static void check_forecast(struct scene *scene)
{
	uint64_t starts[PLAN_MAX_STEPS];
	struct schedule_forecast forecast;
	struct err err = { 0 };

	CHECK_INT(schedule_forecast(scene->schedule, &forecast, starts, &err), 0);
	CHECK(forecast.makespan >= forecast.bound);
	CHECK(forecast.makespan <= forecast.one_by_one);
	if (scene->seen < scene->wanted_count &&
	    strncmp(scene->wanted[scene->seen], "forecast", 8) == 0)
		tell(scene, "forecast %llu %llu %llu%s", (unsigned long long)forecast.makespan,
		     (unsigned long long)forecast.one_by_one, (unsigned long long)forecast.bound,
		     forecast.complete ? "" : " incomplete");
}

static void run_scene(struct scene *scene)
{
	struct err err = { 0 };

	CHECK_INT(schedule_make(&scene->plan, &scene->inv, &scene->options, &scene->schedule, &err),
		  0);
	check_explanations(scene);
	check_forecast(scene);
	for (size_t i = 0; i < PLAN_MAX_STEPS; i++)
		scene->ends[i] = UINT64_MAX;
	do {
		do {
			begin_all(scene);
		} while (leave_all(scene));
	} while (end_one(scene));
	CHECK(schedule_is_done(scene->schedule));
	CHECK_INT(scene->seen, scene->wanted_count);
	check_forecast(scene);
	schedule_free(scene->schedule);
}

static const char *current_file;

static void schedule_file(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct err err = { 0 };
	uint8_t *text = NULL;
	size_t len;

	CHECK_INT(fsio_read_file(current_file, 65536, &text, &len, &err), 0);
	if (!scene || !text)
		abort();
	scene->plan.steps = scene->steps;
	words_read((char *)text, read_line, scene);
	run_scene(scene);
	inventory_free(&scene->inv);
	for (size_t i = 0; i < scene->comp_count; i++)
		component_free(&scene->comps[i]);
	free(scene);
	free(text);
}

static void run_file(const char *path, const char *name)
{
	current_file = path;
	TAP_RUN_NAMED(schedule_file, name);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/schedule";

	if (!words_run_files(dir, run_file)) {
		printf("Bail out! no tests in %s\n", dir);
		return 1;
	}
	return TAP_END();
}
