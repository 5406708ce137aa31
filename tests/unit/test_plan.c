/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs tests/plan/ *.test: one file a rule, in the form that words.h describes:
 *
 *   [devices]      id=... backend=... version=... evidence=... target=... prop.nvme.fr=... frozen=1
 *   [components]   id=... version=... scheme=... target=... backend=... proof=nvme.fr=2.0 ...
 *   [options]      rewrite allow-downgrade tpm-consent min-evidence=... only=... skip=...
 *                  bar=REASON|DEVICE|COMPONENT (either id may be left out) medium-needed
 *   [plan]         what must come out, in order: "1 COMPONENT DEVICE FROM" for steps,
 *                  "- REASON COMPONENT DEVICE" for what is left ("-" where there is none);
 *                  before them "? ID" for a choice that names nothing
 */
#include <stdlib.h>

#include "base/fsio.h"
#include "plan/plan.h"
#include "tap.h"
#include "words.h"

#define ONLY_MAX 8

struct scene {
	struct inventory inv;
	struct catalog cat;
	struct component components[16];
	struct plan_options options;
	const char *only[ONLY_MAX], *skip[ONLY_MAX];
	struct plan_bars bars;
	char *wanted[64];
	size_t wanted_count;
};

static void set_text(char *member, size_t size, const char *value)
{
	snprintf(member, size, "%s", value);
}

static void add_device(struct scene *scene, const struct word *words, size_t count)
{
	struct device *dev;

	if (inventory_add(&scene->inv, DEVICE_NVME, words[0].value, &dev, NULL))
		abort();
	snprintf(dev->name, sizeof(dev->name), "%s", words[0].value);
	dev->updateable = true;
	for (size_t i = 1; i < count; i++) {
		const char *value = words[i].value;

		if (strcmp(words[i].key, "backend") == 0)
			snprintf(dev->backend, sizeof(dev->backend), "%s", value);
		else if (strcmp(words[i].key, "version") == 0)
			snprintf(dev->version, sizeof(dev->version), "%s", value);
		else if (strcmp(words[i].key, "parent") == 0)
			snprintf(dev->parent, sizeof(dev->parent), "%s", value);
		else if (strcmp(words[i].key, "evidence") == 0)
			dev->evidence = evidence_from_name(value);
		else if (strcmp(words[i].key, "target") == 0)
			CHECK_INT(device_add_target(dev, value), 0);
		else if (strcmp(words[i].key, "serial") == 0)
			set_text(dev->serial, sizeof(dev->serial), value);
		else if (strcmp(words[i].key, "model") == 0)
			set_text(dev->model, sizeof(dev->model), value);
		else if (strcmp(words[i].key, "kind") == 0)
			dev->kind = device_kind_from_name(value);
		else if (strcmp(words[i].key, "frozen") == 0)
			dev->updateable = false;
		else if (strncmp(words[i].key, "prop.", 5) == 0)
			CHECK_INT(device_set_prop(dev, words[i].key + 5, value), 0);
		else
			CHECK_STR(words[i].key, "a word of [devices]");
	}
}

static void set_proof(struct proof *proof, char *value)
{
	char *equals = strchr(value, '=');

	proof->match = PROOF_EQUALS;
	if (equals && equals > value && equals[-1] == '~')
		proof->match = PROOF_SCHEME;
	if (equals && equals > value && equals[-1] == '^')
		proof->match = PROOF_PREFIX;
	if (!equals)
		abort();
	proof->value = equals + 1;
	equals[proof->match == PROOF_EQUALS ? 0 : -1] = '\0';
	proof->field = value;
}

static void add_requirement(struct component *comp, char *value)
{
	char *at = strstr(value, ">=");
	struct requirement *req;

	comp->requires = pool_grow(&comp->pool, comp->requires, comp->require_count, sizeof(*req));
	req = &comp->requires[comp->require_count++];
	req->min_version = at + 2;
	*at = '\0';
	req->target = value;
}

static void add_target(struct component *comp, const char *value)
{
	comp->targets =
		pool_grow(&comp->pool, comp->targets, comp->target_count, sizeof(*comp->targets));
	comp->targets[comp->target_count++] = value;
}

/* "RUNTIME", which is in the repository when it ends with '!'; "" = it needs none. */
static void set_tool(struct component *comp, char *value)
{
	size_t len = strlen(value);

	comp->tool = pool_alloc(&comp->pool, sizeof(*comp->tool));
	if (len && value[len - 1] == '!') {
		value[len - 1] = '\0';
		comp->tool->runtime_ref.size = 1;
	}
	comp->tool->runtime = value;
}

static void add_component(struct scene *scene, const struct word *words, size_t count)
{
	struct component *comp = &scene->components[scene->cat.count++];

	comp->scheme = VERSION_DOTTED;
	comp->activation = ACTIVATION_NONE;
	for (size_t i = 0; i < count; i++) {
		char *value = words[i].value;

		if (strcmp(words[i].key, "id") == 0)
			comp->id = value;
		else if (strcmp(words[i].key, "version") == 0)
			comp->version = value;
		else if (strcmp(words[i].key, "scheme") == 0)
			comp->scheme = version_scheme_from_name(value);
		else if (strcmp(words[i].key, "target") == 0)
			add_target(comp, value);
		else if (strcmp(words[i].key, "backend") == 0)
			comp->backend = value;
		else if (strcmp(words[i].key, "tool") == 0)
			set_tool(comp, value);
		else if (strcmp(words[i].key, "class") == 0)
			comp->class_name = value;
		else if (strcmp(words[i].key, "proof") == 0)
			set_proof(&comp->proof, value);
		else if (strcmp(words[i].key, "min-active") == 0)
			comp->min_active_version = value;
		else if (strcmp(words[i].key, "floor") == 0)
			comp->floor = value;
		else if (strcmp(words[i].key, "requires") == 0)
			add_requirement(comp, value);
		else if (strcmp(words[i].key, "seconds") == 0)
			comp->expected_seconds = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(words[i].key, "measured") == 0)
			comp->measured = true;
		else if (strcmp(words[i].key, "power-off") == 0)
			comp->host_power_off = true;
		else if (strcmp(words[i].key, "strange") == 0)
			comp->not_understood = value;
		else
			CHECK_STR(words[i].key, "a word of [components]");
	}
	component_complete(comp);
}

/* "REASON|DEVICE|COMPONENT" */
static void add_bar(struct scene *scene, char *value)
{
	char *device = strchr(value, '|');
	char *comp = device ? strchr(device + 1, '|') : NULL;
	struct err err = { 0 };

	CHECK(comp != NULL);
	if (!comp)
		abort();
	*device++ = '\0';
	*comp++ = '\0';
	CHECK(reason_from_id(value) != 0);
	CHECK_INT(plan_bars_add(&scene->bars, device, comp, reason_from_id(value), &err, "a bar"),
		  0);
}

static void set_options(struct scene *scene, const struct word *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i].key, "rewrite") == 0)
			scene->options.rewrite = true;
		else if (strcmp(words[i].key, "allow-downgrade") == 0)
			scene->options.allow_downgrade = true;
		else if (strcmp(words[i].key, "tpm-consent") == 0)
			scene->options.tpm_consent = true;
		else if (strcmp(words[i].key, "accept-no-proof") == 0)
			scene->options.accept_no_proof = true;
		else if (strcmp(words[i].key, "min-evidence") == 0)
			scene->options.min_evidence = evidence_from_name(words[i].value);
		else if (strcmp(words[i].key, "only") == 0)
			scene->only[scene->options.only_count++] = words[i].value;
		else if (strcmp(words[i].key, "skip") == 0)
			scene->skip[scene->options.skip_count++] = words[i].value;
		else if (strcmp(words[i].key, "bar") == 0)
			add_bar(scene, words[i].value);
		else if (strcmp(words[i].key, "medium-needed") == 0)
			scene->options.medium_needed = true;
		else
			CHECK_STR(words[i].key, "a word of [options]");
	}
}

static void read_line(void *ctx, char section, char *line)
{
	struct scene *scene = ctx;
	struct word words[WORDS_MAX];
	size_t count;

	if (section == 'p') {
		scene->wanted[scene->wanted_count++] = line;
		return;
	}
	count = words_split(line, words);
	if (section == 'd')
		add_device(scene, words, count);
	else if (section == 'c')
		add_component(scene, words, count);
	else if (section == 'o')
		set_options(scene, words, count);
	else
		CHECK_STR(line, "a line below [devices], [components], [options] or [plan]");
}

static void read_scene(struct scene *scene, char *text)
{
	scene->cat.components = scene->components;
	scene->options.only = scene->only;
	scene->options.skip = scene->skip;
	scene->options.bars = &scene->bars;
	scene->options.min_evidence = EVIDENCE_EMULATOR;
	words_read(text, read_line, scene);
}

static void check_line(const struct scene *scene, size_t index, const char *got)
{
	if (index >= scene->wanted_count)
		CHECK_STR(got, "(nothing more)");
	else
		CHECK_STR(got, scene->wanted[index]);
}

/* "? ID" in [plan]: an id of --only or --skip that names nothing. */
static size_t compare_unknown(const struct scene *scene)
{
	const char *id;
	char got[512];
	size_t index;

	for (index = 0; (id = plan_unknown_id(&scene->inv, &scene->cat, &scene->options, index));
	     index++) {
		snprintf(got, sizeof(got), "? %s", id);
		check_line(scene, index, got);
	}
	return index;
}

static void compare(const struct scene *scene, const struct plan *plan)
{
	size_t index = compare_unknown(scene);
	char got[512];

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct step *step = &plan->steps[i];

		snprintf(got, sizeof(got), "%u %s %s %s%s", step->number, step->comp->id,
			 step->dev->id, step->from, step->provable ? "" : " unprovable");
		check_line(scene, index++, got);
	}
	for (size_t i = 0; i < plan->left_count; i++) {
		const struct decision *left = &plan->left[i];

		CHECK(left->text[0] != '\0');
		snprintf(got, sizeof(got), "- %s %s %s", reason_id(left->reason),
			 left->comp ? left->comp->id : "-", left->dev ? left->dev->id : "-");
		check_line(scene, index++, got);
	}
	CHECK_INT(index, scene->wanted_count);
}

static const char *current_file;

static void plan_file(void)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct plan plan = { 0 };
	struct err err = { 0 };
	uint8_t *text = NULL;
	size_t len;

	CHECK_INT(fsio_read_file(current_file, 65536, &text, &len, &err), 0);
	if (!scene || !text)
		abort();
	read_scene(scene, (char *)text);
	CHECK_INT(plan_make(&scene->inv, &scene->cat, &scene->options, &plan, &err), 0);
	compare(scene, &plan);
	plan_free(&plan);
	plan_bars_free(&scene->bars);
	inventory_free(&scene->inv);
	for (size_t i = 0; i < scene->cat.count; i++)
		component_free(&scene->components[i]);
	free(scene);
	free(text);
}

static void run_file(const char *path, const char *name)
{
	current_file = path;
	TAP_RUN_NAMED(plan_file, name);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "tests/plan";

	if (!words_run_files(dir, run_file)) {
		printf("Bail out! no tests in %s\n", dir);
		return 1;
	}
	return TAP_END();
}
